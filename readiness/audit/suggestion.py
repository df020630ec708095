"""Field rules that the sample itself suggests, each with its reason."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from readiness.audit.amounts import AmountFormat, mark_of, read_amount_format
from readiness.audit.checks import DIGITS_ONLY, PHONE_PATTERN
from readiness.audit.date_formats import UNDECIDED_JOIN, known_format, month_first_name, order_of
from readiness.audit.day_month import OrderDecision, decide_orders
from readiness.audit.evidence import AmountShape, FieldEvidence, forget_sample, gather_evidence
from readiness.audit.placeholders import placeholder_values
from readiness.audit.rules import DATED, NUMERIC, DayMonthOrder, DecimalMark, FieldKind, FieldRule, FieldRules
from readiness.audit.tokens import legitimate_among

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from readiness.audit.reading.values import Reading

DATE_SHARE = 0.6  # of the filled values; a field with two date formats is still a date field
NUMBER_SHARE = 0.8
BOOLEAN_SHARE = 0.9
REQUIRED_SHARE = 0.9  # filled in more records than that: meant to be always filled
UNIQUE_SHARE = 0.98
PATTERN_SHARE = 0.95
PREVAILING = 0.5
RECURRING_SHARE, RECURRING_RECORDS = 0.02, 5

_PARTIES = {
    "vendor", "supplier", "contractor", "customer", "client", "company", "payee", "employee", "patient", "person",
    "borrower", "applicant", "merchant", "creditor", "beneficiary", "hospital",
}  # fmt: skip
_MONEY_WORDS = {
    "amount", "amt", "price", "cost", "costs", "fee", "fees", "paid", "payment", "balance", "salary", "net", "nett",
    "gross", "revenue", "budget", "spend", "fare", "tax", "vat", "tip", "tolls", "surcharge", "charge", "charges",
    "value", "invoice", "total", "turnover", "income", "wage", "debit", "credit", "betrag", "montant", "importe",
    "money",
}  # fmt: skip
_NOT_MONEY = {
    "type",
    "method",
    "status",
    "count",
    "terms",
    "days",
    "centre",
    "center",
    "code",
    "id",
    "rate",
    "year",
    "quantity",
    "qty",
    "number",
}
_ID_WORDS = {
    "id",
    "ids",
    "ref",
    "reference",
    "key",
    "uuid",
    "guid",
    "identifier",
    "index",
    "sku",
    "isin",
    "iban",
    "code",
    "centre",
    "center",
}
_ID_NUMBERS = {"number", "no", "nr", "num", "#"}
_OPEN_ENDED = {
    "target",
    "due",
    "closed",
    "close",
    "end",
    "ended",
    "until",
    "expiry",
    "expires",
    "resolved",
    "cancelled",
    "canceled",
    "deleted",
}
_SUBDIVISIONS = {"state", "province", "region", "county", "district", "canton"}
_HINTS = (  # words in the field's name, and the kind they speak for; the first that fits
    (FieldKind.EMAIL, {"email", "mail"}),
    (FieldKind.PHONE, {"phone", "telephone", "tel", "mobile", "fax"}),
    (FieldKind.POSTCODE, {"zip", "zipcode", "postcode", "postal", "plz"}),
    (FieldKind.COUNTRY, {"country", "land", "nation"}),
    (FieldKind.ADDRESS, {"address", "street", "addr", "location"}),
    (FieldKind.ANNOTATOR, {"annotator", "rater", "labeler", "labeller", "coder"}),
    (FieldKind.LABEL, {"label", "sentiment"}),
)
_KEY_KINDS = frozenset({FieldKind.IDENTIFIER, FieldKind.MONEY, *DATED})


def settled_rules(connection: DuckDBPyConnection, reading: Reading, rules: FieldRules) -> FieldRules:
    """One rule for each field of `reading`; a format that a rule leaves open is filled in from the sample."""
    complete = rules.for_fields(reading.fields)
    if not any(rule.check and not rule.format and rule.kind in DATED | NUMERIC for rule in complete.rules):
        return complete.with_rules([_with_one_meaning(rule) for rule in complete.rules])
    evidence = gather_evidence(connection, reading.fields)
    forget_sample(connection)
    return complete.with_rules([_settled(rule, field) for rule, field in zip(complete.rules, evidence, strict=True)])


def _settled(rule: FieldRule, field: FieldEvidence) -> FieldRule:
    if not rule.check or rule.format or rule.kind not in DATED | NUMERIC:
        return _with_one_meaning(rule)
    found = expected_date(field, rule.day_month_order) if rule.kind in DATED else expected_amount(field).name
    return _with_one_meaning(rule.model_copy(update={"format": found}))


def _with_one_meaning(rule: FieldRule) -> FieldRule:
    """The rule with its format agreeing with its day-month order and decimal mark, which have the last word."""
    if rule.kind in DATED:
        name = known_format(rule.format)
        order = rule.day_month_order if rule.day_month_order is not DayMonthOrder.UNDECIDED else order_of(name)
        return rule.model_copy(update={"format": _reordered(name, order), "day_month_order": order})
    if rule.kind in NUMERIC:
        amount = read_amount_format(rule.format or "1234")
        mark = {DecimalMark.POINT: ".", DecimalMark.COMMA: ","}.get(rule.decimal_mark, amount.mark)
        group = amount.group if amount.group != mark else ""
        return rule.model_copy(update={"format": replace(amount, mark=mark, group=group).name})
    return rule


def _reordered(name: str, order: DayMonthOrder) -> str:
    decided = _decided_name(name, order)
    if order is DayMonthOrder.MONTH_FIRST and order_of(decided) is DayMonthOrder.DAY_FIRST:
        return month_first_name(decided)
    if order is DayMonthOrder.DAY_FIRST and order_of(decided) is DayMonthOrder.MONTH_FIRST:
        return f"dd{decided[2]}mm{decided[5:]}"
    return decided


def suggest_rules(connection: DuckDBPyConnection, reading: Reading) -> FieldRules:
    """One suggested rule a field of `reading`, read from the table `records`; every rule says why."""
    evidence = gather_evidence(connection, reading.fields)
    kinds = [_kind_of(field) for field in evidence]
    dates = [field for field, kind in zip(evidence, kinds, strict=True) if kind in DATED]
    orders = decide_orders(connection, dates, len(reading.fields))
    placeholders = placeholder_values(
        connection,
        numbers=[field.position for field, kind in zip(evidence, kinds, strict=True) if kind in NUMERIC],
        dates=[field.position for field in dates],
    )
    forget_sample(connection)
    has_country = any(
        kind is FieldKind.COUNTRY and field.distinct > 1 for field, kind in zip(evidence, kinds, strict=True)
    )
    return FieldRules(
        rules=tuple(
            _rule_of(
                field,
                kind,
                orders.get(field.position),
                placeholders.get(field.position, {}),
                has_country=has_country,
            )
            for field, kind in zip(evidence, kinds, strict=True)
        )
    )


def _rule_of(
    field: FieldEvidence,
    kind: FieldKind,
    order: OrderDecision | None,
    placeholders: dict[str, int],
    *,
    has_country: bool,
) -> FieldRule:
    legitimate = legitimate_among(field.tokens, field.values)
    tokens = {token: n for token, n in field.tokens.items() if token not in legitimate}
    filled = field.filled + sum(field.tokens[token] for token in legitimate) - sum(placeholders.values())
    required, why_required = _is_required(field, kind, filled, has_country=has_country)
    recurring = _recurring_words(field, kind)
    amount = expected_amount(field) if kind in NUMERIC else None
    date_format = expected_date(field, order.order) if order else ""
    pattern, why_pattern = _pattern_of(field, kind)
    reasons = (
        _why_kind(field, kind),
        order.reason if order else _why_amount(field, amount) if amount else why_pattern,
        why_required,
        *_why_tokens(tokens, legitimate, placeholders),
        *(f"kept as a value, since it recurs: {word} ({count:,})" for word, count in recurring.items()),
    )
    return FieldRule(
        field=field.field,
        position=field.position,
        kind=kind,
        required=required,
        missing_tokens=(*sorted(tokens), *sorted(placeholders)),
        legitimate_tokens=tuple(sorted({*legitimate, *recurring})),
        format=amount.name if amount else date_format,
        day_month_order=order.order if order else DayMonthOrder.UNDECIDED,
        decimal_mark=mark_of(amount) if amount else DecimalMark.UNDECIDED,
        unique=_is_unique(field, kind),
        pattern=pattern,
        fit=min(1.0, _fit(field, kind)),
        suggested_because="; ".join(reason for reason in reasons if reason) + ".",
    )


def _kind_of(field: FieldEvidence) -> FieldKind:
    """The kind that the values, and then the field's name, speak for."""
    if not field.filled:
        return FieldKind.TEXT
    words = _words(field.field)
    if (kind := _kind_by_dates(field, words)) is not None:
        return kind
    for kind, shape in ((FieldKind.EMAIL, "email"), (FieldKind.URL, "url"), (FieldKind.TIME, "time")):
        if field.share(shape) >= NUMBER_SHARE:
            return kind
    if field.share("boolean") >= BOOLEAN_SHARE and len({value.lower() for value in field.values}) >= 2:
        return FieldKind.BOOLEAN
    hinted = None if words & {"id", "code"} else next((kind for kind, hints in _HINTS if words & hints), None)
    return _kind_by_numbers(field, words, hinted) or _kind_by_words(field, words, hinted)


def _kind_by_dates(field: FieldEvidence, words: set[str]) -> FieldKind | None:
    written_out = sum(n for name, n in field.dates.items() if not name.startswith("yyyymmdd"))
    compact = sum(field.dates.values()) - written_out
    is_named_date = bool(words & {"date", "day", "dt", "datum", "dated", "time", "timestamp"})
    dates = written_out + (compact if is_named_date else 0) + field.impossible_dates
    if dates < (DATE_SHARE if not is_named_date else 0.4) * field.filled or not field.dates:
        return None
    clocked = sum(n for name, n in field.dates.items() if "hh:mm" in name)
    return FieldKind.DATE_TIME if clocked * 2 > sum(field.dates.values()) else FieldKind.DATE


def _kind_by_numbers(field: FieldEvidence, words: set[str], hinted: FieldKind | None) -> FieldKind | None:
    plain, percent, with_unit = _number_counts(field)
    if plain + percent + with_unit < NUMBER_SHARE * field.filled or hinted in (FieldKind.ADDRESS, FieldKind.PHONE):
        return None
    if with_unit > plain + percent:
        return FieldKind.QUANTITY if _has_few_units(field) else None
    if hinted is FieldKind.POSTCODE or _is_identifier(field, words) or field.share("leading zero") > 0.2:
        return hinted if hinted is FieldKind.POSTCODE else FieldKind.IDENTIFIER
    if percent > plain:
        return FieldKind.PERCENT
    currency = sum(n for shape, n in field.amounts.items() if shape.currency)
    if (words & _MONEY_WORDS and not words & _NOT_MONEY) or currency > 0.05 * field.filled:
        return FieldKind.MONEY
    return FieldKind.NUMBER


def _kind_by_words(field: FieldEvidence, words: set[str], hinted: FieldKind | None) -> FieldKind:
    if hinted is FieldKind.PHONE and field.share("phone") < 0.5:
        hinted = None
    if hinted is FieldKind.EMAIL and field.share("email") < 0.5:
        hinted = None
    if hinted is not None:
        return hinted
    if _is_identifier(field, words) and field.share("code") >= 0.9:
        return FieldKind.IDENTIFIER
    if words & {"name"} or words & _PARTIES:
        return FieldKind.NAME
    if field.distinct <= 50 and field.distinct <= 0.1 * field.filled:
        return FieldKind.CATEGORY
    return FieldKind.TEXT


def _is_identifier(field: FieldEvidence, words: set[str]) -> bool:
    if words & _MONEY_WORDS and not words & _ID_WORDS and not words & _ID_NUMBERS:
        return False
    whole = field.share("digits") + (field.share("code") if field.share("digits") < 0.5 else 0.0)
    if whole < 0.8:
        return False
    return bool(words & _ID_WORDS) or (bool(words & _ID_NUMBERS) and len(words) > 1)


def _number_counts(field: FieldEvidence) -> tuple[int, int, int]:
    plain = sum(n for shape, n in field.amounts.items() if not shape.suffix)
    percent = sum(n for shape, n in field.amounts.items() if shape.suffix == "%")
    return plain, percent, sum(field.amounts.values()) - plain - percent


def _has_few_units(field: FieldEvidence) -> bool:
    units = {shape.suffix.lower() for shape in field.amounts if shape.suffix}
    return len(units) <= max(3, min(20, field.filled // 20))


def expected_date(field: FieldEvidence, order: DayMonthOrder) -> str:
    """The most frequent date format of the field, named under its day-month order; '' when it holds no date."""
    names: Counter[str] = Counter()
    for name, count in field.dates.items():
        names[_decided_name(name, order)] += count
    for name in [name for name in names if UNDECIDED_JOIN in name]:
        if (shown := _more_frequent_reading(name, names)) is not None:
            names[shown] += names.pop(name)
    return min(names, key=lambda name: (-names[name], name)) if names else ""


def _more_frequent_reading(name: str, names: Counter[str]) -> str | None:
    """Of the two readings of an undecided format, the one that more values show; None when no value shows either."""
    day_first = _decided_name(name, DayMonthOrder.DAY_FIRST)
    month_first = _decided_name(name, DayMonthOrder.MONTH_FIRST)
    if not names[day_first] + names[month_first]:
        return None
    return day_first if names[day_first] >= names[month_first] else month_first


def _decided_name(name: str, order: DayMonthOrder) -> str:
    if UNDECIDED_JOIN not in name or order is DayMonthOrder.UNDECIDED:
        return name
    day_first = name.split(UNDECIDED_JOIN)[0]
    clock = name.split(UNDECIDED_JOIN)[1][len(day_first) :]
    return (day_first if order is DayMonthOrder.DAY_FIRST else month_first_name(day_first)) + clock


def expected_amount(field: FieldEvidence) -> AmountFormat:
    """How the field's numbers are mostly written; parts that no majority shares are not expected."""
    shapes = field.amounts
    total = sum(shapes.values())
    mark = _prevailing_mark(shapes)
    groups = Counter[str]()
    for shape, count in shapes.items():
        groups[_group_under(shape.form, shape.group, mark)] += count
    large = groups[","] + groups["."] + groups[" "] + groups["'"]
    group = next(
        (g for g in (",", ".", " ", "'") if g != mark and groups[g] > PREVAILING * large and groups[g] >= 0.1 * total),
        "",
    )
    currency = _prevailing(
        Counter({c: _sum_of(shapes, "currency", c) for c in {s.currency for s in shapes} - {""}}), total
    )
    suffixes = Counter({u: _sum_of(shapes, "suffix", u) for u in {s.suffix for s in shapes} - {""}})
    suffix = _prevailing(suffixes, total)
    negatives = Counter({n: _sum_of(shapes, "negative", n) for n in {s.negative for s in shapes} - {""}})
    negative = _prevailing(negatives, sum(negatives.values())) or "-"
    return AmountFormat(
        mark=mark,
        group=group,
        currency=currency,
        suffix=suffix,
        negative=negative,
        any_suffix=not suffix and sum(suffixes.values()) > PREVAILING * total,
    )


def _sum_of(shapes: Counter[AmountShape], attribute: str, value: str) -> int:
    return sum(count for shape, count in shapes.items() if getattr(shape, attribute) == value)


def _prevailing(counts: Counter[str], total: int) -> str:
    best = min(counts, key=lambda value: (-counts[value], value), default="")
    return best if best and counts[best] > PREVAILING * total else ""


def _prevailing_mark(shapes: Counter[AmountShape]) -> str:
    """The decimal mark of the values that leave no doubt (1.234 does); '' when there are none or they disagree."""
    point = comma = 0
    for shape, count in shapes.items():
        if shape.form in ("point3", "comma3"):
            continue
        point += count if shape.mark == "." or (not shape.mark and shape.group == ",") else 0
        comma += count if shape.mark == "," or (not shape.mark and shape.group == ".") else 0
    if point + comma == 0:
        return ""
    if max(point, comma) < 0.6 * (point + comma):
        return ""
    return "." if point > comma else ","


def _group_under(form: str, group: str, mark: str) -> str:
    if form == "comma3" and mark == ".":
        return ","
    if form == "point3" and mark == ",":
        return "."
    return group


def _is_required(field: FieldEvidence, kind: FieldKind, filled: int, *, has_country: bool) -> tuple[bool, str]:
    """Whether the field is meant to be always filled, and what says so."""
    if not field.sampled or not filled:
        return False, "never filled" if field.sampled else ""
    share, words = filled / field.sampled, _words(field.field)
    if has_country and words & _SUBDIVISIONS and kind is not FieldKind.COUNTRY and share < 1:
        return False, f"not required, since not every country has one; {_percent(share)} fill it"
    if share >= REQUIRED_SHARE:
        return True, f"required, since {_percent(share)} of {field.sampled:,} records fill it"
    names_a_party = (
        kind is FieldKind.NAME and bool(words & (_PARTIES | {"name"})) and not words & {"middle", "second", "alias"}
    )
    if names_a_party and share >= 0.1:
        return True, f"required, since it says whom the record is about, though only {_percent(share)} fill it"
    if kind in _KEY_KINDS and share >= 0.6 and not words & _OPEN_ENDED:
        return (
            True,
            f"required, since a record without its {kind} is hard to handle, though only {_percent(share)} fill it",
        )
    return False, f"not required, since only {_percent(share)} of {field.sampled:,} records fill it"


def _recurring_words(field: FieldEvidence, kind: FieldKind) -> dict[str, int]:
    """Words among numbers or dates that recur so often that they are a value of their own (`exempt`)."""
    if kind not in NUMERIC | DATED:
        return {}
    often = max(RECURRING_RECORDS, RECURRING_SHARE * field.filled)
    return {
        value: count for value, count in field.values.items() if count >= often and not any(c.isdigit() for c in value)
    }


def _is_unique(field: FieldEvidence, kind: FieldKind) -> bool:
    return kind is FieldKind.IDENTIFIER and field.filled >= 20 and field.distinct >= UNIQUE_SHARE * field.filled


def _pattern_of(field: FieldEvidence, kind: FieldKind) -> tuple[str, str]:
    """A pattern that nearly all values of a coded field share, and the sentence about it."""
    if kind not in (FieldKind.IDENTIFIER, FieldKind.POSTCODE, FieldKind.PHONE) or field.filled < 20:
        return "", ""
    if (digits := field.share("digits")) >= PATTERN_SHARE:
        return DIGITS_ONLY, f"{_percent(digits)} of the values are digits only"
    if kind is FieldKind.PHONE and (phones := field.share("phone")) >= PATTERN_SHARE:
        return PHONE_PATTERN, f"{_percent(phones)} look like phone numbers"
    return "", ""


def _fit(field: FieldEvidence, kind: FieldKind) -> float:
    if not field.filled:
        return 0.0
    if kind in DATED:
        return sum(field.dates.values()) / field.filled
    if kind in NUMERIC:
        return sum(field.amounts.values()) / field.filled
    shape = {
        FieldKind.EMAIL: "email", FieldKind.URL: "url", FieldKind.TIME: "time", FieldKind.BOOLEAN: "boolean",
        FieldKind.PHONE: "phone",
    }.get(kind)  # fmt: skip
    if shape is not None:
        return field.share(shape)
    return max(field.share("digits"), field.share("code")) if kind is FieldKind.IDENTIFIER else 1.0


def _why_kind(field: FieldEvidence, kind: FieldKind) -> str:
    if not field.filled:
        return f"no value in {field.sampled:,} records"
    share, count = _percent(_fit(field, kind)), f"{field.filled:,}"
    if kind in DATED:
        top = ", ".join(name for name, _ in sorted(field.dates.items(), key=lambda item: (-item[1], item[0]))[:2])
        return f"{share} of {count} values are dates ({top})"
    if kind in NUMERIC:
        return f"{share} of {count} values are numbers"
    if kind is FieldKind.CATEGORY:
        return f"{field.distinct:,} different values in {count}"
    if kind is FieldKind.TEXT:
        return f"{field.distinct:,} different values in {count}, no pattern that prevails"
    if kind in (FieldKind.EMAIL, FieldKind.URL, FieldKind.TIME, FieldKind.BOOLEAN, FieldKind.PHONE):
        return f"{share} of {count} values look like {_PLURALS[kind]}"
    if (
        kind is FieldKind.IDENTIFIER
        and field.share("leading zero") > 0.2
        and not _is_identifier(field, _words(field.field))
    ):
        return f"{_percent(field.share('leading zero'))} of {count} values are digits with a leading zero, so codes"
    return f"the field's name says {kind}; {field.distinct:,} different values in {count}"


_PLURALS = {
    FieldKind.EMAIL: "e-mail addresses",
    FieldKind.URL: "web addresses",
    FieldKind.TIME: "times of day",
    FieldKind.BOOLEAN: "yes or no",
    FieldKind.PHONE: "phone numbers",
}


def _why_amount(field: FieldEvidence, amount: AmountFormat) -> str:
    if amount.any_suffix:
        units = len({shape.suffix for shape in field.amounts if shape.suffix})
        return f"the unit is written in {units} ways and none of them prevails"
    if not amount.mark:
        return "the decimal mark is undecided, since no value shows it" if field.amounts else ""
    agree = sum(n for shape, n in field.amounts.items() if shape.mark == amount.mark)
    word = "point" if amount.mark == "." else "comma"
    return f"{agree:,} are written with a decimal {word}"


def _why_tokens(tokens: dict[str, int], legitimate: tuple[str, ...], placeholders: dict[str, int]) -> list[str]:
    reasons = []
    if tokens:
        named = ", ".join(f"{token} ({count:,})" for token, count in sorted(tokens.items()))
        reasons.append(f"counted as missing: {named}")
    if legitimate:
        reasons.append(f"kept as a value: {', '.join(sorted(legitimate))}")
    if placeholders:
        named = ", ".join(f"{value} ({count:,})" for value, count in sorted(placeholders.items()))
        reasons.append(f"stands far from all other values, so counted as missing: {named}")
    return reasons


def _words(name: str) -> set[str]:
    """The words in a field's name, split at case changes and punctuation, in lower case."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return {word.lower() for word in re.split(r"[^A-Za-z#]+", spaced) if word}


def _percent(share: float) -> str:
    """A share as whole per cent that never rounds up to 100 or down to 0."""
    if 0 < share < 0.01:
        return "under 1%"
    return f"{min(99, round(100 * share)) if share < 1 else 100}%"
