"""Two states of a project side by side: what changed in audit, scope, outcome, evidence and verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from readiness.diagnosis.ledger import Facts, Finding
from readiness.diagnosis.verdict import Diagnosis
from readiness.diagnosis.verdict_table import Verdict
from readiness.outcome.definition import measured
from readiness.scope.items import ItemStatus, ScopeItem
from readiness.shares import whole_percent

NOTHING = "none"
_MOST_NAMED = 20  # components, edge cases or facts that one part names one by one; the rest is counted
_BETTER = (Verdict.STOP, Verdict.FIX_FIRST, Verdict.GO)


class Part(StrEnum):
    """What is compared, in the order of the chain."""

    AUDIT = "Audit"
    SCOPE = "Scope"
    OUTCOME = "Outcome"
    EVIDENCE = "Evidence"
    VERDICT = "Verdict"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A project at one moment, with its diagnosis of that moment."""

    facts: Facts
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was, before and after, in words."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PartCompared:
    """What changed in one part: a sentence, and every change."""

    part: Part
    sentence: str
    changes: tuple[Change, ...]


def compare(before: Snapshot, after: Snapshot) -> tuple[PartCompared, ...]:
    """All five parts in their order; a part in which nothing changed says so."""
    return (
        _audit(before, after),
        _scope(before, after),
        _outcome(before, after),
        _evidence(before, after),
        _verdict(before, after),
    )


def _compared(part: Part, changes: Iterable[Change], sentence: str) -> PartCompared:
    found = tuple(changes)
    return PartCompared(part, sentence if found else "Nothing changed.", found)


def _differing(pairs: Iterable[tuple[str, str, str]]) -> Iterator[Change]:
    return (Change(what, before, after) for what, before, after in pairs if before != after)


# --- audit ---------------------------------------------------------------------------------------------------------


def _audit(before: Snapshot, after: Snapshot) -> PartCompared:
    was, now = _audit_figures(before), _audit_figures(after)
    changes = [*_differing((what, was[what], now[what]) for what in now)]
    changes += _edge_cases(before.facts, after.facts)
    return _compared(Part.AUDIT, changes, _audit_sentence(before, after))


def _audit_figures(of: Snapshot) -> dict[str, str]:
    report, ledger = of.facts.report, of.diagnosis.ledger
    if report is None:
        return dict.fromkeys(("Sample", "Records", "Clean share", "Edge cases", "Without a decision"), NOTHING) | {
            "Left to people or rejected": NOTHING
        }
    effect = ledger.effect
    outside = (effect.review.count + effect.rejected.count) / effect.records if effect and effect.records else 0.0
    return {
        "Sample": f"{report.reading.name}, {report.reading.sha256[:12]}",
        "Records": f"{report.records:,}",
        "Clean share": whole_percent(report.clean.share),
        "Edge cases": str(len(report.edge_cases)),
        "Without a decision": str(len(ledger.undecided)),
        "Left to people or rejected": whole_percent(outside),
    }


def _edge_cases(before: Facts, after: Facts) -> list[Change]:
    """The handling of each edge case where it is another one."""
    was, now = _handlings(before), _handlings(after)
    return _by_name("edge cases", was, now)


def _handlings(facts: Facts) -> dict[str, str]:
    if facts.report is None:
        return {}
    decided = facts.decisions
    return {
        case.title: str(decided[case.id].handling) if case.id in decided else "undecided"
        for case in facts.report.edge_cases
    }


def _audit_sentence(before: Snapshot, after: Snapshot) -> str:
    old, new = before.facts.report, after.facts.report
    if old is None or new is None:
        return "A sample was audited." if new is not None else "The audit is no longer there."
    was, now = old.clean.share, new.clean.share
    if whole_percent(was) != whole_percent(now):
        how = "rose" if now > was else "fell"
        return f"The clean share {how} from {whole_percent(was)} to {whole_percent(now)}."
    open_before, open_after = len(before.diagnosis.ledger.undecided), len(after.diagnosis.ledger.undecided)
    if open_before != open_after:
        return f"Edge cases without a decision went from {open_before} to {open_after}."
    return f"The clean share is {whole_percent(now)} as before; the details changed."


# --- scope ---------------------------------------------------------------------------------------------------------


def _scope(before: Snapshot, after: Snapshot) -> PartCompared:
    was, now = _scope_figures(before), _scope_figures(after)
    changes = [*_differing((what, was[what], now[what]) for what in now)]
    changes += _by_name("components", _estimates(before.facts.items), _estimates(after.facts.items))
    return _compared(Part.SCOPE, changes, _scope_sentence(before, after))


def _scope_figures(of: Snapshot) -> dict[str, str]:
    total, currency = of.diagnosis.ledger.total, of.facts.plan.currency
    simulated = total.simulated
    cost = simulated.cost if simulated else None
    return {
        "Components": str(len(of.facts.items)),
        "Without an estimate": str(len(total.unknown)),
        "Person-days (P50)": f"{simulated.days.p50:,.0f}" if simulated else NOTHING,
        "Person-days (P80)": f"{simulated.days.p80:,.0f}" if simulated else NOTHING,
        "Cost (P80)": f"{cost.p80:,.0f} {currency}".strip() if cost else NOTHING,
    }


def _estimates(items: Iterable[ScopeItem]) -> dict[str, str]:
    return {item.component: _estimate(item) for item in items}


def _estimate(item: ScopeItem) -> str:
    if item.status is not ItemStatus.ESTIMATED:
        return str(item.status)
    return f"{item.low_days:g} / {item.likely_days:g} / {item.high_days:g} person-days"


def _scope_sentence(before: Snapshot, after: Snapshot) -> str:
    old, new = before.diagnosis.ledger.total, after.diagnosis.ledger.total
    was = old.simulated.days.p80 if old.simulated else None
    now = new.simulated.days.p80 if new.simulated else None
    if was is None and now is not None:
        return f"The scope has its first estimates: {now:,.0f} person-days (P80)."
    if was is not None and now is None:
        return "The scope has no estimate any more."
    opened = ""
    if len(old.unknown) != len(new.unknown):
        opened = f"Components without an estimate went from {len(old.unknown)} to {len(new.unknown)}."
    if was is not None and now is not None and round(was) != round(now):
        how = "grew" if now > was else "shrank"
        return f"The scope {how} from {was:,.0f} to {now:,.0f} person-days (P80). {opened}".rstrip()
    return opened or _cost_sentence(before, after) or "The sum is as before; the details changed."


def _cost_sentence(before: Snapshot, after: Snapshot) -> str:
    """That the cost is another one though the work is the same; empty where it is not."""
    was, now = _scope_figures(before)["Cost (P80)"], _scope_figures(after)["Cost (P80)"]
    return "" if was == now else f"The work is as before; its cost went from {was} to {now} (P80)."


# --- outcome and owner ---------------------------------------------------------------------------------------------


def _outcome(before: Snapshot, after: Snapshot) -> PartCompared:
    was, now = _outcome_words(before), _outcome_words(after)
    changes = tuple(_differing((what, was[what], now[what]) for what in now))
    stated = [change.what for change in changes if change.before == NOTHING]
    gone = [change.what for change in changes if change.after == NOTHING]
    other = [change.what for change in changes if NOTHING not in (change.before, change.after)]
    said = (("Stated since then", stated), ("No longer stated", gone), ("Changed", other))
    return _compared(Part.OUTCOME, changes, " ".join(f"{how}: {_listed(names)}." for how, names in said if names))


def _listed(names: Sequence[str]) -> str:
    lower = [f"{name[:1].lower()}{name[1:]}" for name in names]
    return lower[0] if len(lower) == 1 else f"{', '.join(lower[:-1])} and {lower[-1]}"


def _outcome_words(of: Snapshot) -> dict[str, str]:
    outcome, owned, ledger = of.facts.outcome, of.facts.ownership, of.diagnosis.ledger
    within = [f"{end:g}" if end is not None else "open" for end in (outcome.tolerance_low, outcome.tolerance_high)]
    stated = (outcome.tolerance_low, outcome.tolerance_high) != (None, None)
    tested = ledger.tested
    return {
        "Metric": outcome.metric.strip() or NOTHING,
        "Target": NOTHING if outcome.target is None else measured(f"{outcome.target:,.12g}", outcome.unit),
        "Tolerance": " to ".join(within) if stated else NOTHING,
        "A correct output": outcome.correct_output.strip() or NOTHING,
        "Signatures": str(len(ledger.valid_signatures)),
        "Agreement on records": NOTHING if tested is None else tested.sentence,
        "Owner": owned.owner.strip() or NOTHING,
        "Authority to pull the system": "granted" if owned.may_pull else "not granted",
        "Reviews": str(sum(not review.withdrawn for review in of.facts.reviews)),
    }


# --- evidence and verdict ------------------------------------------------------------------------------------------


def _evidence(before: Snapshot, after: Snapshot) -> PartCompared:
    was, now = _findings(before), _findings(after)
    changes = [
        Change(now.get(key, was.get(key, ("", "")))[1], was.get(key, (NOTHING, ""))[0], now.get(key, (NOTHING, ""))[0])
        for key in dict.fromkeys((*was, *now))
        if was.get(key, (NOTHING, ""))[0] != now.get(key, (NOTHING, ""))[0]
    ]
    clashed = {one.sentence for one in before.diagnosis.contradictions}
    clashing = {one.sentence for one in after.diagnosis.contradictions}
    changes += [Change(sentence, "contradiction", NOTHING) for sentence in sorted(clashed - clashing)]
    changes += [Change(sentence, NOTHING, "contradiction") for sentence in sorted(clashing - clashed)]
    return _compared(Part.EVIDENCE, changes, _evidence_sentence(before, after))


_SPEAKS = {Finding.PASSED: "for", Finding.FAILED: "against", Finding.UNKNOWN: "unknown"}


def _findings(of: Snapshot) -> dict[str, tuple[str, str]]:
    """How each fact speaks, and its statement, by its id."""
    return {
        entry.id: (f"{_SPEAKS[entry.finding]}{', out of date' if entry.stale else ''}", entry.statement)
        for entry in of.diagnosis.ledger.entries
    }


def _evidence_sentence(before: Snapshot, after: Snapshot) -> str:
    was, now = _counts(before), _counts(after)
    if was == now:
        return "As many facts speak for readiness as before, but not the same ones."
    said = [f"{was[way]} to {now[way]} {words}" for way, words in _SPOKEN.items() if was[way] != now[way]]
    return f"Facts went from {'; from '.join(said)}."


_OUT_OF_DATE = "out of date"
_SPOKEN = {
    Finding.PASSED: "that speak for readiness",
    Finding.FAILED: "that speak against it",
    Finding.UNKNOWN: "that are unknown",
    _OUT_OF_DATE: "that are out of date",
}


def _counts(of: Snapshot) -> Counter[str]:
    """How many facts speak in which way; what is out of date speaks in none."""
    return Counter(_OUT_OF_DATE if entry.stale else entry.finding for entry in of.diagnosis.ledger.entries)


def _verdict(before: Snapshot, after: Snapshot) -> PartCompared:
    was, now = _decisions(before.diagnosis), _decisions(after.diagnosis)
    changes = _differing((what, was.get(what, NOTHING), now.get(what, NOTHING)) for what in dict.fromkeys((*was, *now)))
    return _compared(Part.VERDICT, changes, _verdict_sentence(before.diagnosis.verdict, after.diagnosis.verdict))


def _decisions(diagnosis: Diagnosis) -> dict[str, str]:
    return {
        "Verdict": str(diagnosis.verdict),
        "Primary failure mode": str(diagnosis.primary) if diagnosis.primary else NOTHING,
        **{f"Question {n}: {q.mode}": str(q.reply) for n, q in enumerate(diagnosis.questions, start=1)},
        **{f"Stop rule: {rule.rule}": str(rule.state) for rule in diagnosis.stop_rules},
    }


def _verdict_sentence(was: Verdict, now: Verdict) -> str:
    if was is now:
        return f"The verdict is {now} as before; its reasons changed."
    how = "improved" if _BETTER.index(now) > _BETTER.index(was) else "worsened"
    return f"The verdict {how} from {was} to {now}."


def _by_name(what: str, was: Mapping[str, str], now: Mapping[str, str]) -> list[Change]:
    """What is another one by name; past the first twenty they are counted."""
    changes = [*_differing((n, was.get(n, NOTHING), now.get(n, NOTHING)) for n in dict.fromkeys((*was, *now)))]
    left = len(changes) - _MOST_NAMED
    if left <= 0:
        return changes
    return [*changes[:_MOST_NAMED], Change(f"Further {what}", f"{left} more", "changed")]
