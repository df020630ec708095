"""What a workshop of thirty costs the server: the looks of every phone, and thirty votes that are sent at once.

The phones are real sessions of a real server, spoken to over its websocket as a browser does; each looks every three
seconds whether something is to be done, votes on the four questions, and is counted in the end.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from readiness.project import asking, voting
from readiness.project.example import open_example
from readiness.project.joining import code_of
from readiness.project.opening import open_projects
from tests.conftest import Dashboard, launch_dashboard, wait_until_healthy

PHONES = 30
IDLE_SECONDS = 15.0
REASON = "said by phone"


def main() -> None:
    """Print what a look costs the server, how long it takes, and how long thirty votes take."""
    with tempfile.TemporaryDirectory() as name:
        store = Path(name) / "bench.duckdb"
        project, code, vote = _prepare(store)
        with _dashboard(store, Path(name)) as dashboard:
            asyncio.run(_workshop(dashboard, code))
        projects = open_projects(store)
        done = asking.attendance(projects, project, vote).names("done")
        asking.reveal(projects, project, vote, who="Bench")
        state = projects.load(project)
        tallies = voting.results(state, state.rounds[0]).values()
        kept = sum(len(tally.votes) for tally in tallies)
        projects.store.close()
    print(f"{len(done)} of {PHONES} people are done, {kept} of {PHONES * 4} votes are kept", flush=True)
    sys.exit(len(done) != PHONES or kept != PHONES * 4)


def _prepare(store: Path) -> tuple[str, str, str]:
    """Project, code of its link, and the open round of votes."""
    from readiness.diagnosis.failure_modes import FailureMode

    projects = open_projects(store)
    project = open_example(projects, who="Bench")
    vote = voting.open_round(projects, project, {mode: f"Is {mode} in order?" for mode in FailureMode}, who="Bench")
    code = code_of(project, [row.id for row in projects.rows()])
    projects.store.close()
    return project, code, vote.id


@contextmanager
def _dashboard(store: Path, folder: Path) -> Iterator[Dashboard]:
    dashboard = launch_dashboard(store, folder, {})
    try:
        wait_until_healthy(dashboard)
        yield dashboard
    finally:
        dashboard.stop()


async def _workshop(dashboard: Dashboard, code: str) -> None:
    phones = [Phone(dashboard, code, f"Person {number}") for number in range(PHONES)]
    opened = [await phone.open() for phone in phones]
    _report("opening the link", opened)
    await _idle(dashboard, phones, 2.0)
    before = _cpu_seconds(dashboard.process)
    looks = await _idle(dashboard, phones, IDLE_SECONDS)
    cpu = (_cpu_seconds(dashboard.process) - before) / len(looks) * 1000
    _report("a look, waiting included", looks)
    print(f"{'a look, server time':<28} {cpu:8.1f} ms   ({len(looks)} looks of {PHONES} phones)", flush=True)
    before = _cpu_seconds(dashboard.process)
    _report("thirty votes at once", list(await asyncio.gather(*(phone.vote() for phone in phones))))
    cpu = (_cpu_seconds(dashboard.process) - before) / PHONES * 1000
    print(f"{'a vote, server time':<28} {cpu:8.1f} ms", flush=True)
    looks = await _idle(dashboard, phones, IDLE_SECONDS / 3)
    _report("a look after the votes", looks)
    for phone in phones:
        await phone.close()


async def _idle(dashboard: Dashboard, phones: list[Phone], seconds: float) -> list[float]:
    """How long each look took while all phones only wait."""
    end = time.monotonic() + seconds

    async def wait(phone: Phone) -> list[float]:
        await asyncio.sleep(random.random() * phone.look_every)
        taken = []
        while time.monotonic() < end:
            taken.append(await phone.look())
            await asyncio.sleep(phone.look_every)
        return taken

    return [one for taken in await asyncio.gather(*map(wait, phones)) for one in taken]


class Phone:
    """One participant's session, without a browser."""

    def __init__(self, dashboard: Dashboard, code: str, name: str) -> None:
        self._url = f"ws://localhost:{dashboard.port}/_stcore/stream"
        self._query = urlencode({"join": code, "name": name})
        self._page = ""
        self._fragment = ""
        self.look_every = 3.0
        self._fields: list[tuple[str, str]] = []  # kind and id of what can be filled in, in the order of the page

    async def open(self) -> float:
        """Join; how long the page took, in ms."""
        from websockets.asyncio.client import connect

        self._socket = await connect(self._url, subprotocols=["streamlit"], max_size=None)  # type: ignore[list-item]
        return await self._run()

    async def look(self) -> float:
        """One look whether something is to be done, in ms."""
        return await self._run(fragment=self._fragment)

    async def vote(self) -> float:
        """Answer the four questions and send them, in ms."""
        from streamlit.proto.WidgetStates_pb2 import WidgetStates

        states = WidgetStates()
        for kind, identifier in self._fields:
            state = states.widgets.add()
            state.id = identifier
            if kind == "button_group":
                state.string_array_value.data.append("no")
            elif kind == "text_area":
                state.string_value = REASON
            else:
                state.trigger_value = True
        return await self._run(states=states)

    async def close(self) -> None:
        await self._socket.close()

    async def _run(self, *, fragment: str = "", states: Any = None) -> float:
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_script_hash = self._page
        if fragment:
            message.rerun_script.fragment_id = fragment
            message.rerun_script.is_auto_rerun = True
        if states is not None:
            message.rerun_script.widget_states.CopyFrom(states)
        started = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await self._socket.recv())
            self._note(answer)
            if answer.WhichOneof("type") == "script_finished":
                return (time.perf_counter() - started) * 1000

    def _note(self, answer: Any) -> None:
        kind = answer.WhichOneof("type")
        if kind == "new_session":
            self._page = answer.new_session.page_script_hash
        elif kind == "auto_rerun":
            self._fragment, self.look_every = answer.auto_rerun.fragment_id, answer.auto_rerun.interval
        elif kind == "delta":
            element = answer.delta.new_element
            shown = element.WhichOneof("type")
            if shown in {"button_group", "text_area"}:
                self._fields.append((shown, getattr(element, shown).id))
            elif shown == "button" and element.button.is_form_submitter:
                self._fields.append((shown, element.button.id))


def _cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """What a process has used of the processors so far, where the system tells."""
    stat = Path(f"/proc/{process.pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _report(name: str, taken: list[float]) -> None:
    ordered = sorted(taken)
    late = ordered[int(len(ordered) * 0.95) - 1]
    print(f"{name:<28} {statistics.median(ordered):8.0f} ms   (95% within {late:.0f} ms)", flush=True)


if __name__ == "__main__":
    main()
