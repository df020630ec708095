"""The link that lets participants join, as this browser sees the server, and whether other devices can reach it."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import streamlit as st

from readiness.server import is_known_host

JOIN = "join"  # the parameter of the link
_EVERYWHERE = {"0.0.0.0", "::", ""}


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is, as far as this browser and its settings tell."""

    origin: str  # scheme, host and port that this browser uses
    listens_to: str  # the address it was told to listen on
    allowed: tuple[str, ...]  # host names that it answers to
    own_address: str  # of this machine in its network; empty where there is none

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @property
    def is_this_machine_alone(self) -> bool:
        """Whether the address that this browser uses means another machine on every other device."""
        return is_loopback(self.host)

    @property
    def others_may_come(self) -> bool:
        """Whether other devices reach the server under the machine's own address."""
        listens = self.listens_to in _EVERYWHERE or self.listens_to == self.own_address
        return bool(self.own_address) and listens and is_known_host(self.own_address, self.allowed)

    @property
    def origin_for_others(self) -> str:
        """The address for other devices: the one of this browser, else the machine's own."""
        if not self.is_this_machine_alone:
            return self.origin
        parts = urlsplit(self.origin)
        host = f"[{self.own_address}]" if ":" in self.own_address else self.own_address
        return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def server() -> Server:
    """The server of this session."""
    url = urlsplit(st.context.url or "")
    host = url.netloc or str(st.context.headers.get("Host") or f"localhost:{st.get_option('server.port')}")
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return Server(
        origin=f"{url.scheme or 'http'}://{host}" + (f"/{base}" if base else ""),
        listens_to=str(st.get_option("server.address") or ""),
        allowed=tuple(st.get_option("server.allowedHosts") or ()),
        own_address=own_address(),
    )


def link(origin: str, code: str) -> str:
    """What a participant opens."""
    return f"{origin}/?{JOIN}={quote(code, safe='')}"


def is_loopback(host: str) -> bool:
    """Whether a host name means the machine that asks for it."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def own_address() -> str:
    """The address of this machine in its network; empty where it is in none. Nothing is sent: naming a far address
    only makes the system say which of its own it would use."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that is reserved for documents
        except OSError:
            return ""
        found = str(probe.getsockname()[0])
    return "" if is_loopback(found) else found
