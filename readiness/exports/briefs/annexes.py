"""The annexes of a decision brief: what the decision rests on, each figure with where it comes from."""

from __future__ import annotations

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.fix_plan import PlannedStep, TaskStatus
from readiness.diagnosis.ledger import Evidence, Finding, Ledger, Topic
from readiness.diagnosis.questions import QuestionResult, Reply
from readiness.diagnosis.stop_rules import StopInputs
from readiness.diagnosis.timeline import timeline
from readiness.diagnosis.votes import Tally
from readiness.exports.audit_charts import tier_chart
from readiness.exports.briefs import in_words
from readiness.exports.briefs.content import Decision
from readiness.exports.briefs.first_page import (
    MOST_CHANGES,
    MOST_REASONS,
    all_reasons,
    all_signers,
    cut_closing_texts,
    is_cut,
    shown_signers,
)
from readiness.exports.document import (
    SHORT_HASH,
    Align,
    Block,
    Bullets,
    Callout,
    Column,
    Heading,
    Paragraph,
    ParagraphKind,
    Properties,
    Signatures,
    Table,
    Tone,
)
from readiness.exports.figures import day, number, sentence_case, stated
from readiness.exports.scope_and_value import scope_in_short, scope_pictures, value_in_short
from readiness.shares import whole_percent

HASH_LENGTH = 64  # of a SHA-256 in hex
CLASHING = "Statements that cannot both be true"
LEFT_IN_FULL = "What this project leaves, in full"
ALL_SIGNATURES = "All signatures under this brief"
MODE_NAME = {
    FailureMode.DATA_QUALITY: "Data",
    FailureMode.SCOPE_UNDERESTIMATION: "Scope",
    FailureMode.MEASUREMENT: "Measurement",
    FailureMode.OWNERSHIP: "Ownership",
}


def annexes(decision: Decision) -> tuple[Block, ...]:
    """All annexes, A to H; the last one only where something failed, or where the first page cut what is left."""
    facts, ledger = decision.facts, decision.ledger
    return (
        Heading("Annex A: Audit"),
        *_audit(decision),
        Heading("Annex B: Scope, cost and value"),
        Properties(scope_in_short(facts, ledger)),
        *scope_pictures(facts, ledger),
        Heading("Value", 2),
        *value_in_short(ledger.value),
        Heading("Annex C: Outcome"),
        Properties(in_words.outcome(facts, ledger)),
        Heading("Annex D: Owner"),
        Properties(in_words.owner(facts)),
        *_further_signatures(decision),
        Heading("Annex E: Evidence"),
        _evidence(ledger),
        Heading(f"Annex F: {CLASHING}"),
        _contradictions(decision),
        Heading("Annex G: Answers and reasons"),
        *_reasons(decision),
        *_answers(decision),
        *_stop_rules(decision),
        *_failure(decision),
    )


# --- A to F --------------------------------------------------------------------------------------------------------


def _audit(decision: Decision) -> tuple[Block, ...]:
    facts = decision.facts
    pairs = Properties(in_words.data(facts, decision.ledger))
    if facts.report is None:
        return (pairs,)
    tiers = tier_chart(facts.report)
    return (pairs, *((tiers,) if tiers else ()), *in_words.case_table(facts, in_words.MOST_CASES))


def _further_signatures(decision: Decision) -> tuple[Block, ...]:
    signers = all_signers(decision)
    if signers == shown_signers(signers):
        return ()
    return (Heading(ALL_SIGNATURES, 2), Signatures(signers))


def _evidence(ledger: Ledger) -> Table:
    columns = (
        Column("Topic", width=1.1),
        Column("What is known", width=3.8),
        Column("Speaks", width=1),
        Column("Source, and page that holds it", width=3.2),
        Column("Date", width=1.25),
    )
    rows = tuple(
        (str(entry.topic), _statement(entry), _speaks(entry), _where(entry), day(entry.observed_at))
        for topic in Topic
        for entry in ledger.of(topic)
    )
    return Table(columns, rows, note="Evidence marked as out of date does not count for readiness.")


def _statement(entry: Evidence) -> str:
    return f"{entry.statement}\nOut of date: {entry.stale}" if entry.stale else entry.statement


def _speaks(entry: Evidence) -> str:
    return {Finding.PASSED: "for", Finding.FAILED: "against", Finding.UNKNOWN: "unknown"}[entry.finding]


def _where(entry: Evidence) -> str:
    """The source with the first characters of its hash, where it has one, and the page."""
    mark = entry.reference[:SHORT_HASH] if len(entry.reference) == HASH_LENGTH else ""
    source = f"{entry.source}, {mark}" if mark and mark not in entry.source else entry.source
    return f"{sentence_case(source)}\n{entry.place.words}"


def _contradictions(decision: Decision) -> Block:
    found = decision.diagnosis.contradictions
    if not found:
        return Paragraph("Nothing on record contradicts anything else that is looked for.")
    columns = (Column("Weight", width=1), Column("Statements", width=5), Column("Settled at", width=1.8))
    rows = tuple((str(one.severity), one.sentence, one.place.words) for one in found)
    note = "While a blocking one stands there is no GO; a serious one is to be settled before anybody signs."
    return Table(columns, rows, note=note)


# --- G -------------------------------------------------------------------------------------------------------------


def _reasons(decision: Decision) -> tuple[Block, ...]:
    """The reasons and changes in full, where the first page could not hold them."""
    reasons, changes = all_reasons(decision), tuple(decision.changes)
    blocks: list[Block] = []
    if is_cut(reasons, MOST_REASONS):
        blocks += [Heading("All reasons", 2), Bullets(reasons)]
    if is_cut(changes, MOST_CHANGES):
        blocks += [Heading("All that would change it", 2), Bullets(changes)]
    return tuple(blocks)


def _answers(decision: Decision) -> tuple[Block, ...]:
    stage, blocks = decision.facts.workflow.stage, list[Block]()
    for position, result in enumerate(decision.diagnosis.questions, start=1):
        blocks.append(Heading(f"{position}. {MODE_NAME[result.mode]}", 2))
        blocks.append(Paragraph(decision.catalog.of(result.mode).question.at(stage), ParagraphKind.LEAD))
        blocks.append(Properties((*_answer(result), *_votes(decision.votes_on(result.mode)))))
        blocks += _against(result)
    return tuple(blocks)


def _answer(result: QuestionResult) -> tuple[tuple[str, str], ...]:
    pairs = [("Evidence suggests", sentence_case(f"{result.suggestion.reply}. {result.suggestion.because}"))]
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


def _votes(tally: Tally | None) -> tuple[tuple[str, str], ...]:
    """What participants voted, and why, without anybody's name."""
    if tally is None:
        return ()
    said = ((f"Why {reply}", "\n".join(tally.reasons(reply))) for reply in Reply)
    return (("Private votes", tally.sentence), *((name, why) for name, why in said if why))


def _against(result: QuestionResult) -> tuple[Block, ...]:
    if not result.against_evidence or result.answer is None:
        return ()
    text = f"The evidence suggests {result.suggestion.reply}, the answer is {result.answer.reply}."
    return (Callout("Answered against the evidence", text, Tone.CAUTION),)


def _stop_rules(decision: Decision) -> tuple[Block, ...]:
    columns = (
        Column("Rule", width=2),
        Column("State", width=1),
        Column("Why", width=4),
        Column("Margin", width=1.8),
    )
    rows = tuple(
        (
            decision.catalog.stop_rule(str(result.rule)).name,
            str(result.state),
            result.because,
            result.margin_in_words or "not known",
        )
        for result in decision.diagnosis.stop_rules
    )
    inputs = decision.stop_inputs
    stated_inputs = (
        (
            "Limit of the data rule",
            f"{number(100 * inputs.most_outside_share)}%; reason: {stated(inputs.limit_reason)}",
        ),
        ("Least probability of the cost rule", whole_percent(inputs.least_probability)),
        ("Source of the value", _value_source(decision.ledger, inputs)),
    )
    note = "The project stops when any of the three is met."
    return (Heading("Stop rules", 2), Table(columns, rows, note=note), Properties(stated_inputs))


def _value_source(ledger: Ledger, inputs: StopInputs) -> str:
    if ledger.value.started:
        return "simulated from the inputs in annex B, each with its source"
    return stated(inputs.value_source)


# --- H -------------------------------------------------------------------------------------------------------------


def _failure(decision: Decision) -> tuple[Block, ...]:
    """The failure mode with its repair; of a project that ends, with what it leaves."""
    primary, cut = decision.diagnosis.primary, cut_closing_texts(decision) if decision.stopped else ()
    if primary is None:
        return (Heading(f"Annex H: {LEFT_IN_FULL}"), Properties(cut)) if cut else ()
    left = (Heading(LEFT_IN_FULL, 2), Properties(cut)) if cut else ()
    return (
        Heading("Annex H: Failure mode" if decision.stopped else "Annex H: Failure mode and repair"),
        *_primary(decision, primary),
        *(left if decision.stopped else _repair(decision, primary)),
    )


def _primary(decision: Decision, primary: FailureMode) -> tuple[Block, ...]:
    mode = decision.catalog.of(primary)
    also = decision.diagnosis.also_found
    found = tuple(f"{sentence_case(one)}: {decision.catalog.of(one).title}." for one in also)
    return (
        Heading(f"Primary failure mode: {mode.mode}", 2),
        Paragraph(f"{mode.title}.", ParagraphKind.LEAD),
        Properties((("What it looks like", mode.looks_like), ("What comes next", mode.comes_next))),
        *_timeline(decision),
        *((Heading("Also found", 2), Bullets(found)) if found else ()),
    )


def _timeline(decision: Decision) -> tuple[Block, ...]:
    """When each mode usually shows, by the calendar of this project: days, which stay as they are tomorrow."""
    facts = decision.facts
    stands = timeline(facts.workflow, decision.catalog, facts.now.date())
    if stands is None or stands.launched_on is None:
        return ()
    columns = (Column("Failure mode", width=4.5), Column("Month", Align.RIGHT, 0.9), Column("Here", Align.RIGHT, 1.6))
    rows = tuple((f"{sentence_case(one.mode)}: {one.title}", str(one.month), day(one.on)) for one in stands.stages)
    note = f"Launched on {day(stands.launched_on)}. Months count from there."
    return (Heading("When each failure usually shows", 2), Table(columns, rows, note=note))


def _repair(decision: Decision, primary: FailureMode) -> tuple[Block, ...]:
    heading = Heading("What puts it right, in this order", 2)
    if decision.steps:
        return (heading, _plan(decision.steps))
    columns = (Column("No.", Align.RIGHT, 0.6), Column("Step", width=4), Column("Closed by", width=4))
    fix = decision.catalog.of(primary).fix
    return (heading, Table(columns, tuple((str(n), one.step, one.evidence) for n, one in enumerate(fix, start=1))))


def _plan(steps: tuple[PlannedStep, ...]) -> Table:
    columns = (
        Column("No.", Align.RIGHT, 0.6),
        Column("Step", width=3.2),
        Column("Who", width=1.5),
        Column("Until", width=1.3),
        Column("Status", width=1.1),
        Column("Evidence", width=3.2),
    )
    rows = tuple(
        (
            str(n),
            one.step.step,
            one.task.owner.strip(),
            day(one.task.due_on),
            str(one.status),
            one.because if one.status is TaskStatus.CLOSED else f"{one.because}\n{one.place.words}",
        )
        for n, one in enumerate(steps, start=1)
    )
    return Table(columns, rows, note="A step is closed by its evidence, never by a tick.")
