"""The page that a sponsor reads and signs: the decision, why, what would change it, and what comes next. Each text is
short by rule; what is cut off stands in full in an annex."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.diagnosis.contradictions import Severity
from readiness.diagnosis.fix_plan import TaskStatus
from readiness.diagnosis.questions import QuestionResult, Reply
from readiness.diagnosis.stop_rules import RuleState, StopRule
from readiness.diagnosis.value_against_cost import chance, months
from readiness.diagnosis.verdict_table import Verdict
from readiness.exports.briefs import in_words
from readiness.exports.briefs.content import PRIMARY_SECTION, Decision, missing_closing_parts
from readiness.exports.document import (
    Beside,
    Block,
    Bullets,
    Callout,
    Column,
    Figure,
    Heading,
    KeyFigures,
    Paragraph,
    ParagraphKind,
    PlainBlock,
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
    interval,
    listed,
    person_days,
    sentence_case,
    shortened,
    whole,
)
from readiness.outcome.agreement import person_key
from readiness.shares import whole_percent

MOST_REASONS = 5
MOST_CHANGES = 3
MOST_SIGNERS = 4
LONGEST_TEXT = 160  # characters of one sentence on this page
LONGEST_NAME = 60
UNKNOWN = "unknown"
_TO_SETTLE = (Severity.BLOCKING, Severity.SERIOUS)

TONE = {Verdict.GO: Tone.GOOD, Verdict.FIX_FIRST: Tone.CAUTION, Verdict.STOP: Tone.STOP}
VERDICT_MEANING = {
    Verdict.GO: "The production build can begin.",
    Verdict.FIX_FIRST: "Put right what stands below, then decide again.",
    Verdict.STOP: "End this project as it is, and keep what it has shown.",
}


def first_page(decision: Decision) -> tuple[Block, ...]:
    """Everything that is signed, in the order in which it is read."""
    return (
        *_verdict(decision),
        KeyFigures(_key_figures(decision)),
        *_how_to_read(decision),
        Beside((*_why(decision), *_changes(decision)), (*_questions(decision), *_stop_rules(decision))),
        *(_leaves(decision) if decision.stopped else _next(decision)),
        Heading("Signatures"),
        *signed_page(all_signers(decision)),
    )


def all_reasons(decision: Decision) -> tuple[str, ...]:
    """Why the verdict is what it is; the rule itself where it has no reason of its own."""
    return tuple(decision.diagnosis.reasons) or (decision.diagnosis.rule,)


def is_cut(texts: Sequence[str], most: int) -> bool:
    """Whether the first page leaves anything out of `texts`."""
    return len(texts) > most or any(shortened(text, LONGEST_TEXT) != " ".join(text.split()) for text in texts)


def cut_closing_texts(decision: Decision) -> tuple[tuple[str, str], ...]:
    """What a project that ends leaves, as far as the first page had to shorten it."""
    return tuple((name, text) for name, text in closing_texts(decision) if is_cut((text,), most=1))


def all_signers(decision: Decision) -> tuple[Signer, ...]:
    """Who signed, and lines for those who are still to sign: the sponsor decides, the owner takes it on."""
    owned = decision.facts.ownership
    lines = (Signer("", "Sponsor"), Signer(owned.owner.strip(), owned.role.strip() or "Owner"))
    return with_lines_left(tuple(decision.signers), lines)


def with_lines_left(signers: tuple[Signer, ...], lines: Sequence[Signer]) -> tuple[Signer, ...]:
    """Who signed, then the lines that nobody signed yet, as far as there is room beside.

    A line with a name is signed by that person; one without is signed by anybody else, the first of them first.
    """
    named, signed = ({person_key(one.name) for one in of if one.name} for of in (lines, signers))
    nameless = [line for line in lines if not line.name][len(signed - named) :]
    left = (line for line in lines if line in nameless or (line.name and person_key(line.name) not in signed))
    return (*signers, *left)[: max(len(signers), MOST_SIGNERS)]


def shown_signers(signers: Sequence[Signer]) -> tuple[Signer, ...]:
    """Those of the first page, with names and roles that fit there."""
    return tuple(
        Signer(shortened(one.name, LONGEST_NAME), shortened(one.role, LONGEST_NAME), one.signed)
        for one in signers[:MOST_SIGNERS]
    )


def signed_page(signers: tuple[Signer, ...], further: str = "in annex D") -> tuple[Block, ...]:
    """The signatures of the first page; `further` says where those stand that do not fit."""
    shown, more = shown_signers(signers), len(signers) - MOST_SIGNERS
    note = f"{counted(more, 'more signature')} {further}." if more > 0 else f"In full {further}."
    return (Signatures(shown), *((Paragraph(note, ParagraphKind.NOTE),) if shown != signers else ()))


def what_ended_it(decision: Decision) -> str:
    """The stop rules that are met, and the primary failure mode."""
    diagnosis, catalog = decision.diagnosis, decision.catalog
    met = [catalog.stop_rule(str(rule.rule)).name for rule in diagnosis.stop_rules if rule.state is RuleState.MET]
    ended = f"Stop rule met: {'; '.join(met)}." if met else "No stop rule is met."
    if diagnosis.primary is None:
        return f"{ended} Primary failure mode: none, as none of the four questions fails."
    return f"{ended} Primary failure mode: {diagnosis.primary}. {catalog.of(diagnosis.primary).title}."


def closing_texts(decision: Decision) -> tuple[tuple[str, str], ...]:
    """What a clean stop holds: what ended it, what was learned, and what could work instead (M32)."""
    pairs = []
    for section in decision.catalog.stop_document:
        text = decision.closing.get(section.id, "").strip()
        if not text and section.id == PRIMARY_SECTION:
            text = what_ended_it(decision)
        pairs.append((section.heading, text or sentence_case(f"{NOT_STATED}.")))
    return tuple(pairs)


# --- the verdict and its figures -----------------------------------------------------------------------------------


def _verdict(decision: Decision) -> tuple[Block, ...]:
    verdict = decision.diagnosis.verdict
    band = Callout(str(verdict), f"{VERDICT_MEANING[verdict]}\n{decision.diagnosis.rule}", TONE[verdict])
    missing = missing_closing_parts(verdict, decision.catalog, decision.closing)
    if not missing:
        return (band,)
    verb = "is" if len(missing) == 1 else "are"
    text = f"{sentence_case(listed(missing))} {verb} not stated."
    return (band, Callout("Not complete", text, Tone.CAUTION))


def _key_figures(decision: Decision) -> tuple[Figure, ...]:
    return (_clean(decision), _person_days(decision), _cost(decision), _covered(decision))


def _clean(decision: Decision) -> Figure:
    report, label = decision.facts.report, "Clean share"
    if report is None or not report.records:
        return Figure(label, UNKNOWN, "no sample audited")
    between = f"95% interval {interval(report.clean.low, report.clean.high)}"
    return Figure(label, whole_percent(report.clean.share), between)


def _person_days(decision: Decision) -> Figure:
    total, label = decision.ledger.total, "Person-days, P50 / P80"
    if total.simulated is None:
        return Figure(label, UNKNOWN, "nothing estimated")
    of = total.simulated.days
    return Figure(
        label, f"{person_days(of.p50)} / {person_days(of.p80)}", _left_out(decision) or "every component estimated"
    )


def _cost(decision: Decision) -> Figure:
    total, currency = decision.ledger.total, shortened(decision.facts.plan.currency, 12)
    label = f"Cost in {currency}, P50 / P80" if currency else "Cost, P50 / P80"
    if total.cost is None:
        return Figure(label, UNKNOWN, "no day rate" if total.estimated else "nothing estimated")
    return Figure(label, f"{whole(total.cost.p50)} / {whole(total.cost.p80)}", _left_out(decision) or "to build")


def _left_out(decision: Decision) -> str:
    unknown = len(decision.ledger.total.unknown)
    return f"{counted(unknown, 'component')} not in it" if unknown else ""


def _covered(decision: Decision) -> Figure:
    value, label = decision.ledger.value, "Value covers the cost"
    if value.probability is not None:
        return Figure(label, value.probability_in_words, f"probability over {months(value.horizon_months)}")
    probability = _stated_probability(decision)
    if probability is None:
        return Figure(label, UNKNOWN, "value or cost not known")
    return Figure(label, chance(probability, at_most=bool(decision.ledger.total.unknown)), "probability, stated value")


def _stated_probability(decision: Decision) -> float | None:
    """By the one figure that the team states, where the value has not been simulated."""
    rule = next((one for one in decision.diagnosis.stop_rules if one.rule is StopRule.COST), None)
    if rule is None or rule.margin is None or rule.unit != "share" or decision.ledger.value.started:
        return None
    return rule.margin + decision.stop_inputs.least_probability


def _how_to_read(decision: Decision) -> tuple[Block, ...]:
    """What the levels mean and where the figures come from; nothing while there is no figure."""
    levels = (
        "P50: as likely more as less. P80: four outcomes in five stay below it."
        if decision.ledger.total.simulated is not None
        else ""
    )
    sources = [name for name, known in (("A", decision.facts.report is not None), ("B", bool(levels))) if known]
    if not sources:
        return ()
    where = f"Sources: annex {sources[0]}." if len(sources) == 1 else "Sources: annexes A and B."
    return (Paragraph(f"{levels} {where}".strip(), ParagraphKind.NOTE),)


# --- why, and what would change it ---------------------------------------------------------------------------------


def _why(decision: Decision) -> tuple[PlainBlock, ...]:
    return (Heading("Why"), *_in_short(all_reasons(decision), MOST_REASONS, "reason"))


def _changes(decision: Decision) -> tuple[PlainBlock, ...]:
    if not decision.changes:
        return ()
    return (Heading("What would change it"), *_in_short(tuple(decision.changes), MOST_CHANGES, "change"))


def _in_short(texts: tuple[str, ...], most: int, name: str) -> tuple[PlainBlock, ...]:
    """The first of `texts`, each short, and how many more the annex holds."""
    more = len(texts) - most
    note = f"{counted(more, f'more {name}')} in annex G." if more > 0 else "In full in annex G."
    return (
        Bullets(tuple(shortened(text, LONGEST_TEXT) for text in texts[:most])),
        *((Paragraph(note, ParagraphKind.NOTE),) if is_cut(texts, most) else ()),
    )


def _questions(decision: Decision) -> tuple[PlainBlock, ...]:
    stage, catalog = decision.facts.workflow.stage, decision.catalog
    columns = (Column("Question", width=4), Column("Evidence", width=1.65), Column("Answer", width=1.55))
    results = decision.diagnosis.questions
    rows = tuple(
        (f"{place}. {catalog.of(one.mode).question.at(stage)}", str(one.suggestion.reply), _answered(one))
        for place, one in enumerate(results, start=1)
    )
    note = (
        "The first no that counts is the primary failure mode." if any(one.reply is Reply.NO for one in results) else ""
    )
    if any(one.against_evidence for one in results):
        note += " * Against the evidence; the reason stands in annex G."
    if any(_counts_otherwise(one) for one in results):
        note += " † Counts as unknown: a yes needs evidence or a stated reason."
    return (Heading("The four questions"), Table(columns, rows, note=note.strip()))


def _answered(result: QuestionResult) -> str:
    """The answer with its marks; what nobody answered counts as no where the evidence says no, else as unknown."""
    if result.answer is None:
        return "none yet"
    mark = " *" if result.against_evidence else ""
    return f"{result.answer.reply}{mark}{' †' if _counts_otherwise(result) else ''}"


def _counts_otherwise(result: QuestionResult) -> bool:
    return result.answer is not None and result.answer.reply is not result.reply


def _stop_rules(decision: Decision) -> tuple[PlainBlock, ...]:
    columns = (Column("Stop rule", width=3), Column("State", width=1.65), Column("Margin", width=2.55))
    rows = tuple(
        (decision.catalog.stop_rule(str(one.rule)).name, str(one.state), one.margin_in_words or "not known")
        for one in decision.diagnosis.stop_rules
    )
    return (Heading("Stop rules"), Table(columns, rows))


# --- what comes next -----------------------------------------------------------------------------------------------


def _leaves(decision: Decision) -> tuple[Block, ...]:
    pairs = tuple((name, shortened(text, LONGEST_TEXT)) for name, text in closing_texts(decision))
    note = (Paragraph("In full in annex H.", ParagraphKind.NOTE),) if cut_closing_texts(decision) else ()
    return (
        Heading("What this project leaves"),
        Properties((_owner(decision), *pairs, *_clashing(decision))),
        *note,
    )


def _next(decision: Decision) -> tuple[Block, ...]:
    step, who = _next_step(decision)
    return (
        Heading("What comes next"),
        Properties(
            (
                ("Outcome", shortened(in_words.outcome_line(decision.facts), LONGEST_TEXT)),
                _owner(decision),
                *_begins_at(decision),
                ("Next step", shortened(step, LONGEST_TEXT)),
                ("Who and until when", who),
                *_clashing(decision),
            )
        ),
    )


def _owner(decision: Decision) -> tuple[str, str]:
    return ("Owner", shortened(in_words.owner_line(decision.facts), LONGEST_TEXT))


def _clashing(decision: Decision) -> tuple[tuple[str, str], ...]:
    """What has to be settled before anybody signs: how many contradictions, and the gravest one."""
    found = [one for severity in _TO_SETTLE for one in decision.diagnosis.contradictions if one.severity is severity]
    if not found:
        return ()
    counts = ((severity, sum(one.severity is severity for one in found)) for severity in _TO_SETTLE)
    said = listed([f"{count} {severity}" for severity, count in counts if count])
    return (("Contradictions", shortened(f"{said}, in annex F. {found[0].sentence}", LONGEST_TEXT)),)


def _begins_at(decision: Decision) -> tuple[tuple[str, str], ...]:
    primary, also = decision.diagnosis.primary, decision.diagnosis.also_found
    if primary is None:
        return ()
    found = f"; also found: {listed(tuple(map(str, also)))}" if also else ""
    return (("Primary failure mode", f"{primary}{found}"),)


def _next_step(decision: Decision) -> tuple[str, str]:
    """What is done first, and who does it until when."""
    facts = decision.facts
    if decision.diagnosis.verdict is Verdict.GO:
        until = day(facts.ownership.first_review)
        text = "Begin the production build by its own brief; the owner holds the first review."
        return text, _who(facts.ownership.owner, f"first review on {until}" if until else "")
    planned = next((one for one in decision.steps if one.status is not TaskStatus.CLOSED), None)
    if planned is not None:
        due = day(planned.task.due_on)
        return planned.step.step, _who(planned.task.owner, f"by {due}" if due else "")
    return _first_open(decision), _who("", "")


def _who(name: str, until: str) -> str:
    return f"{shortened(name, LONGEST_NAME) or 'nobody named yet'}, {until or 'no date set'}"


def _first_open(decision: Decision) -> str:
    """The first thing in the way of a verdict, where no plan names a step."""
    diagnosis, catalog = decision.diagnosis, decision.catalog
    if diagnosis.primary is not None:
        return catalog.of(diagnosis.primary).fix[0].step
    for place, one in enumerate(diagnosis.questions, start=1):
        if one.reply is Reply.UNKNOWN:
            return f"Answer question {place}. {one.suggestion.because}"
    for rule in diagnosis.stop_rules:
        if rule.state is RuleState.UNKNOWN:
            return rule.because
    blocking = [one for one in diagnosis.contradictions if one.severity is Severity.BLOCKING]
    return blocking[0].sentence if blocking else diagnosis.rule
