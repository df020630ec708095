from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.audit.arithmetic import Numbers, find_products, find_sums, half_unit, sum_tolerance

RECORDS = 120


def numbers(*columns, decimals=2):
    return Numbers(dict(enumerate(columns)), dict.fromkeys(range(len(columns)), decimals))


def column(seed, *, often=1.0, most=90_000, records=RECORDS):
    dice = random.Random(seed)
    return [dice.randint(1, most) / 100 if dice.random() < often else 0.0 for _ in range(records)]


def added(*columns):
    return [round(sum(cells), 2) for cells in zip(*columns, strict=True)]


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 7), st.integers(0, 4), st.randoms(use_true_random=False))
def test_the_parts_of_a_total_are_found_among_other_numbers(parts, others, dice):
    many = [column(dice.random()) for _ in range(parts + others)]
    total = added(*many[:parts])
    (found,) = find_sums(numbers(*many, total))
    assert (found.parts, found.total, found.support) == (tuple(range(parts)), parts + others, 1)


def test_a_part_that_is_seldom_filled_belongs_to_the_sum():
    net, tax, tolls = column(1), column(2), column(3, often=0.03)
    (found,) = find_sums(numbers(net, tax, tolls, column(4), added(net, tax, tolls)))
    assert found.parts == (0, 1, 2)


def test_a_few_wrong_totals_do_not_hide_the_sum_and_are_not_kept():
    net, tax = column(1), column(2)
    total = added(net, tax)
    for row in range(0, RECORDS, 24):
        total[row] += 1000
    (found,) = find_sums(numbers(net, tax, total))
    assert (found.kept, found.records) == (RECORDS - 5, RECORDS)


def test_parts_may_be_negative():
    gross, discount = column(1), [-cell for cell in column(2, often=0.5)]
    (found,) = find_sums(numbers(gross, discount, added(gross, discount)))
    assert found.parts == (0, 1)


@pytest.mark.parametrize(
    "columns",
    [
        [column(1), column(2), column(3)],
        [column(1), column(1), column(3)],  # a copy is no sum
        [column(1, records=20), column(2, records=20), added(column(1, records=20), column(2, records=20))],
        [column(1, most=3), column(2, most=3), column(3, most=3), column(4, most=3)],
        [column(1), [0.0] * RECORDS, column(1)],
    ],
)
def test_unrelated_numbers_copies_and_too_few_records_are_no_sum(columns):
    assert find_sums(numbers(*columns)) == []
    assert find_products(numbers(*columns)) == []


def test_a_net_amount_with_a_tax_that_is_hardly_ever_there_is_no_sum():
    net, tax = column(1), column(2, often=0.02)
    assert find_sums(numbers(net, tax, added(net, tax))) == []


def test_cells_that_cannot_be_compared_are_left_out():
    net, tax = column(1), column(2)
    total = added(net, tax)
    net[:30] = [math.nan] * 30
    (found,) = find_sums(numbers(net, tax, total))
    assert (found.kept, found.records) == (RECORDS - 30, RECORDS - 30)


def test_quantity_times_price_is_found():
    dice = random.Random(1)
    quantity, price = [float(dice.randint(1, 30)) for _ in range(RECORDS)], column(2)
    amount = [round(one * other, 2) for one, other in zip(quantity, price, strict=True)]
    (found,) = find_products(numbers(column(5), quantity, price, amount))
    assert (found.parts, found.total, found.support) == ((1, 2), 3, 1)
    assert find_sums(numbers(column(5), quantity, price, amount)) == []


def test_a_factor_that_is_nearly_always_one_shows_no_product():
    price = column(2)
    quantity = [1.0] * RECORDS
    quantity[5] = 2.0
    assert find_products(numbers(quantity, price, [a * b for a, b in zip(quantity, price, strict=True)])) == []


@given(st.integers(0, 6), st.integers(1, 12))
def test_rounded_parts_never_leave_the_tolerance_of_their_sum(decimals, parts):
    dice = random.Random(decimals * 100 + parts)
    exact = [dice.uniform(0, 1000) for _ in range(parts)]
    if decimals:
        assert abs(sum(round(part, decimals) for part in exact) - sum(exact)) <= sum_tolerance(decimals, parts) + 1e-9
    assert sum_tolerance(0, parts) == half_unit(0) == 0.5


def test_nothing_is_found_in_nothing():
    assert find_sums(Numbers({}, {})) == []
    assert find_products(Numbers({}, {})) == []
