"""Starts the dashboard: one process that serves the pages over one project file."""

from __future__ import annotations

import os
import runpy
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from readiness.errors import InvalidValueError
from readiness.locations import application_root, default_store_path
from readiness.store import Store

DEFAULT_ADDRESS = "localhost"
DEFAULT_PORT = 8501
ADDRESS_VARIABLE = "STREAMLIT_SERVER_ADDRESS"
PORT_VARIABLE = "STREAMLIT_SERVER_PORT"
STORE_VARIABLE = "READINESS_DB"

_SECONDS_TO_WAIT_FOR_HEALTH = 30.0


def run_dashboard(*, store: Path | None, port: int | None, open_browser: bool) -> int:
    """The exit code of the dashboard, once it has been stopped.

    Port 0 takes any free one. Raises InvalidValueError when the port cannot be had and a StoreError when the project
    file cannot be used, both before anything is served.
    """
    address = os.environ.get(ADDRESS_VARIABLE) or DEFAULT_ADDRESS
    chosen_port = claim_port(address, _wanted_port(port))
    chosen_store = (store or default_store_path()).expanduser().resolve()
    # Held from the start to the end, so that a second dashboard is told at once and not by its first page. The pages
    # open it again: within one process that is the same store.
    with Store.open(chosen_store):
        os.environ[STORE_VARIABLE] = str(chosen_store)
        url = f"http://{_address_to_visit(address)}:{chosen_port}"
        print(f"Readiness is at {url} (project file: {chosen_store}). Stop it with Ctrl+C.", flush=True)
        if open_browser and a_browser_can_open():
            threading.Thread(target=_open_when_healthy, args=(url,), name="open-browser", daemon=True).start()
        return _serve(chosen_port)


def claim_port(address: str, port: int) -> int:
    """`port` when the server could listen there; for 0, one that is free now."""
    if not 0 <= port <= 65535:
        raise InvalidValueError("Port", port, "is not between 0 and 65535")
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except PermissionError as exc:
            raise InvalidValueError("Port", port, "may not be used by you; choose one above 1023 with --port") from exc
        except OSError as exc:
            reason = "is in use by another program; close that one, or choose another with --port"
            raise InvalidValueError("Port", port, reason) from exc
        claimed: int = probe.getsockname()[1]
        return claimed


def a_browser_can_open() -> bool:
    """Whether this machine has a screen that a browser could show."""
    return sys.platform in {"win32", "darwin"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def streamlit_arguments(script: Path, port: int) -> Sequence[str]:
    """The command line that Streamlit sees. All other settings stand in .streamlit/config.toml beside the script."""
    return ("streamlit", "run", str(script), f"--server.port={port}", "--server.headless=true")


def _wanted_port(port: int | None) -> int:
    if port is not None:
        return port
    named = os.environ.get(PORT_VARIABLE, "")
    if not named:
        return DEFAULT_PORT
    if not named.isdecimal():
        raise InvalidValueError(PORT_VARIABLE, named, "is not a port number")
    return int(named)


def _serve(port: int) -> int:
    """Run Streamlit's command in this process, where it finds its settings beside the script.

    The server stops by itself on a signal and then passes it on; these handlers make that a clean end.
    """
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    sys.argv = list(streamlit_arguments(application_root() / "app.py", port))
    try:
        runpy.run_module("streamlit", run_name="__main__")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 0


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _address_to_visit(address: str) -> str:
    if address in {"0.0.0.0", "::", ""}:
        return DEFAULT_ADDRESS
    return f"[{address}]" if ":" in address else address


def _open_when_healthy(url: str) -> None:
    deadline = time.monotonic() + _SECONDS_TO_WAIT_FOR_HEALTH
    while time.monotonic() < deadline:
        if _is_healthy(url):
            webbrowser.open(url)
            return
        time.sleep(0.1)


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
