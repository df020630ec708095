"""The three stop rules, each with its numbers: met, not met, or unknown (M31)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from readiness.diagnosis.ledger import Facts, Finding, Ledger
from readiness.diagnosis.value_against_cost import chance
from readiness.outcome.agreement import SIGNERS_NEEDED
from readiness.outcome.exercise_result import AgreementOnRecords, Reach, reach_sentence
from readiness.shares import share_of, whole_percent


class StopRule(StrEnum):
    DATA = "data"
    CONTESTED = "contested"
    COST = "cost"


class RuleState(StrEnum):
    MET = "met"
    NOT_MET = "not met"
    UNKNOWN = "unknown"


class StopInputs(BaseModel):
    """What the team states for the stop rules. None means not stated, which is not zero."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    most_outside_share: float = Field(
        default=0.40, ge=0, le=1
    )  # of records that a rebuild can leave to people or reject
    limit_reason: str = Field(default="", max_length=4_000)
    alignment_attempts: int | None = Field(default=None, ge=0, le=1_000)
    genuine_attempts: int = Field(default=2, ge=1, le=100)  # after so many, a contested use case stays contested
    expected_value: float | None = Field(
        default=None, ge=0, le=1e15, allow_inf_nan=False
    )  # realistic, over the horizon; counts while the value model holds nothing
    value_source: str = Field(default="", max_length=4_000)
    least_probability: float = Field(
        default=0.5, ge=0.01, le=0.99
    )  # that the value covers the remaining cost; less than the default: likelier to lose than to gain


@dataclass(frozen=True, slots=True)
class StopResult:
    """One rule with its state. `margin`, in the rule's own unit, is never below zero while the rule is not met, and
    never above while it is."""

    rule: StopRule
    state: RuleState
    because: str
    margin: float | None = None
    unit: str = ""

    @property
    def margin_in_words(self) -> str:
        """How far the rule is from being met: "12 points away", "2 attempts away", "0.3 points beyond it"; empty where
        it is not known. Of a rule that is unknown, it is what the figures so far say."""
        if self.margin is None:
            return ""
        size = abs(self.margin)
        if self.unit == "share":
            figure = f"{100 * size:.1f}".removesuffix(".0")
            amount = f"{figure} point" if figure == "1" else f"{figure} points"
        else:
            amount = "1 attempt" if round(size) == 1 else f"{round(size)} attempts"
        beyond = self.state is RuleState.MET or self.margin < 0
        said = "just at it" if round(size, 3) == 0 else f"{amount} {'beyond it' if beyond else 'away'}"
        return f"{said} by what is known" if self.state is RuleState.UNKNOWN else said


def evaluate_stop_rules(facts: Facts, ledger: Ledger, inputs: StopInputs) -> tuple[StopResult, ...]:
    """The three rules in their order; a project stops when any is met."""
    return (_data_rule(ledger, inputs), _contested_rule(ledger, inputs), _cost_rule(facts, ledger, inputs))


def _data_rule(ledger: Ledger, inputs: StopInputs) -> StopResult:
    effect = ledger.effect
    if effect is None or not effect.records:
        return StopResult(StopRule.DATA, RuleState.UNKNOWN, "No sample has been audited.")
    found = share_of(effect.review.count + effect.rejected.count, effect.records)  # one division: 0.1 + 0.2 is over 0.3
    outside, interval = found.share, f"95% interval {found.low:.0%} to {found.high:.0%}"
    limit = inputs.most_outside_share
    doubt = _doubt_about_the_audit(ledger)
    if doubt:
        return StopResult(StopRule.DATA, RuleState.UNKNOWN, doubt, limit - outside, "share")
    if outside > limit:
        because = (
            f"{outside:.0%} of the records ({interval}) go to people or are rejected after all decisions; the limit is "
            f"{limit:.0%}."
        )
        return StopResult(StopRule.DATA, RuleState.MET, because, limit - outside, "share")
    if effect.undecided.count:
        because = f"{effect.undecided.share:.0%} of the records fall into edge cases that nobody has decided."
        return StopResult(StopRule.DATA, RuleState.UNKNOWN, because, limit - outside, "share")
    because = (
        f"{outside:.0%} of the records ({interval}) still go to people or are rejected; a rebuild may leave up to "
        f"{limit:.0%}."
    )
    return StopResult(StopRule.DATA, RuleState.NOT_MET, because, limit - outside, "share")


def _doubt_about_the_audit(ledger: Ledger) -> str:
    """Why the audit cannot end a project and cannot clear it either; empty where it can."""
    clean = ledger.entry("data.clean_share")
    if clean is None:
        return ""
    return clean.stale or (clean.statement if clean.finding is Finding.UNKNOWN else "")


def _contested_rule(ledger: Ledger, inputs: StopInputs) -> StopResult:
    """By the agreement that was tested on records where there is any, and by the signatures.

    Settled rounds of the exercise are attempts by themselves; the team states those that were made in other ways, and
    the higher count is taken, as the two may speak of the same afternoons.
    """
    tested = ledger.tested
    if tested is None:
        return _signed_rule(ledger, inputs, inputs.alignment_attempts)
    attempts = max(inputs.alignment_attempts or 0, tested.settled_rounds)
    if tested.stays_below and not tested.earlier_wording:  # what was judged under another wording ends nothing
        return _tested_below(tested, attempts, inputs.genuine_attempts)
    signed = _signed_rule(ledger, inputs, attempts)
    reached = tested.reach is Reach.REACHED
    if (reached and signed.state is RuleState.MET) or (not reached and signed.state is RuleState.NOT_MET):
        because = f"{tested.sentence} {_signatures(ledger)}"
        return StopResult(StopRule.CONTESTED, RuleState.UNKNOWN, because, signed.margin, signed.unit)
    return signed


def _tested_below(tested: AgreementOnRecords, attempts: int, needed: int) -> StopResult:
    """Met after enough attempts, and only where the choice of records does not explain it."""
    tried = f"{attempts} of {needed} genuine attempts" if attempts < needed else f"{attempts} genuine attempts"
    if attempts >= needed and tested.clearly_below:
        because = f"{reach_sentence(tested.latest, tested.least)} After {tried} the use case stays contested."
        return StopResult(StopRule.CONTESTED, RuleState.MET, because, float(needed - attempts), "attempts")
    because = f"{tested.sentence} {tried[:1].upper()}{tried[1:]} so far."
    return StopResult(StopRule.CONTESTED, RuleState.UNKNOWN, because, float(needed - attempts), "attempts")


def _signatures(ledger: Ledger) -> str:
    return f"{len(ledger.valid_signatures)} of {SIGNERS_NEEDED} signatures stand under the definition."


def _signed_rule(ledger: Ledger, inputs: StopInputs, attempts: int | None) -> StopResult:
    signed, needed = len(ledger.valid_signatures), inputs.genuine_attempts
    if signed >= SIGNERS_NEEDED:
        because = f"{signed} people have signed the same definition of a correct output."
        left = max(0, needed - (attempts or 0))
        return StopResult(StopRule.CONTESTED, RuleState.NOT_MET, because, float(left), "attempts")
    if attempts is None:
        because = f"{signed} of {SIGNERS_NEEDED} signatures, and no attempt to agree is recorded."
        return StopResult(StopRule.CONTESTED, RuleState.UNKNOWN, because)
    lapsed = len(ledger.void_signatures)
    if signed + lapsed >= SIGNERS_NEEDED:  # a better wording makes nothing contested: they have not been asked yet
        who = "1 person who" if lapsed == 1 else f"{lapsed} people who"
        because = f"{_signatures(ledger)} {who} agreed to an earlier wording must sign again before this can be judged."
        return StopResult(StopRule.CONTESTED, RuleState.UNKNOWN, because, float(max(0, needed - attempts)), "attempts")
    if attempts >= needed:
        because = (
            f"{signed} of {SIGNERS_NEEDED} signatures after {attempts} genuine attempts: the use case stays contested."
        )
        return StopResult(StopRule.CONTESTED, RuleState.MET, because, float(needed - attempts), "attempts")
    because = (
        f"{signed} of {SIGNERS_NEEDED} signatures after {attempts} of {needed} attempts: try again before judging."
    )
    return StopResult(StopRule.CONTESTED, RuleState.UNKNOWN, because, float(needed - attempts), "attempts")


def _cost_rule(facts: Facts, ledger: Ledger, inputs: StopInputs) -> StopResult:
    """By the simulated value where the team has stated any of it, else by the one figure that it states."""
    if ledger.value.started:
        return _simulated_value_rule(ledger, inputs)
    return _stated_value_rule(facts, ledger, inputs)


def _simulated_value_rule(ledger: Ledger, inputs: StopInputs) -> StopResult:
    """Met only where it is met whatever the open inputs turn out to be; not met only where none is open."""
    value, least = ledger.value, inputs.least_probability
    if value.probability is None or value.most_probability is None:
        return StopResult(StopRule.COST, RuleState.UNKNOWN, value.covering_sentence)
    asked = f"At least {whole_percent(least)} is asked for."
    if value.most_probability < least:
        because = f"{value.covering_sentence} {asked}"
        return StopResult(StopRule.COST, RuleState.MET, because, value.most_probability - least, "share")
    if not value.settled:
        because = " ".join((*value.open_remarks, value.covering_sentence, asked))  # what is to be done first
        return StopResult(StopRule.COST, RuleState.UNKNOWN, because, value.probability - least, "share")
    because = f"{value.covering_sentence} {asked}"
    return StopResult(StopRule.COST, RuleState.NOT_MET, because, value.probability - least, "share")


def _stated_value_rule(facts: Facts, ledger: Ledger, inputs: StopInputs) -> StopResult:
    total, value, least = ledger.total, inputs.expected_value, inputs.least_probability
    if total.simulated is None or total.simulated.cost_drawn is None:
        lacking = "day rate" if total.estimated else "estimate"
        return StopResult(
            StopRule.COST, RuleState.UNKNOWN, f"The remaining cost is not known: the scope has no {lacking}."
        )
    if value is None:
        return StopResult(StopRule.COST, RuleState.UNKNOWN, "The realistic value is not stated.")
    probability = float((total.simulated.cost_drawn <= value).mean())
    unknown = len(total.unknown)
    amount = f"{value:,.0f} {facts.plan.currency}".strip()
    because = (
        f"The stated value of {amount} covers the remaining cost with a probability of "
        f"{chance(probability, at_most=bool(unknown))}. At least {whole_percent(least)} is asked for."
    )
    margin = probability - least
    if margin < 0:
        return StopResult(StopRule.COST, RuleState.MET, because, margin, "share")
    if unknown:
        components = "1 component is" if unknown == 1 else f"{unknown} components are"
        because = f"{because} {components} not estimated and can only add cost."
        return StopResult(StopRule.COST, RuleState.UNKNOWN, because, margin, "share")
    return StopResult(StopRule.COST, RuleState.NOT_MET, because, margin, "share")
