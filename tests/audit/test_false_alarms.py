"""What a clean file holds on purpose, and what beside it is a fault all the same."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from readiness.audit.engine import audit_sample
from readiness.audit.suggestion import suggest_rules
from readiness.audit.units import has_several_units, unit_of


@pytest.fixture
def edge_cases(sample):
    """Audits one field beside a key, and gives back its edge cases with their records."""

    def audit(field: str, values: Sequence[str], key: str = "record_id"):
        connection, reading = sample([key, field], [[f"R{n:05}", value] for n, value in enumerate(values)])
        report = audit_sample(connection, reading, suggest_rules(connection, reading))
        return {case.id: case.records for case in report.edge_cases}

    return audit


def german(amount: float) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_few_amounts_of_a_thousand_and_more_show_their_separator(edge_cases):
    amounts = [german(n * 4.37 + 0.11) for n in range(1, 300)]  # one in four needs a separator
    assert edge_cases("Betrag", amounts[:240]) == {}


def test_a_separator_is_another_format_where_large_amounts_stand_without(edge_cases):
    amounts = [f"{n * 17.03:.2f}" for n in range(1, 300)] + ["1,234.50", "7,001.99", "2,450.10"]
    assert edge_cases("amount", amounts) == {"amount_format: amount": 3}


def test_quantities_in_grams_and_millilitres_are_meant_so(edge_cases):
    values = [f"{n % 9 + 1}00 {unit}" for n in range(100) for unit in ("g", "ml", "mL")]
    assert edge_cases("contents", values) == {}


def test_several_spellings_of_one_unit_are_several_formats(edge_cases):
    values = [f"{n % 9 + 1}00 {unit}" for n in range(100) for unit in ("g", "gr", "gram")]
    assert edge_cases("contents", values) == {"amount_format: contents": 300}


def test_a_unit_is_known_by_its_spellings():
    assert [unit_of(one) for one in ("Kgs.", "mL", "ounce", "oz. Can")] == ["kg", "ml", "oz", ""]
    assert has_several_units({"kg": 50, "l": 50}, 100)
    assert not has_several_units({"oz": 50, "ounce": 50}, 100)
    assert not has_several_units({"kg": 98, "l": 2}, 100)


def test_small_numbers_in_scientific_notation_are_numbers(edge_cases):
    values = [f"{0.7**n:.3e}" if n > 20 else f"{0.7**n:.4f}" for n in range(60)]
    assert edge_cases("pvalue", values) == {}


def test_limits_of_measurement_and_words_for_results_are_values_of_a_laboratory(edge_cases):
    values = [f"{n % 50 / 10 + 0.6:.1f}" for n in range(200)] + ["<0.6"] * 12 + ["negative"] * 9 + ["positive"] * 5
    assert edge_cases("result", values) == {}


def test_one_limit_among_numbers_cannot_be_read(edge_cases):
    values = [f"{n % 50 / 10 + 0.6:.1f}" for n in range(200)] + ["<0.6"]
    assert edge_cases("result", values) == {"amount_unparsable: result": 1}


# --- codes ------------------------------------------------------------------------------------------------------------


def test_a_code_that_recurs_is_no_stray(edge_cases):
    codes = ["J06.9", "M54.5", "K21.9", "N39.0", "E11.9", "R51.0", "I10.1"] * 40 + ["S93.401A"] * 12
    assert edge_cases("diagnosis", codes) == {}


def test_a_recurring_code_with_a_longer_middle_is_no_stray(edge_cases):
    codes = [f"scip-{part}-{n}" for part in ("inf", "vte", "hip") for n in range(1, 8)] * 20 + ["scip-card-2"] * 12
    assert edge_cases("measure", codes) == {}


def test_codes_that_break_the_pattern_once_each_are_strays(edge_cases):
    codes = [f"{letter}{n:02}.{n % 9}" for letter in "JMKN" for n in range(100)] + [f"K{n}-X" for n in range(9)]
    assert edge_cases("diagnosis", codes, key="line")["format_stray: diagnosis"] == 9


def test_page_ranges_are_no_identifiers(edge_cases):
    starts = random.Random(4).choices(range(1, 600), k=400)
    assert edge_cases("pages", [f"{start}-{start + start % 13 + 2}" for start in starts]) == {}


def test_numbers_that_recur_as_often_as_chance_would_have_it_are_no_keys(edge_cases):
    cheques = [str(number) for number in random.Random(11).choices(range(1000, 19_000), k=250)]
    assert len(set(cheques)) < 250
    assert edge_cases("check_no", cheques) == {}


def test_a_running_number_that_recurs_is_used_twice(edge_cases):
    numbers = [str(70_000 + n) for n in range(400)] + ["70010", "70020", "70399"]
    assert edge_cases("invoice_no", numbers) == {"duplicate_key: invoice_no": 3}


# --- words ------------------------------------------------------------------------------------------------------------


def test_sodium_among_symbols_is_a_value_and_na_among_words_is_missing(edge_cases):
    assert edge_cases("test", ["K", "Hb", "Na", "Crea", "TSH", "CRP"] * 40) == {}
    assert edge_cases("status", ["open", "closed", "waiting"] * 100 + ["Na"] * 4) == {"missing_required: status": 4}


def test_a_question_mark_among_exclamations_is_a_message(edge_cases):
    values = [f"message number {n} of this long day" for n in range(200)] + ["?"] * 5 + ["..."] * 3
    assert "missing_required: text" not in edge_cases("text", values)


def test_entities_belong_into_markup_and_not_into_text(edge_cases):
    marked = [f"<p>Know C++ &amp; SQL, {n} years</p>" for n in range(60)]
    assert edge_cases("description", marked) == {}
    plain = [f"Know C++ and SQL, {n} years" for n in range(60)] + ["Know C++ &amp; SQL"]
    assert edge_cases("description", plain) == {"html_entities: description": 1}


def test_escapes_belong_into_paths(edge_cases):
    paths = ["/search?q=%C3%BCber&page=2", "/login", "/api/v1/users", "/static/app.js"] * 30
    assert edge_cases("path", paths) == {}


def test_people_of_two_spellings_are_two_people_and_towns_are_one(edge_cases):
    names = ["María", "José", "Ana", "Luis"] * 30 + ["Maria", "Jose"] * 3
    assert edge_cases("first_name", names) == {}
    towns = ["Málaga", "Sevilla", "Cádiz"] * 30 + ["Malaga"] * 3
    assert edge_cases("town", towns) == {"spelling_variant: town": 3}


def test_titles_whose_words_are_swapped_are_two_titles(edge_cases):
    things = ["Queen", "Summer", "War", "Night", "River", "House", "Storm", "Star"]
    titles = [f"The {one} of {other}" for one in things for other in things if one != other]
    assert edge_cases("title", titles * 2) == {}
