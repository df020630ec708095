"""How long a user waits: for `readiness --help`, for the dashboard to be healthy, for its first page and a rerun.

Each figure is taken in a fresh process: the median of several runs, with the fastest and the slowest.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
RUNS = 5
_START = (
    "import sys; from pathlib import Path; from readiness.dashboard import run_dashboard; "
    "sys.exit(run_dashboard(store=Path(sys.argv[1]), port=int(sys.argv[2]), open_browser=False))"
)
_CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]


def main() -> None:
    """Print the figures as a table."""
    report("python alone", seconds_of(lambda: run_python("-c", "pass")))
    report("readiness --help", seconds_of(lambda: run_python("-m", "readiness", "--help")))
    report("dashboard: start to healthy", [healthy_seconds() for _ in range(RUNS)])
    report_pages()


def report(name: str, seconds: list[float]) -> None:
    """One line of the table."""
    print(f"{name:<34} {statistics.median(seconds):7.3f} s   ({min(seconds):.3f} - {max(seconds):.3f})", flush=True)


def seconds_of(action: Callable[[], object], runs: int = RUNS) -> list[float]:
    """The wall time of each of `runs` calls."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        taken.append(time.perf_counter() - started)
    return taken


def run_python(*arguments: str) -> None:
    """Run Python as a whole process."""
    subprocess.run([sys.executable, *arguments], cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)


def healthy_seconds() -> float:
    """From the start of the process to the first healthy answer."""
    started = time.perf_counter()
    with running_dashboard():
        return time.perf_counter() - started


@contextlib.contextmanager
def running_dashboard() -> Iterator[str]:
    """The address of a healthy dashboard over an empty store."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        command = [sys.executable, "-c", _START, str(Path(folder) / "bench.duckdb"), str(port)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("STREAMLIT_", "READINESS_"))}
        process = subprocess.Popen(command, cwd=CHECKOUT, env=kept, stdout=subprocess.DEVNULL)
        try:
            _wait_until_healthy(f"http://localhost:{port}", process)
            yield f"http://localhost:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def report_pages() -> None:
    """The first page of a fresh dashboard, and the same page once everything is loaded, in a real browser."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("dashboard: pages                   not measured, as there is no Chromium on this machine")
        return
    from playwright.sync_api import sync_playwright

    first, again = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_CHROMIUM_ARGUMENTS)
        for _ in range(RUNS):
            with running_dashboard() as url:
                first.append(_page_seconds(browser, url))
                again.append(_page_seconds(browser, url))
        browser.close()
    report("dashboard: first page, new browser", first)
    report("dashboard: second page, the same", again)


def _page_seconds(browser: object, url: str) -> float:
    context = browser.new_context()  # type: ignore[attr-defined]
    page = context.new_page()
    started = time.perf_counter()
    page.goto(url)
    page.locator("[data-testid=stMain] h1, [data-testid=stMain] h2").first.wait_for(timeout=30_000)
    page.locator("[data-test-script-state=running]").wait_for(state="detached")
    taken = time.perf_counter() - started
    context.close()
    return taken


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.perf_counter() + 30
    while time.perf_counter() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"The dashboard ended with {process.returncode}.")
        if is_healthy(url):
            return
        time.sleep(0.01)
    raise SystemExit("The dashboard was not healthy within 30 s.")


def is_healthy(url: str) -> bool:
    """Whether the dashboard at `url` answers."""
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


if __name__ == "__main__":
    main()
