"""The diagnosis as lines of text for a terminal: one screen, and how much more the JSON and the brief hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from readiness.exports.briefs.content import Decision

WIDTH = 100  # characters of a line
MOST_REASONS, MOST_CHANGES, MOST_CONTRADICTIONS = 5, 3, 5


def diagnosis_lines(decision: Decision) -> Iterator[str]:
    """Verdict, reasons, stop rules with their margins, contradictions, and what would change the verdict."""
    diagnosis = decision.diagnosis
    yield f"{diagnosis.verdict}: {decision.project_name}"
    yield from _wrapped(diagnosis.rule, "")
    if diagnosis.primary is not None:
        also = f"; also found: {', '.join(diagnosis.also_found)}" if diagnosis.also_found else ""
        yield f"Primary failure mode: {diagnosis.primary}{also}"
    yield from _listed("Reasons:", diagnosis.reasons, MOST_REASONS)
    yield "Stop rules:"
    for rule in diagnosis.stop_rules:
        margin = f", {rule.margin_in_words}" if rule.margin_in_words else ""
        yield f"  {decision.catalog.stop_rule(str(rule.rule)).name}: {rule.state}{margin}"
    clashes = [f"{one.severity}: {one.sentence}" for one in diagnosis.contradictions]
    yield from _listed("Statements that cannot both be true:", clashes, MOST_CONTRADICTIONS)
    yield from _listed("What would change it:", decision.changes, MOST_CHANGES)


def _listed(heading: str, sentences: Sequence[str], most: int) -> Iterator[str]:
    if not sentences:
        return
    yield heading
    for sentence in sentences[:most]:
        yield from _wrapped(sentence, "  ")
    if len(sentences) > most:
        yield f"  and {len(sentences) - most:,} more in the JSON and the brief"


def _wrapped(sentence: str, indent: str) -> list[str]:
    return wrap(sentence, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False)
