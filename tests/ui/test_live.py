"""The Live outcomes page: empty, with a log, with what is wrong in it, after a restart, and while it is being read."""

from __future__ import annotations

import ast
import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from readiness.errors import StoppedError
from readiness.operation.daily import OTHER_ERRORS, DayOutcomes, Metric, Tolerance
from readiness.outcome.definition import MeasuredBy
from readiness.project import Kind, Projects, live
from readiness.project.log_places import PathRule
from readiness.project.running import Task
from readiness.ui import live_parts
from readiness.ui.charts import live_figures
from readiness.ui.charts.figure import Figure
from tests.ui.test_chain import Visit, button
from tests.ui.test_pages import assert_harmless

HOSTILE = "<script>alert(1)</script> ![x](http://evil.example/x.png)"


@pytest.fixture(autouse=True)
def logs_closed(store: Path) -> Iterator[None]:
    yield
    for desk in list(live._desks.values()):
        for identifier in desk.projects():
            desk.drop(identifier)


@pytest.fixture
def project(projects: Projects) -> str:
    return projects.create("Invoices", who="Ann")


def line(record_id: str, moment: str, *, routed: bool = False, **more: Any) -> str:
    said = {"record_id": record_id, "time": moment, "validation_passed": not routed, "confidence": 0.9}
    return json.dumps({**said, "cost_usd": 0.02, "duration_ms": 120.0, **more})


def content(projects: Projects, routed: list[float | None], **more: Any) -> bytes:
    """Twenty lines a day until yesterday; None is a day without a line."""
    first, found = projects.clock().date() - timedelta(days=len(routed)), []
    for place, share in enumerate(routed):
        day = first + timedelta(days=place)
        for number in range(20 if share is not None else 0):
            sent = number < round(20 * (share or 0))
            found.append(line(f"{day}/{number}", f"{day}T12:00:{number:02d}Z", routed=sent, **more))
    return ("\n".join(found) + "\n").encode()


def upload(at: AppTest, *files: tuple[str, bytes], press: str = "Read the log") -> AppTest:
    for name, body in files:
        at.file_uploader[0].upload(name, body)
    at.run()
    button(at, press).click().run()
    return at


def shown(at: AppTest) -> str:
    kinds = (at.markdown, at.caption, at.info, at.warning, at.error, at.success)
    return " ".join(str(one.value).replace("\\", "") for kind in kinds for one in kind)


def expanders(at: AppTest) -> list[str]:
    return [one.label for one in at.expander]


# --- no log -------------------------------------------------------------------------------------------------------


def test_without_a_log_the_page_says_how_a_system_writes_one(visit: Visit, project: str) -> None:
    at = visit("live_outcomes", project)
    assert not at.exception
    assert "No log yet" in shown(at)
    assert live_parts.EXAMPLE.strip() in at.code[0].value
    assert {one.label for one in at.download_button} >= {"Download the example", "Download the module"}


def test_the_example_is_the_one_of_the_documentation() -> None:
    documented = (Path(__file__).resolve().parents[2] / "docs" / "instrument.md").read_text(encoding="utf-8")
    assert f"```python\n{live_parts.EXAMPLE}```" in documented
    ast.parse(live_parts.EXAMPLE)
    assert len(live_parts.EXAMPLE.splitlines()) <= 10


def test_reading_nothing_is_refused_with_a_sentence(visit: Visit, project: str) -> None:
    at = button(visit("live_outcomes", project), "Read the log").click().run()
    assert not at.exception
    assert "Choose the files of the log first" in shown(at)


# --- a log --------------------------------------------------------------------------------------------------------


def test_a_log_is_uploaded_read_and_shown_and_is_there_after_a_reload(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = visit("live_outcomes", project)
    at = upload(at, ("app.log", content(projects, [0.1, 0.1, None, 0.1], input={"date_format": "x"})))
    for page in (at, visit("live_outcomes", project)):
        assert not page.exception
        text = shown(page)
        assert "60 outcome records from 1 file" in text
        assert "time zone **UTC**" in text
        assert "Validation passed: 90.0% of the items" in text
        assert "Routed to a human: 10.0% of the items; above 15% on 0 of 3 days" in text
        assert len(page.get("plotly_chart")) == 5  # no error, so nothing to draw of errors
        assert "No metric of the outcome definition is read from the log" in text


def test_broken_lines_are_shown_with_number_and_reason(visit: Visit, projects: Projects, project: str) -> None:
    body = content(projects, [0.1]) + b'{"record_id": "x", "conf\n' + line(HOSTILE, "never").encode() + b"\nINFO go\n"
    at = upload(visit("live_outcomes", project), (HOSTILE + ".log", body))
    assert not at.exception
    assert "2 broken lines left out" in shown(at)
    broken = next(frame.value for frame in at.dataframe if "Why" in frame.value.columns)
    assert list(broken["Line"]) == [21, 22]
    assert broken["Why"][0] == "not valid JSON"
    assert "Its beginning" in broken.columns
    assert_harmless(at)


def test_a_file_that_is_no_log_leaves_what_was_there(visit: Visit, projects: Projects, project: str) -> None:
    at = upload(visit("live_outcomes", project), ("app.log", content(projects, [0.1])))
    at = upload(at, ("notes.txt", b"hello\nworld\n"), press="Read it as the log from now on")
    assert not at.exception
    assert "Cannot read 'notes.txt'" in shown(at)
    assert "20 outcome records from 1 file" in shown(at)
    assert "Cannot read 'notes.txt'" in shown(visit("live_outcomes", project))  # whoever comes back is told as well


def test_another_file_is_added_and_its_repeated_lines_count_once(
    visit: Visit, projects: Projects, project: str
) -> None:
    body = content(projects, [0.1, 0.1])
    at = upload(visit("live_outcomes", project), ("app.log", body))
    at = upload(at, ("app.log.1", body + line("new", "2026-01-05T00:00:00Z").encode()), press="Add to this log")
    assert "41 outcome records from 2 files; 40 repeated lines counted once" in shown(at)


def test_the_alert_is_an_error_on_the_page_and_days_without_data_are_gaps(
    visit: Visit, projects: Projects, project: str
) -> None:
    at = upload(visit("live_outcomes", project), ("app.log", content(projects, [0.3] * 10 + [None] * 2 + [0.3] * 4)))
    assert not at.exception
    assert any("on 14 days in a row" in error.value.replace("\\", "") for error in at.error)
    chart = next(c for c in at.get("plotly_chart") if "went to a human" in c.proto.spec)
    drawn = json.loads(chart.proto.spec)["data"][0]["y"]
    assert drawn[9:13] == [0.3, None, None, 0.3]


def test_the_streak_is_shown_with_its_earliest_end(visit: Visit, projects: Projects, project: str) -> None:
    said = {"metric": HOSTILE, "unit": "%", "measured_by": MeasuredBy.VALIDATION, "tolerance_low": 80.0}
    projects.change(project, Kind.OUTCOME, {**said, "tolerance_high": 100.0}, version=0, who="Ann")
    at = upload(visit("live_outcomes", project), ("app.log", content(projects, [0.5, 0.1, 0.1])))
    assert not at.exception
    told = at.get("progress")[0].proto.text.replace("\\", "")
    assert "2 of 60 days in a row inside the tolerance; done on" in told
    assert "<script" not in re.sub(r"\\.", "", at.get("progress")[0].proto.text)
    assert "Last outside on" in shown(at)


def test_a_log_of_the_past_can_be_judged_as_it_stood(visit: Visit, projects: Projects, project: str) -> None:
    days: list[float | None] = [*([0.3] * 8), *([None] * 20)]
    at = upload(visit("live_outcomes", project), ("app.log", content(projects, days)))
    assert "No data for 20 days" in shown(at)
    at.segmented_control(key=f"{project}/live/as_of").set_value("as it stood on its last day").run()
    assert not at.exception
    assert "went to a human on 8 days in a row" in shown(at)


def test_limits_are_changed_with_a_reason_and_not_without_one(visit: Visit, projects: Projects, project: str) -> None:
    at = upload(visit("live_outcomes", project), ("app.log", content(projects, [0.1])))
    at.number_input(key=f"{project}/live/limits/0/done_days").set_value(30)
    button(at, "Change the limits").click().run()
    assert "Say why the limits are changed" in shown(at)
    assert projects.load(project).limits.done_days == 60
    at.number_input(key=f"{project}/live/limits/0/done_days").set_value(30)
    at.text_input(key=f"{project}/live/limits/0/reason").set_value(HOSTILE)
    for typed, reason in (("", "is empty"), ("twelve", "is no number"), ("100", "is more than 99")):
        at.text_input(key=f"{project}/live/limits/0/routed_above").set_value(typed)
        button(at, "Change the limits").click().run()
        assert reason in shown(at)
    at.text_input(key=f"{project}/live/limits/0/routed_above").set_value("12,5")
    button(at, "Change the limits").click().run()
    assert not at.exception
    assert (projects.load(project).limits.done_days, projects.load(project).limits.routed_above) == (30, 0.125)
    assert "Days in a row for done 60 to 30" in shown(at)
    assert_harmless(at)


def test_the_time_zone_is_changed_by_reading_again(visit: Visit, projects: Projects, project: str) -> None:
    at = upload(visit("live_outcomes", project), ("app.log", line("a", "2026-02-10T23:30:00Z").encode()))
    state = projects.load(project)
    assert state.live is not None
    at.selectbox(key=f"{project}/live/choices/{state.live.reading_id}/zone").set_value("Europe/Berlin").run()
    button(at, "Read it again this way").click().run()
    assert not at.exception
    assert "11 Feb 2026 to 11 Feb 2026, days of the time zone **Europe/Berlin**" in shown(at)


def test_fields_under_other_names_are_typed_into_the_grid(visit: Visit, projects: Projects, project: str) -> None:
    body = json.dumps({"nr": "a", "time": "2026-02-10T10:00:00Z", "sure": 0.4}).encode()
    at = upload(visit("live_outcomes", project), ("app.log", body))
    assert "say which" in shown(at)
    edits = {0: {"Key or column of your log": "nr"}, 3: {"Key or column of your log": " sure "}}
    at.session_state[f"{project}/live/choices//mapping"] = {"edited_rows": edits, "added_rows": [], "deleted_rows": []}
    at = upload(at, ("app.log", body))
    assert not at.exception
    reading = projects.load(project).live
    assert reading is not None
    assert reading.choices.mapping == {"record_id": "nr", "confidence": "sure"}


def test_a_log_is_removed(visit: Visit, projects: Projects, project: str) -> None:
    at = upload(visit("live_outcomes", project), ("app.log", content(projects, [0.1])))
    button(at, "Remove it").click().run()
    assert not at.exception
    assert "No log yet" in shown(at)
    assert projects.load(project).live is None


# --- records and inputs -------------------------------------------------------------------------------------------


def test_a_record_is_found_by_its_id(visit: Visit, projects: Projects, project: str) -> None:
    said = line(HOSTILE, "2026-02-10T10:00:00Z", reason=HOSTILE, prompt_version="p4")
    at = upload(visit("live_outcomes", project), ("app.log", said.encode()))
    at.text_input(key=f"{project}/live/record").set_value("nobody").run()
    assert "No line of the log is about nobody." in shown(at)
    at.text_input(key=f"{project}/live/record").set_value(HOSTILE).run()
    assert not at.exception
    assert "app.log, line 1" in shown(at)
    assert any("p4" in list(frame.value.iloc[:, 1]) for frame in at.dataframe if frame.value.shape[1] == 2)
    assert said in [code.value for code in at.code]
    assert_harmless(at)


def test_drift_is_shown_against_an_earlier_period_and_says_what_is_missing_for_the_sample(
    visit: Visit, projects: Projects, project: str
) -> None:
    before = content(projects, [0.1] * 20 + [None] * 7, input={"date_format": "dd/mm/yyyy"})
    after = content(projects, [0.1] * 7, input={"date_format": "yyyy-mm-dd"})
    at = upload(visit("live_outcomes", project), ("app.log", before + after))
    assert "1 characteristic of 1 changed" in shown(at)
    at.segmented_control(key=f"{project}/live/against").set_value("the audit's sample").run()
    assert not at.exception
    assert "no sample in this project" in shown(at)


def test_a_comparison_that_is_kept_is_there_after_a_restart(
    visit: Visit, projects: Projects, project: str, restart_server: Callable[[], Projects]
) -> None:
    lines = content(projects, [0.1] * 20, input={"date_format": "<b>x</b>"})
    at = upload(visit("live_outcomes", project), ("app.log", lines))
    button(at, "Keep this comparison").click().run()
    assert not at.exception
    kept = restart_server().load(project).live
    assert kept is not None
    assert kept.drift is not None
    at = visit("live_outcomes", project)
    assert "Too few records to tell whether the inputs changed" in shown(at)
    assert live.NOT_AT_HAND in shown(at)
    assert_harmless(at)


def test_after_a_restart_the_figures_are_there_and_the_log_is_said_to_be_gone(
    visit: Visit, projects: Projects, project: str, restart_server: Callable[[], Projects]
) -> None:
    upload(visit("live_outcomes", project), ("app.log", content(projects, [0.1, 0.2], input={"date_format": "x"})))
    restart_server()
    at = visit("live_outcomes", project)
    assert not at.exception
    text = shown(at)
    assert "40 outcome records from 1 file" in text
    assert "Validation passed: 85.0% of the items" in text
    assert live.NOT_AT_HAND in text
    assert not [one for one in at.text_input if one.label == "Record id"]
    assert button(at, "Read it again").disabled
    assert "Add to this log" not in [one.label for one in at.button]
    at = upload(at, ("app.log", content(projects, [0.3])), press="Read the whole log anew")
    assert "20 outcome records from 1 file" in shown(at)


def test_a_reading_that_another_session_has_started_is_followed_and_can_be_cancelled(
    visit: Visit, projects: Projects, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def pause(task: Task, part: float, doing: str | None = None) -> None:
        reached.set()
        go_on.wait(20)
        if task.stopped:
            raise StoppedError

    monkeypatch.setattr(Task, "report", pause)
    handed = live.HandedIn(uploads=[("app.log", lambda path: _put(path, content(projects, [0.1])))])
    running = live.start_reading(projects, project, handed, rule=PathRule(), who="Ann")
    assert reached.wait(20)
    threading.Timer(0.4, running.stop).start()
    threading.Timer(0.5, go_on.set).start()
    at = visit("live_outcomes", project)
    assert not at.exception
    assert live.running(projects, project) is None
    assert "No log yet" in shown(at)
    assert not at.error


def test_two_projects_show_a_log_each(visit: Visit, projects: Projects, project: str) -> None:
    other = projects.create("Letters", who="Ann")
    upload(visit("live_outcomes", project), ("app.log", content(projects, [0.1])))
    upload(visit("live_outcomes", other), ("app.log", content(projects, [0.1, 0.1])))
    assert "20 outcome records" in shown(visit("live_outcomes", project))
    assert "40 outcome records" in shown(visit("live_outcomes", other))


def test_a_review_starts_from_the_reading_of_the_log(visit: Visit, projects: Projects, project: str) -> None:
    said = {"metric": "Correct", "unit": "%", "measured_by": MeasuredBy.VALIDATION, "tolerance_low": 80.0}
    projects.change(project, Kind.OUTCOME, {**said, "tolerance_high": 100.0}, version=0, who="Ann")
    upload(visit("live_outcomes", project), ("app.log", content(projects, [0.1, 0.2])))
    at = visit("outcome", project)
    assert not at.exception
    assert "85" in [one.value for one in at.text_input if one.label == "Reading"]
    assert "filled in from the log" in shown(at)


# --- paths --------------------------------------------------------------------------------------------------------


def test_a_path_is_read_on_a_server_for_this_machine_and_not_on_one_for_others(
    visit: Visit, projects: Projects, project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import streamlit as st

    path = tmp_path / "outcomes.jsonl"
    path.write_bytes(content(projects, [0.1]))
    get_option = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: "0.0.0.0" if name == "server.address" else get_option(name))
    at = visit("live_outcomes", project)
    assert not [one for one in at.text_input if one.label.startswith("Or a path")]
    assert "READINESS_LOGS" in shown(at)
    monkeypatch.setattr(st, "get_option", lambda name: "localhost" if name == "server.address" else get_option(name))
    at = visit("live_outcomes", project)
    at.text_input(key=f"{project}/live//path").set_value(str(path)).run()
    button(at, "Read the log").click().run()
    assert not at.exception
    assert "20 outcome records from 1 file" in shown(at)


def _put(path: Path, body: bytes) -> None:
    path.write_bytes(body)


# --- figures ------------------------------------------------------------------------------------------------------


def test_a_one_sided_tolerance_reaches_the_edge_and_a_day_outside_is_marked() -> None:
    days = [
        DayOutcomes(day=date(2026, 1, 1), items=10, validated=10, passed=9),
        DayOutcomes(day=date(2026, 1, 2)),
        DayOutcomes(day=date(2026, 1, 3), items=10, validated=10, passed=5),
    ]
    figure = live_figures.metric_figure(days, Metric.PASSED, Tolerance(low=0.8), 0.7)
    assert isinstance(figure, Figure)
    drawn = figure.specification
    band, axis = drawn["layout"]["shapes"][0], drawn["layout"]["yaxis"]["range"]
    assert (band["y0"], band["y1"]) == (0.8, axis[1])
    assert drawn["data"][0]["marker"]["symbol"] == ["circle", "circle", "diamond"]
    assert drawn["data"][0]["y"] == [0.9, None, 0.5]
    assert figure.title == "Validation passed: 70.0% of the items; outside tolerance on 1 of 2 days"
    assert figure.table.rows[1][:2] == ("2 Jan 2026", "no data")


@pytest.mark.parametrize(("items", "said"), [(1, "1 item on 1 day"), (1200, "1,200 items on 1 day")])
def test_items_are_counted_in_words(items: int, said: str) -> None:
    days = [DayOutcomes(day=date(2026, 1, 1), items=items)]
    figure = live_figures.metric_figure(days, Metric.ITEMS, None, float(items))
    assert isinstance(figure, Figure)
    assert figure.title == f"{said} with data"


def test_error_types_are_text_in_the_chart() -> None:
    day = DayOutcomes(day=date(2026, 1, 1), items=10, errors={HOSTILE: 3, "A": 2, "B": 2, "C": 1})
    figure = live_figures.error_figure([day])
    assert isinstance(figure, Figure)
    assert figure.title.endswith(f"the most frequent is {HOSTILE}, 30.0% of the items")
    assert "<script" not in json.dumps(figure.specification)
    assert [round(trace["y"][0], 2) for trace in figure.traces] == [0.3, 0.2, 0.2, 0.1]


def test_errors_that_are_counted_together_are_never_said_to_be_a_type() -> None:
    days = [DayOutcomes(day=date(2026, 1, 1), items=10, errors={OTHER_ERRORS: 5, "KeyError": 1})]
    figure = live_figures.error_figure(days)
    assert isinstance(figure, Figure)
    assert figure.title == "60.0% of the items had an error; the most frequent is KeyError, 10.0% of the items"
    days = [DayOutcomes(day=date(2026, 1, 1), items=10, errors={OTHER_ERRORS: 5})]
    figure = live_figures.error_figure(days)
    assert isinstance(figure, Figure)
    assert figure.title == "50.0% of the items had an error, of no type that is a name"


@pytest.mark.parametrize("metric", [Metric.PASSED, Metric.COST, Metric.ITEMS])
def test_a_period_without_data_is_a_sentence(metric: Metric) -> None:
    days = [DayOutcomes(day=date(2026, 1, 1))]
    assert isinstance(live_figures.metric_figure(days, metric, None, None), str)
    assert isinstance(live_figures.error_figure(days), str)
    assert isinstance(live_figures.latency_figure(days), str)
