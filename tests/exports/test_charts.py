"""Charts of documents: the same findings as on the pages, as a picture in Word and as figures in Markdown."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.audit.report import AuditReport
from readiness.exports.audit_charts import edge_case_chart, tier_chart
from readiness.exports.chart_tables import figures_table, in_words, signed
from readiness.exports.charts import TONE_COLOUR, chart_svg
from readiness.exports.document import AnyChart, Bar, Chart, CurveChart, Document, Swing, SwingChart
from readiness.exports.markdown import to_markdown
from readiness.exports.palette import BLUE, GREEN, PURPLE, VERMILLION
from readiness.exports.scope_charts import amount, cost_curve_chart, spread_chart
from readiness.exports.word import to_docx
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.simulation import Simulation, simulate

PLAN = ScopePlan(day_rate=850, planned_days=20, currency="EUR")
HOSTILE = "Roll<b>back</b> | $x$ \"quoted\" & 'so' {datum} `on` 入力"


def _simulation(names: tuple[str, ...] = ("Rollback", "Monitoring", "Retries"), plan: ScopePlan = PLAN) -> Simulation:
    items = [
        ScopeItem(id=f"i{n}", component=name, low_days=2, likely_days=5 + n, high_days=90 - n)
        for n, name in enumerate(names)
    ]
    simulated = simulate(items, plan)
    assert simulated is not None
    return simulated


def _spread(names: tuple[str, ...] = ("Rollback", "Monitoring", "Retries")) -> SwingChart:
    chart = spread_chart(_simulation(names))
    assert chart is not None
    return chart


def _every(report: AuditReport) -> list[AnyChart]:
    charts = [tier_chart(report), edge_case_chart(report.edge_cases), _spread(), cost_curve_chart(_simulation(), "EUR")]
    return [chart for chart in charts if chart is not None]


def test_every_chart_says_its_finding_with_a_figure_and_its_unit(report: AuditReport) -> None:
    charts = _every(report)
    assert len(charts) == 4
    for chart in charts:
        assert re.search(r"\d", chart.title)
        assert "(" in chart.axis


@pytest.mark.parametrize("title", ["", "  "])
def test_a_chart_without_a_finding_cannot_be_made(title: str) -> None:
    with pytest.raises(ValueError, match="finding"):
        Chart(title, (Bar("a", 0.5, 0.4, 0.6),), "share (%)")
    with pytest.raises(ValueError, match="finding"):
        SwingChart(title, (Swing("a", 1.0, -1, 1),), "days")
    with pytest.raises(ValueError, match="finding"):
        CurveChart(title, ((1.0, 0.5),), (), "cost (EUR)")


def test_a_chart_of_nothing_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="nothing"):
        Chart("1 of 2", (), "share (%)")


def test_the_curve_names_its_middle_and_its_eightieth_percentile() -> None:
    simulation = _simulation()
    chart = cost_curve_chart(simulation, "EUR", PLAN, unknown=1)
    assert simulation.cost is not None
    p50, p80, plan = chart.marks
    assert (p50.value, p80.value) == (simulation.cost.p50, simulation.cost.p80)
    assert plan.value == 20 * 850
    assert f"80% below {p80.written}" in chart.title
    assert "1 component not estimated" in chart.note


def test_the_curve_runs_through_the_marks_that_are_named_on_it() -> None:
    chart = cost_curve_chart(_simulation(), "EUR")
    at = {round(chance, 2): value for value, chance in chart.points}
    for mark in chart.marks:
        assert mark.value == pytest.approx(at[mark.chance], rel=0.01)


def test_without_a_day_rate_the_curve_is_of_person_days_and_the_plan_too() -> None:
    plan = ScopePlan(planned_days=20)
    chart = cost_curve_chart(_simulation(plan=plan), "EUR", plan)
    assert chart.axis == "person-days to build"
    assert chart.marks[-1].written == "20 person-days"


def test_a_plan_that_cannot_be_put_into_money_is_no_line() -> None:
    items = [ScopeItem(id="a", component="A", low_days=1, likely_days=2, high_days=4, day_rate=900)]
    plan = ScopePlan(planned_days=2)
    simulated = simulate(items, plan)
    assert simulated is not None
    chart = cost_curve_chart(simulated, "EUR", plan)
    assert chart.axis == "cost to build (EUR)"
    assert [mark.label for mark in chart.marks] == ["P50", "P80"]


def test_the_rest_is_a_bar_of_its_own_or_a_sentence_where_it_would_hide_the_others() -> None:
    few, many = _spread(tuple(f"Item {n}" for n in range(13))), _spread(tuple(f"Item {n}" for n in range(40)))
    assert few.swings[-1].label == "other 2 components"
    assert all("other" not in swing.label for swing in many.swings)
    assert "Not drawn: 29 other components" in many.note


def test_what_moves_the_total_adds_up_to_all_of_the_spread() -> None:
    assert sum(swing.share for swing in _spread(tuple(f"Item {n}" for n in range(13))).swings) == pytest.approx(1)


def test_estimates_without_a_range_make_no_chart_of_the_spread() -> None:
    simulated = simulate([ScopeItem(id="a", component="A", low_days=3, likely_days=3, high_days=3)], PLAN)
    assert simulated is not None
    assert spread_chart(simulated) is None


# --- in the formats ----------------------------------------------------------------------------------------------


def test_markdown_holds_the_finding_and_the_figures() -> None:
    text = to_markdown(Document("D", blocks=(_spread(), cost_curve_chart(_simulation(), "EUR", PLAN))))
    assert "of the spread" in text
    assert re.search(r"\| Rollback \| \d+\.\d% \| -3 \| \+85 \|", text)
    assert re.search(r"\| 80% \| [\d,]+ \| P80 \|", text)
    assert re.search(r"\| [^|]*% \| 17,000 \| plan \|", text)


def test_markdown_acts_on_nothing_in_a_name() -> None:
    text = to_markdown(Document("D", blocks=(_spread((HOSTILE, "B")),)))
    row = next(line for line in text.splitlines() if line.startswith("| Roll"))
    assert r"\<b>back\</b> \|" in row
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


def test_word_holds_a_picture_with_its_words_and_the_figures_below() -> None:
    spread, curve = _spread((HOSTILE, "B")), cost_curve_chart(_simulation(), "EUR", PLAN)
    with zipfile.ZipFile(io.BytesIO(to_docx(Document("D", blocks=(spread, curve))))) as file:
        root = ElementTree.fromstring(file.read("word/document.xml"))
        pictures = [name for name in file.namelist() if name.startswith("word/media/")]
    said = [element.get("descr") or "" for element in root.iter() if element.tag.endswith("}docPr")]
    written = "".join(element.text or "" for element in root.iter() if element.tag.endswith("}t"))
    assert len(pictures) == 2
    assert said == [in_words(spread), in_words(curve)]
    assert spread.title in written
    assert HOSTILE in written
    assert "Share of the spread" in written
    assert written.count(curve.title) == 1


def test_a_name_in_a_picture_is_text_and_nothing_else() -> None:
    svg = chart_svg(_spread((HOSTILE, "B")))
    texts = [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("}text")]
    assert HOSTILE in texts


@pytest.mark.parametrize("scale", [0.3, 1.0, 30.0, 4_000.0])
def test_person_days_on_the_axis_are_written_out(scale: float) -> None:
    swings = (Swing("Rollback", 0.7, -13.5 * scale, 22.5 * scale), Swing("Retries", 0.3, -scale, scale))
    svg = chart_svg(SwingChart("Rollback makes up 70%", swings, "change of the total (person-days)"))
    texts = [element.text or "" for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("}text")]
    figures = [text for text in texts if re.fullmatch(r"[+−-].*", text)]
    assert len(figures) >= 2
    assert all(re.fullmatch(r"[+−-][\d,.]+", text) for text in figures), figures


@pytest.mark.parametrize("currency", ["<b>€</b> & co", 'datum["value"]', "EUR\n$"])
def test_a_typed_currency_is_text_on_the_axis(currency: str) -> None:
    svg = chart_svg(cost_curve_chart(_simulation(), currency, PLAN))
    texts = {" ".join((one.text or "").split()) for one in ElementTree.fromstring(svg).iter() if one.text}
    assert any(" ".join(currency.split()) in text for text in texts)


def test_pictures_use_colours_that_are_told_apart() -> None:
    assert set(TONE_COLOUR.values()) == {BLUE, GREEN, PURPLE, VERMILLION}


def test_the_deciles_of_a_curve_rise() -> None:
    table = figures_table(cost_curve_chart(_simulation(), "EUR"))
    figures = [float(row[1].replace(",", "")) for row in table.rows]
    assert len(figures) == 9
    assert figures == sorted(figures)


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0 EUR"), (0.00001, "under 0.0001 EUR"), (0.0456, "0.046 EUR"), (9.96, "10 EUR"), (61_234.5, "61,234 EUR")],
)
def test_an_amount_has_no_more_digits_than_anybody_knows(value: float, written: str) -> None:
    assert amount(value, "EUR") == written


@pytest.mark.parametrize(("value", "written"), [(-3.5, "-3.5"), (8, "+8"), (0, "0"), (-0.01, "0")])
def test_a_change_says_its_direction(value: float, written: str) -> None:
    assert signed(value) == written


days = st.floats(min_value=0, max_value=10_000)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(days, days, days), min_size=1, max_size=6), st.floats(min_value=0, max_value=1e6))
def test_any_estimates_make_a_rising_curve(estimates: list[tuple[float, ...]], rate: float) -> None:
    items = []
    for n, (low, likely, high) in enumerate(map(sorted, estimates)):
        made = {"low_days": low, "likely_days": likely, "high_days": high}
        items.append(ScopeItem(id=f"i{n}", component=f"Item {n}", **made))
    simulated = simulate(items, ScopePlan(day_rate=rate, planned_days=1))
    assert simulated is not None
    chart = cost_curve_chart(simulated, "EUR", ScopePlan(day_rate=rate, planned_days=1))
    assert [value for value, _ in chart.points] == sorted(value for value, _ in chart.points)
    assert all(0 <= mark.chance <= 1 for mark in chart.marks)
