"""From bytes to characters."""

from __future__ import annotations

import codecs
import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from readiness.audit.reading.encoding import find_encoding, write_utf8_copy
from readiness.errors import InvalidValueError, UnreadableFileError


def write(folder: Path, data: bytes) -> Path:
    path = folder / "sample.csv"
    path.write_bytes(data)
    return path


def text_of(folder: Path, path: Path, fixed: str | None = None) -> str:
    write_utf8_copy(path, find_encoding(path, path.name, fixed), folder / "copy")
    return (folder / "copy").read_bytes().decode("utf-8")


@pytest.mark.parametrize(
    ("data", "codec"),
    [
        (b"a,b\n1,2\n", "utf-8"),
        ("naïve,€\n".encode(), "utf-8"),
        ("id,name\n1,Zoë\n".encode("utf-8-sig"), "utf-8"),
        (codecs.BOM_UTF16_LE + "id,name\n1,Zoë\n".encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + "id,name\n1,Zoë\n".encode("utf-16-be"), "utf-16-be"),
        ("id,name\n1,Zoë\n".encode("utf-16-le"), "utf-16-le"),
        ("id,name\n1,Zoë\n".encode("utf-16-be"), "utf-16-be"),
        ("id,name\n1,Zoe\n".encode("utf-32-le"), "utf-32-le"),
        ("id,price,note\n1,£5.00,it’s “new” – really\n".encode("cp1252"), "cp1252"),
        ("Straße,Ort\nGrüner Weg 5,München\n".encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_found_and_the_text_comes_back(tmp_path, data, codec):
    path = write(tmp_path, data)
    assert find_encoding(path, path.name).codec == codec
    assert text_of(tmp_path, path) == data.decode(codec).removeprefix("\ufeff")


def test_a_few_damaged_bytes_do_not_spoil_the_rest(tmp_path):
    path = write(tmp_path, "Zoë Müller, Łódź\n".encode() * 50 + b"caf\xe9\n")
    found = find_encoding(path, path.name)
    assert (found.codec, found.damaged) == ("utf-8", 1)
    assert text_of(tmp_path, path).endswith("Łódź\ncafé\n")


def test_a_fixed_encoding_wins_and_loses_no_byte(tmp_path):
    path = write(tmp_path, b"caf\xe9 \x81\n")
    assert text_of(tmp_path, path, "cp1252") == "café \x81\n"


def test_an_unknown_encoding_is_refused(tmp_path):
    with pytest.raises(InvalidValueError, match="klingon"):
        find_encoding(write(tmp_path, b"a"), "sample.csv", "klingon")


def test_binary_data_is_refused_with_what_it_is(tmp_path):
    with pytest.raises(UnreadableFileError, match="PDF"):
        find_encoding(write(tmp_path, b"%PDF-1.7\n"), "sample.csv")


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60),
    st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-8-sig"]),
)
@example("\x00", "utf-16")  # whose bytes begin as the mark of UTF-32 does
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_marked_and_fixed_text_comes_back_whole(tmp_path, text, codec):
    assert text_of(tmp_path, write(tmp_path, text.encode(codec)), codec) == text


def test_most_legacy_samples_are_told_apart(shared_datasets):
    folder = shared_datasets / "charset_samples"
    with (folder / "EXPECTED.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    right = [row for row in rows if _decodes_alike(folder / row["file"], row["encoding"])]
    assert len(right) >= len(rows) - 1


def _decodes_alike(path: Path, codec: str) -> bool:
    data = path.read_bytes()
    found = find_encoding(path, path.name)
    return data[found.mark :].decode(found.codec, "replace") == data.decode(codec, "replace").removeprefix("\ufeff")
