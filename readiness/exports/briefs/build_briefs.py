"""The two build briefs: a prototype that proves the approach, and a production build that meets the outcome (M19)."""

from __future__ import annotations

from datetime import datetime

from readiness.diagnosis.ledger import Facts, Ledger
from readiness.exports.briefs import in_words
from readiness.exports.briefs.content import brief_document
from readiness.exports.document import Block, Bullets, Callout, Document, Heading, PageBreak, Paragraph, Properties
from readiness.exports.figures import stated
from readiness.exports.scope_and_value import scope
from readiness.shares import whole_percent

DONE_AFTER_DAYS = 60  # consecutive days inside the tolerance (M2)
PROTOTYPE_WEEKS = (2, 4)  # (M19)


def prototype_brief(*, project_name: str, facts: Facts, ledger: Ledger, issued_at: datetime | None) -> Document:
    """What the prototype is to prove, and what it is not."""
    low, high = PROTOTYPE_WEEKS
    blocks = (
        Callout(
            "Prove the approach on representative input",
            f"A working demonstration within {low} to {high} weeks. It is a project of its own, not the first phase of "
            "production.",
        ),
        Heading("The task"),
        in_words.task(facts),
        Heading("Finished when"),
        Bullets(
            (
                "it runs on records drawn from production, edge cases included, and not on chosen ones;",
                f"its output is judged against the agreed description of a correct output: {_correct(facts)};",
                "the share of records that it handles is counted, and what it does not handle is listed by edge case.",
            )
        ),
        Heading("Part of the prototype"),
        in_words.components(facts, in_prototype=True, otherwise="No component is marked as part of the prototype."),
        PageBreak(),
        Heading("Input"),
        *_representative_input(facts),
        Heading("Left to the production build"),
        in_words.components(facts, in_prototype=False, otherwise="No component is left to production."),
    )
    return brief_document("Prototype brief", project_name, facts, blocks, issued_at, evidence=ledger.hash)


def production_brief(*, project_name: str, facts: Facts, ledger: Ledger, issued_at: datetime | None) -> Document:
    """What the production build has to meet, with its whole inventory."""
    blocks = (
        Callout(
            f"Meet the outcome within tolerance for {DONE_AFTER_DAYS} consecutive days",
            "Deployed is not done. It is a project of its own, with its own scope and estimates.",
        ),
        Heading("The task"),
        in_words.task(facts),
        Heading("Outcome"),
        Properties(in_words.outcome(facts, ledger)),
        Heading("Owner"),
        Properties(in_words.owner(facts)),
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
    return brief_document("Production brief", project_name, facts, blocks, issued_at, evidence=ledger.hash)


def _correct(facts: Facts) -> str:
    return stated(facts.outcome.correct_output).rstrip(".")


def _representative_input(facts: Facts) -> tuple[Block, ...]:
    report = facts.report
    if report is None:
        return (Paragraph("No sample has been audited. Audit 200 to 300 real production records first."),)
    text = (
        f"Records with the mix that production has: {whole_percent(report.clean.share)} clean, and the edge cases "
        "below in their real shares. A trial on clean records only says nothing about the rest."
    )
    return (Paragraph(text), *in_words.case_table(facts))


def _handled_input(facts: Facts, ledger: Ledger) -> tuple[Block, ...]:
    if facts.report is None or ledger.effect is None:
        return (Paragraph("No sample has been audited, so nobody knows what the build will meet."),)
    return (Paragraph(facts.report.sentence), Paragraph(ledger.effect.sentence), *in_words.case_table(facts))
