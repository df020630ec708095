"""The figures of reviews and runs: the title says the finding, and every name stays text."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.outcome.evaluation_runs import EvaluationRun
from readiness.outcome.reviews import Review
from readiness.ui.charts.figure import Figure
from readiness.ui.charts.outcome_figures import review_figure, run_figure

NOW = datetime(2026, 6, 1, 9, 0)  # noqa: DTZ001 - UTC without a zone, as the store keeps it


def review(number: int, reading: float | None, **more: Any) -> Review:
    given: dict[str, Any] = {
        "id": f"r{number}", "held_on": date(2026, number + 1, 5), "recorded_at": NOW, "metric": "Share", "unit": "%",
        "tolerance_low": 88.0, "tolerance_high": 100.0, "reading": reading, "reviewed_by": "Ines",
    }  # fmt: skip
    return Review(**{**given, **more})


def run(number: int, score: float, **more: Any) -> EvaluationRun:
    given: dict[str, Any] = {
        "id": f"e{number}", "version": f"v{number}", "run_on": date(2026, 1, number + 1), "recorded_at": NOW,
        "cases": 100, "score": score, "low": max(0.0, score - 0.05), "high": min(1.0, score + 0.05),
    }  # fmt: skip
    return EvaluationRun(**{**given, **more})


def drawn(figure: Figure | str) -> Figure:
    assert isinstance(figure, Figure)
    return figure


@pytest.mark.parametrize(
    ("readings", "title"),
    [
        ((93.0, 84.0), "Inside tolerance at 1 of 2 reviews; the last, on 5 Feb 2026, read 84%"),
        ((93.0, 84.0, 85.0), "Outside tolerance at the last 2 reviews; the last, on 5 Mar 2026, read 85%"),
        ((93.0, None), "Inside tolerance at 1 of 1 review; the last, on 5 Jan 2026, read 93%"),
    ],
)
def test_the_title_of_the_reviews_says_where_the_metric_stands(readings: tuple[float | None, ...], title: str) -> None:
    figure = drawn(review_figure([review(number, reading) for number, reading in enumerate(readings)]))
    assert figure.title == title
    assert len(figure.table.rows) == sum(reading is not None for reading in readings)


def test_without_a_reading_or_a_run_there_is_a_sentence() -> None:
    assert review_figure([review(0, None)]) == "No review has a reading yet."
    assert run_figure([], None) == "No evaluation run is recorded yet."


def test_each_tolerance_is_a_band_from_its_first_review_to_the_next() -> None:
    reviews = [
        review(0, 90.0),
        review(1, 90.0),
        review(2, 90.0, tolerance_low=80.0),
        review(3, 90.0, tolerance_low=None),
    ]
    bands = drawn(review_figure(reviews)).layout["shapes"]
    assert [(band["y0"], band["x1"]) for band in bands] == [(88.0, "2026-03-05"), (80.0, "2026-04-05")]


@pytest.mark.parametrize(
    ("error", "said"), [(None, "85.0% to 95.0%)"), (0.2, "within"), (0.01, "beyond"), (0.1, "too close")]
)
def test_the_title_of_the_runs_says_whether_the_last_is_accepted(error: float | None, said: str) -> None:
    assert said in drawn(run_figure([run(0, 0.5), run(1, 0.9)], error)).title


@given(st.text(min_size=1, max_size=60), st.dates(), st.floats(-1e300, 1e300))
def test_whatever_is_typed_the_figures_can_be_drawn(name: str, day: date, reading: float) -> None:
    figure = drawn(review_figure([review(0, reading, metric=name, unit=name[:9], held_on=day)]))
    assert "<" not in str(figure.specification["layout"]["yaxis"]["title"]["text"]).replace("&lt;", "")
    assert drawn(run_figure([run(0, 0.5, version=name)], None)).specification
