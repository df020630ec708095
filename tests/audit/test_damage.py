"""Damaged text: what is found of planted damage, and that sound text of many languages stays clean."""

from __future__ import annotations

import codecs
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.damage import DAMAGE_CHECKS, ENCODING_DAMAGE, HIDDEN_CHARACTERS, mixed_among
from readiness.audit.engine import audit_sample
from readiness.audit.mojibake import mojibake_among, reads_after_round_trip
from readiness.audit.rules import FieldKind, FieldRule, FieldRules

SOUND = (
    "Élodie Lefèvre", "Ça va ? Oui : « très bien » !", "« À bientôt »", "Jürgen Groß", "Straße 12", "Zażółć gęślą jaźń",
    "Łódź", "Nguyễn Thị Hường", "Đặng Văn Lâm", "王小明", "北京市朝阳区", "山田太郎", "김민준", "Москва", "Київ",
    "Об'єднані Арабські Емірати", "Αθήνα", "שלום עולם", "مرحبا بالعالم", "می‌خواهم", "कार्यालय", "क्‍ष", "กรุงเทพ",
    "İstanbul Şişli", "Čeština", "Ðorður", "São João", "AMANHÃ", "NÃO É", "VOCÊ…", "IRMÃ”", "👩‍👩‍👧 family", "🏳️‍🌈 flag",
    "👍🏽 good", "don’t", "“quoted”", "10 °C", "5 × 3 = 15", "50 €", "£5–£10", "100 km", "1 234 kg", "½ litre",
    "µm and Ω", "α-helix and β2", "SMSка", "Web-дизайн", "AT&T", "R&D", "a < b and c > d", "C:\\new\\table", "100%",
    "x² + y²", "naïve café", "Ångström", "Smørrebrød", "Hawaiʻi", "L’épisode", "SELKÄ", "HÅØYA", "Ôôô", "what? no",
)  # fmt: skip


def audited(sample, values, kind=FieldKind.TEXT):
    rule = FieldRule(field="x", position=0, kind=kind)
    return audit_sample(*sample(["x"], [[value] for value in values]), FieldRules(rules=(rule,)))


KINDS = {check.kind for check in (ENCODING_DAMAGE, HIDDEN_CHARACTERS, *DAMAGE_CHECKS)} | {"html_entities"}


def found(report) -> dict[str, int]:
    return {case.id: case.records for case in report.edge_cases if case.kind in KINDS}


def hinted(report) -> list[tuple[str, int]]:
    return [(hint.kind, hint.records) for hint in report.hints if hint.kind in KINDS]


def test_sound_text_of_many_languages_is_clean(sample):
    report = audited(sample, SOUND)
    assert found(report) == {}
    assert hinted(report) == []


@pytest.mark.parametrize("kind", [FieldKind.NAME, FieldKind.CATEGORY, FieldKind.ADDRESS])
def test_sound_text_is_clean_in_fields_of_other_kinds(sample, kind):
    assert found(audited(sample, SOUND, kind)) == {}


def test_names_read_with_the_wrong_character_set_are_found_once_each(sample):
    names = ["Müller", "François Lefèvre", "José Núñez", "Jürgen", "Zoë", "Московский", "Αθήνα"]
    codecs = ["cp1252", "latin-1", "cp1250", "cp1251", "cp1257", "mac-roman", "cp437", "cp850"]
    damaged = {name.encode("utf-8").decode(codec, "ignore") for name in names for codec in codecs}
    assert found(audited(sample, [*SOUND, *sorted(damaged)])) == {"encoding_damage: x": len(damaged)}


def test_text_damaged_twice_is_found(sample):
    twice = "café – déjà vu".encode().decode("cp1252", "ignore").encode("utf-8").decode("cp1252", "ignore")
    assert found(audited(sample, [*SOUND, twice])) == {"encoding_damage: x": 1}


def test_replacement_characters_have_a_reason_of_their_own(sample):
    connection, reading = sample(["x"], [["M\ufffdller"], ["cafÃ©"], ["fine"]])
    audit_sample(connection, reading, FieldRules(rules=(FieldRule(field="x", position=0),)))
    reasons = connection.execute("SELECT reason FROM problems ORDER BY record").fetchall()
    assert reasons == [
        ("replacement characters: the original letters are lost",),
        ("decoded with the wrong character set",),
    ]


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_plain_ascii_is_never_taken_for_damage(text):
    assert mojibake_among([text]) == []
    assert mixed_among([text]) == []


@given(st.text(st.characters(min_codepoint=0x3040, max_codepoint=0x9FFF, categories=["Lo"]), min_size=2, max_size=12))
def test_chinese_and_japanese_text_is_damage_only_once_it_was_misread(text):
    assert not reads_after_round_trip(text)
    assert reads_after_round_trip(text.encode("utf-8").decode("latin-1"))


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=20))
def test_a_value_is_judged_alike_alone_and_among_others(text):
    assert mojibake_among(["sound", text, "cafÃ©"]) == [*mojibake_among([text]), "cafÃ©"]


def test_unseen_characters_are_found_where_no_script_needs_them(sample):
    damaged = ["zero\u200bwidth", "left\u200emark", "\ufeffstart", "soft\u00adhyphen", "join\u200ced", "a\u2066b\u2069"]
    assert found(audited(sample, [*SOUND, *damaged])) == {"hidden_characters: x": len(damaged)}


def test_direction_marks_beside_right_to_left_letters_are_meant(sample):
    assert found(audited(sample, ["\u200fשלום\u200e 12", "\u202bمرحبا\u202c"])) == {}


def test_control_characters_are_found_in_plain_text(sample):
    values = ["bell\x07", "escape\x1b[0m", "vertical\x0btab", "two\nlines", "a\ttab", *["fine"] * 20]
    assert found(audited(sample, values)) == {"hidden_characters: x": 3}


def test_no_break_spaces_are_found_between_words_and_left_in_typography(sample):
    ordinary = [f"Bupa Care Homes {place}" for place in range(20)]
    typographic = ["Prix\u00a0: 10\u00a0€", "«\u00a0Oui\u00a0»", "12\u00a0345\u00a0km", "Vraiment\u202f?"]
    damaged = ["Bupa\u00a0Care Homes 1", "Bupa Care\u00a0 Homes 2", "Bupa\u2003Care Homes 3"]
    assert found(audited(sample, [*ordinary, *typographic, *damaged])) == {"hidden_characters: x": 3}


def test_a_field_written_with_no_break_spaces_gets_a_hint(sample):
    report = audited(sample, [f"Bupa\u00a0Care {place}" for place in range(20)])
    assert found(report) == {}
    assert hinted(report) == [("hidden_characters", 20)]


def test_a_cell_with_two_kinds_of_unseen_characters_counts_once(sample):
    report = audited(sample, ["a\u200bb c\u00a0de\x07", *["two words"] * 20])
    assert found(report) == {"hidden_characters: x": 1}


def test_look_alike_letters_inside_a_word_are_found(sample):
    damaged = ["SENSЕ", "Micrоsoft Ltd", "Pоссия", "ΑBC Group"]
    assert found(audited(sample, [*SOUND, *damaged])) == {"mixed_scripts: x": len(damaged)}


def test_html_tags_are_a_problem_where_they_are_rare_and_a_hint_where_they_are_usual(sample):
    rare = audited(sample, ["first<br>second", *[f"text {place}" for place in range(30)]])
    usual = audited(sample, [f"<p>text {place}</p>" for place in range(30)])
    assert found(rare) == {"html_tags: x": 1}
    assert found(usual) == {}
    assert hinted(usual) == [("html_tags", 30)]


def test_escape_sequences_are_found_and_paths_and_addresses_are_not(sample):
    damaged = ["caf\\u00e9", "O\\'Brien", "first line\\nSecond line", "New%20York", "M%C3%BCller"]
    sound = ["C:\\new\\reports\\user", "\\\\server\\name", "https://example.org/a%20b", '{"a": "b\\nc"}', "5%20mm"]
    values = [*damaged, *sound, *[f"text {place}" for place in range(30)]]
    assert found(audited(sample, values)) == {"escaped_text: x": len(damaged)}


def test_entities_are_found_with_digits_in_their_names(sample):
    assert found(audited(sample, ["10 m&sup2;", "&frac14; cup", "Smith & Sons; Co"])) == {"html_entities: x": 2}


def test_question_marks_inside_words_are_lost_characters_where_they_recur(sample):
    report = audited(sample, ["M?ller", "Fran?ois", "J?rgen", *[f"Name {place}" for place in range(20)]])
    assert found(report) == {"lost_characters: x": 3}


def test_questions_without_a_space_behind_them_are_no_lost_characters(sample):
    questions = [f"Why is that so? Because {place}" for place in range(20)]
    report = audited(sample, ["really?no", "page?id=1", "https://x.org/?q", *questions])
    assert found(report) == {}
    assert hinted(report) == [("lost_characters", 1)]


def test_a_lost_apostrophe_is_certain_at_once(sample):
    assert found(audited(sample, ["the Department?s website", "fine"])) == {"lost_characters: x": 1}


def test_names_of_nothing_but_question_marks_are_lost(sample):
    assert found(audited(sample, ["???? ??????", "????? ????", "Anna"])) == {"lost_characters: x": 2}


def test_hints_hold_at_most_five_short_examples(sample):
    report = audited(sample, [f"<p>{place} {'long ' * 100}</p>" for place in range(30)])
    (hint,) = (hint for hint in report.hints if hint.kind == "html_tags")
    assert len(hint.examples) == 5
    assert all(len(example) <= 120 for example in hint.examples)


def test_a_field_left_out_of_the_audit_is_not_looked_at(sample):
    rules = FieldRules(rules=(FieldRule(field="x", position=0, check=False),))
    assert found(audit_sample(*sample(["x"], [["caf?s ?ber"], ["a\x07"]]), rules)) == {}


def test_the_shared_cases_are_told_at_least_as_well_as_by_ftfy_alone(shared_datasets):
    from ftfy.badness import is_bad

    for name, better in (("in-the-wild", 1), ("language-names", 1), ("synthetic", 1), ("negative", -1)):
        cases = json.loads((shared_datasets / "ftfy_mojibake" / f"{name}.json").read_text("utf-8"))
        texts = [case["original"] for case in cases]
        ours, theirs = len(mojibake_among(texts)), sum(map(is_bad, texts))
        assert better * ours >= better * theirs, name


def test_every_character_set_that_is_undone_is_known():
    from readiness.audit.mojibake import CODECS

    assert [codecs.lookup(codec).name for codec in CODECS]
