from __future__ import annotations

import pytest

from readiness.audit.rules import DayMonthOrder, FieldKind, FieldRule, FieldRules, Relation, RelationKind
from readiness.audit.rules_file import read_rules, rules_as_yaml, rules_from_yaml, write_rules
from readiness.errors import InvalidValueError, UnknownFieldError

RULES = FieldRules(
    rules=(
        FieldRule(
            field="day",
            position=0,
            kind=FieldKind.DATE,
            required=True,
            format="dd/mm/yyyy",
            day_month_order=DayMonthOrder.DAY_FIRST,
            fit=0.9,
        ),
        FieldRule(
            field="no: # 'x'",
            position=1,
            missing_tokens=("N/A", "no", "=1"),
            legitimate_tokens=("NA",),
            suggested_because="Because.",
        ),
        FieldRule(field="ünï", position=2, check=False, unique=True, pattern=r"[0-9]+\\x"),
    )
)


def test_rules_survive_a_round_trip(tmp_path):
    write_rules(RULES, tmp_path / "rules.yaml")
    assert read_rules(tmp_path / "rules.yaml", RULES) == RULES


def test_fields_that_are_not_listed_keep_their_suggestion():
    text = "version: 1\nfields:\n- field: 'ünï'\n  required: true\n"
    rules = rules_from_yaml(text, RULES)
    assert rules.of("day") == RULES.of("day")
    assert rules.of("ünï").required
    assert rules.of("ünï").check
    assert rules.of("ünï").position == 2


def test_a_field_that_the_sample_does_not_have_is_refused():
    with pytest.raises(UnknownFieldError, match="vendr"):
        rules_from_yaml("version: 1\nfields:\n- field: vendr\n", RULES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a",
        "version: 2\nfields: []",
        "version: 1\nfields: {",
        "version: 1\nfields:\n- field: day\n  kind: colour",
        "version: 1\nfields:\n- field: day\n  surprise: 1",
        "!!python/object/apply:os.system ['true']",
    ],
)
def test_what_is_no_rules_file_is_refused_with_a_sentence(text):
    with pytest.raises(InvalidValueError):
        rules_from_yaml(text, RULES)


def test_a_file_that_is_not_there_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(InvalidValueError, match="cannot be read"):
        read_rules(tmp_path / "none.yaml", RULES)


def test_defaults_are_left_out_of_the_file():
    assert rules_as_yaml(FieldRules(rules=(FieldRule(field="x", position=0),))).endswith(
        "version: 1\nfields:\n- field: x\n"
    )


OFFER = Relation(kind=RelationKind.DEPENDENCY, fields=("day", "ünï"), support=0.98, records=900, because="Because.")
CHECKED = Relation(kind=RelationKind.ORDER, fields=("day", "no: # 'x'"), applied=True, support=0.99, edited=True)
RELATED = RULES.model_copy(update={"relations": (OFFER, CHECKED)})


def test_relations_survive_a_round_trip():
    assert rules_from_yaml(rules_as_yaml(RELATED), RELATED) == RELATED


def test_relations_that_are_not_listed_keep_their_suggestion_and_listed_ones_are_switched():
    text = "version: 1\nrelations:\n- kind: dependency\n  fields: [day, 'ünï']\n"
    assert rules_from_yaml(text, RELATED).relations == (OFFER.model_copy(update={"applied": True}), CHECKED)
    assert rules_from_yaml("version: 1\nfields: []\n", RELATED) == RELATED
    switched = rules_from_yaml(
        "version: 1\nrelations:\n- {kind: order, fields: [day, \"no: # 'x'\"], applied: false}", RELATED
    )
    assert [one.applied for one in switched.relations] == [False, False]


def test_a_relation_that_only_the_file_has_is_added_and_applied():
    text = "version: 1\nrelations:\n- kind: sum\n  fields: [day, 'ünï']\n"
    assert rules_from_yaml(text, RELATED).relations[2:] == (
        Relation(kind=RelationKind.SUM, fields=("day", "ünï"), applied=True),
    )


def test_a_relation_about_a_field_that_the_sample_does_not_have_is_refused():
    with pytest.raises(UnknownFieldError, match="ende"):
        rules_from_yaml("version: 1\nrelations:\n- kind: order\n  fields: [day, ende]\n", RULES)


@pytest.mark.parametrize(
    "entry", ["{kind: order, fields: [day]}", "{kind: near, fields: [day, x]}", "{fields: [a, b]}", "{kind: sum, x: 1}"]
)
def test_a_wrong_relation_is_refused_with_its_place(entry):
    with pytest.raises(InvalidValueError, match="wrong entry for relation 1"):
        rules_from_yaml(f"version: 1\nrelations:\n- {entry}\n", RULES)
