"""Files of many dialects and kinds of dirt, each line held against what a careful person would say of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import SampleFile
from tests.audit.reading.messy_files import MessyFile, make_messy_file

SEEDS = range(240)
FLOOR = 0.97  # share of the files that are read without a single mistake
FAULTS = {
    "record": None,
    "few": "too_few_cells",
    "many": "too_many_cells",
    "total": "total",
    "footer": "total",
    "filler": "filler",
    "repeated": "repeated_header",
    "other": "other_table",
}


@pytest.mark.large
def test_nearly_all_messy_files_are_read_without_a_mistake(tmp_path: Path) -> None:
    wrong = {seed: found for seed in SEEDS if (found := mistakes(make_messy_file(seed), tmp_path / f"{seed}.csv"))}
    kinds = Counter(mistake.split(":")[0] for found in wrong.values() for mistake in found)
    assert len(wrong) <= (1 - FLOOR) * len(SEEDS), (kinds, wrong)


def mistakes(file: MessyFile, path: Path) -> list[str]:
    """What was read otherwise than it is."""
    path.write_bytes(file.data)
    with open_workspace(threads=1) as connection:
        reading = read_sample(SampleFile(path, path.name), connection)
        rows = {row[1]: row for row in connection.execute("SELECT * FROM records ORDER BY record").fetchall()}
    found = []
    if reading.delimiter != file.delimiter:
        found.append(f"delimiter: {reading.delimiter!r} for {file.delimiter!r}")
    if reading.header_line != file.header_line:
        found.append(f"header: line {reading.header_line} for {file.header_line}")
    elif file.names and list(reading.fields) != file.names:
        found.append(f"names: {reading.fields}")
    for line in file.lines:
        if line.kind not in FAULTS:
            continue
        row = rows.pop(line.number, None)
        if row is None:
            found.append(f"lost: line {line.number}")
        elif row[2] != FAULTS[line.kind]:
            found.append(f"fault: {row[2]} for {line.kind} in line {line.number}")
        elif line.kind == "record" and [_one_end(cell or "") for cell in row[5:]] != list(map(_one_end, line.cells)):
            found.append(f"cells: line {line.number}")
    return [*found, *(f"invented: line {number}" for number in rows)]


def _one_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("seed", [3, 41])
def test_a_seed_gives_the_same_file_again(seed: int) -> None:
    assert make_messy_file(seed).data == make_messy_file(seed).data
