"""The field rules on the Data audit page: what the values of each field should be, and the rules across fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from readiness.audit.patterns import refuse_unusable
from readiness.audit.rules import (
    DATED,
    NUMERIC,
    DayMonthOrder,
    DecimalMark,
    FieldKind,
    FieldRule,
    Relation,
    RelationKind,
)
from readiness.errors import InputError
from readiness.project import Kind
from readiness.ui.acts import act, show_refusal
from readiness.ui.grids import RowEdit, edit_grid, refuse_lost_update
from readiness.ui.page import Here


def field_rules(here: Here) -> None:
    """What the values of each field should be, suggested with the reason, decided by the user."""
    st.subheader("Field rules")
    st.caption(
        "Suggested from the sample, with the reason for each. Correct what you know better: every edit is saved. "
        "Write several missing words with commas between them."
    )
    rules = here.state.rules.rules
    frame = pd.DataFrame([_rule_line(rule) for rule in rules], index=[rule.field for rule in rules])
    config = st.column_config
    edit_grid(
        f"{here.state.id}/rules",
        frame,
        columns={
            "field": config.TextColumn("Field", pinned=True),
            "kind": config.SelectboxColumn("Kind", options=[kind.value for kind in FieldKind], required=True),
            "required": config.CheckboxColumn("Required"),
            "because": config.TextColumn("Why suggested", width=340),
            "check": config.CheckboxColumn("Check", help="Off: the field is left out, and the report says so."),
            "format": config.TextColumn("Expected format", help="Empty: the most frequent one."),
            "order": config.SelectboxColumn("Day and month", options=[order.value for order in DayMonthOrder]),
            "decimal": config.SelectboxColumn("Decimal mark", options=[mark.value for mark in DecimalMark]),
            "low": config.TextColumn("Least", help="Smaller values are listed as problems. Empty: no limit."),
            "high": config.TextColumn("Greatest", help="Larger values are listed as problems. Empty: no limit."),
            "allowed": config.TextColumn("Allowed values", help="Any other value is a problem. Empty: any value."),
            "pattern": config.TextColumn("Pattern", help="A regular expression that a whole value must match."),
            "unique": config.CheckboxColumn("Unique", help="No two records may share a value."),
            "spellings": config.CheckboxColumn("Spellings", help="Look for different spellings of one value."),
            "missing": config.TextColumn("Means missing"),
            "legitimate": config.TextColumn("Looks missing, is not"),
            "fit": config.ProgressColumn(
                "Fit", format="percent", min_value=0, max_value=1, help="Filled values of this kind"
            ),
        },
        locked=("field", "fit", "because"),
        save=lambda edit: _save_rule(here, edit),
        alt="Field rules",
    )


def _rule_line(rule: FieldRule) -> dict[str, Any]:
    return {
        "field": rule.field,
        "kind": rule.kind.value,
        "required": rule.required,
        "check": rule.check,
        "format": rule.format,
        "order": rule.day_month_order.value if rule.kind in DATED else None,
        "decimal": rule.decimal_mark.value if rule.kind in NUMERIC else None,
        "low": rule.low,
        "high": rule.high,
        "allowed": ", ".join(rule.allowed),
        "pattern": rule.pattern,
        "unique": rule.unique,
        "spellings": rule.spellings,
        "missing": ", ".join(rule.missing_tokens),
        "legitimate": ", ".join(rule.legitimate_tokens),
        "fit": rule.fit,
        "because": rule.suggested_because,
    }


_RULE_PARTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "kind": ("kind", FieldKind),
    "required": ("required", bool),
    "check": ("check", bool),
    "format": ("format", lambda value: str(value or "").strip()),
    "low": ("low", lambda value: str(value or "").strip()),
    "high": ("high", lambda value: str(value or "").strip()),
    "allowed": ("allowed", lambda value: _tokens(value)),
    "pattern": ("pattern", lambda value: str(value or "").strip()),
    "unique": ("unique", bool),
    "spellings": ("spellings", bool),
    "order": ("day_month_order", lambda value: DayMonthOrder(value) if value else DayMonthOrder.UNDECIDED),
    "decimal": ("decimal_mark", lambda value: DecimalMark(value) if value else DecimalMark.UNDECIDED),
    "missing": ("missing_tokens", lambda value: _tokens(value)),
    "legitimate": ("legitimate_tokens", lambda value: _tokens(value)),
}


def _edited(rule: FieldRule, values: Mapping[str, Any]) -> FieldRule:
    parts = {_RULE_PARTS[column][0]: _RULE_PARTS[column][1](value) for column, value in values.items()}
    tokens = parts.pop("missing_tokens", None)
    edited = rule.model_copy(update=parts)
    return edited if tokens is None else edited.with_missing_tokens(tokens)


def _tokens(value: object) -> tuple[str, ...]:
    return tuple(token.strip() for token in str(value or "").split(",") if token.strip())


def _save_rule(here: Here, edit: RowEdit) -> None:
    state = here.projects.load(here.state.id)
    drawn = state.rules.of(edit.row) if edit.insist else here.state.rules.of(edit.row)
    current = state.rules.of(edit.row)
    if drawn is None or current is None:
        raise InputError(f"The field {edit.row!r} is not in the sample any more.")
    wanted = _edited(current, edit.values)
    refuse_unusable(wanted)
    refuse_lost_update(here, f"the rule of {edit.row}", Kind.FIELD_RULES, "", drawn, current, wanted)
    rules = [wanted if rule.field == edit.row else rule for rule in state.rules.rules]
    here.projects.save_rules(here.state.id, rules, version=state.version_of(Kind.FIELD_RULES), who=here.who)


# --- rules across fields ------------------------------------------------------------------------------------------


def relations(here: Here) -> None:
    """How fields of one record belong together: found in the sample or typed in, and applied only where switched on."""
    found = here.state.rules.relations
    with st.expander(_relations_title(found)):
        st.caption(
            "Found in the sample, with how many records follow them. What is switched on is checked; "
            "what is off is an offer and changes nothing."
        )
        if found:
            _relations_grid(here, found)
        _new_relation(here)


def _relations_title(found: tuple[Relation, ...]) -> str:
    applied = sum(relation.applied for relation in found)
    if not found:
        return "Rules across fields"
    return f"Rules across fields: {applied} applied, {len(found) - applied} offered"


def _relations_grid(here: Here, found: tuple[Relation, ...]) -> None:
    config = st.column_config
    edit_grid(
        f"{here.state.id}/relations",
        pd.DataFrame(
            [
                {
                    "applied": relation.applied,
                    "rule": sentence_of(relation),
                    "support": relation.support if relation.records else None,
                    "records": relation.records or None,
                    "because": relation.because,
                }
                for relation in found
            ],
            index=[relation.id for relation in found],
        ),
        columns={
            "applied": config.CheckboxColumn("Apply"),
            "rule": config.TextColumn("Rule", width="large"),
            "support": config.NumberColumn("Followed by", format="percent"),
            "records": config.NumberColumn("Of records", format="localized"),
            "because": config.TextColumn("Why suggested", width="large"),
        },
        locked=("rule", "support", "records", "because"),
        save=lambda edit: _save_relation(here, edit),
        alt="Rules across fields",
    )


def _save_relation(here: Here, edit: RowEdit) -> None:
    state = here.projects.load(here.state.id)
    current = next((relation for relation in state.rules.relations if relation.id == edit.row), None)
    if current is None:
        raise InputError("This rule is not among the project's rules any more.")
    wanted = current.model_copy(update={"applied": bool(edit.values["applied"])})
    here.projects.save_relation(here.state.id, wanted, version=state.version_of(Kind.FIELD_RULES), who=here.who)


_ASKED_FOR = {
    RelationKind.ORDER: "Two fields: the start, then the end",
    RelationKind.SUM: "The parts, and the total as the last field",
    RelationKind.PRODUCT: "The factors, and the product as the last field",
    RelationKind.DEPENDENCY: "The key, and the value that it decides as the last field",
}


def _new_relation(here: Here) -> None:
    names = [rule.field for rule in here.state.rules.rules]
    if len(names) < 2:
        return
    st.markdown("**Add one that you know**")
    kind = st.segmented_control(
        "Kind",
        options=list(_ASKED_FOR),
        format_func=lambda kind: kind.value,
        default=RelationKind.ORDER,
        required=True,
        key=f"{here.state.id}/relation_kind",
    )
    place = f"{here.state.id}/new_relation"
    st.multiselect(_ASKED_FOR[RelationKind(kind)], names, key=f"{place}/fields")
    st.button("Add the rule", on_click=act, args=(place, lambda: _add_relation(here, RelationKind(kind), place)))
    show_refusal(place)


def _add_relation(here: Here, kind: RelationKind, place: str) -> str:
    fields = tuple(st.session_state[f"{place}/fields"])
    if len(fields) < 2 or (kind is RelationKind.ORDER and len(fields) != 2):
        raise InputError("Choose two fields." if kind is RelationKind.ORDER else "Choose at least two fields.")
    relation = Relation(kind=kind, fields=fields, applied=True, because="Added by hand.")
    state = here.projects.load(here.state.id)
    here.projects.save_relation(here.state.id, relation, version=state.version_of(Kind.FIELD_RULES), who=here.who)
    st.session_state[f"{place}/fields"] = []
    return "The rule is added. Run the audit again to see what it finds."


def sentence_of(relation: Relation) -> str:
    """A rule across fields as one clause."""
    *first, last = relation.fields
    match relation.kind:
        case RelationKind.ORDER:
            return f"{last} does not lie before {first[0]}"
        case RelationKind.SUM:
            return f"{' + '.join(first)} = {last}"
        case RelationKind.PRODUCT:
            return f"{' × '.join(first)} = {last}"
        case RelationKind.DEPENDENCY:
            return f"records with the same {' and '.join(first)} have the same {last}"
