"""Running a native reader in a process of its own, so that a file that brings it down takes nothing else along."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """What the process printed, or why it did not come that far."""

    value: dict[str, Any]
    failure: str = ""


def run_probe(script: Path, arguments: Sequence[str], *, seconds: float) -> ProbeAnswer:
    """The JSON object that `script` prints; a failure in words where it crashed, hung or ran out of memory."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(script), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=max(seconds, 1.0),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ProbeAnswer({}, "reading it did not come to an end")
    if done.returncode < 0:
        return ProbeAnswer({}, "it is damaged in a way that stops the reader")
    if done.returncode or not done.stdout:
        return ProbeAnswer(
            {}, "it needs more memory than is allowed" if b"MemoryError" in done.stderr else "it is damaged"
        )
    answer = json.loads(done.stdout)
    return ProbeAnswer(answer if isinstance(answer, dict) else {})
