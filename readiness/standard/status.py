"""Where a project stands against the readiness standard: one state an item, met only with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from readiness.standard.checklist import ChecklistItem, ReadinessStandard


class ItemState(StrEnum):
    OPEN = "open"
    MET = "met"
    NOT_NEEDED = "not needed"


class StandardStatus(BaseModel):
    """What a team says of one item of the standard."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: str  # ChecklistItem.id
    claimed: ItemState = ItemState.OPEN
    shown_by: str = Field(default="", max_length=4_000)  # the evidence, or why the item is not needed
    owner: str = Field(default="", max_length=200)

    @property
    def state(self) -> ItemState:
        """The claim, once it names what shows it; open until then."""
        return self.claimed if self.shown_by.strip() else ItemState.OPEN


@dataclass(frozen=True, slots=True)
class StandardTotal:
    """The items of the standard by state; together they are all items."""

    met: int
    not_needed: int
    open: tuple[ChecklistItem, ...]

    @property
    def sentence(self) -> str:
        """How far the project is, as it is said on the page."""
        total = self.met + self.not_needed + len(self.open)
        if not self.open:
            return f"All {total} items are settled: {self.met} met, {self.not_needed} not needed."
        return f"{self.met} of {total} items are met, {self.not_needed} are not needed, {len(self.open)} are open."


def total_standard(standard: ReadinessStandard, statuses: Mapping[str, StandardStatus]) -> StandardTotal:
    """The items of `standard` by the state that `statuses` gives them; an item without a status is open."""
    states = {
        item.id: statuses[item.id].state if item.id in statuses else ItemState.OPEN for item in standard.checklist
    }
    return StandardTotal(
        met=sum(state is ItemState.MET for state in states.values()),
        not_needed=sum(state is ItemState.NOT_NEEDED for state in states.values()),
        open=tuple(item for item in standard.checklist if states[item.id] is ItemState.OPEN),
    )
