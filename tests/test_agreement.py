"""Agreement as published, on answers with gaps, and where it is undefined."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter

import krippendorff
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.agreement import (
    COHEN,
    FLEISS,
    GWET,
    KRIPPENDORFF,
    NO_ANSWERS,
    NO_OVERLAP,
    ONE_ANNOTATOR,
    ONE_LABEL,
    RAW_AGREEMENT,
    Answer,
    Scale,
    agreement_of,
    band_of,
    cohen_kappa,
    confused_pairs,
    counted_votes,
    fleiss_kappa,
    gwet_ac1,
    items_by_disagreement,
    krippendorff_alpha,
    majority_votes,
    pair_agreement,
    raw_agreement,
    tied,
    votes_of,
)
from readiness.errors import InvalidValueError

# Fleiss 1971, table 1: 30 patients, 6 psychiatrists each, 5 diagnoses.
DIAGNOSES = ("depression", "personality disorder", "schizophrenia", "neurosis", "other")
PSYCHIATRISTS = (
    (0, 0, 0, 6, 0), (0, 3, 0, 0, 3), (0, 1, 4, 0, 1), (0, 0, 0, 0, 6), (0, 3, 0, 3, 0), (2, 0, 4, 0, 0),
    (0, 0, 4, 0, 2), (2, 0, 3, 1, 0), (2, 0, 0, 4, 0), (0, 0, 0, 0, 6), (1, 0, 0, 5, 0), (1, 1, 0, 4, 0),
    (0, 3, 3, 0, 0), (1, 0, 0, 5, 0), (0, 2, 0, 3, 1), (0, 0, 5, 0, 1), (3, 0, 0, 1, 2), (5, 1, 0, 0, 0),
    (0, 2, 0, 4, 0), (1, 0, 2, 0, 3), (0, 0, 0, 0, 6), (0, 1, 0, 5, 0), (0, 2, 0, 1, 3), (2, 0, 0, 4, 0),
    (1, 0, 0, 4, 1), (0, 5, 0, 1, 0), (4, 0, 0, 0, 2), (0, 2, 0, 4, 0), (1, 0, 5, 0, 0), (0, 0, 0, 0, 6),
)  # fmt: skip
# Krippendorff 2011, section C: 4 observers, 12 units, 5 labels, with gaps.
OBSERVERS = ("123321412...", "1233224125.3", ".33323422 51.".replace(" ", ""), "12332441251.")


def answers_of(rows: tuple[str, ...]) -> list[Answer]:
    """One text for each annotator, one letter for each item; a point is a gap."""
    return [
        Answer(str(item), str(annotator), None if label == "." else label)
        for annotator, row in enumerate(rows)
        for item, label in enumerate(row)
    ]


def votes_like(rows, labels=DIAGNOSES):
    return counted_votes(labels, Counter(rows))


def test_thirty_patients_of_fleiss_have_his_kappa():
    votes = votes_like(PSYCHIATRISTS)
    assert raw_agreement(votes).value == pytest.approx(0.556, abs=0.0005)
    assert fleiss_kappa(votes).value == pytest.approx(0.430, abs=0.0005)


def test_the_first_fifteen_patients_have_the_figures_of_gwets_own_software():
    votes = votes_like(PSYCHIATRISTS[:15])
    assert fleiss_kappa(votes).value == pytest.approx(0.4139265, abs=1e-7)
    assert gwet_ac1(votes).value == pytest.approx(0.4448007, abs=1e-7)
    assert krippendorff_alpha(votes).value == pytest.approx(0.4204384, abs=1e-7)


def test_four_observers_with_gaps_have_krippendorffs_alpha():
    found = agreement_of(answers_of(OBSERVERS))
    assert found.measure(KRIPPENDORFF).value == pytest.approx(0.743, abs=0.0005)
    assert (found.items, found.compared_items, found.annotators, found.answers) == (12, 11, 4, 41)


def test_four_observers_with_gaps_have_gwets_figures_for_the_other_measures():
    found = agreement_of(answers_of(OBSERVERS))
    assert found.raw == pytest.approx(0.8181818, abs=1e-7)
    assert found.measure(FLEISS).value == pytest.approx(0.76117, abs=1e-5)
    assert found.measure(GWET).value == pytest.approx(0.77544, abs=1e-5)


def test_two_judges_have_cohens_kappa_of_1960():
    table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    kappa = cohen_kappa({(str(a), str(b)): table[a][b] for a in range(3) for b in range(3)})
    assert kappa.value == pytest.approx(0.492, abs=0.0005)
    assert kappa.low < 0.492 < kappa.high


def test_two_abstractors_have_the_figures_that_gwet_gives_for_them():
    table = {
        ("ectopic", "ectopic"): 13, ("abnormal", "abnormal"): 20, ("abnormal", "normal"): 7,
        ("normal", "abnormal"): 4, ("normal", "normal"): 56,
    }  # fmt: skip
    answers = [
        Answer(f"{pair}{n}", who, label)
        for pair, count in table.items()
        for n in range(count)
        for who, label in zip("ab", pair, strict=True)
    ]
    found = agreement_of(answers)
    assert found.raw == pytest.approx(0.89)
    assert found.measure(COHEN).value == pytest.approx(0.7964094, abs=1e-7)
    assert found.measure(GWET).value == pytest.approx(0.8493305, abs=1e-7)
    assert found.measure(KRIPPENDORFF).value == pytest.approx(0.7972585, abs=1e-7)


def test_kappa_collapses_and_ac1_does_not_where_nearly_all_answers_are_one_label():
    pairs = {("yes", "yes"): 118, ("yes", "no"): 5, ("no", "yes"): 2}
    votes = votes_like({(2, 0): 118, (1, 1): 7}, ("yes", "no"))
    assert cohen_kappa(pairs).value < 0 < 0.9 < gwet_ac1(votes).value


def test_items_with_many_answers_weigh_more_only_when_pairs_are_counted():
    votes = votes_like({(4, 0): 1, (1, 1): 1}, ("a", "b"))
    assert raw_agreement(votes).value == pytest.approx(1 / 2)
    assert pair_agreement(votes).value == pytest.approx(6 / 7)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=12))
def test_alpha_equals_that_of_the_published_library(rows):
    votes = votes_like(rows, ("a", "b", "c"))
    alpha = krippendorff_alpha(votes, resamples=2).value
    used = {label for row in rows for label, count in enumerate(row) if count and sum(row) > 1}
    if len(used) < 2:
        assert alpha is None
    else:
        assert alpha == pytest.approx(krippendorff.alpha(value_counts=rows, level_of_measurement="nominal"))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 3), st.sampled_from("abc")),
        max_size=40,
        unique_by=lambda answer: answer[:2],
    ),
    st.randoms(use_true_random=False),
)
def test_measures_lie_within_bounds_and_do_not_depend_on_the_order(rows, shuffled):
    answers = [Answer(str(item), str(annotator), label) for item, annotator, label in rows]
    found = agreement_of(answers, resamples=50)
    for measure in found.measures:
        assert (measure.value is None) == bool(measure.why)
        if measure.value is not None:
            assert measure.value <= 1 + 1e-9
        if measure.low is not None:
            assert measure.low <= measure.high
    assert found.raw is None or found.raw >= 0
    again = answers.copy()
    shuffled.shuffle(again)
    assert agreement_of(again, resamples=50) == found
    assert sum(pair.share for pair in found.confused) == pytest.approx(1 if found.confused else 0)


def test_intervals_are_the_same_at_every_run_and_hold_the_value():
    votes = votes_like(PSYCHIATRISTS)
    first, second = fleiss_kappa(votes), fleiss_kappa(votes)
    assert first == second
    assert 0.3 < first.low < first.value < first.high < 0.56
    assert fleiss_kappa(votes, seed=5) != first


def test_items_drawn_one_by_one_and_counted_by_kind_give_the_same_interval():
    drawn_one_by_one = votes_like(PSYCHIATRISTS)
    by_kind = counted_votes(DIAGNOSES, {row: 40 * n for row, n in Counter(PSYCHIATRISTS).items()})
    narrow, wide = krippendorff_alpha(by_kind), krippendorff_alpha(drawn_one_by_one)
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(40**0.5, rel=0.15)


def test_about_19_of_20_intervals_hold_the_truth():
    """Items whose two answers agree with a chance of 0.8."""
    generator, held = random.Random(7), 0
    for _ in range(100):
        agreeing = sum(generator.random() < 0.8 for _ in range(100))
        votes = counted_votes(("a", "b"), {(2, 0): agreeing, (1, 1): 100 - agreeing})
        raw = raw_agreement(votes, resamples=400)
        held += raw.low <= 0.8 <= raw.high
    assert 88 <= held <= 100


def test_without_answers_there_is_a_sentence_and_no_number():
    found = agreement_of([])
    assert {(measure.value, measure.why) for measure in found.measures} == {(None, NO_ANSWERS)}
    assert found.sentence == NO_ANSWERS


def test_one_annotator_has_no_agreement():
    found = agreement_of([Answer("1", "anna", "a"), Answer("2", "anna", "b")])
    assert {(measure.value, measure.why) for measure in found.measures} == {(None, ONE_ANNOTATOR)}


def test_annotators_without_a_common_item_have_no_agreement():
    found = agreement_of([Answer("1", "anna", "a"), Answer("2", "ben", "b")])
    assert {(measure.value, measure.why) for measure in found.measures} == {(None, NO_OVERLAP)}
    assert found.raw is None


def test_one_label_leaves_raw_agreement_and_says_why_there_is_no_more():
    found = agreement_of([Answer(str(item), who, "a") for item in range(9) for who in "xy"])
    assert found.raw == 1
    assert {measure.why for measure in found.measures if measure.value is None} == {ONE_LABEL}
    assert {measure.name for measure in found.measures if measure.value is None} == {COHEN, FLEISS, KRIPPENDORFF, GWET}
    assert ONE_LABEL in found.sentence


def test_a_label_that_nobody_used_counts_for_ac1():
    found = agreement_of([Answer(str(item), who, "a") for item in range(9) for who in "xy"], labels=("a", "b"))
    assert found.measure(GWET).value == 1


def test_items_that_are_all_alike_have_no_interval():
    answers = [Answer(str(item), who, "ab"[item % 2]) for item in range(20) for who in "xyz"]
    found = agreement_of(answers)
    assert found.measure(RAW_AGREEMENT) == raw_agreement(votes_of(answers))
    assert (found.raw, found.measure(RAW_AGREEMENT).low) == (1, None)


def test_four_items_are_too_few_for_an_interval():
    found = agreement_of(
        [Answer(str(item), who, "ab"[item % 2 if who == "x" else 0]) for item in range(4) for who in "xy"]
    )
    assert found.raw == 0.5
    assert {(measure.low, measure.high) for measure in found.measures} == {(None, None)}


def test_the_same_answer_twice_counts_once_and_a_gap_not_at_all():
    answers = [Answer("1", "x", "a"), Answer("1", "x", "a"), Answer("1", "y", " "), Answer("1", "z", None)]
    assert votes_of(answers).counts.tolist() == [[1]]


def test_two_different_answers_of_one_annotator_are_refused_by_name():
    with pytest.raises(InvalidValueError, match=r"'7': 'b' was given by 'anna', who had answered 'a'"):
        agreement_of([Answer("7", "anna", "a"), Answer("7", "anna", "b")])


def test_a_label_outside_the_possible_ones_is_refused():
    with pytest.raises(InvalidValueError, match="is none of the possible labels"):
        votes_of([Answer("7", "anna", "c")], labels=("a", "b"))


def test_labels_used_interchangeably_have_an_alpha_near_nothing_between_them():
    generator = random.Random(3)
    answers = []
    for item in range(300):
        true = "abc"[item % 3]
        for who in "xyz":
            answers.append(Answer(str(item), who, generator.choice("ab") if true in "ab" else "c"))
    (pair, *others) = confused_pairs(votes_of(answers))
    assert (pair.first, pair.second, others) == ("a", "b", [])
    assert (pair.share, abs(pair.alpha) < 0.1) == (1, True)


def test_disputed_items_come_first_and_items_with_one_answer_last():
    answers = [Answer("even", "x", "a"), Answer("even", "y", "b"), Answer("alone", "x", "a")]
    answers += [Answer("most", who, label) for who, label in zip("xyz", "aab", strict=True)]
    found = items_by_disagreement(answers)
    assert [votes.item for votes in found] == ["even", "most", "alone"]
    assert [votes.agreement for votes in found] == [0, pytest.approx(1 / 3), None]
    assert majority_votes(answers) == {"alone": "a", "even": None, "most": "a"}


def test_items_are_tied_where_no_label_has_most_answers():
    votes = counted_votes(("a", "b", "c"), {(2, 2, 0): 3, (2, 1, 1): 5, (1, 0, 0): 7, (0, 0, 0): 9, (1, 1, 1): 1})
    assert sum(tied(votes).items) == 4


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (-0.1, "poor"), (0.0, "slight"), (0.2, "slight"), (0.21, "fair"), (0.4, "fair"), (0.519, "moderate"),
        (0.8, "substantial"), (0.81, "almost perfect"), (1.0, "almost perfect"),
    ],
)  # fmt: skip
def test_bands_are_those_of_landis_and_koch(value, word):
    assert band_of(value) == word


@pytest.mark.parametrize(
    ("value", "word"), [(0.5, "not reliable"), (0.667, "good enough for tentative conclusions"), (0.8, "reliable")]
)
def test_krippendorffs_words_are_kept_apart(value, word):
    assert band_of(value, Scale.KRIPPENDORFF) == word


def test_the_sentence_names_measure_interval_and_band():
    found = agreement_of(answers_of(OBSERVERS))
    assert found.sentence.startswith(
        "Two answers about one item are the same in 82% of the cases. Fleiss' kappa is 0.761"
    )
    assert found.sentence.endswith("substantial agreement beyond chance in the words of Landis and Koch 1977.")


def test_the_sentence_says_100_percent_only_where_no_answer_differs():
    one_of_300 = [Answer(str(item), person, "a" if item % 2 else "b") for item in range(299) for person in "AB"]
    one_of_300 += [Answer("299", "A", "a"), Answer("299", "B", "b")]
    assert "the same in over 99% of the cases" in agreement_of(one_of_300, resamples=10).sentence
    assert "the same in 100% of the cases" in agreement_of(one_of_300[:-2], resamples=10).sentence


def test_an_answer_without_a_second_one_is_not_said_to_be_the_same_label():
    answers = [Answer(str(item), person, "a") for item in range(6) for person in "AB"] + [Answer("6", "A", "b")]
    alpha = agreement_of(answers).measure(KRIPPENDORFF)
    assert alpha.value is None
    assert "the same label where people can be compared" in alpha.why


def test_importing_the_module_does_not_import_numpy():
    code = "import sys, readiness.agreement; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
