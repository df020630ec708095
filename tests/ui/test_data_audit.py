"""The Data audit page beyond the way through: rules across fields, an older file, what the sample cannot show."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from readiness.audit.rules import Relation, RelationKind
from readiness.errors import StoppedError
from readiness.project import Kind, Projects
from readiness.project.running import Task
from tests.ui.test_chain import CSV, Visit, button
from tests.ui.typed_grid import edit

OLDER = CSV.replace(b"/01/2024", b".06.2022").replace(b"Vendor", b"Supplier")


@pytest.fixture
def audited(projects: Projects) -> str:
    identifier = projects.create("Invoices", who="Ann")
    projects.read_upload(identifier, "invoices.csv", _put, who="Ann")
    projects.run_audit(identifier, who="Ann")
    return identifier


def _put(path: Path) -> None:
    path.write_bytes(CSV)


def shown(at: Any) -> str:
    texts = [*at.markdown, *at.caption, *at.warning, *at.error, *at.info]
    return " ".join(text.value.replace("\\", "") for text in texts)


def test_a_rule_across_fields_is_added_by_hand_and_checked_by_the_next_audit(
    visit: Visit, projects: Projects, audited: str
) -> None:
    at = visit("data_audit", audited)
    at.segmented_control(key=f"{audited}/relation_kind").set_value(RelationKind.DEPENDENCY).run()
    at.multiselect(key=f"{audited}/new_relation/fields").set_value(["date", "vendor"]).run()
    button(at, "Add the rule").click().run()
    assert not at.exception
    added = [one for one in projects.load(audited).rules.relations if one.edited]
    assert [(one.kind, one.fields, one.applied) for one in added] == [
        (RelationKind.DEPENDENCY, ("date", "vendor"), True)
    ]
    at.button(key="run_audit").click().run()
    assert not at.exception
    audit = projects.load(audited).audit
    assert audit is not None
    assert any(hint.kind == "no_majority" for hint in audit.report.hints)  # each day has several vendors


def test_a_rule_across_fields_with_one_field_is_refused_with_a_sentence(visit: Visit, audited: str) -> None:
    at = visit("data_audit", audited)
    at.multiselect(key=f"{audited}/new_relation/fields").set_value(["date"]).run()
    button(at, "Add the rule").click().run()
    assert not at.exception
    assert "Choose two fields" in shown(at)


def test_an_offered_rule_is_switched_on_in_the_grid(visit: Visit, projects: Projects, audited: str) -> None:
    offer = Relation(kind=RelationKind.DEPENDENCY, fields=("invoice", "vendor"), support=0.99, records=50)
    projects.save_relation(audited, offer, version=projects.load(audited).version_of(Kind.FIELD_RULES), who="Ann")
    at = visit("data_audit", audited)
    place = [one.id for one in projects.load(audited).rules.relations].index(offer.id)
    edit(at, f"{audited}/relations", place, applied=True)
    assert not at.exception
    assert projects.load(audited).rules.relations[place].applied


@pytest.mark.parametrize(
    ("column", "value", "sentence"), [("pattern", "([0-9]", "no regular expression"), ("low", "cheap", "is no number")]
)
def test_a_rule_that_cannot_be_applied_is_refused_where_it_is_typed(
    visit: Visit, projects: Projects, audited: str, column: str, value: str, sentence: str
) -> None:
    at = visit("data_audit", audited)
    edit(at, f"{audited}/rules", 3, **{column: value})
    assert not at.exception
    assert sentence in shown(at)
    rule = projects.load(audited).rules.of("amount")
    assert rule is not None
    assert (rule.low, rule.pattern) == ("", "")


def test_an_older_file_is_compared_and_the_changes_are_named(visit: Visit, projects: Projects, audited: str) -> None:
    at = visit("data_audit", audited)
    at.file_uploader(key=f"older/{audited}").upload("older.csv", OLDER).run()
    assert not at.exception
    record = projects.load(audited).shift
    assert record is not None
    assert "Shift from older.csv" in shown(at)


def test_an_older_file_that_cannot_be_read_is_refused_with_a_sentence(
    visit: Visit, projects: Projects, audited: str
) -> None:
    at = visit("data_audit", audited)
    at.file_uploader(key=f"older/{audited}").upload("older.csv", b"").run()
    assert not at.exception
    assert "older.csv" in shown(at)
    assert projects.load(audited).shift is None


def test_the_page_says_what_the_sample_cannot_show(visit: Visit, audited: str) -> None:
    at = visit("data_audit", audited)
    assert any(expander.label == "What this sample cannot show" for expander in at.expander)


def test_an_audit_that_another_session_has_started_is_followed_and_can_be_cancelled(
    visit: Visit, projects: Projects, audited: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def pause(task: Task, part: float, doing: str | None = None) -> None:
        reached.set()
        go_on.wait(20)
        if task.stopped:
            raise StoppedError

    monkeypatch.setattr(Task, "report", pause)
    running = projects.start_audit(audited, who="Ann")
    assert reached.wait(20)
    threading.Timer(0.5, running.stop).start()
    threading.Timer(0.6, go_on.set).start()
    at = visit("data_audit", audited)
    assert not at.exception
    assert projects.running(audited) is None
