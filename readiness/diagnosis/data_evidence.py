"""What is known of the data: the clean share, the handling decisions, where records go, and what has shifted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from readiness.audit.decisions import HandlingEffect
from readiness.audit.report import AuditReport, EdgeCase
from readiness.audit.shift_report import ShiftReport, plain
from readiness.diagnosis.dates import from_to, in_words
from readiness.diagnosis.ledger import Evidence, Facts, Finding, Topic
from readiness.diagnosis.places import Page, Place
from readiness.workflow import Stage

FEWEST_RECORDS = 100  # fewer leave the clean share open by about ten points either way; 200 to 300 are meant (M3)
STALE_AFTER_DAYS = 30  # a stalled project is diagnosed on current records (M30)
MOST_NAMED = 5  # fields in a sentence

FOUND = Place(Page.DATA_AUDIT, "What the audit found")
DECIDED = Place(Page.DATA_AUDIT, "Edge cases and what production does with them")
SAMPLE = Place(Page.DATA_AUDIT, "The sample")


class _Audit(NamedTuple):
    """What every fact of one audit shares."""

    source: str
    stale: str
    reference: str  # SHA-256 of the sample
    observed_at: datetime | None


def data_evidence(facts: Facts, effect: HandlingEffect | None, undecided: Sequence[EdgeCase]) -> tuple[Evidence, ...]:
    """The facts of the audit. A shift from an older file informs and fails nothing: what it changed is in the sample,
    and so among the edge cases that are to be decided."""
    report = facts.report
    if report is None or effect is None:
        nothing = Evidence(
            "data.audit", Topic.DATA, "No sample has been audited.", Finding.UNKNOWN, "Data audit", place=SAMPLE
        )
        return (nothing, *_shift(facts))
    audit = _Audit(_source(facts, report), _stale(facts), report.reading.sha256, facts.audited_at)
    return (
        _clean(report, audit),
        _decisions(report, undecided, audit),
        _effect(effect, undecided, audit),
        *_shift(facts),
    )


def _clean(report: AuditReport, audit: _Audit) -> Evidence:
    enough = report.records >= FEWEST_RECORDS
    return Evidence(
        id="data.clean_share",
        topic=Topic.DATA,
        statement=report.sentence + ("" if enough else _too_few(report.records)),
        finding=Finding.PASSED if enough else Finding.UNKNOWN,
        value=report.clean.share,
        low=report.clean.low,
        high=report.clean.high,
        unit="share",
        place=FOUND,
        **audit._asdict(),
    )


def _decisions(report: AuditReport, undecided: Sequence[EdgeCase], audit: _Audit) -> Evidence:
    return Evidence(
        id="data.decisions",
        topic=Topic.DATA,
        statement=_decision_sentence(report, undecided),
        finding=Finding.FAILED if undecided else Finding.PASSED,
        value=float(len(report.edge_cases) - len(undecided)),
        unit="edge cases decided",
        place=DECIDED,
        **audit._asdict(),
    )


def _effect(effect: HandlingEffect, undecided: Sequence[EdgeCase], audit: _Audit) -> Evidence:
    return Evidence(
        id="data.effect",
        topic=Topic.DATA,
        statement=effect.sentence,
        finding=Finding.UNKNOWN if undecided else Finding.PASSED,
        value=effect.automatic.share,
        low=effect.automatic.low,
        high=effect.automatic.high,
        unit="share",
        place=DECIDED,
        **audit._replace(source=f"handling decisions on {audit.source}")._asdict(),
    )


def _source(facts: Facts, report: AuditReport) -> str:
    """The file with the beginning of its hash; the period of its records where the audit is of the present sample."""
    of = f"audit of {report.reading.name}, SHA-256 {report.reading.sha256[:12]}"
    if not facts.audit_is_current or facts.sample_from is None or facts.sample_to is None:
        return of
    return f"{of}, records of {from_to(facts.sample_from, facts.sample_to)}"


def _stale(facts: Facts) -> str:
    if not facts.audit_is_current:
        return "The sample or its field rules changed after this audit: run it again."
    if facts.workflow.stage is not Stage.STALLED:
        return ""
    wanted = f"a stalled project is diagnosed on records of the last {STALE_AFTER_DAYS} days."
    read_at, ends = facts.sample_read_at, facts.sample_to
    if ends is not None and (facts.now.date() - ends).days > STALE_AFTER_DAYS:
        return f"The records of the sample end on {in_words(ends)}; {wanted}"
    # What was read so long ago is as old, whatever was typed as its period.
    if read_at is not None and (facts.now - read_at).days > STALE_AFTER_DAYS:
        return f"The sample was read on {in_words(read_at)}; {wanted}"
    if ends is None:  # else to delete an old period would make the records new
        return f"The period that the records of the sample are of is not stated; {wanted}"
    return ""


def _decision_sentence(report: AuditReport, undecided: Sequence[EdgeCase]) -> str:
    total = len(report.edge_cases)
    if not total:
        return "The audit found no edge case, so there is nothing to decide."
    if not undecided:
        return ("The one edge case has" if total == 1 else f"All {total} edge cases have") + " a handling decision."
    verb = "has" if len(undecided) == 1 else "have"
    return f"{len(undecided)} of {total} edge cases {verb} no handling decision, the largest is {undecided[0].title}."


def _too_few(records: int) -> str:
    """What is added to the clean share of a sample that cannot tell."""
    return f" {records:,} are too few to tell: audit 200 to 300." if records else ""


def _shift(facts: Facts) -> tuple[Evidence, ...]:
    """Which fields changed since an older file; nothing while none was compared."""
    shift = facts.shift
    if shift is None:
        return ()
    changed = _changed_fields(shift)
    finding = Finding.UNKNOWN if shift.inconclusive else Finding.PASSED
    return (
        Evidence(
            id="data.shift",
            topic=Topic.DATA,
            statement=_shift_sentence(shift, changed),
            finding=Finding.FAILED if shift.changed else finding,
            source=f"comparison of {plain(shift.older.name)} with {plain(shift.newer.name)}",
            value=float(len(changed)),
            unit="fields changed",
            reference=f"{shift.older.sha256} {shift.newer.sha256}",
            decides=False,
            place=Place(Page.DATA_AUDIT, "Shift"),
        ),
    )


def _changed_fields(shift: ShiftReport) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.field for one in shift.changed if one.field))


def _shift_sentence(shift: ShiftReport, changed: Sequence[str]) -> str:
    since = f"Since {plain(shift.older.name)} ({shift.older.records:,} records)"
    if not shift.changed:
        open_ones = len(shift.inconclusive)
        if not open_ones:
            return f"{since} no field changed in a way that matters."
        counted = "1 comparison is" if open_ones == 1 else f"{open_ones} comparisons are"
        return f"{since} no change was found, and {counted} open for lack of records."
    if not changed:
        return f"{since} the records as a whole changed."
    named = ", ".join(plain(name) for name in changed[:MOST_NAMED])
    more = f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
    return f"{since} {len(changed)} of {shift.fields} fields changed: {named}{more}."
