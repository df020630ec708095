"""Field rules: what the values of each field should be."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


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


class DayMonthOrder(StrEnum):
    """How a date of two small numbers is read; decided for the whole field, never for one cell."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    UNDECIDED = "undecided"


class DecimalMark(StrEnum):
    POINT = "point"
    COMMA = "comma"
    UNDECIDED = "undecided"


class FieldRule(BaseModel):
    """What one field's values should be. `position` is the 0-based column; `suggested_because` says why it was proposed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    position: int = Field(ge=0)
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    check: bool = True  # False: the field is left out of the audit, and the report says so
    missing_tokens: tuple[str, ...] = ()  # values of this field that mean "missing", as written in the file
    legitimate_tokens: tuple[str, ...] = ()  # values that look missing and are not (NA the country)
    format: str = ""  # the expected format of dates, e.g. "dd/mm/yyyy"; empty: the dominant one of the field
    day_month_order: DayMonthOrder = DayMonthOrder.UNDECIDED
    decimal_mark: DecimalMark = DecimalMark.UNDECIDED
    fit: float = Field(default=0.0, ge=0.0, le=1.0)  # share of the filled values that fit `kind`
    suggested_because: str = ""


class FieldRules(BaseModel):
    """The rules of all fields of a sample, in file order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[FieldRule, ...] = ()

    def of(self, field: str) -> FieldRule | None:
        return next((rule for rule in self.rules if rule.field == field), None)
