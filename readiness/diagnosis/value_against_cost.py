"""Value against cost: what a month of the running system is worth, and whether it covers the remaining build."""

from __future__ import annotations

from dataclasses import dataclass, field

from readiness.diagnosis.value_inputs import (
    Grounds,
    ValueInput,
    month_of,
    most_cap_of,
    open_questions,
    value_inputs,
    written,
)
from readiness.outcome.value_simulation import Draws, Payback, SimulatedValue, simulate_value
from readiness.scope.simulation import Simulation
from readiness.shares import whole_percent

LONGEST_TOLD = 120  # months; what is longer is not told to the month


@dataclass(frozen=True, slots=True)
class ValueResult:
    """What is known of the value. `simulated` is None while an input is missing.

    `missing` holds what is still to be stated, and `only_lower` why the true probability can only be lower than the
    one shown. `most_probability` is what no decision about the undecided edge cases can exceed.
    """

    started: bool  # the team has stated something for it
    currency: str
    horizon_months: int
    inputs: tuple[ValueInput, ...]
    missing: tuple[str, ...]
    only_lower: tuple[str, ...]
    undecided: float  # share of the records in edge cases that nobody has decided
    simulated: SimulatedValue | None
    most_probability: float | None
    # What `most_probability` is drawn from.
    most: SimulatedValue | None = field(default=None, repr=False, compare=False)

    @property
    def probability(self) -> float | None:
        """That the value over the horizon covers the remaining cost; None while either is not known."""
        against = self.simulated.against if self.simulated else None
        return against.probability if against else None

    @property
    def settled(self) -> bool:
        """Whether the probability is known, and nothing is open that could move it."""
        return self.probability is not None and not (self.missing or self.only_lower or self.undecided)

    @property
    def sentence(self) -> str:
        """The result as a sponsor reads it, or what is missing for one."""
        return " ".join(filter(None, (self.monthly_sentence, self.covering_sentence)))

    @property
    def monthly_sentence(self) -> str:
        """What a month is worth; empty while it is not known."""
        if self.simulated is None:
            return ""
        of, currency = self.simulated.monthly, self.currency
        worth = (
            f"A month of the running system is worth {written(of.p10)} to {written(of.p90)} {currency}".rstrip()
            + f", as likely above {written(of.p50)} as below."
        )
        if not self.simulated.loses:
            return worth
        return f"{worth} With a probability of {chance(self.simulated.loses)} it costs more than it saves."

    @property
    def covering_sentence(self) -> str:
        """The probability that the value covers the cost, with payback; or what is missing to tell."""
        against = self.simulated.against if self.simulated else None
        if against is None:
            what = "The value" if self.simulated is None else "Whether the value covers the cost"
            return f"{what} is not known yet. Still to be stated: {'; '.join(self.missing)}."
        covers = f"Over {months(self.horizon_months)} the value covers the remaining cost"
        return f"{covers} with a probability of {self.probability_in_words}. {_payback_sentence(against.payback)}"

    @property
    def probability_in_words(self) -> str:
        """ "60%", and "at most 60%" where all that is open can only lower it; empty while it is not known."""
        if self.probability is None:
            return ""
        return chance(self.probability, at_most=bool(self.only_lower) and not self.undecided)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader must know to read the figures rightly, one sentence each."""
        if self.simulated is None or not self.simulated.capped:
            return self.open_remarks
        mean = whole_percent(self.simulated.accepted.mean)
        return (
            *self.open_remarks,
            f"In {chance(self.simulated.capped)} of the draws the stated accepted share is more than can run "
            f"without a person; there the lower one counts. On average {mean} of the items count as accepted.",
        )

    @property
    def open_remarks(self) -> tuple[str, ...]:
        """What is open and would move the figures, one sentence each."""
        if self.simulated is None:
            return ()
        remarks = [f"{reason[:1].upper()}{reason[1:]}." for reason in self.only_lower]
        if self.undecided:
            remarks.append(
                f"{whole_percent(self.undecided)} of the records fall into edge cases that nobody has decided; until "
                "then they count as handled by hand."
            )
        return tuple(remarks)


def value_against_cost(on: Grounds) -> ValueResult:
    """The value of the running system, and the probability that it covers the remaining cost."""
    inputs = value_inputs(on)
    month, simulation, effect = month_of(on, inputs), on.total.simulated, on.audited
    simulated = most = None
    if month is not None and simulation is not None:
        drawn, horizon = _draws(simulation), on.model.horizon_months
        simulated = most = simulate_value(month, drawn, horizon)
        if effect is not None and effect.undecided.count:
            # Repaired records that are not accepted cost looks; without those it is the most for any decision.
            repaired = month._replace(cap=most_cap_of(effect, on.report), refused_cost=0.0)
            most = simulate_value(repaired, drawn, horizon)
    return ValueResult(
        started=on.model.started,
        currency=on.currency,
        horizon_months=on.model.horizon_months,
        inputs=inputs,
        missing=(*(one.missing for one in inputs if one.missing), *open_questions(on)),
        only_lower=_only_lower(on),
        undecided=effect.undecided.share if effect else 0.0,
        simulated=simulated,
        most_probability=most.against.probability if most and most.against else None,
        most=most,
    )


def chance(probability: float, *, at_most: bool = False) -> str:
    """A simulated probability in words: no number of draws makes it certain."""
    shown = whole_percent(min(max(probability, 1e-9), 1 - 1e-9))
    return f"at most {shown}" if at_most and shown[0].isdigit() else shown


def months(count: float | None) -> str:
    """A time in months as it is read; None is never."""
    if count is None:
        return "never"
    if count > LONGEST_TOLD:
        return "more than 10 years"
    if 0 < count < 1:
        return "less than 1 month"
    text = f"{count:.0f}" if count >= 10 or count == int(count) else f"{count:.1f}"
    return "1 month" if text in ("1", "1.0") else f"{text} months"


def _draws(simulation: Simulation) -> Draws:
    return Draws(simulation.cost_drawn, simulation.run_cost_drawn, simulation.draws)


def _only_lower(on: Grounds) -> tuple[str, ...]:
    """Why the probability is an upper limit: what is not known, and can only take from it."""
    reasons = []
    unknown = len(on.total.unknown)
    if unknown:
        verb = "component is" if unknown == 1 else "components are"
        reasons.append(f"{unknown} {verb} not estimated and can only add cost")
    if on.model.accepted.range is None:
        reasons.append("the accepted share is not stated, so all that can run without a person counts as accepted")
    elif on.audited is None:
        reasons.append("no sample has been audited, so nothing limits the accepted share")
    return tuple(reasons)


def _payback_sentence(payback: Payback) -> str:
    if payback.p50 is None:
        return "More likely than not, it never pays for the build."
    if payback.p50 == 0:
        return "There is nothing left to pay back."
    if payback.p50 > LONGEST_TOLD:
        return "As likely as not, it takes more than 10 years to pay for the build."
    return f"It pays for the build in {months(payback.p50)}, as likely later as sooner."
