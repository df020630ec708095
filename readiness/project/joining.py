"""Joining a workshop: the code that stands for a project in its link, and who has the link open.

Who is here is known to this process alone and is no part of the project: nothing of it is written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from readiness.outcome.agreement import person_key
from readiness.project.projects import utc_now

SHORTEST_CODE = 6  # characters of the project's id: quick to type from a screen
GONE_AFTER = timedelta(seconds=15)  # a window says every few seconds that it is open
FORGOTTEN_AFTER = timedelta(hours=12)
MOST_WINDOWS = 500  # of one project


def code_of(project_id: str, ids: Iterable[str]) -> str:
    """The shortest beginning of the id that stands for this project alone."""
    others = [other for other in ids if other != project_id]
    lengths = range(SHORTEST_CODE, len(project_id))
    codes = (project_id[:length] for length in lengths)
    return next((code for code in codes if not any(other.startswith(code) for other in others)), project_id)


def project_of(code: str, ids: Iterable[str]) -> str | None:
    """The one project that the code stands for; None where there is none, or more than one."""
    known = list(ids)
    if code in known:
        return code
    found = [known_id for known_id in known if len(code) >= SHORTEST_CODE and known_id.startswith(code)]
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Guest:
    """One person who has joined, from one window or from several."""

    name: str
    is_here: bool
    last_seen: datetime
    windows: int  # open now


@dataclass(frozen=True, slots=True)
class _Window:
    name: str
    joined_at: datetime
    seen_at: datetime


class Presence:
    """Who has a workshop's link open, by project. Any number of threads may use it at once."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[str, dict[str, _Window]] = {}

    def seen(self, project_id: str, window: str, name: str) -> None:
        """Note that this window is open, and whose it is."""
        now = self._clock()
        with self._lock:
            windows = self._windows.setdefault(project_id, {})
            before = windows.get(window)
            same = before is not None and person_key(before.name) == person_key(name)
            windows[window] = _Window(name, before.joined_at if before and same else now, now)
            self._forget(windows, now)

    def left(self, project_id: str, window: str) -> None:
        """Note that the person at this window has left."""
        with self._lock:
            self._windows.get(project_id, {}).pop(window, None)

    def guests(self, project_id: str) -> tuple[Guest, ...]:
        """Everybody who has joined within the last hours, by name."""
        now = self._clock()
        people: dict[str, list[_Window]] = {}
        for window in self._copy(project_id).values():
            people.setdefault(person_key(window.name), []).append(window)
        found = (_guest(windows, now) for windows in people.values())
        return tuple(sorted(found, key=lambda guest: (guest.name.casefold(), guest.name)))

    def shares_name(self, project_id: str, window: str, name: str) -> bool:
        """Whether another open window has this name, and is no earlier self of this one: a window that was reloaded is
        not seen any more once its successor has joined."""
        now, windows = self._clock(), self._copy(project_id)
        mine = windows.get(window)
        return any(
            person_key(other.name) == person_key(name)
            and other.seen_at + GONE_AFTER >= now
            and (mine is None or other.seen_at > mine.joined_at)
            for token, other in windows.items()
            if token != window
        )

    def _copy(self, project_id: str) -> dict[str, _Window]:
        with self._lock:
            return dict(self._windows.get(project_id, {}))

    @staticmethod
    def _forget(windows: dict[str, _Window], now: datetime) -> None:
        """Let go of who was seen long ago and, where there are too many, of those who were seen first."""
        oldest_first = sorted(windows, key=lambda token: windows[token].seen_at)
        too_many = set(oldest_first[: max(0, len(windows) - MOST_WINDOWS)])
        for token in oldest_first:
            if token in too_many or windows[token].seen_at + FORGOTTEN_AFTER < now:
                del windows[token]


def _guest(windows: list[_Window], now: datetime) -> Guest:
    latest = max(windows, key=lambda window: window.seen_at)
    is_open = [window for window in windows if window.seen_at + GONE_AFTER >= now]
    return Guest(latest.name, bool(is_open), latest.seen_at, len(is_open))
