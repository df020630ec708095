"""The inputs of the value: what counts for each, where it comes from, and what is still to be stated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from readiness.audit.decisions import HandlingEffect
from readiness.audit.report import AuditReport
from readiness.diagnosis.review_load import ReviewFigure, UnknownReviewCost
from readiness.outcome.definition import OutcomeDefinition
from readiness.outcome.value import HORIZON_MONTHS, MOST_MONEY, PARTS, Stated, ValueModel
from readiness.outcome.value_simulation import MINUTES_AN_HOUR, MONTHS_A_YEAR, Month, Review
from readiness.ranges import Percentiles, Range
from readiness.scope.items import ItemStatus, ScopeItem, ScopePlan
from readiness.scope.simulation import ReviewLoad
from readiness.scope.totals import ScopeTotal
from readiness.shares import share_of
from readiness.workflow import Workflow

NOT_STATED = "not stated"
AUDIT_CONFIDENCE = 0.95  # of the interval that an audit gives a share
COST = "cost"
_PART = {part.name: part for part in PARTS}


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the value is gathered from: the team's statements and the results of the other topics."""

    model: ValueModel
    workflow: Workflow
    outcome: OutcomeDefinition
    plan: ScopePlan
    items: Sequence[ScopeItem]
    report: AuditReport | None
    effect: HandlingEffect | None
    loads: Sequence[ReviewLoad]
    unknown_reviews: Sequence[UnknownReviewCost]  # what decisions send to people at a cost that cannot be told
    total: ScopeTotal

    @property
    def currency(self) -> str:
        return self.plan.currency.strip()

    @property
    def audited(self) -> HandlingEffect | None:
        """What the decisions leave of the volume; None without an audit of at least one record."""
        return self.effect if self.effect is not None and self.effect.records else None


@dataclass(frozen=True, slots=True)
class ValueInput:
    """One input as it counts, with where it comes from. `range` is None while it is not known; then `missing` says
    what is to be stated, and where. A point is a range without width. Shares are 0..1."""

    id: str
    label: str
    range: Range | None
    unit: str
    source: str
    missing: str = ""
    is_share: bool = False

    @property
    def value(self) -> str:
        """The figures as they are read: "2,600", or low, likely and high as "2,000 / 2,600 / 3,200"."""
        if self.range is None:
            return NOT_STATED
        figures = (self.range.low, self.range.likely, self.range.high)
        shown = [percent(figure) if self.is_share else written(figure) for figure in figures]
        return shown[0] if len(set(shown)) == 1 else " / ".join(shown)

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Label, value, unit and source, as every table of the inputs shows them."""
        return (self.label, self.value, self.unit, self.source)


def written(figure: float) -> str:
    """A quantity or an amount of money: 2,600, and decimals only where they matter."""
    text = f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(share: float) -> str:
    """A share to a tenth of a percent: 76%, 4.5%."""
    return f"{share * 100:.1f}".removesuffix(".0") + "%"


def value_inputs(on: Grounds) -> tuple[ValueInput, ...]:
    """Every input in the order of the formula, the known ones and the missing ones."""
    return (
        _volume(on),
        *_by_hand(on),
        _error_rate(on),
        _wrong_cost(on),
        *_accepted(on),
        _typed(on, "wrong", "the share of the accepted outputs that are wrong (Outcome page)"),
        *_refused(on),
        *_run_cost(on),
        _cost(on),
        _horizon(on),
    )


def open_questions(on: Grounds) -> tuple[str, ...]:
    """What keeps the inputs from being put together although each is stated."""
    found = []
    if not _one_currency(on):
        found.append(
            f"one currency: the outcome definition is in {on.outcome.currency.strip()}, the scope in {on.currency}"
        )
    unknown = {figure for review in on.unknown_reviews for figure in review.missing}
    if unknown:
        figures = " and ".join(figure.value for figure in ReviewFigure if figure in unknown)
        found.append(f"{figures}, for what decisions send to people (Workflow and Production scope pages)")
    return tuple(found)


def month_of(on: Grounds, inputs: Sequence[ValueInput]) -> Month | None:
    """The inputs as the simulation takes them; None while one that a month is made of is missing."""
    if open_questions(on) or any(one.missing for one in inputs if one.id != COST):
        return None
    known = {one.id: one.range for one in inputs if one.range is not None}
    hand = known.get("by_hand")
    return Month(
        volume=known["volume"],
        by_hand=hand.likely if hand else (known["minutes"], known["hour_rate"]),
        error_rate=known["error_rate"].likely,
        wrong_cost=known["wrong_cost"].likely,
        accepted=on.model.accepted.range,
        cap=known.get("cap"),
        wrong=known["wrong"],
        refused_cost=known.get("refused", _point(0.0)).likely,
        run_cost=known.get("run_cost_month", _point(0.0)),
        reviews=tuple(Review(*replace(load, records_per_month=1.0).drawn, load.records_per_month) for load in on.loads),
    )


def cap_of(effect: HandlingEffect) -> Range:
    """The share that runs without a person, with the audit's interval."""
    automatic = effect.automatic
    return Range(automatic.low, automatic.share, automatic.high, AUDIT_CONFIDENCE)


def most_cap_of(effect: HandlingEffect, report: AuditReport | None) -> Range:
    """What that share is once all that is undecided runs without a person: the most that decisions can make of it."""
    population = report.limits.population if report and report.limits else None
    share = share_of(effect.automatic.count + effect.undecided.count, effect.records, population)
    return Range(share.low, share.share, share.high, AUDIT_CONFIDENCE)


def _volume(on: Grounds) -> ValueInput:
    stated, volume = on.model.volume, on.workflow.volume_per_month
    if stated.figures or volume is None:
        return _typed(on, "volume", "the volume a month (Workflow page)")
    return ValueInput("volume", "Volume", _point(volume), "items a month", "Workflow page")


def _by_hand(on: Grounds) -> Iterator[ValueInput]:
    """Minutes and hour rate where the team states either; else the outcome definition's cost of one item."""
    cost = on.outcome.baseline_cost
    if on.model.minutes.figures or on.model.hour_rate.figures:
        yield _typed(on, "minutes", "the minutes of one item by hand (Outcome page)")
        yield _typed(on, "hour_rate", "the hour rate of the work by hand (Outcome page)")
        return
    label, unit = "One item by hand", f"{on.currency} an item"
    if cost is None or cost > MOST_MONEY:
        missing = "minutes and hour rate of the work by hand, or what one item costs (Outcome page)"
        yield ValueInput("by_hand", label, None, unit, "", missing)
        return
    yield ValueInput("by_hand", label, _point(cost), unit, _defined(on))


def _error_rate(on: Grounds) -> ValueInput:
    rate = on.outcome.baseline_error_rate
    label, unit = "Wrong today, by hand", "share of items"
    if rate is None:
        return ValueInput("error_rate", label, None, unit, "", "today's error rate (Outcome page)", is_share=True)
    return ValueInput("error_rate", label, _point(rate), unit, _defined(on), is_share=True)


def _wrong_cost(on: Grounds) -> ValueInput:
    cost = on.outcome.wrong_output_cost
    label, unit = "Cost of a wrong output", f"{on.currency} each"
    if cost is None or cost > MOST_MONEY:
        return ValueInput("wrong_cost", label, None, unit, "", "the cost of a wrong output (Outcome page)")
    return ValueInput("wrong_cost", label, _point(cost), unit, "outcome definition")


def _accepted(on: Grounds) -> Iterator[ValueInput]:
    """The share as stated, and the one that the audit and the decisions allow: the lower counts in each draw."""
    stated, effect = on.model.accepted, on.audited
    cap = cap_of(effect) if effect else None
    if stated.figures or cap is None:
        where = "the accepted share (Outcome page), or an audit that shows what can run without a person"
        yield _typed(on, "accepted", where)
    if cap is None:
        return
    name = on.report.reading.name if on.report else "the sample"
    source = f"audit of {name}, after the handling decisions"
    used = "" if stated.figures else "; used as the accepted share, which it can only exceed"
    label, unit = "Runs without a person", "share of items, 95% interval"
    yield ValueInput("cap", label, cap, unit, source + used, is_share=True)


def _refused(on: Grounds) -> Iterator[ValueInput]:
    """A look at an output that is then not accepted; there is none where all that runs is accepted."""
    if not on.model.accepted.figures:
        return
    minutes, rate = on.plan.review_minutes, on.plan.review_hour_rate
    label, unit, source = "Look at an output that is not accepted", f"{on.currency} each", "Production scope page"
    if minutes is None or rate is None:
        missing = "minutes and hour rate of a review (Production scope page)"
        yield ValueInput("refused", label, None, unit, "", missing)
        return
    yield ValueInput(
        "refused", label, _point(minutes / MINUTES_AN_HOUR * rate), unit, f"{source}: minutes and hour rate of a review"
    )


def _run_cost(on: Grounds) -> Iterator[ValueInput]:
    """What the scope's items and reviews cost to run, and what the team states beside them. One must be stated."""
    simulated = on.total.simulated
    year = simulated.run_cost_year if simulated else None
    if year is not None:
        reviews = f" and {len(on.loads)} of review" if on.loads else ""
        source = (
            f"Production scope: run cost of its components{reviews}"
            if _states_run_cost(on)
            else ("Production scope: review of what decisions send to people")
        )
        yield ValueInput("scope_run_cost", "Run cost of the scope", _monthly(year), f"{on.currency} a month", source)
    if on.model.run_cost_month.figures or not _states_run_cost(on):
        yield _typed(on, "run_cost_month", "the run cost a month (Outcome page), with 0 where there is none")


def _cost(on: Grounds) -> ValueInput:
    cost, unit = on.total.cost, on.currency
    if cost is None:
        lacking = "a day rate (Production scope page)" if on.total.estimated else "an estimate of the remaining build"
        return ValueInput(COST, "Remaining cost", None, unit, "", lacking)
    source = "1 estimated component" if on.total.estimated == 1 else f"{on.total.estimated} estimated components"
    return ValueInput(COST, "Remaining cost", Range(cost.p10, cost.p50, cost.p90), unit, f"Production scope: {source}")


def _horizon(on: Grounds) -> ValueInput:
    months = on.model.horizon_months
    source = "default" if months == HORIZON_MONTHS else "typed by the team"
    return ValueInput("horizon", "Horizon", _point(float(months)), "months from the first day of use", source)


def _typed(on: Grounds, name: str, missing: str) -> ValueInput:
    """An input that the team states itself."""
    part = _PART[name]
    stated: Stated = on.model.of(part)
    if stated.figures and stated.range is None:
        missing = f"low, likely and high of “{part.label}”, or likely alone (Outcome page)"
    return ValueInput(
        name,
        part.label,
        stated.range,
        f"{on.currency} {part.unit}" if part.is_money else str(part.unit),
        _source_of(stated) if stated.figures else "",
        "" if stated.range else missing,
        is_share=part.is_share,
    )


def _source_of(stated: Stated) -> str:
    text = " ".join(stated.source.split())
    return f"typed by the team: {text}" if text else "typed by the team, without a source"


def _defined(on: Grounds) -> str:
    text = " ".join(on.outcome.baseline_source.split())
    return f"outcome definition: {text}" if text else "outcome definition"


def _states_run_cost(on: Grounds) -> bool:
    return any(item.run_cost_year is not None for item in _needed(on).values())


def _needed(on: Grounds) -> dict[str, ScopeItem]:
    return {item.id: item for item in on.items if item.status is not ItemStatus.NOT_NEEDED}


def _one_currency(on: Grounds) -> bool:
    """Whether the money of the outcome definition and that of the scope can be added up."""
    names = {name.strip().casefold() for name in (on.outcome.currency, on.plan.currency)} - {""}
    uses_both = on.outcome.baseline_cost is not None or on.outcome.wrong_output_cost is not None
    return len(names) < 2 or not uses_both


def _monthly(year: Percentiles) -> Range:
    return Range(year.p10 / MONTHS_A_YEAR, year.p50 / MONTHS_A_YEAR, year.p90 / MONTHS_A_YEAR)


def _point(figure: float) -> Range:
    return Range(figure, figure, figure)
