"""Label noise: agreement of annotators, labels that they confuse, and the same content under different labels."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from readiness.agreement import COHEN, FLEISS
from readiness.audit.annotations import name_words
from readiness.audit.engine import audit_sample
from readiness.audit.problems import records_of
from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import SampleFile
from readiness.audit.rules import FieldKind
from readiness.audit.suggestion import suggest_rules

OWN_HINTS = {"confused_labels", "disputed_items", "unshared_labels", "rare_label", "label_conflict"}
SENTENCES = [
    "The parcel arrived two days late and the box was open",
    "I would buy this again without thinking twice",
    "Nobody answered my question about the invoice",
    "The manual is missing the page on safety",
    "Works as described, nothing more to say about it",
    "The colour differs from the picture in the shop",
]


@pytest.fixture
def audit(sample):
    def run(fields, rows, change=lambda rules: rules):
        connection, reading = sample(fields, [])
        columns = [list(range(1, len(rows) + 1)), *([*column] for column in zip(*rows, strict=True))]
        cells = ", ".join("unnest(?)" for _ in fields)
        connection.execute(
            f"INSERT INTO records SELECT record, record + 1, NULL, {len(fields)}, NULL, * EXCLUDE (record) "
            f"FROM (SELECT unnest(?) AS record, {cells})",
            columns,
        )
        reading = replace(reading, records=len(rows))
        report = audit_sample(connection, reading, change(suggest_rules(connection, reading)))
        return connection, report

    return run


def conflicts(report) -> dict[str, int]:
    return {case.id: case.records for case in report.edge_cases if case.kind == "label_conflict"}


def hints(report) -> dict[str, object]:
    return {hint.kind: hint for hint in report.hints if hint.kind in OWN_HINTS}


def judged(items: int, annotators: int, labels: str = "abc", right: float = 0.8, seed: int = 1):
    """(item, annotator, label) of annotators who are right that often and guess else."""
    generator = random.Random(seed)
    return [
        (item, who, labels[item % len(labels)] if generator.random() < right else generator.choice(labels))
        for item in range(items)
        for who in range(annotators)
    ]


def unlike(count: int, seed: int = 5) -> list[str]:
    """Sentences that are all different."""
    generator = random.Random(seed)
    words = "parcel invoice colour manual page window return order number screen cable battery late broken loud".split()  # noqa: SIM905
    return [f"{' '.join(generator.choices(words, k=7))} {number}" for number in range(count)]


# --- who labelled what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        ("question", "worker", "answer"),
        ("item_id", "annotator_id", "label"),
        ("task", "rater", "class"),
        ("doc", "user", "category"),
        ("tweetId", "labeledBy", "sentiment"),
        ("record", "reviewer", "judgment"),
        ("Document ID", "Coder", "Rating"),
        ("image", "worker_id", "annotator_label"),
    ],
)
def test_an_answer_a_record_is_recognised_by_names_and_values(audit, fields):
    rows = [(f"i{item}", f"p{who}", label) for item, who, label in judged(60, 4)]
    _, report = audit(fields, rows)
    (found,) = report.agreement
    assert (found.item_field, found.annotator_field, found.label_fields) == (fields[0], fields[1], (fields[2],))
    assert (found.items, found.annotators, found.answers, found.labels) == (60, 4, 240, ("a", "b", "c"))
    assert 0.4 < next(m.value for m in found.measures if m.name == FLEISS) < 0.8
    assert conflicts(report) == {}


def test_the_order_of_fields_and_further_fields_do_not_matter(audit):
    sentences = unlike(60)
    rows = [
        (
            f"2024-03-{1 + row % 28:02}",
            f"w{who}",
            "mobile" if who % 2 else "web",
            label,
            sentences[item],
            str(row),
            "20",
        )
        for row, (item, who, label) in enumerate(judged(60, 4))
    ]
    _, report = audit(("answered", "worker_id", "worker_device", "label", "text", "row_id", "seconds"), rows)
    (found,) = report.agreement
    assert (found.item_field, found.annotator_field, found.items) == ("text", "worker_id", 60)


@pytest.mark.parametrize(
    "fields",
    [
        ("annotator_1", "annotator_2", "annotator_3"),
        ("rater_a", "rater_b", "rater_c"),
        ("label_anna", "label_ben", "label_chloe"),
        ("Coder 1", "Coder 2", "Coder 3"),
        ("reviewer1_decision", "reviewer2_decision", "reviewer3_decision"),
        ("expertLabelA", "expertLabelB", "expertLabelC"),
        ("first_rater", "second_rater", "third_rater"),
    ],
)
def test_a_field_for_each_rater_is_recognised(audit, fields):
    answers = judged(80, 3)
    rows = [(f"i{item}", unlike(80)[item], *(answers[3 * item + who][2] for who in range(3))) for item in range(80)]
    _, report = audit(("id", "text", *fields), rows)
    (found,) = report.agreement
    assert (found.label_fields, found.annotator_field, found.item_field) == (fields, "", "")
    assert (found.items, found.annotators, found.answers) == (80, 3, 240)


def test_two_raters_have_cohens_kappa_as_published(audit):
    table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    names = ("personality disorder", "neurosis", "psychosis")
    rows = [(names[a], names[b]) for a in range(3) for b in range(3) for _ in range(table[a][b])]
    _, report = audit(("id", "rater_1", "rater_2"), [(f"p{place}", *row) for place, row in enumerate(rows)])
    (found,) = report.agreement
    cohen = next(measure for measure in found.measures if measure.name == COHEN)
    assert cohen.value == pytest.approx(0.492, abs=0.0005)
    assert cohen.low < cohen.value < cohen.high
    assert found.raw == pytest.approx(0.70)


def test_gaps_and_spellings_are_no_disagreement(audit):
    rows = [(f"i{item}", " Yes" if item % 2 else "no", "yes " if item % 2 else "NO", "") for item in range(40)]
    rows[0] = ("i0", "no", "", "")
    _, report = audit(("id", "rater_1", "rater_2", "rater_3"), rows)
    (found,) = report.agreement
    assert (found.raw, found.annotators, found.answers, found.label_fields) == (1, 2, 79, ("rater_1", "rater_2"))


def test_two_questions_to_the_same_raters_are_two_agreements(audit):
    one, other = judged(60, 2, "abc"), judged(60, 2, "xyz", seed=9)
    rows = [
        (f"i{i}", *(part for who in range(2) for part in (one[2 * i + who][2], other[2 * i + who][2])))
        for i in range(60)
    ]
    names = ("annotator_1_topic", "annotator_1_tone", "annotator_2_topic", "annotator_2_tone")
    _, report = audit(("id", *names), rows)
    assert [found.label_fields for found in report.agreement] == [
        ("annotator_1_topic", "annotator_2_topic"),
        ("annotator_1_tone", "annotator_2_tone"),
    ]


def test_a_correct_answer_beside_the_given_one_is_no_second_label(audit):
    rows = [(f"i{item}", f"p{who}", label, "abc"[item % 3]) for item, who, label in judged(60, 4)]
    _, report = audit(("item", "worker", "label", "gold_label"), rows)
    assert [found.label_fields for found in report.agreement] == [("label",)]


def test_several_labels_of_one_annotator_for_an_item_are_left_out_and_told(audit):
    rows = [(f"i{item}", f"p{who}", label) for item, who, label in judged(60, 4)]
    rows += [("i0", "p0", "a"), ("i0", "p0", "b"), ("i0", "p0", "c")]
    _, report = audit(("item", "annotator", "label"), rows)
    (found,) = report.agreement
    assert found.answers == 239
    assert "In 1 case one annotator gave an item several labels" in found.sentence


def test_one_label_only_is_undefined_and_says_so(audit):
    rows = [(f"i{item}", f"p{who}", "spam") for item in range(30) for who in range(3)]
    _, report = audit(("item", "annotator", "label"), rows)
    (found,) = report.agreement
    assert (found.raw, {m.value for m in found.measures if m.name != "Raw agreement"}) == (1, {None})
    assert "Every answer is the same label" in found.sentence


def test_hostile_names_and_labels_are_only_text(audit):
    quote = "a'; DROP TABLE answers; --"
    rows = [(f"i{item}", f"p{who}", quote if label == "a" else '"b"') for item, who, label in judged(40, 3, "ab")]
    _, report = audit(("item", "worker'\"; --", "label"), rows)
    (found,) = report.agreement
    assert found.labels == ('"b"', quote)


@pytest.mark.parametrize(
    ("name", "words"),
    [("raterA_2", ("rater", "a", "2")), ("Coder 1", ("coder", "1")), ("annotator1", ("annotator", "1")), ("", ())],
)
def test_names_fall_into_words_and_numbers(name, words):
    assert name_words(name) == words


# --- what is no annotation --------------------------------------------------------------------------------------------


def test_orders_of_users_are_no_annotations(audit):
    rows = [(f"sku{n % 40}", f"u{n % 23}", "abcd"[n % 40 % 4], str(n % 7)) for n in range(400)]
    _, report = audit(("item", "user", "category", "quantity"), rows)
    assert (report.agreement, hints(report), conflicts(report)) == ((), {}, {})


def test_time_sheets_of_workers_are_no_annotations(audit):
    rows = [(f"w{n % 17}", f"t{n % 30}", "abc"[n % 30 % 3], str(n % 8), f"2024-01-{1 + n % 28:02}") for n in range(600)]
    _, report = audit(("worker", "task", "class", "hours", "date"), rows)
    assert report.agreement == ()


def test_places_of_a_list_of_labels_are_no_raters(audit):
    generator = random.Random(2)
    rows = [(f"i{n}", *generator.sample("abcde", 3)) for n in range(100)]
    _, report = audit(("id", "label_1", "label_2", "label_3"), rows)
    assert report.agreement == ()


def test_people_assigned_to_records_are_no_raters(audit):
    generator = random.Random(2)
    rows = [(f"i{n}", *generator.sample(["Anna", "Ben", "Chloe", "Dan"], 2)) for n in range(100)]
    _, report = audit(("id", "reviewer_1", "reviewer_2"), rows)
    assert report.agreement == ()


def test_yes_or_no_for_each_of_several_labels_is_no_rating_of_one(audit):
    generator = random.Random(2)
    rows = [(f"i{n}", *generator.choices("01", k=3)) for n in range(100)]
    _, report = audit(("id", "label_toxic", "label_rude", "label_threat"), rows)
    assert report.agreement == ()


def test_raters_with_other_labels_are_not_compared(audit):
    generator = random.Random(2)
    rows = [(f"i{n}", generator.choice("abc"), generator.choice("xyz")) for n in range(100)]
    _, report = audit(("id", "rater_1", "rater_2"), rows)
    assert report.agreement == ()


def test_predictions_beside_labels_are_no_raters(audit):
    rows = [(f"i{n}", "abc"[n % 3], "abc"[n % 3 if n % 5 else 0]) for n in range(100)]
    _, report = audit(("id", "label_true", "label_pred"), rows)
    assert report.agreement == ()


# --- hints about annotators -------------------------------------------------------------------------------------------


def test_two_labels_used_interchangeably_are_named(audit):
    generator = random.Random(4)
    rows = [
        (
            f"i{item}",
            f"p{who}",
            generator.choice(("billing", "payment")) if item % 2 else ("other", "spam")[item % 4 // 2],
        )
        for item in range(80)
        for who in range(3)
    ]
    _, report = audit(("item", "annotator", "label"), rows)
    hint = hints(report)["confused_labels"]
    assert hint.examples == ("billing / payment: 100%",)
    assert hint.text.startswith("One pair of labels makes up 100% of all disagreements.")
    assert not any(label in hint.text for label in ("billing", "payment"))
    (found,) = report.agreement
    assert [(pair.first, pair.second) for pair in found.confused] == [("billing", "payment")]


def test_annotators_who_agree_are_no_hint(audit):
    rows = [(f"i{item}", f"p{who}", label) for item, who, label in judged(200, 3, "abcd", right=0.97)]
    _, report = audit(("item", "annotator", "label"), rows)
    assert "confused_labels" not in hints(report)


def test_items_without_a_majority_are_shown(audit):
    rows = [(f"i{item}", "anna", "a" if item % 2 else "b") for item in range(40)]
    rows += [(f"i{item}", "ben", "b" if item < 4 or not item % 2 else "a") for item in range(40)]
    _, report = audit(("item", "annotator", "label"), rows)
    hint = hints(report)["disputed_items"]
    assert hint.examples == ("item i1", "item i3")
    assert hint.text.startswith("In 2 of 40 items")


def test_annotators_without_a_common_item_are_a_hint(audit):
    rows = [(f"i{n}", unlike(60)[n], f"p{n % 3}", "ab"[n % 2]) for n in range(60)]
    _, report = audit(("id", "text", "annotator", "label"), rows)
    assert report.agreement == ()
    assert set(hints(report)) == {"unshared_labels"}


def test_labels_that_hardly_any_record_has_are_a_hint(audit):
    rows = [(sentence, "ab"[n % 2]) for n, sentence in enumerate(unlike(150))]
    rows[7] = (rows[7][0], "ba")
    _, report = audit(("text", "label"), rows)
    hint = hints(report)["rare_label"]
    assert (hint.examples, hint.records) == (("ba",), 1)


# --- the same content under different labels --------------------------------------------------------------------------


def test_the_same_text_with_two_labels_is_two_problems(audit):
    rows = [(f"i{n}", sentence, "ab"[n % 2]) for n, sentence in enumerate(unlike(200))]
    rows += [("i200", rows[3][1].upper() + " ", "a"), ("i201", rows[8][1], "b"), ("i202", rows[9][1], "b")]
    connection, report = audit(("id", "text", "label"), rows)
    assert conflicts(report) == {"label_conflict: label": 4}
    first = records_of(connection, "label_conflict: label")[0]
    assert (first.record, first.value) == (4, "b")
    assert first.reason == "the same content is also labelled otherwise in 1 record"


def test_where_nearly_all_records_agree_only_the_other_one_is_doubtful(audit):
    rows = [(sentence, "ab"[n % 2]) for n, sentence in enumerate(unlike(100))]
    rows += [(SENTENCES[0], "a")] * 9 + [(SENTENCES[0], "b")]
    connection, report = audit(("text", "label"), rows)
    assert conflicts(report) == {"label_conflict: label": 1}
    (doubtful,) = records_of(connection, "label_conflict: label")
    assert (doubtful.record, doubtful.value) == (110, "b")
    assert doubtful.reason == "the same content is also labelled otherwise in 9 records"


def test_the_same_text_in_another_language_or_product_is_other_content(audit):
    rows = [(sentence, "en", "ab"[n % 2]) for n, sentence in enumerate(unlike(100))]
    rows += [(rows[0][0], "de", "b"), (rows[1][0], "en", "a")]
    _, report = audit(("text", "language", "label"), rows)
    assert conflicts(report) == {"label_conflict: label": 2}


def test_short_texts_repeat_by_chance(audit):
    rows = [(sentence, "ab"[n % 2]) for n, sentence in enumerate(unlike(100))]
    rows += [("ok", "a"), ("ok", "b"), ("thanks", "a"), ("thanks", "b")]
    _, report = audit(("text", "label"), rows)
    assert conflicts(report) == {}


def test_two_categories_are_no_content(audit):
    generator = random.Random(3)
    rows = [(*generator.choices("xyz", k=3), generator.choice("ab")) for _ in range(300)]
    _, report = audit(("size", "shape", "material", "label"), rows)
    assert conflicts(report) == {}


def test_many_measurements_are_content_and_equal_ones_need_one_class(audit):
    generator = random.Random(3)
    rows = [(*(f"{generator.uniform(0, 90):.2f}" for _ in range(4)), "abc"[n % 3]) for n in range(300)]
    rows += [(*rows[0][:4], "b"), (*rows[1][:4], "b")]
    _, report = audit(("sepal length", "sepal width", "petal length", "petal width", "class"), rows)
    assert conflicts(report) == {"label_conflict: class": 2}


def test_a_few_coarse_measurements_are_equal_by_chance(audit):
    generator = random.Random(3)
    rows = [(*(str(generator.randrange(12)) for _ in range(4)), "abc"[n % 3]) for n in range(1000)]
    _, report = audit(("a", "b", "c", "d", "class"), rows)
    assert conflicts(report) == {}


def test_boilerplate_under_many_categories_is_no_conflict(audit):
    rows = [(f"T{n}", sentence, ("billing", "delivery", "other")[n % 3]) for n, sentence in enumerate(unlike(300))]
    rows += [(f"B{n}", "Please see the attached document for details", ("billing", "other")[n % 2]) for n in range(40)]
    _, report = audit(("ticket", "description", "category"), rows)
    assert conflicts(report) == {}


def test_a_category_that_the_text_does_not_decide_is_a_hint(audit):
    generator = random.Random(3)
    rows = [(f"T{n}", text, generator.choice(["north", "south", "west"])) for n, text in enumerate(unlike(60) * 3)]
    _, report = audit(("ticket", "description", "category"), rows)
    assert (conflicts(report), set(hints(report))) == ({}, {"label_conflict"})


def test_a_category_that_the_text_mostly_decides_has_its_conflicts_listed(audit):
    texts = unlike(200)
    rows = [(f"T{n}", texts[n % 200], ("billing", "delivery")[n % 2]) for n in range(400)]
    rows[350] = ("T350", texts[150], "delivery")
    _, report = audit(("ticket", "description", "category"), rows)
    assert conflicts(report) == {"label_conflict: category": 2}


def test_labels_of_named_annotators_are_never_conflicts_of_content(audit):
    rows = [(unlike(60)[item], f"p{who}", label) for item, who, label in judged(60, 4)]
    _, report = audit(("text", "annotator", "label"), rows)
    assert conflicts(report) == {}
    assert len(report.agreement) == 1


def test_a_field_that_a_person_calls_label_is_one(audit):
    rows = [(sentence, "ab"[n % 2]) for n, sentence in enumerate(unlike(100))]
    rows += [(rows[0][0], "b")]

    def called_label(rules):
        return rules.with_rules(
            [
                rule.model_copy(update={"kind": FieldKind.LABEL, "edited": True}) if rule.field == "queue" else rule
                for rule in rules.rules
            ]
        )

    assert conflicts(audit(("text", "queue"), rows)[1]) == {}
    assert conflicts(audit(("text", "queue"), rows, called_label)[1]) == {"label_conflict: queue": 2}


def test_ordinary_records_say_nothing_about_labels(audit):
    rows = [(f"A{n}", sentence, str(n % 9), "open") for n, sentence in enumerate(unlike(50))]
    _, report = audit(("id", "note", "amount", "status"), rows)
    assert (report.agreement, hints(report), conflicts(report)) == ((), {}, {})


def test_the_shared_answers_about_dogs_have_their_published_kappa(shared_datasets):
    connection = open_workspace()
    path = shared_datasets / "crowd_labels" / "dog" / "answer.csv"
    reading = read_sample(SampleFile(path, path.name), connection)
    report = audit_sample(connection, reading, suggest_rules(connection, reading))
    connection.close()
    (found,) = report.agreement
    fleiss = next(measure for measure in found.measures if measure.name == FLEISS)
    assert round(fleiss.value, 3) == 0.519
    assert (found.items, found.annotators, found.answers) == (807, 109, 8070)
    assert conflicts(report) == {}
