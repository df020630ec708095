"""The generated records and the example project that is built on them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from readiness.audit.decisions import Handling, HandlingDecision, effect_of
from readiness.audit.engine import audit_sample
from readiness.audit.further import every_check
from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import SampleFile
from readiness.audit.report import AuditReport
from readiness.audit.suggestion import suggest_rules
from readiness.catalog import read_catalog
from readiness.diagnosis.contradictions import ContradictionCatalog
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Facts
from readiness.diagnosis.questions import Answer
from readiness.diagnosis.stop_rules import StopInputs
from readiness.diagnosis.verdict import diagnose
from readiness.diagnosis.verdict_table import Verdict, VerdictTable
from readiness.errors import InvalidValueError
from readiness.example.project import ExampleProject, example_project
from readiness.example.records import (
    DELIMITER,
    EXAMPLE_NAME,
    FIELDS,
    REQUIRED_FIELDS,
    TITLE,
    generate_invoices,
    generate_wide,
    write_example,
)
from readiness.outcome import agreement, definition, ownership
from readiness.scope.catalog import ComponentCatalog, item_from_component, item_from_decision, starting_items
from readiness.scope.items import ItemStatus, ScopeItem, ScopePlan
from readiness.scope.totals import UNDERESTIMATION
from readiness.workflow import Workflow
from readiness.workflow import missing_parts as missing_of_workflow

MISSING = {"", "N/A", "n/a", "-", "unknown"}
AT = {field: position for position, field in enumerate(FIELDS)}


@pytest.fixture(scope="module")
def lines() -> list[tuple[str, ...]]:
    return list(generate_invoices(300, 20260101))


@pytest.fixture(scope="module")
def whole(lines: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The lines that fit the header, without the total."""
    return [line for line in lines[:-1] if len(line) == len(FIELDS)]


# --- the example file ---------------------------------------------------------------------------------------------


def test_the_file_says_in_its_name_and_first_line_that_it_is_generated(tmp_path: Path) -> None:
    path = tmp_path / EXAMPLE_NAME
    write_example(path)
    first, header, *records = path.read_text(encoding="utf-8").splitlines()
    assert EXAMPLE_NAME.startswith("generated")
    assert first == TITLE
    assert first.startswith("Generated")
    assert header == DELIMITER.join(FIELDS)
    assert len(records) == 300


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a", "b", "c")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        write_example(path, records=200, seed=seed)
    one, same, other = (path.read_bytes() for path in paths)
    assert one == same
    assert one != other


def test_the_written_file_reads_back_as_the_generated_lines(tmp_path: Path) -> None:
    path = tmp_path / EXAMPLE_NAME
    write_example(path, records=300, seed=5)
    with path.open(encoding="utf-8", newline="") as file:
        read = [tuple(line) for line in csv.reader(file, delimiter=DELIMITER)]
    assert read[2:] == list(generate_invoices(300, 5))


@given(records=st.integers(min_value=1, max_value=400), seed=st.integers(min_value=0, max_value=10_000))
@settings(max_examples=40, deadline=None)
def test_a_file_holds_as_many_records_as_asked_and_ends_with_a_total(records: int, seed: int) -> None:
    lines = list(generate_invoices(records, seed))
    assert len(lines) == records
    assert lines[-1][0] == "Total"


def test_no_records_at_all_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="at least 1"):
        list(generate_invoices(0, 1))


def test_about_three_quarters_of_the_records_are_clean_for_any_seed() -> None:
    for seed in (20260101, 1, 2, 3):
        lines = list(generate_invoices(300, seed))
        counts = Counter(lines)
        strict = sum(_is_clean(line) and counts[line] == 1 for line in lines)
        lenient = len({line for line in lines if _is_clean(line)})
        assert 0.71 <= strict / 300 <= lenient / 300 <= 0.78


def test_the_cost_centre_is_missing_in_a_seventh_of_the_records_partly_in_disguise(
    whole: list[tuple[str, ...]],
) -> None:
    found = Counter(line[AT["cost_centre"]] for line in whole if line[AT["cost_centre"]] in MISSING)
    assert 0.12 <= sum(found.values()) / 300 <= 0.20
    assert set(found) == MISSING
    assert not any(line[AT[field]] in MISSING for line in whole for field in REQUIRED_FIELDS if field != "cost_centre")


def test_one_column_holds_several_date_formats_and_dates_that_do_not_exist(whole: list[tuple[str, ...]]) -> None:
    dates = [line[AT["received"]] for line in whole]
    slashed = [date for date in dates if "/" in date]
    assert sum(bool(re.fullmatch(r"\d{4}-\d\d-\d\d", date)) for date in dates) > 250
    assert sum(bool(re.fullmatch(r"\d\d\.\d\d\.\d{4}", date)) for date in dates) >= 5
    assert any(int(date[:2]) > 12 for date in slashed)  # only day first makes sense
    assert any(int(date[3:5]) > 12 for date in slashed)  # only month first makes sense
    assert "2025-11-31" in dates


def test_amounts_are_written_in_several_ways(whole: list[tuple[str, ...]]) -> None:
    amounts = [line[AT["amount"]] for line in whole]
    assert any(re.fullmatch(r"[\d.]+,\d\d", amount) for amount in amounts)
    assert any(amount.startswith("€") for amount in amounts)
    assert any(amount.endswith(("EUR", "CHF")) for amount in amounts)


def test_about_two_in_a_hundred_records_are_exact_repeats(lines: list[tuple[str, ...]]) -> None:
    assert 4 <= len(lines) - len(set(lines)) <= 8


def test_some_lines_do_not_fit_the_header_and_some_have_date_and_amount_in_one_cell(
    lines: list[tuple[str, ...]],
) -> None:
    odd = [line for line in lines if len(line) != len(FIELDS)]
    assert {len(line) - len(FIELDS) for line in odd} == {-3, -1, 1}
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\d\d+\.\d\d", line[AT["received"]]) for line in odd)


def test_a_few_vendor_names_carry_encoding_damage(whole: list[tuple[str, ...]]) -> None:
    damaged = [line[AT["vendor"]] for line in whole if "Ã" in line[AT["vendor"]]]
    assert 2 <= len(damaged) <= 9
    assert all(name.encode("cp1252").decode("utf-8") in {line[AT["vendor"]] for line in whole} for name in damaged)


def test_two_categories_are_used_for_the_same_vendor(whole: list[tuple[str, ...]]) -> None:
    used = Counter((line[AT["vat_id"]], line[AT["category"]]) for line in whole)
    vendors = Counter(vat_id for vat_id, _ in used)
    assert set(vendors.values()) == {1, 2}
    assert {category for vat_id, category in used if vendors[vat_id] == 2} == {"Software", "IT services"}


# --- the example file as the audit sees it -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    path = tmp_path_factory.mktemp("example") / EXAMPLE_NAME
    write_example(path)
    connection = open_workspace()
    try:
        reading = read_sample(SampleFile(path, path.name), connection)
        return audit_sample(connection, reading, suggest_rules(connection, reading))
    finally:
        connection.close()


def test_the_audit_takes_the_title_for_a_preamble_and_finds_all_records(report: AuditReport) -> None:
    assert (report.reading.preamble_lines, report.records) == (1, 300)


def test_the_audit_finds_every_fault_that_was_put_in_and_nothing_else(report: AuditReport) -> None:
    assert {case.id for case in report.edge_cases} == {
        "missing_required: cost_centre",
        "date_format: received",
        "date_impossible: received",
        "date_ambiguous: received",
        "amount_format: amount",
        "amount_unparsable: amount",
        "encoding_damage: vendor",
        "duplicate_record",
        "fused_cells: received + amount",
        "line_too_few_cells",
        "line_too_many_cells",
        "line_total",
    }


def test_the_audit_finds_about_three_quarters_of_the_example_clean(report: AuditReport) -> None:
    assert 0.72 <= report.clean.share <= 0.76


def test_the_examples_decisions_leave_less_outside_than_its_team_can_review(report: AuditReport) -> None:
    example = example_project()
    decisions = [
        HandlingDecision(edge_case=case.id, handling=Handling(example.decision_for(case.kind).handling))
        for case in report.edge_cases
    ]
    effect = effect_of(report, decisions)
    assert effect.undecided.count == 0
    assert effect.review.share + effect.rejected.share < example.stop_inputs["most_outside_share"]


def _is_clean(line: tuple[str, ...]) -> bool:
    return (
        len(line) == len(FIELDS)
        and line[0] != "Total"
        and line[AT["cost_centre"]] not in MISSING
        and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", line[AT["received"]]))
        and line[AT["received"]] not in {"2025-11-31", "2025-13-05"}
        and bool(re.fullmatch(r"\d+\.\d\d", line[AT["amount"]]))
    )


# --- the wide file ------------------------------------------------------------------------------------------------


def test_the_wide_file_has_the_rows_and_columns_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    generate_wide(path, 1_000, columns=23)
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert len(rows) == 1_000
    assert {len(row) for row in rows} == {23}
    assert len(set(header)) == 23


def test_the_wide_file_mixes_formats_and_repeats_two_rows_in_a_thousand(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    generate_wide(path, 5_000)
    rows = path.read_text(encoding="utf-8").splitlines()[1:]
    assert len(rows) - len(set(rows)) == 10
    received = Counter(re.sub(r"\d", "9", row.split(",")[2]) for row in rows)
    assert set(received) == {"9999-99-99", "99.99.9999", "99/99/9999"}


def test_the_wide_file_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        generate_wide(tmp_path / name, 2_000, seed=seed)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()


def test_a_path_with_a_quote_is_written_to_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "it's wide.csv"
    generate_wide(path, 10)
    assert path.is_file()


def test_a_wide_file_without_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match="at least"):
        generate_wide(tmp_path / "wide.csv", 10, columns=0)


# --- the example project ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example() -> ExampleProject:
    return example_project()


@pytest.fixture(scope="module")
def components() -> ComponentCatalog:
    return read_catalog("components", ComponentCatalog)


def test_the_example_fills_workflow_outcome_and_ownership_completely(example: ExampleProject) -> None:
    outcome = definition.OutcomeDefinition(**example.outcome)
    assert missing_of_workflow(Workflow(**example.workflow)) == ()
    assert definition.missing_parts(outcome) == ()
    assert definition.contradictions(outcome) == ()
    assert ownership.missing_parts(_owned(example)) == ()
    assert len({signer["name"] for signer in example.signers}) == 2


def test_the_example_names_its_owner_among_its_signers_and_says_that_it_is_generated(example: ExampleProject) -> None:
    assert example.ownership["owner"] in {signer["name"] for signer in example.signers}
    assert "generated" in example.name
    assert "Generated" in example.sample["origin"]


def test_every_kind_of_edge_case_has_a_decision_and_every_decision_is_for_some_kind(example: ExampleProject) -> None:
    kinds = [*(check.kind for check in every_check()), "a_kind_of_later"]
    decisions = [example.decision_for(kind) for kind in kinds]
    assert {decision.handling for decision in decisions} <= set(Handling)
    assert all(decision in decisions for decision in example.decisions)


def test_a_decision_list_that_leaves_kinds_uncovered_is_refused(example: ExampleProject) -> None:
    content = example.model_dump()
    content["decisions"] = content["decisions"][:-1]
    with pytest.raises(ValidationError, match="every other kind"):
        ExampleProject.model_validate(content)


def test_the_estimates_belong_to_catalog_components_and_leave_two_of_the_nine_open(
    example: ExampleProject, components: ComponentCatalog
) -> None:
    items = [item_from_component(components.component(name)) for name in example.estimates]
    filled = [type(item).model_validate({**item.model_dump(), **example.estimates[item.id]}) for item in items]
    assert {item.status for item in filled} == {ItemStatus.ESTIMATED}
    started = {item.id for item in starting_items(components)}
    assert started - set(example.estimates) == {"alerting-runbooks", "rollback"}


def test_the_examples_answers_are_complete_and_the_scope_question_fails_first(example: ExampleProject) -> None:
    answers = [Answer(question=FailureMode(mode), **answer) for mode, answer in example.answers.items()]
    assert [answer.question for answer in answers] == list(FailureMode)
    assert [answer.question for answer in answers if answer.reply == "no"] == [FailureMode.SCOPE_UNDERESTIMATION]
    assert all(answer.reason for answer in answers)
    StopInputs(**example.stop_inputs)


def test_the_example_as_a_whole_leads_to_fix_first_with_an_inventory_three_to_five_times_the_plan(
    example: ExampleProject, components: ComponentCatalog, report: AuditReport
) -> None:
    diagnosis = diagnose(
        _facts(example, components, report),
        {FailureMode(mode): Answer(question=FailureMode(mode), **answer) for mode, answer in example.answers.items()},
        StopInputs(**example.stop_inputs),
        read_catalog("verdict", VerdictTable),
        read_catalog("contradictions", ContradictionCatalog),
    )
    assert diagnosis.verdict is Verdict.FIX_FIRST
    assert diagnosis.primary is FailureMode.SCOPE_UNDERESTIMATION
    assert diagnosis.also_found == ()
    assert not any(question.against_evidence for question in diagnosis.questions)
    low, high = UNDERESTIMATION
    assert diagnosis.ledger.total.ratio_p50 is not None
    assert low <= diagnosis.ledger.total.ratio_p50 <= high


def _facts(example: ExampleProject, components: ComponentCatalog, report: AuditReport) -> Facts:
    now = datetime(2026, 1, 15, 9, 0)  # noqa: DTZ001 - the store keeps UTC without a zone
    chosen = {case.id: example.decision_for(case.kind) for case in report.edge_cases}
    outcome = definition.OutcomeDefinition(**example.outcome)
    signatures: list[agreement.Signature] = []
    for signer in example.signers:
        signatures.append(agreement.sign(outcome, signatures, name=signer["name"], role=signer["role"], now=now))
    return Facts(
        now=now,
        workflow=Workflow(**example.workflow),
        report=report,
        audited_at=now,
        sample_read_at=now,
        audit_is_current=True,
        decisions={
            edge_case: HandlingDecision(edge_case=edge_case, handling=Handling(decision.handling), note=decision.note)
            for edge_case, decision in chosen.items()
        },
        items=_items(example, components, report),
        plan=ScopePlan(**example.plan),
        outcome=outcome,
        signatures=signatures,
        ownership=_owned(example),
    )


def _owned(example: ExampleProject) -> ownership.Ownership:
    return ownership.Ownership(**example.ownership, first_review=date(2026, 3, 16))


def _items(example: ExampleProject, components: ComponentCatalog, report: AuditReport) -> list[ScopeItem]:
    started = {item.id: item for item in starting_items(components)}
    for name in example.estimates:
        started.setdefault(name, item_from_component(components.component(name)))
    items = [_with(item, example.estimates.get(item.id, {})) for item in started.values()]
    for case in report.edge_cases:
        decision = example.decision_for(case.kind)
        item = item_from_decision(components, case.id, case.kind, case.title, decision.handling)
        items.append(_with(item, decision.estimate))
    return items


def _with(item: ScopeItem, parts: Mapping[str, object]) -> ScopeItem:
    return ScopeItem.model_validate({**item.model_dump(), **parts})
