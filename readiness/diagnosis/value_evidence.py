"""What is known of the value: what a month is worth, and whether it covers what is left to build."""

from __future__ import annotations

from readiness.diagnosis.ledger import Evidence, Finding, Topic
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.value_against_cost import ValueResult

EVEN = 0.5  # the probability at which the value is as likely to cover the cost as not
VALUE = Place(Page.OUTCOME, "Value")


def value_evidence(value: ValueResult) -> tuple[Evidence, ...]:
    """What a month is worth and whether it covers the cost; nothing while the team has stated nothing for it. It
    answers no question: a stop rule reads it."""
    if not value.started:
        return ()
    source = f"{len(value.inputs)} inputs of the value" + (
        ", audit" if any(i.id == "cap" for i in value.inputs) else ""
    )
    if value.simulated is None:
        missing = value.covering_sentence
        return (Evidence("value.month", Topic.VALUE, missing, Finding.UNKNOWN, source, place=VALUE),)
    of = value.simulated.monthly
    month = Evidence(
        id="value.month",
        topic=Topic.VALUE,
        statement=value.monthly_sentence,
        finding=Finding.PASSED if of.p50 > 0 else Finding.FAILED,
        source=source,
        value=of.p50,
        low=of.p10,
        high=of.p90,
        unit=f"{value.currency} a month".strip(),
        place=VALUE,
    )
    return (month, _covering(value, source))


def _covering(value: ValueResult, source: str) -> Evidence:
    """For where the cost is likelier covered than not, against where it is not even if all that is open goes well."""
    finding = Finding.UNKNOWN
    if value.most_probability is not None and value.most_probability < EVEN:
        finding = Finding.FAILED
    elif value.settled:
        finding = Finding.PASSED
    return Evidence(
        id="value.covers",
        topic=Topic.VALUE,
        statement=" ".join((value.covering_sentence, *value.open_remarks)),
        finding=finding,
        source=f"{source}, and the remaining cost of the scope",
        value=value.probability,
        high=value.most_probability,
        unit="probability",
        place=VALUE,
    )
