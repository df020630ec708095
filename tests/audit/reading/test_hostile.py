"""Hostile and mistaken files: one clear sentence each, within seconds and little memory."""

from __future__ import annotations

import os
import random
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from readiness.audit.reading.detection import SUPPORTED
from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import Reading, ReadingLimits, ReadingOptions, SampleFile, SampleFormat
from readiness.errors import FileTooLargeError, UnreadableFileError
from tests.audit.reading.workbook_builder import Book, BookSheet, number, row, text

HEADER = row(1, text("id"), text("amount"))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def read(path: Path, name: str = "", **choices: object) -> Reading:
    with open_workspace() as connection:
        return read_sample(SampleFile(path, name or path.name), connection, **choices)  # type: ignore[arg-type]


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_missing_empty_blank_and_zero_files_a_folder_and_a_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, reason in (
        (tmp_path / "missing.csv", "no such file"),
        (written(tmp_path / "empty.csv", b""), "is empty"),
        (written(tmp_path / "blank.json", b" \r\n\t \n"), "nothing but white space"),
        (written(tmp_path / "mark.json", b"\xef\xbb\xbf"), "nothing but white space"),
        (written(tmp_path / "zeros.csv", b"\x00" * 1_000), "zero bytes"),
        (tmp_path, "is a folder"),
        (tmp_path / "pipe", "pipe or a device"),
        (Path("/dev/zero"), "pipe or a device"),
        (Path("x\x00y"), "cannot be reached"),
        (tmp_path / ("long" * 200), "cannot be reached"),
    ):
        with pytest.raises(UnreadableFileError, match=reason):
            read(path, "sample.csv")


def test_a_file_over_the_limit_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", b"a,b\n1,2\n")
    with pytest.raises(FileTooLargeError, match="at most 4 bytes"):
        read(path, limits=ReadingLimits(file_bytes=4))


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"<data>\n<row/>\n</data>\n", "XML file"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n....", "an image"),
        (b"SQLite format 3\x00....", "an SQLite database"),
        (b"7z\xbc\xaf\x27\x1c....", "a 7-Zip archive"),
        (b"\xef\xbb\xbf<html><table><tr><td>1</td></tr></table></html>", "a web page"),
        (b'<?xml version="1.0"?><rows/>', "an XML file"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "Excel 2003 XML"),
        (OLE + "Workbook".encode("utf-16-le"), r"before 2007 \(.xls\)"),
        (OLE, "old Office format"),
        (random.Random(1).randbytes(4_000), "binary data"),
        (b"x" * 257 + b"ustar" + b"\x00" * 250, "a tar archive"),
    ],
)
def test_other_formats_are_named_with_those_that_can_be_read(tmp_path: Path, content: bytes, named: str) -> None:
    path = written(tmp_path / "sample.csv", content)
    with pytest.raises(UnreadableFileError, match=named) as caught:
        read(path)
    assert SUPPORTED in str(caught.value)


def test_an_encrypted_workbook_is_told_from_an_old_one(tmp_path: Path) -> None:
    path = written(tmp_path / "sample.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(UnreadableFileError, match="protected with a password"):
        read(path)


def test_documents_of_other_programs_in_a_zip_are_named(tmp_path: Path) -> None:
    for entries, named in (
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ""}, r"\.ods"),
        ({"[Content_Types].xml": "", "xl/workbook.bin": ""}, r"\.xlsb"),
        ({"[Content_Types].xml": "", "word/document.xml": ""}, "Word document"),
        ({"Index/Document.iwa": ""}, "Numbers"),
    ):
        with zipfile.ZipFile(tmp_path / "sample.xlsx", "w") as archive:
            for name, content in entries.items():
                archive.writestr(name, content)
        with pytest.raises(UnreadableFileError, match=named):
            read(tmp_path / "sample.xlsx")


def test_a_name_that_lies_is_noted_and_the_content_is_read(tmp_path: Path) -> None:
    reading = read(written(tmp_path / "records.csv", b'[{"a": 1}, {"a": 2}]'))
    assert (reading.format, reading.records) == (SampleFormat.JSON, 2)
    assert any("ends in .csv, but the content is JSON" in note for note in reading.notes)
    book = Book([BookSheet("Data", HEADER + row(2, number("1"), number("2")))]).save(tmp_path / "book.xlsx")
    assert read(book, "book.csv").format is SampleFormat.XLSX
    assert read(written(tmp_path / "lines.json", b'{"a": 1}\n{"a": 2}\n')).format is SampleFormat.JSON_LINES


def test_a_chosen_format_that_the_file_does_not_have_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", b"a,b\n1,2\n")
    with pytest.raises(UnreadableFileError, match="not valid JSON"):
        read(path, options=ReadingOptions(format=SampleFormat.JSON))
    with pytest.raises(UnreadableFileError, match="to be read as Parquet, but it is delimited text"):
        read(path, options=ReadingOptions(format=SampleFormat.PARQUET))
    book = Book([BookSheet("Data", HEADER)]).save(tmp_path / "book.xlsx")
    with pytest.raises(UnreadableFileError, match="but it is an Excel workbook"):
        read(book, options=ReadingOptions(format=SampleFormat.CSV))


def test_a_sheet_with_one_cell_in_its_last_corner_is_one_record(tmp_path: Path) -> None:
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    sheet = BookSheet("Data", corner, before='<dimension ref="A1:XFD1048576"/>')
    reading = read(Book([sheet]).save(tmp_path / "book.xlsx"))
    assert (reading.records, len(reading.fields)) == (1, 1)


@pytest.mark.parametrize("cell", ["XFE1", "ZZZZ1", "A1048577", "1", "é1"])
def test_a_cell_beyond_the_sheet_is_damage(tmp_path: Path, cell: str) -> None:
    rows = f'<row r="{cell.lstrip("AXFEZé") or "1"}"><c r="{cell}"><v>1</v></c></row>'
    with pytest.raises(UnreadableFileError, match="beyond the sheet"):
        read(Book([BookSheet("Data", rows)]).save(tmp_path / "book.xlsx"))


def test_a_workbook_with_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(UnreadableFileError, match="declares a document type"):
        read(Book([BookSheet("Data", HEADER + row(2, text("&b;")))], prolog=bomb).save(tmp_path / "book.xlsx"))


def test_a_workbook_part_in_an_encoding_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    prolog = "<?xml version='1.0' encoding='no-such-encoding'?>"
    with pytest.raises(UnreadableFileError, match="encoding that nobody knows"):
        read(Book([BookSheet("Data", HEADER)], prolog=prolog).save(tmp_path / "book.xlsx"))


def test_a_workbook_that_unpacks_to_very_much_is_refused(tmp_path: Path) -> None:
    filler = {"xl/worksheets/extra.xml": b"<row/>" * (80 * 1024**2 // 6)}
    path = Book([BookSheet("Data", HEADER)], extra=filler).save(tmp_path / "book.xlsx")
    with pytest.raises(FileTooLargeError, match="200 times its size"):
        read(path)


def test_a_workbook_with_very_many_columns_or_a_very_long_text_is_refused(tmp_path: Path) -> None:
    cells = "".join(f"<c t='inlineStr'><is><t>n{index}</t></is></c>" for index in range(10_000))
    with pytest.raises(FileTooLargeError, match="10,000 fields"):
        read(Book([BookSheet("Data", f"<row>{cells}</row>")]).save(tmp_path / "wide.xlsx"))
    long = Book([BookSheet("Data", HEADER + row(2, text("x" * 3 * 1024**2)))]).save(tmp_path / "long.xlsx")
    with pytest.raises(FileTooLargeError, match="longer than 1 MB"):
        read(long, limits=ReadingLimits(line_bytes=1024**2))
    texts = "".join(f"<si><t>text {index}</t></si>" for index in range(1_000))
    many = Book([BookSheet("Data", HEADER)], texts=texts).save(tmp_path / "many.xlsx")
    with pytest.raises(FileTooLargeError, match="more memory"):
        read(many, limits=ReadingLimits(memory_bytes=4_000))


def test_a_damaged_workbook_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = Book([BookSheet("Data", HEADER + row(2, number("1"), number("2")))]).save(tmp_path / "book.xlsx")
    whole = path.read_bytes()
    generator = random.Random(7)
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(generator.randint(1, 8)):
            content[generator.randrange(4, len(content))] = generator.randrange(256)
        path.write_bytes(content)
        with suppress(UnreadableFileError):
            assert read(path).records >= 0


@pytest.mark.parametrize(
    ("rows", "texts"),
    [
        ('<row r="1"><c t="s"><v>99</v></c></row>', "<si><t>x</t></si>"),
        ('<row r="1"><c t="s"><v>-1</v></c></row>', "<si><t>x</t></si>"),
        ("<row><c><v>1</v></row>", ""),
    ],
)
def test_a_workbook_that_contradicts_itself_is_refused(tmp_path: Path, rows: str, texts: str) -> None:
    with pytest.raises(UnreadableFileError, match="workbook is damaged"):
        read(Book([BookSheet("Data", rows)], texts=texts).save(tmp_path / "book.xlsx"))


def test_reading_stops_when_its_time_is_over(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", b'{"a": 1}\n' * 10)
    with pytest.raises(UnreadableFileError, match="longer than 0 seconds"):
        read(path, limits=ReadingLimits(seconds=0))


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_a_very_long_line_is_refused_in_little_memory(tmp_path: Path) -> None:
    import subprocess

    path = tmp_path / "long.json"
    with path.open("wb") as file:
        file.write(b'[{"a": "')
        file.truncate(200 * 1024**2)
    code = (
        "import sys; from pathlib import Path\n"
        "from readiness.audit.reading.sample import open_workspace, read_sample\n"
        "from readiness.audit.reading.values import SampleFile\n"
        "from readiness.errors import UnreadableFileError\n"
        "path = Path(sys.argv[1])\n"
        "try: read_sample(SampleFile(path, path.name), open_workspace())\n"
        "except UnreadableFileError as error: print(error)\n"
        # Not getrusage: its peak begins with that of the process which started this one.
        "status = Path('/proc/self/status').read_text().splitlines()\n"
        "print(next(int(line.split()[1]) for line in status if line.startswith('VmHWM')) // 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[3],
    )
    sentence, peak_megabytes = done.stdout.splitlines()
    assert sentence.startswith("Cannot read 'long.json'")
    assert int(peak_megabytes) < 400


def test_files_of_old_and_foreign_spreadsheets_are_answered_with_what_can_be_read(shared_datasets: Path) -> None:
    for name, reason in (("dates.xls", "before 2007"), ("films.ods", "OpenDocument")):
        with pytest.raises(UnreadableFileError, match=reason) as caught:
            read(shared_datasets / "openrefine_testdata" / name)
        assert SUPPORTED in str(caught.value)


def test_tags_that_are_too_long_or_too_deep_are_no_workbook(tmp_path: Path) -> None:
    many = "<c " + " ".join(f'a{at}=""' for at in range(300_000)) + "/>"
    for rows in (many, "<a>" * 60_000):
        path = Book([BookSheet("Data", HEADER + rows)]).save(tmp_path / "book.xlsx")
        with pytest.raises(UnreadableFileError, match="longer or deeper than any"):
            read(path)


def test_a_sheet_of_too_many_cells_is_refused_as_soon_as_it_is_foreseen(tmp_path: Path) -> None:
    rows = "".join(f"<row>{'<c><v>1</v></c>' * 200}</row>" for _ in range(3_000))
    path = Book([BookSheet("Data", rows)]).save(tmp_path / "book.xlsx")
    with pytest.raises(FileTooLargeError, match=r"about [56]\d\d,\d{3} cells"):
        read(path, limits=ReadingLimits(sheet_cells=100_000, unpack_ratio=10_000))


def test_a_line_of_delimiters_is_refused_before_it_is_divided(tmp_path: Path) -> None:
    path = written(tmp_path / "wide.csv", b"a,b\n1,2\n" + b"," * 2_000_000 + b"\n")
    with pytest.raises(FileTooLargeError, match="2,000,001 cells"):
        read(path)


@pytest.mark.large
def test_lines_of_very_many_quotes_are_divided_in_the_end(tmp_path: Path) -> None:
    path = written(tmp_path / "quotes.csv", b"a,b,c\n" + (b'"x"y,' * 60 + b'"\n') * 1_200)
    reading = read(path)
    assert reading.records == 1_200


def test_very_many_blank_records_are_marked_and_keep_their_text(tmp_path: Path) -> None:
    path = written(tmp_path / "blank.csv", b"a,b\n1,2\n" + b" ,\n" * 12_000 + b"3,4\n")
    with open_workspace() as connection:
        reading = read_sample(SampleFile(path, path.name), connection)
        texts = connection.execute("SELECT DISTINCT line_text FROM records WHERE fault = 'filler'").fetchall()
    assert reading.faults == {"filler": 12_000}
    assert texts == [(" ,",)]
