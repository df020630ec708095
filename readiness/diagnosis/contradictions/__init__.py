"""Statements of a project that cannot both be true: a standing list of checks, each as data plus one small function."""

from readiness.diagnosis.contradictions.entries import (
    Contradiction,
    ContradictionCatalog,
    ContradictionEntry,
    Severity,
)
from readiness.diagnosis.contradictions.standing import CHECKS, find_contradictions

__all__ = [
    "CHECKS",
    "Contradiction",
    "ContradictionCatalog",
    "ContradictionEntry",
    "Severity",
    "find_contradictions",
]
