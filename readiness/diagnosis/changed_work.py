"""A case with other work, another cost or another value. Draws are moved; nothing is simulated anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from readiness.diagnosis.changed_entries import gathered, with_entries
from readiness.diagnosis.ledger import Facts, Topic
from readiness.diagnosis.rescaling import lengthened, line, priced, resized
from readiness.diagnosis.scope_evidence import scope_evidence
from readiness.diagnosis.value_against_cost import ValueResult
from readiness.diagnosis.value_evidence import value_evidence
from readiness.diagnosis.value_inputs import COST
from readiness.diagnosis.verdict import Case
from readiness.outcome.value import ValueModel
from readiness.outcome.value_simulation import SimulatedValue, against_cost
from readiness.ranges import Range
from readiness.scope.items import ItemStatus, ScopeItem
from readiness.scope.totals import ScopeTotal

if TYPE_CHECKING:
    from readiness.ranges import Floats


def with_work(case: Case, p80_days: float) -> Case:
    """The remaining work at another P80: every estimate by the same factor, and the cost that comes from days."""
    simulation = case.ledger.total.simulated
    if simulation is None or not simulation.days.p80:
        return case
    factor = p80_days / simulation.days.p80
    cost, one_off = simulation.cost_drawn, _one_off_cost(case.facts)
    drawn = None if cost is None else one_off + factor * (cost - one_off)
    facts = replace(case.facts, items=tuple(_times(item, factor) for item in case.facts.items))
    return _with_total(case, facts, resized(case.ledger.total, simulation, factor, drawn, factor))


def with_cost(case: Case, p80_money: float) -> Case:
    """The remaining cost at another P80: day rates and one-off costs by the same factor, at the same work."""
    simulation = case.ledger.total.simulated
    if simulation is None or simulation.cost is None or simulation.cost_drawn is None or not simulation.cost.p80:
        return case
    factor = p80_money / simulation.cost.p80
    total = resized(case.ledger.total, simulation, 1.0, simulation.cost_drawn * factor, factor)
    return _with_total(case, _at_rates(case.facts, factor), total)


def with_day_rate(case: Case, rate: float) -> Case:
    """One day rate for all components."""
    facts = replace(
        case.facts,
        plan=case.facts.plan.model_copy(update={"day_rate": rate}),
        items=tuple(item.model_copy(update={"day_rate": None}) for item in case.facts.items),
    )
    simulation, one_off = case.ledger.total.simulated, _one_off_cost(case.facts)
    if simulation is None:
        return replace(case, facts=facts)
    drawn = one_off + rate * simulation.days_drawn
    return _with_total(case, facts, priced(case.ledger.total, simulation, drawn, rate, one_off))


def unknown_at_nothing(case: Case) -> Case:
    """Every component without an estimate at no work, to be lengthened by what they come to."""
    return gathered(case, replace(case.facts, items=tuple(_estimated(item, 0.0) for item in case.facts.items)))


def with_open_work(case: Case, days: float, of: frozenset[str]) -> Case:
    """The components of these ids come to so many person-days together, each to as much."""
    simulation = case.ledger.total.simulated
    own = [item for item in case.facts.items if item.id in of]
    if simulation is None or not own:
        return case
    each = days / len(own)
    rates = [case.facts.plan.day_rate if item.day_rate is None else item.day_rate for item in own]
    items = tuple(
        item.model_copy(update={"low_days": each, "likely_days": each, "high_days": each}) if item.id in of else item
        for item in case.facts.items
    )
    money = each * sum(rate or 0.0 for rate in rates)
    total = lengthened(case.ledger.total, simulation, days, money)
    return _with_total(case, replace(case.facts, items=items), total)


def with_value(case: Case, money: float) -> Case:
    """The value over the horizon as one figure, or, where it is simulated, its middle: every draw by as much."""
    value = case.ledger.value
    stated = case.stop_inputs.model_copy(update={"expected_value": money})
    if not value.started:
        return replace(case, stop_inputs=stated)
    if value.simulated is None:
        facts = replace(case.facts, value=ValueModel(horizon_months=case.facts.value.horizon_months))
        return _with_value(replace(case, facts=facts, stop_inputs=stated), replace(value, started=False))
    by = money / value.horizon_months - value.simulated.monthly.p50
    simulated = _raised(value.simulated, by)
    most = simulated if value.most is None or value.most is value.simulated else _raised(value.most, by)
    return _with_value(case, _against(replace(value, simulated=simulated, most=most), _cost_of(case)))


def _with_total(case: Case, facts: Facts, total: ScopeTotal) -> Case:
    ledger = with_entries(replace(case.ledger, total=total), Topic.SCOPE, scope_evidence(facts, total))
    cost = total.simulated.cost_drawn if total.simulated else None
    changed = replace(case, facts=facts, ledger=ledger)
    return _with_value(changed, _against(_at_cost(ledger.value, total), cost))


def _with_value(case: Case, value: ValueResult) -> Case:
    ledger = replace(case.ledger, value=value)
    return replace(case, ledger=with_entries(ledger, Topic.VALUE, value_evidence(value)))


def _at_cost(value: ValueResult, total: ScopeTotal) -> ValueResult:
    """The value's inputs with the cost as it is now, which is no longer missing."""
    if total.cost is None:
        return value
    cost = total.cost
    lacked = next((one.missing for one in value.inputs if one.id == COST), "")
    inputs = tuple(
        replace(one, range=Range(cost.p10, cost.p50, cost.p90), missing="") if one.id == COST else one
        for one in value.inputs
    )
    return replace(value, inputs=inputs, missing=tuple(one for one in value.missing if one != lacked))


def _against(value: ValueResult, cost: Floats | None) -> ValueResult:
    """The same value held against another cost."""
    if value.simulated is None or cost is None:
        return value
    months = value.horizon_months
    simulated = replace(value.simulated, against=against_cost(value.simulated.monthly_drawn, cost, months))
    if value.most is None or value.most is value.simulated:
        return replace(value, simulated=simulated, most=simulated, most_probability=_probability(simulated))
    most = float((months * value.most.monthly_drawn >= cost).mean())
    return replace(value, simulated=simulated, most_probability=most)


def _probability(of: SimulatedValue) -> float | None:
    return of.against.probability if of.against else None


def _raised(of: SimulatedValue, by: float) -> SimulatedValue:
    drawn = of.monthly_drawn + by
    return replace(of, monthly=line(of.monthly, 1, by), loses=float((drawn < 0).mean()), monthly_drawn=drawn)


def _cost_of(case: Case) -> Floats | None:
    simulation = case.ledger.total.simulated
    return simulation.cost_drawn if simulation else None


def _one_off_cost(facts: Facts) -> float:
    return sum(item.one_off_cost or 0.0 for item in facts.items if item.status is not ItemStatus.NOT_NEEDED)


def _times(item: ScopeItem, factor: float) -> ScopeItem:
    if item.status is not ItemStatus.ESTIMATED:
        return item
    days = {name: (getattr(item, name) or 0.0) * factor for name in ("low_days", "likely_days", "high_days")}
    return item.model_copy(update=days)


def _estimated(item: ScopeItem, days: float) -> ScopeItem:
    if item.status is not ItemStatus.UNKNOWN:
        return item
    return item.model_copy(update={"low_days": days, "likely_days": days, "high_days": days})


def _at_rates(facts: Facts, factor: float) -> Facts:
    rate = facts.plan.day_rate
    items = tuple(_at_rate(item, factor) for item in facts.items)
    plan = facts.plan.model_copy(update={"day_rate": None if rate is None else rate * factor})
    return replace(facts, items=items, plan=plan)


def _at_rate(item: ScopeItem, factor: float) -> ScopeItem:
    """The item with its own day rate and one-off cost times `factor`; one that has neither is not copied."""
    own = {"day_rate": item.day_rate, "one_off_cost": item.one_off_cost}
    changed = {name: figure * factor for name, figure in own.items() if figure is not None}
    return item.model_copy(update=changed) if changed else item
