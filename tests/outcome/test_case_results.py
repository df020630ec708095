"""Case results: every honest file is read, and a hostile one is refused with its line, before anything counts."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.errors import EmptyFileError, FileTooLargeError, UnreadableFileError
from readiness.outcome import case_results
from readiness.outcome.case_results import CaseResults, read_case_results


def read(content: str | bytes, name: str = "run.csv") -> CaseResults:
    return read_case_results(name, io.BytesIO(content.encode() if isinstance(content, str) else content))


def refused(content: str | bytes) -> str:
    with pytest.raises(UnreadableFileError) as error:
        read(content)
    return str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        "case_id,correct\na,yes\nb,no\n",
        "\ufeffcase_id,correct\r\na,TRUE\r\nb,False\r\n",
        "Case;Passed\na;1\nb;0\n",
        "id\tresult\na\tpass\nb\tfail\n",
        'expected,case_id,actual,correct\n"x\n\ny",a,,yes\n,b,z,no\n',
        "\n\ncase_id,score\na,1\nb,0.0\n\n",
        "case_id,expected,actual\na, one ,one\nb,one,two\n",
        '{"case_id": "a", "correct": true}\n{"case_id": "b", "correct": false}\n',
        '\ufeff{"id": "a", "score": 1}\n\n{"id": "b", "score": 0}',
        '{"case": "a", "expected": {"x": 1}, "actual": {"x": 1}}\n{"case": "b", "expected": 1, "actual": "1"}',
        '{"case_id": "a", "score": 0.1, "correct": "yes"}\n{"case_id": "b", "score": 0.9, "correct": "no"}',
        "case_id,correct\na,yes\nb,no\n,,\n".replace(",,", ","),
    ],
)
def test_an_honest_file_is_read_in_every_form(content: str) -> None:
    found = read(content)
    assert found == CaseResults(("a", "b"), (1.0, 0.0))
    assert found.is_yes_or_no


def test_scores_between_wrong_and_right_are_kept() -> None:
    found = read("case_id,score\n7,0.25\n8,1\n")
    assert found == CaseResults(("7", "8"), (0.25, 1.0))
    assert not found.is_yes_or_no


def test_numbers_as_case_ids_are_the_same_in_both_formats() -> None:
    assert read('{"id": 7, "correct": 1}').cases == read("id,correct\n7,1\n").cases == ("7",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("case_id,correct\na,yes\nb,no\na,no\n", "the case 'a' is there twice, on lines 2 and 4"),
        ('{"id": "1", "correct": 1}\n{"id": 1, "correct": 0}', "the case '1' is there twice, on lines 1 and 2"),
        ("case_id,correct\na,maybe\n", "line 2 says 'maybe' for the case 'a'"),
        ("case_id,correct\na,\n", "line 2 says nothing for the case 'a'"),
        ("case_id,score\na,1.01\n", "line 2 says '1.01'"),
        ("case_id,score\na,-0.1\n", "line 2 says '-0.1'"),
        ("case_id,score\na,nan\n", "line 2 says 'nan'"),
        ("case_id,score\na,1e999\n", "line 2 says '1e999'"),
        ('{"id": "a", "score": NaN}', "line 1 says 'nan'"),
        ('{"id": "a", "score": Infinity}', "line 1 says 'inf'"),
        ('{"id": "a", "score": null}', "line 1 says nothing"),
        ('{"id": "a", "score": [1]}', "line 1 says '[1]'"),
        ("case_id,correct\n,yes\n", "line 2 names no case"),
        ("case_id,correct\na\n", "line 2 has 1 cells where the header has 2"),
        ("case_id,correct\na,yes,no\n", "line 2 has 3 cells where the header has 2"),
        ("case_id,correct,correct\na,yes,no\n", "the column 'correct' is there twice"),
        ("name,correct\na,yes\n", "no column names the case"),
        ("case_id,remark\na,yes\n", "no column says whether a case is correct"),
        ("case_id,expected\na,yes\n", "no column says whether a case is correct"),
        ("case_id,correct\n", "there is no case in it"),
        ('case_id,correct\n"a,yes\n', "cannot be split into cells"),
        ('{"id": "a"}', "line 1 has no result"),
        ('{"correct": 1}', "line 1 has no case"),
        ('{"id": "a", "correct": 1}\nnot json', "line 2 is no JSON object"),
        ('[{"id": "a", "correct": 1}]', "line 1 is no JSON object"),
        ('{"id": "a", "correct": 1}\n3', "line 2 is no JSON object"),
        ('{"id": true, "correct": 1}', "the case on line 1 is neither text nor a whole number"),
        ('{"id": 1.5, "correct": 1}', "the case on line 1 is neither text nor a whole number"),
        ('{"id": {"a": 1}, "correct": 1}', "the case on line 1 is neither text nor a whole number"),
        ('{"id": "\\ud800", "correct": 1}', "holds characters that cannot be shown"),
        ("case_id,correct\na\u202eb,yes\n", "holds characters that cannot be shown"),
        ("case_id,correct\n" + "a" * 101 + ",yes\n", "is longer than 100 characters"),
        ('{"id": 1' + "0" * 100 + ', "correct": 1}', "is longer than 100 characters"),
        ('{"id": 1' + "0" * 5_000 + ', "correct": 1}', "line 1 is no JSON object"),
        ("{" * 100_000, "line 1 is no JSON object"),
        ('{"a":' * 50_000, "line 1 is no JSON object"),
        ("case_id,correct\na\0,yes\n", "line 2 holds a character that no text has"),
        (b"case_id,correct\n\xff\xfe,yes\n", "line 2 is not in UTF-8"),
        ("case_id,correct\na,yes\n".encode("utf-16"), "line 1 is not in UTF-8"),
        ("case_id,correct," + "x" * 140_000 + "\na,yes,1\n", "line 1 cannot be split into cells"),
        (b"PK\x03\x04\x00\x00", "line 1 holds a character"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(content: str | bytes, sentence: str) -> None:
    said = refused(content)
    assert sentence in said
    assert said.startswith("Cannot read 'run.csv': ")
    assert "\0" not in said


@pytest.mark.parametrize("content", ["", "\n \n\n"])
def test_an_empty_file_is_said_to_be_empty(content: str) -> None:
    with pytest.raises(EmptyFileError):
        read(content)


def test_more_cases_or_bytes_than_can_be_kept_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_results, "MOST_CASES", 3)
    assert len(read("case_id,correct\na,1\nb,1\nc,1\n").cases) == 3
    with pytest.raises(FileTooLargeError, match="more than 3 cases"):
        read("case_id,correct\na,1\nb,1\nc,1\nd,1\n")
    monkeypatch.setattr(case_results, "MOST_BYTES", 10)
    with pytest.raises(FileTooLargeError, match="larger than"):
        read("case_id,correct\na,1\n")
    monkeypatch.setattr(case_results, "MOST_LINE_BYTES", 5)
    with pytest.raises(FileTooLargeError, match="line 1 is longer than 5 bytes"):
        read("case_id,correct\na,1\n")


ids = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")), min_size=1, max_size=30
)
cases = st.dictionaries(ids, st.booleans() | st.floats(0, 1), min_size=1, max_size=20)


@given(cases)
def test_what_is_written_as_csv_or_json_lines_is_read_alike(written: dict[str, bool | float]) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["case_id", "score"])
    writer.writerows((case, repr(float(result))) for case, result in written.items())
    lines = "\n".join(json.dumps({"case_id": case, "score": result}) for case, result in written.items())
    wanted = CaseResults(tuple(written), tuple(map(float, written.values())))
    assert read(out.getvalue()) == wanted
    assert read(lines) == wanted


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_the_bytes_they_are_read_or_refused_with_a_sentence(content: bytes) -> None:
    for start in (b"", b"case_id,correct\n", b'{"id": 1, "correct": 1}\n'):
        with suppress(UnreadableFileError):
            found = read(start + content)
            assert all(0 <= result <= 1 for result in found.results)
            assert len(set(found.cases)) == len(found.results)


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(anything, anything)
def test_whatever_stands_in_a_json_line_it_is_read_or_refused(case: Any, result: Any) -> None:
    with suppress(UnreadableFileError):
        found = read(json.dumps({"case_id": case, "correct": result}))
        assert found.cases == (str(case).strip(),)
