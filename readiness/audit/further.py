"""The checks beyond single cells, exact duplicates and broken lines: a list of stages, each a function of Findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from readiness.audit.checks import Check
from readiness.audit.findings import Findings


@dataclass(frozen=True, slots=True)
class Stage:
    """One further check: what the progress line says while it runs, the function, and the problems it may list."""

    doing: str
    find: Callable[[Findings], None]
    checks: tuple[Check, ...] = ()


STAGES: tuple[Stage, ...] = ()
