"""Workbooks: the sheet, the header and the cells come out as a person sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import Reading, ReadingOptions, SampleFile, SampleFormat
from readiness.errors import UnreadableFileError
from tests.audit.reading.workbook_builder import (
    DATE,
    DATE_TIME,
    DAY_FIRST,
    ELAPSED,
    TIME,
    Book,
    BookSheet,
    number,
    row,
    text,
)

COLUMNS = "SELECT COLUMNS('^(record|c[0-9]+)$') FROM records ORDER BY record"
HEADER = row(1, text("id"), text("amount"), text("day"))
ONE = row(2, number("1"), number("5.5"), number("45000", DATE))
TWO = row(3, number("2"), number("7"), number("45001", DATE))


def read(path: Path, options: ReadingOptions | None = None) -> tuple[Reading, list[tuple[str | None, ...]]]:
    with open_workspace() as connection:
        reading = read_sample(SampleFile(path, path.name), connection, options=options)
        return reading, [cells[1:] for cells in connection.execute(COLUMNS).fetchall()]


def read_rows(tmp_path: Path, *rows: str, **changes: object) -> tuple[Reading, list[tuple[str | None, ...]]]:
    return read(Book([BookSheet("Data", "".join(rows))], **changes).save(tmp_path / "book.xlsx"))  # type: ignore[arg-type]


def test_dates_are_iso_text_and_numbers_stay_as_written(tmp_path: Path) -> None:
    reading, rows = read_rows(tmp_path, HEADER, ONE, TWO)
    assert reading.format is SampleFormat.XLSX
    assert reading.fields == ("id", "amount", "day")
    assert rows == [("1", "5.5", "2023-03-15"), ("2", "7", "2023-03-16")]


def test_a_serial_number_in_a_general_cell_stays_a_number(tmp_path: Path) -> None:
    _, rows = read_rows(tmp_path, HEADER, row(2, number("1"), number("2"), number("45000")), TWO)
    assert rows[0] == ("1", "2", "45000")


@pytest.mark.parametrize(
    ("raw", "style", "expected"),
    [
        ("45000.5625", DATE_TIME, "2023-03-15 13:30:00"),
        ("45000", DATE_TIME, "2023-03-15"),
        ("45000", DAY_FIRST, "2023-03-15"),
        ("0.5625", TIME, "13:30:00"),
        ("1.5", ELAPSED, "36:00:00"),
        ("60", DATE, "1900-02-29"),
        ("1", DATE, "1900-01-01"),
        ("0", DATE, "1900-01-00"),
        ("-3", DATE, "-3"),
        ("99999999", DATE, "99999999"),
    ],
)
def test_a_serial_number_is_written_as_its_format_shows_it(tmp_path: Path, raw: str, style: int, expected: str) -> None:
    _, rows = read_rows(tmp_path, HEADER, row(2, text("x"), number("2"), number(raw, style)), TWO)
    assert rows[0][2] == expected


def test_the_1904_date_system_is_respected_and_noted(tmp_path: Path) -> None:
    reading, rows = read_rows(tmp_path, HEADER, row(2, number("1"), number("2"), number("43538", DATE)), date_1904=True)
    assert rows == [("1", "2", "2023-03-15")]
    assert any("1904" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("0.10000000000000001", "0.1"),
        ("5.0999999999999996", "5.1"),
        ("5", "5"),
        ("5.0", "5"),
        ("0.0", "0"),
        ("12345678901234567890", "12345678901234567890"),
        ("9.9999999999999995E-8", "1E-07"),
        ("1.2E+11", "1.2E+11"),
        ("-17.25", "-17.25"),
    ],
)
def test_a_number_is_its_shortest_faithful_text(tmp_path: Path, raw: str, expected: str) -> None:
    _, rows = read_rows(tmp_path, HEADER, row(2, text("x"), number(raw)), TWO)
    assert rows[0][1] == expected


def test_text_keeps_leading_zeros_runs_and_control_characters(tmp_path: Path) -> None:
    texts = "<si><r><t>00</t></r><r><t>17</t></r><rPh sb='0' eb='1'><t>not this</t></rPh></si>"
    texts += "<si><t>a_x000D_b_x005F_</t></si>"
    shared = row(2, '<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>', text("x"))
    _, rows = read_rows(tmp_path, HEADER, shared, texts=texts)
    assert rows == [("0017", "a\rb_", "x")]


def test_errors_booleans_and_formulas_are_read_as_their_values(tmp_path: Path) -> None:
    cells = row(2, '<c t="e"><v>#N/A</v></c>', '<c t="b"><v>1</v></c>', "<c><f>A1*2</f><v>14</v></c>") + row(
        3, text("x"), '<c t="b"><v>0</v></c>', "<c><f>A1*2</f></c>"
    )
    reading, rows = read_rows(tmp_path, HEADER, cells)
    assert rows == [("#N/A", "TRUE", "14"), ("x", "FALSE", None)]
    assert any("#N/A" in note for note in reading.notes)
    assert any("no calculated value" in note for note in reading.notes)


def test_an_empty_cell_is_missing_and_an_empty_text_is_empty(tmp_path: Path) -> None:
    _, rows = read_rows(tmp_path, HEADER, row(2, text("x"), '<c s="1"/>', text("")))
    assert rows == [("x", None, "")]


def test_titles_above_the_header_are_preamble(tmp_path: Path) -> None:
    reading, rows = read_rows(
        tmp_path,
        row(1, text("Payments over 500 pounds")),
        row(3, text("Month:"), text("June")),
        row(5, text("id"), text("amount"), text("day"), text("to")),
        row(6, number("1"), number("2"), number("3"), text("x")),
        row(7, number("2"), number("2"), number("3"), text("y")),
    )
    assert reading.header_line == 5
    assert reading.preamble == ("Payments over 500 pounds", "Month: June")
    assert reading.fields == ("id", "amount", "day", "to")
    assert len(rows) == 2
    assert reading.lines == reading.preamble_lines + reading.header_lines + reading.records + reading.empty_lines


def test_a_sheet_without_a_header_numbers_its_fields(tmp_path: Path) -> None:
    reading, rows = read_rows(tmp_path, row(1, number("1"), number("2")), row(2, number("3"), number("4")))
    assert reading.header_line == 0
    assert reading.fields == ("column_1", "column_2")
    assert len(rows) == 2


def test_a_header_of_two_rows_is_joined_under_its_merged_cells(tmp_path: Path) -> None:
    sheet = BookSheet(
        "Data",
        row(1, text("id"), text("Amount"), "", text("Note"))
        + row(2, "", text("net"), text("gross"), text("text"))
        + row(3, number("1"), number("2"), number("3"), text("x"))
        + row(4, number("2"), number("2"), number("3"), text("y")),
        after='<mergeCells><mergeCell ref="B1:C1"/></mergeCells>',
    )
    reading, rows = read(Book([sheet]).save(tmp_path / "book.xlsx"))
    assert reading.fields == ("id", "Amount net", "Amount gross", "Note text")
    assert reading.header_lines == 2
    assert len(rows) == 2
    assert any("merged" in note for note in reading.notes)


def test_the_first_visible_sheet_with_a_table_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    book = Book(
        [
            BookSheet("Read me", row(1, text("These are our invoices."))),
            BookSheet("Secret", HEADER + ONE, state="veryHidden"),
            BookSheet("Invoices", HEADER + ONE + TWO),
            BookSheet("Lookup", HEADER + ONE),
        ]
    )
    reading, rows = read(book.save(tmp_path / "book.xlsx"))
    assert reading.sheet == "Invoices"
    assert reading.sheets == ("Read me", "Secret", "Invoices", "Lookup")
    assert len(rows) == 2
    notes = " ".join(reading.notes)
    assert "'Secret'" in notes
    assert "'Lookup'" in notes
    assert "'Read me'" in notes


def test_the_user_chooses_a_sheet_by_name(tmp_path: Path) -> None:
    path = Book([BookSheet("A", HEADER + ONE), BookSheet("B", HEADER + TWO)]).save(tmp_path / "book.xlsx")
    reading, rows = read(path, ReadingOptions(sheet="B"))
    assert (reading.sheet, rows[0][0]) == ("B", "2")
    with pytest.raises(UnreadableFileError, match=r"no sheet 'C'.*'A', 'B'"):
        read(path, ReadingOptions(sheet="C"))


def test_hidden_rows_and_columns_are_read_and_named(tmp_path: Path) -> None:
    sheet = BookSheet(
        "Data",
        HEADER + row(2, number("1"), number("5"), number("3"), attributes='hidden="1"'),
        before='<cols><col min="2" max="2" hidden="1"/></cols>',
    )
    reading, rows = read(Book([sheet]).save(tmp_path / "book.xlsx"))
    assert rows == [("1", "5", "3")]
    assert any("1 row is hidden" in note for note in reading.notes)
    assert any("'amount'" in note for note in reading.notes)


def test_a_total_a_footer_a_repeated_header_and_a_stray_cell_are_records_with_a_fault(tmp_path: Path) -> None:
    rows_xml = [HEADER, ONE, TWO, row(4, text("id"), text("amount"), text("day"))]
    rows_xml += [row(at, number(str(at)), number("1"), number("2")) for at in range(5, 120)]
    rows_xml += [row(120, number("1"), number("1"), number("2"), "", "", text("why?"))]
    rows_xml += [row(121, text("Total"), number("99")), row(125, text("Source: the ledger"))]
    path = Book([BookSheet("Data", "".join(rows_xml))]).save(tmp_path / "book.xlsx")
    with open_workspace() as connection:
        reading = read_sample(SampleFile(path, path.name), connection)
        faults = connection.execute(
            "SELECT line, fault, line_text FROM records WHERE fault IS NOT NULL ORDER BY record"
        )
        assert faults.fetchall() == [
            (4, "repeated_header", "id\tamount\tday"),
            (120, "too_many_cells", "1\t1\t2\twhy?"),
            (121, "total", "Total\t99"),
            (125, "total", "Source: the ledger"),
        ]
    assert reading.records == 121
    assert reading.faults == {"repeated_header": 1, "too_many_cells": 1, "total": 2}


def test_a_strict_workbook_and_rows_without_references_are_read(tmp_path: Path) -> None:
    bare = "<row><c t='inlineStr'><is><t>a</t></is></c><c t='inlineStr'><is><t>b</t></is></c></row>"
    bare += "<row><c><v>1</v></c><c t='d'><v>2023-03-15T00:00:00</v></c></row>"
    reading, rows = read_rows(tmp_path, bare, strict=True)
    assert reading.fields == ("a", "b")
    assert rows == [("1", "2023-03-15")]


def test_an_empty_workbook_has_no_records_and_says_so(tmp_path: Path) -> None:
    reading, rows = read_rows(tmp_path)
    assert (reading.records, reading.fields, rows) == (0, (), [])
    assert any("no cells" in note for note in reading.notes)


def test_what_a_spreadsheet_library_writes_comes_back(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, ["code", "value"])
        for index in range(3_000):
            sheet.write_string(index + 1, 0, f"{index:06d}")
            sheet.write_number(index + 1, 1, index / 8)
    reading, rows = read(tmp_path / "book.xlsx")
    assert reading.records == 3_000
    assert rows[9] == ("000009", "1.125")


def test_odd_but_valid_workbooks_are_all_read(shared_datasets: Path) -> None:
    for path in sorted((shared_datasets / "xlsx_odd_valid").glob("*.xls[xm]")):
        reading, _ = read(path)
        assert reading.format is SampleFormat.XLSX, path.name


def faults_of(path: Path) -> list[tuple[int, str | None]]:
    with open_workspace() as connection:
        read_sample(SampleFile(path, path.name), connection)
        return connection.execute("SELECT line, fault FROM records ORDER BY record").fetchall()


def test_a_second_table_with_its_title_is_set_apart_until_the_header_comes_again(tmp_path: Path) -> None:
    rows = [HEADER, *(row(at, number(str(at)), number("5"), number("3")) for at in range(2, 8))]
    rows += [row(9, text("Contacts")), row(10, text("Name"), text("Phone")), row(11, text("Ann"), number("7"))]
    rows += [row(13, text("id"), text("amount"), text("day")), row(14, number("9"), number("5"), number("3"))]
    path = Book([BookSheet("Data", "".join(rows))]).save(tmp_path / "book.xlsx")
    other, again = "other_table", "repeated_header"
    found = faults_of(path)
    assert found[:6] == [(at, None) for at in range(2, 8)]
    assert found[6:] == [(9, other), (10, other), (11, other), (13, again), (14, None)]


def test_a_wider_second_table_adds_no_field(tmp_path: Path) -> None:
    rows = [HEADER, *(row(at, number(str(at)), number("5"), number("3")) for at in range(2, 8))]
    names = [text(name) for name in ("item", "unit", "size", "weight", "price")]
    rows += [row(9, *names), *(row(at, text("x"), text("y"), number("1"), number("2"), number("3")) for at in (10, 11))]
    path = Book([BookSheet("Data", "".join(rows))]).save(tmp_path / "book.xlsx")
    reading, _ = read(path)
    assert reading.fields == ("id", "amount", "day")
    assert reading.faults == {"other_table": 3}


def test_a_record_behind_an_empty_row_is_no_second_table(tmp_path: Path) -> None:
    rows = [HEADER, *(row(at, number(str(at)), number("5"), number("3")) for at in range(2, 8))]
    rows += [row(9, number("9"), text("n/a"), text("unknown")), row(10, number("10"), number("5"), number("3"))]
    path = Book([BookSheet("Data", "".join(rows))]).save(tmp_path / "book.xlsx")
    assert {fault for _, fault in faults_of(path)} == {None}


def test_a_value_merged_over_several_rows_stands_in_each_of_them(tmp_path: Path) -> None:
    header = row(1, text("region"), text("amount"))
    rows = [row(2, text("North"), number("1")), row(3, "", number("2")), row(4, "", number("3"))]
    rows += [row(5, "", number("4"))]
    sheet = BookSheet(
        "Data", header + "".join(rows), after='<mergeCells count="1"><mergeCell ref="A2:A4"/></mergeCells>'
    )
    reading, cells = read(Book([sheet]).save(tmp_path / "book.xlsx"))
    assert cells == [("North", "1"), ("North", "2"), ("North", "3"), (None, "4")]
    assert any("taken for 2 cells below" in note for note in reading.notes)


def test_merged_captions_are_known_before_a_long_sheet_is_read(tmp_path: Path) -> None:
    header = row(1, text("id"), text("Amount"), "", text("Note")) + row(2, "", text("net"), text("gross"), text("text"))
    rows = "".join(row(at, number(str(at)), number("2"), number("3"), text("x")) for at in range(3, 1_500))
    sheet = BookSheet("Data", header + rows, after='<mergeCells><mergeCell ref="B1:C1"/></mergeCells>')
    reading, _ = read(Book([sheet]).save(tmp_path / "book.xlsx"))
    assert reading.fields == ("id", "Amount net", "Amount gross", "Note text")


def test_hidden_rows_are_named_by_their_numbers(tmp_path: Path) -> None:
    hidden = {3, 4, 6}
    rows = [
        row(at, number(str(at)), number("5"), number("3"), attributes='hidden="1"' if at in hidden else "")
        for at in range(2, 9)
    ]
    reading, _ = read(Book([BookSheet("Data", HEADER + "".join(rows))]).save(tmp_path / "book.xlsx"))
    assert any("3 rows are hidden in the sheet (by hand or by a filter): 3 to 4, 6;" in note for note in reading.notes)
