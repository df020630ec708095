"""A log is read whatever it is packed in and however it is broken, and every line of it is accounted for."""

from __future__ import annotations

import bz2
import csv
import gzip
import json
import lzma
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.errors import (
    FileTooLargeError,
    InputError,
    InvalidValueError,
    StoppedError,
    UnknownFieldError,
    UnknownNameError,
    UnreadableFileError,
)
from readiness.operation import log_files, log_lines
from readiness.operation.daily import daily
from readiness.operation.log import OutcomeLog, read_log
from readiness.operation.log_files import LogFile
from readiness.operation.log_summary import LogSummary
from readiness.operation.repeated_lines import set_repeated_apart

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes lines to a file and gives back its path."""

    def written(*lines: str, name: str = "app.log", end: str = "\n") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + end, encoding="utf-8")
        return path

    return written


def line(record_id: str = "a", time: object = "2026-03-01T12:00:00Z", **more: Any) -> str:
    return json.dumps({"record_id": record_id, "time": time, "validation_passed": True, "confidence": 0.9} | more)


def summary_of(*paths: Path, **options: Any) -> LogSummary:
    with read_log(paths, **options) as log:
        return log.summary


def values(path: Path, columns: str, **options: Any) -> list[tuple[Any, ...]]:
    with read_log([path], **options) as log:
        return log.rows(f"SELECT {columns} FROM records ORDER BY place")


def accounted(summary: LogSummary) -> bool:
    """Whether the lines of each file add up."""
    return all(
        one.lines
        == one.records + one.repeated + one.broken + one.other + one.empty + one.continued + (one.format == "CSV")
        for one in summary.files
    )


# --- lines --------------------------------------------------------------------------------------------------------


def test_every_line_is_a_record_broken_another_one_or_empty(write: Write) -> None:
    path = write(
        line("a"), "", "2026-03-01 INFO started", '{"level": "info", "id": 3}', '{"record_id": "b", "confid', line("a"),
        '{"record_id": "c", "confidence": 0.5}', '{"time": "2026-03-01T00:00:00Z", "confidence": 0.5}',
        line("d", "yesterday"), line("e", "1999-12-31T00:00:00Z"), "\r", '["confidence"]', line("f"),
    )  # fmt: skip
    summary = summary_of(path)
    assert (summary.records, summary.repeated, summary.broken, summary.other) == (2, 1, 6, 2)
    assert accounted(summary)
    assert [(one.line, one.reason.split(",")[0]) for one in summary.broken_lines] == [
        (5, "not valid JSON"), (7, "no time"), (8, "no record id"), (9, "a time that cannot be read"),
        (10, "a time that cannot be read"), (12, "no record id"),
    ]  # fmt: skip
    assert summary.broken_lines[0].text == '{"record_id": "b", "confid'
    assert all(one.text == "" for one in summary.without_texts().broken_lines)


def test_a_last_line_that_is_still_being_written_is_said_to_be_so(write: Write) -> None:
    path = write(line("a"), '{"record_id": "b", "ti', end="")
    assert summary_of(path).broken_lines[0].reason == "the file ends within this line"


def test_more_broken_lines_than_are_shown_are_all_counted(write: Write) -> None:
    summary = summary_of(write(line("a"), *['{"confidence": '] * 250))
    assert summary.broken == 250
    assert [one.line for one in summary.broken_lines] == list(range(2, 102))


@pytest.mark.parametrize("block", [1_000, 1 << 20])
def test_an_overlong_line_costs_only_itself(write: Write, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(log_lines, "LONGEST_LINE", 2_000)
    monkeypatch.setattr(log_lines, "BLOCK_BYTES", block)
    path = write(line("a"), line("b", reason="x" * 10_000), line("c"), line("d", reason="y" * 10_000), end="")
    summary = summary_of(path)
    assert (summary.records, summary.broken) == (2, 2)
    assert [(one.line, one.reason) for one in summary.broken_lines] == [
        (2, "longer than 2,000 bytes"),
        (4, "longer than 2,000 bytes"),
    ]


def test_lines_that_are_not_utf_8_are_read_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    bad = line("b", reason="caf\u00e9").encode().replace(b"\\u00e9", b"\xe9")
    path.write_bytes(b"\xef\xbb\xbf" + line("a").encode() + b"\n" + bad + b"\r\n" + line("c").encode())
    summary = summary_of(path)
    assert (summary.records, summary.broken, summary.files[0].foreign) == (3, 0, 1)
    assert values(path, "reason")[1] == ("caf\u00e9",)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=30).map(lambda data: data.replace(b"\n", b"")), max_size=20), st.integers(5, 400))
def test_whatever_else_stands_in_a_log_every_line_is_accounted_for(noise: list[bytes], block: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_lines, "BLOCK_BYTES", block)
        path = Path(folder) / "app.log"
        path.write_bytes(b"\n".join([line("a").encode(), *noise, line("b").encode()]) + b"\n")
        summary = summary_of(path)
    assert summary.files[0].lines == len(noise) + 2
    assert accounted(summary)
    assert summary.records == 2


# --- files --------------------------------------------------------------------------------------------------------


def test_a_folder_of_rotated_and_packed_files_is_one_log(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text(line("a") + "\n" + line("b"))
    (tmp_path / "app.log.1").write_text(line("b") + "\n" + line("c") + "\n")
    (tmp_path / "app.log.2.gz").write_bytes(gzip.compress(line("d").encode()))
    (tmp_path / "app-2026-03-01.jsonl.bz2").write_bytes(bz2.compress(line("e").encode()))
    (tmp_path / "old.ndjson.xz").write_bytes(lzma.compress(line("f").encode()))
    (tmp_path / "empty.log").write_bytes(b"")
    (tmp_path / "readme.md").write_text("no log")
    summary = summary_of(tmp_path)
    assert (summary.records, summary.repeated, len(summary.files)) == (6, 1, 6)
    assert summary_of(tmp_path / "app.log*").records == 4
    assert summary_of(tmp_path, tmp_path / "app.log").records == 6


def test_the_same_log_handed_in_twice_counts_once(write: Write, tmp_path: Path) -> None:
    path = write(*(line(str(number)) for number in range(50)))
    again = tmp_path / "copy.jsonl.gz"
    again.write_bytes(gzip.compress(path.read_bytes()))
    summary = summary_of(path, again)
    assert (summary.records, summary.repeated) == (50, 50)
    assert [one.records for one in summary.files] == [50, 0]


def test_one_item_that_was_tried_again_counts_as_two_records(write: Write) -> None:
    path = write(line("a"), line("a", "2026-03-01T12:00:01Z"), line("a", confidence=0.8))
    assert (summary_of(path).records, summary_of(path).repeated) == (3, 0)


def test_a_packed_file_that_ends_too_early_gives_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "app.log.gz"
    whole = gzip.compress("\n".join(line(str(number), n=hash(str(number))) for number in range(5_000)).encode())
    path.write_bytes(whole[: len(whole) // 2])
    summary = summary_of(path)
    assert 0 < summary.records < 5_000
    assert "the packed file is damaged or ends here too early" in {one.reason for one in summary.broken_lines}


def test_a_small_packed_file_that_ends_too_early_gives_what_is_in_it_too(tmp_path: Path) -> None:
    packed = gzip.compress("".join(line(str(number**7)) + "\n" for number in range(300)).encode())
    (tmp_path / "app.log.gz").write_bytes(packed[: len(packed) // 2])
    found = summary_of(tmp_path / "app.log.gz")
    assert 50 < found.records < 300
    assert (found.broken, found.files[0].lines) == (1, found.records + 1)
    assert accounted(found)
    assert "the packed file is damaged or ends here too early" in {one.reason for one in found.broken_lines}


def test_an_upload_is_called_by_its_own_name(write: Write) -> None:
    assert summary_of(LogFile(write("", '{"confidence', line()), "yours.log")).broken_lines[0].file == "yours.log"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no line"),
        (b"hello\nworld\n", "none of its 2 lines"),
        (b"PK\x03\x04....", "ZIP"),
        (b"\x28\xb5\x2f\xfd....", "Zstandard"),
        ("\ufeff{}".encode("utf-16-le"), "UTF-16"),
        (b'[{"record_id": 1},\n {"record_id": 2}]', "one JSON document"),
        (gzip.compress(b"PAR1...."), "packed Parquet"),
        (b"PAR1" + b"\x00" * 50 + b"PAR1", "Parquet file is damaged"),
        (b"[" * 100_000, "one JSON document"),
        (b"\x00" * 5_000_000, "none of its"),
        (gzip.compress(b"\x00" * 5_000_000), "none of its"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_is_no_log_is_refused_with_a_sentence(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError, match=words):
        read_log([path])


def test_places_that_lead_nowhere_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (tmp_path / "nothing.log", tmp_path, tmp_path / "*.log"):
        with pytest.raises(InputError, match="No "):
            read_log([place])
    with pytest.raises(InputError, match="cannot be looked at: file name too long"):
        read_log([tmp_path / ("a" * 300)])
    monkeypatch.setattr(log_files, "MOST_FILES", 2)
    for number in range(3):
        (tmp_path / f"{number}.log").write_text(line())
    with pytest.raises(FileTooLargeError, match="more than 2 files"):
        read_log([tmp_path])


def test_a_file_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness.operation.log.MOST_UNPACKED_BYTES", 1 << 20)
    (tmp_path / "app.log.gz").write_bytes(gzip.compress((line() + "\n").encode() * 50_000))
    with pytest.raises(FileTooLargeError, match="unpacks to more"):
        read_log([tmp_path / "app.log.gz"])


@pytest.mark.parametrize(
    ("name", "pack"),
    [("app.log.gz", gzip.compress), ("app.log.bz2", bz2.compress), ("app.log.xz", lzma.compress)],
)
def test_a_few_kilobytes_that_unpack_to_many_lines_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr("readiness.operation.log.MIN_SUSPECT_BYTES", 1 << 20)
    (tmp_path / name).write_bytes(pack(b"{\n" * 3_000_000))
    with pytest.raises(FileTooLargeError, match=r"unpacks to more than \d MB from its first \d+ KB"):
        read_log([tmp_path / name])


def test_many_small_packed_files_together_unpack_to_no_more_than_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readiness.operation.log.MIN_SUSPECT_BYTES", 1 << 20)
    (tmp_path / "a.log").write_text(line() + "\n")
    for number in range(4):
        (tmp_path / f"b{number}.log.gz").write_bytes(gzip.compress(b"{\n" * 300_000))
    with pytest.raises(FileTooLargeError, match="unpacks to more"):
        read_log([tmp_path])


@pytest.mark.parametrize("name", ["app.log", "app.csv"])
def test_of_many_broken_lines_a_few_are_held_and_all_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    held: list[int] = []

    def counted(connection: duckdb.DuckDBPyConnection) -> None:
        held.extend(connection.execute("SELECT count(*) FROM records WHERE state <> 0").fetchall()[0])

    monkeypatch.setattr("readiness.operation.log.set_repeated_apart", _before(set_repeated_apart, counted))
    monkeypatch.setattr(log_lines, "LINES_A_CHUNK", 1_000)
    good = line("a") if name == "app.log" else "a,2026-03-01T12:00:00Z,true"
    head = [] if name == "app.log" else ["record_id,time,validation_passed"]
    broken = '{"confidence": ' if name == "app.log" else "a,yesterday,true"
    (tmp_path / name).write_text("\n".join([*head, good, *[broken] * 5_000, "a,b,c,d"]) + "\n")
    summary = summary_of(tmp_path / name)
    assert (summary.records, summary.broken, summary.other) == ((1, 5_000, 1) if not head else (1, 5_001, 0))
    assert held == [100]
    assert [one.line for one in summary.broken_lines] == list(range(2 + len(head), 102 + len(head)))
    assert accounted(summary)


def _before(then: Callable[[Any], None], first: Callable[[Any], None]) -> Callable[[Any], None]:
    def both(connection: Any) -> None:
        first(connection)
        then(connection)

    return both


def test_rows_of_another_width_are_held_in_part_and_counted_in_full(tmp_path: Path) -> None:
    rows = ["record_id,time,validation_passed", "a,2026-03-01T12:00:00Z,true", *["a,b"] * 5_000, 'a,"b"', "x" * 90]
    (tmp_path / "app.csv").write_text("\n".join(rows) + "\n")
    summary = summary_of(tmp_path / "app.csv")
    assert (summary.records, summary.broken, len(summary.broken_lines)) == (1, 5_002, 100)
    assert accounted(summary)


def _to_parquet(path: Path, query: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")


def test_broken_rows_of_a_parquet_file_are_held_in_part_and_counted_in_full(tmp_path: Path) -> None:
    path = tmp_path / "o.parquet"
    _to_parquet(
        path,
        "SELECT CASE WHEN i = 3 THEN 'a' END AS record_id, TIMESTAMP '2026-03-01 12:00:00' AS time, "
        "CASE WHEN i < 900 THEN true END AS validation_passed FROM range(1000) t(i)",
    )
    summary = summary_of(path)
    assert (summary.records, summary.broken, summary.other, len(summary.broken_lines)) == (1, 999, 0, 100)
    assert [one.line for one in summary.broken_lines[:4]] == [1, 2, 3, 5]
    assert accounted(summary)


def test_a_parquet_file_of_more_rows_than_bytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness.operation.log_parquet.MIN_SUSPECT_ROWS", 1_000)
    path = tmp_path / "o.parquet"
    _to_parquet(path, "SELECT 'a' AS record_id, true AS validation_passed FROM range(100000)")
    with pytest.raises(FileTooLargeError, match="100,000 rows"):
        read_log([path])


def test_the_step_that_is_under_way_can_be_ended_from_outside(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, ends, over = tmp_path / "work", list[Callable[[], None]](), threading.Event()
    work.mkdir()

    def never_done(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b").fetchall()

    def end_it() -> None:
        while not over.wait(0.05):
            for end in ends[:1]:
                end()

    monkeypatch.setattr("readiness.operation.log.set_repeated_apart", never_done)
    thread = threading.Thread(target=end_it)
    thread.start()
    try:
        with pytest.raises(StoppedError):
            read_log([write(line())], folder=work, interruptible_by=ends.append)
    finally:
        over.set()
        thread.join()
    ends[-1]()  # does nothing any more
    assert list(work.iterdir()) == []


def test_a_reading_that_is_stopped_leaves_nothing_behind(write: Write, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()

    def stop(share: float, what: str) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        read_log([write(line())], folder=work, progress=stop)
    assert list(work.iterdir()) == []
    told: list[float] = []
    with read_log([write(line())], folder=work, progress=lambda share, what: told.append(share)) as log:
        assert (next(work.iterdir()).stat().st_mode & 0o077, log.summary.records) == (0, 1)
    assert list(work.iterdir()) == []
    assert told == sorted(told)
    assert told[-1] <= 1


def test_too_little_memory_is_said(write: Write) -> None:
    with pytest.raises(InvalidValueError, match="too little"):
        read_log([write(*(line(str(number), reason="x" * 900) for number in range(20_000)))], memory_limit="1MB")


def test_the_table_reaches_no_file_afterwards(write: Write) -> None:
    path = write(line())
    with read_log([path]) as log, pytest.raises(duckdb.Error):
        log.rows(f"SELECT * FROM read_text('{path}')")


# --- names --------------------------------------------------------------------------------------------------------


def test_the_usual_names_are_found_in_any_writing(write: Write) -> None:
    path = write(
        '{"requestId": 7, "Timestamp": 1772366400, "outcome": {"isValid": "yes", "score": "0.5"}, "latency_s": 1.5, '
        '"cost": 0.1}'
    )
    found = values(path, "record_id, moment, validation_passed, confidence, routed_to_human, duration_ms, cost_usd")
    assert found == [("7", datetime(2026, 3, 1, 12), True, 0.5, True, 1500.0, 0.1)]  # noqa: DTZ001 - as the table has it


def test_a_mapping_names_what_the_usual_names_do_not_find(write: Write) -> None:
    path = write('{"Beleg": "r1", "wann": "2026-03-01T12:00:00Z", "pruefung": {"ok/ja": "ja"}, "id": "not this one"}')
    mapping = {"record_id": "Beleg", "time": "wann", "validation_passed": "pruefung.ok/ja"}
    assert values(path, "record_id, validation_passed", mapping=mapping) == [("r1", True)]
    with pytest.raises(UnreadableFileError, match="say which"):
        read_log([path])
    with pytest.raises(UnknownFieldError, match="gibtsnicht"):
        read_log([path], mapping={"time": "gibtsnicht"})
    with pytest.raises(UnknownNameError, match="field of an outcome record"):
        read_log([path], mapping={"price": "wann"})


def test_names_with_quotes_and_marks_are_only_names(write: Write) -> None:
    odd = """'"]~/*$.x); DROP TABLE records; --"""
    path = write(json.dumps({odd: "r1", "time": "2026-03-01", "confidence": 1, "input": {odd: "x"}}))
    with read_log([path], mapping={"record_id": odd}) as log:
        assert log.rows("SELECT record_id, x0 FROM records") == [("r1", "x")]


def test_a_key_that_is_written_otherwise_in_a_rotated_file_is_read_as_well(write: Write) -> None:
    older = write('{"id": "a", "ts": "2026-02-01T00:00:00Z", "passed": false}', name="app.log.1")
    newer = write(line("b"))
    with read_log([older, newer]) as log:
        assert log.rows("SELECT record_id, validation_passed FROM records ORDER BY 1") == [("a", False), ("b", True)]


def test_lines_inside_the_lines_of_another_logger_are_found(write: Write) -> None:
    wrapped = write(*(json.dumps({"log": line(name) + "\n", "stream": "stdout"}) for name in "ab"), '{"log": "hello"}')
    assert (summary_of(wrapped).records, summary_of(wrapped).other) == (2, 1)
    prefixed = write("INFO:outcomes:" + line("a"), "2026-03-01 12:00 [app] " + line("b"), "INFO:other:hello")
    assert (summary_of(prefixed).records, summary_of(prefixed).other) == (2, 1)


# --- values -------------------------------------------------------------------------------------------------------


def test_a_value_that_cannot_be_read_is_unknown_and_counted_and_its_record_stays(write: Write) -> None:
    odd = line("a", validation_passed="perhaps", confidence=87, routed_to_human="x", cost_usd="-", duration_ms=-1)
    path = write(odd, line("b", confidence=float("nan"), cost_usd=1e999, duration_ms="soon"), line("c", cost_usd=0))
    summary = summary_of(path)
    assert (summary.records, summary.broken) == (3, 0)
    assert summary.unreadable == {
        "validation_passed": 1, "confidence": 2, "routed_to_human": 1, "cost_usd": 2, "duration_ms": 2,
    }  # fmt: skip
    assert values(path, "confidence, cost_usd, routed_to_human") == [
        (None, None, None), (None, None, False), (0.9, 0.0, False),
    ]  # fmt: skip


def test_one_and_zero_are_read_as_a_table_with_gaps_writes_them(write: Write) -> None:
    path = write(line("a", validation_passed="1.0"), line("b", validation_passed=0.0), line("c", validation_passed=1))
    assert values(path, "validation_passed") == [(True,), (False,), (True,)]
    assert summary_of(path).unreadable == {}


def test_routed_follows_from_validation_and_confidence_unless_it_is_stated(write: Write) -> None:
    path = write(
        line("a", confidence=0.7), line("b", validation_passed=False), line("c"), line("d", routed_to_human=True)
    )
    assert values(path, "routed_to_human") == [(True,), (True,), (False,), (True,)]
    assert values(path, "routed_to_human", routed_below=0.7) == [(False,), (True,), (False,), (True,)]
    assert (summary_of(path).routed_by_rule, summary_of(path).routed_against_rule) == (3, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T12:00:00Z", "12:00"), ("2026-03-01T12:00:00+02:00", "10:00"),
        ("2026-03-01T12:00:00-0330", "15:30"), ("2026-03-01 12:00:00.5+05:45", "06:15"),
        ("2026-03-01 12:00:00 UTC", "12:00"), ("2026-03-01T12:00:00+00:00", "12:00"),
        ("2026-03-01T12:00:00", "11:00"), ("2026-03-01 12:00:00,123", "11:00"), ("2026/03/01 12:00:00", "11:00"),
        (1772366400, "12:00"), (1772366400123, "12:00"), (1772366400123456, "12:00"), ("1772366400.25", "12:00"),
        ("20260301T120000Z", "12:00"), ("2026-03-01 12:00:00 Europe/Berlin", "11:00"),
        ("2026-03-01T12:00:00,123+02:00", "10:00"), ("2026-03-01 12:00:00,123 -0330", "15:30"),
        ("2026-03-01T12:00:00,123Z", "12:00"), (" 2026-03-01T12:00:00Z ", "12:00"), ("2026-03-01 12:00 EST", "17:00"),
    ],
)  # fmt: skip
def test_times_are_read_with_an_offset_without_one_and_as_numbers(write: Write, text: object, expected: str) -> None:
    (found,) = values(write(line("a", text)), "moment", zone_of_naive_times="Europe/Berlin")
    assert f"{found[0]:%H:%M}" == expected


@pytest.mark.parametrize("text", ["2026-03-01 12:00:00 PM", "2026-03-01 12:00:00 nowhere"])
def test_a_time_with_a_word_that_is_no_zone_is_not_guessed(write: Write, text: str) -> None:
    found = summary_of(write(line("a", text), line("b")))
    assert (found.records, found.broken, found.naive_times) == (1, 1, 0)


def test_times_without_an_offset_are_counted(write: Write) -> None:
    path = write(
        line("a", "2026-03-01T12:00:00"), line("b"), line("c", 1772366400), line("d", "2026-03-01 12:00:00+01")
    )
    assert summary_of(path).naive_times == 1


def test_a_record_of_a_time_to_come_is_broken_and_makes_no_day_without_data(write: Write) -> None:
    path = write(
        line("now"), line("fast clock", "2026-03-02T11:59:00Z"), line("wrong year", "2027-03-01T12:00:00Z"), line("b")
    )
    read_at = datetime(2026, 3, 1, 12, 0)  # noqa: DTZ001 - UTC, as the store's clock gives it
    with read_log([path], read_at=read_at) as log:
        assert [row[0] for row in log.rows("SELECT record_id FROM records ORDER BY place")] == [
            "now",
            "fast clock",
            "b",
        ]
        (broken,) = log.summary.broken_lines
        assert (broken.line, broken.reason) == (3, "a time that is still to come")
        assert accounted(log.summary)
        assert [one.day.isoformat() for one in daily(log).days] == ["2026-03-01", "2026-03-02"]
    assert summary_of(path).records == 4, "without knowing when it is read, nobody can tell"


def test_a_log_whose_records_are_all_broken_is_refused_with_the_first_reason(write: Write) -> None:
    path = write('{"record_id": "a", "validation_passed": true}', '{"record_id": "b", "validation_passed": true}')
    with pytest.raises(UnreadableFileError, match=r"none of its 2 lines .*line 1\): no time\."):
        read_log([path])


def test_an_unknown_zone_is_refused(write: Write) -> None:
    for zone in ("Mars/Olympus", "../../etc/passwd", ""):
        with pytest.raises(InvalidValueError, match="no time zone"):
            read_log([write(line())], zone=zone)


# --- tables -------------------------------------------------------------------------------------------------------

_HEADER = ["record_id", "time", "validation_passed", "confidence", "error_type", "reason", "input.date_format"]


def test_a_csv_with_broken_rows_loses_only_these(tmp_path: Path) -> None:
    path = tmp_path / "outcomes.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(_HEADER)
        writer.writerow(["a", "2026-03-01T12:00:00Z", "True", "0.9", "", 'first\nsecond; "third"', "yyyy-mm-dd"])
        stream.write("b;2026-03-01T12:00:00Z;False\r\n")
        writer.writerow(["c", "2026-03-01T12:00:01Z", "False", "0.4", "Timeout", "", ""])
        stream.write('d;2026-03-01T12:00:02Z;True;0.9;"open;;\r\n')
        writer.writerow(["e", "2026-03-01T12:00:03Z", "True", "0.9", "nan", "", ""])
    summary = summary_of(path)
    assert (summary.records, summary.broken) == (3, 2)
    assert {(one.line, one.reason) for one in summary.broken_lines} == {
        (4, "3 cells instead of 7"), (6, "a quotation mark is not closed"),
    }  # fmt: skip
    assert values(path, "record_id, reason, error_type, x0") == [
        ("a", 'first\nsecond; "third"', None, "yyyy-mm-dd"), ("c", None, "Timeout", None), ("e", None, None, None),
    ]  # fmt: skip


def test_a_cell_over_several_lines_is_one_record_and_quotation_marks_within_cells_cost_none(tmp_path: Path) -> None:
    head = "record_id,time,confidence\n"
    (tmp_path / "cells.csv").write_text(f'{head}"a\n\nb",2026-03-01T12:00:00Z,0.9\nc,2026-03-01T12:00:00Z,0.9\n')
    (tmp_path / "inches.csv").write_text(f'{head}5" pipe,2026-03-01T12:00:00Z,0.9\n6" pipe,2026-03-02T12:00:00Z,1.0\n')
    cells, inches = summary_of(tmp_path / "cells.csv"), summary_of(tmp_path / "inches.csv")
    assert (cells.records, cells.broken, cells.other, cells.files[0].continued) == (2, 0, 0, 1)
    assert (inches.records, inches.broken, inches.other) == (2, 0, 0)
    assert accounted(cells)
    assert accounted(inches)


def test_a_long_csv_is_read_in_parts_with_the_same_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_lines, "BLOCK_BYTES", 500)
    path = tmp_path / "outcomes.csv"
    rows = [f"r{n},2026-03-01T12:00:{n % 60:02}Z,{n % 2 == 0},0.9,,{'café' if n % 3 else ''},x" for n in range(300)]
    rows[100] = "r100,2026-03-01"
    rows[200] = 'r200,2026-03-01T12:00:00Z,True,0.9,,"in, two\nlines",x'
    path.write_text("\r\n".join([",".join(_HEADER), *rows]), encoding="utf-8", newline="")
    summary = summary_of(path)
    assert (summary.records, summary.broken) == (299, 1)
    assert [(one.line, one.reason) for one in summary.broken_lines] == [(102, "2 cells instead of 7")]
    found = values(path, "record_id, reason, x0")
    assert found[:2] == [("r0", None, "x"), ("r1", "café", "x")]
    assert found[199] == ("r200", "in, two\nlines", "x")
    assert found[-1][0] == "r299"


def test_the_same_records_as_json_csv_and_parquet_count_once(tmp_path: Path, write: Write) -> None:
    names = ["record_id", "time", "validation_passed", "confidence", "cost_usd", "model_version"]
    rows = [[f"r{n}", f"2026-03-01T12:00:{n:02}Z", n % 2 == 0, 0.5 + n / 100, n / 1000, "m1"] for n in range(40)]
    jsonl = write(*(json.dumps(dict(zip(names, row, strict=True))) for row in rows))
    table = tmp_path / "outcomes.csv"
    with table.open("w", newline="") as stream:
        csv.writer(stream).writerows([names, *rows])
    parquet = tmp_path / "out[1]*.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        connection.execute(
            f'COPY (SELECT record_id::VARCHAR AS record_id, "time"::TIMESTAMPTZ AS "time", validation_passed, '
            f"confidence, cost_usd, model_version FROM read_csv('{table}')) TO '{tmp_path}/plain.parquet'"
        )
    (tmp_path / "plain.parquet").rename(parquet)
    summary = summary_of(jsonl, table, LogFile(parquet, "p"))  # type: ignore[arg-type]
    assert (summary.records, summary.repeated, summary.broken) == (40, 80, 0)
    assert {one.format for one in summary.files} == {"JSON Lines", "CSV", "Parquet"}
    assert accounted(summary)


def test_the_columns_of_a_parquet_file_may_have_any_name(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    said = {"record_id": ["a", "b"], "time": ["2026-03-01T12:00:00Z"] * 2, "confidence": [0.9, 0.5]}
    ours = {"line": [7, 7], "position": ["top", "end"], "Text": ["x", "y"], "c0": ["p", "q"]}
    parquet.write_table(pa.table({**ours, **said}), tmp_path / "ours.parquet")
    assert values(tmp_path / "ours.parquet", "place, record_id, confidence") == [(1, "a", 0.9), (2, "b", 0.5)]
    parquet.write_table(pa.table({**said, "File_Row_Number": [5, 5]}), tmp_path / "taken.parquet")
    with pytest.raises(UnreadableFileError, match="a column is named 'File_Row_Number'"):
        read_log([tmp_path / "taken.parquet"])


def test_nested_parquet_and_json_in_a_cell_give_their_characteristics(tmp_path: Path) -> None:
    parquet, table = tmp_path / "o.parquet", tmp_path / "o.csv"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 'a' AS record_id, TIMESTAMP '2026-03-01 12:00:00' AS \"time\", 0.9 AS confidence, "
            f"{{'date_format': 'x', 'required': {{'vendor': true}}}} AS input) TO '{parquet}'"
        )
    table.write_text("record_id,time,confidence,date_format\nb,2026-03-01,0.9,y\n")
    with read_log([parquet, table]) as log:
        assert log.characteristics == ("date_format", "required.vendor")
        assert log.rows("SELECT x0, x1 FROM records ORDER BY record_id") == [("x", "true"), ("y", None)]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_json_objects_in_the_cells_of_a_csv_give_their_characteristics(tmp_path: Path, delimiter: str) -> None:
    table = tmp_path / "o.csv"
    said = json.dumps({"required": {"vendor": True}, "date_format": "x"}, separators=(",", ":"))
    rows = [["record_id", "time", "confidence", "input", "note"], *(["a", "2026-03-01", 0.9, said, ""] for _ in "12")]
    with table.open("w", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([*rows, ["b", "2026-03-01", 0.8, "", "no {object}"]])
    with read_log([table]) as log:
        assert log.characteristics == ("required.vendor", "date_format")
        assert log.rows("SELECT record_id, x0, x1 FROM records ORDER BY record_id") == [
            ("a", "true", "x"),
            ("b", None, None),
        ]
        assert accounted(log.summary)


def test_a_csv_whose_cells_hold_unquoted_json_is_a_csv(tmp_path: Path) -> None:
    table = tmp_path / "o.csv"
    table.write_text('record_id;time;confidence;extra\na;2026-03-01;0.9;{"k":1}\nb;2026-03-01;0.8;{"k":2}\n')
    assert summary_of(table).files[0].format == "CSV"
    assert values(table, "record_id, confidence") == [("a", 0.9), ("b", 0.8)]


def test_the_summary_is_small_and_json(write: Write) -> None:
    summary = summary_of(write(line()))
    assert LogSummary.model_validate_json(summary.model_dump_json()) == summary
    assert (summary.first_time, summary.zone) == (datetime(2026, 3, 1, 12, tzinfo=UTC), "UTC")
    assert summary.sentence == "1 outcome record from 1 file."


def test_many_threads_may_ask_at_once(write: Write) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def ask(log: OutcomeLog) -> int:
        return int(log.rows("SELECT count(*) FROM records")[0][0])

    with read_log([write(*(line(str(number)) for number in range(500)))]) as log, ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, [log] * 40)) == {500}
