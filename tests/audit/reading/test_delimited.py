"""Reading delimited text: layouts, faults, accounts of every line, options and refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from readiness.audit.reading.delimited import read_delimited
from readiness.audit.reading.values import Reading, ReadingLimits, ReadingOptions, SampleFile
from readiness.errors import FileTooLargeError, InputError, InvalidValueError, UnreadableFileError

SHARED = Path(__file__).resolve().parents[4] / "shared" / "datasets"
needs_shared = pytest.mark.usefixtures("shared_datasets")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def read_file(
    path: Path,
    connection: duckdb.DuckDBPyConnection,
    options: ReadingOptions | None = None,
    limits: ReadingLimits | None = None,
    progress: Callable[[float], None] | None = None,
) -> Reading:
    return read_delimited(
        SampleFile(path, path.name),
        connection,
        options=options or ReadingOptions(),
        limits=limits or ReadingLimits(),
        sha256="",
        size_bytes=path.stat().st_size,
        progress=progress,
    )


@pytest.fixture
def read(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> Callable[..., Reading]:
    def read_text(content: str | bytes, **options: object) -> Reading:
        path = tmp_path / "sample.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_file(path, connection, ReadingOptions(**options))  # type: ignore[arg-type]

    return read_text


def cells_of(connection: duckdb.DuckDBPyConnection, reading: Reading) -> list[tuple[str | None, ...]]:
    columns = ", ".join(f"c{place}" for place in range(len(reading.fields)))
    return connection.execute(f"SELECT {columns} FROM records ORDER BY record").fetchall()


def faults_of(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    return connection.execute("SELECT line, fault FROM records WHERE fault IS NOT NULL ORDER BY record").fetchall()


# Layout


def test_a_plain_file_gives_its_fields_and_records(read, connection):
    reading = read("id,name\n1,Ann\n2,Bob\n")
    assert reading.fields == ("id", "name")
    assert cells_of(connection, reading) == [("1", "Ann"), ("2", "Bob")]
    assert (reading.header_line, reading.lines, reading.line_end, reading.delimiter) == (1, 3, "\n", ",")


def test_an_empty_cell_and_a_cell_that_is_not_there_differ(read, connection):
    reading = read("a,b,c\n1,,3\n1,2\n4,5,6\n7,8,9\n")
    assert cells_of(connection, reading)[:2] == [("1", "", "3"), ("1", "2", None)]
    assert faults_of(connection) == [(3, "too_few_cells")]


def test_cells_keep_their_spaces_and_words_for_nothing(read, connection):
    reading = read('a,b\n  x ,NULL\nNA,""\n')
    assert cells_of(connection, reading) == [("  x ", "NULL"), ("NA", "")]


def test_lines_above_the_header_are_preamble(read):
    reading = read(
        "Report of payments,,\n,,\nPrinted 01/02/2024,,\nvendor,date,amount\nA,2024-01-01,5.00\nB,2024-01-02,6.00\n"
    )
    assert (reading.preamble_lines, reading.header_line, reading.records) == (3, 4, 2)
    assert reading.preamble[0] == "Report of payments,,"


def test_preamble_without_delimiters_and_an_empty_line_is_found(read):
    reading = read("Monthly report\nAll regions\n\nvendor;date;amount\nA;2024-01-01;5,00\nB;2024-01-02;6,00\n")
    assert (reading.preamble_lines, reading.header_line, reading.delimiter) == (3, 4, ";")


def test_a_file_without_a_header_gets_numbered_columns(read):
    reading = read("2024-01-01,5.00,open\n2024-01-02,6.00,closed\n2024-01-03,7.00,open\n")
    assert (reading.header_line, reading.records) == (0, 3)
    assert reading.fields == ("column_1", "column_2", "column_3")


def test_words_that_come_again_in_their_column_are_no_header(read):
    assert read("red,small\nblue,large\nred,small\nblue,small\n").header_line == 0


def test_years_as_names_are_a_header(read):
    reading = read("country,1990,1991,1992\nPeru,2.5,2.7,2.9\nChile,1.5,1.8,1.9\n")
    assert (reading.header_line, reading.fields[1]) == (1, "1990")


def test_a_header_over_two_lines_is_joined(read):
    reading = read("id,2023,,2024,\n,Q1,Q2,Q1,Q2\n1,5,6,7,8\n2,5,6,7,8\n")
    assert reading.header_lines == 2
    assert reading.fields == ("id", "2023 Q1", "2023 Q2", "2024 Q1", "2024 Q2")


def test_words_below_the_names_where_values_follow_belong_to_the_header(read):
    reading = read("yyyy,mm,tmax,rain\n,,degC,mm\n1978,9,17.5,26.7\n1978,10,15.6,20.4\n1978,11,12.1,30.5\n")
    assert (reading.header_lines, reading.fields) == (2, ("yyyy", "mm", "tmax degC", "rain mm"))


def test_a_header_that_stands_twice_without_records_is_not_joined(read, connection):
    reading = read("foo,bar\nfoo,bar\n")
    assert (reading.fields, reading.faults) == (("foo", "bar"), {"repeated_header": 1})


def test_units_below_the_names_belong_to_the_header(read):
    reading = read("time,speed\n(s),(m/s)\n1,2.5\n2,2.7\n3,2.9\n")
    assert (reading.header_lines, reading.fields) == (2, ("time (s)", "speed (m/s)"))


def test_names_become_unique_and_non_empty(read):
    reading = read("a,,a,A\n1,2,3,4\n5,6,7,8\n")
    assert reading.fields == ("a", "column_2", "a_2", "A_3")
    assert "column_2" in reading.notes[0]


def test_row_names_without_a_header_of_their_own_shift_the_names(read):
    assert read("x,y\n1,5.5,a\n2,6.5,b\n3,7.5,c\n").fields == ("column_1", "x", "y")


def test_a_first_record_with_a_missing_amount_stays_a_record(read):
    reading = read("supplier,amount\nACME,n/a\nBolt,12.00\nCore,13.00\n")
    assert (reading.header_lines, reading.records) == (1, 3)


# Faults


def test_totals_fillers_and_repeated_headers_are_named(read, connection):
    reading = read("name,day,amount\nA,2024-01-01,1.00\n,,\nname,day,amount\nB,2024-01-02,2.00\nGrand Total,,3.00\n")
    assert faults_of(connection) == [(3, "filler"), (4, "repeated_header"), (6, "total")]
    assert (reading.records, reading.unsplit) == (5, 3)


def test_a_vendor_called_total_is_no_total(read, connection):
    read("vendor,day,amount\nTotal Gas & Power,2024-01-01,1.00\nTOTAL UK LTD,2024-01-01,1.00\nB,2024-01-02,2.00\n")
    assert faults_of(connection) == []


def test_a_category_called_total_is_no_total(read, connection):
    rows = "".join(f"{sex},{year},{year}.5\n" for year in range(1990, 2010) for sex in ("male", "female", "total"))
    read(f"sex,year,rate\n{rows}")
    assert faults_of(connection) == []


def test_notes_below_the_table_are_footers(read, connection):
    read("name,day,amount\nA,2024-01-01,1.00\nB,2024-01-02,2.00\n\nSource: the ledger\n")
    assert faults_of(connection) == [(5, "total")]


def test_a_second_table_with_other_columns_is_set_apart(read, connection):
    first = "".join(f"{n},2024-01-0{n},{n}.00\n" for n in range(1, 9))
    reading = read(f"id,day,amount\n{first}\nid,region\n1,North\n2,South\n")
    assert reading.faults == {"other_table": 3}
    assert faults_of(connection)[0] == (11, "other_table")


def test_surplus_cells_stay_in_the_text_of_the_line(read, connection):
    reading = read("a,b\n1,2\n3,4,5,6\n7,8\n9,10\n")
    row = connection.execute("SELECT cells, line_text, c0, c1 FROM records WHERE record = 2").fetchone()
    assert row == (4, "3,4,5,6", "3", "4")
    assert reading.faults == {"too_many_cells": 1}


def test_a_surplus_empty_cell_is_skipped_where_the_rest_then_fits(read, connection):
    reading = read("day,name,amount\n2024-01-01,A,1.00\n2024-01-02,,B,2.00\n2024-01-03,C,3.00\n")
    assert cells_of(connection, reading)[1] == ("2024-01-02", "B", "2.00")
    assert reading.faults == {"too_many_cells": 1}


def test_a_line_with_another_delimiter_is_put_under_its_fields(read, connection):
    reading = read("day,name,amount\n2024-01-01,A,1.00\n2024-01-02;B;2.00\n2024-01-03,C,3.00\n")
    assert cells_of(connection, reading)[1] == ("2024-01-02", "B", "2.00")
    assert faults_of(connection) == [(3, "too_few_cells")]


# Quotes


def test_a_value_over_several_lines_is_one_record(read, connection):
    reading = read('id,note\n1,"one\ntwo, three\nfour"\n2,x\n')
    assert cells_of(connection, reading) == [("1", "one\ntwo, three\nfour"), ("2", "x")]
    assert connection.execute("SELECT line FROM records ORDER BY record").fetchall() == [(2,), (5,)]


def test_a_quote_that_never_closes_costs_its_own_line_only(read, connection):
    rows = "".join(f"{n},name {n},{n}.5\n" for n in range(50))
    reading = read(f'id,name,amount\n1,"Ann,5.0\n{rows}')
    assert reading.records == 51
    assert faults_of(connection) == [(2, "unclosed_quote")]
    assert cells_of(connection, reading)[0] == ("1", '"Ann', "5.0")


def test_an_address_over_two_lines_is_one_value_although_both_lines_look_complete(read, connection):
    reading = read('id,address,amount\n1,"12 High St,\nLondon, UK",6.0\n2,"x",7.0\n')
    assert cells_of(connection, reading) == [("1", "12 High St,\nLondon, UK", "6.0"), ("2", "x", "7.0")]


def test_two_stray_quotes_do_not_swallow_the_records_between_them(read, connection):
    reading = read('id,name,amount\n1,"Ann,5.0\n2,Bob,6.0\n3,Cy,7.0\n4,Di",8.0\n5,Ed,9.0\n')
    assert reading.records == 5
    assert faults_of(connection) == [(2, "unclosed_quote")]


def test_quotes_inside_a_quoted_value_that_are_not_doubled_are_kept(read, connection):
    reading = read('id,note,n\n1,"a 10" board",5\n2,"x",6\n3,"y, z",7\n')
    assert cells_of(connection, reading)[0] == ("1", 'a 10" board', "5")
    assert reading.faults == {}


def test_inch_signs_in_plain_cells_are_text(read, connection):
    reading = read('id,size,n\n1,10" board,5\n2,12" board,6\n')
    assert cells_of(connection, reading)[0][1] == '10" board'


def test_backslash_escapes_are_found_and_undone(read, connection):
    reading = read('id,note\n1,"he said \\"no\\", twice"\n2,"a \\"b\\" c"\n3,plain\n')
    assert reading.escape == "\\"
    assert cells_of(connection, reading)[0][1] == 'he said "no", twice'


# Accounts


def test_carriage_returns_alone_end_lines(read, connection):
    reading = read("a,b\r1,2\r3,4\r")
    assert (reading.line_end, reading.lines, reading.records) == ("\r", 3, 2)


def test_mixed_line_ends_are_all_lines(read):
    reading = read("a,b\r\n1,2\n3,4\r5,6\n")
    assert (reading.line_end, reading.lines, reading.records) == ("mixed", 4, 3)


def test_a_carriage_return_inside_a_cell_is_text(read, connection):
    reading = read("id,note,x\n1,one\rtwo,5\n2,three,6\n3,four,7\n")
    assert cells_of(connection, reading)[0] == ("1", "one\rtwo", "5")
    assert reading.lines == 4


def test_empty_lines_are_counted_and_line_numbers_stay_right(read, connection):
    reading = read("a,b\n\n1,2\n\n\n3,4\n\n")
    assert (reading.records, reading.empty_lines, reading.lines) == (2, 4, 7)
    assert connection.execute("SELECT line FROM records ORDER BY record").fetchall() == [(3,), (6,)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_large_regular_file_reads_the_same_the_fast_and_the_careful_way(tmp_path, line_end, monkeypatch):
    from readiness.audit.reading import delimited

    rows = [
        f'{n},"name, {n}","said ""x""{line_end}twice",{n % 7}.50' if n % 5 == 0 else f"{n}, b {n},,{n}"
        for n in range(9_000)
    ]
    path = tmp_path / "large.csv"
    path.write_text(line_end.join(["title,,,", "id,name,note,amount", *rows, "Grand Total,,,9"]) + line_end, newline="")
    results = []
    for small in (0, 1 << 40):
        monkeypatch.setattr(delimited, "_SMALL_BYTES", small)
        with duckdb.connect() as connection:
            reading = read_file(path, connection)
            results.append(
                (
                    reading,
                    connection.execute(
                        "SELECT record, line, fault, cells, line_text, c0, c1, c2, c3 FROM records ORDER BY record"
                    ).fetchall(),
                )
            )
    assert results[0] == results[1]
    assert results[0][0].records == 9_001
    assert results[0][0].faults == {"total": 1}
    assert accounted_lines(results[0][0], results[0][1]) == results[0][0].lines


@pytest.mark.parametrize("bad", ["1,2,", "1", '1,"x"y', ' 1 , "x" ', "1,2,3", '1,"x'])
def test_a_large_file_with_one_odd_line_loses_nothing(tmp_path, bad, monkeypatch):
    from readiness.audit.reading import delimited

    monkeypatch.setattr(delimited, "_SMALL_BYTES", 0)
    path = tmp_path / "odd.csv"
    path.write_text("id,name\n" + "".join(f"{n},name {n}\n" for n in range(5_000)) + bad + "\n" + "7,last\n")
    with duckdb.connect() as connection:
        reading = read_file(path, connection)
        rows = connection.execute(
            "SELECT line, line_text, c0, c1 FROM records WHERE record > 4999 ORDER BY record"
        ).fetchall()
    assert reading.records == 5_002
    assert [row[0] for row in rows] == [5_001, 5_002, 5_003]
    assert rows[2][2:] == ("7", "last")
    kept = rows[1][1] or ",".join(cell or "" for cell in rows[1][2:])
    assert [sign for sign in bad if sign.isalnum()] == [sign for sign in kept if sign.isalnum()]


def accounted_lines(reading: Reading, rows: list[tuple]) -> int:
    """The lines of preamble, header and empty ones, and those that each record's text spans."""
    spans = 0
    for _, _, _, _, line_text, *cells in rows:
        texts = [line_text] if line_text is not None else [cell or "" for cell in cells]
        spans += 1 + sum(len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1 for text in texts)
    return reading.preamble_lines + reading.header_lines + reading.empty_lines + spans


def letters(text: str) -> list[str]:
    return sorted(sign for sign in text if sign.isalnum())


@given(st.text(alphabet='ab1,;"\n\r \t', max_size=120))
@example('"\n')
@example('a,b\n1,"x\n\n"\n2,3')
@example("\n\n")
@example("\r\r\n")
@example("a\r\r\n1,2\n")
@example('a;"b\r\n";c\r1;2;3')
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_line_is_accounted_for_and_no_text_is_lost(tmp_path, text):
    path = tmp_path / "any.csv"
    path.write_bytes(text.encode())
    with SHARED_CONNECTION.cursor() as connection:
        reading = read_file(path, connection)
        columns = "".join(f", c{place}" for place in range(len(reading.fields)))
        rows = connection.execute(
            f"SELECT record, line, fault, cells, line_text{columns} FROM records ORDER BY record"
        ).fetchall()
    physical = text.replace("\r\n", "\n")
    if reading.lines == physical.count("\n") + bool(physical) - physical.endswith("\n"):
        lines = physical.split("\n")
    else:
        lines = physical.replace("\r", "\n").split("\n")
        assert reading.lines == len(lines) - (lines[-1] == "")
        assert accounted_lines(reading, rows) == reading.lines
    above = "\n".join(lines[: reading.preamble_lines]) if reading.preamble_lines else ""
    header = (
        "\n".join(lines[reading.header_line - 1 : reading.header_line - 1 + reading.header_lines])
        if reading.header_line
        else ""
    )
    kept = "".join(row[4] if row[4] is not None else "".join(cell or "" for cell in row[5:]) for row in rows)
    assert letters(above + header + kept) == letters(text)
    assert [row[0] for row in rows] == list(range(1, reading.records + 1))
    assert all(earlier[1] < later[1] for earlier, later in pairwise(rows))
    assert reading.unsplit == sum(row[2] is not None for row in rows)


SHARED_CONNECTION = duckdb.connect()
cell_text = st.text(alphabet='ab1 ,"\n;.-', max_size=8)


@given(st.lists(st.lists(cell_text, min_size=3, max_size=3), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_csv_writer_quotes_comes_back_as_it_was(tmp_path, table):
    import csv

    path = tmp_path / "written.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["first", "second", "third"], *table])
    with SHARED_CONNECTION.cursor() as connection:
        reading = read_file(
            path, connection, ReadingOptions(delimiter=",", quote='"', escape='"', header_line=1, header_lines=1)
        )
        assert [list(row) for row in cells_of(connection, reading)] == table


# Options and refusals


def test_options_override_what_would_be_found(read, connection):
    reading = read("x;y\n1,5;2\n3,5;4\n", delimiter=",", header_line=0)
    assert (reading.delimiter, reading.header_line, reading.preamble_lines, reading.records) == (",", 0, 1, 2)


def test_the_header_line_can_be_chosen(read):
    reading = read("a,b\nc,d\n1,2\n3,4\n", header_line=2)
    assert (reading.fields, reading.preamble_lines, reading.records) == (("c", "d"), 1, 2)


def test_a_delimiter_that_is_not_in_the_file_is_refused(read):
    with pytest.raises(InvalidValueError, match="does not occur"):
        read("a,b\n1,2\n", delimiter="|")


def test_a_header_line_beyond_the_end_is_refused(read):
    with pytest.raises(InvalidValueError, match="has 2 lines"):
        read("a,b\n1,2\n", header_line=9)


def test_an_unknown_encoding_is_refused(read):
    with pytest.raises(InvalidValueError, match="utf-99"):
        read("a,b\n", encoding="utf-99")


def test_an_empty_file_is_a_reading_of_nothing(read, connection):
    reading = read("")
    assert (reading.records, reading.fields, reading.lines) == (0, (), 0)
    assert connection.execute("SELECT count(*) FROM records").fetchone() == (0,)


def test_a_file_of_empty_lines_is_a_reading_of_nothing(read):
    assert (read("\n\n\n").empty_lines, read("\n\n\n").records) == (3, 0)


def test_a_header_alone_has_no_records(read):
    reading = read("date,vendor,amount\n")
    assert (reading.fields, reading.records) == (("date", "vendor", "amount"), 0)


def test_one_line_of_values_is_one_record(read):
    assert (read("1,2024-01-01,5.00").records, read("1,2024-01-01,5.00").header_line) == (1, 0)


def test_one_column_keeps_its_commas_apart_from_delimiters(read, connection):
    reading = read("remark\nfine\nok, but late\nno\nsee note, page 2, again\nfine\n")
    assert len(reading.fields) == 1 or reading.unsplit < 3
    assert reading.records == 5


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x00" * 500, "zero bytes"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "PNG image"),
        (b"PK\x03\x04" + bytes(range(256)), "ZIP archive or an Office document"),
        (bytes(range(32)) * 50, "binary data"),
    ],
)
def test_what_is_no_text_is_refused_with_its_kind(read, content, sentence):
    with pytest.raises(UnreadableFileError, match=sentence):
        read(content)


def test_a_line_over_the_limit_is_refused(tmp_path, connection):
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n" + b"x" * 5_000)
    with pytest.raises(FileTooLargeError, match="longer than"):
        read_file(path, connection, limits=ReadingLimits(line_bytes=1_000))


def test_too_many_fields_are_refused(tmp_path, connection):
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"f{n}" for n in range(300)) + "\n" + "1," * 299 + "1\n")
    with pytest.raises(FileTooLargeError, match="300 fields"):
        read_file(path, connection, limits=ReadingLimits(fields=200))


def test_progress_rises_to_one_and_may_cancel(tmp_path, connection):
    path = tmp_path / "sample.csv"
    path.write_text("a,b\n1,2\n")
    seen: list[float] = []
    read_file(path, connection, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def cancel(_: float) -> None:
        raise InputError("Cancelled.")

    with pytest.raises(InputError, match="Cancelled"):
        read_file(path, connection, progress=cancel)


# Real files


@needs_shared
def test_the_payments_with_a_report_above_them_lose_no_line(connection):
    reading = read_file(SHARED / "lambeth_payments" / "2012-06-payments.csv", connection)
    assert (reading.encoding, reading.preamble_lines, reading.header_line, reading.lines) == ("UTF-8", 9, 10, 3171)
    assert (reading.records, reading.empty_lines) == (3161, 0)
    assert reading.faults["total"] == 1
    fused = connection.execute(
        r"""
        SELECT count(*) FROM records
        WHERE fault = 'too_few_cells' AND regexp_matches(line_text, ',\d{2}/\d{2}/\d{4}\d')
        """
    ).fetchone()
    assert fused == (635,)


@needs_shared
@pytest.mark.parametrize(
    "path", sorted((SHARED / "lambeth_payments").glob("201*-payments.csv")), ids=lambda path: path.stem
)
def test_the_monthly_payments_find_header_and_totals(path, connection):
    reading = read_file(path, connection)
    rows = connection.execute("SELECT * FROM records ORDER BY record").fetchall()
    assert accounted_lines(reading, rows) == reading.lines
    assert reading.fields[0] in ("Supplier Name", "Body")
    assert len(reading.fields) in (2, 6)


@needs_shared
def test_the_information_requests_have_a_title_and_western_characters(connection):
    readings = [read_file(path, connection) for path in sorted((SHARED / "lambeth_foi_requests").glob("*.csv"))]
    assert sum(reading.records for reading in readings) == 1146
    assert {(reading.encoding, reading.header_line, reading.fields) for reading in readings} == {
        ("Windows-1252", 2, ("Ref", "Received", "Summary"))
    }


def test_a_title_longer_than_the_table_is_still_a_title(read, connection):
    title = "Ledger\nof the\nfinance office\nall values\nin pounds\n"
    reading = read(title + "id;date;amount\n1;2024-01-05;3.50\n2;2024-01-06;4.10\n")
    assert reading.fields == ("id", "date", "amount")
    assert (reading.preamble_lines, reading.records, reading.unsplit) == (5, 2, 0)


def test_a_mark_in_the_middle_does_not_hide_a_header_that_comes_again(read, connection):
    read("id,name,day\n1,a,2024-01-01\n2,b,2024-01-02\n\ufeffid,name,day\n3,c,2024-01-03\n")
    assert connection.execute("SELECT line, fault FROM records WHERE fault IS NOT NULL").fetchall() == [
        (4, "repeated_header")
    ]


def test_a_total_whose_word_stands_behind_its_numbers_is_a_total(read, connection):
    rows = "".join(f"{n},{n}.50,x{n},2024-01-0{n}\n" for n in range(1, 9))
    reading = read("count,amount,name,day\n" + rows + "36,40.00,Total,\n")
    assert reading.faults == {"total": 1}


def test_commas_in_the_lines_of_one_column_are_text(read, connection):
    reading = read("remark\nfine\nok, but late\nno\nsee note, page 2, again\nfine\n")
    assert (reading.fields, reading.unsplit, reading.delimiter) == (("remark",), 0, ",")
    assert cells_of(connection, reading)[1] == ("ok, but late",)


def test_one_column_in_single_quotes_loses_them(read, connection):
    reading = read("'share'\n'71%'\n'20%'\n'5%'\n")
    assert (reading.fields, cells_of(connection, reading)[0]) == (("share",), ("71%",))


def test_one_column_of_phone_numbers_is_not_divided_at_its_spaces(read):
    reading = read("phone\n+44 20 2218 7885\n+44 20 4112 5696\n+44 20 5464 9762\n")
    assert (reading.fields, reading.records) == (("phone",), 3)


def test_phone_numbers_and_postcodes_are_values_and_no_names(read):
    reading = read(
        "Anna Gray,+44 20 9786 8675,SW1A 2AA\nBen Low,+44 20 1234 5678,E2 8DX\nCy Orr,+44 20 5555 0101,N1 9GU\n"
    )
    assert (reading.header_line, reading.records) == (0, 3)


def test_an_address_between_rare_delimiters_is_no_single_value(read):
    reading = read("id~email~size\n1~a.b@example.org~5\n2~c.d@example.org~6\n3~e.f@example.org~7\n")
    assert reading.delimiter == "~"


def test_a_record_of_words_behind_a_filler_heads_no_other_table(read):
    rows = "".join(f"{n} open road,note {n},\n" for n in range(8))
    reading = read("street,remark,size\n" + rows + ",,\nmill lane,by the river,\n" + rows.replace(",\n", ",5\n"))
    assert reading.faults == {"filler": 1}


_ODD_LINES = st.sampled_from(
    [
        "5,odd",
        "1,2,3,4",
        "",
        'a,"b',
        'x,"y""z",w',
        'p,"q\nr",s',
        ' "padded",1,2',
        '"open,1,2',
        'in"ch,1,2',
        ",,",
        "Total,,9",
    ]
)


@given(
    st.lists(st.one_of(_ODD_LINES, st.just("1,two,3")), min_size=1, max_size=60),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_loaded_by_copy_are_the_records_that_are_loaded_one_by_one(tmp_path, lines, line_end):
    from readiness.audit.reading import delimited

    path = tmp_path / "odd.csv"
    path.write_bytes(line_end.join(["id,name,size", *["7,seven,8"] * 5, *lines, ""]).encode())
    tables = []
    before = delimited._SMALL_BYTES
    try:
        for small in (-1, 1 << 40):
            delimited._SMALL_BYTES = small
            with SHARED_CONNECTION.cursor() as connection:
                reading = read_file(path, connection)
                tables.append((reading, connection.execute("SELECT * FROM records ORDER BY record").fetchall()))
    finally:
        delimited._SMALL_BYTES = before
    assert tables[0] == tables[1]
