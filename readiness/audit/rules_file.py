"""Field rules as a YAML file that a team keeps in its repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from readiness.audit.rules import FieldRule, FieldRules
from readiness.errors import InvalidValueError

_VERSION = 1
_DEFAULTS = FieldRule(field="any", position=0).model_dump(mode="json")
_HEAD = "# Field rules of a Readiness audit. A field that is not listed is checked as suggested.\n"


class _RulesFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    fields: tuple[dict[str, Any], ...]


def rules_as_yaml(rules: FieldRules) -> str:
    """The rules as YAML text; what equals the default is left out."""
    import yaml

    fields = [_entry(rule) for rule in rules.rules]
    content = {"version": _VERSION, "fields": fields}
    return _HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def rules_from_yaml(text: str, suggested: FieldRules, *, name: str = "rules file") -> FieldRules:
    """The rules that YAML `text` gives for the fields of `suggested`, in order; unlisted fields keep the suggestion.

    Raises InvalidValueError for text that is no rules file and UnknownFieldError for a field that is not there.
    """
    listed = FieldRules(
        rules=tuple(_rule(entry, place, name) for place, entry in enumerate(_parsed(text, name).fields))
    )
    fields = [rule.field for rule in suggested.rules]
    aligned = listed.for_fields(fields)
    named = {rule.field for rule in listed.rules}
    return suggested.with_rules(
        [
            mine.model_copy(update={"fit": theirs.fit}) if mine.field in named else theirs
            for mine, theirs in zip(aligned.rules, suggested.rules, strict=True)
        ]
    )


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


def _parsed(text: str, name: str) -> _RulesFile:
    import yaml

    try:
        content = _RulesFile.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as exc:
        raise InvalidValueError(
            "Rules file", name, "is no rules file: it needs `version: 1` and a list `fields`"
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
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidValueError(
            "Rules file",
            name,
            f"has a wrong entry for field {entry.get('field', place + 1)}, at {where}: {first['msg']}",
        ) from exc
