"""Where things stand in the scope workbook: what the export writes and the import reads back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from readiness.exports.safe_text import cell_text
from readiness.scope.items import ScopeItem, ScopePlan

FORMAT = 1  # of the workbook; a file with another number was made by another release

Cell = str | float | None

SHEET_SUMMARY, SHEET_SCOPE, SHEET_FINDINGS = "Summary", "Scope", "Findings"
SHEET_ASSUMPTIONS, SHEET_SIMULATION = "Assumptions", "Simulation"
SHEET_READINESS = "Readiness"  # very hidden: the way back

# --- the sheet Scope ---
SCOPE_TABLE = "Scope"
HEADER_ROW = 4  # of the table Scope, 0-based; its totals stand above it, where the frozen panes keep them in sight
COMPONENT, GROUP, NEEDED, STATUS, IN_PROTOTYPE = "Component", "Group", "Needed", "Status", "In prototype"
LOW, LIKELY, HIGH, MEAN, SPREAD = "Low", "Likely", "High", "Mean", "Spread"
DAY_RATE, RATE_USED, ONE_OFF, COST, RUN_COST = "Day rate", "Rate used", "One-off cost", "Cost", "Run cost a year"
REVIEW_MINUTES, BASIS, OWNER, NOTE = "Review minutes", "Basis", "Owner", "Note"
REASON, ID = "Reason not needed", "Id"
SCOPE_COLUMNS = (
    COMPONENT, GROUP, NEEDED, STATUS, IN_PROTOTYPE, LOW, LIKELY, HIGH, MEAN, SPREAD,
    DAY_RATE, RATE_USED, ONE_OFF, COST, RUN_COST, REVIEW_MINUTES, BASIS, OWNER, NOTE, REASON, ID,
)  # fmt: skip
COMPUTED_COLUMNS = (STATUS, MEAN, SPREAD, RATE_USED, COST)  # formulas: never read back
INPUT_COLUMNS = tuple(title for title in SCOPE_COLUMNS if title not in (*COMPUTED_COLUMNS, ID))
ESTIMATES = (LOW, LIKELY, HIGH)
NUMBER_COLUMNS = (*ESTIMATES, DAY_RATE, ONE_OFF, RUN_COST, REVIEW_MINUTES)
YES, NO = "yes", "no"  # of Needed and In prototype

# --- the sheet Assumptions: title in column A, value in column B (0-based 1), each with a defined name ---
PLANNED, PROTOTYPE, RATE, CURRENCY = "Planned_days", "Prototype_days", "Day_rate", "Currency"
CONFIDENCE, COMMON_CAUSE, TEAM_SIZE = "Confidence", "Common_cause", "Team_size"
PRODUCTIVE_DAYS = "Productive_days_per_week"
PLAN_REVIEW_MINUTES, REVIEW_HOUR_RATE = "Review_minutes", "Review_hour_rate"
REFERENCE_MULTIPLIER, REFERENCE_SOURCE = "Reference_multiplier", "Reference_source"
PLAN_INPUTS: Mapping[str, str] = {  # defined name of the input cell: field of ScopePlan
    PLANNED: "planned_days",
    PROTOTYPE: "prototype_days",
    RATE: "day_rate",
    CURRENCY: "currency",
    CONFIDENCE: "confidence",
    COMMON_CAUSE: "common_cause",
    TEAM_SIZE: "team_size",
    PRODUCTIVE_DAYS: "productive_days_per_week",
    PLAN_REVIEW_MINUTES: "review_minutes",
    REVIEW_HOUR_RATE: "review_hour_rate",
    REFERENCE_MULTIPLIER: "reference_multiplier",
    REFERENCE_SOURCE: "reference_source",
}


@dataclass(frozen=True, slots=True)
class At:
    """A cell, 0-based."""

    row: int
    column: int


# --- the very hidden sheet Readiness: labels in column A, values in column B ---
AT_FORMAT = At(0, 1)  # number: FORMAT
AT_PROJECT_ID = At(1, 1)
AT_PROJECT_NAME = At(2, 1)
AT_EXPORTED_AT = At(3, 1)  # UTC, ISO 8601 without a zone, as the store keeps times
AT_PLAN_VERSION = At(4, 1)  # number; 0 where the plan was never saved
AT_ITEM_COUNT = At(5, 1)
ITEM_HEADER_ROW = 7  # titles of ITEM_COLUMNS; one row an exported item below, in the order of the export
ITEM_COLUMNS = ("Id", "Version")  # 0 where the item was never saved

_STARTING_POINT = re.compile(  # as StartingRange.sentence says it
    r"^Starting point to argue with: (\S+ to \S+) person-days, (likely \S+) \(generated, not measured\)\.?"
)


def written_item(item: ScopeItem) -> dict[str, Cell]:
    """The input cells of an item by column title, exactly as the export writes them; None is an empty cell.

    A cell that holds this was not edited, also where the text of the item itself reads otherwise.
    """
    return {
        COMPONENT: cell_text(item.component) or None,
        GROUP: cell_text(item.group) or None,
        NEEDED: NO if item.marked_not_needed else YES,
        IN_PROTOTYPE: YES if item.in_prototype else NO,
        LOW: item.low_days,
        LIKELY: item.likely_days,
        HIGH: item.high_days,
        DAY_RATE: item.day_rate,
        ONE_OFF: item.one_off_cost,
        RUN_COST: item.run_cost_year,
        REVIEW_MINUTES: item.review_minutes,
        BASIS: cell_text(item.basis) or None,
        OWNER: cell_text(item.owner) or None,
        NOTE: cell_text(shortened_note(item.note)) or None,
        REASON: cell_text(item.not_needed_because) if item.not_needed_because.strip() else None,  # blanks are no reason
    }


def written_plan(plan: ScopePlan) -> dict[str, Cell]:
    """The input cells of the plan by defined name, exactly as the export writes them; None is an empty cell."""
    stored = {name: getattr(plan, field) for name, field in PLAN_INPUTS.items()}
    return {name: cell_text(value) or None if isinstance(value, str) else value for name, value in stored.items()}


def shortened_note(note: str) -> str:
    """`note` with the sentence of a starting point as its range: "0.5 to 3, likely 1 (starting point)"."""
    return _STARTING_POINT.sub(r"\1, \2 (starting point)", note)


def is_starting_point(note: str) -> bool:
    """Whether `note` begins with the sentence of a starting point."""
    return _STARTING_POINT.match(note) is not None
