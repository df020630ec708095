"""Field rules that the sample itself suggests, each with its reason."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from readiness.audit.amounts import AmountFormat, mark_of, read_amount_format
from readiness.audit.checks import DIGITS_ONLY, PHONE_PATTERN
from readiness.audit.countries import plain
from readiness.audit.date_formats import UNDECIDED_JOIN, known_format, month_first_name, order_of
from readiness.audit.day_month import OrderDecision, decide_orders
from readiness.audit.dialect import planned_for
from readiness.audit.evidence import AmountShape, FieldEvidence, forget_sample, gather_evidence
from readiness.audit.field_words import SURE_IDENTIFIER, words_of
from readiness.audit.kinds import SPOKEN, KindDecision, decide_kinds, percent_text
from readiness.audit.masks import MaskCount, count_masks, mask_of, pattern_of_masks
from readiness.audit.placeholders import placeholder_values
from readiness.audit.relation_discovery import discover_relations
from readiness.audit.required import Filling, explained_gaps, is_required, with_open_ends
from readiness.audit.rules import DATED, NUMERIC, DayMonthOrder, DecimalMark, FieldKind, FieldRule, FieldRules
from readiness.audit.time_formats import expected_time, known_time_format
from readiness.audit.tokens import legitimate_among
from readiness.audit.units import has_several_units

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from readiness.audit.reading.values import Reading

UNIQUE_SHARE = 0.98
PATTERN_SHARE = 0.95
FEWEST_CODES = 20  # values; fewer show no pattern
PREVAILING = 0.5
_FEWEST_GROUPED, _DIGITS_OF_GROUP = 30, 3
_FEWEST_OF_ONE_WAY = 3  # numbers with separators, where no large one is without
_TIMES_CHANCE, _MOST_BEGINNINGS = 3, 10
_LIMIT = re.compile(r"[<>\u2264\u2265]=? ?[0-9]+(?:[.,][0-9]+)?")  # beyond what was measured
_BARE_THOUSANDS = re.compile(r"(?<![0-9.,'\u2019])[0-9]{4}")
RECURRING_SHARE, RECURRING_RECORDS = 0.02, 5
# words for numbers, which belong in figures, and what a failing device writes
_NO_VALUES_WORDS = """
    zero one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty fifty hundred thousand
    million err error fail failed failure invalid fault
"""
_NO_VALUES = frozenset(_NO_VALUES_WORDS.split())


def settled_rules(connection: DuckDBPyConnection, reading: Reading, rules: FieldRules) -> FieldRules:
    """One rule for each field of `reading`; a format that a rule leaves open is filled in from the sample."""
    complete = rules.for_fields(reading.fields)
    if not any(rule.check and not rule.format and rule.kind in DATED | NUMERIC for rule in complete.rules):
        return complete.with_rules([_with_one_meaning(rule) for rule in complete.rules])
    evidence = gather_evidence(connection, reading.fields)
    forget_sample(connection)
    pairs = list(zip(complete.rules, evidence, strict=True))
    elsewhere = prevailing_mark(field for rule, field in pairs if rule.kind in NUMERIC)
    return complete.with_rules([_settled(rule, field, elsewhere) for rule, field in pairs])


def _settled(rule: FieldRule, field: FieldEvidence, elsewhere: str) -> FieldRule:
    if not rule.check or rule.format or rule.kind not in DATED | NUMERIC:
        return _with_one_meaning(rule)
    if rule.kind in DATED:
        found = expected_date(field, rule.day_month_order)
    else:
        found = expected_amount(field, elsewhere, is_money=rule.kind is FieldKind.MONEY).name
    return _with_one_meaning(rule.model_copy(update={"format": found}))


def _with_one_meaning(rule: FieldRule) -> FieldRule:
    """The rule with its format agreeing with its day-month order and decimal mark, which have the last word."""
    if rule.kind in DATED:
        name = known_format(rule.format)
        order = rule.day_month_order if rule.day_month_order is not DayMonthOrder.UNDECIDED else order_of(name)
        return rule.model_copy(update={"format": _reordered(name, order), "day_month_order": order})
    if rule.kind is FieldKind.TIME:
        return rule.model_copy(update={"format": known_time_format(rule.format)})
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
    with planned_for(connection, reading.records, len(reading.fields)):
        return _suggested(connection, reading)


def _suggested(connection: DuckDBPyConnection, reading: Reading) -> FieldRules:
    evidence = gather_evidence(connection, reading.fields)
    decisions = decide_kinds(evidence)
    kinds = [decision.kind for decision in decisions]
    dates = [field for field, kind in zip(evidence, kinds, strict=True) if kind in DATED]
    orders = decide_orders(connection, dates, len(reading.fields))
    placeholders = placeholder_values(
        connection,
        numbers=[field.position for field, kind in zip(evidence, kinds, strict=True) if kind in NUMERIC],
        dates=[field.position for field in dates],
    )
    masks = count_masks(
        connection,
        [field.position for field, kind in zip(evidence, kinds, strict=True) if _may_have_pattern(field, kind)],
    )
    forget_sample(connection)
    explained = explained_gaps(connection, evidence)
    elsewhere = prevailing_mark(field for field, kind in zip(evidence, kinds, strict=True) if kind in NUMERIC)
    has_country = any(
        kind is FieldKind.COUNTRY and field.distinct > 1 for field, kind in zip(evidence, kinds, strict=True)
    )
    rules = tuple(
        _rule_of(
            field,
            decision,
            orders.get(field.position),
            placeholders.get(field.position, {}),
            masks.get(field.position, ()),
            has_country=has_country,
            elsewhere=elsewhere,
            explained_by=explained.get(field.position, ""),
        )
        for field, decision in zip(evidence, decisions, strict=True)
    )
    relations = discover_relations(connection, rules, evidence)
    filled = {field.field: field.filled / field.sampled if field.sampled else 0.0 for field in evidence}
    return FieldRules(rules=with_open_ends(rules, relations, filled), relations=relations)


def _rule_of(
    field: FieldEvidence,
    decision: KindDecision,
    order: OrderDecision | None,
    placeholders: dict[str, int],
    masks: Sequence[MaskCount],
    *,
    has_country: bool,
    elsewhere: str,
    explained_by: str,
) -> FieldRule:
    kind = decision.kind
    legitimate = legitimate_among(field.tokens, field.values)
    tokens = {token: n for token, n in field.tokens.items() if token not in legitimate}
    filled = field.filled + sum(field.tokens[token] for token in legitimate) - sum(placeholders.values())
    filling = Filling(sampled=field.sampled, filled=filled, explained_by=explained_by)
    required, why_required = is_required(field.field, decision, filling, has_country=has_country)
    recurring = _recurring_words(field, kind)
    choices = sorted({value for value in field.values if plain(value) in SPOKEN}) if kind is FieldKind.BOOLEAN else []
    amount = expected_amount(field, elsewhere, is_money=kind is FieldKind.MONEY) if kind in NUMERIC else None
    written = expected_date(field, order.order) if order else ""
    if kind is FieldKind.TIME:
        written = expected_time(field.values)
    pattern, why_pattern = _pattern_of(field, kind, masks)
    reasons = (
        decision.why,
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
        legitimate_tokens=tuple(sorted({*legitimate, *recurring, *choices})),
        format=amount.name if amount else written,
        day_month_order=order.order if order else DayMonthOrder.UNDECIDED,
        decimal_mark=mark_of(amount) if amount else DecimalMark.UNDECIDED,
        unique=_is_unique(field, kind, masks),
        pattern=pattern,
        fit=decision.fit,
        suggested_because="; ".join(reason for reason in reasons if reason) + ".",
    )


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


def prevailing_mark(fields: Iterable[FieldEvidence]) -> str:
    """The decimal mark that all of the `fields` agree on that show one; '' when they disagree or none does."""
    marks = {_prevailing_mark(field.amounts) for field in fields} - {""}
    return marks.pop() if len(marks) == 1 else ""


def expected_amount(field: FieldEvidence, elsewhere: str = "", *, is_money: bool = False) -> AmountFormat:
    """How the field's numbers are mostly written; parts that no majority shares are not expected.

    `elsewhere` is the decimal mark of the other fields, which settles what 1,234 means where the field itself does not.
    An amount of money has no three decimals, so for one it does not settle 1.234 beside decimal points.
    """
    shapes = field.amounts
    total = sum(shapes.values())
    mark = _prevailing_mark(shapes) or _mark_by_groups(field)
    if not mark and elsewhere:
        as_decimals = "point3" if elsewhere == "." else "comma3"
        seen = {shape.form for shape in shapes} & {"comma3", "point3"}
        mark = elsewhere if seen and not (is_money and as_decimals in seen) else ""
    groups = Counter[str]()
    for shape, count in shapes.items():
        groups[_group_under(shape.form, shape.group, mark)] += count
    large = groups[","] + groups["."] + groups[" "] + groups["'"]
    often = _FEWEST_OF_ONE_WAY if not _has_bare_thousands(field) else 0.1 * total
    group = next(
        (g for g in (",", ".", " ", "'") if g != mark and groups[g] > PREVAILING * large and groups[g] >= often), ""
    )
    currency = _prevailing(
        Counter({c: _sum_of(shapes, "currency", c) for c in {s.currency for s in shapes} - {""}}), total
    )
    suffixes = Counter({u: _sum_of(shapes, "suffix", u) for u in {s.suffix for s in shapes} - {""}})
    several_units = has_several_units(suffixes, total)
    suffix = "" if several_units else _prevailing(suffixes, total)
    negatives = Counter({n: _sum_of(shapes, "negative", n) for n in {s.negative for s in shapes} - {""}})
    negative = _prevailing(negatives, sum(negatives.values())) or "-"
    return AmountFormat(
        mark=mark,
        group=group,
        currency=currency,
        suffix=suffix,
        negative=negative,
        any_suffix=not suffix and not several_units and sum(suffixes.values()) > PREVAILING * total,
        several_units=several_units,
    )


def _has_bare_thousands(field: FieldEvidence) -> bool:
    """Whether a number of a thousand and more stands without separators."""
    return any(_BARE_THOUSANDS.search(value) for value in field.values)


def _mark_by_groups(field: FieldEvidence) -> str:
    """The mark where 1,234 stands for thousands, since all numbers up to 999 are whole and no larger one is bare."""
    forms = Counter[str]()
    for shape, count in field.amounts.items():
        forms[shape.form] += count
    grouped = {form: count for form, count in forms.items() if form in ("comma3", "point3")}
    if set(forms) - {"integer"} != set(grouped) or len(grouped) != 1 or not forms["integer"]:
        return ""
    (form, count), *_ = grouped.items()
    bare = [re.sub("[^0-9]", "", value) for value in field.values if not {",", "."} & set(value)]
    if count < _FEWEST_GROUPED or any(len(digits) > _DIGITS_OF_GROUP for digits in bare):
        return ""
    return "." if form == "comma3" else ","


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


def _recurring_words(field: FieldEvidence, kind: FieldKind) -> dict[str, int]:
    """What recurs so often among numbers or dates that it is a value of its own (`exempt`, `<0.6`).

    Where one word does, the words beside it need not be as frequent.
    """
    if kind not in NUMERIC | DATED:
        return {}
    often = max(RECURRING_RECORDS, RECURRING_SHARE * field.filled)
    words = {
        value: count
        for value, count in field.values.items()
        if count >= RECURRING_RECORDS and not any(c.isdigit() for c in value) and plain(value) not in _NO_VALUES
    }
    limits = {value: count for value, count in field.values.items() if kind in NUMERIC and _LIMIT.fullmatch(value)}
    kept = words if any(count >= often for count in words.values()) else {}
    return kept | (limits if sum(limits.values()) >= often else {})


def _is_unique(field: FieldEvidence, kind: FieldKind, masks: Sequence[MaskCount]) -> bool:
    if kind is not FieldKind.IDENTIFIER or field.filled < 20 or field.distinct < UNIQUE_SHARE * field.filled:
        return False
    is_first = field.position == 0 or SURE_IDENTIFIER.speaks(words_of(field.field))
    return is_first or not _repeats_by_chance(field, masks)


def _repeats_by_chance(field: FieldEvidence, masks: Sequence[MaskCount]) -> bool:
    """Whether as many numbers recur as would among numbers drawn at random from the same span (cheques, barcodes).

    Keys that are given out one after the other recur far less than that.
    """
    repeated = field.filled - field.distinct
    expected = sum(_meetings(one.records, _span_of(one.mask, field)) for one in masks)
    return repeated > 0 and repeated / _TIMES_CHANCE <= expected <= _TIMES_CHANCE * repeated


def _meetings(records: int, span: int) -> float:
    """How many of so many draws from a span hit what an earlier one hit; 0 for a span that is not known."""
    return records - span * -math.expm1(-records / span) if span else 0.0


def _span_of(mask: str, field: FieldEvidence) -> int:
    """How many codes there are between the least and the greatest number of a mask, under a few fixed beginnings."""
    digits = len(mask) - len(mask.rstrip("9"))
    texts = [value for value in field.values if len(value) == len(mask) and mask_of(value) == mask]
    beginnings = {text[: len(text) - digits] for text in texts}
    if not digits or not texts or len(beginnings) > _MOST_BEGINNINGS:
        return 0
    numbers = [int(text[len(text) - digits :]) for text in texts]
    return len(beginnings) * (max(numbers) - min(numbers) + 1)


def _may_have_pattern(field: FieldEvidence, kind: FieldKind) -> bool:
    """Codes, phone numbers and postcodes follow a pattern; of other choices those that are single words with digits."""
    if field.filled < FEWEST_CODES:
        return False
    if kind in (FieldKind.IDENTIFIER, FieldKind.POSTCODE, FieldKind.PHONE):
        return True
    coded = field.share("code") >= PATTERN_SHARE and field.share("digits") < PATTERN_SHARE
    return kind in (FieldKind.CATEGORY, FieldKind.TEXT) and coded and _share_with_digit(field) >= PATTERN_SHARE


def _share_with_digit(field: FieldEvidence) -> float:
    kept = sum(field.values.values())
    return sum(n for value, n in field.values.items() if any(c.isdigit() for c in value)) / kept if kept else 0.0


def _pattern_of(field: FieldEvidence, kind: FieldKind, masks: Sequence[MaskCount]) -> tuple[str, str]:
    """A pattern that nearly all values of a coded field share, and the sentence about it."""
    if not _may_have_pattern(field, kind):
        return "", ""
    pattern, share = pattern_of_masks(masks, field.values, field.filled, kind)
    if pattern and pattern != DIGITS_ONLY:
        return pattern, f"{percent_text(share)} of the values are written {pattern}"
    if (digits := field.share("digits")) >= PATTERN_SHARE:
        return DIGITS_ONLY, f"{percent_text(digits)} of the values are digits only"
    if kind is FieldKind.PHONE and (phones := field.share("phone")) >= PATTERN_SHARE:
        return PHONE_PATTERN, f"{percent_text(phones)} look like phone numbers"
    return "", ""


def _why_amount(field: FieldEvidence, amount: AmountFormat) -> str:
    if amount.several_units:
        return "each value names its unit"
    if amount.any_suffix:
        units = len({shape.suffix for shape in field.amounts if shape.suffix})
        return f"the unit is written in {units} ways and none of them prevails"
    if not amount.mark:
        return "the decimal mark is undecided, since no value shows it" if field.amounts else ""
    agree = sum(n for shape, n in field.amounts.items() if shape.mark == amount.mark)
    word = "point" if amount.mark == "." else "comma"
    if not _prevailing_mark(field.amounts):
        return f"the numbers leave the mark open; taken for a decimal {word} by the other numbers of the sample"
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
