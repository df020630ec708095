"""The checks beyond single cells, exact duplicates and broken lines: a list of stages, each a function of Findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from readiness.audit.checks import Check, all_checks
from readiness.audit.damage import DAMAGE_CHECKS, find_damage
from readiness.audit.excel_damage import EXCEL_DAMAGE, find_excel_damage
from readiness.audit.findings import Findings
from readiness.audit.hint_merging import merge_hints
from readiness.audit.labels import LABEL_CONFLICT, find_label_noise
from readiness.audit.near_duplicates import NEAR_DUPLICATE, find_near_duplicates
from readiness.audit.outliers import find_outliers
from readiness.audit.placeholders import find_fillers
from readiness.audit.ranges import RANGE_CHECKS, find_outside_range
from readiness.audit.relations import CHECKS as RELATION_CHECKS
from readiness.audit.relations import find_relations
from readiness.audit.repeats import find_repeats
from readiness.audit.spellings import CHECKS as SPELLING_CHECKS
from readiness.audit.spellings import find_spellings


@dataclass(frozen=True, slots=True)
class Stage:
    """One further check: what the progress line says while it runs, the function, and the problems it may list."""

    doing: str
    find: Callable[[Findings], None]
    checks: tuple[Check, ...] = ()


STAGES: tuple[Stage, ...] = (
    Stage("Comparing values with their limits", find_outside_range, RANGE_CHECKS),
    Stage("Looking for unusual values", find_outliers),
    Stage("Looking for fillers", find_fillers),
    Stage("Looking for damaged text", find_damage, DAMAGE_CHECKS),
    Stage("Looking for damage by spreadsheets", find_excel_damage, (EXCEL_DAMAGE,)),
    Stage("Comparing the fields of each record", find_relations, RELATION_CHECKS),
    Stage("Comparing labels", find_label_noise, (LABEL_CONFLICT,)),
    Stage("Comparing the spellings of values", find_spellings, SPELLING_CHECKS),
    Stage("Looking for near-duplicates", find_near_duplicates, (NEAR_DUPLICATE,)),
    Stage("Looking for what identifies a record", find_repeats),
    Stage("Putting hints together", merge_hints),  # last: it reads what the others left
)


def every_check() -> tuple[Check, ...]:
    """The checks of single cells, of lines and of the stages, in the order in which they run."""
    return (*all_checks(), *(check for stage in STAGES for check in stage.checks))
