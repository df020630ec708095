"""The component catalog, and the scope items that are made from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from readiness.errors import UnknownNameError
from readiness.scope.items import MOST_DAYS, MOST_MINUTES, ItemSource, ItemStatus, ScopeItem, ScopePlan

LONGEST_NAME = 200  # characters of ScopeItem.component
ACCEPTED = "Accepted as is: the team decided that these records need no handling."  # ScopeItem.not_needed_because
CATALOG_BASIS = "Starting point of the catalog, not measured"  # ScopeItem.basis of an estimate that was taken over
ANY_KIND = "*"
_STARTING_POINT = re.compile(  # as StartingRange.sentence says it
    r"Starting point to argue with: \S+ to \S+ person-days, likely \S+ \(generated, not measured\)\.?"
)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)


class StartingRange(_Entry):
    """Person-days as a starting point to argue with: generated, not measured, and never filled in silently."""

    low: float = Field(ge=0, le=MOST_DAYS)
    likely: float = Field(ge=0, le=MOST_DAYS)
    high: float = Field(ge=0, le=MOST_DAYS)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.likely < self.high:
            raise ValueError("low, likely and high person-days must rise")
        return self

    @property
    def sentence(self) -> str:
        """The range as it is offered beside an empty estimate."""
        return (
            f"Starting point to argue with: {self.low:g} to {self.high:g} person-days, likely {self.likely:g} "
            "(generated, not measured)."
        )


class CatalogComponent(_Entry):
    """A production component that a team may take into its scope."""

    id: str
    name: str = Field(max_length=45)
    group: str  # id and name of the group in whose list it stands
    group_name: str
    description: str
    why: str  # what happens without it
    question: str  # helps a team to estimate it
    start: StartingRange


class ComponentGroup(_Entry):
    """Components that belong together, in the order in which they are shown."""

    id: str
    name: str
    description: str
    default: bool = False  # a new project starts with the components of this group
    components: tuple[CatalogComponent, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _tell_components(cls, content: Any) -> Any:
        """The file names the group once, above its components; each component knows it nevertheless."""
        if not isinstance(content, dict) or not isinstance(content.get("components"), list):
            return content
        group = {"group": content.get("id"), "group_name": content.get("name")}
        return {**content, "components": [_joined(group, component) for component in content["components"]]}


class DecisionEffort(_Entry):
    """What one handling decision asks to be built, for the kinds of edge case that match."""

    handling: str
    kinds: tuple[str, ...] = Field(min_length=1)  # kinds of edge case, `*` matching any run of characters
    component: str  # {title} stands for the edge case
    description: str
    start: StartingRange | None = None  # None: nothing is built
    review_minutes: float | None = Field(default=None, gt=0, le=MOST_MINUTES)  # of one record; None: no person sees it

    def covers(self, handling: str, kind: str) -> bool:
        return self.handling == handling and any(fnmatchcase(kind, pattern) for pattern in self.kinds)


class ComponentCatalog(_Entry):
    """data/catalog/components.yaml: read with `read_catalog("components", ComponentCatalog)`."""

    source: str  # where the person-days come from, to be shown beside them
    groups: tuple[ComponentGroup, ...]
    decision_group: str
    decisions: tuple[DecisionEffort, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _refuse_repeats("group", [group.id for group in self.groups])
        _refuse_repeats("component", [component.id for component in self.components])
        for handling in self.handlings:
            if not any(row.covers(handling, ANY_KIND) for row in self.decisions):
                raise ValueError(f"the decision {handling!r} has no row for every other kind ({ANY_KIND!r})")
            if len({row.review_minutes is None for row in self.decisions if row.handling == handling}) > 1:
                raise ValueError(f"the decision {handling!r} has minutes of review for some kinds and not for others")
        return self

    @property
    def components(self) -> tuple[CatalogComponent, ...]:
        """The components of all groups, in file order."""
        return tuple(component for group in self.groups for component in group.components)

    @property
    def handlings(self) -> tuple[str, ...]:
        """The handling decisions that the catalog knows, in file order."""
        return tuple(dict.fromkeys(row.handling for row in self.decisions))

    def component(self, identifier: str) -> CatalogComponent:
        """The component with this id; UnknownNameError names the known ones."""
        found = next((component for component in self.components if component.id == identifier), None)
        if found is None:
            raise UnknownNameError("component", identifier, [component.id for component in self.components])
        return found

    def effort_of(self, handling: str, kind: str) -> DecisionEffort:
        """What `handling` of an edge case of this kind asks to be built: the first row that matches."""
        found = next((row for row in self.decisions if row.covers(handling, kind)), None)
        if found is None:
            raise UnknownNameError("handling decision", handling, self.handlings)
        return found


@dataclass(frozen=True, slots=True)
class Proposal:
    """A starting point of the catalog for an item that nobody has estimated: generated, not measured."""

    item_id: str
    component: str
    low: float  # person-days
    likely: float
    high: float
    review_minutes: float | None  # of one record; None: no person sees it, or somebody has stated it
    why: str  # what the days are for

    @property
    def changes(self) -> dict[str, float | str]:
        """What taking it over sets in the item, with where the figures come from."""
        days = {"low_days": self.low, "likely_days": self.likely, "high_days": self.high}
        minutes = {} if self.review_minutes is None else {"review_minutes": self.review_minutes}
        return {**days, **minutes, "basis": CATALOG_BASIS}


def proposals(catalog: ComponentCatalog, items: Sequence[ScopeItem], plan: ScopePlan) -> tuple[Proposal, ...]:
    """The starting points for the items whose estimate nobody has begun, in their order.

    An item for which somebody has typed one of the three figures, or where an estimate is to come from, is left to
    them. Minutes of review are proposed only where neither the item nor the plan states them.
    """
    open_items = [item for item in items if _is_untouched(item)]
    return tuple(found for item in open_items if (found := _proposal(catalog, item, plan)) is not None)


def starting_items(catalog: ComponentCatalog) -> tuple[ScopeItem, ...]:
    """The items of a new project: the components of the default groups, none of them estimated."""
    components = [component for group in catalog.groups if group.default for component in group.components]
    return tuple(item_from_component(component, order) for order, component in enumerate(components))


def item_from_component(component: CatalogComponent, order: int = 0) -> ScopeItem:
    """A scope item for a catalog component; its estimate stays unknown, the starting point stands in the catalog."""
    return ScopeItem(
        id=component.id,
        component=component.name,
        group=component.group_name,
        description=component.description,
        source=ItemSource.CATALOG,
        order=order,
    )


def item_from_decision(catalog: ComponentCatalog, edge_case_id: str, kind: str, title: str, handling: str) -> ScopeItem:
    """The scope item that a handling decision asks for. Its estimate stays unknown; the note offers the proposal."""
    effort = catalog.effort_of(handling, kind)
    item = ScopeItem(
        id=f"decision:{edge_case_id}",
        component=_component_name(effort.component, _readable_title(edge_case_id, kind, title)),
        group=catalog.decision_group,
        description=effort.description,
        source=ItemSource.DECISION,
        edge_case=edge_case_id,
        handling=handling,
    )
    if effort.start is None:
        return item.model_copy(update={"marked_not_needed": True, "not_needed_because": ACCEPTED})
    return item.model_copy(update={"note": effort.start.sentence})


def _is_untouched(item: ScopeItem) -> bool:
    figures = (item.low_days, item.likely_days, item.high_days)
    return (
        item.status is ItemStatus.UNKNOWN
        and all(figure is None for figure in figures)
        and item.basis.strip() in ("", CATALOG_BASIS)
    )


def _proposal(catalog: ComponentCatalog, item: ScopeItem, plan: ScopePlan) -> Proposal | None:
    start, minutes, why = _starting_point(catalog, item)
    if start is None:
        return None
    if item.review_minutes is not None or plan.review_minutes is not None:
        minutes = None
    return Proposal(item.id, item.component, start.low, start.likely, start.high, minutes, why)


def _starting_point(catalog: ComponentCatalog, item: ScopeItem) -> tuple[StartingRange | None, float | None, str]:
    """Days, minutes of review, and what for; no days where the catalog has nothing to say about the item."""
    if item.source is ItemSource.DECISION and item.handling in catalog.handlings:
        effort = catalog.effort_of(item.handling, kind_of(item.edge_case))
        return effort.start, effort.review_minutes, effort.description
    component = next((one for one in catalog.components if one.id == item.id), None)
    if item.source is ItemSource.CATALOG and component is not None:
        return component.start, None, component.why
    return None, None, ""


def kind_of(edge_case_id: str) -> str:
    """The kind of an edge case, which is the first part of its id: `kind: field`, or `kind` alone."""
    return edge_case_id.partition(": ")[0]


def without_starting_point(note: str) -> str:
    """`note` without the sentences of starting points, also of earlier versions of the catalog."""
    return " ".join(_STARTING_POINT.sub(" ", note).split())


def _joined(group: dict[str, Any], component: Any) -> Any:
    return {**group, **component} if isinstance(component, dict) else component


def _refuse_repeats(what: str, ids: list[str]) -> None:
    repeated = sorted({identifier for identifier in ids if ids.count(identifier) > 1})
    if repeated:
        raise ValueError(f"{what} ids must be unique; repeated: {', '.join(repeated)}")


def _readable_title(edge_case_id: str, kind: str, title: str) -> str:
    """`Required field missing: vendor` as `required field missing (vendor)`, to stand inside a longer name."""
    field = edge_case_id.removeprefix(f"{kind}: ") if edge_case_id.startswith(f"{kind}: ") else ""
    text = f"{title.removesuffix(f': {field}')} ({field})" if field and title.endswith(f": {field}") else title
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _component_name(template: str, title: str) -> str:
    name = template.replace("{title}", title)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
