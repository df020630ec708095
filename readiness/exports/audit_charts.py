"""The charts of an audit as document blocks: what the audit document holds, and what the pages draw."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.audit.report import AuditReport, EdgeCase, Tier
from readiness.exports.document import Bar, Chart, Tone
from readiness.exports.figures import interval, percent
from readiness.shares import whole_percent

MOST_BARS = 12
SHARE_AXIS = "share of records (%), with 95% interval"

TIER_TONE = {
    Tier.CLEAN: Tone.GOOD,
    Tier.REPAIRABLE: Tone.NEUTRAL,
    Tier.NEEDS_REVIEW: Tone.CAUTION,
    Tier.UNUSABLE: Tone.STOP,
}


def tier_chart(report: AuditReport) -> Chart | None:
    """All records by tier; None without records."""
    if not report.records:
        return None
    bars = tuple(
        Bar(str(tier.tier).capitalize(), tier.share, tier.low, tier.high, TIER_TONE[tier.tier]) for tier in report.tiers
    )
    return Chart(f"{whole_percent(report.clean.share)} of the records are clean", bars, SHARE_AXIS)


def edge_case_chart(cases: Sequence[EdgeCase]) -> Chart | None:
    """The edge cases with the most records; None without any."""
    if not cases:
        return None
    shown = sorted(cases, key=lambda case: -case.records)[:MOST_BARS]
    bars = tuple(Bar(case.title, case.share, case.low, case.high) for case in shown)
    left = len(cases) - len(shown)
    note = f"The {len(shown)} edge cases with the most records, of {len(cases):,}." if left else ""
    return Chart(_largest(shown), bars, SHARE_AXIS, note)


def _largest(shown: Sequence[EdgeCase]) -> str:
    """What the most frequent edge cases are, with the interval; those of the same count are one finding."""
    first = shown[0]
    equal = sum(case.records == first.records for case in shown)
    of_records = f"{percent(first.share)} of the records (95% interval {interval(first.low, first.high)})"
    quoted = f'"{first.title}"'
    if len(shown) == 1:
        return f"{quoted} is the only edge case: {of_records}"
    if equal > 1:
        return f"The {equal} largest edge cases are in {of_records} each"
    return f"{quoted} is the largest edge case: {of_records}"
