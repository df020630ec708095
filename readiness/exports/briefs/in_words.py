"""Data, outcome and owner of a project as names with their values, as every brief writes them."""

from __future__ import annotations

from readiness.diagnosis.ledger import Facts, Ledger
from readiness.exports.document import Align, Block, Column, Paragraph, Properties, Table
from readiness.exports.figures import NOT_STATED, counted, day, interval, money, number, percent, shortened, stated
from readiness.outcome import ownership
from readiness.outcome.agreement import Signature
from readiness.outcome.authority import Standing, standing
from readiness.outcome.definition import Metric, measured
from readiness.outcome.reviews import in_order
from readiness.scope.items import ItemStatus

Pairs = tuple[tuple[str, str], ...]

LONGEST_METRIC = 100  # characters of it where it stands on one line with its target
MOST_CASES = 12  # edge cases of a brief's table; all of them stand in the audit document


def data(facts: Facts, ledger: Ledger) -> Pairs:
    report = facts.report
    if report is None:
        return (("Audit", "No sample has been audited."),)
    return (
        ("Clean share", report.sentence),
        ("Handling", ledger.effect.sentence if ledger.effect is not None else NOT_STATED),
        ("Records from", stated(facts.sample_origin)),
        ("Period", _period(facts)),
    )


def _period(facts: Facts) -> str:
    first, last = day(facts.sample_from), day(facts.sample_to)
    return f"{first or NOT_STATED} to {last or NOT_STATED}" if first or last else NOT_STATED


def outcome(facts: Facts, ledger: Ledger) -> Pairs:
    defined = facts.outcome
    target = (
        NOT_STATED
        if defined.target is None
        else f"{measured(number(defined.target), defined.unit)}, {defined.direction}"
    )
    signers = "; ".join(_signed(signature) for signature in ledger.valid_signatures)
    today = "" if defined.baseline_value is None else measured(number(defined.baseline_value), defined.unit)
    return (
        ("Metric", stated(defined.metric)),
        ("Target", target),
        ("Tolerance", tolerance(facts)),
        *((("Metric today", today),) if today else ()),
        ("Today, by hand", _baseline(facts)),
        ("Cost of a wrong output", money(defined.wrong_output_cost, defined.currency)),
        ("A correct output", stated(defined.correct_output)),
        *((("Further metrics", "; ".join(map(_further, defined.further))),) if defined.further else ()),
        ("Signed by", signers or "nobody yet"),
    )


def outcome_line(facts: Facts) -> str:
    """The primary metric with what it has to reach, on one line."""
    defined = facts.outcome
    if not defined.metric.strip():
        return NOT_STATED
    target = NOT_STATED if defined.target is None else measured(number(defined.target), defined.unit)
    return f"{shortened(defined.metric, LONGEST_METRIC)}: target {target}, tolerance {tolerance(facts)}"


def tolerance(facts: Facts) -> str:
    low, high = facts.outcome.tolerance_low, facts.outcome.tolerance_high
    if low is None or high is None:
        return NOT_STATED
    return measured(f"{number(low)} to {number(high)}", facts.outcome.unit)


def _further(metric: Metric) -> str:
    """One metric beside the primary one, with what it has to reach."""
    target = NOT_STATED if metric.target is None else measured(number(metric.target), metric.unit)
    return f"{stated(metric.metric)}: target {target}"


def _signed(signature: Signature) -> str:
    role = f" ({signature.role})" if signature.role else ""
    return f"{signature.name}{role}, {day(signature.signed_at)}"


def _baseline(facts: Facts) -> str:
    defined = facts.outcome
    parts = []
    if defined.baseline_cost is not None:
        parts.append(f"{money(defined.baseline_cost, defined.currency)} an item")
    if defined.baseline_error_rate is not None:
        parts.append(f"{percent(defined.baseline_error_rate)} wrong")
    if defined.baseline_delay_days is not None:
        unit = "day" if defined.baseline_delay_days == 1 else "days"
        parts.append(f"{number(defined.baseline_delay_days)} {unit} of delay")
    return ", ".join(parts) or NOT_STATED


def owner(facts: Facts) -> Pairs:
    owned = facts.ownership
    missing = ownership.missing_parts(owned)
    review = NOT_STATED if owned.review_every_days is None else f"every {counted(owned.review_every_days, 'day')}"
    if owned.first_review is not None:
        review += f", first on {day(owned.first_review)}"
    return (
        ("Owner", owner_line(facts)),
        ("Metric and tolerance", "accepted by the owner" if owned.owns_metric else "not accepted yet"),
        ("Review", review),
        ("Authority to pull it", _authority(facts)),
        *((("Rehearsal of pulling it", day(owned.rehearsal_on)),) if owned.rehearsal_on else ()),
        *((("Last review", _last_review(facts)),) if facts.reviews else ()),
        *((("Missing", "; ".join(missing)),) if missing else ()),
    )


def owner_line(facts: Facts) -> str:
    """The owner with their role."""
    owned = facts.ownership
    return ", ".join(part for part in (owned.owner.strip(), owned.role.strip()) if part) or NOT_STATED


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


def task(facts: Facts) -> Properties:
    workflow = facts.workflow
    return Properties(
        (
            ("Repeated task", stated(workflow.task)),
            ("How often", volume(facts)),
            ("Sources", stated(workflow.sources)),
            ("What follows", stated(workflow.next_step)),
            ("Worth keeping if", stated(workflow.keep_if)),
        )
    )


def volume(facts: Facts) -> str:
    monthly = facts.workflow.volume_per_month
    return NOT_STATED if monthly is None else f"{number(monthly)} a month"


def case_table(facts: Facts, most: int | None = None) -> tuple[Block, ...]:
    """The edge cases with their decision, the largest `most` of them; nothing where there is none."""
    report = facts.report
    if report is None or not report.edge_cases:
        return ()
    cases = report.edge_cases[:most]
    columns = (
        Column("Edge case", width=4),
        Column("Records", Align.RIGHT),
        Column("Share", Align.RIGHT),
        Column("95% interval", Align.RIGHT, 1.7),
        Column("Decision", width=2),
    )
    rows = tuple(
        (case.title, f"{case.records:,}", percent(case.share), interval(case.low, case.high), _handling(facts, case.id))
        for case in cases
    )
    left = len(report.edge_cases) - len(cases)
    note = f"The {len(cases)} largest of {len(report.edge_cases):,}; the audit document holds all." if left else ""
    return (Table(columns, rows, note=note),)


def _handling(facts: Facts, case_id: str) -> str:
    decision = facts.decisions.get(case_id)
    return "undecided" if decision is None else str(decision.handling)


def components(facts: Facts, *, in_prototype: bool, otherwise: str) -> Properties | Paragraph:
    """The components by group."""
    groups: dict[str, list[str]] = {}
    for item in facts.items:
        if item.in_prototype is in_prototype and item.status is not ItemStatus.NOT_NEEDED:
            groups.setdefault(item.group.strip() or "No group", []).append(item.component)
    pairs = tuple((group, "; ".join(names)) for group, names in groups.items())
    return Properties(pairs) if pairs else Paragraph(otherwise)
