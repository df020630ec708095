"""Days in a time zone, drift between periods, and the trace of one record, from real logs."""

from __future__ import annotations

import gzip
import json
import random
import statistics
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.errors import InvalidValueError
from readiness.operation.daily import OTHER_ERRORS, DailyOutcomes, daily
from readiness.operation.drift import (
    Characteristics,
    DriftReport,
    DriftVerdict,
    characteristics_of,
    characteristics_of_sample,
    compare,
    drift,
)
from readiness.operation.instrument import characteristics, outcome
from readiness.operation.log import read_log
from readiness.operation.significance import (
    adjusted,
    chi_square_quantile,
    chi_square_tail,
    homogeneity_p_value,
    stability_index_by_chance,
)
from readiness.operation.tracing import trace
from readiness.operation.zones import days_between, zone_named

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*records: dict[str, Any], name: str = "app.log") -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return path

    return written


def item(number: int, time: datetime | str, **more: Any) -> dict[str, Any]:
    return {"record_id": f"r{number}", "time": str(time), "validation_passed": True, "confidence": 0.9} | more


NAIVE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def days_of(path: Path, zone: str = "UTC", as_of: datetime | None = None) -> DailyOutcomes:
    with read_log([path], zone=zone) as log:
        return daily(log, as_of=as_of)


# --- days ---------------------------------------------------------------------------------------------------------


def test_a_day_is_counted_priced_and_timed(write: Write) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    durations = [random.Random(number).uniform(1, 500) for number in range(200)]
    path = write(
        *(
            item(
                n,
                start + timedelta(minutes=n),
                duration_ms=durations[n],
                cost_usd=n / 100,
                validation_passed=n % 10 > 0,
            )
            for n in range(200)
        ),
        item(500, start, error_type="Timeout", confidence=None, validation_passed=None),
    )
    (day,) = days_of(path).days
    assert (day.items, day.validated, day.passed, day.decided, day.routed) == (201, 200, 180, 200, 20)
    assert day.errors == {"Timeout": 1}
    assert day.cost_per_item == pytest.approx(0.995)
    cuts = statistics.quantiles(durations, n=100, method="inclusive")
    assert day.latency_p50_ms == pytest.approx(cuts[49])
    assert day.latency_p95_ms == pytest.approx(cuts[94])
    assert day.latency_p99_ms == pytest.approx(cuts[98])
    assert day.passed_share is not None
    assert day.passed_share.low < 0.9 < day.passed_share.high


def test_days_without_records_are_there_without_values(write: Write) -> None:
    found = days_of(write(item(1, "2024-02-27T12:00:00Z"), item(2, "2024-03-01T12:00:00Z")))
    assert [(str(one.day), one.items) for one in found.days] == [
        ("2024-02-27", 1), ("2024-02-28", 0), ("2024-02-29", 0), ("2024-03-01", 1),
    ]  # fmt: skip
    assert (found.days[1].routed_share, found.days[1].cost_per_item, found.days[1].latency_p50_ms) == (None, None, None)
    assert DailyOutcomes.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2024-02-29", 24)])
def test_a_day_has_as_many_hours_as_its_zone_gives_it(write: Write, day: str, hours: int) -> None:
    start = datetime.fromisoformat(f"{day}T12:00:00+00:00") - timedelta(hours=40)
    found = days_of(write(*(item(n, start + timedelta(hours=n)) for n in range(80))), "Europe/Berlin")
    assert {str(one.day): one.items for one in found.days}[day] == hours


def test_the_days_of_far_zones_are_their_own(write: Write) -> None:
    path = write(item(1, "2026-03-01T11:30:00Z"), item(2, "2026-03-01T18:30:00Z"))
    assert [str(one.day) for one in days_of(path, "Pacific/Kiritimati").days] == ["2026-03-02"]
    assert [str(one.day) for one in days_of(path, "Asia/Kathmandu").days] == ["2026-03-01", "2026-03-02"]
    assert [str(one.day) for one in days_of(path, "America/Los_Angeles").days] == ["2026-03-01"]


def test_where_the_clock_is_set_back_at_midnight_the_hour_before_comes_twice(write: Write) -> None:
    start = datetime(2026, 10, 23, 16, 10, tzinfo=UTC)  # Beirut's clocks go back the night after next
    found = days_of(write(*(item(n, start + timedelta(minutes=30 * n)) for n in range(100))), "Asia/Beirut")
    assert {str(one.day): one.items for one in found.days}["2026-10-24"] == 50


def test_days_that_overlap_where_the_clock_is_set_back_are_whole_in_parts_too(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    # St John's, 2006: at 00:01 of the 29th the clock went back to 23:01 of the 28th.
    moments = ["2006-10-29T01:00:00Z", "2006-10-29T02:30:30Z", "2006-10-29T02:40:00Z", "2006-10-29T12:00:00Z"]
    path = write(*(item(number, moment) for number, moment in enumerate(moments)))
    monkeypatch.setattr("readiness.operation.daily._RECORDS_A_QUERY", 1)
    assert [(one.day.day, one.items) for one in days_of(path, "America/St_Johns").days] == [(28, 2), (29, 2)]


def test_a_day_that_a_country_skipped_is_no_gap() -> None:
    found = list(days_between(date(2011, 12, 29), date(2011, 12, 31), zone_named("Pacific/Apia")))
    assert found == [date(2011, 12, 29), date(2011, 12, 31)]


@given(
    st.datetimes(NAIVE.replace(year=2001), NAIVE.replace(year=2090)),
    st.sampled_from(["Europe/Berlin", "Asia/Tehran", "Australia/Lord_Howe", "America/St_Johns"]),
)
def test_the_day_in_sql_is_the_day_by_the_calendar(moment: datetime, zone: str) -> None:
    import duckdb

    from readiness.operation.zones import day_expression

    where, utc = zone_named(zone), moment.replace(tzinfo=UTC)
    sql = day_expression("moment", where, utc - timedelta(days=200), utc + timedelta(days=200))
    # All rows: what is left unread would occupy the connection that everything in this process shares.
    found = duckdb.execute(f"SELECT {sql} FROM (SELECT ?::TIMESTAMP AS moment)", [moment]).fetchall()
    assert found == [(utc.astimezone(where).date(),)]


def test_until_now_there_are_gaps_and_today_is_going_on(write: Write) -> None:
    path = write(item(1, "2026-03-01T12:00:00Z"), item(2, "2026-03-03T22:30:00Z"))
    found = days_of(path, "UTC", datetime(2026, 3, 3, 23, tzinfo=UTC))
    assert [(one.items, one.ongoing) for one in found.days] == [(1, False), (0, False), (1, True)]
    later = days_of(path, "Europe/Berlin", datetime(2026, 3, 5, 23, 30, tzinfo=UTC))
    assert [(one.day.day, one.items, one.ongoing) for one in later.days][-3:] == [
        (4, 0, False),
        (5, 0, False),
        (6, 0, True),
    ]


def test_a_clock_that_ran_wild_does_not_fill_the_calendar(write: Write) -> None:
    found = days_of(write(item(1, "2001-01-01T00:00:00Z"), item(2, "2099-01-01T00:00:00Z")))
    assert len(found.days) == 2 + 366
    until_now = days_of(write(item(1, "2001-01-01T00:00:00Z")), as_of=datetime(2026, 3, 1, tzinfo=UTC)).days
    assert (len(until_now), until_now[-1].day, until_now[-1].ongoing) == (2 + 366, date(2026, 3, 1), True)


def test_more_types_of_errors_than_are_named_are_counted_together(write: Write) -> None:
    found = days_of(write(*(item(n, "2026-03-01T00:00:00Z", error_type=f"E{n % 30:02}") for n in range(90))))
    assert sum(found.days[0].errors.values()) == 90
    assert found.days[0].errors[OTHER_ERRORS] == 30


# --- drift --------------------------------------------------------------------------------------------------------


def counts(name: str, **values: dict[str, int]) -> Characteristics:
    return Characteristics(name=name, counts=values)


def verdict(older: dict[str, int], newer: dict[str, int]) -> DriftVerdict:
    return compare(counts("before", x=older), counts("after", x=newer)).findings[0].verdict


@pytest.mark.parametrize(
    ("older", "newer", "expected"),
    [
        ({"a": 900, "b": 100}, {"a": 600, "b": 400}, DriftVerdict.CHANGED),
        ({"a": 1000}, {"a": 970, "new": 30}, DriftVerdict.CHANGED),
        ({"true": 9990, "false": 10}, {"true": 9600, "false": 400}, DriftVerdict.CHANGED),
        ({"a": 900, "b": 100}, {"a": 890, "b": 110}, DriftVerdict.UNCHANGED),
        ({"a": 9_000_000, "b": 1_000_000}, {"a": 8_950_000, "b": 1_050_000}, DriftVerdict.UNCHANGED),
        ({"a": 1000}, {"a": 1000}, DriftVerdict.UNCHANGED),
        ({"a": 18, "b": 2}, {"a": 16, "b": 4}, DriftVerdict.INCONCLUSIVE),
        ({"a": 3}, {"b": 3}, DriftVerdict.INCONCLUSIVE),
        ({"a": 30}, {"b": 30}, DriftVerdict.CHANGED),
        ({"a": 30}, {}, DriftVerdict.NOT_COMPARED),
    ],
)
def test_a_change_must_matter_and_be_more_than_chance(
    older: dict[str, int], newer: dict[str, int], expected: DriftVerdict
) -> None:
    assert verdict(older, newer) is expected
    assert verdict(newer, older) is expected


def test_no_drift_is_rarely_called_a_change_at_any_size() -> None:
    seeded = random.Random(7)

    def draw(size: int) -> dict[str, int]:
        drawn = seeded.choices("abcdefgh", weights=[40, 20, 15, 10, 8, 4, 2, 1], k=size)
        return {letter: drawn.count(letter) for letter in set(drawn)}

    for size in (20, 100, 250, 2_000):
        called = sum(verdict(draw(size), draw(size)) is DriftVerdict.CHANGED for _ in range(300))
        assert called <= 0.07 * 300, size


def test_many_characteristics_are_corrected_for_and_the_changed_ones_come_first() -> None:
    same = {f"same{n}": {"a": 500, "b": 500} for n in range(20)}
    report = compare(
        counts("before", **same, moved={"a": 900, "b": 100}), counts("after", **same, moved={"a": 500, "b": 500})
    )
    assert [one.characteristic for one in report.changed] == ["moved"]
    assert report.findings[0].sentence == "moved: b went from 10.0% to 50.0% of the records."
    assert DriftReport.model_validate_json(report.model_dump_json()) == report


def test_numbers_with_many_values_are_compared_in_tenths() -> None:
    older = {str(number): 10 for number in range(1_000)}
    same = compare(counts("a", x=older), counts("b", x={str(number): 5 for number in range(1_000)})).findings[0]
    assert (same.verdict, len(same.rows)) == (DriftVerdict.UNCHANGED, 10)
    moved = compare(counts("a", x=older), counts("b", x={str(number): 10 for number in range(500, 1_500)}))
    assert moved.findings[0].verdict is DriftVerdict.CHANGED


def test_a_period_of_the_log_against_another_and_against_the_sample(write: Write) -> None:
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def record(n: int) -> dict[str, Any]:
        late = n >= 28 * 20
        return {"vendor": "" if late and n % 4 == 0 else "Acme", "date": "05/13/2024" if late else "2024-05-13"}

    described = [characteristics(record(n), required=["vendor"], date_field="date") for n in range(35 * 20)]
    path = write(*(item(n, start + timedelta(hours=n * 1.2), input=described[n]) for n in range(35 * 20)))
    with read_log([path]) as log:
        report = drift(log)
        sample = characteristics_of_sample(
            "sample", [record(n) for n in range(300)], required=["vendor"], date_field="date"
        )
        against = drift(log, reference=sample, recent=(date(2026, 1, 29), date(2026, 2, 4)))
        first = characteristics_of(log, date(2026, 1, 1), date(2026, 1, 1))
        with pytest.raises(InvalidValueError, match="before it begins"):
            characteristics_of(log, date(2026, 1, 2), date(2026, 1, 1))
    for found in (report, against):
        assert {one.characteristic for one in found.changed} >= {"required.vendor", "date_format"}
    assert sum(first.counts["date_format"].values()) == 10
    assert against.older == "sample"


def test_the_statistics_agree_with_published_tables() -> None:
    assert chi_square_quantile(0.95, 1) == pytest.approx(3.841, abs=5e-4)
    assert chi_square_quantile(0.95, 9) == pytest.approx(16.919, abs=5e-4)
    assert chi_square_quantile(0.95, 30) == pytest.approx(43.773, abs=5e-4)
    assert chi_square_tail(10.0, 4) == pytest.approx(0.040428, abs=1e-6)
    assert stability_index_by_chance(250, 250, 10) == pytest.approx(16.919 / 125, abs=1e-4)
    assert homogeneity_p_value([10, 20, 30], [30, 20, 10]) == pytest.approx(4.54e-5, rel=0.01)
    assert homogeneity_p_value([5], [9]) is None
    assert adjusted([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.02, 0.04, 0.04, 0.02))


# --- trace --------------------------------------------------------------------------------------------------------


def test_all_that_is_known_of_one_record_comes_in_the_order_of_time(write: Write, tmp_path: Path) -> None:
    odd = "r'1\"; DROP TABLE records; --"
    later = item(1, "2026-03-01T13:00:00+01:00", record_id=odd, approved_by="Ada", sources=["a", "b"], mood="fine")
    earlier = item(1, "2026-03-01T11:00:00Z", record_id=odd, input={"date_format": "x"})
    path = write(item(2, "2026-03-01T00:00:00Z"), later, earlier)
    packed = tmp_path / "app.log.1.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    with read_log([path, packed]) as log:
        found = trace(log, odd)
        assert trace(log, "nobody").lines == ()
    assert [one.time.hour for one in found.lines] == [11, 12]
    assert (found.lines[0].input, found.lines[1].read["approved_by"]) == ({"date_format": "x"}, "Ada")
    assert json.loads(found.lines[1].original or "")["mood"] == "fine"
    assert [one.repeated_at for one in found.lines] == [("app.log.1.gz:3",), ("app.log.1.gz:2",)]


def test_a_line_that_is_no_longer_there_is_known_from_the_table(write: Write) -> None:
    path = write(item(1, "2026-03-01T11:00:00Z"))
    with read_log([path]) as log:
        path.write_text("something else entirely, and longer than the line was before it was overwritten\n" * 3)
        assert trace(log, "r1").lines[0].original is None
        path.unlink()
        assert trace(log, "r1").lines[0].original is None
        assert trace(log, "r1").lines[0].read["confidence"] == 0.9


def test_what_the_instrument_writes_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "outcomes.jsonl"
    for number in range(20):
        try:
            with outcome(f"r{number}", log=path, prompt_version="p1") as one:
                one.confidence, one.validation_passed, one.cost_usd = 0.5 + number / 40, True, 0.01
                if number == 3:
                    raise TimeoutError("too long")
        except TimeoutError:
            pass
    with read_log([path]) as log:
        (day,) = daily(log).days
        assert (log.summary.broken, log.summary.other, log.summary.unreadable) == (0, 0, {})
    assert (day.items, day.routed, day.errors, day.passed) == (20, 10, {"TimeoutError": 1}, 19)
