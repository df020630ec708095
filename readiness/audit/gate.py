"""Checks of a report against a limit, such as `clean>=0.9`, for scripts that must stop when the data gets worse.

A check is `metric operator number`: operators >= <= > < =, a number as a share (0.9), a percentage (90%) or a count.
Metrics: `clean`, the tiers (`repairable`, `needs review`, `unusable`), an edge case's kind (`duplicate_record`: the
share of records that have one of this kind), one edge case by its id, `missing:FIELD`, and the counts `records`,
`problems`. Behind a share, `.low` and `.high` mean the ends of its 95% interval. What is compared is otherwise the
share as observed, unrounded.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isclose

from readiness.audit.report import AuditReport, Tier, share_value
from readiness.errors import InvalidValueError, UnknownFieldError, UnknownNameError

_PLACE = "--check"
_GRAMMAR = re.compile(r"(?P<metric>.+?)\s*(?P<operator>>=|<=|==|=|>|<)\s*(?P<number>[0-9]*\.?[0-9]+)\s*(?P<percent>%?)")
_LONGEST = 500
_END = re.compile(r"(?P<name>.+)\.(?P<end>low|high)")
_OPERATORS: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    ">=": ("at least", operator.ge),
    "<=": ("at most", operator.le),
    ">": ("more than", operator.gt),
    "<": ("less than", operator.lt),
    "=": ("exactly", operator.eq),
}
_TIERS = {tier.value: tier for tier in Tier}
_COUNTS = ("records", "problems")
_MISSING = "missing:"
_ENDS = {"": "", "low": ", lower end of the interval", "high": ", upper end of the interval"}


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One check as it was written: `end` is "", "low" or "high"."""

    text: str
    metric: str
    end: str
    operator: str
    limit: float

    @property
    def is_count(self) -> bool:
        return self.metric in _COUNTS


@dataclass(frozen=True, slots=True)
class GateResult:
    """What one check came to."""

    check: GateCheck
    passed: bool
    value: float | None  # None: no record was checked for it, so the check fails
    sentence: str


def read_check(text: str) -> GateCheck:
    """The check that `text` writes. Raises InvalidValueError for a text that is none, UnknownNameError for a metric.

    Fields and ids of edge cases are known once there is a report; `judge_check` refuses them then.
    """
    found = _GRAMMAR.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if found is None:
        raise InvalidValueError(
            _PLACE, text[:_LONGEST], "is no check; write one such as clean>=0.9 or missing:date<=5%"
        )
    metric, end = _metric_and_end(found["metric"].strip())
    sign = "=" if found["operator"] == "==" else found["operator"]
    limit = float(found["number"]) / (100 if found["percent"] else 1)
    check = GateCheck(text=text.strip(), metric=metric, end=end, operator=sign, limit=limit)
    _refuse_unfit_number(check, is_percent=bool(found["percent"]))
    return check


def judge_check(check: GateCheck, report: AuditReport) -> GateResult:
    """Whether the report passes. Raises UnknownFieldError or UnknownNameError for what the sample does not have."""
    check = _with_whole_field(check, report)
    value = _value(check, report)
    words, holds = _OPERATORS[check.operator]
    if value is None:
        return GateResult(check, False, None, f"FAILED {check.text}: no record was checked for it.")
    passed = (
        holds(value, check.limit)
        if not isclose(value, check.limit, rel_tol=0, abs_tol=1e-12)
        else (check.operator in (">=", "<=", "="))
    )
    name = f"{check.metric}{_ENDS[check.end]}"
    said = f"{name} is {_shown(value, check)}, wanted {words} {_shown(check.limit, check)}."
    return GateResult(check, passed, value, f"{'passed' if passed else 'FAILED'} {check.text}: {said}")


def known_metrics() -> tuple[str, ...]:
    """Every metric that needs no field's name, in the order in which a person reads them."""
    return (*_TIERS, *_COUNTS, f"{_MISSING}FIELD", *_kinds())


# --- reading a check ----------------------------------------------------------------------------------------------


def _metric_and_end(written: str) -> tuple[str, str]:
    """The metric and the end of its interval."""
    found = _END.fullmatch(written)
    name, end = (found["name"], found["end"]) if found else (written, "")
    return _known_name(name.strip()), end


def _known_name(name: str) -> str:
    if name.lower().startswith(_MISSING) and name[len(_MISSING) :].strip():
        return _MISSING + name[len(_MISSING) :].strip()
    plain = re.sub(r"[\s_-]+", " ", name).lower()
    if plain in _TIERS or plain in _COUNTS:
        return plain
    kind = name.partition(":")[0].strip().lower()
    if kind in _kinds():
        return kind if ":" not in name else f"{kind}: {name.partition(':')[2].strip()}"
    raise UnknownNameError("metric", name, known_metrics())


def _kinds() -> tuple[str, ...]:
    from readiness.audit.further import every_check

    return tuple(dict.fromkeys(check.kind for check in every_check()))


def _refuse_unfit_number(check: GateCheck, *, is_percent: bool) -> None:
    if check.is_count and check.end:
        raise InvalidValueError(_PLACE, check.text, f"asks for an interval, and {check.metric} is a count")
    if check.is_count and is_percent:
        raise InvalidValueError(_PLACE, check.text, f"asks for a percentage, and {check.metric} is a count")
    if not check.is_count and check.limit > 1:
        raise InvalidValueError(_PLACE, check.text, "asks for a share above 1; write 0.9 or 90%")


# --- judging one --------------------------------------------------------------------------------------------------


def _with_whole_field(check: GateCheck, report: AuditReport) -> GateCheck:
    """The check with `.low` or `.high` as part of the field's name, where the sample has such a field."""
    whole = f"{check.metric}.{check.end}"
    field = whole.partition(":")[2].strip()
    if check.end and any(profile.field == field for profile in report.fields):
        return replace(check, metric=whole, end="")
    return check


def _value(check: GateCheck, report: AuditReport) -> float | None:
    if check.metric == "records":
        return report.records
    if check.metric == "problems":
        return report.problems
    count, total = _counted(check, report)
    if not total:
        return None
    share = share_value(count, total, report.limits.population if report.limits else None)
    return {"": share.share, "low": share.low, "high": share.high}[check.end]


def _counted(check: GateCheck, report: AuditReport) -> tuple[int, int]:
    """The records that the metric counts, and those that were looked at."""
    metric = check.metric
    if metric in _TIERS:
        return sum(one.records for one in report.tiers if one.tier is _TIERS[metric]), report.records
    if metric.startswith(_MISSING):
        return _missing(metric[len(_MISSING) :], report)
    wanted = {case.id for case in report.edge_cases if metric in (case.kind, case.id)}
    if ":" in metric and not wanted:
        _refuse_unknown_field(metric, report)
    return sum(one.records for one in report.combinations if wanted & set(one.edge_cases)), report.records


def _missing(field: str, report: AuditReport) -> tuple[int, int]:
    for profile in report.fields:
        if profile.field == field:
            return profile.missing, profile.filled + profile.missing
    raise UnknownFieldError(field, (profile.field for profile in report.fields))


def _refuse_unknown_field(metric: str, report: AuditReport) -> None:
    """An edge case that no record has is fine; one of a field that is not there is a mistake."""
    names = tuple(profile.field for profile in report.fields)
    field = metric.partition(":")[2].strip()
    if field not in names and not any(name in field for name in names):
        raise UnknownFieldError(field, names)


def _shown(value: float, check: GateCheck) -> str:
    if check.is_count:
        return f"{value:,.10g}"
    return f"{float(f'{value * 100:.4f}'):.10g}%"
