"""Field rules as a YAML file that a team keeps in its repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from readiness.audit.rules import FieldRule, FieldRules, Relation
from readiness.errors import InvalidValueError

_VERSION = 1
_DEFAULTS = FieldRule(field="any", position=0).model_dump(mode="json")
_HEAD = (
    "# Field rules of a Readiness audit. A field that is not listed is checked as suggested, and so is a relation\n"
    "# between fields; `applied: false` leaves a relation unchecked.\n"
)


class _RulesFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    fields: tuple[dict[str, Any], ...] = ()
    relations: tuple[dict[str, Any], ...] = ()


def rules_as_yaml(rules: FieldRules) -> str:
    """The rules as YAML text; what equals the default is left out."""
    import yaml

    content: dict[str, Any] = {"version": _VERSION, "fields": [_entry(rule) for rule in rules.rules]}
    if rules.relations:
        content["relations"] = [_relation_entry(relation) for relation in rules.relations]
    return _HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def rules_from_yaml(text: str, suggested: FieldRules, *, name: str = "rules file") -> FieldRules:
    """The rules that YAML `text` gives for the fields of `suggested`, in order; unlisted fields keep the suggestion.

    So do unlisted relations; a listed one is applied unless it says `applied: false`. Raises InvalidValueError for text
    that is no rules file and UnknownFieldError for a field that is not there.
    """
    parsed = _parsed(text, name)
    listed = FieldRules(
        rules=tuple(_rule(entry, place, name) for place, entry in enumerate(parsed.fields)),
        relations=tuple(_relation(entry, place, name) for place, entry in enumerate(parsed.relations)),
    )
    fields = [rule.field for rule in suggested.rules]
    aligned = listed.for_fields(fields)
    named = {rule.field for rule in listed.rules}
    rules = tuple(
        mine.model_copy(update={"fit": theirs.fit}) if mine.field in named else theirs
        for mine, theirs in zip(aligned.rules, suggested.rules, strict=True)
    )
    return FieldRules(rules=rules, relations=_merged(listed.relations, suggested.relations))


def write_rules(rules: FieldRules, out: Path) -> None:
    """Writes the rules to `out` as YAML."""
    out.write_text(rules_as_yaml(rules), encoding="utf-8")


def read_rules(path: Path, suggested: FieldRules) -> FieldRules:
    """The rules in the YAML file at `path`, for the fields of `suggested`; see rules_from_yaml."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidValueError("Rules file", path.name, "cannot be read as UTF-8 text") from exc
    return rules_from_yaml(text, suggested, name=path.name)


def _entry(rule: FieldRule) -> dict[str, Any]:
    values = rule.model_dump(mode="json", exclude={"fit", "position"})
    return {key: value for key, value in values.items() if key == "field" or value != _DEFAULTS[key]}


def _relation_entry(relation: Relation) -> dict[str, Any]:
    entry = {"kind": relation.kind.value, "fields": list(relation.fields), "applied": relation.applied}
    return entry | ({"edited": True} if relation.edited else {})


def _merged(listed: tuple[Relation, ...], suggested: tuple[Relation, ...]) -> tuple[Relation, ...]:
    """The suggested relations as the file switches them, then those that only the file has."""
    named = {relation.id: relation for relation in listed}
    known = {relation.id for relation in suggested}
    switched = [
        theirs.model_copy(update={"applied": mine.applied, "edited": mine.edited})
        if (mine := named.get(theirs.id))
        else theirs
        for theirs in suggested
    ]
    return (*switched, *(relation for relation in named.values() if relation.id not in known))


def _parsed(text: str, name: str) -> _RulesFile:
    import yaml

    try:
        content = _RulesFile.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as exc:
        raise InvalidValueError(
            "Rules file", name, "is no rules file: it needs `version: 1` and a list `fields` or `relations`"
        ) from exc
    if content.version != _VERSION:
        raise InvalidValueError(
            "Rules file", name, f"has version {content.version}; this Readiness knows version {_VERSION}"
        )
    return content


def _rule(entry: dict[str, Any], place: int, name: str) -> FieldRule:
    try:
        return FieldRule.model_validate(entry | {"position": 0})
    except ValidationError as exc:
        raise _wrong_entry(exc, name, f"field {entry.get('field', place + 1)}") from exc


def _relation(entry: dict[str, Any], place: int, name: str) -> Relation:
    try:
        return Relation.model_validate({"applied": True} | entry)
    except ValidationError as exc:
        raise _wrong_entry(exc, name, f"relation {place + 1}") from exc


def _wrong_entry(error: ValidationError, name: str, which: str) -> InvalidValueError:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    at = f", at {where}" if where else ""
    return InvalidValueError("Rules file", name, f"has a wrong entry for {which}{at}: {first['msg']}")
