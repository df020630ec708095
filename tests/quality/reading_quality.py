"""Prints how well delimited text is read, beside other readers, on sets with ground truth.

Run it as `python -m tests.quality.reading_quality [folder of the data sets]`. Peers that are not
installed are left out.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from readiness.audit.reading.delimited import read_delimited
from readiness.audit.reading.records_file import write_records
from readiness.audit.reading.values import ReadingLimits, ReadingOptions, SampleFile
from readiness.errors import InputError
from tests.audit.reading.messy_files import MessyFile, make_messy_file

Rows = list[list[str]]
Reader = Callable[[Path], Rows]  # the header, then the records
Sniffer = Callable[[Path], tuple[str, str] | None]  # delimiter and quote

_SIGNS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "vslash": "|"}
_QUOTES = {"doublequote": '"', "singlequote": "'"}
_NO_QUOTE = ("", "\x00", "(empty)", None)


def main() -> None:
    beside = Path(__file__).resolve().parents[3] / "shared" / "datasets"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else beside
    if not folder.is_dir():
        sys.exit(f"No data sets in {folder}.")
    print_pollock(folder / "pollock_polluted")
    print_dialects(folder / "csv_dialects")
    print_messy(range(1_000, 1_200))


# Pollock: polluted files against their clean tables


@dataclass(frozen=True, slots=True)
class Score:
    success: float
    header: float
    record: float
    cell: float


def print_pollock(folder: Path) -> None:
    files = sorted((folder / "csv").glob("*.csv"))
    print(f"pollock_polluted: {len(files)} files, means over files (cells compared as text)")
    print(f"{'reader':28}  success  header F1  record F1  cell F1  seconds")
    for name, read in _readers().items():
        started = time.perf_counter()
        scores = [_score(folder, path, read) for path in files]
        mean = [sum(getattr(score, part) for score in scores) / len(scores) for part in Score.__dataclass_fields__]
        print(f"{name:28}{_figures(mean)}{time.perf_counter() - started:9.1f}")
    with (folder / "published_results" / "aggregate_results_polluted_files.csv").open(newline="") as file:
        published = list(csv.DictReader(file))
    best = [max(float(row[part]) for row in published) for part in ("success", "headerf1", "recordf1", "cellf1")]
    print(f"{'best of the published table':28}{_figures(best)}  (2,290 files)\n")


def _figures(means: Sequence[float]) -> str:
    return f"{means[0]:9.4f}{means[1]:11.4f}{means[2]:11.4f}{means[3]:9.4f}"


def _score(folder: Path, path: Path, read: Reader) -> Score:
    try:
        rows = read(path)
    except Exception:  # a peer may fail in any way; that is the measurement
        return Score(0, 0, 0, 0)
    parameters = json.loads((folder / "parameters" / f"{path.name}_parameters.json").read_text(encoding="utf-8"))
    clean = _parse(folder / "clean" / path.name)
    head = 1 if parameters["header_lines"] else 0
    return Score(
        1,
        f1([cell for row in clean[:head] for cell in row], [cell for row in rows[:1] for cell in row]),
        f1(["\x00".join(row) for row in clean[head:]], ["\x00".join(row) for row in rows[1:]]),
        f1([cell for row in clean[head:] for cell in row], [cell for row in rows[1:] for cell in row]),
    )


def f1(expected: Sequence[str], found: Sequence[str]) -> float:
    """Harmonic mean of precision and recall of two bags; 1 where nothing is expected."""
    if not expected:
        return 1.0
    shared = sum((Counter(expected) & Counter(found)).values())
    return 2 * shared / (len(expected) + len(found))


def _parse(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _readers() -> dict[str, Reader]:
    readers: dict[str, Reader] = {"readiness": _read_ours, "duckdb (sniffer)": _read_duckdb, "pandas": _read_pandas}
    try:
        import clevercsv  # noqa: F401  # only asked whether it is there
    except ImportError:
        return readers
    return readers | {"clevercsv": _read_clevercsv}


def _read_ours(path: Path) -> Rows:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        out = Path(folder) / "out.csv"
        size = path.stat().st_size
        sample = SampleFile(path, path.name)
        reading = read_delimited(
            sample, connection, options=ReadingOptions(), limits=ReadingLimits(), sha256="", size_bytes=size
        )
        write_records(connection, reading, out)
        return _parse(out)


def _read_duckdb(path: Path) -> Rows:
    with duckdb.connect() as connection:
        result = connection.execute("SELECT * FROM read_csv(?, all_varchar = true)", [str(path)])
        header = [column[0] for column in result.description or []]
        return [header, *([cell or "" for cell in row] for row in result.fetchall())]


def _read_pandas(path: Path) -> Rows:
    import pandas

    frame = pandas.read_csv(path, dtype=str, keep_default_na=False)
    return [list(map(str, frame.columns)), *([str(cell) for cell in row] for row in frame.itertuples(index=False))]


def _read_clevercsv(path: Path) -> Rows:
    import clevercsv

    return [list(row) for row in clevercsv.read_table(str(path))]


# Messy files: generated ones, whose truth is known


def print_messy(seeds: range) -> None:
    print(f"\nmessy files: {len(seeds)} generated files, records compared as text")
    print(f"{'reader':28}  success    whole  record F1  cell F1  seconds")
    for name, read in _readers().items():
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            scores = [_messy_score(make_messy_file(seed), Path(folder) / f"{seed}.csv", read) for seed in seeds]
        mean = [sum(part) / len(scores) for part in zip(*scores, strict=True)]
        figures = f"{mean[0]:9.4f}{mean[1]:9.4f}{mean[2]:11.4f}{mean[3]:9.4f}"
        print(f"{name:28}{figures}{time.perf_counter() - started:9.1f}")


def _messy_score(file: MessyFile, path: Path, read: Reader) -> tuple[float, float, float, float]:
    """Read at all, every record right, and the F1 of records and of their cells."""
    path.write_bytes(file.data)
    try:
        rows = read(path)
    except Exception:  # a peer may fail in any way; that is the measurement
        return 0, 0, 0, 0
    wanted = [[_one_end(cell) for cell in line.cells] for line in file.lines if line.kind == "record"]
    others = sum(line.kind not in ("record", "header", "preamble", "blank") for line in file.lines)
    found = [[_one_end(cell) for cell in row[: len(wanted[0])]] for row in rows[1:]]
    kept = [row for row in found if row in wanted]
    records = f1(["\x00".join(row) for row in wanted], ["\x00".join(row) for row in kept])
    surplus = max(0, len(found) - len(kept) - others)
    cells = f1([cell for row in wanted for cell in row], [cell for row in found for cell in row])
    return 1, float(records == 1 and not surplus), records, cells


def _one_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


# Dialects


def print_dialects(folder: Path) -> None:
    annotated = _annotations(folder)
    print(f"csv_dialects: {len(annotated)} files, delimiter and quote both right")
    print(f"{'sniffer':28}    right  precision     recall       F1  seconds")
    for name, sniff in _sniffers().items():
        started = time.perf_counter()
        answers = [(_sniffed(sniff, path), path, delimiter, quote) for path, delimiter, quote in annotated]
        given = sum(answer is not None for answer, *_ in answers)
        right = sum(answer is not None and _same(answer, *truth) for answer, *truth in answers)
        precision, recall = right / max(1, given), right / len(annotated)
        harmonic = 2 * precision * recall / (precision + recall) if right else 0.0
        seconds = time.perf_counter() - started
        print(f"{name:28}{right:9}{precision:11.4f}{recall:11.4f}{harmonic:9.4f}{seconds:9.1f}")


def _annotations(folder: Path) -> list[tuple[Path, str, str]]:
    lines = (folder / "ground_truth" / "W3C-CSVW-dialect_annotations.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split("|") for line in lines if line.count("|") == 5][1:]
    files = [(folder / "W3C-CSVW" / row[0], _SIGNS[row[2]], _QUOTES[row[3]]) for row in rows]
    return [each for each in files if each[0].is_file()]


def _sniffed(sniff: Sniffer, path: Path) -> tuple[str, str] | None:
    try:
        return sniff(path)
    except Exception:  # a peer may fail in any way; that is the measurement
        return None


def _same(answer: tuple[str, str], path: Path, delimiter: str, quote: str) -> bool:
    """Right when delimiter and quote are the annotated ones; a sign that is not in the file may be answered by none."""
    text = path.read_bytes()
    no_delimiter = not answer[0].strip("\x00") and delimiter.encode() not in text
    no_quote = answer[1] in _NO_QUOTE
    return (answer[0] == delimiter or no_delimiter) and (answer[1] == quote or no_quote)


def _sniffers() -> dict[str, Sniffer]:
    sniffers: dict[str, Sniffer] = {"readiness": _sniff_ours, "duckdb (sniff_csv)": _sniff_duckdb}
    sniffers["csv.Sniffer"] = _sniff_csv
    try:
        import clevercsv  # noqa: F401  # only asked whether it is there
    except ImportError:
        return sniffers
    return sniffers | {"clevercsv": _sniff_clevercsv}


def _sniff_ours(path: Path) -> tuple[str, str] | None:
    with duckdb.connect() as connection:
        sample, size = SampleFile(path, path.name), path.stat().st_size
        try:
            reading = read_delimited(
                sample, connection, options=ReadingOptions(), limits=ReadingLimits(), sha256="", size_bytes=size
            )
        except InputError:
            return None
        return reading.delimiter, reading.quote


def _sniff_duckdb(path: Path) -> tuple[str, str] | None:
    with duckdb.connect() as connection:
        row = connection.execute("SELECT Delimiter, Quote FROM sniff_csv(?)", [str(path)]).fetchone()
        return (row[0], row[1]) if row else None


def _sniff_csv(path: Path) -> tuple[str, str] | None:
    dialect = csv.Sniffer().sniff(path.read_text(encoding="utf-8", errors="replace"))
    return dialect.delimiter, dialect.quotechar or ""


def _sniff_clevercsv(path: Path) -> tuple[str, str] | None:
    import clevercsv

    dialect = clevercsv.detect_dialect(str(path))
    return (dialect.delimiter, dialect.quotechar) if dialect is not None else None


if __name__ == "__main__":
    main()
