"""The server around the pages: whom it answers, what it sends, how it starts and how it stops."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.dashboard import DEFAULT_PORT, claim_port, run_dashboard, streamlit_arguments
from readiness.errors import InvalidValueError, StoreInUseError
from readiness.server import (
    PAGE_SHELL_SCRIPT,
    ClosedPaths,
    KnownHosts,
    SecurityHeaders,
    content_security_policy,
    is_known_host,
    load_page_libraries,
    send_without_delay,
)
from tests.conftest import Dashboard, launch_dashboard, wait_until_healthy

CHECKOUT = Path(__file__).resolve().parents[1]
ALLOWED = ("localhost", "127.0.0.1", "::1")


async def plain_application(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"SAMEORIGIN")]})
    await send({"type": "http.response.body", "body": b"page"})


def ask(application: Any, *, host: bytes | None = b"localhost:8501", path: str = "/", kind: str = "http") -> list[Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    headers = [] if host is None else [(b"host", host)]
    asyncio.run(application({"type": kind, "path": path, "headers": headers}, receive, send))
    return sent


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8501", "LOCALHOST:1", "localhost.", "127.0.0.1:8501", "[::1]:8501"]
)
def test_this_machines_own_names_are_known(host: str) -> None:
    assert is_known_host(host, ALLOWED)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "evil.example:8501",
        "localhost:port",
        "localhost/evil",
        "user@localhost",
        "localhost?x",
        "localhost#x",
        "localhost;default-src *",
        "local host",
        "127.0.0.1.evil.example",
        "[::2]:8501",
        "[",
    ],
)
def test_any_other_host_is_unknown(host: str) -> None:
    assert not is_known_host(host, ALLOWED)


def test_a_pattern_allows_names_below_a_domain_but_not_the_domain_beside_it() -> None:
    assert is_known_host("workshop.example.org", ["*.example.org"])
    assert not is_known_host("badexample.org", ["*.example.org"])
    assert is_known_host("anything", ["*"])


@given(st.text())
def test_a_host_of_any_text_is_judged_without_an_error_and_never_breaks_a_policy(host: str) -> None:
    if is_known_host(host, ["*"]):
        assert not set(host) & set(" ;,'\"\r\n")


def test_a_request_for_an_unknown_host_never_reaches_the_application() -> None:
    start, body = ask(KnownHosts(plain_application, ALLOWED), host=b"evil.example")
    assert start["status"] == 421
    assert body["body"] != b"page"


def test_a_request_without_a_host_is_refused() -> None:
    assert ask(KnownHosts(plain_application, ALLOWED), host=None)[0]["status"] == 421


def test_a_websocket_of_an_unknown_host_is_closed_before_it_opens() -> None:
    sent = ask(KnownHosts(plain_application, ALLOWED), host=b"evil.example", kind="websocket")
    assert [message["type"] for message in sent] == ["websocket.close"]


def test_a_known_host_is_passed_on() -> None:
    assert ask(KnownHosts(plain_application, ALLOWED))[0]["status"] == 200


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/"])
def test_a_closed_path_is_not_found(path: str) -> None:
    assert ask(ClosedPaths(plain_application), path=path)[0]["status"] == 404


def test_the_headers_replace_weaker_ones_of_the_application() -> None:
    headers = ask(SecurityHeaders(plain_application))[0]["headers"]
    assert [value for name, value in headers if name == b"x-frame-options"] == [b"DENY"]


def test_the_policy_allows_no_source_from_outside_and_no_code_made_from_text() -> None:
    policy = content_security_policy("localhost:8501").decode()
    assert "ws://localhost:8501" in policy
    assert "'unsafe-eval'" not in policy
    assert "*" not in policy
    assert not re.search(r"\bhttps?:", policy)


def test_the_allowed_inline_script_is_the_one_of_the_installed_page_shell() -> None:
    import streamlit

    shell = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", shell, re.DOTALL)
    hashes = [f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}" for text in scripts]
    assert hashes == [PAGE_SHELL_SCRIPT]


def test_a_listener_made_without_naming_tcp_still_sends_small_answers_at_once() -> None:
    async def option_of_an_accepted_connection() -> int:
        loop = asyncio.get_running_loop()
        send_without_delay(loop)
        connected: asyncio.Future[int] = loop.create_future()

        class Greeter(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                accepted = transport.get_extra_info("socket")
                connected.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                transport.close()

        listener = socket.socket(socket.AF_INET)
        listener.bind(("127.0.0.1", 0))
        async with await loop.create_server(Greeter, sock=listener):
            _reader, writer = await asyncio.open_connection(*listener.getsockname())
            option = await connected
            writer.close()
            await writer.wait_closed()
        return option

    assert asyncio.run(option_of_an_accepted_connection()) != 0


def test_a_page_library_that_is_missing_does_not_stop_the_others_from_being_loaded() -> None:
    import gc

    loaded: list[str] = []

    def load(name: str) -> None:
        if name == "missing":
            raise ImportError(name)
        loaded.append(name)

    load_page_libraries(["missing", "present"], load=load)
    gc.unfreeze()
    assert loaded == ["present"]


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InvalidValueError, match=rf"Port: {port} is in use .* --port"):
            claim_port("localhost", port)


def test_port_nought_becomes_a_free_one() -> None:
    assert claim_port("localhost", 0) > 0


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(InvalidValueError, match="between 0 and 65535"):
        claim_port("localhost", port)


def test_a_port_variable_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_PORT", "many")
    with pytest.raises(InvalidValueError, match="STREAMLIT_SERVER_PORT: 'many'"):
        run_dashboard(store=tmp_path / "x.duckdb", port=None, open_browser=False)


def test_the_settings_file_and_the_launcher_name_the_same_port() -> None:
    import tomllib

    settings = tomllib.loads((CHECKOUT / ".streamlit/config.toml").read_text("utf-8"))
    assert settings["server"]["port"] == DEFAULT_PORT
    assert "--server.headless=true" in streamlit_arguments(Path("app.py"), DEFAULT_PORT)


def fetch(dashboard: Any, path: str = "/", *, host: str | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", dashboard.port, timeout=20)
    connection.request("GET", path, headers={"Host": host or f"localhost:{dashboard.port}"})
    answer = connection.getresponse()
    answer.text = answer.read().decode("utf-8", "replace")  # type: ignore[attr-defined]
    connection.close()
    return answer


def test_a_started_dashboard_serves_this_machine_alone_and_stops_cleanly(dashboard: Any) -> None:
    page = fetch(dashboard)
    assert page.status == 200
    assert page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert fetch(dashboard, "/_stcore/health").status == 200
    assert fetch(dashboard, "/_stcore/metrics").status == 404
    assert fetch(dashboard, host="evil.example").status == 421
    settings = json.loads(fetch(dashboard, "/_stcore/host-config").text)  # type: ignore[attr-defined]
    assert settings["metricsUrl"] == ""
    assert dashboard.url in dashboard.output()
    assert dashboard.stop() == 0
    assert "Traceback" not in dashboard.output()
    assert "leaked" not in dashboard.output()


@pytest.fixture(scope="module")
def running_dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A healthy dashboard for tests that leave it as it is."""
    folder = tmp_path_factory.mktemp("running")
    dashboard = launch_dashboard(folder / "readiness.duckdb", folder, {})
    try:
        wait_until_healthy(dashboard)
        yield dashboard
    finally:
        dashboard.stop()


def test_the_dashboard_is_not_reachable_from_another_machine(running_dashboard: Dashboard) -> None:
    with socket.socket() as outside:
        outside.settimeout(5)
        # 127.0.0.2 is this machine under an address that the server was not told to listen on.
        with pytest.raises(OSError, match="refused"):
            outside.connect(("127.0.0.2", running_dashboard.port))


def test_ctrl_c_ends_the_dashboard_without_a_traceback(dashboard: Any) -> None:
    dashboard.process.send_signal(signal.SIGINT)
    assert dashboard.process.wait(timeout=20) == 0
    assert "Traceback" not in dashboard.output()


def test_a_second_dashboard_over_the_same_project_file_is_told_who_has_it(running_dashboard: Dashboard) -> None:
    with pytest.raises(StoreInUseError, match=str(running_dashboard.process.pid)):
        run_dashboard(store=running_dashboard.store, port=0, open_browser=False)


def test_the_command_line_says_in_one_sentence_that_the_project_file_is_in_use(running_dashboard: Dashboard) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "readiness", "--db", str(running_dashboard.store), "--port", "0", "--no-browser"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "in use" in done.stderr


def test_a_workshop_lets_a_further_name_in_by_an_environment_variable(start_dashboard: Any) -> None:
    dashboard = start_dashboard(STREAMLIT_SERVER_ALLOWED_HOSTS="localhost workshop.example")
    assert fetch(dashboard, host="workshop.example:8501").status == 200
    assert fetch(dashboard, host="evil.example").status == 421
