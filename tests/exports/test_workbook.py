"""The scope workbook: right without calculating, safe to open, made to be filled in and to come back."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from readiness.audit.decisions import Handling, HandlingDecision
from readiness.audit.report import AuditReport, Combination
from readiness.exports import scope_layout as layout
from readiness.exports.workbook import ValueRow
from readiness.exports.workbook.looks import shortened
from readiness.exports.workbook.scope_sheet import BLOCKS, COLUMNS, PRINT_SCALE, STARTING_POINT_NOTE
from readiness.exports.workbook.simulation_sheet import LISTS_ROW, NOTHING
from readiness.ranges import SEED, Range
from readiness.scope.catalog import StartingRange
from readiness.scope.items import ItemStatus, ScopeItem, ScopePlan
from readiness.scope.simulation import ReviewLoad, simulate
from readiness.scope.spread import spread_sentence
from readiness.scope.totals import total_scope
from tests.exports.workbooks import FIRST_ROW, HOSTILE, POSITION, make_workbook, opened, scope_rows, summary_row

MakeItem = Callable[..., ScopeItem]
Items = tuple[ScopeItem, ...]
DAYS, COST, WEEKS = "Person-days of the estimated components", "Cost to build in EUR", "Calendar weeks"
ENDS = "Were all to go well, or badly, together"


@pytest.fixture
def full_plan(plan: ScopePlan) -> ScopePlan:
    given = {"team_size": 2.5, "review_minutes": 6.0, "review_hour_rate": 48.0, "reference_multiplier": 3.0}
    return plan.model_copy(update=given)


@pytest.fixture
def load() -> ReviewLoad:
    return ReviewLoad("decision:missing_required: vendor", Range(0.0736, 31 / 300, 0.1428, 0.95), 2400, 6, 48)


# --- Summary -------------------------------------------------------------------------------------------------------


def test_the_simulated_figures_are_those_of_the_app(items: Items, full_plan: ScopePlan) -> None:
    total = total_scope(items, full_plan)
    simulated = total.simulated
    assert simulated is not None
    assert simulated.weeks is not None
    assert simulated.cost is not None
    book = opened(make_workbook(items, full_plan), values=True)
    for label, figures in ((DAYS, simulated.days), (COST, simulated.cost), (WEEKS, simulated.weeks)):
        shown = (figures.p10, figures.p50, figures.p80, figures.p90, figures.mean)
        assert summary_row(book, label)[:5] == pytest.approx(shown)
    summary = book["Summary"]
    assert summary["A2"].value.startswith(total.sentence)
    assert summary["A8"].value.startswith("Simulated with 10,000 draws, state of 21 Nov 2026")


def test_the_ends_the_ratios_and_the_counts_are_those_of_the_app(items: Items, full_plan: ScopePlan) -> None:
    total = total_scope(items, full_plan)
    book = opened(make_workbook(items, full_plan), values=True)
    ends = summary_row(book, "Person-days, sums of the components")
    assert ends[:3] == pytest.approx((total.low_days, total.likely_days, total.high_days))
    cost = summary_row(book, COST, after=ENDS)
    assert cost[:3] == pytest.approx(tuple(850 * days for days in ends[:3]))
    ratios = summary_row(book, "Times the plan of the prototype's team, simulated")
    assert ratios[1:3] == pytest.approx((total.ratio_p50, total.ratio_p80))
    assert summary_row(book, "Person-days, the plan times the reference multiplier")[1] == 30
    counts = [
        summary_row(book, label)[0]
        for label in ("Estimated", "Not estimated, and not in any total of days", "Not needed, with a reason", "Listed")
    ]
    assert counts == [total.estimated, len(total.unknown), total.not_needed, len(items)]


def test_the_groups_add_up_to_the_total_and_are_those_of_the_app(items: Items, plan: ScopePlan) -> None:
    total = total_scope(items, plan)
    book = opened(make_workbook(items, plan), values=True)
    for group in total.groups:
        low, likely, high, _, p80, counts = summary_row(book, group.group)
        assert (low, likely, high) == pytest.approx((group.low_days, group.likely_days, group.high_days))
        assert p80 == pytest.approx(group.days.p80 if group.days else None)
        assert counts.startswith(f"{group.estimated} estimated")
    assert sum(group.low_days for group in total.groups) == pytest.approx(total.low_days)


def test_what_is_not_estimated_is_counted_beside_every_total_and_listed(items: Items, plan: ScopePlan) -> None:
    book = opened(make_workbook(items, plan), values=True)
    for heading in ("Production build, simulated", "The same, following edits (approximation)"):
        for label in (DAYS, COST):
            assert summary_row(book, label, after=heading)[5] == "2 not estimated"
    labels = [row[0] for row in book["Summary"].iter_rows(values_only=True)]
    listed = labels[labels.index("Not estimated on 21 Nov 2026") + 1 :]
    assert tuple(listed[:2]) == total_scope(items, plan).unknown
    assert book["Scope"].cell(layout.HEADER_ROW, POSITION["Status"] + 1).value == "2 not estimated"


def test_what_is_not_known_is_an_empty_cell_and_never_zero(items: Items, make_item: MakeItem) -> None:
    book = opened(make_workbook(items, ScopePlan()), values=True)
    assert summary_row(book, COST)[:6] == (None,) * 5 + ("2 not estimated, 5 without a day rate",)
    assert summary_row(book, WEEKS)[:6] == (None,) * 5 + ("the team size is not stated",)
    assert summary_row(book, "Times the plan of the prototype's team, simulated")[1:3] == (None, None)
    nothing = opened(make_workbook((make_item("a", "A", "", None, None, None),), ScopePlan(day_rate=1)), values=True)
    for heading in ("Production build, simulated", "The same, following edits (approximation)"):
        assert summary_row(nothing, DAYS, after=heading)[:6] == (None,) * 5 + ("1 not estimated",)
    assert nothing["Simulation"]["A2"].value == NOTHING
    assert scope_rows(nothing)["a"]["Cost"] in (None, "")


def test_run_costs_are_those_that_are_stated_and_those_of_reviews(
    items: Items, full_plan: ScopePlan, report: AuditReport, decisions: dict[str, HandlingDecision], load: ReviewLoad
) -> None:
    stated = tuple(item.model_copy(update={"run_cost_year": 1200.0} if item.id == "queues" else {}) for item in items)
    simulated = total_scope(stated, full_plan, [load]).simulated
    assert simulated is not None
    assert simulated.run_cost_year is not None
    book = opened(make_workbook(stated, full_plan, report, decisions, loads=[load]), values=True)
    run = simulated.run_cost_year
    assert summary_row(book, "Run cost a year in EUR")[:5] == pytest.approx(
        (run.p10, run.p50, run.p80, run.p90, run.mean)
    )
    assert summary_row(book, "Stated for components")[:3] == (1200, 1200, 1200)
    cost = load.cost_year
    together = summary_row(book, "Together", after="Run cost a year, following edits")
    assert together[:3] == pytest.approx((1200 + cost.low, 1200 + cost.likely, 1200 + cost.high))
    without = opened(make_workbook(items, full_plan, report, decisions), values=True)
    assert summary_row(without, "Together", after="Run cost a year, following edits")[:3] == (None, None, None)


# --- Scope ---------------------------------------------------------------------------------------------------------


def test_every_item_is_written_with_its_status_mean_spread_and_cost(items: Items, plan: ScopePlan) -> None:
    priced = (items[0].model_copy(update={"day_rate": 500.0, "one_off_cost": 70.0}), *items[1:])
    rows = scope_rows(opened(make_workbook(priced, plan), values=True))
    assert set(rows) == {item.id for item in items}
    for item in priced:
        row, days = rows[item.id], item.days(plan.confidence)
        assert row["Status"] == item.status
        assert row["In prototype"] == ("yes" if item.in_prototype else "no")
        if days is None:
            assert {row[title] for title in ("Mean", "Spread", "Rate used", "Cost")} <= {None, ""}
            continue
        rate = item.day_rate or plan.day_rate
        assert (row["Mean"], row["Spread"]) == pytest.approx((days.mean, days.spread))
        assert (row["Rate used"], row["Cost"]) == pytest.approx((rate, days.mean * rate + (item.one_off_cost or 0)))


def test_every_input_cell_holds_what_the_item_says(make_item: MakeItem, plan: ScopePlan) -> None:
    item = make_item(
        "own:1", "Review screen", "People", 1, 2.5, 4, basis="Two screens of 2025", day_rate=700, one_off_cost=0,
        run_cost_year=12.5, review_minutes=3, owner="Kim", note="See Ana", in_prototype=True,
    )  # fmt: skip
    row = scope_rows(opened(make_workbook((item,), plan)))["own:1"]
    assert {title: row[title] for title in layout.INPUT_COLUMNS} == layout.written_item(item)
    assert row["One-off cost"] == 0
    assert (row["Day rate"], row["Run cost a year"], row["Review minutes"]) == (700, 12.5, 3)
    assert (row["Basis"], row["Reason not needed"]) == ("Two screens of 2025", None)


def test_an_unknown_estimate_is_an_empty_cell(items: Items, plan: ScopePlan) -> None:
    rows = scope_rows(opened(make_workbook(items, plan), values=True))
    unknown = rows["rollback"]
    assert (unknown["Low"], unknown["Likely"], unknown["High"]) == (None, None, None)
    assert unknown["Status"] == "unknown"
    assert not unknown["Mean"]
    assert rows["dashboards"]["Low"] == 2
    assert rows["dashboards"]["Status"] == "unknown"


def test_not_needed_without_a_reason_still_counts(items: Items, plan: ScopePlan) -> None:
    row = scope_rows(opened(make_workbook(items, plan), values=True))["queues"]
    assert (row["Needed"], row["Status"]) == ("no", "estimated")


def test_a_reason_of_blanks_is_no_reason(make_item: MakeItem, plan: ScopePlan) -> None:
    item = make_item("a", "A", "", 1, 2, 3, marked_not_needed=True, not_needed_because=" \t\u00a0")
    row = scope_rows(opened(make_workbook((item,), plan), values=True))["a"]
    assert (row["Status"], row["Reason not needed"]) == (ItemStatus.ESTIMATED, None)


def test_items_stand_in_the_order_in_which_they_were_handed_in(items: Items, plan: ScopePlan) -> None:
    turned = tuple(reversed(items))
    assert list(scope_rows(opened(make_workbook(turned, plan)))) == [item.id for item in turned]


def test_a_starting_point_is_written_as_its_range(make_item: MakeItem, plan: ScopePlan) -> None:
    sentence = StartingRange(low=0.5, likely=1, high=3).sentence
    items = (
        make_item("a", "A", "", None, None, None, note=sentence),
        make_item("b", "B", "", None, None, None, note=f"{sentence} Ask Kim."),
        make_item("c", "C", "", None, None, None, note="Starting point to argue with: none"),
    )
    book = opened(make_workbook(items, plan))
    notes = [row["Note"] for row in scope_rows(book).values()]
    short = "0.5 to 3, likely 1 (starting point)"
    assert notes == [short, f"{short} Ask Kim.", "Starting point to argue with: none"]
    assert book["Scope"].cell(layout.HEADER_ROW - 1, POSITION["Note"] + 1).value == STARTING_POINT_NOTE
    without = opened(make_workbook(items[2:], plan))["Scope"]
    assert without.cell(layout.HEADER_ROW - 1, POSITION["Note"] + 1).value is None


def test_long_names_are_written_in_full(make_item: MakeItem, plan: ScopePlan) -> None:
    name = ("Freigabe " * 22 + "Ende")[:200]
    book = opened(make_workbook((make_item("a", name, "", 1, 2, 3), make_item("b", name, "", None, 2, 3)), plan))
    assert book["Scope"].cell(FIRST_ROW, 1).value == name
    assert book["Scope"].row_dimensions[FIRST_ROW].height > 50
    assert name in [row[0] for row in book["Summary"].iter_rows(values_only=True)]
    drivers = book["Simulation"].cell(LISTS_ROW + 2, 1)
    assert drivers.value == name
    assert book["Simulation"].cell(LISTS_ROW + 2, 5).value == shortened(name)


# --- Findings ------------------------------------------------------------------------------------------------------


def test_findings_are_there_only_after_an_audit(
    items: Items, plan: ScopePlan, report: AuditReport, decisions: dict[str, HandlingDecision]
) -> None:
    sheets = ["Summary", "Scope", "Assumptions", "Simulation", "Readiness"]
    assert opened(make_workbook(items, plan)).sheetnames == sheets
    book = opened(make_workbook(items, plan, report, decisions))
    assert book.sheetnames == [*sheets[:2], "Findings", *sheets[2:]]
    sheet = book["Findings"]
    lines = {row[0]: row for row in sheet.iter_rows(min_row=6, values_only=True) if row[2] is not None}
    assert len(lines) == len(report.edge_cases)
    missing = lines["Required field missing: vendor"]
    assert missing[2:8] == (
        31, pytest.approx(31 / 300), pytest.approx(report.edge_cases[1].low), pytest.approx(report.edge_cases[1].high),
        "human review", "Review: Required field missing: vendor",
    )  # fmt: skip
    assert sheet["A2"].value == report.sentence
    assert [cell.value for cell in sheet[5]][3:6] == ["Share", "Share low (95%)", "Share high (95%)"]
    assert list(sheet.tables) == ["Findings"]


def test_what_goes_to_people_is_listed_with_its_records_and_its_cost(
    items: Items, full_plan: ScopePlan, report: AuditReport, decisions: dict[str, HandlingDecision], load: ReviewLoad
) -> None:
    content = make_workbook(items, full_plan, report, decisions, loads=[load])
    sheet = opened(content, values=True)["Findings"]
    assert set(sheet.tables) == {"Findings", "Reviews"}
    first, last = (sheet[cell].row for cell in sheet.tables["Reviews"].ref.split(":"))
    titles = [cell.value for cell in sheet[first]]
    assert last == first + 1
    line = dict(zip(titles, [cell.value for cell in sheet[last]], strict=True))
    cost = load.cost_year
    assert line["Goes to people"] == "Required field missing: vendor"
    assert (line["Records a month"], line["Minutes each"]) == pytest.approx((248, 6))
    shown = (line["Cost low"], line["Cost a year"], line["Cost high"])
    assert shown == pytest.approx((cost.low, cost.likely, cost.high))


def test_reviews_cost_people_their_time_also_where_their_queue_is_not_needed(
    items: Items, full_plan: ScopePlan, report: AuditReport, decisions: dict[str, HandlingDecision], load: ReviewLoad
) -> None:
    dropped = {"marked_not_needed": True, "not_needed_because": "The vendor delivers it."}
    without = tuple(item.model_copy(update=dropped) if item.id == load.item_id else item for item in items)
    book = opened(make_workbook(without, full_plan, report, decisions, loads=[load]), values=True)
    cost = load.cost_year
    shown = summary_row(book, "People who review records (95% interval of the shares)")[:3]
    assert shown == pytest.approx((cost.low, cost.likely, cost.high))
    simulated = total_scope(without, full_plan, [load]).simulated
    assert simulated is not None
    assert simulated.run_cost_year is not None
    assert simulated.run_cost_year.p50 == pytest.approx(cost.likely, rel=1e-3)


@pytest.mark.parametrize("handling", [Handling.HUMAN_REVIEW, Handling.VALIDATION_RULE])
def test_every_decision_that_sends_records_to_people_is_counted_while_its_cost_is_not_known(
    items: Items, full_plan: ScopePlan, report: AuditReport, load: ReviewLoad, handling: Handling
) -> None:
    case = "missing_required: vendor"
    sent = report.model_copy(update={"combinations": (Combination(edge_cases=(case,), records=31),)})
    decided = {case: HandlingDecision(edge_case=case, handling=handling)}
    label = "People who review records (95% interval of the shares)"
    open_one = opened(make_workbook(items, full_plan, sent, decided), values=True)
    assert summary_row(open_one, label)[5] == "1 review of unknown cost"
    known = opened(make_workbook(items, full_plan, sent, decided, loads=[load]), values=True)
    assert summary_row(known, label)[5] is None


# --- Assumptions and Simulation ------------------------------------------------------------------------------------


def test_inputs_of_the_value_are_shown_where_they_are_handed_over(items: Items, plan: ScopePlan) -> None:
    value = [ValueRow("Items a month", "2,000 / 2,400", "items", "Workflow page"), ValueRow("Hour rate", 48.5, "", "")]
    sheet = opened(make_workbook(items, plan, value=value))["Assumptions"]
    assert set(sheet.tables) == {"Inputs", "Value_inputs"}
    lines = [row[:3] for row in sheet.iter_rows(values_only=True)]
    assert ("Items a month", "2,000 / 2,400", "items: Workflow page") in lines
    assert ("Hour rate", 48.5, None) in lines
    assert set(opened(make_workbook(items, plan))["Assumptions"].tables) == {"Inputs"}


def test_the_simulation_is_shown_with_its_settings_its_curve_and_its_drivers(
    items: Items, full_plan: ScopePlan
) -> None:
    simulated = simulate(items, full_plan)
    assert simulated is not None
    assert simulated.cost_curve is not None
    sheet = opened(make_workbook(items, full_plan), values=True)["Simulation"]
    assert set(sheet.tables) == {"Percentiles", "Approximation", "Drivers", "Curve"}
    settings = {row[0]: row[1] for row in sheet.iter_rows(min_row=4, max_row=10, values_only=True)}
    assert (settings["Draws"], settings["Seed"], settings["Common cause"]) == (10_000, SEED, 0.3)
    lines = {row[0]: row[1:6] for row in sheet.iter_rows(min_row=14, max_row=19, values_only=True)}
    apart, together = simulated.independent_days, simulated.correlated_days
    assert lines["Person-days, if components shared nothing"][2] == pytest.approx(apart.p80)
    assert lines["Person-days, if all went well or badly together"][2] == pytest.approx(together.p80)
    curve = list(sheet.iter_rows(min_row=LISTS_ROW + 2, max_row=LISTS_ROW + 100, min_col=8, values_only=True))
    assert [line[0] for line in curve] == pytest.approx([level / 100 for level in range(1, 100)])
    assert [line[1] for line in curve] == pytest.approx(simulated.days_curve)
    assert [line[2] for line in curve] == pytest.approx(simulated.cost_curve)
    for offset, part in enumerate(simulated.contributions):
        line = [cell.value for cell in sheet[LISTS_ROW + 2 + offset]][:4]
        assert line == [part.component, *map(pytest.approx, (part.share, part.low_days, part.high_days))]


def test_its_charts_say_the_finding_and_name_their_axes(items: Items, full_plan: ScopePlan) -> None:
    content = zipfile.ZipFile(BytesIO(make_workbook(items, full_plan)))
    names = sorted(name for name in content.namelist() if name.startswith("xl/charts/chart"))
    texts = [" ".join(re.findall(r"<a:t>([^<]*)</a:t>", content.read(name).decode())) for name in names]
    assert len(texts) == 3
    simulated = simulate(items, full_plan)
    assert simulated is not None
    assert f"Half a chance to stay within {simulated.days.p50:,.0f}, 80% within {simulated.days.p80:,.0f}" in texts[0]
    assert "Chance to stay within" in texts[0]
    assert "EUR" in texts[1]
    assert texts[2].startswith(f"Where the spread comes from. {spread_sentence(simulated).removesuffix('.')}")
    assert "Person-days that the total moves by" in texts[2]


def test_a_scope_without_any_width_has_no_chart(make_item: MakeItem, plan: ScopePlan) -> None:
    names = zipfile.ZipFile(BytesIO(make_workbook((make_item("a", "A", "", 5, 5, 5),), plan))).namelist()
    assert not [name for name in names if "chart" in name]


# --- text, page, file ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text_in_every_sheet(
    text: str, make_item: MakeItem, report: AuditReport, plan: ScopePlan, load: ReviewLoad
) -> None:
    item = make_item(
        load.item_id, text, text, 1, 2, 3, owner=text, note=text, not_needed_because=text, basis=text,
        edge_case="fused_cells",
    )  # fmt: skip
    cases = tuple(case.model_copy(update={"title": text, "reason": text}) for case in report.edge_cases)
    reading = report.reading.model_copy(update={"name": text})
    hostile = report.model_copy(update={"edge_cases": cases, "reading": reading})
    hostile_plan = plan.model_copy(update={"currency": text, "reference_source": text})
    unknown = make_item("u", text, text, None, None, None)
    value = [ValueRow(text, text, text, text)]
    book = opened(make_workbook((item, unknown), hostile_plan, hostile, name=text, loads=[load], value=value))
    known = re.compile(r'=(IF|SUM|SUMIFS|COUNTIF|SUMPRODUCT|_xlfn\.NORM\.S\.INV|Simulation!|"[A-Z][a-z ,-]+ in "&)')
    for sheet in book:
        for row in sheet:
            for cell in row:
                assert cell.hyperlink is None
                assert cell.data_type != "f" or known.match(cell.value), (sheet.title, cell.coordinate, cell.value)
                if cell.data_type == "s" and cell.value.startswith(("=", "+", "-", "@", "\t")):
                    assert cell.quotePrefix or sheet.title == "Readiness", (sheet.title, cell.coordinate)
    row = next(iter(scope_rows(book).values()))
    assert row["Component"] == row["Note"] == row["Owner"] == row["Basis"]


def test_formula_like_text_stays_text_when_it_is_edited(make_item: MakeItem, plan: ScopePlan) -> None:
    sheet = opened(make_workbook((make_item("a", "=1+1", "", 1, 2, 3),), plan))["Scope"]
    cell = sheet.cell(FIRST_ROW, 1)
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_it_is_made_to_be_filled_in_and_printed(
    items: Items, plan: ScopePlan, report: AuditReport, decisions: dict[str, HandlingDecision]
) -> None:
    book = opened(make_workbook(items, plan, report, decisions))
    scope = book["Scope"]
    assert scope.freeze_panes == f"B{FIRST_ROW}"
    assert list(scope.tables) == ["Scope"]
    assert {rule.type for rule in scope.data_validations.dataValidation} == {"list", "decimal", "textLength"}
    assert len(book["Assumptions"].data_validations.dataValidation) == 10
    for sheet in book.worksheets[:-1]:
        assert sheet.tables
        assert sheet.freeze_panes
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.scale or sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows or sheet.title == "Summary"


def test_the_scope_prints_in_blocks_that_can_be_read(
    items: Items, plan: ScopePlan, libreoffice: Callable[[Path, str], Path], tmp_path: Path
) -> None:
    content = make_workbook(items, plan, name="A & B")
    sheet = opened(content)["Scope"]
    assert sheet.page_setup.scale == PRINT_SCALE >= 80
    assert [page.id for page in sheet.col_breaks.brk] == [POSITION[title] for title in BLOCKS]
    assert sheet.print_title_cols == "$A:$A"
    assert "Production scope: A && B" in sheet.oddHeader.left.text
    source = tmp_path / "scope.xlsx"
    source.write_bytes(content)
    printed = libreoffice(source, "pdf").read_bytes()
    # Summary 2, the three blocks of the scope, Assumptions, Simulation: figures, tornado, and 99 lines of the curve
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 11


def test_the_currency_and_the_name_of_a_project_never_break_the_page_header(items: Items, plan: ScopePlan) -> None:
    loud = plan.model_copy(update={"currency": "&" * 500})
    sheet = opened(make_workbook(items, loud, name="&" * 500))["Scope"]
    assert sheet.oddHeader.left.text


def test_there_are_no_macros_and_no_outside_links(items: Items, plan: ScopePlan) -> None:
    names = zipfile.ZipFile(BytesIO(make_workbook(items, plan))).namelist()
    assert not [name for name in names if "vba" in name.lower() or "external" in name.lower()]


def test_only_functions_are_used_that_every_spreadsheet_knows(
    items: Items, plan: ScopePlan, report: AuditReport, decisions: dict[str, HandlingDecision], load: ReviewLoad
) -> None:
    book = opened(make_workbook(items, plan, report, decisions, loads=[load]))
    formulas = [cell.value for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
    used = {name for formula in formulas for name in re.findall(r"([A-Z][A-Z0-9._a-z]*)\(", formula)}
    assert used - {"NORM.S.INV", "NORM.S.DIST", "MAXIFS"} <= {
        "ABS", "AND", "COUNT", "COUNTIF", "COUNTIFS", "EXACT", "IF", "ISNUMBER", "MAX", "MIN", "N", "OR", "PI",
        "SQRT", "SUM", "SUMIFS", "SUMPRODUCT", "SUMSQ", "TRIM",
    }  # fmt: skip
    assert not [formula for formula in formulas if re.search(r"(?<!_xlfn\.)(NORM\.S|MAXIFS)", formula)]
    assert max(map(len, formulas)) < 2_000


def test_the_way_back_is_hidden_and_names_project_and_versions(items: Items, plan: ScopePlan) -> None:
    content = make_workbook(
        items, plan, name="=Intake", project_id="p-1", versions={"rollback": 7, "retries": 2}, plan_version=3
    )
    sheet = opened(content)[layout.SHEET_READINESS]

    def at(place: layout.At) -> object:
        return sheet.cell(place.row + 1, place.column + 1).value

    assert sheet.sheet_state == "veryHidden"
    assert [at(place) for place in (layout.AT_FORMAT, layout.AT_PROJECT_ID, layout.AT_PROJECT_NAME)] == [
        layout.FORMAT, "p-1", "=Intake",
    ]  # fmt: skip
    assert (at(layout.AT_EXPORTED_AT), at(layout.AT_PLAN_VERSION)) == ("2026-11-21T09:30:00", 3)
    assert at(layout.AT_ITEM_COUNT) == len(items)
    lines = list(sheet.iter_rows(min_row=layout.ITEM_HEADER_ROW + 1, max_col=2, values_only=True))
    assert lines[0] == layout.ITEM_COLUMNS
    versions = {"rollback": 7, "retries": 2}
    assert lines[1:] == [(item.id, versions.get(item.id, 0)) for item in items]


def test_the_same_scope_gives_the_same_bytes(items: Items, plan: ScopePlan) -> None:
    assert make_workbook(items, plan) == make_workbook(items, plan)


@pytest.mark.large
def test_a_thousand_components_are_all_there(make_item: MakeItem, plan: ScopePlan) -> None:
    items = tuple(make_item(f"own:{n}", f"Component {n}", f"Group {n % 3}", 1, 2, 4) for n in range(1_000))
    book = opened(make_workbook(items, plan), values=True)
    assert len(scope_rows(book)) == 1_000
    assert summary_row(book, "Estimated")[0] == 1_000
    assert book["Simulation"].cell(LISTS_ROW + 1_001, 1).value.startswith("Component ")


def test_every_column_of_the_layout_has_its_look() -> None:
    assert tuple(COLUMNS) == layout.SCOPE_COLUMNS
    assert {title for title, column in COLUMNS.items() if column.formula} == set(layout.COMPUTED_COLUMNS)
