"""What tests share: what a unit test is, the folder of real files, a browser, a running dashboard, and LibreOffice."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED_DATASETS = CHECKOUT.parent / "shared" / "datasets"
PAGES_IN_PROCESS = CHECKOUT / "tests" / "ui"  # whole pages, run by Streamlit's AppTest
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# No sandbox, since containers run as root; and no errands of the browser's own to the outside.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECONDS_TO_HEALTH = 30.0
# Whoever asks for one of these asks for another program, a started server or files that are not in this checkout.
BEYOND_A_UNIT = frozenset({"chromium", "start_dashboard", "running_dashboard", "libreoffice_all", "shared_datasets"})

# A slow machine is no fault of the code: tests assert, benchmarks measure.
settings.register_profile("untimed", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("untimed")

_START = (
    "import sys; from pathlib import Path; from readiness.dashboard import run_dashboard; "
    "sys.exit(run_dashboard(store=Path(sys.argv[1]), port=int(sys.argv[2]), open_browser=False))"
)


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that runs in a process of its own."""

    url: str
    port: int
    store: Path
    log: Path
    process: subprocess.Popen[bytes]

    def output(self) -> str:
        """What it has written to the terminal so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> int:
        """Its exit code after a polite request to end."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(timeout=20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test by what it asks for, whatever asks for it on the way: `-m unit` and `-m browser` choose."""
    for item in items:
        asked_for = set(getattr(item, "fixturenames", ()))
        if "chromium" in asked_for:
            item.add_marker(pytest.mark.browser)
        if not (asked_for & BEYOND_A_UNIT or PAGES_IN_PROCESS in item.path.parents or item.get_closest_marker("large")):
            item.add_marker(pytest.mark.unit)
    # The longest files first, so that no core waits for another's at the end: a browser's, then those of whole pages.
    items.sort(key=lambda item: (item.get_closest_marker("browser") is None, PAGES_IN_PROCESS not in item.path.parents))


@pytest.fixture(scope="session")
def shared_datasets() -> Path:
    """The folder of real files beside the checkout."""
    if not SHARED_DATASETS.is_dir():
        pytest.skip("there is no folder shared/datasets beside this checkout")
    return SHARED_DATASETS


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the Chromium on this machine."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        reason = "no Chromium on this machine (Debian's package is called chromium)"
        if os.environ.get("READINESS_REQUIRE_BROWSER") == "1":
            pytest.fail(f"READINESS_REQUIRE_BROWSER is set, and there is {reason}")
        pytest.skip(f"there is {reason}")
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A running Chromium. It ends with its module, as no test can run an event loop of its own beside it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of a browser that knows nothing of other tests."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, accept_downloads=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def start_dashboard(tmp_path: Path) -> Iterator[Callable[..., Dashboard]]:
    """A function that starts a dashboard and returns it once it is healthy: (store=None, **environment)."""
    with contextlib.ExitStack() as running:

        def start(store: Path | None = None, **environment: str) -> Dashboard:
            dashboard = launch_dashboard(store or tmp_path / "readiness.duckdb", tmp_path, environment)
            running.callback(dashboard.stop)
            wait_until_healthy(dashboard)
            return dashboard

        yield start


@pytest.fixture
def dashboard(start_dashboard: Callable[..., Dashboard]) -> Dashboard:
    """A healthy dashboard on a free port over an empty store."""
    return start_dashboard()


@pytest.fixture(scope="session")
def libreoffice_all(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[Path], str], dict[str, Path]]:
    """Opens files in one run of LibreOffice, calculates them anew, and saves them in another format; by stem."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed, so no file can be opened and calculated by it")
    profile = tmp_path_factory.mktemp("libreoffice")

    def convert(sources: Sequence[Path], suffix: str) -> dict[str, Path]:
        target = tmp_path_factory.mktemp("converted")
        command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", suffix]
        done = subprocess.run(
            [*command, "--outdir", str(target), *map(str, sources)],
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        made = {source.stem: target / f"{source.stem}.{suffix.split(':')[0]}" for source in sources}
        assert all(path.exists() for path in made.values()), done.stderr
        return made

    return convert


@pytest.fixture(scope="session")
def libreoffice(libreoffice_all: Callable[[Sequence[Path], str], dict[str, Path]]) -> Callable[[Path, str], Path]:
    """Opens a file in LibreOffice, calculates it anew, and saves it in another format."""
    return lambda source, suffix: libreoffice_all([source], suffix)[source.stem]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def plain_environment(**added: str) -> dict[str, str]:
    """This process's environment without settings of the dashboard, and `added`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STREAMLIT_", "READINESS_DB"))}
    return {**kept, **added}


def launch_dashboard(store: Path, folder: Path, environment: dict[str, str]) -> Dashboard:
    port = free_port()
    log = folder / f"dashboard-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, str(store), str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=CHECKOUT,
            env=plain_environment(**environment),
        )
    return Dashboard(url=f"http://localhost:{port}", port=port, store=store, log=log, process=process)


def wait_until_healthy(dashboard: Dashboard) -> None:
    deadline = time.monotonic() + SECONDS_TO_HEALTH
    while time.monotonic() < deadline:
        if dashboard.process.poll() is not None:
            pytest.fail(f"The dashboard ended with {dashboard.process.returncode}:\n{dashboard.output()}")
        if is_healthy(dashboard.url):
            return
        time.sleep(0.05)
    pytest.fail(f"The dashboard was not healthy within {SECONDS_TO_HEALTH:.0f} s:\n{dashboard.output()}")


def is_healthy(url: str) -> bool:
    """Whether the dashboard at `url` answers."""
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
