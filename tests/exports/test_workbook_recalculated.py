"""The scope workbook as a spreadsheet calculates it: every formula comes to the figure that is cached in it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from readiness.audit.decisions import HandlingDecision
from readiness.audit.report import AuditReport
from readiness.exports.scope_layout import ID, PLAN_INPUTS
from readiness.exports.workbook import ValueRow
from readiness.exports.workbook.summary_sheet import CHANGED, CHANGED_ROW
from readiness.ranges import Range
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.simulation import ReviewLoad
from readiness.scope.totals import total_scope
from tests.exports.workbooks import (
    FIRST_ROW,
    HOSTILE,
    POSITION,
    Convert,
    assert_same_figures,
    make_workbook,
    opened,
    recalculated,
    summary_row,
)

MakeItem = Callable[..., ScopeItem]
SIMULATED, FOLLOWING = "Production build, simulated", "The same, following edits (approximation)"
DAYS, COST, WEEKS = "Person-days of the estimated components", "Cost to build in EUR", "Calendar weeks"


class Calculated(NamedTuple):
    contents: dict[str, bytes]
    books: dict[str, Any]


@pytest.fixture
def full_plan() -> ScopePlan:
    return ScopePlan(
        prototype_days=12,
        planned_days=10,
        day_rate=850,
        team_size=2.5,
        review_minutes=6,
        review_hour_rate=48,
        reference_multiplier=2.7,
        reference_source="=four projects",
    )


@pytest.fixture
def load() -> ReviewLoad:
    share = Range(0.0736, 31 / 300, 0.1428, 0.95)
    return ReviewLoad("decision:missing_required: vendor", share, 2400, 6, 48)


@pytest.fixture
def contents(
    items: tuple[ScopeItem, ...],
    full_plan: ScopePlan,
    report: AuditReport,
    decisions: dict[str, HandlingDecision],
    load: ReviewLoad,
    make_item: MakeItem,
) -> dict[str, bytes]:
    """Workbooks over scopes of very different kinds, by name."""
    priced = tuple(
        item.model_copy(update={"day_rate": 400.0 + 100 * n, "one_off_cost": 50.0 * n, "run_cost_year": 10.0 * n})
        if n % 2
        else item
        for n, item in enumerate(items)
    )
    own_minutes = tuple(
        item.model_copy(update={"review_minutes": 2.5}) if item.id == load.item_id else item for item in items
    )
    awkward = tuple(
        make_item(
            f"own:{n}:*?~ÄÖ", HOSTILE[n % len(HOSTILE)], HOSTILE[n % 7 + 8], n, n + 1, n + 2 if n % 5 else None,
            basis=HOSTILE[-n % len(HOSTILE)], order=n,
        )
        for n in range(2 * len(HOSTILE))
    )  # fmt: skip
    edges = (
        make_item("a", "No width", "", 5, 5, 5),
        make_item("b", "No width below", "", 4, 4, 9),
        make_item("c", "No width above", "", 1, 4, 4),
        make_item("d", "Nothing at least", "", 0, 3, 8),
        make_item("e", "Nothing likely", "", 0, 0, 6),
        make_item("f", "Nothing at all", "", 0, 0, 0),
        make_item("g", "A million hours", "", 10, 9_000, 10_000),
        make_item("h", "Half a day", "", 0.1, 0.5, 0.7),
    )
    unknown = tuple(make_item(f"u{n}", f"Unknown {n}", "G", None, n, None, one_off_cost=100) for n in range(4))
    no_rate = full_plan.model_copy(update={"day_rate": None, "planned_days": None, "team_size": None})
    return {
        "example": make_workbook(items, full_plan, report, decisions, loads=[load]),
        "own-minutes": make_workbook(
            own_minutes, full_plan, report, decisions, loads=[ReviewLoad(load.item_id, load.share, 2400, 2.5, 48)]
        ),
        "no-cost-of-reviews": make_workbook(items, ScopePlan(day_rate=1), report, decisions),
        "priced": make_workbook(priced, full_plan.model_copy(update={"team_size": 0.5})),
        "priced-in-part": make_workbook(priced, no_rate),
        "priced-by-item": make_workbook(tuple(item.model_copy(update={"day_rate": 500.0}) for item in items), no_rate),
        "empty": make_workbook((), ScopePlan()),
        "unknown": make_workbook(unknown, full_plan),
        "one": make_workbook(edges[3:4], full_plan),
        "edges": make_workbook(edges, full_plan.model_copy(update={"team_size": 40.0})),
        "points": make_workbook(edges[:1], full_plan),
        "at-90": make_workbook(edges, ScopePlan(confidence=0.9, common_cause=0.0, day_rate=0.0, team_size=1)),
        "at-50": make_workbook(edges[3:7], ScopePlan(confidence=0.5, common_cause=1.0, day_rate=12.5)),
        "awkward": make_workbook(
            awkward, ScopePlan(day_rate=0, currency="=1"), name="=cmd|' /C calc'!A0",
            value=[ValueRow("=1", "=2", "=3", "=4"), ValueRow("Hour rate", 48.5, "EUR", ""),
                   ValueRow("@x", None, "", "")],
        ),
    }  # fmt: skip


@pytest.fixture
def calculated(contents: dict[str, bytes], libreoffice_all: Convert, tmp_path: Path) -> Calculated:
    return Calculated(contents, recalculated(contents, libreoffice_all, tmp_path))


def test_libreoffice_calculates_every_formula_to_its_cached_value(calculated: Calculated) -> None:
    for name, content in calculated.contents.items():
        assert assert_same_figures(content, calculated.books[name]) > 80, name
    books = calculated.books
    assert summary_row(books["empty"], "Listed")[0] == 0
    assert summary_row(books["empty"], DAYS, after=FOLLOWING)[:5] == (None,) * 5
    assert summary_row(books["unknown"], COST, after=FOLLOWING)[:5] == (None,) * 5
    assert summary_row(books["unknown"], DAYS, after=FOLLOWING)[5] == "4 not estimated"
    assert summary_row(books["priced-in-part"], COST, after=FOLLOWING)[5] == "2 not estimated, 3 without a day rate"
    assert summary_row(books["priced-by-item"], COST, after=FOLLOWING)[4] > 0
    for book in books.values():
        assert book["Summary"].cell(CHANGED_ROW + 1, 1).value in (None, "")


def test_a_clients_edits_are_calculated_as_the_app_would(
    items: tuple[ScopeItem, ...], full_plan: ScopePlan, libreoffice: Callable[[Path, str], Path], tmp_path: Path
) -> None:
    book = opened(make_workbook(items, full_plan))  # openpyxl keeps formulas and drops what was cached
    sheet = book["Scope"]
    at = {sheet.cell(row, POSITION[ID] + 1).value: row for row in range(FIRST_ROW, FIRST_ROW + len(items))}
    for title, value in {"Low": 4, "Likely": 8, "High": 16, "Day rate": 1200, "One-off cost": 5000}.items():
        sheet.cell(at["rollback"], POSITION[title] + 1).value = value
    sheet.cell(at["retries"], POSITION["Needed"] + 1).value = "no"
    sheet.cell(at["retries"], POSITION["Reason not needed"] + 1).value = "No outside service."
    sheet.cell(at["queues"], POSITION["Low"] + 1).value = 9  # above likely: nobody knows what was meant
    inputs = book["Assumptions"]
    for name, value in {"Day_rate": 1000, "Confidence": 0.9, "Common_cause": 0.5, "Team_size": 4}.items():
        inputs[book.defined_names[name].attr_text.split("!")[1].replace("$", "")].value = value
    edited = BytesIO()
    book.save(edited)
    (tmp_path / "scope.xlsx").write_bytes(edited.getvalue())
    found = opened(libreoffice(tmp_path / "scope.xlsx", "xlsx").read_bytes(), values=True)

    changed = {
        "rollback": {"low_days": 4, "likely_days": 8, "high_days": 16, "day_rate": 1200, "one_off_cost": 5000},
        "retries": {"marked_not_needed": True, "not_needed_because": "No outside service."},
        "queues": {"low_days": None},
    }
    after = [item.model_copy(update=changed.get(item.id, {})) for item in items]
    plan = full_plan.model_copy(update={"day_rate": 1000, "confidence": 0.9, "common_cause": 0.5, "team_size": 4.0})
    expected = opened(make_workbook(after, plan), values=True)
    for label in (DAYS, COST, WEEKS):
        shown = summary_row(found, label, after=FOLLOWING)
        assert shown[:5] == pytest.approx(summary_row(expected, label, after=FOLLOWING)[:5])
    total = total_scope(after, plan)
    assert total.simulated is not None
    ratio = summary_row(found, "Times the plan, following edits")[1:3]
    assert ratio == pytest.approx((total.ratio_p50, total.ratio_p80), rel=0.05)
    counts = [summary_row(found, label)[0] for label in ("Estimated", "Not needed, with a reason", "Listed")]
    assert counts == [total.estimated, total.not_needed, len(items)]
    assert found["Summary"].cell(CHANGED_ROW + 1, 1).value == CHANGED


def test_every_input_of_the_plan_has_a_named_cell_that_holds_it(
    items: tuple[ScopeItem, ...], full_plan: ScopePlan
) -> None:
    book = opened(make_workbook(items, full_plan))
    for name, field in PLAN_INPUTS.items():
        sheet, at = book.defined_names[name].attr_text.split("!")
        assert book[sheet][at.replace("$", "")].value == getattr(full_plan, field)
