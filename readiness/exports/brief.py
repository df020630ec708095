"""The written decisions: the go / fix first / stop brief, and the two build briefs, prototype and production.

A brief speaks of conditions and figures. The only names that it prints are those of the owner and of the signers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog
from readiness.diagnosis.ledger import Evidence, Facts, Finding, Ledger, Topic
from readiness.diagnosis.questions import QuestionResult, Reply
from readiness.diagnosis.stop_rules import RuleState, StopInputs, StopResult
from readiness.diagnosis.verdict_table import Verdict
from readiness.exports.document import (
    Align,
    Block,
    Bullets,
    Callout,
    Column,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    ParagraphKind,
    Properties,
    Signatures,
    Signer,
    Table,
    Tone,
)
from readiness.exports.figures import (
    NOT_STATED,
    counted,
    day,
    listed,
    money,
    number,
    percent,
    sentence_case,
    stated,
    whole,
)
from readiness.exports.markdown import stamped
from readiness.exports.scope_and_value import scope, scope_in_short, scope_pictures, value_in_short
from readiness.outcome import ownership
from readiness.outcome.agreement import Signature
from readiness.outcome.authority import Standing, standing
from readiness.outcome.definition import Metric, measured
from readiness.outcome.reviews import in_order
from readiness.scope.items import ItemStatus
from readiness.shares import whole_percent
from readiness.workflow import Stage

if TYPE_CHECKING:
    from readiness.diagnosis.verdict import Diagnosis

DONE_AFTER_DAYS = 60  # consecutive days inside the tolerance (M2)
PROTOTYPE_WEEKS = (2, 4)  # (M19)

TONE = {Verdict.GO: Tone.GOOD, Verdict.FIX_FIRST: Tone.CAUTION, Verdict.STOP: Tone.STOP}
VERDICT_MEANING = {
    Verdict.GO: "The production build can begin.",
    Verdict.FIX_FIRST: "Put right what stands below, then decide again.",
    Verdict.STOP: "End this project as it is, and keep what it has shown.",
}
MODE_NAME = {
    FailureMode.DATA_QUALITY: "Data",
    FailureMode.SCOPE_UNDERESTIMATION: "Scope",
    FailureMode.MEASUREMENT: "Measurement",
    FailureMode.OWNERSHIP: "Ownership",
}
PRIMARY_SECTION = "primary-mode"  # of a stop document; written from the diagnosis where nobody wrote it
_NUMBER = Align.RIGHT


def decision_brief(
    *,
    project_name: str,
    facts: Facts,
    diagnosis: Diagnosis,
    stop_inputs: StopInputs,
    catalog: FailureModeCatalog,
    closing: Mapping[str, str],
    signers: Sequence[Signer] = (),
    issued_at: datetime | None,
) -> Document:
    """The brief of a diagnosis. `closing` holds the texts of a stop by section id of the catalog's stop document."""
    stopped = diagnosis.verdict is Verdict.STOP
    glance = _questions_at_a_glance(diagnosis, facts.workflow.stage, catalog)
    blocks = (
        *_verdict(diagnosis, missing_closing_parts(diagnosis, catalog, closing)),
        *(_closing(diagnosis, catalog, closing) if stopped else (*glance, *_repair(diagnosis, catalog))),
        Heading("Signatures"),
        Signatures(tuple(signers) or _open_lines(facts)),
        PageBreak(),
        *(glance if stopped else ()),
        *_failure(diagnosis, facts, catalog),
        *_answers(diagnosis, facts.workflow.stage, catalog),
        *_stop_rules(diagnosis, stop_inputs, catalog),
        *_in_short(facts, diagnosis.ledger),
        *_evidence(diagnosis.ledger),
    )
    return _document(f"{diagnosis.verdict}: decision brief", project_name, facts, blocks, issued_at)


def missing_closing_parts(
    diagnosis: Diagnosis, catalog: FailureModeCatalog, closing: Mapping[str, str]
) -> tuple[str, ...]:
    """The parts of a stop that nobody has stated, as the catalog names them; empty unless the verdict is STOP."""
    if diagnosis.verdict is not Verdict.STOP:
        return ()
    to_be_stated = (section for section in catalog.stop_document if section.id != PRIMARY_SECTION)
    return tuple(
        section.heading[:1].lower() + section.heading[1:]
        for section in to_be_stated
        if not closing.get(section.id, "").strip()
    )


def prototype_brief(*, project_name: str, facts: Facts, ledger: Ledger, issued_at: datetime | None) -> Document:
    """What the prototype is to prove, and what it is not (M19)."""
    low, high = PROTOTYPE_WEEKS
    blocks = (
        Callout(
            "Prove the approach on representative input",
            f"A working demonstration within {low} to {high} weeks. It is a project of its own, not the first phase of "
            "production.",
        ),
        Heading("The task"),
        _task(facts),
        Heading("Finished when"),
        Bullets(
            (
                "it runs on records drawn from production, edge cases included, and not on chosen ones;",
                f"its output is judged against the agreed description of a correct output: {_correct(facts)};",
                "the share of records that it handles is counted, and what it does not handle is listed by edge case.",
            )
        ),
        Heading("Part of the prototype"),
        _components(facts, in_prototype=True, otherwise="No component is marked as part of the prototype."),
        PageBreak(),
        Heading("Input"),
        *_representative_input(facts),
        Heading("Left to the production build"),
        _components(facts, in_prototype=False, otherwise="No component is left to production."),
    )
    return _document("Prototype brief", project_name, facts, blocks, issued_at)


def production_brief(*, project_name: str, facts: Facts, ledger: Ledger, issued_at: datetime | None) -> Document:
    """What the production build has to meet, with its whole inventory (M19)."""
    blocks = (
        Callout(
            f"Meet the outcome within tolerance for {DONE_AFTER_DAYS} consecutive days",
            "Deployed is not done. It is a project of its own, with its own scope and estimates.",
        ),
        Heading("The task"),
        _task(facts),
        Heading("Outcome"),
        Properties(_outcome(facts, ledger)),
        Heading("Owner"),
        Properties(_owner(facts)),
        Heading("Finished when"),
        Bullets(
            (
                f"the metric has stayed within its tolerance for {DONE_AFTER_DAYS} days in a row;",
                "every component of the scope is in place, or carries the reason why it is not needed;",
                "the owner has held the first review and could pull the system.",
            )
        ),
        PageBreak(),
        Heading("Real input and how it is handled"),
        *_handled_input(facts, ledger),
        Heading("Scope"),
        *scope(facts, ledger),
    )
    return _document("Production brief", project_name, facts, blocks, issued_at)


def _document(
    title: str, project_name: str, facts: Facts, blocks: Sequence[Block], issued_at: datetime | None
) -> Document:
    reading = facts.report.reading if facts.report is not None else None
    document = Document(
        title=title,
        subtitle=project_name,
        meta=(("Stage", str(facts.workflow.stage)),),
        blocks=tuple(blocks),
        about=(("Sample", reading.name), ("SHA-256", reading.sha256)) if reading is not None else (),
        dated=day(issued_at),
    )
    return stamped(document)


# --- the decision --------------------------------------------------------------------------------------------------


def _verdict(diagnosis: Diagnosis, missing: Sequence[str]) -> tuple[Block, ...]:
    verdict = diagnosis.verdict
    reasons = Bullets(diagnosis.reasons) if diagnosis.reasons else Paragraph(diagnosis.rule)
    return (
        Callout(str(verdict), f"{VERDICT_MEANING[verdict]}\n{diagnosis.rule}", TONE[verdict]),
        *(_incomplete(missing) if missing else ()),
        Heading("Why"),
        reasons,
    )


def _incomplete(missing: Sequence[str]) -> tuple[Block, ...]:
    verb = "is" if len(missing) == 1 else "are"
    return (Callout("Not complete", f"{sentence_case(listed(missing))} {verb} not stated.", Tone.CAUTION),)


def _questions_at_a_glance(diagnosis: Diagnosis, stage: Stage, catalog: FailureModeCatalog) -> tuple[Block, ...]:
    columns = (
        Column("No.", _NUMBER, 0.45),
        Column("Question", width=5),
        Column("Evidence", width=1.2),
        Column("Answer", width=1.2),
        Column("Counts as", width=1.2),
    )
    rows = tuple(
        (
            str(position),
            catalog.of(result.mode).question.at(stage),
            str(result.suggestion.reply),
            _answered(result),
            str(result.reply),
        )
        for position, result in enumerate(diagnosis.questions, start=1)
    )
    note = "The first no is the primary failure mode. A question that nobody has answered never counts as yes."
    marked = any(result.against_evidence for result in diagnosis.questions)
    note += " * An answer against the evidence; its reason stands below." if marked else ""
    return (Heading("The four questions"), Table(columns, rows, note=note))


def _answered(result: QuestionResult) -> str:
    if result.answer is None:
        return "none yet"
    return f"{result.answer.reply} *" if result.against_evidence else str(result.answer.reply)


def _closing(diagnosis: Diagnosis, catalog: FailureModeCatalog, closing: Mapping[str, str]) -> tuple[Block, ...]:
    """What a clean stop holds: what ended it, what was learned, and what could work instead (M32)."""
    pairs = []
    for section in catalog.stop_document:
        text = closing.get(section.id, "").strip()
        if not text and section.id == PRIMARY_SECTION:
            text = _what_ended_it(diagnosis, catalog)
        pairs.append((section.heading, text or sentence_case(f"{NOT_STATED}.")))
    return (Heading("What this project leaves"), Properties(tuple(pairs)))


def _what_ended_it(diagnosis: Diagnosis, catalog: FailureModeCatalog) -> str:
    met = [catalog.stop_rule(str(rule.rule)).name for rule in diagnosis.stop_rules if rule.state is RuleState.MET]
    ended = f"Stop rule met: {'; '.join(met)}." if met else "No stop rule is met."
    if diagnosis.primary is None:
        return f"{ended} None of the four questions was answered with no."
    return f"{ended} Primary failure mode: {diagnosis.primary}. {catalog.of(diagnosis.primary).title}."


def _repair(diagnosis: Diagnosis, catalog: FailureModeCatalog) -> tuple[Block, ...]:
    """What to do next, in short: the steps without what closes each."""
    if diagnosis.primary is None:
        return ()
    mode = catalog.of(diagnosis.primary)
    return (
        Heading(f"What to put right first: {mode.mode}"),
        Paragraph(f"{mode.title}. {_also_found(diagnosis)}".strip()),
        Bullets(tuple(step.step for step in mode.fix), numbered=True),
    )


def _also_found(diagnosis: Diagnosis) -> str:
    return f"Also found: {listed(tuple(map(str, diagnosis.also_found)))}." if diagnosis.also_found else ""


def _failure(diagnosis: Diagnosis, facts: Facts, catalog: FailureModeCatalog) -> tuple[Block, ...]:
    if diagnosis.primary is None:
        return ()
    mode = catalog.of(diagnosis.primary)
    blocks: list[Block] = [
        Heading(f"Primary failure mode: {mode.mode}"),
        Paragraph(f"{mode.title}.", ParagraphKind.LEAD),
        Properties(_timeline(diagnosis.primary, facts, catalog)),
    ]
    if diagnosis.verdict is not Verdict.STOP:
        blocks += [Heading("What puts it right, in this order", 2), _fix_sequence(diagnosis.primary, catalog)]
    if diagnosis.also_found:
        blocks += [
            Heading("Also found", 2),
            Bullets(tuple(f"{sentence_case(found)}: {catalog.of(found).title}." for found in diagnosis.also_found)),
        ]
    return tuple(blocks)


def _timeline(mode: FailureMode, facts: Facts, catalog: FailureModeCatalog) -> tuple[tuple[str, str], ...]:
    entry = catalog.of(mode)
    pairs = [
        ("Usually shows", f"about month {entry.shows_at_month} after launch"),
        ("What it looks like", entry.looks_like),
        ("What comes next", entry.comes_next),
    ]
    launched = facts.workflow.launched_on
    if facts.workflow.stage is Stage.STALLED and launched is not None:
        months = max(0, (facts.now.date() - launched).days) // 30
        pairs.insert(0, ("Where this stands", f"{counted(months, 'month')} after launch on {day(launched)}"))
    return tuple(pairs)


def _fix_sequence(mode: FailureMode, catalog: FailureModeCatalog) -> Table:
    columns = (Column("No.", _NUMBER, 0.6), Column("Step", width=4), Column("Closed by", width=4))
    rows = tuple(
        (str(position), step.step, step.evidence) for position, step in enumerate(catalog.of(mode).fix, start=1)
    )
    return Table(columns, rows)


def _open_lines(facts: Facts) -> tuple[Signer, ...]:
    """Lines to sign by hand: the sponsor decides, the owner takes it on."""
    return (Signer("", "Sponsor"), Signer(facts.ownership.owner.strip(), facts.ownership.role.strip() or "Owner"))


# --- what it rests on ----------------------------------------------------------------------------------------------


def _answers(diagnosis: Diagnosis, stage: Stage, catalog: FailureModeCatalog) -> tuple[Block, ...]:
    blocks: list[Block] = [Heading("Answers and reasons")]
    for position, result in enumerate(diagnosis.questions, start=1):
        blocks.append(Heading(f"{position}. {MODE_NAME[result.mode]}", 2))
        blocks.append(Paragraph(catalog.of(result.mode).question.at(stage)))
        blocks.append(Properties(_answer(result)))
        blocks += _against(result)
    return tuple(blocks)


def _answer(result: QuestionResult) -> tuple[tuple[str, str], ...]:
    pairs = [("Evidence suggests", f"{result.suggestion.reply}. {result.suggestion.because}")]
    if result.answer is None:
        pairs.append(("Answer", "none yet"))
    else:
        pairs.append(("Answer", str(result.answer.reply)))
        pairs.append(("Reason", stated(result.answer.reason)))
    pairs.append(("Counts as", _counts_as(result)))
    return tuple(pairs)


def _counts_as(result: QuestionResult) -> str:
    if result.answer is not None and result.reply is not result.answer.reply:
        return f"{result.reply}, because a yes needs evidence or a stated reason"
    if result.answer is None and result.reply is Reply.UNKNOWN:
        return "unknown, until it is answered"
    return str(result.reply)


def _against(result: QuestionResult) -> tuple[Block, ...]:
    if not result.against_evidence or result.answer is None:
        return ()
    text = f"The evidence suggests {result.suggestion.reply}, the answer is {result.answer.reply}."
    return (Callout("Answered against the evidence", text, Tone.CAUTION),)


def _stop_rules(diagnosis: Diagnosis, inputs: StopInputs, catalog: FailureModeCatalog) -> tuple[Block, ...]:
    columns = (
        Column("Rule", width=2),
        Column("State", width=1),
        Column("Why", width=4),
        Column("Margin", width=1.8),
    )
    rows = tuple(
        (catalog.stop_rule(str(result.rule)).name, str(result.state), result.because, _margin(result))
        for result in diagnosis.stop_rules
    )
    stated_inputs = (
        ("Limit of the data rule", f"{percent(inputs.most_outside_share)}; reason: {stated(inputs.limit_reason)}"),
        ("Least probability of the cost rule", whole_percent(inputs.least_probability)),
        ("Source of the value", _value_source(diagnosis.ledger, inputs)),
    )
    note = "The project stops when any of the three is met."
    return (Heading("Stop rules"), Table(columns, rows, note=note), Properties(stated_inputs))


def _value_source(ledger: Ledger, inputs: StopInputs) -> str:
    if ledger.value.started:
        return "simulated from the inputs that stand below, each with its source"
    return stated(inputs.value_source)


def _margin(result: StopResult) -> str:
    """How far the rule is from being met, in its own unit."""
    if result.margin is None or result.state is RuleState.UNKNOWN:
        return ""
    size = abs(result.margin)
    if result.unit == "share":
        amount = f"{100 * size:.1f} percentage points"
    elif result.unit == "attempts":
        amount = counted(round(size), "attempt")
    else:
        amount = f"{whole(size)} {result.unit}".strip()
    return f"{amount} beyond it" if result.state is RuleState.MET else f"{amount} away"


def _in_short(facts: Facts, ledger: Ledger) -> tuple[Block, ...]:
    return (
        Heading("Data, scope, value, outcome and owner in short"),
        Heading("Data", 2),
        Properties(_data(facts, ledger)),
        Heading("Scope", 2),
        Properties(scope_in_short(facts, ledger)),
        *scope_pictures(facts, ledger),
        Heading("Value", 2),
        *value_in_short(ledger.value),
        Heading("Outcome", 2),
        Properties(_outcome(facts, ledger)),
        Heading("Owner", 2),
        Properties(_owner(facts)),
    )


def _data(facts: Facts, ledger: Ledger) -> tuple[tuple[str, str], ...]:
    report = facts.report
    if report is None:
        return (("Audit", "No sample has been audited."),)
    largest = "; ".join(f"{case.title} ({percent(case.share)})" for case in report.edge_cases[:3])
    return (
        ("Clean share", report.sentence),
        ("Largest edge cases", largest or "none found"),
        ("Handling", ledger.effect.sentence if ledger.effect is not None else NOT_STATED),
    )


def _outcome(facts: Facts, ledger: Ledger) -> tuple[tuple[str, str], ...]:
    outcome = facts.outcome
    tolerance = (
        measured(f"{number(outcome.tolerance_low)} to {number(outcome.tolerance_high)}", outcome.unit)
        if outcome.tolerance_low is not None and outcome.tolerance_high is not None
        else NOT_STATED
    )
    target = (
        NOT_STATED
        if outcome.target is None
        else f"{measured(number(outcome.target), outcome.unit)}, {outcome.direction}"
    )
    signers = "; ".join(_signed(signature) for signature in ledger.valid_signatures)
    today = "" if outcome.baseline_value is None else measured(number(outcome.baseline_value), outcome.unit)
    return (
        ("Metric", stated(outcome.metric)),
        ("Target", target),
        ("Tolerance", tolerance),
        *((("Metric today", today),) if today else ()),
        ("Today, by hand", _baseline(facts)),
        ("Cost of a wrong output", money(outcome.wrong_output_cost, outcome.currency)),
        ("A correct output", stated(outcome.correct_output)),
        *((("Further metrics", "; ".join(map(_further, outcome.further))),) if outcome.further else ()),
        ("Signed by", signers or "nobody yet"),
    )


def _further(metric: Metric) -> str:
    """One metric beside the primary one, with what it has to reach."""
    target = NOT_STATED if metric.target is None else measured(number(metric.target), metric.unit)
    return f"{stated(metric.metric)}: target {target}"


def _signed(signature: Signature) -> str:
    role = f" ({signature.role})" if signature.role else ""
    return f"{signature.name}{role}, {day(signature.signed_at)}"


def _baseline(facts: Facts) -> str:
    outcome = facts.outcome
    parts = []
    if outcome.baseline_cost is not None:
        parts.append(f"{money(outcome.baseline_cost, outcome.currency)} an item")
    if outcome.baseline_error_rate is not None:
        parts.append(f"{percent(outcome.baseline_error_rate)} wrong")
    if outcome.baseline_delay_days is not None:
        unit = "day" if outcome.baseline_delay_days == 1 else "days"
        parts.append(f"{number(outcome.baseline_delay_days)} {unit} of delay")
    return ", ".join(parts) or NOT_STATED


def _owner(facts: Facts) -> tuple[tuple[str, str], ...]:
    owned = facts.ownership
    missing = ownership.missing_parts(owned)
    review = NOT_STATED if owned.review_every_days is None else f"every {counted(owned.review_every_days, 'day')}"
    if owned.first_review is not None:
        review += f", first on {day(owned.first_review)}"
    return (
        ("Owner", ", ".join(part for part in (owned.owner.strip(), owned.role.strip()) if part) or NOT_STATED),
        ("Metric and tolerance", "accepted by the owner" if owned.owns_metric else "not accepted yet"),
        ("Review", review),
        ("Authority to pull it", _authority(facts)),
        *((("Rehearsal of pulling it", day(owned.rehearsal_on)),) if owned.rehearsal_on else ()),
        *((("Last review", _last_review(facts)),) if facts.reviews else ()),
        *((("Missing", "; ".join(missing)),) if missing else ()),
    )


def _authority(facts: Facts) -> str:
    found = standing(facts.outcome, facts.ownership, facts.confirmation)
    if found is Standing.NOT_STATED:
        return "not granted yet"
    when = f" on {day(facts.confirmation.confirmed_at)}" if facts.confirmation else " yet"
    return f"{found}{when}" if found is not Standing.VOID else f"{found}: to be confirmed again"


def _last_review(facts: Facts) -> str:
    held = [review for review in in_order(facts.reviews) if not review.withdrawn]
    if not held:
        return "none that counts"
    last = held[-1]
    where = {True: ", inside tolerance", False: ", outside tolerance", None: ""}[last.inside]
    return f"{day(last.held_on)}: {last.reading_in_words}{where}; decision: {last.decision}"


def _evidence(ledger: Ledger) -> tuple[Block, ...]:
    columns = (
        Column("Topic", width=1.1),
        Column("What is known", width=4.1),
        Column("Speaks", width=1.15),
        Column("Source", width=2.6),
        Column("Date", width=1.35),
    )
    rows = tuple(
        (str(entry.topic), _statement(entry), _speaks(entry), entry.source, day(entry.observed_at))
        for topic in Topic
        for entry in ledger.of(topic)
    )
    note = "Evidence marked as out of date does not count for readiness."
    return (Heading("Evidence"), Table(columns, rows, note=note))


def _statement(entry: Evidence) -> str:
    return f"{entry.statement}\nOut of date: {entry.stale}" if entry.stale else entry.statement


def _speaks(entry: Evidence) -> str:
    return {Finding.PASSED: "for", Finding.FAILED: "against", Finding.UNKNOWN: "unknown"}[entry.finding]


# --- the build briefs ----------------------------------------------------------------------------------------------


def _task(facts: Facts) -> Properties:
    workflow = facts.workflow
    volume = NOT_STATED if workflow.volume_per_month is None else f"{number(workflow.volume_per_month)} a month"
    return Properties(
        (
            ("Repeated task", stated(workflow.task)),
            ("How often", volume),
            ("Sources", stated(workflow.sources)),
            ("What follows", stated(workflow.next_step)),
            ("Worth keeping if", stated(workflow.keep_if)),
        )
    )


def _correct(facts: Facts) -> str:
    return stated(facts.outcome.correct_output).rstrip(".")


def _representative_input(facts: Facts) -> tuple[Block, ...]:
    report = facts.report
    if report is None:
        return (Paragraph("No sample has been audited. Audit 200 to 300 real production records first."),)
    text = (
        f"Records with the mix that production has: {percent(report.clean.share)} clean, and the edge cases below in "
        "their real shares. A trial on clean records only says nothing about the rest."
    )
    return (Paragraph(text), *_case_table(facts))


def _case_table(facts: Facts) -> tuple[Block, ...]:
    report = facts.report
    if report is None or not report.edge_cases:
        return ()
    columns = (
        Column("Edge case", width=4),
        Column("Records", _NUMBER),
        Column("Share", _NUMBER),
        Column("Decision", width=2),
    )
    rows = tuple(
        (case.title, f"{case.records:,}", percent(case.share), _handling(facts, case.id)) for case in report.edge_cases
    )
    return (Table(columns, rows),)


def _handling(facts: Facts, case_id: str) -> str:
    decision = facts.decisions.get(case_id)
    return "undecided" if decision is None else str(decision.handling)


def _handled_input(facts: Facts, ledger: Ledger) -> tuple[Block, ...]:
    if facts.report is None or ledger.effect is None:
        return (Paragraph("No sample has been audited, so nobody knows what the build will meet."),)
    return (Paragraph(facts.report.sentence), Paragraph(ledger.effect.sentence), *_case_table(facts))


def _components(facts: Facts, *, in_prototype: bool, otherwise: str) -> Properties | Paragraph:
    """The components by group."""
    groups: dict[str, list[str]] = {}
    for item in facts.items:
        if item.in_prototype is in_prototype and item.status is not ItemStatus.NOT_NEEDED:
            groups.setdefault(item.group.strip() or "No group", []).append(item.component)
    pairs = tuple((group, "; ".join(names)) for group, names in groups.items())
    return Properties(pairs) if pairs else Paragraph(otherwise)
