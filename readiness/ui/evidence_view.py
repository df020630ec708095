"""The evidence on the Diagnosis page: one fact as a line, all facts by topic, and how they become a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from readiness.diagnosis.ledger import Evidence, Finding, Ledger, Topic
from readiness.diagnosis.places import Place
from readiness.diagnosis.verdict_table import Bounds, Fact, Rule, VerdictTable
from readiness.exports.figures import counted, number, percent
from readiness.ui import on_this_page
from readiness.ui.page import Colour, Here, link_to_place
from readiness.ui.rooms import TABBED
from readiness.ui.wording import badge, day, plain

FINDING_COLOUR: dict[Finding, Colour] = {Finding.PASSED: "green", Finding.FAILED: "orange", Finding.UNKNOWN: "gray"}
_SHARES = ("share", "probability")
_SAID = {
    Fact.ANSWERS_YES: ("question", "answered with yes"),
    Fact.ANSWERS_NO: ("question", "answered with no"),
    Fact.ANSWERS_UNKNOWN: ("question", "unknown"),
    Fact.STOP_RULES_MET: ("stop rule", "met"),
    Fact.STOP_RULES_NOT_MET: ("stop rule", "not met"),
    Fact.STOP_RULES_UNKNOWN: ("stop rule", "unknown"),
    Fact.CONTRADICTIONS_BLOCKING: ("contradiction", "blocking"),
}


def all_evidence(here: Here) -> None:
    """Every fact of the ledger by topic, with where it is held; and the table that the verdict is read from."""
    ledger = here.diagnosis.ledger
    st.subheader(on_this_page.EVIDENCE, anchor=on_this_page.anchor(on_this_page.EVIDENCE))
    with st.expander(f"All evidence: {counted(len(ledger.entries), 'fact')}"):
        st.caption(
            "Every page and brief reads these facts. What is out of date does not count for readiness; what is marked "
            "as beside the question informs, and neither passes nor fails it."
        )
        for topic in Topic:
            _topic(ledger, topic)
        st.caption(f"Evidence, SHA-256 {ledger.hash}")
    with st.expander("How the verdict is reached"):
        _table(here.projects.verdicts, here.diagnosis.rule)


def lines(entries: Sequence[Evidence], ledger: Ledger) -> None:
    """Facts one below the other. Why some are out of date, and where they come from, is said once where it is the
    same."""
    said: set[str] = set()
    for entry in entries:
        _line(entry, ledger, said, once=True)


def figure(evidence: Evidence) -> str:
    """The value of a fact with its interval, as it is read: "72.0% (66.7% to 76.8%)"; empty without a value."""
    if evidence.value is None:
        return ""
    value = _written(evidence.value, evidence.unit)
    unit = "" if evidence.unit in (*_SHARES, "ratio", "%") else f" {evidence.unit}".rstrip()
    if evidence.low is None or evidence.high is None:
        return f"{value}{unit}"
    return f"{value} ({_written(evidence.low, evidence.unit)} to {_written(evidence.high, evidence.unit)}){unit}"


def age(ledger: Ledger, evidence: Evidence) -> str:
    """How old a fact is: "today", "12 days old"; empty where it has no date."""
    days = ledger.age_days(evidence)
    if days is None:
        return ""
    return "today" if days == 0 else f"{counted(days, 'day')} old"


def _topic(ledger: Ledger, topic: Topic) -> None:
    entries = ledger.of(topic)
    if not entries:
        return
    st.markdown(f"**{topic.value.capitalize()}**")
    said: set[str] = set()
    for entry in entries:
        left, right = st.columns([5, 2], gap="medium")
        with left:
            _line(entry, ledger, said)
        with right:
            link_to_place(entry.place, f"{plain(where(entry.place))} →")


def _line(evidence: Evidence, ledger: Ledger, said: set[str], *, once: bool = False) -> None:
    """One fact: finding, statement, figure, whether it is out of date, and where it came from. With `once`, neither a
    source that was `said` already nor a figure that the statement holds is said again."""
    mark = badge(evidence.finding.value, FINDING_COLOUR[evidence.finding])
    stale = f" {badge('out of date', 'orange')}" if evidence.stale else ""
    why = f" {plain(evidence.stale)}" if evidence.stale not in said else ""
    said.add(evidence.stale)
    source = _source(evidence, ledger)
    value = "" if once and _holds_its_figure(evidence) else figure(evidence)
    origin = _origin(evidence, value, "" if once and source in said else source)
    said.add(source)
    below = f"  \n:small[:gray[{plain(origin)}]]" if origin else ""
    st.markdown(f"{mark} {plain(evidence.statement)}{stale}{why}{below}")


def where(place: Place) -> str:
    """The page, and its tab where a link opens it: a heading further down is found by reading."""
    return place.words if place.page in TABBED else str(place.page)


def _origin(evidence: Evidence, value: str, source: str) -> str:
    """Figure, source, and whether it only informs."""
    return " · ".join(filter(None, (value, source, "" if evidence.decides else "beside the question")))


def _holds_its_figure(evidence: Evidence) -> bool:
    """Whether the statement says the value with all that is known of it: without an interval it always does."""
    if evidence.low is None or evidence.high is None:
        return True
    span = f"{_written(evidence.low, evidence.unit)} to {_written(evidence.high, evidence.unit)}"
    return span in evidence.statement


def _source(evidence: Evidence, ledger: Ledger) -> str:
    """Where a fact comes from, with its date and age."""
    audited = evidence.source.removeprefix("handling decisions on ")  # of the same audit, whose source is said once
    return " · ".join(filter(None, (audited, day(evidence.observed_at), age(ledger, evidence))))


def _written(value: float, unit: str) -> str:
    if unit in _SHARES:
        return percent(value)
    if unit == "ratio":
        return f"{value:.1f} times"
    if unit == "%":
        return f"{number(value)}%"
    return f"{value:,.0f}" if abs(value) >= 10 else number(value)


def _table(table: VerdictTable, applied: str) -> None:
    """The rules in their order with the one that applied marked; the default stands last."""
    st.caption("Rules are tried from the top. The first one whose conditions all hold applies.")
    totals = {"question": table.questions, "stop rule": table.stop_rules}
    rules = (*table.rules, table.default)
    st.markdown("\n".join(_rule(rule, totals, applies=rule.because == applied) for rule in rules))


def _rule(rule: Rule, totals: Mapping[str, int], *, applies: bool) -> str:
    mark = f" {badge('applies', 'blue')}" if applies else ""
    return f"1. **{rule.verdict.value}** {plain(_when(rule, totals))}{mark}  \n   :small[{plain(rule.because)}]"


def _when(rule: Rule, totals: Mapping[str, int]) -> str:
    if not rule.when:
        return "in every other case."
    return f"where {', '.join(_condition(fact, bounds, totals) for fact, bounds in rule.when.items())}."


def _condition(fact: Fact, bounds: Bounds, totals: Mapping[str, int]) -> str:
    noun, said = _SAID[fact]
    least, most = bounds.at_least, bounds.at_most
    if most == 0:
        return f"no {noun} is {said}"
    if least and least == totals.get(noun):
        return f"all {least} {noun}s are {said}"
    verb = "is" if (most or least) == 1 else "are"
    if most is None:
        return f"at least {counted(least, noun)} {verb} {said}"
    span = f"{least} to {counted(most, noun)}" if least else f"at most {counted(most, noun)}"
    return f"{span} {verb} {said}"
