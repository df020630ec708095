"""Many sessions at once, and processes that die: what was acknowledged is there, what was not is not there by half."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from readiness.errors import ConflictError, InvalidValueError
from readiness.store import ProjectRow, Store

SESSIONS = 30


def at_once(act: Callable[[int], object]) -> list:
    """What `act` gives for each session's number, all of them starting together."""
    start = threading.Barrier(SESSIONS)

    def session(number: int) -> object:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(SESSIONS) as sessions:
        return list(sessions.map(session, range(SESSIONS)))


def test_thirty_sessions_that_read_and_write_lose_nothing_and_see_only_whole_states(store, project) -> None:
    def session(number: int) -> None:
        for version in range(4):
            pair = [("left", str(number), {"n": version}, version), ("right", str(number), {"n": version}, version)]
            store.save_many(project.id, pair, who=f"s{number}", what="edited")
            seen = store.documents(project.id)
            left, right = ({d.key: d.body for d in seen if d.kind == kind} for kind in ("left", "right"))
            assert left == right
            assert left[str(number)] == {"n": version}

    at_once(session)
    documents = store.documents(project.id)
    assert len(documents) == 2 * SESSIONS
    assert {(document.version, document.body["n"]) for document in documents} == {(4, 3)}
    sequences = [entry.sequence for entry in store.journal(project.id, limit=1_000)]
    assert sequences == list(range(1 + 2 * SESSIONS * 4, 0, -1))
    assert store.project(project.id).revision == sequences[0]


def test_thirty_sessions_that_change_parts_of_their_own_all_get_through(store: Store, project: ProjectRow) -> None:
    empty = {f"part{number}": 0 for number in range(SESSIONS)}
    store.save(project.id, "plan", "", empty, version=0, who="", what="")

    def session(number: int) -> None:
        store.save(project.id, "plan", "", {**empty, f"part{number}": 1}, version=1, who=str(number), what="")

    at_once(session)
    document = store.document(project.id, "plan")
    assert document is not None
    assert (document.version, document.body) == (1 + SESSIONS, dict.fromkeys(empty, 1))


def test_of_thirty_sessions_that_change_one_part_one_is_first_and_the_others_are_told(store, project) -> None:
    store.save(project.id, "plan", "", {"days": 0}, version=0, who="", what="")

    def session(number: int) -> ConflictError | None:
        try:
            store.save(project.id, "plan", "", {"days": number + 1}, version=1, who=f"s{number}", what="")
        except ConflictError as conflict:
            return conflict
        return None

    results = at_once(session)
    document = store.document(project.id, "plan")
    assert document is not None
    first = document.body["days"] - 1
    assert [number for number, conflict in enumerate(results) if conflict is None] == [first]
    for number, conflict in enumerate(results):
        if conflict is not None:
            assert (conflict.mine, conflict.theirs, conflict.by) == ({"days": number + 1}, document.body, f"s{first}")


def test_a_name_is_given_once_even_to_thirty_who_want_it_together(store: Store) -> None:
    def session(number: int) -> bool:
        try:
            store.create_project("Invoices", who=f"s{number}")
        except InvalidValueError:
            return False
        return True

    assert sum(at_once(session)) == 1
    assert len(store.projects()) == 1


def test_a_failure_within_a_save_leaves_nothing_and_the_next_one_goes_through(store, project) -> None:
    def fail_half_way() -> None:
        with store._writing(project.id, "Ann", "fails") as write:
            write.cursor.execute("UPDATE project SET name = 'half done'")
            raise ZeroDivisionError

    before = store.journal(project.id)
    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert store.projects() == [project]
    assert store.journal(project.id) == before
    assert store.save(project.id, "note", "", {}, version=0, who="Ann", what="").version == 1


WRITER = """
import sys
from pathlib import Path
from readiness.store import Store
store = Store.open(Path(sys.argv[1]))
project = store.create_project("Invoices", who="Ann")
print(project.id, flush=True)
for number in range(1_000_000):
    changes = [(kind, str(number), {"text": "x" * 2_000}, 0) for kind in ("left", "right")]
    store.save_many(project.id, changes, who="Ann", what="edited")
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_a_process_that_is_killed_while_it_writes_loses_nothing_that_it_had_acknowledged(path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    project_id = process.stdout.readline().strip()
    acknowledged = [int(process.stdout.readline()) for _ in range(60)]
    process.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in process.stdout.read().splitlines()]
    process.wait()
    process.stdout.close()

    with Store.open(path) as store:
        left, right = ({d.key for d in store.documents(project_id, kind)} for kind in ("left", "right"))
        assert left == right
        assert {str(number) for number in acknowledged} <= left
        assert len(left) <= len(acknowledged) + 1  # one may be saved whose acknowledgement was not printed any more
        assert store.project(project_id).revision == store.journal_count(project_id) == 1 + 2 * len(left)
        store.save(project_id, "left", "next", {}, version=0, who="Bob", what="")
