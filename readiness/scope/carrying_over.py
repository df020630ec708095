"""What stays of a scope item when another handling decision replaces it."""

from __future__ import annotations

from readiness.scope.catalog import ACCEPTED, without_starting_point
from readiness.scope.items import ScopeItem


def carrying_over(item: ScopeItem, earlier: ScopeItem) -> ScopeItem:
    """`item` with what people typed into `earlier`, the item of another decision on the same edge case.

    The owner and the rate of the people stay. The estimate is open again, because the work is another one; its
    figures, and a reason why the work was not needed, stand in the note beside what else was noted.
    """
    noted = without_starting_point(earlier.note)
    told = [text for text in (_figures(earlier), _reason(earlier)) if text and text not in noted]
    note = " ".join(text for text in (noted, *told, item.note) if text)
    return item.model_copy(update={"owner": earlier.owner, "day_rate": earlier.day_rate, "note": note})


def _figures(earlier: ScopeItem) -> str:
    """What was estimated, as a sentence; empty where nothing was."""
    days = (earlier.low_days, earlier.likely_days, earlier.high_days)
    parts = []
    if any(day is not None for day in days):
        parts.append(f"{' / '.join('-' if day is None else f'{day:g}' for day in days)} person-days")
    beside = (
        (earlier.review_minutes, "minutes of review"),
        (earlier.one_off_cost, "one-off cost"),
        (earlier.run_cost_year, "run cost a year"),
    )
    parts += [f"{value:,.10g} {name}" for value, name in beside if value is not None]
    basis = f" ({_flat(earlier.basis)})" if earlier.basis.strip() else ""
    return f"Estimated before, for {earlier.handling}: {', '.join(parts)}{basis}." if parts else ""


def _reason(earlier: ScopeItem) -> str:
    """Why people had said that it is not needed, as a sentence; empty where the decision itself had said it."""
    reason = _flat(earlier.not_needed_because)
    return f"Not needed before, for {earlier.handling}: {reason}" if reason and reason != ACCEPTED else ""


def _flat(text: str) -> str:
    return " ".join(text.split())
