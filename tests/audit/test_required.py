"""Which fields are meant to be always filled."""

from __future__ import annotations

import pytest

from readiness.audit.kinds import KindDecision
from readiness.audit.required import Filling, is_required
from readiness.audit.rules import FieldKind
from readiness.audit.suggestion import suggest_rules


def decision(kind: FieldKind, *, by_name: bool = False) -> KindDecision:
    return KindDecision(kind, "", 1.0, by_name)


def required(field: str, kind: FieldKind, filled: int, *, by_name: bool = False) -> bool:
    filling = Filling(sampled=1000, filled=filled)
    return is_required(field, decision(kind, by_name=by_name), filling, has_country=False)[0]


def suggested(sample, fields, rows):
    connection, reading = sample(fields, rows)
    return {rule.field: rule for rule in suggest_rules(connection, reading).rules}


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("middle_name", FieldKind.NAME),
        ("second phone", FieldKind.PHONE),
        ("mobile_phone", FieldKind.PHONE),
        ("address2", FieldKind.ADDRESS),
        ("Bemerkung", FieldKind.TEXT),
        ("discount_code", FieldKind.CATEGORY),
        ("manager_id", FieldKind.IDENTIFIER),
    ],
)
def test_what_adds_to_another_field_is_not_required_however_often_it_is_filled(field, kind):
    assert not required(field, kind, 990, by_name=True)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("size", FieldKind.CATEGORY),
        ("image_url", FieldKind.URL),
        ("ean", FieldKind.IDENTIFIER),
        ("blood_pressure", FieldKind.NUMBER),
        ("guest_email", FieldKind.EMAIL),
        ("due_date", FieldKind.DATE),
    ],
)
def test_a_describing_field_that_one_in_fifteen_leaves_empty_is_not_required(field, kind):
    assert not required(field, kind, 935)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("amount", FieldKind.MONEY),
        ("order_date", FieldKind.DATE),
        ("invoice_no", FieldKind.IDENTIFIER),
        ("vendor", FieldKind.NAME),
        ("status", FieldKind.CATEGORY),
        ("currency", FieldKind.CATEGORY),
        ("label", FieldKind.LABEL),
    ],
)
def test_what_a_record_is_about_is_required_with_one_in_fifteen_empty(field, kind):
    assert required(field, kind, 935, by_name=True)


def test_a_field_that_is_always_filled_is_required_whatever_it_is():
    assert required("notes", FieldKind.TEXT, 1000)


def shipments(sample, reason_field):
    rows = [
        [f"A{n:04}", "open" if n % 8 == 0 else "done", "" if n % 8 == 0 else f"2024-03-{n % 28 + 1:02}", "x"]
        for n in range(400)
    ]
    return suggested(sample, ["order_id", reason_field, "shipment", "note"], rows)["shipment"]


def test_gaps_that_a_choice_of_another_field_explains_make_a_field_optional(sample):
    rule = shipments(sample, "status")
    assert not rule.required
    assert "whose status is open" in rule.suggested_because


def test_gaps_that_come_from_one_source_explain_nothing(sample):
    assert shipments(sample, "source").required


def test_gaps_here_and_there_are_explained_by_nothing(sample):
    rows = [[f"A{n:04}", "open" if n % 8 == 0 else "done", "" if n % 7 == 0 else "2024-03-05"] for n in range(400)]
    assert suggested(sample, ["order_id", "status", "shipment"], rows)["shipment"].required


def test_the_end_of_an_order_between_dates_may_still_lie_ahead(sample):
    rows = [
        [f"2024-{n % 12 + 1:02}-{n % 9 + 1:02}", "" if n % 5 == 0 else f"2024-{n % 12 + 1:02}-{n % 9 + 12:02}"]
        for n in range(300)
    ]
    rules = suggested(sample, ["loaned", "returned"], rows)
    assert rules["loaned"].required
    assert not rules["returned"].required
    assert "may still lie ahead" in rules["returned"].suggested_because
