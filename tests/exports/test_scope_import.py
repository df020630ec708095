"""Reading a scope workbook that comes back: cells, the stamp, the table; and one sentence for any other file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from readiness.errors import InvalidValueError, UnreadableFileError
from readiness.exports import scope_layout as layout
from readiness.exports.returned_cells import choice_of, number_of, restored, text_of
from readiness.exports.returned_workbook import ReturnedCell
from readiness.exports.scope_import import ScopeCopy, read_scope_copy
from readiness.exports.workbook import scope_workbook
from readiness.scope.changes import PLAN_TITLES, TITLES, item_values, same
from readiness.scope.items import ScopeItem, ScopePlan
from readiness.scope.totals import total_scope

START = "Starting point to argue with: 0.5 to 3 person-days, likely 1 (generated, not measured)."
ITEMS = (
    ScopeItem(id="a", component="Retries", group="Errors", low_days=1, likely_days=2, high_days=5.5, day_rate=800),
    ScopeItem(id="b", component="=1+1", owner="@ann", note=f"{START} Ask.", in_prototype=True),
    ScopeItem(id="decision:x y: z", component="Review", marked_not_needed=True, not_needed_because="-none"),
)


def exported(items: tuple[ScopeItem, ...] = ITEMS) -> bytes:
    plan = ScopePlan(planned_days=20, day_rate=800)
    return scope_workbook(
        project_name="Invoices",
        items=items,
        plan=plan,
        total=total_scope(items, plan),
        project_id="p1",
        versions={item.id: number for number, item in enumerate(items, start=3)},
        plan_version=2,
        now=datetime(2026, 3, 2, 9, 0),  # noqa: DTZ001
    )


@pytest.fixture(scope="module")
def workbook() -> bytes:
    return exported()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., ScopeCopy]:
    def do(content: bytes, name: str = "scope.xlsx") -> ScopeCopy:
        path = tmp_path / "import"
        path.write_bytes(content)
        return read_scope_copy(path, name)

    return do


@pytest.fixture
def refused(read: Callable[..., ScopeCopy]) -> Callable[..., str]:
    """The sentence with which a file is refused."""

    def do(content: bytes, name: str = "scope.xlsx") -> str:
        with pytest.raises(UnreadableFileError) as error:
            read(content, name)
        sentence = str(error.value)
        assert sentence.startswith(f"Cannot read {name!r}: ")
        assert sentence.count("\n") == 0
        assert len(sentence) < 400
        return sentence

    return do


def edited(content: bytes, edit: Callable[[Workbook], None]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    edit(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, **parts: bytes | None) -> bytes:
    """The archive with parts added or replaced (None: left out); `__` in a name stands for a slash."""
    changes = {name.replace("__", "/"): part for name, part in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in changes:
                new.writestr(entry, old.read(entry))
        for name, part in changes.items():
            if part is not None:
                new.writestr(name, part)
    return out.getvalue()


# --- what a copy says ---------------------------------------------------------------------------------------------


def test_the_stamp_says_of_which_state_of_which_project_it_is_a_copy(
    workbook: bytes, read: Callable[..., ScopeCopy]
) -> None:
    stamp = read(workbook).stamp
    assert (stamp.project_id, stamp.project_name, stamp.plan_version) == ("p1", "Invoices", 2)
    assert stamp.exported_at == datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001
    assert dict(stamp.versions) == {"a": 3, "b": 4, "decision:x y: z": 5}


def test_the_titles_by_which_a_workbook_of_any_release_is_read_stay_as_they_are() -> None:
    """Files with these are in people's hands: another word for a column needs this one to be read as well."""
    assert sorted((*layout.INPUT_COLUMNS, layout.ID)) == [
        "Basis", "Component", "Day rate", "Group", "High", "Id", "In prototype", "Likely", "Low", "Needed", "Note",
        "One-off cost", "Owner", "Reason not needed", "Review minutes", "Run cost a year",
    ]  # fmt: skip


def test_every_field_comes_back_as_it_went_out(workbook: bytes, read: Callable[..., ScopeCopy]) -> None:
    copy = read(workbook)
    assert not copy.refused
    for row, item in zip(copy.rows, ITEMS, strict=True):
        assert row.id == item.id
        for field, stored in item_values(item).items():
            assert same(restored(field, row.values[field], stored), stored), field
    plan = ScopePlan(planned_days=20, day_rate=800)
    assert {field: restored(field, value, getattr(plan, field)) for field, value in copy.plan.values.items()} == {
        field: getattr(plan, field) for field in PLAN_TITLES
    }


def test_the_titles_are_those_of_the_export() -> None:
    assert set(TITLES.values()) == set(layout.INPUT_COLUMNS)
    assert set(layout.PLAN_INPUTS.values()) == set(PLAN_TITLES)


def test_computed_columns_are_not_read(workbook: bytes, read: Callable[..., ScopeCopy]) -> None:
    def edit(book: Workbook) -> None:
        titles = {cell.value: cell.column for cell in book["Scope"][layout.HEADER_ROW + 1]}
        for title in layout.COMPUTED_COLUMNS:
            book["Scope"].cell(layout.HEADER_ROW + 2, titles[title]).value = "edited"

    copy = read(edited(workbook, edit))
    assert not copy.refused
    assert copy.rows[0].values == read(workbook).rows[0].values


def test_a_typed_formula_counts_as_its_last_value_and_without_one_is_refused(
    workbook: bytes, read: Callable[..., ScopeCopy]
) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        part = next(
            name for name in archive.namelist() if b"Retries" in archive.read(name) or name.endswith("sheet2.xml")
        )
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()
    assert part
    calculated = re.sub(r'(<c r="G6"[^>]*>)<v>[^<]*</v>', r"\1<f>3+2</f><v>5</v>", sheet)
    assert calculated != sheet
    copy = read(repacked(workbook, **{"xl__worksheets__sheet2.xml": calculated.encode()}))
    assert copy.rows[0].values["likely_days"] == 5.0
    waiting = calculated.replace("<v>5</v>", "", 1)
    copy = read(repacked(workbook, **{"xl__worksheets__sheet2.xml": waiting.encode()}))
    assert "likely_days" not in copy.rows[0].values
    (cell,) = copy.refused
    assert (cell.address, cell.typed) == ("Scope!G6", "=3+2")
    assert "formula without a value" in cell.reason


def test_an_error_of_the_spreadsheet_is_refused_in_numbers_and_in_texts(
    workbook: bytes, read: Callable[..., ScopeCopy]
) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()
    broken = re.sub(r'<c r="G6"( s="[0-9]+")?><v>[^<]*</v>', r'<c r="G6" t="e"><v>#N/A</v>', sheet)
    broken = re.sub(r'<c r="R6"( s="[0-9]+")?/>', r'<c r="R6" t="e"><v>#REF!</v></c>', broken)
    copy = read(repacked(workbook, **{"xl__worksheets__sheet2.xml": broken.encode()}))
    assert [(cell.title, cell.typed) for cell in copy.refused] == [("Likely", "#N/A"), ("Owner", "#REF!")]


# --- cells --------------------------------------------------------------------------------------------------------


def typed(text: str) -> ReturnedCell:
    return ReturnedCell(text, written=True)


def stored(text: str) -> ReturnedCell:
    return ReturnedCell(text, written=False)


def days(cell: ReturnedCell | None) -> float | None:
    return number_of(cell, "Low", ScopeItem, "low_days")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2,5", 2.5),
        ("2.5", 2.5),
        (" 3 ", 3.0),
        ("0,125", 0.125),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1 234", 1234.0),
        ("1\u202f234,5", 1234.5),
        ("1'234", 1234.0),
        ("+4", 4.0),
        ("1,23", 1.23),
        ("10,0000", 10.0),
    ],
)
def test_a_number_typed_as_text_is_read_where_it_is_clear(text: str, value: float) -> None:
    assert days(typed(text)) == value


@pytest.mark.parametrize("text", ["1,234", "1.234", "12.345"])
def test_a_number_that_reads_two_ways_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="two ways"):
        days(typed(text))


@pytest.mark.parametrize(
    "text", ["approx. 3", "3 days", "?", "-", "1e3", "1,2,3", "1.2.3", "½", "٣", "0x10", "1_0", "nan", "inf", "3-5"]
)
def test_text_where_a_number_belongs_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="is no number"):
        days(typed(text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-0.5", "below 0"),
        ("1000000", "above 10,000"),
        ("1E400", "no finite number"),
        ("NaN", "no finite number"),
        ("2026-05-03", "date or a time"),
        ("TRUE", "truth value"),
        ("#DIV/0!", "error of the spreadsheet"),
    ],
)
def test_a_stored_value_that_is_no_number_of_days_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidValueError, match=reason):
        days(stored(text))


def test_an_empty_cell_is_unknown_and_never_zero() -> None:
    assert days(None) is None
    assert days(typed("  ")) is None
    assert days(stored("0")) == 0.0


@pytest.mark.parametrize(("text", "value"), [("80%", 0.8), ("82,5 %", 0.825), ("0.9", 0.9)])
def test_a_share_may_be_typed_with_its_sign(text: str, value: float) -> None:
    assert number_of(typed(text), "Confidence", ScopePlan, "confidence", share=True) == pytest.approx(value)


def test_days_in_percent_and_a_confidence_of_80_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="is no number"):
        days(typed("80%"))
    with pytest.raises(InvalidValueError, match=r"above 0\.98"):
        number_of(stored("80"), "Confidence", ScopePlan, "confidence", share=True)


def test_a_choice_is_yes_or_no_in_any_case() -> None:
    assert choice_of(typed(" Yes "), "Needed", empty=False)
    assert not choice_of(stored("FALSE"), "Needed", empty=True)
    assert choice_of(None, "Needed", empty=True)
    with pytest.raises(InvalidValueError, match="neither yes nor no"):
        choice_of(typed("maybe"), "Needed", empty=True)


def test_a_number_or_date_where_a_text_belongs_is_its_text() -> None:
    assert text_of(stored("5"), "Owner") == "5"
    assert text_of(stored("2026-05-03"), "Owner") == "2026-05-03"
    assert text_of(typed("#N/A"), "Owner") == "#N/A"
    assert text_of(typed("a\0b"), "Owner") == "a␀b"


@given(st.floats(0, 10_000))
def test_any_number_of_days_that_a_cell_stores_is_read_as_it_is(value: float) -> None:
    assert days(stored(repr(value))) == value


@given(st.text(max_size=40))
def test_any_typed_text_is_a_number_within_the_limits_or_refused(text: str) -> None:
    try:
        number = days(typed(text))
    except InvalidValueError:
        return
    assert number is None or 0 <= number <= 10_000


def test_an_edited_note_keeps_the_sentence_of_its_starting_point() -> None:
    stored_note = f"{START} Ask."
    assert restored("note", "0.5 to 3, likely 1 (starting point) Ask.", stored_note) == stored_note
    assert restored("note", "0.5 to 3, likely 1 (starting point) Ask twice.", stored_note) == f"{START} Ask twice."
    assert restored("note", "2 to 3 (starting point) Ask.", stored_note) == "2 to 3 (starting point) Ask."
    assert restored("note", "", stored_note) == ""


# --- other files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"Component,Id\nRetries,a\n", "no Excel workbook"),
        (b'{"a": 1}', "no Excel workbook"),
        (b"\0" * 100_000, "zero bytes"),
        (b"PK\x03\x04" + b"\0" * 100, "zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "Workbook".encode("utf-16-le"), "before 2007"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"%PDF-1.7", "PDF"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "web page"),
        (b"PAR1" + b"\0" * 50, ""),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_in_one_sentence(
    refused: Callable[..., str], content: bytes, said: str
) -> None:
    assert said in refused(content)


def test_advice_speaks_of_the_scope_and_not_of_records(refused: Callable[..., str]) -> None:
    for content in (b"", b"a,b\n1,2\n", b"%PDF-1.7"):
        assert "Export the scope anew" in refused(content)
        assert "records" not in refused(content)
        assert "Parquet" not in refused(content)


def test_a_truncated_workbook_is_refused(workbook: bytes, refused: Callable[..., str]) -> None:
    for length in (len(workbook) // 2, len(workbook) - 10):
        assert "zip archive" in refused(workbook[:length])


def test_macros_and_links_to_other_workbooks_are_refused_by_name(workbook: bytes, refused: Callable[..., str]) -> None:
    assert "macros" in refused(
        repacked(workbook, xl__vbaProject__bin=b"x").replace(b"vbaProject/bin", b"vbaProject.bin")
    )
    assert "other workbooks" in refused(repacked(workbook, **{"xl__externalLinks__externalLink1.xml": b"<x/>"}))


def test_an_entity_bomb_is_refused_by_its_document_type(workbook: bytes, refused: Callable[..., str]) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    assert "document type" in refused(repacked(workbook, **{"xl__worksheets__sheet2.xml": bomb}))
    assert "document type" in refused(repacked(workbook, **{"xl__workbook.xml": bomb}))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(workbook: bytes, refused: Callable[..., str]) -> None:
    bomb = repacked(workbook, **{"xl__worksheets__sheet2.xml": b"<worksheet>" + b" " * (300 * 1024**2)})
    assert "unpacks to more than" in refused(bomb)


def test_a_part_that_is_no_xml_is_refused(workbook: bytes, refused: Callable[..., str]) -> None:
    assert "not XML" in refused(repacked(workbook, **{"xl__worksheets__sheet2.xml": b"<worksheet><row>"}))
    strange = b'<?xml version="1.0" encoding="UTFb8"?><worksheet/>'
    assert "encoding that nobody knows" in refused(repacked(workbook, **{"xl__worksheets__sheet2.xml": strange}))
    assert "encoding that nobody knows" in refused(repacked(workbook, **{"xl__workbook.xml": strange}))
    cell = b'<worksheet><sheetData><row r="x"><c r="!"><f>1</f></c></row></sheetData></worksheet>'
    assert "damaged" in refused(repacked(workbook, **{"xl__worksheets__sheet2.xml": cell}))


def test_a_file_that_is_too_large_is_not_even_opened(refused: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "zeros.xlsx"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)
    with pytest.raises(UnreadableFileError, match="at most 32 MB"):
        read_scope_copy(path, "zeros.xlsx")


def test_a_sheet_of_far_too_many_rows_is_refused(workbook: bytes, refused: Callable[..., str]) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 20_001))
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
    assert "more than 10,000 rows" in refused(repacked(workbook, **{"xl__worksheets__sheet2.xml": sheet.encode()}))


def test_a_workbook_of_something_else_lacks_what_an_export_has(refused: Callable[..., str]) -> None:
    other = Workbook()
    other.active.append(["Component", "Id"])
    out = io.BytesIO()
    other.save(out)
    assert "hidden sheet 'Readiness'" in refused(out.getvalue())


def test_missing_sheets_columns_and_doubled_titles_are_named(workbook: bytes, refused: Callable[..., str]) -> None:
    header = layout.HEADER_ROW + 1

    def without(title: str) -> Callable[[Workbook], None]:
        def edit(book: Workbook) -> None:
            cell = next(cell for cell in book["Scope"][header] if cell.value == title)
            book["Scope"].delete_cols(cell.column)

        return edit

    def doubled(book: Workbook) -> None:
        book["Scope"].cell(header, 40).value = "note"

    def emptied(book: Workbook) -> None:
        book["Scope"].delete_rows(1, 100)

    assert "lacks the column Id" in refused(edited(workbook, without("Id")))
    assert "lacks the column Owner" in refused(edited(workbook, without("Owner")))
    assert "'Note' more than once" in refused(edited(workbook, doubled))
    assert "no table of components" in refused(edited(workbook, emptied))
    assert "has no sheet 'Scope'" in refused(edited(workbook, lambda book: book.remove(book["Scope"])))
    assert "hidden sheet 'Readiness'" in refused(edited(workbook, lambda book: book.remove(book["Readiness"])))


def test_a_stamp_that_was_tampered_with_or_is_of_another_release_is_refused(
    workbook: bytes, refused: Callable[..., str]
) -> None:
    def stamped(row: int, column: int, value: object) -> bytes:
        def edit(book: Workbook) -> None:
            book["Readiness"].cell(row + 1, column + 1).value = value

        return edited(workbook, edit)

    at = layout.AT_FORMAT
    assert "newer Readiness" in refused(stamped(at.row, at.column, layout.FORMAT + 1))
    assert "older Readiness" in refused(stamped(at.row, at.column, 0))
    assert "was changed" in refused(stamped(at.row, at.column, "x"))
    assert "was changed" in refused(stamped(layout.ITEM_HEADER_ROW + 1, 1, -4))
    assert "was changed" in refused(stamped(layout.ITEM_HEADER_ROW + 2, 0, "a"))
    assert "was changed" in refused(stamped(layout.AT_ITEM_COUNT.row, layout.AT_ITEM_COUNT.column, 7))


@settings(deadline=None)
@given(st.data())
def test_a_workbook_with_any_byte_changed_is_read_or_refused_and_never_breaks(data: st.DataObject) -> None:
    content = bytearray(_whole())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    _read_or_refuse(bytes(content))


_CACHE: list[bytes] = []


def _whole() -> bytes:
    if not _CACHE:
        _CACHE.append(exported())
    return _CACHE[0]


def _read_or_refuse(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.xlsx"
        path.write_bytes(content)
        try:
            read_scope_copy(path, "x.xlsx")
        except UnreadableFileError:
            return
