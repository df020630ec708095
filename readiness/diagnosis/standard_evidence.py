"""What is known of the readiness standard: how many of its items are settled, and what is claimed without evidence."""

from __future__ import annotations

from readiness.diagnosis.ledger import Evidence, Facts, Finding, Topic
from readiness.diagnosis.places import Page, Place
from readiness.standard.status import ItemState


def standard_evidence(facts: Facts) -> tuple[Evidence, ...]:
    """What was said of the standard; nothing while nothing was. It informs: the standard is asked for before going
    live, and none of the four questions asks for it before the build."""
    statuses = [status for status in facts.standard.values() if status.claimed is not ItemState.OPEN]
    if not statuses:
        return ()
    met = sum(status.state is ItemState.MET for status in statuses)
    not_needed = sum(status.state is ItemState.NOT_NEEDED for status in statuses)
    unshown = len(statuses) - met - not_needed
    without = f" {_items(unshown)} claimed without what shows it." if unshown else ""
    return (
        Evidence(
            id="standard.items",
            topic=Topic.STANDARD,
            statement=f"{_items(met)} met with what shows it, and {_items(not_needed)} not needed.{without}",
            finding=Finding.UNKNOWN if unshown or not met else Finding.PASSED,
            source="readiness standard",
            value=float(met),
            unit="items met",
            decides=False,
            place=Place(Page.STANDARD),
        ),
    )


def _items(count: int) -> str:
    return "1 item is" if count == 1 else f"{count} items are"
