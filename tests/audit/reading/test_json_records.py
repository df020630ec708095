"""JSON and JSON Lines: every value as it was written, nothing dropped, and a sentence for what is not JSON."""

from __future__ import annotations

import json
import string
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness.audit.reading import json_stream
from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import Reading, ReadingLimits, ReadingOptions, SampleFile, SampleFormat
from readiness.errors import FileTooLargeError, UnreadableFileError

COLUMNS = "SELECT COLUMNS('^(record|c[0-9]+)$') FROM records ORDER BY record"


def read_into(connection: duckdb.DuckDBPyConnection, path: Path) -> Reading:
    return read_sample(SampleFile(path, path.name), connection)


def read(path: Path, **choices: object) -> tuple[Reading, list[tuple[str | None, ...]]]:
    with open_workspace() as connection:
        reading = read_sample(SampleFile(path, path.name), connection, **choices)  # type: ignore[arg-type]
        return reading, [cells[1:] for cells in connection.execute(COLUMNS).fetchall()]


def read_text(folder: Path, text: str, name: str = "sample.json") -> tuple[Reading, list[tuple[str | None, ...]]]:
    path = folder / name
    path.write_bytes(text.encode())
    return read(path)


def test_numbers_keep_their_written_form(tmp_path: Path) -> None:
    text = '[{"a": 1.0, "b": 1E5, "c": 12345678901234567890123, "d": -0, "e": 1.10}]'
    _, rows = read_text(tmp_path, text)
    assert rows == [("1.0", "1E5", "12345678901234567890123", "-0", "1.10")]


def test_booleans_null_and_missing_keys_are_told_apart_in_the_notes(tmp_path: Path) -> None:
    reading, rows = read_text(tmp_path, '[{"a": true, "b": null}, {"a": false}]')
    assert reading.fields == ("a", "b")
    assert rows == [("true", None), ("false", None)]
    assert any("1 value is written as null" in note for note in reading.notes)


def test_nested_objects_become_dotted_fields_and_arrays_json_text(tmp_path: Path) -> None:
    text = '[{"a": {"b": {"c": 1.50}, "d": {}}, "t": [1.0, "x", {"y": null}]}, {"a": {"b": 7}}]'
    reading, rows = read_text(tmp_path, text)
    assert reading.fields == ("a.b", "a.b.c", "a.d", "t")
    assert rows == [(None, "1.50", "{}", '[1.0,"x",{"y":null}]'), ("7", None, None, None)]


def test_fields_stand_in_order_of_first_appearance(tmp_path: Path) -> None:
    reading, _ = read_text(tmp_path, '[{"z": 1, "a": 2}, {"m": 3, "a": 4}]')
    assert reading.fields == ("z", "a", "m")


def test_the_second_value_of_a_repeated_key_is_kept_and_noted(tmp_path: Path) -> None:
    reading, rows = read_text(tmp_path, '[{"a": 1, "a": 2}]')
    assert reading.fields == ("a", "a_2")
    assert rows == [("1", "2")]
    assert any("twice in one object: 'a'" in note for note in reading.notes)


def test_a_dotted_key_and_a_nested_one_stay_two_fields(tmp_path: Path) -> None:
    reading, rows = read_text(tmp_path, '[{"a.b": 1, "a": {"b": 2}}]')
    assert reading.fields == ("a.b", "a.b_2")
    assert rows == [("1", "2")]


def test_an_object_that_holds_an_array_gives_its_records(tmp_path: Path) -> None:
    text = '{"meta": {"pages": [1, 2, 3]}, "result": {"items": [{"a": 1}, {"a": 2}]}}'
    reading, rows = read_text(tmp_path, text)
    assert rows == [("1",), ("2",)]
    assert any("'result.items'" in note and "'meta'" in note for note in reading.notes)


def test_a_single_object_is_one_record(tmp_path: Path) -> None:
    reading, rows = read_text(tmp_path, '{"a": 1, "tags": ["x"]}')
    assert (reading.format, rows) == (SampleFormat.JSON, [("1", '["x"]')])


@pytest.mark.parametrize("text", ["1", '"x"', "null", "true", "[]", "{}", "[1, 2]"])
def test_documents_without_records_are_read_with_a_note_or_as_nothing(tmp_path: Path, text: str) -> None:
    reading, rows = read_text(tmp_path, text)
    assert len(rows) == reading.records == {"[]": 0, "[1, 2]": 2}.get(text, 1)


def test_arrays_as_records_take_their_names_from_the_first(tmp_path: Path) -> None:
    reading, rows = read_text(tmp_path, '[["name", "n"], ["x", 1], ["y"], [1, 2, 3]]')
    assert reading.fields == ("name", "n")
    assert rows == [("x", "1"), ("y", None), (None, None)]
    assert reading.faults == {"too_many_cells": 1}


def test_values_that_are_no_objects_are_kept_with_their_text(tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    path.write_text('[{"a": 1},\n 17,\n {"a": 2}]')
    with open_workspace() as connection:
        reading = read_sample(SampleFile(path, path.name), connection)
        rows = connection.execute("SELECT record, line, fault, line_text, c0 FROM records ORDER BY record").fetchall()
    assert rows == [(1, 1, None, None, "1"), (2, 2, "not_an_object", "17", None), (3, 3, None, None, "2")]
    assert reading.unsplit == 1


def test_broken_lines_are_records_with_number_text_and_fault(tmp_path: Path) -> None:
    path = tmp_path / "sample.jsonl"
    path.write_bytes(b'{"a": 1}\r\n\r\n{"a": \r\n[1]\r\n{"a": 1.0}')
    with open_workspace() as connection:
        reading = read_sample(SampleFile(path, path.name), connection)
        rows = connection.execute("SELECT record, line, fault, line_text, c0 FROM records ORDER BY record").fetchall()
    assert [row[:3] for row in rows] == [(1, 1, None), (2, 3, "broken_json"), (3, 4, "not_an_object"), (4, 5, None)]
    assert rows[1][3].strip() == '{"a":'
    assert rows[3][4] == "1.0"
    assert (reading.format, reading.lines, reading.empty_lines) == (SampleFormat.JSON_LINES, 5, 1)


def test_a_file_of_broken_lines_only_is_not_json_lines(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="JSON"):
        read_text(tmp_path, "{'a': 1}\n{'a': 2}\n", "sample.jsonl")


def test_an_error_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"not valid JSON.*\(line 3\)"):
        read_text(tmp_path, '[\n{"a": 1},\n{"a": 1,}\n]')


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "01", "1.", "'x'", "[1,]", "\\u00e9", "[" * 100_000])
def test_what_is_not_json_is_refused_with_a_sentence(tmp_path: Path, value: str) -> None:
    with pytest.raises(UnreadableFileError, match=r"Cannot read 'sample\.json'"):
        read_text(tmp_path, f'[{{"a": {value}}}]')


def test_deep_nesting_is_refused_in_objects_arrays_and_lines(tmp_path: Path) -> None:
    deep = '{"a":' * 5_000 + "1" + "}" * 5_000
    for text, name in ((deep, "a.json"), (f"[{deep}]", "b.json"), ("[" * 100_000, "c.json"), (deep, "d.jsonl")):
        with pytest.raises(UnreadableFileError):
            read_text(tmp_path, text, name)


def test_half_a_surrogate_pair_is_kept_as_its_escape(tmp_path: Path) -> None:
    _, rows = read_text(tmp_path, r'[{"a": "x\ud800y", "b": "\ud83d\ude00", "c": "a\u0000b"}]')
    assert rows == [("x\\ud800y", "😀", "a\x00b")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_every_unicode_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "sample.json"
    path.write_bytes('[{"é": "日本"}]'.encode(encoding))
    reading, rows = read(path)
    assert (reading.fields, rows) == (("é",), [("日本",)])


def test_bytes_that_are_not_utf_8_are_read_as_windows_1252_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "sample.jsonl"
    path.write_bytes('{"a": "é"}\n'.encode() + b'{"a": "caf\xe9 \x80"}\n')
    reading, rows = read(path)
    assert rows == [("é",), ("café €",)]
    assert any("2 bytes are not valid UTF-8 (first in line 2)" in note for note in reading.notes)


def test_the_encoding_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    path.write_bytes('[{"a": "Привет"}]'.encode("cp1251"))
    _, rows = read(path, options=ReadingOptions(encoding="cp1251"))
    assert rows == [("Привет",)]
    with pytest.raises(UnreadableFileError, match="'cp99' is not known"):
        read(path, options=ReadingOptions(encoding="cp99"))


def test_an_array_longer_than_the_window_is_read_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "_CHUNK_BYTES", 7)
    records = [{"id": number, "text": "x" * (number % 50), "n": number / 7} for number in range(300)]
    path = tmp_path / "sample.json"
    path.write_text(json.dumps(records, indent=1))
    with open_workspace() as connection:
        read_sample(SampleFile(path, path.name), connection)
        rows = connection.execute("SELECT line, c0, c1, c2 FROM records ORDER BY record").fetchall()
    assert [row[1:] for row in rows] == [(str(r["id"]), r["text"], repr(r["n"])) for r in records]
    assert [row[0] for row in rows] == [2 + 5 * number for number in range(300)]


def test_fields_values_and_documents_over_their_limits_are_refused(tmp_path: Path) -> None:
    wide = json.dumps([{f"k{number}": 1 for number in range(5_000)}])
    with pytest.raises(FileTooLargeError, match="5,000 fields"):
        read_text(tmp_path, wide)
    path = tmp_path / "long.jsonl"
    path.write_text('{"a": 1}\n{"a": "' + "x" * 6_000_000 + '"}')
    with pytest.raises(FileTooLargeError, match="longer than 1 MB"):
        read(path, limits=ReadingLimits(line_bytes=1024**2))
    path = tmp_path / "long.json"
    path.write_text('[{"a": "' + "x" * 6_000_000 + '"}]')
    with pytest.raises(FileTooLargeError, match="longer than 1 MB"):
        read(path, limits=ReadingLimits(line_bytes=1024**2))
    path.write_text('{"a": "' + "x" * 6_000_000 + '"}')
    with pytest.raises(FileTooLargeError, match="JSON Lines"):
        read(path, limits=ReadingLimits(memory_bytes=16 * 1024**2, line_bytes=1024**2))


_KEYS = st.text(string.ascii_letters + "é日", min_size=1, max_size=3)
_SCALARS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.integers(), st.booleans(), st.none()
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(st.dictionaries(_KEYS, _SCALARS, max_size=4), min_size=2, max_size=20))
def test_records_come_back_as_they_were_written(tmp_path: Path, records: list[dict[str, object]]) -> None:
    path = tmp_path / "sample.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records), newline="\n")
    reading, rows = read(path)
    assert reading.records == len(records)
    for record, row in zip(records, rows, strict=True):
        found = dict(zip(reading.fields, row, strict=True))
        assert {key: value for key, value in found.items() if value is not None} == {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in record.items()
            if value is not None
        }


def test_the_json_test_suite_is_accepted_and_refused_as_it_should_be(shared_datasets: Path) -> None:
    with open_workspace() as connection:
        for path in sorted((shared_datasets / "json_test_suite/test_parsing").glob("[yn]_*.json")):
            if path.name.startswith("y_"):
                assert read_into(connection, path).format is SampleFormat.JSON, path.name
            else:
                with pytest.raises(UnreadableFileError):
                    read_into(connection, path)


def test_the_implementation_defined_part_of_the_suite_never_crashes(shared_datasets: Path) -> None:
    folder = shared_datasets / "json_test_suite"
    with open_workspace() as connection:
        for path in sorted([*folder.glob("test_parsing/i_*.json"), *folder.glob("test_transform/*.json")]):
            with suppress(UnreadableFileError):
                assert read_into(connection, path).records > 0


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1}{"a":2}',
        '{"a": 1}\n{\n  "a": 2\n}\n',
        '{\n  "a": 1\n}\n{\n  "a": 2\n}\n',
        '\n{"a": 1},\n{"a": 2}\n',
    ],
)
def test_objects_that_follow_each_other_without_an_array_are_records(tmp_path: Path, text: str) -> None:
    reading, rows = read_text(tmp_path, text)
    assert rows == [("1",), ("2",)]
    assert reading.faults == {}


def test_objects_over_several_lines_keep_their_line_numbers(tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    path.write_text('{\n "a": 1\n}\n\n{\n "a": 2\n}\n')
    with open_workspace() as connection:
        read_into(connection, path)
        assert connection.execute("SELECT line FROM records ORDER BY record").fetchall() == [(1,), (5,)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1}{"a": 2}x', "'x' stands"),
        ('{"a": 1},', "behind a comma"),
        ('{"a": 1}{"a": 2},', "behind a comma"),
        ('{"a": 1}{"a":', "cut off"),
        ('[{"a": 1}, {"a', "cut off"),
    ],
)
def test_objects_that_follow_each_other_are_still_held_to_the_rules(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UnreadableFileError, match=said):
        read_text(tmp_path, text)


def test_very_many_repetitions_of_one_key_are_numbered(tmp_path: Path) -> None:
    reading, rows = read_text(tmp_path, "[{" + ",".join(f'"a": {number}' for number in range(3_000)) + "}]")
    assert reading.fields[:3] == ("a", "a_2", "a_3")
    assert rows[0][-1] == "2999"


def test_fields_that_turn_up_late_are_added_to_the_records_before_them(tmp_path: Path) -> None:
    early = [{"a": str(number)} for number in range(1_000)]
    late = [{f"k{number}": "x"} for number in range(50)]
    reading, rows = read_text(tmp_path, json.dumps(early + late))
    assert len(reading.fields) == 51
    assert rows[999][:2] == ("999", None)
    assert rows[-1][-1] == "x"
