"""The workflow brief: where the work breaks, and the first step of AI that is worth building there (M36)."""

from __future__ import annotations

from datetime import datetime
from math import fsum

from readiness.audit.decisions import Handling
from readiness.diagnosis.ledger import Facts, Ledger
from readiness.exports.briefs import in_words
from readiness.exports.briefs.content import brief_document
from readiness.exports.document import (
    Block,
    Bullets,
    Callout,
    Document,
    Heading,
    Paragraph,
    Properties,
)
from readiness.exports.figures import NOT_STATED, counted, listed, number, percent, stated, whole
from readiness.exports.scope_and_value import scope_in_short
from readiness.scope.items import ScopeItem
from readiness.shares import whole_percent
from readiness.workflow import missing_parts

LARGEST_CASES = 5
ROUGH_PARTS = ("Person-days", "Calendar time", "Cost", "Run cost", "Not estimated")  # of the scope in short
FIRST_BUILD = (  # (M37)
    "one path by which the input comes in;",
    "one AI step whose output has a fixed form that can be checked;",
    "a record of each item in a database;",
    "a screen on which a person approves, edits or refuses, with links to the sources;",
    "a hand-off into the tool that the next person already uses, and basic logs.",
)


def workflow_brief(*, project_name: str, facts: Facts, ledger: Ledger, issued_at: datetime | None) -> Document:
    """What the workflow suffers from, what to build first, where people look, and roughly what it costs."""
    blocks = (
        Callout("The first AI step worth building", _first_step(facts)),
        *_not_stated(facts),
        Heading("Where the workflow breaks"),
        *_breaks(facts),
        Heading("Tools and sources"),
        Properties(
            (
                ("Drawn on", stated(facts.workflow.sources)),
                ("Records from", stated(facts.sample_origin)),
                ("What follows an output", stated(facts.workflow.next_step)),
            )
        ),
        Heading("What the first build holds"),
        Bullets(FIRST_BUILD),
        Heading("Review points"),
        *_review_points(facts, ledger),
        Heading("The lowest-risk first version"),
        *_first_version(facts, ledger),
        Heading("Roughly what it takes"),
        *_rough_range(facts, ledger),
    )
    return brief_document("Workflow brief", project_name, facts, blocks, issued_at, evidence=ledger.hash)


def _first_step(facts: Facts) -> str:
    keep = facts.workflow.keep_if.strip()
    worth = f"\nIt is worth keeping if: {keep}" if keep else ""
    return f"{stated(facts.workflow.task)}{worth}"


def _not_stated(facts: Facts) -> tuple[Block, ...]:
    missing = missing_parts(facts.workflow)
    return (Paragraph(f"Not stated yet: {listed(missing)}."),) if missing else ()


def _breaks(facts: Facts) -> tuple[Block, ...]:
    pairs = (
        ("How often it runs", in_words.volume(facts)),
        ("A delay or an error costs", stated(facts.workflow.cost_of_delay)),
        ("Outside the clean case", _outside(facts)),
    )
    return (Properties(pairs), *in_words.case_table(facts, LARGEST_CASES))


def _outside(facts: Facts) -> str:
    report, monthly = facts.report, facts.workflow.volume_per_month
    if report is None or not report.records:
        return "not known: no sample has been audited"
    outside = f"{whole_percent(1 - report.clean.share)} of the records"
    if monthly is None:
        return outside
    low, high = monthly * (1 - report.clean.high), monthly * (1 - report.clean.low)
    return f"{outside}: {whole(low)} to {whole(high)} items of the {number(monthly)} a month"


def _review_points(facts: Facts, ledger: Ledger) -> tuple[Block, ...]:
    report, effect = facts.report, ledger.effect
    pairs = [("Looks before anything leaves", stated(facts.workflow.reviewer))]
    if report is not None:
        chosen = ((Handling.HUMAN_REVIEW, "Goes to a person"), (Handling.REJECT, "Is sent back"))
        pairs += [(name, _cases(facts, handling)) for handling, name in chosen]
        pairs.append(("Nobody has decided", _cases(facts, None)))
    if effect is not None and effect.records:
        pairs.append(("In all", effect.sentence))
    return (Properties(tuple(pairs)),)


def _cases(facts: Facts, handling: Handling | None) -> str:
    """The edge cases with this decision, or with none."""
    report = facts.report
    found = [
        f"{case.title} ({percent(case.share)})"
        for case in (report.edge_cases if report else ())
        if (facts.decisions[case.id].handling if case.id in facts.decisions else None) == handling
    ]
    return "; ".join(found) or "no edge case"


def _first_version(facts: Facts, ledger: Ledger) -> tuple[Block, ...]:
    effect = ledger.effect
    share = "the clean case" if effect is None else f"the {whole_percent(effect.automatic.share)} that run by rule"
    steps = (
        f"Take {share}; everything else stays with people, as today.",
        "Run beside the present work first: outputs are compared, and nobody acts on one that no person has seen.",
        "Let a person approve each output; take the approval away only where the figures have earned it.",
        f"Measure from the first day: {stated(facts.outcome.metric)}.",
    )
    otherwise = "No component is marked as part of the prototype."
    return (
        Bullets(steps, numbered=True),
        Heading("Components that it needs", 2),
        in_words.components(facts, in_prototype=True, otherwise=otherwise),
    )


def _rough_range(facts: Facts, ledger: Ledger) -> tuple[Block, ...]:
    whole_build = tuple(pair for pair in scope_in_short(facts, ledger) if pair[0] in ROUGH_PARTS)
    first = ("First version alone", _first_days([item for item in facts.items if item.in_prototype]))
    note = "Ranges, not promises: they widen with each component that nobody has estimated."
    return (Properties((first, *whole_build)), Paragraph(note))


def _first_days(items: list[ScopeItem]) -> str:
    ranges = [one for one in (item.days() for item in items) if one is not None]
    if not ranges:
        return NOT_STATED
    low, high = fsum(one.low for one in ranges), fsum(one.high for one in ranges)
    unknown = len(items) - len(ranges)
    left_out = f"; {counted(unknown, 'component')} not in it" if unknown else ""
    return f"{number(low)} to {number(high)} person-days, from its lows to its highs{left_out}"
