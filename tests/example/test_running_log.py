"""The generated log of a running system, and the generated results of an evaluation set."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.example.evaluation_cases import CASES_NAME, case_results
from readiness.example.running_log import ALERT_DAYS, DRIFT_FROM, LOG_DAYS, LOG_NAME, SILENT_DAYS, _days, write_log
from readiness.operation.daily import daily
from readiness.operation.log import OutcomeLog, read_log
from readiness.operation.log_files import LogFile
from readiness.operation.rules import ROUTED_ABOVE, AlertLevel, alerts
from readiness.outcome.case_results import read_case_results
from tests.fixed_projects import NOW

UNTIL = NOW.date()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("log") / LOG_NAME
    write_log(made, until=UNTIL)
    return made


@pytest.fixture(scope="module")
def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def log(path: Path) -> OutcomeLog:
    return read_log([LogFile(path, path.name)], read_at=NOW)


def days_of(records: list[dict[str, Any]]) -> Counter[date]:
    return Counter(date.fromisoformat(record["time"][:10]) for record in records)


def test_the_same_day_gives_the_same_bytes_and_another_day_other_ones(path: Path, tmp_path: Path) -> None:
    for name, until in (("same", UNTIL), ("other", UNTIL + timedelta(days=1))):
        write_log(tmp_path / name, until=until)
    assert (tmp_path / "same").read_bytes() == path.read_bytes()
    assert (tmp_path / "other").read_bytes() != path.read_bytes()


def test_the_log_ends_the_day_before_it_is_opened_and_lacks_the_days_that_it_says(
    records: list[dict[str, Any]],
) -> None:
    first = UNTIL - timedelta(days=LOG_DAYS)
    wanted = {first + timedelta(days=number) for number in range(LOG_DAYS) if number not in SILENT_DAYS}
    assert set(days_of(records)) == wanted
    assert [record["time"] for record in records] == sorted(record["time"] for record in records)


def test_a_weekend_day_has_far_fewer_items_than_any_day_of_the_week(records: list[dict[str, Any]]) -> None:
    weekend = [items for day, items in days_of(records).items() if day.weekday() >= 5]
    week = [items for day, items in days_of(records).items() if day.weekday() < 5]
    assert len(weekend) > 20
    assert 3 * max(weekend) < min(week)


def test_every_line_is_read_and_no_record_id_comes_twice(log: OutcomeLog, records: list[dict[str, Any]]) -> None:
    assert log.summary.records == len(records) == len({record["record_id"] for record in records})
    assert log.summary.broken == 0


def test_the_routed_share_lies_above_the_limit_on_the_last_days_and_on_no_day_before(log: OutcomeLog) -> None:
    days = [day for day in daily(log).days if day.items]
    above = [day.day for day in days if day.routed / day.decided > ROUTED_ABOVE]
    assert above == [UNTIL - timedelta(days=back) for back in range(ALERT_DAYS, 0, -1)]
    found = alerts(days)
    assert (found.level, found.current.days if found.current else 0) == (AlertLevel.ALERT, ALERT_DAYS)


def test_another_form_of_dates_comes_in_after_some_weeks_and_fails_the_validation(
    records: list[dict[str, Any]],
) -> None:
    begins = UNTIL - timedelta(days=LOG_DAYS - DRIFT_FROM)
    early = [record for record in records if date.fromisoformat(record["time"][:10]) < begins]
    late = [record for record in records if date.fromisoformat(record["time"][:10]) >= begins]
    shares = [sum(r["input"]["date_format"] == "dd.mm.yyyy" for r in part) / len(part) for part in (early, late)]
    assert shares[0] < 0.05 < 0.10 < shares[1]
    passed = [sum(r["validation_passed"] for r in part) / len(part) for part in (early, late)]
    assert passed[1] < 0.92 < 0.95 < passed[0]
    assert {r["error_type"] for r in records} == {None, "TimeoutError"}


@given(until=st.dates(date(2001, 1, 1), date(2090, 1, 1)), seed=st.integers(0, 10_000))
def test_whatever_the_day_and_the_seed_the_last_days_alone_are_above_the_limit(until: date, seed: int) -> None:
    days = list(_days(until, Random(seed)))
    above = [day.on for day in days if day.routed > ROUTED_ABOVE * day.items]
    assert above == [until - timedelta(days=back) for back in range(ALERT_DAYS, 0, -1)]
    assert all(0 <= day.timed_out <= day.routed <= day.items for day in days)
    assert all(day.timed_out + day.other_dates <= day.items for day in days)


@given(cases=st.integers(1, 200), wrong=st.integers(0, 200), wrong_from=st.integers(0, 200))
def test_an_evaluation_holds_every_case_once_and_as_many_wrong_ones_as_fit(
    cases: int, wrong: int, wrong_from: int
) -> None:
    content = case_results(cases, wrong, wrong_from=wrong_from)
    found = read_case_results(CASES_NAME, io.BytesIO(content))
    assert len(set(found.cases)) == cases
    assert found.results.count(0.0) == min(wrong, max(0, cases - wrong_from))
    assert content == case_results(cases, wrong, wrong_from=wrong_from)
