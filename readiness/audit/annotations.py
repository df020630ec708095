"""Which fields say who gave which label to what: a field for each part, or a column for each annotator."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from readiness.audit.dialect import row_hash
from readiness.audit.findings import FINE, KEPT, UNSETTLED, Findings
from readiness.audit.rules import DATED, FieldKind, FieldRule

MOST_LABELS = 50  # a field with more different values holds no labels
_MOST_NUMBERS = 20  # the same, where they are numbers
_MOST_LABEL_FIELDS = 5
_MOST_ITEM_FIELDS = 8
_MOST_RATERS = 200  # columns
_FEWEST_ANSWERS_AN_ITEM = 1.02
_MOST_REPEATED = 1.5  # records for each pair of item and annotator; more are events, not answers
_ABOUT = 1.02  # counts of different values are estimates in large samples
_ONE_LABEL_SHARE = 0.9  # of the pairs of item and annotator: the rest may have several labels


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ANNOTATOR = _set(
    "annotator annotators annotateur anotador worker workers rater raters labeler labelers labeller labellers coder "
    "coders kodierer codierer bewerter turker crowdworker assessor grader adjudicator judge"
)
_SURE_ANNOTATOR = _set("annotator annotateur anotador rater labeler labeller coder kodierer codierer")
_PERHAPS_ANNOTATOR = _set(
    "user users reviewer reviewers expert experts evaluator evaluators marker scorer reader moderator radiologist "
    "pathologist clinician physician doctor"
)
_DONE = _set("labeled labelled annotated rated coded judged graded assessed")  # ... by
_LABEL = _set(
    "label labels labeled labelled annotation annotations judgment judgement verdict sentiment stance emotion toxicity "
    "etikett etiquette etiqueta groundtruth"
)
_PERHAPS_LABEL = _set(
    "answer answers response class category klasse kategorie classe categorie clase categoria rating grade score code "
    "decision diagnosis choice vote intent topic relevance value tag target"
)
_RATER_NAMES = _ANNOTATOR | _PERHAPS_ANNOTATOR | _LABEL  # one of them stands in the name of a rater's column
_CATEGORY_ALONE = _set("class category klasse kategorie classe categorie clase categoria intent topic target")
_ITEM = _set(
    "item items question questions task tasks record records document documents doc text sentence example instance "
    "sample unit object case tweet post comment message hit subject image url file query pair utterance"
)
_NO_LABEL = _set(
    "gold golden truth true expected correct majority consensus final adjudicated reference predicted prediction pred "
    "model confidence time id ids count number duration date reason comment comments note notes text url"
)
_NO_RATER = _set(
    "old new before after previous current prior primary secondary main sub other source target from to true pred "
    "predicted prediction model gold golden truth final majority consensus adjudicated id ids name names count time "
    "date comment comments note notes text reason confidence email start end by at"
)
_NUMERALS = _set("first second third fourth fifth one two three four five i ii iii iv v vi")
_LABEL_KINDS = frozenset(
    {
        FieldKind.LABEL,
        FieldKind.CATEGORY,
        FieldKind.BOOLEAN,
        FieldKind.TEXT,
        FieldKind.NUMBER,
        FieldKind.IDENTIFIER,
        FieldKind.NAME,
        FieldKind.ANNOTATOR,
        FieldKind.QUANTITY,
        FieldKind.PERCENT,
        FieldKind.MONEY,
        FieldKind.COUNTRY,
    }
)
_PLAIN = _set("id ids name no nr number code key uid login by the")
_OF_ANNOTATORS = _set("confidence time count date comment agent type role duration age gender country")
_SURE, _PERHAPS = 2, 1


@dataclass(frozen=True, slots=True)
class LongForm:
    """One answer a record: `item` was labelled by `annotator`. `is_sure` when the names leave no doubt."""

    item: FieldRule
    annotator: FieldRule
    label: FieldRule
    is_sure: bool


@dataclass(frozen=True, slots=True)
class WideForm:
    """One item a record, and a field for each rater's label."""

    raters: tuple[FieldRule, ...]


@lru_cache(maxsize=8192)
def name_words(name: str) -> tuple[str, ...]:
    """The words and numbers of a field's name in their order, in lower case; `raterA_2` is rater, a, 2."""
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return tuple(word.lower() for word in re.findall(r"[^\W\d_]+|\d+", spaced))


def label_standing(rule: FieldRule) -> int:
    """How surely a field holds labels by its name and what a person said: 2, 1 (a category, perhaps), or 0."""
    words = set(name_words(rule.field))
    if rule.edited and rule.kind is FieldKind.LABEL:
        return _SURE
    if words & _NO_LABEL or rule.kind not in _LABEL_KINDS or annotator_standing(rule):
        return 0
    if words & _LABEL:
        return _SURE
    return _PERHAPS if words & _PERHAPS_LABEL or rule.kind is FieldKind.LABEL else 0


def is_category(rule: FieldRule) -> bool:
    """Whether a label field is named as a category, class or topic, which many records have without being labelled."""
    return bool(set(name_words(rule.field)) & _CATEGORY_ALONE)


def annotator_standing(rule: FieldRule) -> int:
    """How surely a field names annotators: 2, 1 (a user, a reviewer), or 0."""
    words = set(name_words(rule.field))
    if rule.edited and rule.kind is FieldKind.ANNOTATOR:
        return _SURE
    if rule.kind in DATED or words & _OF_ANNOTATORS or _ends_as_label(rule):
        return 0
    if words & _ANNOTATOR or (words & _DONE and "by" in words):
        return _SURE
    return _PERHAPS if words & _PERHAPS_ANNOTATOR or rule.kind is FieldKind.ANNOTATOR else 0


def holds_few_values(findings: Findings, rule: FieldRule, most: int = MOST_LABELS) -> bool:
    """Whether the field has so few different values that they can be labels."""
    number = rule.kind in (FieldKind.NUMBER, FieldKind.MONEY, FieldKind.PERCENT, FieldKind.QUANTITY)
    return 1 <= findings.distinct.get(rule.position, 0) <= (min(most, _MOST_NUMBERS) if number else most)


def long_forms(findings: Findings) -> tuple[LongForm, ...]:
    """The label fields of a file with an answer a record, each with its item and annotator; () for other files."""
    annotator = _best(findings, findings.checked, annotator_standing)
    if annotator is None or findings.distinct.get(annotator.position, 0) < 2:
        return ()
    standing = {
        rule.position: label_standing(rule)
        for rule in findings.checked
        if rule.position != annotator.position and holds_few_values(findings, rule)
    }
    best = max(standing.values(), default=0)
    labels = [rule for rule in findings.checked if best and standing.get(rule.position, 0) == best]
    found = []
    for label in labels[:_MOST_LABEL_FIELDS]:
        item = _item_of(findings, annotator, label)
        if item is None:
            continue
        named = bool(set(name_words(item.field)) & _ITEM)
        evidence = annotator_standing(annotator) + best
        if evidence + named >= _SURE + _PERHAPS:
            found.append(LongForm(item, annotator, label, is_sure=evidence > _SURE + _PERHAPS))
    return tuple(found)


def unshared_labels(findings: Findings) -> tuple[FieldRule, FieldRule] | None:
    """The fields of annotator and label, surely named, whose items nobody answered twice."""
    annotator = _best(findings, findings.checked, annotator_standing)
    label = _best(findings, (rule for rule in findings.checked if holds_few_values(findings, rule)), label_standing)
    if annotator is None or label is None or annotator_standing(annotator) + label_standing(label) < 2 * _SURE:
        return None
    return annotator, label


def wide_forms(findings: Findings) -> tuple[WideForm, ...]:
    """The groups of fields that are named as raters of the same records; their values are not compared yet."""
    templates: dict[tuple[str, ...], list[tuple[FieldRule, str]]] = defaultdict(list)
    for rule in findings.checked:
        words = name_words(rule.field)
        if not set(words) & _RATER_NAMES or not holds_few_values(findings, rule) or rule.kind not in _LABEL_KINDS:
            continue
        for place, word in enumerate(words):
            templates[(*words[:place], "*", *words[place + 1 :])].append((rule, word))
    taken: set[int] = set()
    forms = []
    for template, group in sorted(templates.items(), key=_most_telling_first):
        members = [(rule, word) for rule, word in group if rule.position not in taken]
        if _are_raters(findings, template, members):
            taken.update(rule.position for rule, _ in members)
            forms.append(WideForm(tuple(rule for rule, _ in members[:_MOST_RATERS])))
    return tuple(sorted(forms, key=lambda form: form.raters[0].position))[:_MOST_LABEL_FIELDS]


def answer_table(findings: Findings, form: LongForm | WideForm, name: str) -> None:
    """Leaves the table `name` (item, annotator, label, shown, n): each different answer, the label in lower case.

    `shown` is one of its spellings, `n` the records that hold the answer.
    """
    source = _long_answers(form) if isinstance(form, LongForm) else _wide_answers(form)
    findings.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {source}")


def is_filled(rule: FieldRule) -> str:
    """SQL over `verdicts` as v: the field's cell holds a value."""
    return f"v.v{rule.position} IN ({FINE}, {UNSETTLED}, {KEPT})"


def _long_answers(form: LongForm) -> str:
    parts = (("item", form.item), ("annotator", form.annotator), ("label", form.label))
    cells = ", ".join(f"trim(r.c{rule.position}) AS {part}" for part, rule in parts)
    filled = " AND ".join(is_filled(rule) for _, rule in parts)
    return (
        "SELECT item, annotator, lower(label) AS label, min(label) AS shown, count(*) AS n FROM "
        f"(SELECT {cells} FROM records AS r JOIN verdicts AS v ON r.record = v.record WHERE {filled}) "
        "GROUP BY item, annotator, lower(label)"
    )


def _wide_answers(form: WideForm) -> str:
    """One SELECT a rater; the annotator is the field's position. A record has one cell a field, so none repeats."""
    return " UNION ALL ".join(
        f"SELECT r.record AS item, {rule.position} AS annotator, lower(trim(r.c{rule.position})) AS label, "
        f"trim(r.c{rule.position}) AS shown, 1 AS n FROM records AS r JOIN verdicts AS v ON r.record = v.record "
        f"WHERE {is_filled(rule)}"
        for rule in form.raters
    )


def _best(findings: Findings, rules: Iterable[FieldRule], standing: Callable[[FieldRule], int]) -> FieldRule | None:
    """The field of the highest standing; of equals the one that is named so and nothing else, then the finest."""
    ranked = [
        (standing(rule), _is_named_plainly(rule), findings.distinct.get(rule.position, 0), rule) for rule in rules
    ]
    best = max(ranked, key=lambda one: (*one[:3], -one[3].position), default=None)
    return best[3] if best and best[0] else None


def _ends_as_label(rule: FieldRule) -> bool:
    """Whether the name says whose label it is, as user_answer does."""
    return bool(set(name_words(rule.field)[-1:]) & (_LABEL | _PERHAPS_LABEL))


def _is_named_plainly(rule: FieldRule) -> bool:
    """Whether the name holds no more than the role, as worker_id does and worker_country does not."""
    return set(name_words(rule.field)) <= _ANNOTATOR | _PERHAPS_ANNOTATOR | _LABEL | _PERHAPS_LABEL | _PLAIN


def _item_of(findings: Findings, annotator: FieldRule, label: FieldRule) -> FieldRule | None:
    """The field that says what was labelled: each annotator answered it about once, and some were answered twice."""
    candidates = [
        rule
        for rule in findings.checked
        if rule.position not in (annotator.position, label.position) and _may_be_item(findings, rule)
    ]
    candidates.sort(key=lambda rule: (not _is_item_named(rule), -findings.distinct[rule.position], rule.position))
    candidates = candidates[:_MOST_ITEM_FIELDS]
    if not candidates:
        return None
    who, what = f"c{annotator.position}", f"c{label.position}"
    keys = [
        key
        for cell in (f"c{rule.position}" for rule in candidates)
        for key in (cell, row_hash([cell, who]), row_hash([cell, who, what]))
    ]
    counts = ", ".join(f"count(DISTINCT {key})" for key in keys)
    records, *found = findings.one(f"SELECT count(*), {counts} FROM {findings.sound} WHERE {what} <> ''")
    for place, rule in enumerate(candidates):
        items, pairs, answers = found[3 * place : 3 * place + 3]
        several_answers = items > 1 and pairs >= _FEWEST_ANSWERS_AN_ITEM * items
        if several_answers and pairs >= _ONE_LABEL_SHARE * answers and records <= _MOST_REPEATED * pairs:
            return rule
    return None


def _may_be_item(findings: Findings, rule: FieldRule) -> bool:
    different = findings.distinct.get(rule.position, 0)
    if rule.kind in DATED or rule.kind is FieldKind.TIME or annotator_standing(rule):
        return False
    return 1 < different <= _ABOUT * findings.records


def _is_item_named(rule: FieldRule) -> bool:
    return bool(set(name_words(rule.field)) & _ITEM) or rule.kind is FieldKind.IDENTIFIER


def _most_telling_first(
    entry: tuple[tuple[str, ...], list[tuple[FieldRule, str]]],
) -> tuple[bool, int, tuple[str, ...]]:
    template, group = entry
    return (not all(_is_numeral(word) for _, word in group), -len(group), template)


def _are_raters(findings: Findings, template: tuple[str, ...], members: Sequence[tuple[FieldRule, str]]) -> bool:
    """Whether names that differ in one word are those of raters: rater_1 and rater_2, label_anna and label_ben."""
    fixed, own = set(template), {word for _, word in members}
    if len(members) < 2 or (fixed | own) & _NO_RATER or own & (_LABEL | _PERHAPS_LABEL):
        return False
    if all(_is_numeral(word) for word in own):
        return bool(fixed & (_ANNOTATOR | _PERHAPS_ANNOTATOR | _LABEL))
    if fixed & _SURE_ANNOTATOR:
        return True
    # label_toxic and label_rude with 0 or 1 are two questions, not two people
    return bool(fixed & _LABEL) and any(findings.distinct.get(rule.position, 0) > 2 for rule, _ in members)


def _is_numeral(word: str) -> bool:
    return word.isdigit() or len(word) == 1 or word in _NUMERALS
