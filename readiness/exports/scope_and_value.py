"""The scope and the value as the briefs write them: ranges with their chance, and what they leave out."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.diagnosis.ledger import Facts, Ledger
from readiness.diagnosis.review_load import unknown_review_costs
from readiness.diagnosis.value_against_cost import ValueResult, chance, months
from readiness.diagnosis.value_inputs import written
from readiness.exports.document import Align, Block, Column, Heading, Paragraph, Properties, Table
from readiness.exports.figures import NOT_STATED, counted, days, person_days, stated, whole
from readiness.exports.scope_charts import cost_curve_chart, spread_chart
from readiness.ranges import Percentiles
from readiness.scope.items import ItemStatus, ScopeItem
from readiness.scope.simulation import Simulation
from readiness.scope.totals import UNDERESTIMATION, ScopeTotal

Pairs = tuple[tuple[str, str], ...]
_NUMBER = Align.RIGHT
MOST_NAMED = 20  # components of a sentence; the table of the production brief holds all


def scope_in_short(facts: Facts, ledger: Ledger) -> Pairs:
    """The scope as names with their values: days, calendar, cost to build and to run, and what is not in them."""
    total, currency = ledger.total, facts.plan.currency
    pairs = [("Person-days", total.sentence)]
    if total.unknown:
        pairs.append(("Not estimated", _named(total.unknown)))
    if total.simulated is not None:
        pairs.append(("To plan with", _levels(total.simulated.days, "person-days")))
        pairs.append(("The two ends", _ends(total.simulated)))
        if total.simulated.weeks is not None:
            pairs.append(("Calendar time", _weeks(total.simulated.weeks, facts.plan.team_size)))
    pairs.append(("Against the plan", _ratio(facts, total)))
    if facts.plan.reference_multiplier is not None:
        pairs.append(("Outside view", _outside_view(facts)))
    pairs.append(("Cost", _cost(total, currency)))
    pairs.append(("Run cost", _run_cost(facts, total)))
    return tuple(pairs)


def scope_pictures(facts: Facts, ledger: Ledger) -> tuple[Block, ...]:
    """What makes the spread, and the chance to stay below each cost; nothing while nothing is estimated."""
    total, plan = ledger.total, facts.plan
    if total.simulated is None:
        return ()
    spread = spread_chart(total.simulated)
    curve = cost_curve_chart(total.simulated, plan.currency, plan, unknown=len(total.unknown))
    return (curve,) if spread is None else (spread, curve)


def scope(facts: Facts, ledger: Ledger) -> tuple[Block, ...]:
    """The whole inventory, below what it comes to."""
    columns = (
        Column("Component", width=4),
        Column("Group", width=2),
        Column("Low", _NUMBER, 0.8),
        Column("Likely", _NUMBER, 0.8),
        Column("High", _NUMBER, 0.8),
        Column("Status", width=2.4),
    )
    if not facts.items:
        return (Paragraph("No component is listed."),)
    note = (
        "Person-days. An empty estimate is unknown, which is not zero. Low and high enclose the true figure with a "
        f"probability of {facts.plan.confidence:.0%}; it is as likely above likely as below."
    )
    rows = tuple(_scope_row(item) for item in facts.items)
    pictures = scope_pictures(facts, ledger)
    return (Properties(scope_in_short(facts, ledger)), *pictures, Table(columns, rows, note=note))


def value_in_short(value: ValueResult) -> tuple[Block, ...]:
    """What a month is worth, whether it covers the cost, and every input with where it comes from."""
    if not value.started:
        return (Properties((("Value a month", f"{NOT_STATED}: none of its inputs was filled in"),)),)
    columns = (
        Column("Input", width=2.4),
        Column("Low / likely / high", _NUMBER, 2),
        Column("Unit", width=2),
        Column("Source", width=3.6),
    )
    rows = tuple(one.row for one in value.inputs)
    note = (
        "One figure stands for a point. Low and high are the 10th and the 90th percentile where nothing else is said."
    )
    return (Properties(_value(value)), Heading("What the value is made of", 3), Table(columns, rows, note=note))


def _named(components: Sequence[str]) -> str:
    """The first of the names, and how many more there are."""
    more = len(components) - MOST_NAMED
    return ", ".join(components[:MOST_NAMED]) + (f", and {more:,} more" if more > 0 else "")


def _levels(of: Percentiles, unit: str) -> str:
    """The percentiles by name, for those who plan with them."""
    p50, p80, p90, mean = map(person_days, (of.p50, of.p80, of.p90, of.mean))
    return f"P50 {p50}, P80 {p80}, P90 {p90} {unit}; on average {mean}"


def _ends(simulated: Simulation) -> str:
    """What the sum would be without a cause that all items share, and with nothing but one."""
    alone, together = simulated.independent_days, simulated.correlated_days
    return (
        f"{whole(alone.p10)} to {whole(alone.p90)} person-days, were the components to share no risk; "
        f"{whole(together.p10)} to {whole(together.p90)}, were all to go well or badly together"
    )


def _weeks(weeks: Percentiles, team_size: float | None) -> str:
    team = "" if team_size is None else f" with {days(team_size)} {'person' if team_size == 1 else 'people'} at work"
    return f"{days(weeks.p10)} to {days(weeks.p90)} weeks{team}, as likely more than {days(weeks.p50)} as less"


def _ratio(facts: Facts, total: ScopeTotal) -> str:
    low, high = UNDERESTIMATION
    if total.ratio_p50 is None or total.ratio_p80 is None or facts.plan.planned_days is None:
        return "The plan of the prototype's team is not stated, or nothing is estimated."
    unit = "person-day" if facts.plan.planned_days == 1 else "person-days"
    return (
        f"{total.ratio_p50:.1f} times (P50) or {total.ratio_p80:.1f} times (P80) the "
        f"{days(facts.plan.planned_days)} {unit} planned. Builds that were planned as a phase of the prototype "
        f"commonly need {low:g} to {high:g} times."
    )


def _outside_view(facts: Facts) -> str:
    multiplier, planned = facts.plan.reference_multiplier, facts.plan.planned_days
    source = f"source: {stated(facts.plan.reference_source)}"
    if multiplier is None or planned is None:
        return f"{days(multiplier)} times the plan; {source}"
    return f"{days(multiplier)} times the plan would be {days(multiplier * planned)} person-days; {source}"


def _cost(total: ScopeTotal, currency: str) -> str:
    if total.cost is None:
        return NOT_STATED
    return f"{_money_range(total.cost, currency)}; P80 {whole(total.cost.p80)}".rstrip() + _left_out(total)


def _run_cost(facts: Facts, total: ScopeTotal) -> str:
    year, currency = total.simulated.run_cost_year if total.simulated else None, facts.plan.currency
    reviews = unknown_review_costs(facts.report, facts.decisions, facts.items, facts.plan, facts.workflow)
    left_out = (
        f"; without the review of {counted(len(reviews), 'edge case')}, whose cost is not known" if reviews else ""
    )
    if year is None:
        return NOT_STATED + left_out
    if round(year.p10) == round(year.p90):
        return f"{whole(year.p50)} {currency} a year{left_out}"
    return f"{_money_range(year, currency)}, a year{left_out}"


def _money_range(of: Percentiles, currency: str) -> str:
    return f"{whole(of.p10)} to {whole(of.p90)} {currency}, as likely above {whole(of.p50)} as below"


def _left_out(total: ScopeTotal) -> str:
    return f"; {counted(len(total.unknown), 'component')} not in it" if total.unknown else ""


def _scope_row(item: ScopeItem) -> tuple[str, ...]:
    counts = item.status is not ItemStatus.NOT_NEEDED
    figures = (item.low_days, item.likely_days, item.high_days)
    status = str(item.status) if counts else f"{item.status}: {item.not_needed_because.strip()}"
    return (item.component, item.group, *(days(figure) if counts else "" for figure in figures), status)


def _value(value: ValueResult) -> Pairs:
    simulated = value.simulated
    if simulated is None:
        return (("Value", value.covering_sentence),)
    pairs = [("Value a month", value.monthly_sentence), ("Levels", _money_levels(simulated.monthly, value.currency))]
    pairs.append(("Against the cost", value.covering_sentence))
    against = simulated.against
    if against is not None:
        payback = against.payback
        ends = f"P10 {months(payback.p10)}, P50 {months(payback.p50)}, P90 {months(payback.p90)}"
        late = f"not within {months(value.horizon_months)} with a probability of {chance(payback.never_within_horizon)}"
        pairs.append(("Payback", f"{ends}; {late}, and never with one of {chance(payback.never)}"))
        net = f"over {months(value.horizon_months)}, {_money_range(against.net, value.currency)}"
        pairs.append(("Value less cost", net))
    pairs += [("Note", remark) for remark in value.remarks]
    return tuple(pairs)


def _money_levels(of: Percentiles, currency: str) -> str:
    levels = f"P10 {written(of.p10)}, P50 {written(of.p50)}, P80 {written(of.p80)}, P90 {written(of.p90)} {currency}"
    return f"{levels.rstrip()}; on average {written(of.mean)}"
