"""Label noise: how far annotators agree, labels they confuse, and the same content under different labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

from readiness.agreement import Agreement, LabelPair, Votes, agreement_in, counted_votes, tied
from readiness.audit.annotations import (
    MOST_LABELS,
    LongForm,
    WideForm,
    annotator_standing,
    answer_table,
    holds_few_values,
    is_category,
    is_filled,
    label_standing,
    long_forms,
    name_words,
    unshared_labels,
    wide_forms,
)
from readiness.audit.checks import Check
from readiness.audit.dialect import bytes_of, row_hash
from readiness.audit.findings import Findings
from readiness.audit.report import AgreementMeasure, ConfusedPair, Hint, LabelAgreement, Tier
from readiness.audit.rules import DATED, NUMERIC, FieldKind, FieldRule
from readiness.sql import quote_literal

LABEL_CONFLICT = Check(
    "label_conflict",
    "Same content, different label",
    "Records with the same content carry different labels, so at least one of them is wrong; a model learns both.",
    Tier.NEEDS_REVIEW,
)

_SHOWN, _EXAMPLE_LENGTH = 5, 120
_MOST_CONFUSED_PAIRS = 20
_COMMON_LABELS = 0.8  # of a column's answers are labels that other raters give too
_EXPECTED_AGREEING = 3.0  # with so many expected by chance and none found, the columns are slots, not raters
_TENTATIVE = 2 / 3  # alpha below which not even tentative conclusions are drawn (Krippendorff 2004)
_CONFUSED_SHARE, _TIMES_AN_EVEN_SHARE, _FEWEST_CONFUSED = 0.25, 1.5, 5
_UNUSED, _USED_RECORDS = 3, 100
_A_SCALE = 3  # numbers that may be steps of a scale
_CLEAR_MAJORITY = 0.8  # of the records with one content: then the others are the doubtful ones
_SHORTEST_TEXT = 12  # characters; shorter ones repeat by chance
_SHORTEST_TEXT_OF_CATEGORY, _MOST_REPEATED_OF_CATEGORY = 30, 10  # longer texts, and no boilerplate
_CONFLICTING_REPEATS = 0.5
_FREE_TEXT_VALUES, _SENTENCES_SHARE = 20, 0.5
_FEWEST_CONTENT_FIELDS = 4  # where there is no free text
_MOST_CONTENT_FIELDS = 60
_SPECIFIC_SHARE = 0.9  # different contents among the records
_CHANCE_SHARE = 0.05  # pairs of equal records that chance may be expected to make
_PREDICTED = (("class",), ("target",))
_BOOKKEEPING = frozenset({"split", "fold", "set", "source", "batch", "file", "filename", "index", "row", "version"})


def find_label_noise(findings: Findings) -> None:
    """Adds the agreement of annotators, hints about confused and disputed labels, and records in conflict."""
    compared = _compare_annotators(findings)
    if not compared and not any(annotator_standing(rule) > 1 for rule in findings.checked):
        _compare_contents(findings)


# --- annotators -------------------------------------------------------------------------------------------------------


def _compare_annotators(findings: Findings) -> bool:
    before = len(findings.agreement)
    forms: list[LongForm | WideForm] = [*long_forms(findings), *wide_forms(findings)]
    for form in forms:
        answer_table(findings, form, "answers")
        if isinstance(form, WideForm):
            _add_wide(findings, form)
        else:
            _add_long(findings, form)
    if forms:
        findings.connection.execute("DROP TABLE IF EXISTS answers")
        findings.connection.execute("DROP TABLE IF EXISTS item_votes")
    if len(findings.agreement) == before:
        _hint_at_unshared(findings)
    return len(findings.agreement) > before


def _add_long(findings: Findings, form: LongForm) -> None:
    labels = _labels(findings)
    if len(labels) > MOST_LABELS or not (form.is_sure or _labels_differ(findings)):
        return  # a class that never differs is the item's own property
    left_out = _leave_out_several(findings)
    agreement, votes = _agreement(findings, labels)
    sentence = " ".join(filter(None, (agreement.sentence, _about_left_out(left_out), _about_numbers(labels))))
    findings.agreement.append(
        _reported(
            agreement,
            label_fields=(form.label.field,),
            annotator_field=form.annotator.field,
            item_field=form.item.field,
            sentence=sentence,
        )
    )
    _add_hints(findings, agreement, votes, (form.label.field,), form.item.field)
    if label_standing(form.label) > 1:
        _hint_at_rare_labels(findings, form.label, labels)


def _add_wide(findings: Findings, form: WideForm) -> None:
    raters = _of_one_set(findings, form.raters)
    if len(raters) < 2:
        return
    kept = ", ".join(str(rule.position) for rule in raters)
    findings.connection.execute(f"DELETE FROM answers WHERE annotator NOT IN ({kept})")
    labels = _labels(findings)
    if len(labels) > MOST_LABELS:
        return
    agreement, votes = _agreement(findings, labels)
    if _are_slots(findings, agreement):
        return
    fields = tuple(rule.field for rule in raters)
    taken = f"The {len(fields)} fields were taken as raters of the same records because of their names and values."
    sentence = " ".join(filter(None, (agreement.sentence, taken, _about_numbers(labels))))
    findings.agreement.append(_reported(agreement, label_fields=fields, sentence=sentence))
    _add_hints(findings, agreement, votes, fields, "")


def _labels(findings: Findings) -> dict[str, tuple[str, int]]:
    """Label as compared -> (as shown, its answers), numbers by size and words by the alphabet."""
    rows = findings.rows("SELECT label, min(shown), sum(n) FROM answers GROUP BY label ORDER BY label")
    return {label: (shown, int(count)) for label, shown, count in sorted(rows, key=lambda row: _place_of(row[0]))}


def _place_of(label: str) -> tuple[bool, float, str]:
    try:
        number = float(label)
    except ValueError:
        return (True, 0.0, label)
    return (not isfinite(number), number if isfinite(number) else 0.0, label)


def _labels_differ(findings: Findings) -> bool:
    """Whether some item has two different labels."""
    differing = "SELECT item FROM answers GROUP BY item HAVING min(label) <> max(label)"
    return bool(findings.one(f"SELECT count(*) FROM (SELECT * FROM ({differing}) LIMIT 1)")[0])


def _leave_out_several(findings: Findings) -> int:
    """How many pairs of item and annotator have several labels; they are taken out of the answers."""
    several = "SELECT item, annotator FROM answers GROUP BY item, annotator HAVING count(*) > 1"
    count = int(findings.one(f"SELECT count(*) FROM ({several})")[0])
    if count:
        findings.connection.execute(
            "CREATE OR REPLACE TEMP TABLE answers AS SELECT item, annotator, label, shown, n FROM (SELECT *, count(*) "
            "OVER (PARTITION BY item, annotator) AS labels FROM answers) WHERE labels = 1"
        )
    return count


def _of_one_set(findings: Findings, raters: Sequence[FieldRule]) -> list[FieldRule]:
    """Those raters whose labels are those that others of them give too."""
    common = "SELECT label FROM answers GROUP BY label HAVING count(DISTINCT annotator) > 1"
    rows = findings.rows(
        "SELECT annotator, sum(n), sum(CASE WHEN label IN (SELECT label FROM "
        f"({common})) THEN n ELSE 0 END) FROM answers GROUP BY annotator"
    )
    shared = {int(position) for position, count, common_count in rows if common_count >= _COMMON_LABELS * count}
    return [rule for rule in raters if rule.position in shared]


def _agreement(findings: Findings, labels: Mapping[str, tuple[str, int]]) -> tuple[Agreement, Votes]:
    """The measures over the table `answers`; leaves `item_votes` (item, n0, n1, ...), the count of each label."""
    keys = list(labels)
    counts = [f"sum(CASE WHEN label = {quote_literal(key)} THEN 1 ELSE 0 END) AS n{i}" for i, key in enumerate(keys)]
    findings.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE item_votes AS SELECT item, {', '.join(counts)} FROM answers GROUP BY item"
    )
    columns = ", ".join(f"n{i}" for i, _ in enumerate(keys))
    rows = findings.rows(f"SELECT count(*), {columns} FROM item_votes GROUP BY {columns}")
    votes = counted_votes(
        [labels[key][0] for key in keys], {tuple(int(n) for n in answered): items for items, *answered in rows}
    )
    annotators = int(findings.one("SELECT count(DISTINCT annotator) FROM answers")[0])
    pairs = _pairs_of_two(findings) if annotators == 2 else None
    return agreement_in(votes, annotators=annotators, pairs=pairs), votes


def _pairs_of_two(findings: Findings) -> dict[tuple[str, str], int]:
    rows = findings.rows(
        "SELECT a.label, b.label, count(*) FROM answers AS a JOIN answers AS b ON a.item = b.item "
        "WHERE a.annotator < b.annotator GROUP BY a.label, b.label"
    )
    return {(first, second): int(count) for first, second, count in rows}


def _are_slots(findings: Findings, agreement: Agreement) -> bool:
    """Whether fields never agree where chance alone would: the places of a list, not people with one opinion each."""
    if agreement.raw != 0:
        return False
    by_chance = findings.one(
        "SELECT sum(share * share) FROM (SELECT CAST(sum(n) AS DOUBLE) / (SELECT sum(n) FROM answers) AS share "
        "FROM answers GROUP BY label)"
    )[0]
    return float(by_chance) * agreement.compared_items >= _EXPECTED_AGREEING


def _reported(
    agreement: Agreement,
    *,
    label_fields: tuple[str, ...],
    annotator_field: str = "",
    item_field: str = "",
    sentence: str,
) -> LabelAgreement:
    return LabelAgreement(
        label_fields=label_fields,
        annotator_field=annotator_field,
        item_field=item_field,
        items=agreement.items,
        annotators=agreement.annotators,
        answers=agreement.answers,
        labels=agreement.labels,
        raw=agreement.raw,
        measures=tuple(
            AgreementMeasure(name=measure.name, value=measure.value, low=measure.low, high=measure.high)
            for measure in agreement.measures
        ),
        confused=tuple(
            ConfusedPair(first=pair.first, second=pair.second, pairs=pair.pairs, share=pair.share)
            for pair in agreement.confused[:_MOST_CONFUSED_PAIRS]
        ),
        sentence=sentence,
    )


def _about_left_out(pairs: int) -> str:
    if not pairs:
        return ""
    cases = "1 case" if pairs == 1 else f"{pairs:,} cases"
    return f"In {cases} one annotator gave an item several labels; these answers were left out."


def _about_numbers(labels: Mapping[str, tuple[str, int]]) -> str:
    if len(labels) < _A_SCALE or not all(label.replace(".", "", 1).isdecimal() for label in labels):
        return ""
    return "The labels are numbers and were compared as names: a near miss counts as much as a far one."


# --- hints about annotators -------------------------------------------------------------------------------------------


def _add_hints(
    findings: Findings, agreement: Agreement, votes: Votes, fields: tuple[str, ...], item_field: str
) -> None:
    confused = [pair for pair in agreement.confused if _is_confused(pair, len(agreement.labels))]
    if confused:
        findings.hints.append(_confused_hint(confused, fields))
    _hint_at_disputed_items(findings, votes, fields, item_field)


def _is_confused(pair: LabelPair, labels: int) -> bool:
    """Whether the pair has far more than its part of the disagreements, and hardly tells the two apart."""
    even = 2 / (labels * (labels - 1))
    stands_out = labels == 2 or pair.share >= max(_CONFUSED_SHARE, _TIMES_AN_EVEN_SHARE * even)
    alike = pair.alpha is not None and pair.alpha < _TENTATIVE
    return stands_out and alike and pair.pairs >= _FEWEST_CONFUSED


def _confused_hint(pairs: Sequence[LabelPair], fields: tuple[str, ...]) -> Hint:
    share = sum(pair.share for pair in pairs)
    count = "One pair of labels makes" if len(pairs) == 1 else f"{len(pairs)} pairs of labels make"
    worst = min(pair.alpha for pair in pairs if pair.alpha is not None)
    return Hint(
        id=f"confused_labels: {' + '.join(fields)}",
        kind="confused_labels",
        fields=fields,
        title=f"Labels that annotators confuse: {_named(fields)}",
        text=(
            f"{count} up {share:.0%} of all disagreements. Between two such labels alone Krippendorff's alpha is as "
            f"low as {worst:.2f}; conclusions are drawn from {_TENTATIVE:.3f} on. They may be one category, or need a "
            "sharper definition; a model inherits the confusion."
        ),
        examples=tuple(f"{pair.first} / {pair.second}: {pair.share:.0%}"[:_EXAMPLE_LENGTH] for pair in pairs[:_SHOWN]),
    )


def _hint_at_disputed_items(findings: Findings, votes: Votes, fields: tuple[str, ...], item_field: str) -> None:
    """Items of which no label has the most answers: nothing in the file says what they are."""
    disputed = tied(votes)
    count = int(disputed.items.sum())
    if not count:
        return
    most = sorted(disputed.counts.tolist(), key=lambda row: (-row.count(max(row)), -sum(row), row))[:_SHOWN]
    places = " ".join(
        f"WHEN {' AND '.join(f'n{label} = {n}' for label, n in enumerate(row))} THEN {place}"
        for place, row in enumerate(most)
    )
    rows = findings.rows(
        f"SELECT item FROM (SELECT item, CASE {places} END AS place FROM item_votes) WHERE place IS NOT NULL "
        f"ORDER BY place, item LIMIT {_SHOWN}"
    )
    prefix = f"{item_field} " if item_field else "record "
    findings.hints.append(
        Hint(
            id=f"disputed_items: {' + '.join(fields)}",
            kind="disputed_items",
            fields=fields,
            title=f"Items without a majority label: {_named(fields)}",
            text=(
                f"In {count:,} of {int(votes.compared.items.sum()):,} items that several people labelled, no label has "
                "more answers than every other one. Someone has to decide them before they train or test anything."
            ),
            records=0 if item_field else count,
            examples=tuple(f"{prefix}{item}"[:_EXAMPLE_LENGTH] for (item,) in rows),
        )
    )


def _hint_at_unshared(findings: Findings) -> None:
    found = unshared_labels(findings)
    if found is None:
        return
    annotator, label = found
    findings.hints.append(
        Hint(
            id=f"unshared_labels: {label.field}",
            kind="unshared_labels",
            fields=(label.field, annotator.field),
            title=f"No item labelled twice: {label.field}",
            text=(
                "Annotators are named, but no item was found that two of them labelled, so nobody can say how far they "
                "agree. Have a second person label a part of the records."
            ),
        )
    )


def _hint_at_rare_labels(findings: Findings, rule: FieldRule, labels: Mapping[str, tuple[str, int]]) -> None:
    """Labels that hardly any record has: too few to learn from or to test with."""
    rare = [(shown, count) for shown, count in labels.values() if count < _UNUSED]
    records = sum(count for _, count in rare)
    if not rare or len(rare) == len(labels) or sum(count for _, count in labels.values()) < _USED_RECORDS:
        return
    has = "label is" if len(rare) == 1 else "labels are"
    findings.hints.append(
        Hint(
            id=f"rare_label: {rule.field}",
            kind="rare_label",
            fields=(rule.field,),
            title=f"Label that is hardly used: {rule.field}",
            text=(
                f"{len(rare)} of {len(labels)} {has} used in fewer than {_UNUSED} records each: too few to learn from, "
                "or a slip."
            ),
            records=records,
            examples=tuple(shown[:_EXAMPLE_LENGTH] for shown, _ in rare[:_SHOWN]),
        )
    )


def _named(fields: Sequence[str]) -> str:
    return ", ".join(fields[:_SHOWN]) + (", ..." if len(fields) > _SHOWN else "")


# --- the same content under different labels --------------------------------------------------------------------------


def _compare_contents(findings: Findings) -> None:
    label = _only_label(findings)
    if label is None:
        return
    is_sure = _is_sure(label)
    if is_sure:
        _hint_at_rare_labels(findings, label, _labels_of(findings, label))
    texts = _free_texts(findings, label)
    content = [*texts, *_other_content(findings, label, texts, is_sure=is_sure)]
    if texts:
        shortest = _SHORTEST_TEXT if is_sure else _SHORTEST_TEXT_OF_CATEGORY
    elif _is_predicted(label) and _FEWEST_CONTENT_FIELDS <= len(content) <= _MOST_CONTENT_FIELDS:
        shortest = 0
    else:
        return
    if not _take_repeats(findings, label, content, texts, shortest):
        return
    surplus, repeated, differing = findings.one(
        "SELECT coalesce(sum(n - 1), 0), count(CASE WHEN n > 1 THEN 1 END), count(CASE WHEN differs THEN 1 END) "
        "FROM (SELECT count(*) AS n, min(label) <> max(label) AS differs FROM contents GROUP BY content)"
    )
    if not differing or (not texts and not _is_specific(findings, content, int(surplus))):
        return
    if not is_sure and differing > _CONFLICTING_REPEATS * repeated:
        findings.hints.append(_undetermined_hint(label, int(differing), int(repeated)))
        return
    _list_conflicts(findings, label, most=None if is_sure else _MOST_REPEATED_OF_CATEGORY)


def _only_label(findings: Findings) -> FieldRule | None:
    """The one field that holds labels; failing that the one category. None where there is none, or several."""
    labels = [rule for rule in findings.checked if holds_few_values(findings, rule)]
    for holds in (_is_sure, is_category):
        found = [rule for rule in labels if holds(rule) and label_standing(rule)]
        if found:
            return found[0] if len(found) == 1 and findings.distinct[found[0].position] > 1 else None
    return None


def _is_sure(rule: FieldRule) -> bool:
    return label_standing(rule) > 1


def _is_predicted(rule: FieldRule) -> bool:
    """Whether the field is named as what a model learns to predict from the others."""
    return _is_sure(rule) or name_words(rule.field) in _PREDICTED


def _labels_of(findings: Findings, label: FieldRule) -> dict[str, tuple[str, int]]:
    rows = findings.rows(
        f"SELECT lower(trim(value)) AS label, min(trim(value)), count(*) FROM {findings.filled(label)} GROUP BY "
        "lower(trim(value)) ORDER BY label"
    )
    return {key: (shown, int(count)) for key, shown, count in rows}


def _free_texts(findings: Findings, label: FieldRule) -> list[FieldRule]:
    """The fields of sentences: mostly several words, or as long in a script that sets no spaces."""
    candidates = [
        rule
        for rule in findings.checked
        if rule.kind is FieldKind.TEXT
        and rule.position != label.position
        and findings.distinct.get(rule.position, 0) > _FREE_TEXT_VALUES
    ][:_MOST_CONTENT_FIELDS]
    if not candidates:
        return []
    tests = (
        f"avg(CASE WHEN c{rule.position} LIKE '%_ _%' THEN 1 WHEN length(c{rule.position}) >= {_SHORTEST_TEXT} AND "
        f"{bytes_of(f'c{rule.position}')} > 2 * length(c{rule.position}) THEN 1 ELSE 0 END)"
        f" FILTER (WHERE c{rule.position} <> '')"
        for rule in candidates
    )
    shares = findings.one(f"SELECT {', '.join(tests)} FROM {findings.sound}")
    return [rule for rule, share in zip(candidates, shares, strict=True) if (share or 0) > _SENTENCES_SHARE]


def _other_content(
    findings: Findings, label: FieldRule, texts: Sequence[FieldRule], *, is_sure: bool
) -> list[FieldRule]:
    """The other fields that must be equal as well for two records to have the same content."""
    left_out = {label.position, *(rule.position for rule in texts)}
    found = [rule for rule in findings.checked if rule.position not in left_out and _is_content(findings, rule)]
    if texts and is_sure:
        return [rule for rule in found if rule.kind not in NUMERIC]
    return found


def _is_content(findings: Findings, rule: FieldRule) -> bool:
    """Whether the field says something of the record beyond which one it is, when it came and how it is kept."""
    words = set(name_words(rule.field))
    if annotator_standing(rule) or not words or words & _BOOKKEEPING or not findings.distinct.get(rule.position):
        return False
    if rule.kind in DATED or rule.kind in (FieldKind.TIME, FieldKind.URL):
        return False
    is_code = rule.kind in (FieldKind.IDENTIFIER, FieldKind.TEXT)
    return not is_code or findings.distinct[rule.position] <= findings.records / 2


def _take_repeats(
    findings: Findings,
    label: FieldRule,
    content: Sequence[FieldRule],
    texts: Sequence[FieldRule],
    shortest: int,
) -> bool:
    """Whether contents repeat; leaves those records in the table `contents` (record, label, content).

    A content is a hash of trimmed cells in lower case. Counting hashes of the text alone first, without any label, is
    what keeps a million quick: few texts repeat.
    """
    length = " + ".join(f"length(trim(coalesce(r.c{rule.position}, '')))" for rule in texts)
    wanted = f"r.c{label.position} <> ''" + (f" AND {length} >= {shortest}" if texts else "")
    run = findings.connection.execute
    run(
        f"CREATE OR REPLACE TEMP TABLE hashes AS SELECT r.record, {_hash_of(texts or content)} AS content "
        f"FROM {findings.sound} AS r WHERE {wanted}"
    )
    run("CREATE OR REPLACE TEMP TABLE repeats AS SELECT content FROM hashes GROUP BY content HAVING count(*) > 1")
    run(
        f"CREATE OR REPLACE TEMP TABLE contents AS SELECT r.record, lower(trim(r.c{label.position})) AS label, "
        f"{_hash_of(content)} AS content FROM hashes AS h JOIN repeats ON h.content = repeats.content "
        "JOIN records AS r ON r.record = h.record JOIN verdicts AS v ON r.record = v.record "
        f"WHERE {is_filled(label)}"
    )
    run("DROP TABLE hashes")
    return bool(findings.one("SELECT count(*) FROM contents")[0])


def _hash_of(content: Sequence[FieldRule]) -> str:
    return row_hash([f"lower(trim(coalesce(r.c{rule.position}, '')))" for rule in content])


def _is_specific(findings: Findings, content: Sequence[FieldRule], surplus: int) -> bool:
    """Whether contents of several short fields are so telling that hardly any two are equal by chance.

    `surplus` is how many records repeat an earlier one's content. With fields that know nothing of each other, two
    records are equal in all of them with the product of the fields' chances of being equal.
    """
    records = findings.records
    if surplus > (1 - _SPECIFIC_SHARE) * records:
        return False
    equal = 1.0
    for rule in content:
        counts = f"SELECT CAST(count(*) AS DOUBLE) AS n FROM {findings.sound} GROUP BY lower(trim(c{rule.position}))"
        equal *= float(findings.one(f"SELECT sum(n * n) / (sum(n) * sum(n)) FROM ({counts})")[0] or 1.0)
    return equal * records * (records - 1) / 2 <= _CHANCE_SHARE


def _list_conflicts(findings: Findings, label: FieldRule, *, most: int | None) -> None:
    """Lists the records in conflict; where nearly all records of a content agree, only the others."""
    differing = "SELECT content FROM contents GROUP BY content HAVING min(label) <> max(label)"
    if most is not None:
        differing += f" AND count(*) <= {most}"
    counted = (
        "SELECT record, content, count(*) OVER (PARTITION BY content) AS n, "
        f"count(*) OVER (PARTITION BY content, label) AS k FROM contents WHERE content IN ({differing})"
    )
    ranked = f"SELECT *, max(k) OVER (PARTITION BY content) AS top FROM ({counted})"
    doubtful = f"SELECT record, n - k AS others FROM ({ranked}) WHERE k < top OR top < {_CLEAR_MAJORITY} * n"
    if not findings.one(f"SELECT count(*) FROM ({doubtful})")[0]:
        return
    reason = (
        "'the same content is also labelled otherwise in ' || CAST(d.others AS VARCHAR) || CASE WHEN d.others = 1 THEN "
        "' record' ELSE ' records' END"
    )
    findings.problems(
        LABEL_CONFLICT,
        f"SELECT r.record, r.line, r.c{label.position}, {reason} FROM ({doubtful}) AS d JOIN records AS r ON "
        "d.record = r.record",
        fields=label.field,
        position=label.position,
    )


def _undetermined_hint(label: FieldRule, differing: int, repeated: int) -> Hint:
    return Hint(
        id=f"label_conflict: {label.field}",
        kind="label_conflict",
        fields=(label.field,),
        title=f"Same content, different {label.field}",
        text=(
            f"Of {repeated:,} texts that stand in several records, {differing:,} come with more than one value here. "
            "Either the values are noisy, or they depend on something that these fields do not hold."
        ),
    )
