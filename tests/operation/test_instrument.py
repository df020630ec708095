"""One line for every item whatever happens, and nothing that the instrument could do to the system it watches."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.operation import instrument
from readiness.operation.instrument import OutcomeFile, OutcomeRecord, characteristics, failures, outcome

CHECKOUT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The warning about the first failure goes nowhere, and each test counts its own failures."""
    instrument._failures.clear()
    logger = logging.getLogger("readiness.operation.instrument")
    logger.addHandler(silent := logging.NullHandler())
    logger.propagate = False
    yield
    logger.propagate = True
    logger.removeHandler(silent)
    instrument._failures.clear()


def one(lines: list[str]) -> dict[str, Any]:
    assert len(lines) == 1
    assert "\n" not in lines[0]
    return dict(json.loads(lines[0], parse_constant=lambda text: pytest.fail(f"{text} is no JSON")))


# --- what it needs ------------------------------------------------------------------------------------------------


def test_it_needs_the_standard_library_alone_and_brings_nothing_of_readiness_along() -> None:
    program = (
        "import sys\n"
        "for name in ('streamlit', 'duckdb', 'pandas', 'numpy', 'pyarrow', 'pydantic'): sys.modules[name] = None\n"
        "import readiness.operation.instrument\n"
        "ours = {name for name in sys.modules if name.split('.')[0] == 'readiness'}\n"
        "assert ours == {'readiness', 'readiness.operation', 'readiness.operation.instrument'}, ours\n"
        "foreign = {name.split('.')[0] for name in sys.modules} - set(sys.stdlib_module_names) - {'readiness'}\n"
        "foreign = {name for name in foreign if sys.modules[name] is not None and not name.startswith('_')}\n"
        "assert foreign <= {'sitecustomize', 'usercustomize'}, foreign\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_example_in_the_document_runs_and_writes_one_line(tmp_path: Path) -> None:
    text = (CHECKOUT / "docs" / "instrument.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found
    assert len([line for line in found[1].splitlines() if line.strip()]) <= 10
    (tmp_path / "example.py").write_text(found[1], encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (line,) = (tmp_path / "outcomes.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["routed_to_human"] is False


# --- the record ---------------------------------------------------------------------------------------------------


def test_a_processed_item_leaves_one_line_with_all_that_was_stated() -> None:
    lines: list[str] = []
    ticks = iter([10.0, 10.25])
    with outcome("inv-17", log=lines.append, clock=lambda: NOW, timer=lambda: next(ticks), model_version="m1") as item:
        item.validation_passed, item.confidence, item.cost_usd = True, 0.93, Decimal("0.0021")
        item.sources, item.approved_by = ("a.pdf", "b.pdf"), "Ada"
    assert one(lines) == {
        "record_id": "inv-17", "time": "2026-03-01T12:00:00.000000+00:00", "validation_passed": True,
        "confidence": 0.93, "routed_to_human": False, "error_type": None, "cost_usd": 0.0021, "duration_ms": 250.0,
        "model_version": "m1", "sources": ["a.pdf", "b.pdf"], "approved_by": "Ada",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("passed", "confidence", "routed"),
    [
        (True, 0.75, False),
        (True, 0.7499, True),
        (False, 0.99, True),
        (False, None, True),
        (True, None, False),
        (None, 0.9, False),
        (None, 0.1, True),
        (None, None, None),
        (True, float("nan"), True),
    ],
)
def test_an_item_goes_to_a_human_when_validation_failed_or_confidence_is_low(
    passed: bool | None, confidence: float | None, routed: bool | None
) -> None:
    lines: list[str] = []
    with outcome("a", log=lines.append) as item:
        item.validation_passed, item.confidence = passed, confidence
    assert one(lines)["routed_to_human"] is routed


def test_the_threshold_of_confidence_is_an_argument_and_a_statement_of_ones_own_comes_first() -> None:
    lines: list[str] = []
    with outcome("a", log=lines.append, routed_below=0.5) as item:
        item.confidence = 0.6
    assert one(lines)["routed_to_human"] is False
    with outcome("a", log=lines.append) as item:
        item.confidence, item.routed_to_human = 0.99, True
    assert json.loads(lines[1])["routed_to_human"] is True


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit])
def test_work_that_raises_is_routed_with_confidence_0_and_its_type_and_raises_on(error: type[BaseException]) -> None:
    lines: list[str] = []
    raised = error("no")

    def work() -> None:
        with outcome("a", log=lines.append) as item:
            item.reason = "so far"
            raise raised

    with pytest.raises(error) as caught:
        work()
    assert caught.value is raised
    found = one(lines)
    assert (found["validation_passed"], found["confidence"], found["routed_to_human"]) == (False, 0.0, True)
    assert (found["error_type"], found["reason"]) == (error.__name__, "so far")


def test_a_failure_outweighs_what_was_stated_before_it() -> None:
    lines: list[str] = []

    def work() -> None:
        with outcome("a", log=lines.append) as item:
            item.validation_passed, item.confidence = True, 0.99
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        work()
    assert (one(lines)["routed_to_human"], one(lines)["confidence"]) == (True, 0.0)


def test_a_generator_that_its_reader_closes_keeps_what_was_stated() -> None:
    lines: list[str] = []

    def answers() -> Iterator[int]:
        with outcome("a", log=lines.append) as item:
            item.validation_passed, item.confidence = True, 0.9
            yield 1
            yield 2

    reader = answers()
    next(reader)
    reader.close()  # type: ignore[attr-defined]
    assert (one(lines)["routed_to_human"], one(lines)["error_type"]) == (False, None)


def test_an_item_without_an_id_gets_one_and_a_time_without_a_zone_is_utc() -> None:
    lines: list[str] = []
    with outcome(log=lines.append, new_id=lambda: "made", clock=lambda: NOW.replace(hour=0, tzinfo=None)):
        pass
    assert one(lines)["record_id"] == "made"
    assert one(lines)["time"] == "2026-03-01T00:00:00.000000+00:00"
    with outcome(17, log=lines.append) as item:
        item.time = datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert json.loads(lines[1])["time"].endswith("+02:00")
    assert json.loads(lines[1])["record_id"] == "17"


class Odd:
    def __repr__(self) -> str:
        raise RuntimeError("not even this")

    __str__ = __repr__


@pytest.mark.parametrize(
    "value",
    [
        "a\nb\u2028c\x00",
        "\ud800",
        "x" * 100_000,
        b"\xff\n",
        float("inf"),
        10**5000,
        Odd(),
        {1: {2: {3: Odd()}}},
        NOW,
        {1, 2},
    ],
    ids=lambda value: type(value).__name__,
)
def test_any_value_anywhere_still_gives_one_line_of_json(value: Any) -> None:
    lines: list[str] = []
    with outcome(value, log=lines.append) as item:
        item.reason = item.error_type = item.model_version = value
        item.confidence = item.cost_usd = item.validation_passed = value
        item.sources, item.extra, item.input = [value], {"it": value, str(type(value)): [value]}, {"x": value}
    assert "record_id" in one(lines)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.binary(), st.lists, max_leaves=5
    )
)
def test_whatever_is_put_into_a_record_the_line_is_json(value: Any) -> None:
    lines: list[str] = []
    with outcome(value if isinstance(value, str | int) else "a", log=lines.append) as item:
        item.extra, item.confidence, item.input = {"value": value}, value, {"value": value}
    found = one(lines)
    assert found["confidence"] is None or abs(found["confidence"]) < float("inf")


def test_a_long_whole_number_keeps_all_its_digits() -> None:
    lines: list[str] = []
    with outcome("a", log=lines.append) as item:
        item.sources, item.extra = [1234567890123456789], {"order": -(2**60) - 1, "count": 12}  # type: ignore[list-item]
    assert one(lines)["sources"] == ["1234567890123456789"]
    assert one(lines)["extra"] == {"order": "-1152921504606846977", "count": 12}


class Unequal:
    def __eq__(self, other: object) -> bool:
        raise ValueError("cannot be compared")

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("given", [None, "", float("nan"), Unequal()], ids=["none", "empty", "nan", "unequal"])
def test_whatever_names_an_item_there_is_a_line_with_an_id(given: object) -> None:
    lines: list[str] = []
    with outcome(given, log=lines.append, new_id=lambda: "made"):
        pass
    assert one(lines)["record_id"] == ("<Unequal>" if isinstance(given, Unequal) else "made")


def test_of_an_exception_that_is_stated_itself_only_the_type_is_written() -> None:
    lines: list[str] = []
    for stated in (ValueError("Ines Example, 3 June"), TimeoutError):
        with outcome("a", log=lines.append) as item:
            item.error_type = stated  # type: ignore[assignment]
    assert [json.loads(line)["error_type"] for line in lines] == ["ValueError", "TimeoutError"]
    assert "Ines" not in lines[0]


def test_sources_without_an_end_are_cut_off() -> None:
    lines: list[str] = []
    with outcome("a", log=lines.append) as item:
        item.sources = repeat("doc")
    assert 0 < len(one(lines)["sources"]) < 10_000


def test_a_value_that_goes_in_circles_is_cut_off_and_counted() -> None:
    lines: list[str] = []
    circle: dict[str, Any] = {}
    circle["self"] = circle
    with outcome("a", log=lines.append) as item:
        item.extra = circle
    assert "record_id" in one(lines)
    assert failures() == 1


def test_a_misspelt_field_is_counted_and_harms_nothing() -> None:
    lines: list[str] = []
    with outcome("a", log=lines.append) as item:
        item.confidance = 0.9  # type: ignore[attr-defined]
    assert one(lines)["confidence"] is None
    assert failures() == 1


def test_a_record_that_is_too_large_keeps_its_figures() -> None:
    lines: list[str] = []
    with outcome("a", log=lines.append) as item:
        item.confidence, item.extra = 0.9, {"all": ["x" * 9_000] * 100}
    assert one(lines)["incomplete"] is True
    assert one(lines)["confidence"] == 0.9


# --- nothing breaks -----------------------------------------------------------------------------------------------


def test_a_failing_log_is_swallowed_counted_and_said_once() -> None:
    said: list[str] = []
    listener = Kept(lambda record: said.append(record.getMessage()))
    logging.getLogger("readiness.operation.instrument").addHandler(listener)

    def fails(line: str) -> None:
        raise OSError("no space left")

    done = []
    for number in range(3):
        with outcome("a", log=fails):
            done.append(number)
    assert done == [0, 1, 2]
    assert failures() == 3
    logging.getLogger("readiness.operation.instrument").removeHandler(listener)
    assert len(said) == 1
    assert "no space left" in said[0]


@pytest.mark.parametrize(
    "broken",
    [
        {"clock": lambda: 1 / 0},
        {"timer": lambda: 1 / 0},
        {"new_id": lambda: 1 / 0},
        {"log": None},
        {"log": 17},
        {"log": "/nowhere/at/all/outcomes.jsonl"},
        {"routed_below": "high"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_nothing_that_was_handed_in_wrongly_stops_the_work(broken: dict[str, Any]) -> None:
    done, lines = [], list[str]()
    arguments = {"log": lines.append} | broken
    with outcome(None, **arguments) as item:
        item.confidence = 0.9
        done.append(1)
    assert done == [1]
    assert failures() >= 1
    if "log" not in broken:
        assert one(lines)["record_id"], "what can be known is written all the same"
        assert one(lines)["routed_to_human"] is False


def test_the_exception_of_the_work_survives_a_failing_log() -> None:
    with pytest.raises(KeyError), outcome("a", log=lambda line: 1 / 0):
        raise KeyError("mine")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_counted_and_the_work_goes_on() -> None:
    with outcome("a", log="/dev/full"):
        pass
    assert failures() == 1


# --- loggers ------------------------------------------------------------------------------------------------------


class Kept(logging.Handler):
    def __init__(self, act: Callable[[logging.LogRecord], None]) -> None:
        super().__init__()
        self.emit = act  # type: ignore[method-assign]


def logger_with(handler: logging.Handler) -> logging.Logger:
    logger = logging.Logger("outcomes")  # its own, known to nobody else
    logger.addHandler(handler)
    return logger


def test_a_logger_takes_the_line_past_its_own_level() -> None:
    lines: list[str] = []
    logger = logger_with(Kept(lambda record: lines.append(record.getMessage())))
    logger.setLevel(logging.ERROR)
    with outcome("a%s", log=logger):
        pass
    with outcome("b", log=logging.LoggerAdapter(logger, {})):
        pass
    with outcome("c", log=logging.LoggerAdapter(logging.LoggerAdapter(logger, {}), {})):
        pass
    assert [json.loads(line)["record_id"] for line in lines] == ["a%s", "b", "c"]
    assert failures() == 0


@pytest.mark.parametrize("how", ["disabled", "no handler", "handler too strict"])
def test_a_logger_that_would_lose_the_line_is_counted(how: str) -> None:
    logger = logging.Logger("outcomes")
    if how != "no handler":
        logger.addHandler(logging.NullHandler(logging.ERROR if how == "handler too strict" else logging.NOTSET))
    logger.disabled = how == "disabled"
    with outcome("a", log=logger):
        pass
    assert failures() == 1


def test_a_handler_that_swallows_its_own_failure_is_counted_too(capsys: pytest.CaptureFixture[str]) -> None:
    class Full:
        def write(self, text: str) -> None:
            raise OSError("no space left")

    with outcome("a", log=logger_with(logging.StreamHandler(Full()))):  # type: ignore[type-var]
        pass
    assert failures() == 1
    capsys.readouterr()


# --- files --------------------------------------------------------------------------------------------------------


def test_a_file_that_was_rotated_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    write = OutcomeFile(path)
    write("1")
    path.rename(tmp_path / "app.log.1")
    write("2")
    path.unlink()
    write("3")
    write.close()
    assert (path.read_text(), (tmp_path / "app.log.1").read_text()) == ("3\n", "1\n")


def test_a_line_after_a_torn_one_begins_on_a_line_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = OutcomeFile(tmp_path / "app.log")
    whole = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: whole(descriptor, data[:3]))
    with pytest.raises(OSError, match="part of the line"):
        write("abcdef")
    monkeypatch.setattr(os, "write", whole)
    write("next")
    write.close()
    assert (tmp_path / "app.log").read_text() == "abc\nnext\n"


def test_threads_that_share_a_file_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "app.log"

    def work(name: int) -> None:
        for number in range(50):
            with outcome(f"{name}-{number}", log=path) as outer, outcome(f"{name}-{number}-in", log=str(path)) as inner:
                outer.confidence, inner.confidence = 0.9, 0.1

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [json.loads(line) for line in path.read_text().splitlines()]
    assert len({one["record_id"] for one in found}) == len(found) == 800
    assert all(one["routed_to_human"] is one["record_id"].endswith("in") for one in found)


def test_tasks_of_asyncio_keep_their_records_apart() -> None:
    lines: list[str] = []

    async def work(number: int) -> None:
        async with outcome(str(number), log=lines.append) as item:
            item.confidence = number / 100
            await asyncio.sleep(0)
            if number == 7:
                await asyncio.sleep(60)

    async def all_of_them() -> None:
        tasks = [asyncio.create_task(work(number)) for number in range(100)]
        await asyncio.sleep(0.01)
        tasks[7].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(all_of_them())
    found = {one["record_id"]: one for one in map(json.loads, lines)}
    assert len(found) == 100
    assert found.pop("7")["error_type"] == "CancelledError"
    assert all(one["confidence"] == int(name) / 100 for name, one in found.items())


# --- characteristics ----------------------------------------------------------------------------------------------


def test_characteristics_tell_what_is_there_and_no_value() -> None:
    record = {"vendor": "Acme secret", "date": "2024-01-05", "amount": 0, "paid": False, "note": " ", "gone": None}
    found = characteristics(record, required=("vendor", "note", "other"), date_field="date", amount_field="amount")
    assert found == {
        "required": {"vendor": True, "note": False, "other": False},
        "date_format": "yyyy-mm-dd",
        "amount_type": "number",
        "filled_fields": 4,
    }
    assert "secret" not in json.dumps(found)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("2024-01-05", "yyyy-mm-dd"), ("31/12/2024", "dd/mm/yyyy"), ("12/31/2024", "mm/dd/yyyy"),
        ("03/04/2024", "dd/mm/yyyy or mm/dd/yyyy"), ("03/03/2024", "dd/mm/yyyy"), ("31.12.2024", "dd.mm.yyyy"),
        ("12-31-2024", "mm-dd-yyyy"), ("2024-02-30", "impossible"), ("31/31/2024", "impossible"),
        ("2024-01-05T10:11:12+02:00", "yyyy-mm-ddThh:mm:ss zone"), ("2024-01-05 10:11Z", "yyyy-mm-dd hh:mm zone"),
        ("20240105", "yyyymmdd"), ("2024-01-05 and more", "unknown"), ("", "missing"), (None, "missing"),
        (date(2024, 1, 5), "date"), (NOW, "date and time"), (1704412800, "number"), (["x"], "unknown"),
    ],
)  # fmt: skip
def test_the_format_of_a_date_is_named_as_the_audit_names_it(value: Any, name: str) -> None:
    assert characteristics({"d": value}, date_field="d")["date_format"] == name


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (12, "number"), (1.5, "number"), (Decimal(1), "number"), (True, "boolean"), (float("nan"), "missing"),
        ("12.50", "number as text"), ("1,50", "number as text, decimal comma"), ("1,234.5", "number as text, grouped"),
        ("EUR 5", "text with a number"), ("free", "text"), ([1], "other"),
    ],
)  # fmt: skip
def test_the_type_of_an_amount_is_told(value: Any, name: str) -> None:
    assert characteristics({"a": value}, amount_field="a")["amount_type"] == name


def test_characteristics_of_an_object_and_of_nested_fields() -> None:
    record = OutcomeRecord(record_id="a", input={"x": 1})
    assert characteristics(record, required=("record_id", "input.x"))["required"] == {
        "record_id": True,
        "input.x": True,
    }


def test_what_is_no_record_has_no_characteristics_and_stops_nothing() -> None:
    assert characteristics(17, required=("a",)) == {}
    assert failures() == 1
