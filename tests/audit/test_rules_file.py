from __future__ import annotations

import pytest

from readiness.audit.rules import DayMonthOrder, FieldKind, FieldRule, FieldRules
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
