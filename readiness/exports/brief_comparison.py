"""Two issues of a brief side by side, from what each of them says in JSON (docs/brief.schema.json).

What is read here may come from another version, or from somebody's hand: a part that is not there, or is something
else, says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from readiness.diagnosis.comparison import NOTHING, Change
from readiness.exports.document import SHORT_HASH, Document
from readiness.exports.figures import NOT_STATED, counted, days, listed, number, percent, person_days, stated, whole
from readiness.exports.markdown import to_markdown
from readiness.outcome.definition import measured
from readiness.shares import whole_percent

_Brief = Mapping[str, Any]
_Path = tuple[str | int, ...]  # names of parts, and places in a list
_Said = Iterator[tuple[str, str, str]]  # what tells it from others, what it is called, and what it says
_SCOPE_CURRENCY: _Path = ("scope", "currency")
_VALUE_CURRENCY: _Path = ("value", "currency")
_OUTCOME_CURRENCY: _Path = ("outcome", "currency")
_ENDLESS = 1e18  # no figure of a brief is that large; it is shown as it stands
_METRIC: _Path = ("outcome", "metrics", 0)


def _limit(share: float) -> str:
    """A share that somebody typed, as it was typed."""
    return f"{number(100 * share)}%"


@dataclass(frozen=True, slots=True)
class _Figure:
    """One part of a brief: what it is called, where it stands, how a figure of it is written, and where its unit
    stands."""

    what: str
    path: _Path
    written: Callable[[float], str] = number
    unit: _Path = ()


_FIGURES = (
    _Figure("Verdict", ("verdict",)),
    _Figure("Project", ("project",)),
    _Figure("Stage", ("stage",)),
    _Figure("Primary failure mode", ("primary",)),
    _Figure("Also found", ("also_found",)),
    _Figure("Sample", ("sample", "name")),
    _Figure("Records of the sample", ("sample", "records")),
    _Figure("Clean share", ("data", "clean", "share"), percent),
    _Figure("Runs without a person", ("data", "handling", "automatic", "share"), percent),
    _Figure("Goes to review", ("data", "handling", "review", "share"), percent),
    _Figure("Is rejected", ("data", "handling", "rejected", "share"), percent),
    _Figure("Undecided", ("data", "handling", "undecided", "share"), percent),
    _Figure("Person-days (P50)", ("scope", "person_days", "p50"), person_days),
    _Figure("Person-days (P80)", ("scope", "person_days", "p80"), person_days),
    _Figure("Weeks (P80)", ("scope", "weeks", "p80"), days),
    _Figure("Cost (P50)", ("scope", "cost", "p50"), whole, _SCOPE_CURRENCY),
    _Figure("Cost (P80)", ("scope", "cost", "p80"), whole, _SCOPE_CURRENCY),
    _Figure("Run cost a year (P50)", ("scope", "run_cost_year", "p50"), whole, _SCOPE_CURRENCY),
    _Figure("Currency", _SCOPE_CURRENCY),
    _Figure("Person-days that were planned", ("scope", "planned_days"), days),
    _Figure("Components estimated", ("scope", "estimated")),
    _Figure("Components not estimated", ("scope", "unknown")),
    _Figure("Components not needed", ("scope", "not_needed")),
    _Figure("Value a month (P50)", ("value", "month", "p50"), whole, _VALUE_CURRENCY),
    _Figure("Value less cost (P50)", ("value", "net", "p50"), whole, _VALUE_CURRENCY),
    _Figure("Probability that the value covers the cost", ("value", "covers_cost"), whole_percent),
    _Figure("Months of the value", ("value", "horizon_months")),
    _Figure("Metric", (*_METRIC, "metric")),
    _Figure("Target", (*_METRIC, "target"), unit=(*_METRIC, "unit")),
    _Figure("Tolerance, lower end", (*_METRIC, "tolerance_low"), unit=(*_METRIC, "unit")),
    _Figure("Tolerance, upper end", (*_METRIC, "tolerance_high"), unit=(*_METRIC, "unit")),
    _Figure("A correct output", ("outcome", "correct_output")),
    _Figure("Cost of a wrong output", ("outcome", "wrong_output_cost"), unit=_OUTCOME_CURRENCY),
    _Figure("Cost by hand", ("outcome", "by_hand", "cost"), unit=_OUTCOME_CURRENCY),
    _Figure("Wrong by hand", ("outcome", "by_hand", "error_share"), percent),
    _Figure("Owner", ("owner", "name")),
    _Figure("Role of the owner", ("owner", "role")),
    _Figure("Authority to pull it", ("owner", "authority")),
    _Figure("Days between reviews", ("owner", "review_every_days")),
    _Figure("First review", ("owner", "first_review")),
    _Figure("Limit of the data rule", ("stop_inputs", "most_outside_share"), _limit),
    _Figure("Reason for the limit", ("stop_inputs", "limit_reason")),
    _Figure("Least probability of the cost rule", ("stop_inputs", "least_probability"), whole_percent),
    _Figure("Stated value", ("stop_inputs", "expected_value"), whole, _SCOPE_CURRENCY),
)
_SENTENCES = (("reasons", "Reason"), ("changes", "What would change it"))


def compare_briefs(before: _Brief, after: _Brief) -> tuple[Change, ...]:
    """Everything that the later one says otherwise: figures, decisions, answers, stop rules, evidence and reasons."""
    was, now = _all(before), _all(after)
    named = [
        Change(now.get(key, was.get(key, ("", "")))[0], was.get(key, ("", NOTHING))[1], now.get(key, ("", NOTHING))[1])
        for key in dict.fromkeys((*was, *now))
    ]
    return (*(one for one in named if one.before != one.after), *_changed_sentences(before, after))


def compare_texts(before: Document, after: Document) -> tuple[Change, ...]:
    """The passages in which two documents differ, for what no figure of them says."""
    was, now = (to_markdown(document.undated()).splitlines() for document in (before, after))
    found = SequenceMatcher(a=was, b=now, autojunk=False).get_opcodes()
    return tuple(
        Change("Text", "\n".join(was[i:j]) or NOTHING, "\n".join(now[k:m]) or NOTHING)
        for kind, i, j, k, m in found
        if kind != "equal"
    )


# --- what a brief says --------------------------------------------------------------------------------------------


def _all(brief: _Brief) -> dict[str, tuple[str, str]]:
    """What a brief says, by what tells each thing from all others, in the order in which it is read."""
    parts = (_figures, _sample, _edge_cases, _questions, _stop_rules, _value_inputs, _metrics, _steps, _closing, _facts)
    return {key: (what, said) for part in parts for key, what, said in part(brief)}


def _figures(brief: _Brief) -> _Said:
    for one in _FIGURES:
        yield one.what, one.what, _said(_at(brief, one.path), one.written, _at(brief, one.unit) if one.unit else "")


def _sample(brief: _Brief) -> _Said:
    """The same name may hold another file."""
    yield "sha256", "Sample, SHA-256", _text(_at(brief, ("sample", "sha256")))[:SHORT_HASH]


def _edge_cases(brief: _Brief) -> _Said:
    for one in _entries(brief, ("data", "edge_cases")):
        count = one.get("count")
        records = counted(count, "record") if isinstance(count, int) else _text(count)
        decided = one.get("decision") or "undecided"
        yield f"case {one.get('id')}", f"Edge case: {_text(one.get('title'))}", f"{records}, {_text(decided)}"


def _questions(brief: _Brief) -> _Said:
    for one in _entries(brief, ("questions",)):
        mode, answer, counts_as = (_text(one.get(part)) for part in ("mode", "answer", "counts_as"))
        said = answer if answer == counts_as else f"{answer}, counts as {counts_as}"
        yield f"question {mode}", f"Question: {mode}", said
        yield f"reason {mode}", f"Reason for the answer: {mode}", _text(one.get("reason"))


def _stop_rules(brief: _Brief) -> _Said:
    for one in _entries(brief, ("stop_rules",)):
        what = f"Stop rule: {_text(one.get('name') or one.get('id'))}"
        yield f"rule {one.get('id')}", what, f"{_text(one.get('state'))}: {_text(one.get('because'))}"


def _value_inputs(brief: _Brief) -> _Said:
    for one in _entries(brief, ("value", "inputs")):
        figures = [_said(one.get(part)) for part in ("low", "likely", "high") if one.get(part) is not None]
        said = f"{' / '.join(figures) or NOT_STATED} {_plain(one.get('unit'))}".strip()
        said += f"; source: {stated(_plain(one.get('source')))}"
        yield f"input {one.get('id')}", f"Value: {_text(one.get('label'))}", said


def _metrics(brief: _Brief) -> _Said:
    """The further metrics; the primary one is among the figures."""
    for one in _entries(brief, ("outcome", "metrics"))[1:]:
        name = _text(one.get("metric"))
        yield f"metric {name}", f"Further metric: {name}", f"target {_said(one.get('target'), unit=one.get('unit'))}"


def _steps(brief: _Brief) -> _Said:
    for one in _entries(brief, ("plan",)):
        who, until = one.get("who") or "nobody named", one.get("until") or "no date set"
        said = f"{_text(one.get('status'))}; {_text(who)}, {_text(until)}"
        yield f"step {one.get('id')}", f"Step: {_text(one.get('step'))}", said


def _closing(brief: _Brief) -> _Said:
    closing = brief.get("closing")
    for section, text in closing.items() if isinstance(closing, Mapping) else ():
        yield f"closing {section}", f"What the project leaves: {str(section).replace('-', ' ')}", _text(text)


def _facts(brief: _Brief) -> _Said:
    for one in _entries(brief, ("evidence",)):
        stale = f" Out of date: {_text(one['stale'])}" if one.get("stale") else ""
        said = f"{_text(one.get('statement'))} ({_text(one.get('finding'))}){stale}"
        yield f"evidence {one.get('id')}", f"Evidence, {_plain(one.get('topic'))}", said


def _changed_sentences(before: _Brief, after: _Brief) -> Iterator[Change]:
    """What one says and the other does not, where a sentence has no name of its own."""
    for name, what in _SENTENCES:
        yield from _changed(what, *([_text(one) for one in _list(brief, (name,))] for brief in (before, after)))
    yield from _changed("Contradiction", *map(_clashes, (before, after)))
    yield from _changed("Signed the outcome definition", *map(_signers, (before, after)))


def _changed(what: str, was: list[str], now: list[str]) -> Iterator[Change]:
    yield from (Change(what, one, NOTHING) for one in was if one not in (*now, NOTHING))
    yield from (Change(what, NOTHING, one) for one in now if one not in (*was, NOTHING))


def _clashes(brief: _Brief) -> list[str]:
    return [_text(one.get("sentence")) for one in _entries(brief, ("contradictions",))]


def _signers(brief: _Brief) -> list[str]:
    """Those who signed the outcome definition, with their roles."""
    return [
        f"{_text(one.get('name'))} ({_plain(one['role'])})" if one.get("role") else _text(one.get("name"))
        for one in _entries(brief, ("outcome", "signed_by"))
    ]


# --- parts and how they are written -------------------------------------------------------------------------------


def _list(brief: _Brief, path: _Path) -> list[Any]:
    found = _at(brief, path)
    return list(found) if isinstance(found, list | tuple) else []


def _entries(brief: _Brief, path: _Path) -> list[Mapping[str, Any]]:
    return [one for one in _list(brief, path) if isinstance(one, Mapping)]


def _at(brief: _Brief, path: _Path) -> Any:
    """What stands there; None where nothing does."""
    part: Any = brief
    for step in path:
        if isinstance(step, str) and isinstance(part, Mapping):
            part = part.get(step)
        elif isinstance(step, int) and isinstance(part, list | tuple) and step < len(part):
            part = part[step]
        else:
            return None
    return part


def _said(value: Any, written: Callable[[float], str] = number, unit: Any = "") -> str:
    """A figure with its unit, or whatever else stands there, in words."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _ENDLESS:
        return measured(written(value), _plain(unit))
    return _text(value)


def _text(value: Any) -> str:
    if value is None or value == "" or value == []:
        return NOTHING
    return listed([_plain(one) for one in value]) if isinstance(value, list | tuple) else _plain(value)


def _plain(value: Any) -> str:
    return "" if value is None else {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
