"""The levers that are figures: of the sample, the scope, the value and the agreement on records."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import ceil, floor

from readiness.diagnosis import changed_people as people
from readiness.diagnosis import changed_samples as samples
from readiness.diagnosis import changed_work as work
from readiness.diagnosis.data_evidence import FEWEST_RECORDS, STALE_AFTER_DAYS
from readiness.diagnosis.levers import Better, Lever, Unit, nice, step_lever
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.verdict import Case
from readiness.scope.items import ItemStatus
from readiness.workflow import Stage

MOST_TIMES = 10.0  # the present value, as far as a change is looked for
FINENESS = 100  # steps that an amount of money is changed by: the present value in about so many
_AROUND = 100_000.0  # money, where nothing says how much is at stake
_MOST_DAY_RATE = 10_000.0
_NEVER_KNOWN_DAYS = 1_000.0  # the most that components without an estimate are tried at, where nothing is estimated


def sample_levers(case: Case) -> Iterator[Lever]:
    """What a sample can be short of: records, and newness."""
    report, place = case.facts.report, Place(Page.DATA_AUDIT)
    if report is None:
        return
    if 0 < report.records < FEWEST_RECORDS:
        yield step_lever(
            "records",
            f"{FEWEST_RECORDS} records are audited instead of {report.records}",
            place,
            samples.with_enough_records,
            better=Better.NEITHER,
            assumes="The further records are taken to be like those that were audited.",
        )
    stalled = case.facts.workflow.stage is Stage.STALLED
    if stalled and case.facts.sample_to is None:
        yield step_lever(
            "sample-period",
            f"it is stated that the records of the sample end within the last {STALE_AFTER_DAYS} days",
            place,
            samples.with_stated_period,
            better=Better.NEITHER,
            undone="the period that the records of the sample are of is no longer stated",
        )
    age = _age_of_sample(case)
    if age is not None and age > STALE_AFTER_DAYS and any(entry.stale for entry in case.ledger.entries):
        yield Lever(
            "sample-age",
            "the age of the sample",
            Unit.DAYS,
            float(age),
            0.0,
            float(age),
            1.0,
            Better.NEITHER,
            place,
            samples.with_sample_age,
            wanted=0.0,
            assumes="The newer sample is taken to show what this one shows.",
        )


def _age_of_sample(case: Case) -> int | None:
    """Days since it was read, or since its last record where that is longer."""
    facts = case.facts
    ages = []
    if facts.sample_read_at is not None:
        ages.append((facts.now - facts.sample_read_at).days)
    if facts.sample_to is not None:
        ages.append((facts.now.date() - facts.sample_to).days)
    return max(ages, default=None)


def share_levers(case: Case) -> Iterator[Lever]:
    """The clean share, and what is left to people after all decisions."""
    report, effect = case.facts.report, case.ledger.effect
    if report is None or effect is None or not report.records:
        return
    assumes = "Value and cost are held as they are."
    place = Place(Page.DATA_AUDIT)
    if report.clean.count < report.records and report.combinations:
        yield Lever(
            "clean-share",
            "the share of clean records",
            Unit.SHARE,
            report.clean.count / report.records,
            0.0,
            0.99,
            0.01,
            Better.MORE,
            place,
            samples.with_clean_share,
            assumes=f"What is outside the clean case is taken to keep its mix of edge cases. {assumes}",
        )
    room = floor((effect.records - effect.undecided.count) / effect.records * 100) / 100
    yield Lever(
        "left-share",
        "the share of records that go to people or are rejected after all decisions",
        Unit.SHARE,
        (effect.review.count + effect.rejected.count) / effect.records,
        0.0,
        room,
        0.01,
        Better.LESS,
        place,
        samples.with_left_share,
        assumes=assumes,
    )


def open_work_levers(case: Case) -> Iterator[Lever]:
    """What the components without an estimate come to."""
    unknown = [item.id for item in case.facts.items if item.status is ItemStatus.UNKNOWN]
    if not any(item.status is ItemStatus.ESTIMATED and item.likely_days for item in case.facts.items):
        unknown += samples.asked_for(case)  # there is no middle to take their work from
    if not unknown:
        return
    of = "the component without an estimate" if len(unknown) == 1 else f"the {len(unknown)} components not estimated"
    simulated = case.ledger.total.simulated
    most = max(MOST_TIMES * simulated.days.p80, 10.0) if simulated else _NEVER_KNOWN_DAYS
    step = _days_step(simulated.days.p80 if simulated else 20.0)
    yield Lever(
        "open-work",
        f"the work of {of}",
        Unit.PERSON_DAYS,
        None,
        0.0,
        ceil(most / step) * step,
        step,
        Better.LESS,
        Place(Page.SCOPE),
        partial(work.with_open_work, of=frozenset(unknown)),
        prepare=work.unknown_at_nothing,
        parts=len(unknown),
        assumes="Components without an estimate are taken to come to as much each, without doubt about it.",
    )


def remaining_levers(case: Case) -> Iterator[Lever]:
    """The remaining work and what it costs."""
    simulated, place = case.ledger.total.simulated, Place(Page.SCOPE)
    if simulated is not None and simulated.days.p80:
        step = _days_step(simulated.days.p80)
        yield Lever(
            "work",
            "the remaining work (P80)",
            Unit.PERSON_DAYS,
            simulated.days.p80,
            step,
            ceil(MOST_TIMES * simulated.days.p80 / step) * step,
            step,
            Better.LESS,
            place,
            work.with_work,
            assumes="Every estimate is taken to change by the same factor.",
        )
    cost, currency = simulated.cost if simulated else None, case.facts.plan.currency.strip()
    if cost is None:
        yield Lever(
            "day-rate",
            "the day rate",
            Unit.MONEY,
            None,
            0.0,
            _MOST_DAY_RATE,
            10.0,
            Better.LESS,
            place,
            work.with_day_rate,
            assumes="One day rate is taken for all components.",
            currency=currency,
        )
    elif cost.p80:
        step = nice(cost.p80 / FINENESS)
        yield Lever(
            "cost",
            "the remaining cost (P80)",
            Unit.MONEY,
            cost.p80,
            step,
            ceil(MOST_TIMES * cost.p80 / step) * step,
            step,
            Better.LESS,
            place,
            work.with_cost,
            currency=currency,
        )


def value_levers(case: Case) -> Iterator[Lever]:
    """The value, simulated or as one figure."""
    value, simulated = case.ledger.value, case.ledger.total.simulated
    present = _value_now(case)
    cost = simulated.cost if simulated else None
    around = max(abs(present or 0.0), cost.p80 if cost else 0.0)
    around = around or _AROUND
    step, spread = nice(around / FINENESS), MOST_TIMES * around
    lowest = floor((min(present or 0.0, 0.0) - spread) / step) * step if value.simulated else 0.0
    yield Lever(
        "value",
        f"the value over {value.horizon_months} months (P50)" if value.simulated else "the realistic value",
        Unit.MONEY,
        present,
        lowest,
        ceil((max(present or 0.0, 0.0) + spread) / step) * step,
        step,
        Better.MORE,
        Place(Page.OUTCOME) if value.started else Place(Page.DIAGNOSIS),
        work.with_value,
        assumes="Every draw of it is taken to change by the same amount." if value.simulated else "",
        currency=case.facts.plan.currency.strip(),
    )


def _value_now(case: Case) -> float | None:
    """The middle of the simulated value over the horizon, or the one figure that is stated."""
    value = case.ledger.value
    if not value.started:
        return case.stop_inputs.expected_value
    return value.simulated.monthly.p50 * value.horizon_months if value.simulated else None


def agreement_levers(case: Case) -> Iterator[Lever]:
    """The agreement that was tested on records, and what is asked for."""
    tested = case.ledger.tested
    if tested is None:
        return
    place = Place(Page.OUTCOME)
    alpha = tested.latest.alpha.value
    if alpha is not None:
        yield Lever(
            "alpha",
            "the agreement on records (alpha)",
            Unit.ALPHA,
            alpha,
            -1.0,
            1.0,
            0.01,
            Better.MORE,
            place,
            people.with_alpha,
            assumes="The interval around it is taken to stay as wide.",
        )
    yield Lever(
        "least-agreement",
        "the agreement that is asked for (alpha)",
        Unit.ALPHA,
        tested.least,
        0.0,
        1.0,
        0.01,
        Better.LESS,
        place,
        people.with_least_agreement,
        limit=True,
    )


def _days_step(p80_days: float) -> float:
    return 1.0 if p80_days >= 20 else 0.1 if p80_days >= 2 else 0.01
