"""What is known of the scope: the sum, how it compares with the plan, and what the sponsor was shown of it."""

from __future__ import annotations

from readiness.diagnosis.dates import in_words, start_of
from readiness.diagnosis.ledger import Evidence, Facts, Finding, Topic
from readiness.diagnosis.places import Page, Place
from readiness.scope.shown import ShownSum, compressed_since, latest_shown
from readiness.scope.totals import ScopeTotal

TOTAL = Place(Page.SCOPE, "What production comes to")
COMPONENTS = Place(Page.SCOPE, "Components")
PLAN = Place(Page.SCOPE, "The plan it is held against")
SHOWN = Place(Page.SCOPE, "Shown to")
MOST_TOLD = 3  # of what became smaller


def scope_evidence(facts: Facts, total: ScopeTotal) -> tuple[Evidence, ...]:
    """The facts of the scope. The sum decides; its ratio to the plan and what was shown inform. That the scope shrank
    after it was shown stands beside the question as evidence against: an estimate may fall for a good reason."""
    if not facts.items:
        nothing = Evidence(
            "scope.total",
            Topic.SCOPE,
            "No component is listed.",
            Finding.UNKNOWN,
            "Production scope",
            place=COMPONENTS,
        )
        return (nothing, *_shown(facts))
    return (_total(facts, total), *_ratio(facts, total), *_shown(facts))


def _total(facts: Facts, total: ScopeTotal) -> Evidence:
    failing = Finding.FAILED if total.estimated or total.not_needed else Finding.UNKNOWN
    days = total.simulated.days if total.simulated else None
    return Evidence(
        id="scope.total",
        topic=Topic.SCOPE,
        statement=total.sentence,
        finding=Finding.PASSED if total.complete else failing,
        source="1 scope item" if len(facts.items) == 1 else f"{len(facts.items)} scope items",
        value=days.p50 if days else None,
        low=days.p10 if days else None,
        high=days.p90 if days else None,
        unit="person-days",
        place=TOTAL,
    )


def _ratio(facts: Facts, total: ScopeTotal) -> tuple[Evidence, ...]:
    if total.ratio_p50 is None or total.ratio_p80 is None:
        return ()
    return (
        Evidence(
            id="scope.ratio",
            topic=Topic.SCOPE,
            statement=f"The inventory comes to {total.ratio_p50:.1f} times (P50) or {total.ratio_p80:.1f} times "
            f"(P80) the {facts.plan.planned_days:g} person-days that the prototype's team had planned.",
            finding=Finding.PASSED,
            source="scope items against the prototype team's plan",
            value=total.ratio_p50,
            high=total.ratio_p80,
            unit="ratio",
            decides=False,
            place=PLAN,
        ),
    )


def _shown(facts: Facts) -> tuple[Evidence, ...]:
    """What the sponsor was shown last; nothing while no sum was shown."""
    shown = latest_shown(facts.shown)
    if shown is None:
        return ()
    smaller = compressed_since(shown, facts.items)
    return (
        Evidence(
            id="scope.shown",
            topic=Topic.SCOPE,
            statement=_shown_sentence(shown, smaller),
            finding=Finding.FAILED if smaller else Finding.PASSED,
            source="the sum as it was shown",
            value=shown.p50_days,
            high=shown.p80_days,
            unit="person-days",
            observed_at=start_of(shown.shown_on),
            reference=shown.id,
            decides=False,
            place=SHOWN,
        ),
    )


def _shown_sentence(shown: ShownSum, smaller: tuple[str, ...]) -> str:
    was = f"The sum was shown to the sponsor on {in_words(shown.shown_on)}"
    if shown.p50_days is not None and shown.p80_days is not None:
        was += f" as {shown.p50_days:,.0f} person-days (P50) and {shown.p80_days:,.0f} (P80)"
    if shown.unknown:
        components = "1 component" if shown.unknown == 1 else f"{shown.unknown} components"
        was += f", with {components} not estimated"
    if not smaller:
        return f"{was}. Nothing became smaller since."
    more = f" And {len(smaller) - MOST_TOLD} more became smaller." if len(smaller) > MOST_TOLD else ""
    return f"{was}. Since then: {' '.join(smaller[:MOST_TOLD])}{more}"
