"""The component catalog, and the scope items that are made from it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from readiness.errors import UnknownNameError
from readiness.scope.items import MOST_DAYS, ItemSource, ScopeItem

LONGEST_NAME = 200  # characters of ScopeItem.component
ANY_KIND = "*"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)


class StartingRange(_Entry):
    """Person-days as a starting point to argue with: generated, not measured, and never filled in silently."""

    low: float = Field(ge=0, le=MOST_DAYS)
    likely: float = Field(ge=0, le=MOST_DAYS)
    high: float = Field(ge=0, le=MOST_DAYS)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.likely <= self.high:
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
        reason = "Accepted as is: the team decided that these records need no handling."
        return item.model_copy(update={"marked_not_needed": True, "not_needed_because": reason})
    return item.model_copy(update={"note": effort.start.sentence})


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
