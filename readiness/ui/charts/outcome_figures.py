"""The figures of the reviews of a metric, and of the evaluation runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from readiness.exports.figures import counted, day, interval, percent
from readiness.exports.palette import BLUE, GUIDE, VERMILLION
from readiness.outcome.definition import measured
from readiness.outcome.evaluation_runs import EvaluationRun, keeps_to
from readiness.outcome.reviews import Review
from readiness.ui.charts.figure import Column, Figure, Figures, Unit, escaped, shortened
from readiness.ui.charts.rows import number_axis

_HEIGHT = 320
_BAND = "rgba(0, 158, 115, 0.16)"  # palette's green, so faint that the points carry the reading
_MARGIN = 0.06  # of the time shown, on either side
_LONGEST_TICK = 14
_LONGEST_AXIS = 24  # of a chart on a phone
_MOST_TICKS = 12
_WHERE = {True: "inside", False: "outside", None: "not judged"}


class _Span(NamedTuple):
    """One tolerance, from a day on."""

    begins: date
    low: float | None
    high: float | None


def review_figure(reviews: Sequence[Review]) -> Figure | str:
    """The readings of one metric over time with the tolerance of their days. `reviews` are those that count, in the
    order of their days, with a reading each."""
    read = [review for review in reviews if review.reading is not None]
    if not read:
        return "No review has a reading yet."
    begins, ends = _period(read)
    values = [review.reading for review in read if review.reading is not None]
    limits = [end for r in read for end in (r.tolerance_low, r.tolerance_high) if end is not None]
    metric = read[-1].metric.strip() or "the metric"
    unit = read[-1].unit.strip()
    return Figure(
        title=_review_title(read),
        traces=(_readings(read, values),),
        x_title="review (day)",
        y_title=shortened(metric, _LONGEST_AXIS) + (f" ({escaped(unit)})" if unit else ""),
        table=Figures(
            (Column("Day"), Column("Reading", Unit.AMOUNT), Column("Tolerance"), Column("The reading is")),
            tuple(
                (day(r.held_on), value, _tolerance(r), _WHERE[r.inside]) for r, value in zip(read, values, strict=True)
            ),
        ),
        height=_HEIGHT,
        note="The band is the tolerance as it was agreed on the day of each review.",
        layout={
            "shapes": _bands(_spans(read), begins, ends),
            "xaxis": {"type": "date", "range": [begins.isoformat(), ends.isoformat()], "nticks": 6},
            "yaxis": {"nticks": 6, **number_axis([*values, *limits])},
        },
    )


def _review_title(read: Sequence[Review]) -> str:
    last, judged = read[-1], [review for review in read if review.inside is not None]
    when = f"the last, on {day(last.held_on)}, read {last.reading_in_words}"
    if not judged:
        return f"{counted(len(read), 'reading')} without a tolerance to hold it against; {when}"
    outside = 0
    for review in reversed(judged):
        if review.inside:
            break
        outside += 1
    if outside >= 2:
        return f"Outside tolerance at the last {outside} reviews; {when}"
    inside = sum(1 for review in judged if review.inside)
    return f"Inside tolerance at {inside} of {counted(len(judged), 'review')}; {when}"


def _readings(read: Sequence[Review], values: Sequence[float]) -> dict[str, Any]:
    colour = {True: BLUE, False: VERMILLION, None: GUIDE}
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [review.held_on.isoformat() for review in read],
        "y": list(values),
        "line": {"color": GUIDE, "width": 1},
        "marker": {
            "size": 11,
            "color": [colour[review.inside] for review in read],
            "symbol": ["diamond" if review.inside is False else "circle" for review in read],
        },
        "cliponaxis": False,
        "customdata": [
            escaped(f"{day(review.held_on)}: {review.reading_in_words}, {_WHERE[review.inside]}") for review in read
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _period(read: Sequence[Review]) -> tuple[date, date]:
    first, last = read[0].held_on, read[-1].held_on
    margin = timedelta(days=max(4, round(_MARGIN * (last - first).days)))
    begins = first - margin if first - date.min > margin else date.min
    return begins, last + margin if date.max - last > margin else date.max


def _spans(read: Sequence[Review]) -> list[_Span]:
    spans: list[_Span] = []
    for review in read:
        span = _Span(review.held_on, review.tolerance_low, review.tolerance_high)
        if not spans or spans[-1][1:] != span[1:]:
            spans.append(span)
    return spans


def _bands(spans: Sequence[_Span], begins: date, ends: date) -> list[dict[str, Any]]:
    """Each tolerance from its first review to that of the next one; the outer ones reach the edges."""
    edges = [begins, *(span.begins for span in spans[1:]), ends]
    return [
        {
            "type": "rect",
            "layer": "below",
            "x0": edges[place].isoformat(),
            "x1": edges[place + 1].isoformat(),
            "y0": span.low,
            "y1": span.high,
            "fillcolor": _BAND,
            "line": {"width": 0},
        }
        for place, span in enumerate(spans)
        if span.low is not None and span.high is not None
    ]


def _tolerance(review: Review) -> str:
    if review.tolerance_low is None or review.tolerance_high is None:
        return "not stated"
    return measured(f"{review.tolerance_low:,.6g} to {review.tolerance_high:,.6g}", review.unit)


def run_figure(runs: Sequence[EvaluationRun], accepted_error: float | None) -> Figure | str:
    """The score of every run with its 95% interval, in the order of their days, with what is accepted."""
    if not runs:
        return "No evaluation run is recorded yet."
    least = None if accepted_error is None else 1 - accepted_error
    places = list(range(len(runs)))
    ticks = places if len(runs) <= _MOST_TICKS else places[:: -(-len(runs) // _MOST_TICKS)]
    return Figure(
        title=_run_title(runs[-1], accepted_error),
        traces=(_scores(runs, accepted_error),),
        x_title="run (version, day)",
        y_title="score (% of cases)",
        table=Figures(
            (
                Column("Version"),
                Column("Day"),
                Column("Cases", Unit.COUNT),
                Column("Score", Unit.SHARE),
                Column("Low", Unit.SHARE),
                Column("High", Unit.SHARE),
            ),
            tuple((run.version, day(run.run_on), run.cases, run.score, run.low, run.high) for run in runs),
        ),
        height=_HEIGHT,
        note="The lines are 95% intervals." + (f" Dashed: at least {percent(least)} is accepted." if least else ""),
        layout={
            "shapes": _accepted(least),
            "xaxis": {
                "tickvals": ticks,
                "ticktext": [_tick(runs[place]) for place in ticks],
                "range": [-0.5, len(runs) - 0.5],
            },
            "yaxis": {"nticks": 6, "ticksuffix": "%"},
        },
    )


def _tick(run: EvaluationRun) -> str:
    return f"{shortened(run.version, _LONGEST_TICK)}<br>{run.run_on.isoformat()}"


def _run_title(last: EvaluationRun, accepted_error: float | None) -> str:
    scored = f"Version {last.version} scores {percent(last.score)} ({interval(last.low, last.high)})"
    if accepted_error is None:
        return scored
    kept = keeps_to(last, accepted_error)
    where = {True: "within", False: "beyond"}
    return (
        f"{scored}, {where[kept]} the accepted error"
        if kept is not None
        else f"{scored}, too close to what is accepted"
    )


def _scores(runs: Sequence[EvaluationRun], accepted_error: float | None) -> dict[str, Any]:
    colours = [VERMILLION if keeps_to(run, accepted_error) is False else BLUE for run in runs]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(range(len(runs))),
        "y": [100 * run.score for run in runs],
        "marker": {"size": 11, "color": colours},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [100 * (run.high - run.score) for run in runs],
            "arrayminus": [100 * (run.score - run.low) for run in runs],
            "color": GUIDE,
            "thickness": 2,
            "width": 4,
        },
        "cliponaxis": False,
        "customdata": [
            escaped(f"{run.version}, {day(run.run_on)}: {percent(run.score)} ({interval(run.low, run.high)})")
            for run in runs
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _accepted(least: float | None) -> list[dict[str, Any]]:
    if least is None:
        return []
    level = 100 * least
    return [
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": level,
            "y1": level,
            "line": {"color": GUIDE, "width": 2, "dash": "dash"},
        }
    ]
