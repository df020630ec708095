"""Charts: each says its finding, names its units, has its figures beside it, and is readable for everyone."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from readiness.agreement import LabelPair
from readiness.audit.report import AuditReport, EdgeCase, Tier, TierCount, share_value
from readiness.diagnosis.value_against_cost import ValueResult
from readiness.exports import palette
from readiness.outcome.case_results import CaseResults
from readiness.outcome.evaluation_runs import EvaluationRun, evaluation_run
from readiness.outcome.reviews import Review
from readiness.outcome.value_simulation import Draws, Month, simulate_value
from readiness.ranges import Range
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.simulation import Simulation
from readiness.scope.totals import ScopeTotal, total_scope
from readiness.ui import charts
from readiness.ui.charts.agreement_figures import confused_figure
from readiness.ui.charts.audit_figures import edge_case_figure, tier_figure
from readiness.ui.charts.figure import Column, Figure, Figures, Unit, shortened
from readiness.ui.charts.outcome_figures import review_figure, run_figure
from readiness.ui.charts.scope_figures import curve_figure, group_figure, item_figure, tornado_figure
from readiness.ui.charts.value_figures import payback_figure

SETTINGS = tomllib.loads((Path(__file__).resolve().parents[2] / ".streamlit/config.toml").read_text(encoding="utf-8"))
GROUNDS = [SETTINGS["theme"][name]["backgroundColor"] for name in ("light", "dark")]
HOSTILE = (
    "<b>bold</b> <a href='javascript:x'>y</a>",
    "$x^2$ & &lt;i&gt; %{y} {0}",
    "[link](http://evil) ![i](http://evil/x.png) `code`",
    "line\nbreak\t\u202eright to left",
    "x" * 200,
    "入力の検証" * 20,
)


@pytest.fixture(autouse=True)
def store() -> None:
    """No project file: charts are made from values."""


# --- what is drawn ------------------------------------------------------------------------------------------------


def _items(count: int, names: Sequence[str] = ("Retries",), factor: float = 1.0) -> tuple[ScopeItem, ...]:
    return tuple(
        ScopeItem(
            id=f"item-{n}",
            component=names[n % len(names)],
            group=names[n % 3 % len(names)],
            low_days=(n % 7 + 1) * factor,
            likely_days=(n % 7 + 3) * factor,
            high_days=(n % 7 + 9 + n) * factor,
        )
        for n in range(count)
    )


SCOPES = {
    "ten": _items(10, ("Rollback", "Monitoring", "Retries", "Alerting")),
    "sixty": _items(60),
    "one": _items(1),
    "hostile": _items(12, HOSTILE),
    "huge": _items(5, factor=150.0),
    "tiny": _items(5, factor=1e-5),
}
PLANS = {"huge": ScopePlan(day_rate=1e6, planned_days=1, currency="<i>€</i>"), "tiny": ScopePlan(planned_days=1)}
PLAN = ScopePlan(day_rate=850, planned_days=40, currency="EUR")


def _total(scope: str) -> ScopeTotal:
    return total_scope(SCOPES[scope], PLANS.get(scope, PLAN))


def _simulation(scope: str) -> Simulation:
    simulated = _total(scope).simulated
    assert simulated is not None
    return simulated


def _report(records: int = 300, counts: Sequence[int] = (216, 51, 30, 3)) -> AuditReport:
    tiers = [_tier(tier, count, records) for tier, count in zip(Tier, counts, strict=True)]
    return AuditReport.model_construct(records=records, clean=share_value(counts[0], records), tiers=tuple(tiers))


def _tier(tier: Tier, count: int, records: int) -> TierCount:
    of = share_value(count, records)
    return TierCount(tier=tier, records=count, share=of.share, low=of.low, high=of.high)


def _cases(count: int, names: Sequence[str], records: int = 300) -> tuple[EdgeCase, ...]:
    cases = []
    for n in range(count):
        of = share_value(max(1, 36 - n), records)
        share = {"records": of.count, "share": of.share, "low": of.low, "high": of.high}
        cases.append(
            EdgeCase(id=f"k: {n}", kind="k", title=names[n % len(names)], reason="r", tier=Tier.CLEAN, **share)
        )
    return tuple(cases)


def _pairs(count: int, names: Sequence[str] = ("pay", "return", "ask the buyer")) -> tuple[LabelPair, ...]:
    every = sum(range(1, count + 1))
    return tuple(
        LabelPair(names[n % len(names)], f"{names[(n + 1) % len(names)]} {n}", n, n / every, 0.1)
        for n in range(count, 0, -1)
    )


NOON = datetime(2026, 6, 1, 12)  # noqa: DTZ001 - UTC without a zone, as the store keeps it


def _reviews(*readings: float, **more: Any) -> list[Review]:
    parts: dict[str, Any] = {
        "metric": "Share routed", "unit": "%", "tolerance_low": 88.0, "tolerance_high": 100.0, "reviewed_by": "Ines",
        **more,
    }  # fmt: skip
    return [
        Review(id=f"r{n}", held_on=date(2026, n + 1, 5), recorded_at=NOON, reading=r, **parts)
        for n, r in enumerate(readings)
    ]


def _runs(*versions: str) -> list[EvaluationRun]:
    found = CaseResults(tuple(map(str, range(50))), (1.0,) * 45 + (0.0,) * 5)
    day, now = date(2026, 1, 1), NOON
    return [evaluation_run(found, id=f"e{n}", version=v, run_on=day, now=now) for n, v in enumerate(versions)]


def _value(scope: str = "ten", volume: float = 2_000, currency: str = "EUR") -> ValueResult:
    drawn = _simulation(scope)
    month = Month(
        volume=Range(volume * 0.7, volume, volume * 1.5),
        by_hand=(Range(3, 5, 9), Range(40, 45, 50)),
        error_rate=0.05,
        wrong_cost=20.0,
        accepted=Range(0.5, 0.6, 0.7),
        cap=None,
        wrong=Range(0.01, 0.02, 0.05),
        refused_cost=1.0,
        run_cost=Range(100, 200, 400),
        reviews=(),
    )
    return ValueResult(
        started=True,
        currency=currency,
        horizon_months=24,
        inputs=(),
        missing=(),
        only_lower=(),
        undecided=0.0,
        simulated=simulate_value(month, Draws(drawn.cost_drawn, drawn.run_cost_drawn, drawn.draws), 24),
        most_probability=None,
    )


def _payback(scope: str = "ten", **more: Any) -> Figure | str:
    return payback_figure(_value(scope, **more), _simulation(scope).cost)


# The functions that draw, each with figures of it; a new one must be given here.
FIGURES: dict[str, dict[str, Callable[[], Figure | str]]] = {
    "tiers": {
        "usual": lambda: tier_figure(_report()),
        "one record": lambda: tier_figure(_report(1, (0, 1, 0, 0))),
        "all clean": lambda: tier_figure(_report(10_000_000, (10_000_000, 0, 0, 0))),
    },
    "edge_case_intervals": {
        "usual": lambda: edge_case_figure(_cases(5, ("Required field missing: vendor", "Duplicate record"))),
        "one": lambda: edge_case_figure(_cases(1, ("Duplicate record",), records=10_000_000)),
        "hostile": lambda: edge_case_figure(_cases(40, HOSTILE)),
    },
    "tornado": {scope: lambda scope=scope: tornado_figure(_simulation(scope)) for scope in SCOPES},
    "s_curve": {
        scope: lambda scope=scope: curve_figure(
            _simulation(scope), PLANS.get(scope, PLAN).currency, PLANS.get(scope, PLAN), unknown=2
        )
        for scope in SCOPES
    },
    "group_ranges": {scope: lambda scope=scope: group_figure(_total(scope)) for scope in SCOPES},
    "scope_ranges": {scope: lambda scope=scope: item_figure(SCOPES[scope]) for scope in SCOPES},
    "confused_answers": {
        "one pair": lambda: confused_figure(_pairs(1)),
        "many": lambda: confused_figure(_pairs(40)),
        "hostile": lambda: confused_figure(_pairs(4, HOSTILE), {HOSTILE[0]: HOSTILE[1]}),
    },
    "review_history": {
        "usual": lambda: review_figure(_reviews(93.0, 91.0, 84.0)),
        "one": lambda: review_figure(_reviews(93.0)),
        "hostile": lambda: review_figure(_reviews(93.0, 1e300, metric=HOSTILE[0], unit="<b>€")),
    },
    "evaluation_scores": {
        "usual": lambda: run_figure(_runs("1", "2", "3"), 0.1),
        "many": lambda: run_figure(_runs(*map(str, range(60))), None),
        "hostile": lambda: run_figure(_runs(*HOSTILE), 0.08),
    },
    "payback": {
        "usual": _payback,
        "never": lambda: _payback(volume=1),
        "at once": lambda: _payback(volume=10_000_000),
        "hostile": lambda: _payback("hostile", currency="<b>€</b> & co"),
    },
}
EVERY = [pytest.param(make, id=f"{name}-{case}") for name, cases in FIGURES.items() for case, make in cases.items()]


@pytest.fixture(params=EVERY)
def figure(request: pytest.FixtureRequest) -> Figure:
    made = request.param()
    assert isinstance(made, Figure), made
    return made


# --- the rule for every chart -------------------------------------------------------------------------------------


def test_every_function_that_draws_is_looked_at_here() -> None:
    assert sorted(FIGURES) == sorted(charts.__all__)


def test_the_title_says_the_finding_with_a_figure(figure: Figure) -> None:
    assert re.search(r"\d|\ball\b", figure.title)


def test_axes_name_their_unit(figure: Figure) -> None:
    layout = figure.specification["layout"]
    titles = [axis["title"]["text"] for axis in (layout["xaxis"], layout["yaxis"]) if axis.get("visible", True)]
    assert titles
    units = ("(", "person-days", "months")
    assert [title for title in titles if not any(unit in title for unit in units)] == []


def test_rows_without_an_axis_are_named_one_by_one(figure: Figure) -> None:
    layout = figure.specification["layout"]
    if layout["yaxis"].get("visible", True):
        return
    labels = [label for label in layout["annotations"] if label["xref"] == "paper"]
    assert [label["y"] for label in labels] == list(range(len(figure.table.rows)))
    assert all(len(label["text"]) > 3 for label in labels)


def test_user_text_within_a_chart_is_never_formatting(figure: Figure) -> None:
    texts = [text.replace("<br>", "").replace("<extra></extra>", "") for text in _texts(figure.specification)]
    assert [text for text in texts if re.search(r"[<>\n\u202e]", text)] == []
    assert [text for text in texts if re.search(r"&(?!amp;|lt;|gt;)", text)] == []


def test_templates_hold_no_user_text(figure: Figure) -> None:
    templates = {trace["hovertemplate"] for trace in figure.traces if "hovertemplate" in trace}
    for template in templates:
        assert set(re.findall(r"%\{([^}]*)\}", template)) <= {"customdata", "y:.0f"}


def test_what_is_drawn_is_seen_on_both_grounds(figure: Figure) -> None:
    used = set(re.findall(r"#[0-9A-Fa-f]{6}", str(figure.specification)))
    assert used
    assert used <= {palette.GREEN, palette.BLUE, palette.PURPLE, palette.VERMILLION, palette.GUIDE}
    assert [(colour, ground) for colour in used for ground in GROUNDS if _contrast(colour, ground) < 3] == []


def test_somebody_who_does_not_see_it_is_told_the_finding(figure: Figure) -> None:
    assert " ".join(figure.title.split())[:40].split("\u202e")[0] in figure.alt


def test_nothing_is_legend_or_moves_under_a_finger(figure: Figure) -> None:
    layout = figure.specification["layout"]
    assert layout["showlegend"] is False
    assert layout["dragmode"] is False
    assert layout["xaxis"]["fixedrange"]


def test_a_chart_is_no_higher_than_two_screens(figure: Figure) -> None:
    assert 80 <= figure.height <= 1_600


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for inner in part.values():
            yield from _texts(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from _texts(inner)


def _contrast(one: str, other: str) -> float:
    darker, brighter = sorted((_luminance(one), _luminance(other)))
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# --- the table holds what is drawn --------------------------------------------------------------------------------


def _column(figure: Figure, place: int) -> list[Any]:
    return [row[place] for row in figure.table.rows]


def _made(name: str, case: str) -> Figure:
    made = FIGURES[name][case]()
    assert isinstance(made, Figure)
    return made


def _ends(trace: Any) -> tuple[list[float], list[float]]:
    x, above, below = trace["x"], trace["error_x"]["array"], trace["error_x"]["arrayminus"]
    return [a - b for a, b in zip(x, below, strict=True)], [a + b for a, b in zip(x, above, strict=True)]


@pytest.mark.parametrize(("name", "case"), [(n, c) for n in ("tiers", "edge_case_intervals") for c in FIGURES[n]])
def test_bars_of_shares_and_their_intervals_stand_in_the_table(name: str, case: str) -> None:
    figure = _made(name, case)
    bars, intervals = figure.traces
    low, high = _ends(intervals)
    for place, drawn in ((2, bars["x"]), (3, low), (4, high)):
        assert drawn == pytest.approx([share * 100 for share in _column(figure, place)])


@pytest.mark.parametrize("scope", SCOPES)
def test_what_moves_the_total_stands_in_the_table(scope: str) -> None:
    figure = _made("tornado", scope)
    down, up = figure.traces
    assert list(down["x"]) == _column(figure, 2)
    assert list(up["x"]) == _column(figure, 3)
    assert max(down["x"]) <= 0 <= min(up["x"])


@pytest.mark.parametrize("name", ["group_ranges", "scope_ranges"])
@pytest.mark.parametrize("scope", SCOPES)
def test_ranges_stand_in_the_table(name: str, scope: str) -> None:
    figure = _made(name, scope)
    (trace,) = figure.traces
    low, high = _ends(trace)
    for place, drawn in ((1, low), (2, trace["x"]), (3, high)):
        assert drawn == pytest.approx(_column(figure, place))


@pytest.mark.parametrize("scope", SCOPES)
def test_the_curve_stands_in_the_table_with_its_marks_and_the_plan(scope: str) -> None:
    figure = _made("s_curve", scope)
    line, marks = figure.traces[-2:]
    rows = [row for row in figure.table.rows if row[2] != "plan"]
    assert line["x"] == [row[1] for row in rows]
    assert line["y"] == pytest.approx([row[0] * 100 for row in rows])
    assert [row[2] for row in figure.table.rows if row[2] != ""].count("plan") == 1
    assert marks["y"] == [50, 80]


@pytest.mark.parametrize("case", FIGURES["payback"])
def test_the_value_less_the_cost_stands_in_the_table(case: str) -> None:
    figure = _made("payback", case)
    drawn = [pair for trace in figure.traces for pair in zip(trace["x"], trace["y"], strict=True)]
    assert drawn == [(row[1], row[2]) for row in figure.table.rows]


# --- the findings -------------------------------------------------------------------------------------------------


def test_the_answers_that_are_confused_most_are_the_finding_and_the_rarer_ones_are_counted() -> None:
    figure = confused_figure(_pairs(14))
    assert isinstance(figure, Figure)
    assert figure.title == "ask the buyer / pay 14 make 13% of the disagreements"
    assert figure.note.startswith("2 rarer pairs not drawn.")
    assert [row[1] for row in figure.table.rows] == list(range(14, 2, -1))
    assert isinstance(confused_figure(()), str)


def test_the_tiers_say_the_clean_share() -> None:
    assert _made("tiers", "usual").title == "72% of the records are clean"


def test_the_edge_cases_say_the_largest_with_its_interval() -> None:
    title = _made("edge_case_intervals", "usual").title
    assert title.startswith('"Required field missing: vendor" is the largest edge case: 12.0% of the records')


def test_edge_cases_of_one_size_are_one_finding() -> None:
    cases = tuple(case.model_copy(update={"records": 30, "share": 0.1}) for case in _cases(3, ("a", "b", "c")))
    made = edge_case_figure(cases)
    assert isinstance(made, Figure)
    assert made.title.startswith("The 3 largest edge cases are in 10.0%")


def test_the_curve_says_its_middle_and_what_four_in_five_stay_below() -> None:
    cost = _simulation("ten").cost
    assert cost is not None
    title = _made("s_curve", "ten").title
    assert title == f"Half of the outcomes lie below {cost.p50:,.0f} EUR; 80% below {cost.p80:,.0f} EUR"


def test_without_a_day_rate_the_curve_is_of_person_days() -> None:
    figure = _made("s_curve", "tiny")
    assert figure.x_title == "person-days to build"
    assert "person-days" in figure.title


def test_the_plan_of_the_prototypes_team_is_a_line_and_its_chance_a_sentence() -> None:
    figure = _made("s_curve", "ten")
    simulation = _simulation("ten")
    assert simulation.cost_drawn is not None
    kept = float((simulation.cost_drawn <= 40 * 850).mean())
    assert "34,000 EUR" in figure.note
    assert [row for row in figure.table.rows if row[2] == "plan"] == [(kept, 34_000.0, "plan")]
    assert any(trace["x"] == [34_000.0, 34_000.0] for trace in figure.traces)


def test_what_is_not_estimated_stands_below_the_curve() -> None:
    assert "2 components not estimated" in _made("s_curve", "ten").note


def test_equal_estimates_are_said_to_have_no_range() -> None:
    items = [item.model_copy(update={"low_days": 5, "likely_days": 5, "high_days": 5}) for item in SCOPES["ten"]]
    total = total_scope(items, PLAN)
    assert total.simulated is not None
    curve = curve_figure(total.simulated, "EUR")
    assert isinstance(curve, Figure)
    assert curve.title == "Every outcome is 42,500 EUR: no estimate has a range"
    assert isinstance(tornado_figure(total.simulated), str)
    ranges = item_figure(items)
    assert isinstance(ranges, Figure)
    assert ranges.title.startswith("No estimate has a range")


def test_groups_without_any_estimate_are_named_below_the_chart() -> None:
    items = (*SCOPES["one"], ScopeItem(id="open", component="Alerting", group="Operations"))
    made = group_figure(total_scope(items, PLAN))
    assert isinstance(made, Figure)
    assert "Operations" in made.note
    assert "1 component not estimated" in made.note


def test_the_payback_says_when_half_of_the_outcomes_are_paid_back() -> None:
    assert _made("payback", "usual").title.startswith("Half of the outcomes are paid back within ")
    assert _made("payback", "never").title == "Under 1% of the outcomes are paid back within 24 months"


@pytest.mark.parametrize("label", ["P10", "P50", "P90"])
def test_each_line_goes_from_the_cost_over_the_payback_to_the_end(label: str) -> None:
    value, cost = _value(volume=4_000), _simulation("ten").cost
    assert cost is not None
    assert value.simulated is not None
    assert value.simulated.against is not None
    net, after = value.simulated.against.net, value.simulated.against.payback
    lines = {
        "P10": [(0, -cost.p90), (after.p90, 0), (24, net.p10)],
        "P50": [(0, -cost.p50), (after.p50, 0), (24, net.p50)],
        "P90": [(0, -cost.p10), (after.p10, 0), (24, net.p90)],
    }
    made = payback_figure(value, cost)
    assert isinstance(made, Figure)
    assert [row[1:] for row in made.table.rows if row[0] == label] == lines[label]


# --- nothing, and what must not be --------------------------------------------------------------------------------


def test_nothing_to_draw_is_a_sentence() -> None:
    unknown = replace(_value(), simulated=None, missing=("the volume",))
    nothing = (
        tier_figure(_report(0, (0, 0, 0, 0))),
        edge_case_figure(()),
        group_figure(total_scope((), PLAN)),
        item_figure(()),
        payback_figure(unknown, None),
    )
    assert all(isinstance(made, str) and made.endswith(".") for made in nothing)


TABLE = Figures((Column("A", Unit.AMOUNT),), ((1.0,),))


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"x_title": ""},
        {"traces": ({"x": [1.0, float("nan")]},)},
        {"layout": {"xaxis": {"range": [0, float("inf")]}}},
    ],
)
def test_a_chart_without_finding_unit_or_figures_cannot_be_made(wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {"title": "1 of 2", "traces": ({"x": [1.0]},), "x_title": "days", "table": TABLE}
    Figure(**right, height=100)
    with pytest.raises(ValueError, match="chart"):
        Figure(**{**right, **wrong}, height=100)


def test_a_chart_without_a_table_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="row"):
        Figures((Column("A"),), ())
    with pytest.raises(ValueError, match="cell"):
        Figures((Column("A"),), (("a", 1.0),))


days = st.floats(min_value=0, max_value=10_000)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(days, days, days), min_size=1, max_size=8), st.text(min_size=1, max_size=40))
def test_any_estimates_that_the_grid_accepts_can_be_drawn(estimates: list[tuple[float, ...]], name: str) -> None:
    items = []
    for n, (low, likely, high) in enumerate(map(sorted, estimates)):
        made = {"low_days": low, "likely_days": likely, "high_days": high}
        items.append(ScopeItem(id=f"i{n}", component=name, group=name, **made))
    total = total_scope(items, PLAN)
    assert total.simulated is not None
    for made in (tornado_figure(total.simulated), curve_figure(total.simulated, name), group_figure(total)):
        assert isinstance(made, str) or made.table.rows
    assert isinstance(item_figure(items), Figure)


@given(st.text(max_size=300), st.integers(min_value=2, max_value=60))
def test_a_shortened_label_fits_and_is_never_formatting(text: str, most: int) -> None:
    label = shortened(text, most)
    shown = label.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert len(shown) <= most
    assert "<" not in label
    assert ">" not in label


# --- on the page --------------------------------------------------------------------------------------------------


def _page() -> None:
    from readiness.scope.items import ScopeItem, ScopePlan
    from readiness.scope.totals import total_scope
    from readiness.ui import charts

    names = ("<b>*Rollback*</b> $x$", "Retries")
    items = [
        ScopeItem(id=str(n), component=name, low_days=1, likely_days=2, high_days=30 - 20 * n)
        for n, name in enumerate(names)
    ]
    total = total_scope(items, ScopePlan(day_rate=850))
    assert total.simulated is not None
    charts.tornado(total.simulated)
    charts.s_curve(total.simulated, "EUR")
    charts.group_ranges(total)
    charts.scope_ranges(items)
    charts.scope_ranges([])


def test_each_chart_stands_under_its_finding_with_its_figures_folded_below() -> None:
    at = AppTest.from_function(_page).run()
    assert not at.exception
    assert len(at.expander) == len(at.dataframe) == 4
    assert {expander.label for expander in at.expander} == {"The figures behind it"}
    assert len(at.get("plotly_chart")) == 4
    assert any("nothing to draw" in caption.value for caption in at.caption)


def test_user_text_in_a_title_is_plain_and_in_the_table_as_typed() -> None:
    at = AppTest.from_function(_page).run()
    titles = [text.value for text in at.markdown]
    assert any(r"\<b\>\*Rollback\*\</b\> \$x\$" in title for title in titles)
    assert "<b>*Rollback*</b> $x$" in set(at.dataframe[0].value["Component"])


def test_a_chart_on_the_page_has_words_for_who_does_not_see_it() -> None:
    at = AppTest.from_function(_page).run()
    assert all(chart.proto.alt.startswith("Chart: ") for chart in at.get("plotly_chart"))
