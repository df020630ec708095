"""What stands between the network and the dashboard: whom it answers, which headers it sends, how fast it starts.

The classes are plain ASGI middleware, so that they hold for pages, files, uploads and the websocket alike.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Streamlit's figures of its sessions and caches: nobody reads them here, so nobody can.
CLOSED_PATHS = ("/_stcore/metrics",)

# What the pages are built from. Loading it while the browser opens makes the first page three times as fast.
PAGE_LIBRARIES = ("pandas", "pyarrow", "duckdb", "plotly.graph_objects", "readiness.project")

# The one inline script of Streamlit's page shell; a test holds this against the installed Streamlit.
PAGE_SHELL_SCRIPT = "sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA="

_POLICIES = (
    "default-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    # No code made from text: it costs plotly's WebGL traces (Scattergl), which no chart here needs.
    f"script-src 'self' 'wasm-unsafe-eval' '{PAGE_SHELL_SCRIPT}'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "frame-src 'self' blob:",
)

_FIXED_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


class KnownHosts:
    """Answers requests to the allowed host names alone, so that no stranger's name can be rebound to this machine."""

    def __init__(self, app: ASGIApp, allowed: Iterable[str]) -> None:
        self._app = app
        self._allowed = tuple(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application's answer, or a refusal before it sees the request."""
        if scope["type"] not in {"http", "websocket"} or is_known_host(requested_host(scope), self._allowed):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "Unknown host."})
        else:
            await _refuse(send, status=421, sentence="This server does not answer to that host name.\n")


class ClosedPaths:
    """Answers 404 for paths that this application does not offer."""

    def __init__(self, app: ASGIApp, paths: Iterable[str] = CLOSED_PATHS) -> None:
        self._app = app
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application's answer, or 404."""
        if scope["type"] == "http" and scope["path"].rstrip("/") in self._paths:
            await _refuse(send, status=404, sentence="Not found.\n")
        else:
            await self._app(scope, receive, send)


class SecurityHeaders:
    """Adds the headers that keep a page from being framed, sniffed or made to load anything from outside."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application's answer with the headers added to it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        added = [*_FIXED_HEADERS, (b"content-security-policy", content_security_policy(requested_host(scope)))]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = _without(message.get("headers", ()), {name for name, _ in added})
                message = {**message, "headers": [*kept, *added]}
            await send(message)

        await self._app(scope, receive, send_with_headers)


def content_security_policy(host: str) -> bytes:
    """The policy for a page that was opened under `host`. The websocket is named, since not every browser counts it
    as 'self'."""
    websocket = f" ws://{host} wss://{host}" if host else ""
    return "; ".join((*_POLICIES, f"connect-src 'self'{websocket}")).encode("latin-1")


def requested_host(scope: Scope) -> str:
    """The Host header as it was sent, "" without one or when it is no host and port at all."""
    sent = [value for name, value in scope["headers"] if name == b"host"]
    host = sent[0].decode("latin-1") if len(sent) == 1 else ""
    return host if _host_name(host) else ""


def is_known_host(host: str, allowed: Iterable[str]) -> bool:
    """Whether the name in `host` (ports do not matter) is among `allowed`; `*.name` and `*` are patterns."""
    name = _host_name(host)
    if not name:
        return False
    patterns = [pattern.strip().strip("[]").lower().rstrip(".") for pattern in allowed]
    return any(_matches(name, pattern) for pattern in patterns)


@contextlib.asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """The server's start: answers without delay, and page libraries loaded while the first browser connects."""
    send_without_delay(asyncio.get_running_loop())
    loading = threading.Thread(target=load_page_libraries, name="load-page-libraries", daemon=True)
    loading.start()
    yield
    # What is half loaded or still frozen at the interpreter's end is reported as leaked by compiled libraries.
    loading.join()
    gc.unfreeze()


def send_without_delay(loop: asyncio.AbstractEventLoop) -> None:
    """Make every TCP listener that `loop` opens from now on send small messages at once.

    The server's listening socket is made without naming its protocol, and asyncio turns Nagle's algorithm off only
    where TCP is named. Accepted sockets inherit the option; without it each rerun waits about 40 ms.
    """
    create_server = loop.create_server

    async def create_prompt_server(*args: Any, **options: Any) -> asyncio.Server:
        listener = options.get("sock")
        if listener is not None and listener.family in {socket.AF_INET, socket.AF_INET6}:
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return await create_server(*args, **options)

    # A compiled event loop has no room for it, and sets the option by itself.
    with contextlib.suppress(AttributeError):
        setattr(loop, "create_server", create_prompt_server)  # noqa: B010 - mypy forbids assigning to a method


def load_page_libraries(
    names: Iterable[str] = PAGE_LIBRARIES, load: Callable[[str], object] = importlib.import_module
) -> None:
    """Import what pages need and take it out of the garbage collector's rounds: it lives as long as the server."""
    for name in names:
        # A library that cannot be loaded is reported by the page that needs it, where somebody reads it.
        with contextlib.suppress(ImportError):
            load(name)
    gc.collect()
    gc.freeze()


def _host_name(host: str) -> str:
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises where the port is no number
    except ValueError:
        return ""
    if parts.path or parts.query or parts.fragment or parts.username is not None or parts.password is not None:
        return ""
    # urlsplit lets through what would end a header or a policy early.
    if any(character.isspace() or character in ";,'\"" for character in host):
        return ""
    return (parts.hostname or "").lower().rstrip(".")


def _matches(name: str, pattern: str) -> bool:
    if pattern == "*":
        return True
    if pattern.startswith("*."):
        return name.endswith(pattern[1:])
    return name == pattern


def _without(headers: Iterable[tuple[bytes, bytes]], names: set[bytes]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() not in names]


async def _refuse(send: Send, *, status: int, sentence: str) -> None:
    body = sentence.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
