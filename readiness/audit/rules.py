"""Field rules: what the values of each field should be."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator

from readiness.errors import UnknownFieldError


class FieldKind(StrEnum):
    """What kind of values a field holds, in the field's standard terms."""

    IDENTIFIER = "identifier"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    QUANTITY = "quantity"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "date-time"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    POSTCODE = "postcode"
    COUNTRY = "country"
    NAME = "name"
    ADDRESS = "address"
    CATEGORY = "category"
    LABEL = "label"
    ANNOTATOR = "annotator"
    BOOLEAN = "boolean"
    TEXT = "text"


NUMERIC = frozenset({FieldKind.NUMBER, FieldKind.MONEY, FieldKind.PERCENT, FieldKind.QUANTITY})
DATED = frozenset({FieldKind.DATE, FieldKind.DATE_TIME})


class DayMonthOrder(StrEnum):
    """How a date of two small numbers is read; decided for the whole field, never for one cell."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    UNDECIDED = "undecided"


class DecimalMark(StrEnum):
    POINT = "point"
    COMMA = "comma"
    UNDECIDED = "undecided"


class RelationKind(StrEnum):
    """How fields of one record belong together."""

    ORDER = "order"  # fields: (start, end); the end never lies before the start
    SUM = "sum"  # fields: (part, part, ..., total); the parts add up to the total
    PRODUCT = "product"  # fields: (quantity, price, amount); the first two multiplied give the third
    DEPENDENCY = "dependency"  # fields: (key, ..., value); records with one key have one value


_FIELDS_OF_KIND = {RelationKind.ORDER: 2, RelationKind.PRODUCT: 3}


class Relation(BaseModel):
    """A cross-field rule. One that is not applied is an offer: it was found in the sample, and nobody has said yes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: RelationKind
    fields: tuple[str, ...] = Field(min_length=2)
    applied: bool = False
    support: float = Field(default=0.0, ge=0.0, le=1.0)  # share of the compared records that follow it
    records: int = Field(default=0, ge=0)  # that could be compared
    because: str = ""
    edited: bool = False  # a person has switched it, so another file does not switch it back

    @model_validator(mode="after")
    def _has_fields_of_its_kind(self) -> Relation:
        wanted = _FIELDS_OF_KIND.get(self.kind)
        if wanted is not None and len(self.fields) != wanted:
            raise ValueError(f"a relation of kind {self.kind} has {wanted} fields")
        if len(set(self.fields)) != len(self.fields):
            raise ValueError("a relation names each of its fields once")
        return self

    @property
    def id(self) -> str:
        return f"{self.kind.value}: {' + '.join(self.fields)}"


class FieldRule(BaseModel):
    """What one field's values should be. `position` is the 0-based column; `suggested_because` says why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    position: int = Field(ge=0)
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    check: bool = True  # False: the field is left out of the audit, and the report says so
    missing_tokens: tuple[str, ...] = ()  # values of this field that mean "missing", beside the usual words (N/A, -)
    legitimate_tokens: tuple[str, ...] = ()  # values that look missing and are not (NA the country); they win
    format: str = ""  # the expected format, e.g. "dd/mm/yyyy" or "1,234.56"; empty: the dominant one of the field
    day_month_order: DayMonthOrder = DayMonthOrder.UNDECIDED
    decimal_mark: DecimalMark = DecimalMark.UNDECIDED
    unique: bool = False  # no two records may share a value
    pattern: str = ""  # regular expression that a whole value must match; empty: none
    low: str = ""  # least and greatest value that is plausible, as written in the field; empty: no limit
    high: str = ""
    allowed: tuple[str, ...] = ()  # the only values that the field may hold; empty: any
    spellings: bool = True  # whether different spellings of one value are looked for
    fit: float = Field(default=0.0, ge=0.0, le=1.0)  # share of the filled values that fit `kind`
    suggested_because: str = ""
    edited: bool = False  # a person has changed the suggestion, so another file does not bring another one

    def with_missing_tokens(self, tokens: Sequence[str]) -> FieldRule:
        """The rule with exactly `tokens` meaning missing; tokens that were taken out count as values from now on."""
        kept = tuple(token for token in tokens if token.strip())
        removed = tuple(token for token in self.missing_tokens if token not in kept)
        legitimate = tuple(token for token in (*self.legitimate_tokens, *removed) if token not in kept)
        return self.model_copy(update={"missing_tokens": kept, "legitimate_tokens": tuple(dict.fromkeys(legitimate))})


class FieldRules(BaseModel):
    """The rules of all fields of a sample, in file order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[FieldRule, ...] = ()
    relations: tuple[Relation, ...] = ()

    def of(self, field: str) -> FieldRule | None:
        return next((rule for rule in self.rules if rule.field == field), None)

    def for_fields(self, fields: Sequence[str]) -> FieldRules:
        """One rule for each of `fields`, in their order; a field without a rule gets a plain text rule.

        Raises UnknownFieldError when a rule or a relation names a field that is not among them.
        """
        by_name = {rule.field: rule for rule in self.rules}
        related = [name for relation in self.relations for name in relation.fields]
        known = set(fields)
        unknown = [name for name in (*by_name, *related) if name not in known]
        if unknown:
            raise UnknownFieldError(unknown[0], fields)
        complete = tuple(
            by_name[name].model_copy(update={"position": position})
            if name in by_name
            else FieldRule(field=name, position=position)
            for position, name in enumerate(fields)
        )
        return FieldRules(rules=complete, relations=self.relations)

    def with_rules(self, rules: Sequence[FieldRule]) -> FieldRules:
        """The same relations over other field rules."""
        return FieldRules(rules=tuple(rules), relations=self.relations)

    def requiring(self, fields: Sequence[str]) -> FieldRules:
        """The same rules with exactly `fields` required. Raises UnknownFieldError for a name without a rule."""
        known = [rule.field for rule in self.rules]
        for name in fields:
            if name not in known:
                raise UnknownFieldError(name, known)
        return self.with_rules([rule.model_copy(update={"required": rule.field in fields}) for rule in self.rules])
