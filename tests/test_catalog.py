"""The catalog files: parsed, complete, reachable, safe, and in words of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from readiness.audit.decisions import ROUTES, Handling, Route
from readiness.audit.further import every_check
from readiness.catalog import read_catalog
from readiness.diagnosis.contradictions import ContradictionCatalog
from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog
from readiness.diagnosis.stop_rules import StopRule
from readiness.diagnosis.verdict_table import Fact, Verdict, VerdictTable, first_match
from readiness.errors import UnknownNameError
from readiness.locations import catalog_folder
from readiness.scope.catalog import (
    CATALOG_BASIS,
    LONGEST_NAME,
    ComponentCatalog,
    StartingRange,
    item_from_component,
    item_from_decision,
    proposals,
    starting_items,
    without_starting_point,
)
from readiness.scope.items import ItemSource, ItemStatus, ScopeItem, ScopePlan
from readiness.standard.checklist import Department, ReadinessStandard, WorkflowQuestionKind
from readiness.workflow import Stage

METHOD = Path(__file__).resolve().parents[2] / "shared" / "METHOD.md"
MODELS = {
    "components": ComponentCatalog,
    "failure_modes": FailureModeCatalog,
    "readiness_standard": ReadinessStandard,
    "verdict": VerdictTable,
    "contradictions": ContradictionCatalog,
}
KINDS = (*(check.kind for check in every_check()), "a_kind_of_later")
ALIKE = (  # kinds of edge case that one conversion is about; together they are all that an audit can find
    ("date_format", "date_ambiguous", "time_format"),
    ("date_impossible", "date_unknown", "time_unknown", "amount_unparsable"),
    ("amount_format", "amount_ambiguous"),
    ("format_stray", "format_variant"),
    ("value_unknown", "value_not_allowed", "spelling_variant", "misspelt_value", "misplaced_value"),
    ("encoding_damage", "hidden_characters", "html_entities", "html_tags", "escaped_text", "mixed_scripts"),
    ("lost_characters", "excel_damage"),
    ("duplicate_key", "duplicate_record"),
    ("line_total", "line_filler", "line_repeated_header", "line_not_an_object", "line_other_table"),
    ("line_too_few_cells", "line_too_many_cells", "line_unclosed_quote", "line_broken_json", "fused_cells"),
    ("end_before_start", "high_below_low", "total_differs", "product_differs", "one_key_two_values"),
    ("missing_required", "disguised_missing"),
    ("near_duplicate",),
    ("label_conflict",),
    ("value_outside_range",),
)
SHORT = "text with [brackets], {title} and = signs"


@pytest.fixture(scope="module")
def components() -> ComponentCatalog:
    return read_catalog("components", ComponentCatalog)


@pytest.fixture(scope="module")
def failures() -> FailureModeCatalog:
    return read_catalog("failure_modes", FailureModeCatalog)


@pytest.fixture(scope="module")
def standard() -> ReadinessStandard:
    return read_catalog("readiness_standard", ReadinessStandard)


@pytest.fixture(scope="module")
def verdicts() -> VerdictTable:
    return read_catalog("verdict", VerdictTable)


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_a_catalog_file_parses_and_refuses_keys_it_does_not_know(name: str) -> None:
    content = yaml.safe_load((catalog_folder() / f"{name}.yaml").read_text(encoding="utf-8"))
    MODELS[name].model_validate(content)
    with pytest.raises(ValidationError):
        MODELS[name].model_validate({**content, "stray": 1})


def test_every_catalog_file_has_a_model() -> None:
    examples = {"example_project", "example_stalled"}
    assert {path.stem for path in catalog_folder().glob("*.yaml")} - examples == set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_ids_are_unique_within_their_list(name: str) -> None:
    content = yaml.safe_load((catalog_folder() / f"{name}.yaml").read_text(encoding="utf-8"))
    for entries in _lists_of_entries(content):
        ids = [entry["id"] for entry in entries]
        assert len(ids) == len(set(ids))
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", identifier) for identifier in ids)


@pytest.mark.skipif(not METHOD.is_file(), reason="the description of the method lies beside the checkout and is absent")
def test_no_eight_words_in_a_row_are_taken_from_the_description_of_the_method() -> None:
    method = _words(METHOD.read_text(encoding="utf-8"))
    for path in sorted(catalog_folder().glob("*.yaml")):
        for text in _texts(yaml.safe_load(path.read_text(encoding="utf-8"))):
            for sentence in re.split(r"(?<=[.!?])\s+", text):
                for run in _runs(_words(sentence).split(), 8):
                    assert f" {run} " not in method, f"{path.name}: {run}"


# --- components ---------------------------------------------------------------------------------------------------


def test_a_new_project_starts_with_the_nine_components_in_order_and_without_estimates(
    components: ComponentCatalog,
) -> None:
    items = starting_items(components)
    assert [item.id for item in items] == [
        "error-handling",
        "retries",
        "input-validation",
        "output-validation",
        "structured-logging",
        "outcome-dashboards",
        "alerting-runbooks",
        "deployment-pipeline",
        "rollback",
    ]
    assert [item.order for item in items] == list(range(9))
    assert {item.status for item in items} == {ItemStatus.UNKNOWN}
    assert {item.source for item in items} == {ItemSource.CATALOG}


def test_the_group_of_the_nine_alone_is_the_default(components: ComponentCatalog) -> None:
    assert [group.id for group in components.groups if group.default] == ["nine"]


def test_every_component_can_be_found_by_its_id_and_becomes_an_item_of_its_group(components: ComponentCatalog) -> None:
    names = {group.id: group.name for group in components.groups}
    for component in components.components:
        item = item_from_component(components.component(component.id), order=3)
        assert (item.id, item.component, item.group, item.order) == (
            component.id,
            component.name,
            names[component.group],
            3,
        )
        assert item.likely_days is None
        assert component.question.endswith("?")


def test_an_unknown_component_is_answered_with_the_known_ones(components: ComponentCatalog) -> None:
    with pytest.raises(UnknownNameError, match="rollback"):
        components.component("rolback")


def test_the_figures_say_that_they_were_not_measured(components: ComponentCatalog) -> None:
    assert "not measured" in components.source
    assert all("not measured" in component.start.sentence for component in components.components)


def test_a_repeated_component_id_is_refused(components: ComponentCatalog) -> None:
    content = yaml.safe_load((catalog_folder() / "components.yaml").read_text(encoding="utf-8"))
    content["groups"].append({**content["groups"][0], "id": "again"})
    with pytest.raises(ValidationError, match="must be unique"):
        ComponentCatalog.model_validate(content)


# --- items of handling decisions ----------------------------------------------------------------------------------


def test_the_catalog_knows_exactly_the_handling_decisions_of_the_audit(components: ComponentCatalog) -> None:
    assert set(components.handlings) == {handling.value for handling in Handling}


@pytest.mark.parametrize("handling", Handling)
@pytest.mark.parametrize("kind", KINDS)
def test_every_decision_on_every_kind_becomes_an_item_without_an_estimate(
    components: ComponentCatalog, handling: Handling, kind: str
) -> None:
    item = item_from_decision(components, f"{kind}: amount", kind, "Odd values: amount", handling)
    assert item.id == f"decision:{kind}: amount"
    assert item.source is ItemSource.DECISION
    assert (item.edge_case, item.handling) == (f"{kind}: amount", handling)
    assert (item.low_days, item.likely_days, item.high_days) == (None, None, None)
    if handling is Handling.ACCEPT:
        assert item.status is ItemStatus.NOT_NEEDED
        assert item.not_needed_because.startswith("Accepted as is")
    else:
        assert item.status is ItemStatus.UNKNOWN
        assert "not measured" in item.note


def test_every_row_of_the_decision_table_is_reached_by_some_kind(components: ComponentCatalog) -> None:
    reached = {components.effort_of(handling, kind) for handling in components.handlings for kind in KINDS}
    assert reached == set(components.decisions)


@pytest.mark.parametrize("kind", KINDS)
def test_starting_points_rise_in_half_days_and_grow_with_what_the_decision_builds(
    components: ComponentCatalog, kind: str
) -> None:
    starts = {handling: components.effort_of(handling, kind).start for handling in Handling}
    assert starts.pop(Handling.ACCEPT) is None
    for start in starts.values():
        assert start is not None
        assert 0 < start.low < start.likely < start.high <= 6 * start.likely
        assert all((day * 2).is_integer() for day in (start.low, start.likely, start.high))
    likely = {handling: start.likely for handling, start in starts.items() if start is not None}
    assert likely[Handling.REJECT] <= likely[Handling.VALIDATION_RULE] <= likely[Handling.PREPROCESSING]
    assert likely[Handling.VALIDATION_RULE] <= likely[Handling.HUMAN_REVIEW]  # a screen is more than a rule


def test_minutes_of_review_stand_where_a_decision_sends_records_to_people_and_nowhere_else(
    components: ComponentCatalog,
) -> None:
    for row in components.decisions:
        assert (row.review_minutes is not None) is (ROUTES[Handling(row.handling)] is Route.REVIEW)
        assert row.review_minutes is None or 1 <= row.review_minutes <= 15


@pytest.mark.parametrize("together", ALIKE)
def test_each_kind_of_edge_case_has_a_conversion_of_its_own_sort(
    components: ComponentCatalog, together: tuple[str, ...]
) -> None:
    row = components.effort_of(Handling.PREPROCESSING, together[0])
    matched = {kind for kind in KINDS if components.effort_of(Handling.PREPROCESSING, kind) == row}
    assert matched == set(together)
    assert row.kinds != ("*",)


def test_every_kind_that_an_audit_can_find_is_among_them() -> None:
    assert sorted(kind for together in ALIKE for kind in together) == sorted(check.kind for check in every_check())


def test_minutes_of_review_for_some_kinds_only_are_refused() -> None:
    content = yaml.safe_load((catalog_folder() / "components.yaml").read_text(encoding="utf-8"))
    del next(row for row in content["decisions"] if "review_minutes" in row)["review_minutes"]
    with pytest.raises(ValidationError, match="for some kinds and not for others"):
        ComponentCatalog.model_validate(content)


def test_a_starting_point_is_a_range_and_no_point() -> None:
    with pytest.raises(ValidationError, match="must rise"):
        StartingRange(low=1, likely=1, high=2)


# --- proposals ----------------------------------------------------------------------------------------------------

REVIEW_ITEM = ScopeItem(
    id="decision:near_duplicate",
    component="Review: near-duplicate record",
    source=ItemSource.DECISION,
    edge_case="near_duplicate",
    handling="human review",
)


def test_an_item_that_nobody_has_estimated_is_offered_the_figures_of_its_decision(components: ComponentCatalog) -> None:
    (offered,) = proposals(components, [REVIEW_ITEM], ScopePlan())
    effort = components.effort_of("human review", "near_duplicate")
    assert effort.start is not None
    assert (offered.low, offered.likely, offered.high) == (effort.start.low, effort.start.likely, effort.start.high)
    assert (offered.review_minutes, offered.why) == (effort.review_minutes, effort.description)


def test_a_field_with_a_colon_in_its_name_does_not_hide_the_kind(components: ComponentCatalog) -> None:
    item = REVIEW_ITEM.model_copy(update={"edge_case": "amount_format: net: amount", "handling": "preprocessing"})
    (offered,) = proposals(components, [item], ScopePlan())
    assert offered.why == components.effort_of("preprocessing", "amount_format").description


def test_a_component_of_the_catalog_is_offered_its_starting_point(components: ComponentCatalog) -> None:
    offered = proposals(components, starting_items(components), ScopePlan())
    assert [one.item_id for one in offered] == [item.id for item in starting_items(components)]
    assert all(one.review_minutes is None and one.low < one.likely < one.high and one.why for one in offered)


@pytest.mark.parametrize(
    "typed",
    [
        {"low_days": 0.0},
        {"likely_days": 5.0},
        {"high_days": 9.0},
        {"basis": "an offer from the supplier"},
        {"marked_not_needed": True, "not_needed_because": "the queue is there"},
        {"low_days": 1.0, "likely_days": 2.0, "high_days": 3.0},
        {"source": ItemSource.OWN},
        {"handling": "accept"},
        {"handling": "a decision of later"},
    ],
)
def test_nothing_is_offered_where_somebody_has_begun_or_nothing_is_to_be_built(
    components: ComponentCatalog, typed: dict[str, Any]
) -> None:
    assert proposals(components, [REVIEW_ITEM.model_copy(update=typed)], ScopePlan()) == ()


def test_marked_as_not_needed_without_a_reason_is_unknown_and_still_offered(components: ComponentCatalog) -> None:
    marked = REVIEW_ITEM.model_copy(update={"marked_not_needed": True})
    assert len(proposals(components, [marked], ScopePlan())) == 1


@pytest.mark.parametrize(("of_item", "of_plan"), [(0.0, None), (4.0, None), (None, 8.0), (4.0, 8.0)])
def test_minutes_that_somebody_has_stated_are_not_offered_again(
    components: ComponentCatalog, of_item: float | None, of_plan: float | None
) -> None:
    item = REVIEW_ITEM.model_copy(update={"review_minutes": of_item})
    (offered,) = proposals(components, [item], ScopePlan(review_minutes=of_plan))
    assert offered.review_minutes is None
    assert "review_minutes" not in offered.changes


def test_figures_that_were_taken_over_and_cleared_are_offered_again(components: ComponentCatalog) -> None:
    cleared = REVIEW_ITEM.model_copy(update={"basis": CATALOG_BASIS})
    assert len(proposals(components, [cleared], ScopePlan())) == 1


def test_a_note_loses_the_starting_point_and_nothing_else() -> None:
    sentence = StartingRange(low=0.5, likely=1.5, high=12).sentence
    assert without_starting_point(f"Ask Ann. {sentence} Then Ben.") == "Ask Ann. Then Ben."
    assert without_starting_point("Starting point: Monday") == "Starting point: Monday"


def test_the_item_of_a_decision_names_what_is_done_to_what_in_which_field(components: ComponentCatalog) -> None:
    item = item_from_decision(
        components,
        "date_format: invoice_date",
        "date_format",
        "Dates in a second format: invoice_date",
        "preprocessing",
    )
    assert item.component == "Preprocess: dates in a second format (invoice_date)"


def test_an_abbreviation_at_the_start_of_a_title_keeps_its_capitals(components: ComponentCatalog) -> None:
    item = item_from_decision(components, "iban", "iban", "IBAN with spaces", "reject")
    assert item.component == "Reject: IBAN with spaces"


def test_a_very_long_title_is_shortened_visibly(components: ComponentCatalog) -> None:
    item = item_from_decision(components, "missing_required", "missing_required", "x" * 500, "reject")
    assert len(item.component) == LONGEST_NAME
    assert item.component.endswith("…")


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_field_name_and_title_gives_an_item(field: str, title: str) -> None:
    item = item_from_decision(_components(), f"missing_required: {field}", "missing_required", title, "human review")
    assert item.edge_case == f"missing_required: {field}"
    assert 0 < len(item.component) <= LONGEST_NAME


def test_braces_in_a_title_stay_text(components: ComponentCatalog) -> None:
    item = item_from_decision(components, "other", "other", SHORT, "reject")
    assert item.component == f"Reject: {SHORT}"


def test_an_unknown_handling_is_answered_with_the_known_ones(components: ComponentCatalog) -> None:
    with pytest.raises(UnknownNameError, match="human review"):
        item_from_decision(components, "a", "a", "A", "ignore")


def test_a_decision_without_a_row_for_every_other_kind_is_refused(components: ComponentCatalog) -> None:
    content = yaml.safe_load((catalog_folder() / "components.yaml").read_text(encoding="utf-8"))
    content["decisions"] = [row for row in content["decisions"] if row["kinds"] != ["*"] or row["handling"] != "reject"]
    with pytest.raises(ValidationError, match="'reject' has no row"):
        ComponentCatalog.model_validate(content)


def test_a_range_that_falls_is_refused(components: ComponentCatalog) -> None:
    content = yaml.safe_load((catalog_folder() / "components.yaml").read_text(encoding="utf-8"))
    content["groups"][0]["components"][0]["start"] = {"low": 5, "likely": 3, "high": 9}
    with pytest.raises(ValidationError, match="must rise"):
        ComponentCatalog.model_validate(content)


# --- failure modes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", FailureMode)
def test_every_failure_mode_has_a_question_for_both_stages_a_time_and_a_repair(
    failures: FailureModeCatalog, mode: FailureMode
) -> None:
    entry = failures.of(mode)
    assert entry.question.at(Stage.BEFORE_BUILD).endswith("?")
    assert entry.question.at(Stage.STALLED).endswith("?")
    assert entry.looks_like
    assert entry.comes_next
    assert len(entry.fix) >= 3
    assert all(step.evidence for step in entry.fix)


def test_the_failures_show_in_the_order_of_their_questions(failures: FailureModeCatalog) -> None:
    assert [entry.shows_at_month for entry in failures.modes] == [1, 3, 6, 9]
    assert [entry.mode for entry in failures.after(FailureMode.MEASUREMENT)] == [FailureMode.OWNERSHIP]
    assert failures.after(FailureMode.OWNERSHIP) == ()


def test_fix_steps_have_ids_of_their_own_across_all_modes(failures: FailureModeCatalog) -> None:
    ids = [step.id for entry in failures.modes for step in entry.fix]
    assert len(ids) == len(set(ids))


def test_modes_in_another_order_are_refused(failures: FailureModeCatalog) -> None:
    content = failures.model_dump(mode="json")
    content["modes"] = content["modes"][::-1]
    with pytest.raises(ValidationError, match="in this order"):
        FailureModeCatalog.model_validate(content)


def test_every_stop_rule_of_the_diagnosis_stands_in_the_catalog(failures: FailureModeCatalog) -> None:
    assert [rule.id for rule in failures.stop_rules] == [rule.value for rule in StopRule]
    assert all(failures.stop_rule(rule).question.endswith("?") for rule in StopRule)
    with pytest.raises(UnknownNameError, match="contested"):
        failures.stop_rule("weather")


def test_every_figure_is_reached_through_a_topic_and_has_source_and_caveat(failures: FailureModeCatalog) -> None:
    topics = ("general", "data", "scope", "outcome", "ownership")
    reached = [figure for topic in topics for figure in failures.figures_on(topic)]
    assert sorted(figure.id for figure in reached) == sorted(figure.id for figure in failures.figures)
    assert all(figure.source and figure.caveat for figure in reached)


# --- verdict ------------------------------------------------------------------------------------------------------


def _facts(yes: int, no: int, met: int, not_met: int, clashes: int = 0) -> dict[str, int]:
    return {
        "answers_yes": yes,
        "answers_no": no,
        "answers_unknown": 4 - yes - no,
        "stop_rules_met": met,
        "stop_rules_not_met": not_met,
        "stop_rules_unknown": 3 - met - not_met,
        "contradictions_blocking": clashes,
    }


@pytest.mark.parametrize(
    ("facts", "rule", "verdict"),
    [
        (_facts(yes=4, no=0, met=0, not_met=3), "ready", Verdict.GO),
        (_facts(yes=4, no=0, met=1, not_met=2), "stop-rule-met", Verdict.STOP),
        (_facts(yes=0, no=4, met=1, not_met=0), "stop-rule-met", Verdict.STOP),
        (_facts(yes=3, no=1, met=0, not_met=3), "question-fails", Verdict.FIX_FIRST),
        (_facts(yes=3, no=0, met=0, not_met=3), "question-open", Verdict.FIX_FIRST),
        (_facts(yes=4, no=0, met=0, not_met=2), "stop-rule-open", Verdict.FIX_FIRST),
        (_facts(yes=4, no=0, met=0, not_met=3, clashes=1), "contradiction-open", Verdict.FIX_FIRST),
        (dict.fromkeys(Fact, 0), "otherwise", Verdict.FIX_FIRST),
    ],
)
def test_the_first_rule_that_matches_gives_the_verdict(
    verdicts: VerdictTable, facts: dict[str, int], rule: str, verdict: Verdict
) -> None:
    found = first_match(verdicts, facts)
    assert (found.id, found.verdict) == (rule, verdict)


COUNTS = st.fixed_dictionaries({fact.value: st.integers(min_value=0, max_value=6) for fact in Fact})


@given(COUNTS)
def test_nothing_unknown_failing_or_missing_ever_gives_go(facts: dict[str, int]) -> None:
    against = ("answers_no", "answers_unknown", "stop_rules_met", "stop_rules_unknown", "contradictions_blocking")
    flawless = (
        facts["answers_yes"] >= 4 and facts["stop_rules_not_met"] >= 3 and not any(facts[fact] for fact in against)
    )
    assert (first_match(_verdicts(), facts).verdict is Verdict.GO) is flawless


@given(COUNTS)
def test_a_stop_rule_that_is_met_always_gives_stop(facts: dict[str, int]) -> None:
    verdict = first_match(_verdicts(), facts).verdict
    assert (verdict is Verdict.STOP) is (facts["stop_rules_met"] > 0)


def test_facts_that_lack_a_count_are_refused(verdicts: VerdictTable) -> None:
    facts = _facts(yes=4, no=0, met=0, not_met=3)
    del facts["stop_rules_unknown"]
    with pytest.raises(UnknownNameError, match="stop_rules_unknown"):
        first_match(verdicts, facts)


@pytest.mark.parametrize("fact", Fact)
def test_a_go_rule_that_leaves_out_any_condition_is_refused(verdicts: VerdictTable, fact: Fact) -> None:
    content = verdicts.model_dump(mode="json")
    del next(rule for rule in content["rules"] if rule["verdict"] == "GO")["when"][fact.value]
    with pytest.raises(ValidationError, match="says GO without"):
        VerdictTable.model_validate(content)


def test_a_default_that_says_go_is_refused(verdicts: VerdictTable) -> None:
    content = verdicts.model_dump(mode="json")
    content["default"]["verdict"] = "GO"
    with pytest.raises(ValidationError, match="must not be GO"):
        VerdictTable.model_validate(content)


def test_a_rule_without_a_condition_is_refused(verdicts: VerdictTable) -> None:
    content = verdicts.model_dump(mode="json")
    content["rules"][0]["when"] = {}
    with pytest.raises(ValidationError, match="has no condition"):
        VerdictTable.model_validate(content)


# --- readiness standard -------------------------------------------------------------------------------------------


def test_every_entry_of_the_standard_is_reached_through_its_list(standard: ReadinessStandard) -> None:
    reached = [item for group in standard.groups for item in standard.items_of(group.id)]
    assert len(reached) == len(standard.checklist) == 22
    assert all(standard.items_of(group.id) for group in standard.groups)
    lists = (standard.review_path, standard.habits, standard.mistakes, standard.signs)
    assert [len(entries) for entries in lists] == [3, 5, 5, 5]
    questions = [question for kind in WorkflowQuestionKind for question in standard.questions_of(kind)]
    assert len(questions) == len(standard.workflow_questions) == 12
    assert all(question.question.endswith("?") for question in questions)


def test_every_department_asks_for_something(standard: ReadinessStandard) -> None:
    assert {item.asked_by for item in standard.checklist} == set(Department)


def test_a_checklist_item_in_no_group_is_refused(standard: ReadinessStandard) -> None:
    content = standard.model_dump(mode="json")
    content["checklist"][0]["group"] = "elsewhere"
    with pytest.raises(ValidationError, match="does not exist"):
        ReadinessStandard.model_validate(content)


# --- below: reading YAML trees -------------------------------------------------------------------------------------


@cache
def _components() -> ComponentCatalog:
    """The component catalog, read once for tests that ask hundreds of times."""
    return read_catalog("components", ComponentCatalog)


@cache
def _verdicts() -> VerdictTable:
    return read_catalog("verdict", VerdictTable)


def _lists_of_entries(content: Any) -> Iterator[list[dict[str, Any]]]:
    for value in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        if isinstance(value, list) and value and all(isinstance(entry, dict) and "id" in entry for entry in value):
            yield value
        yield from _lists_of_entries(value)


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    for value in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from _texts(value)


def _words(text: str) -> str:
    return f" {' '.join(re.findall(r'[a-z0-9%]+', text.casefold()))} "


def _runs(words: list[str], length: int) -> Iterator[str]:
    for start in range(len(words) - length + 1):
        yield " ".join(words[start : start + length])
