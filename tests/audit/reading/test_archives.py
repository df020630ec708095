"""Archives: the one data file inside is read, and anything else is answered with what the archive holds."""

from __future__ import annotations

import gzip
import random
import zipfile
from pathlib import Path

import pytest

from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import Reading, ReadingLimits, SampleFile, SampleFormat
from readiness.errors import FileTooLargeError, UnreadableFileError
from tests.audit.reading.workbook_builder import Book, BookSheet, number, row, text

RECORDS = b'{"a": 1}\n{"a": 2}\n'


def read(path: Path, limits: ReadingLimits | None = None) -> Reading:
    with open_workspace() as connection:
        return read_sample(SampleFile(path, path.name), connection, limits=limits)


def zipped(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__slash__", "/").replace("__dot__", "."), content)
    return path


def test_gzip_and_zip_are_unpacked_and_the_fingerprint_is_that_of_the_archive(tmp_path: Path) -> None:
    import hashlib

    packed = tmp_path / "sample.jsonl.gz"
    packed.write_bytes(gzip.compress(RECORDS))
    reading = read(packed)
    assert (reading.records, reading.format, reading.name) == (2, SampleFormat.JSON_LINES, "sample.jsonl.gz")
    assert reading.sha256 == hashlib.sha256(packed.read_bytes()).hexdigest()
    assert reading.size_bytes == packed.stat().st_size
    assert any("Unpacked from gzip: sample.jsonl" in note for note in reading.notes)
    assert read(zipped(tmp_path / "sample.zip", records__dot__jsonl=RECORDS)).records == 2


def test_what_an_operating_system_adds_to_an_archive_is_left_out(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "sample.zip",
        folder__slash__records__dot__jsonl=RECORDS,
        __MACOSX__slash__folder__slash____dot___records__dot__jsonl=b"x",
        folder__slash____dot__DS_Store=b"x",
    )
    assert read(path).records == 2


def test_of_several_files_the_largest_with_records_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    files = {"one__dot__csv": b"a,b\n1,2\n", "two__dot__csv": b"a,b\n1,2\n3,4\n", "read_me__dot__txt": b"text " * 99}
    reading = read(zipped(tmp_path / "sample.zip", **files))
    assert reading.records == 2
    assert "'two.csv', was read" in reading.notes[0]
    assert "'one.csv', 'read_me.txt'" in reading.notes[0]
    with pytest.raises(UnreadableFileError, match="holds no file"):
        read(zipped(tmp_path / "none.zip"))


def test_a_file_of_zeros_is_stopped_long_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "zeros.csv.gz"
    with gzip.open(path, "wb") as file:
        file.write(b"a,b\n")
        for _ in range(80):
            file.write(bytes(1 << 20))
    random_bytes = random.Random(1).randbytes(1 << 20)  # which make the archive as a whole look honest
    path.write_bytes(path.read_bytes() + gzip.compress(random_bytes))
    with pytest.raises(FileTooLargeError, match=r"'zeros.csv.gz'.*200 times"):
        read(path)


def test_layers_are_taken_off_but_not_without_end(tmp_path: Path) -> None:
    inner = gzip.compress(RECORDS)
    assert read(zipped(tmp_path / "sample.zip", records__dot__jsonl__dot__gz=inner)).records == 2
    for _ in range(5):
        inner = gzip.compress(inner)
    path = tmp_path / "deep.gz"
    path.write_bytes(inner)
    with pytest.raises(UnreadableFileError, match="times over"):
        read(path)


def test_a_workbook_in_an_archive_is_read(tmp_path: Path) -> None:
    sheet = BookSheet("Data", row(1, text("a"), text("b")) + row(2, number("1"), number("2")))
    book = Book([sheet]).save(tmp_path / "book.xlsx").read_bytes()
    assert read(zipped(tmp_path / "sample.zip", book__dot__xlsx=book)).format is SampleFormat.XLSX


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_truncated_archives_are_refused(tmp_path: Path, keep: float) -> None:
    noise = bytes(range(256)) * 50 + RECORDS * 1_000
    packed = gzip.compress(noise)
    gz = tmp_path / "sample.gz"
    gz.write_bytes(packed[: int(len(packed) * keep)])
    with pytest.raises(UnreadableFileError, match="damaged or truncated gzip"):
        read(gz)
    whole = zipped(tmp_path / "sample.zip", records__dot__jsonl=noise).read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(UnreadableFileError, match="truncated zip"):
        read(cut)


def test_a_damaged_entry_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "sample.zip", records__dot__jsonl=RECORDS * 1_000)
    content = bytearray(path.read_bytes())
    content[60:70] = b"\xff" * 10
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError):
        read(path)


def test_a_password_is_named_as_the_reason(tmp_path: Path) -> None:
    path = zipped(tmp_path / "sample.zip", records__dot__jsonl=RECORDS)
    content = bytearray(path.read_bytes())
    content[6] |= 1
    directory = content.rfind(b"PK\x01\x02")
    content[directory + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match="password"):
        read(path)


def test_archives_that_unpack_to_too_much_are_refused_by_size_and_by_ratio(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.gz"
    with gzip.open(bomb, "wb") as file:
        for _ in range(100):
            file.write(b"\x20" * 1024**2)
    with pytest.raises(FileTooLargeError, match="200 times its size"):
        read(bomb)
    with pytest.raises(FileTooLargeError, match="more than 10 MB"):
        read(bomb, ReadingLimits(unpacked_bytes=10 * 1024**2))
    zip_bomb = zipped(tmp_path / "bomb.zip", records__dot__csv=b"a" * 100 * 1024**2)
    with pytest.raises(FileTooLargeError, match="200 times its size"):
        read(zip_bomb)


def test_an_archive_that_lies_about_its_sizes_is_still_stopped(tmp_path: Path) -> None:
    path = zipped(tmp_path / "sample.zip", records__dot__csv=b"a" * 1024**2)
    content = bytearray(path.read_bytes())
    directory = content.rfind(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (100).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError):
        read(path)


def test_an_archive_of_very_many_files_is_refused_before_they_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for index in range(11_000):
            archive.writestr(str(index), b"")
    with pytest.raises(FileTooLargeError, match="11,000 files"):
        read(path)


def test_a_layer_too_many_is_said_of_the_file_that_was_handed_in(tmp_path: Path) -> None:
    inner = gzip.compress(RECORDS)
    for _ in range(5):
        inner = gzip.compress(inner)
    path = tmp_path / "deep.gz"
    path.write_bytes(inner)
    with pytest.raises(UnreadableFileError, match=r"'deep.gz'.*packed more than"):
        read(path)
