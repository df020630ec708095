"""An outcome as a team states it in full: the body of its definition, and that of its ownership."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEFINED: Mapping[str, Any] = {
    "metric": "Share routed correctly",
    "unit": "%",
    "target": 92.0,
    "tolerance_low": 88.0,
    "tolerance_high": 100.0,
    "baseline_cost": 6.4,
    "wrong_output_cost": 85.0,
    "correct_output": "The approver is the one named for the cost centre.",
}
OWNED: Mapping[str, Any] = {
    "owner": "Ines",
    "owns_metric": True,
    "review_every_days": 28,
    "first_review": "2026-01-05",
    "may_pull": True,
    "authority_from": "Tomas",
}
