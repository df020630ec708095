"""The formulas of the workbook, and the cells that they hang together by.

Only functions that LibreOffice 7.4, Excel 2019 and Excel Online know: no LET, no XLOOKUP, no dynamic arrays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from statistics import NormalDist

from readiness.exports.scope_layout import (
    COMMON_CAUSE,
    CONFIDENCE,
    PRODUCTIVE_DAYS,
    RATE,
    SCOPE_TABLE,
    SHEET_SIMULATION,
    TEAM_SIZE,
)

CONFIDENCE_Z = "Confidence_z"  # name of the cell that holds the standard deviations from likely to low, or to high
SUMS_ROW = 58  # on the sheet Simulation: first of the rows that the approximation is made of, 0-based
DAYS_COLUMN, COST_COLUMN = "B", "C"  # of those rows; the figures of the export stand two columns further


def here(formula: str, table: str = SCOPE_TABLE) -> str:
    """`formula` with each [Title] as a reference to that column in its own row, in the long form that files hold."""
    return re.sub(r"(?<![\w\]])\[([^\[\]#]+)\]", rf"{table}[[#This Row],[\1]]", formula)


def column_of(title: str) -> str:
    """A whole column of the table Scope."""
    return f"{SCOPE_TABLE}[{title}]"


def counted(status: str) -> str:
    """How many components have this status."""
    return f'COUNTIF({column_of("Status")},"{status}")'


ESTIMATED, UNKNOWN, NOT_NEEDED = counted("estimated"), counted("unknown"), counted("not needed")
WITHOUT_RATE = f"({ESTIMATED}-COUNT({column_of('Rate used')}))"
COST_IS_KNOWN = f"AND({ESTIMATED}>0,{WITHOUT_RATE}=0)"

STATUS_FORMULA = here(
    '=IF([Component]="","",IF(AND([Needed]="no",TRIM([Reason not needed])<>""),"not needed",'
    "IF(COUNT([Low],[Likely],[High])=3,"
    'IF(AND([Low]>=0,[Low]<=[Likely],[Likely]<=[High]),"estimated","unknown"),"unknown")))'
)
_BELOW = f"([Likely]-[Low])/{CONFIDENCE_Z}"  # the standard deviation of the half below likely, and above
_ABOVE = f"([High]-[Likely])/{CONFIDENCE_Z}"
_ZERO = f"-[Likely]*{CONFIDENCE_Z}/([Likely]-[Low])"  # where nothing is left, in standard deviations
MEAN_FORMULA = here(
    f'=IF([Status]="estimated",[Likely]+({_ABOVE}-{_BELOW})/SQRT(2*PI())'
    f"+IF([Likely]>[Low],{_BELOW}*_xlfn.NORM.S.DIST({_ZERO},FALSE)-[Likely]*_xlfn.NORM.S.DIST({_ZERO},TRUE),0),"
    '"")'
)
SPREAD_FORMULA = here(
    f'=IF([Status]="estimated",SQRT(MAX(0,({_ABOVE})^2/2'
    f"+IF([Likely]>[Low],({_BELOW})^2*(0.5-_xlfn.NORM.S.DIST({_ZERO},TRUE)+{_ZERO}*_xlfn.NORM.S.DIST({_ZERO},FALSE))"
    f"+[Likely]^2*_xlfn.NORM.S.DIST({_ZERO},TRUE),0)"
    '-([Mean]-[Likely])^2)),"")'
)
RATE_FORMULA = here(f'=IF([Status]="estimated",IF(ISNUMBER([Day rate]),[Day rate],IF(ISNUMBER({RATE}),{RATE},"")),"")')
COST_FORMULA = here('=IF(ISNUMBER([Rate used]),[Mean]*[Rate used]+N([One-off cost]),"")')
CONFIDENCE_Z_FORMULA = (
    f"=_xlfn.NORM.S.INV(IF(AND(ISNUMBER({CONFIDENCE}),N({CONFIDENCE})>0,N({CONFIDENCE})<1),(1+{CONFIDENCE})/2,0.9))"
)


def estimated_sum(title: str) -> str:
    """A column of the table Scope over the estimated components; empty while there is none."""
    return f'=IF({ESTIMATED}=0,"",{_sum_of(title, "estimated")})'


def needed_sum(title: str) -> str:
    """A column of the table Scope over all components that are needed; empty where nothing is stated."""
    return f'=IF({_stated(title)}=0,"",{needed_total(title)})'


def needed_total(title: str) -> str:
    """A column of the table Scope over all components that are needed, as a part of a formula."""
    return f"({_sum_of(title, 'estimated')}+{_sum_of(title, 'unknown')})"


def silent(title: str) -> str:
    """How many components that are needed state nothing in a column, as a part of a formula."""
    return f"({ESTIMATED}+{UNKNOWN}-{_stated(title)})"


def _sum_of(title: str, status: str) -> str:
    return f'SUMIFS({column_of(title)},{column_of("Status")},"{status}")'


def _stated(title: str) -> str:
    ranges = [
        f'COUNTIFS({column_of("Status")},"{status}",{column_of(title)},">=0")' for status in ("estimated", "unknown")
    ]
    return f"({'+'.join(ranges)})"


@dataclass(frozen=True, slots=True)
class SumsCells:
    """The cells on the sheet Simulation that hold the sums of the days, or of the cost."""

    fixed: str
    low: str
    likely: str
    high: str
    mean: str
    spreads: str
    squares: str
    spread: str
    weight: str


def sums_cells(column: str) -> SumsCells:
    places = [f"{SHEET_SIMULATION}!${column}${SUMS_ROW + offset + 1}" for offset in range(len(fields(SumsCells)))]
    return SumsCells(*places)


DAYS_CELLS, COST_CELLS = sums_cells(DAYS_COLUMN), sums_cells(COST_COLUMN)


def days_sums() -> SumsCells:
    """The formulas of the sums of the days."""
    spread, weight = _spread_and_weight(DAYS_CELLS)
    return SumsCells(
        fixed=f'=IF({ESTIMATED}=0,"",0)',
        low=estimated_sum("Low"),
        likely=estimated_sum("Likely"),
        high=estimated_sum("High"),
        mean=estimated_sum("Mean"),
        spreads=f'=IF({ESTIMATED}=0,"",SUM({column_of("Spread")}))',
        squares=f'=IF({ESTIMATED}=0,"",SUMSQ({column_of("Spread")}))',
        spread=spread,
        weight=weight,
    )


def cost_sums() -> SumsCells:
    """The formulas of the sums of the cost."""
    spread, weight = _spread_and_weight(COST_CELLS)
    return SumsCells(
        fixed=f'=IF({COST_IS_KNOWN},{needed_total("One-off cost")},"")',
        low=_cost_sum(COST_CELLS.fixed, "Low"),
        likely=_cost_sum(COST_CELLS.fixed, "Likely"),
        high=_cost_sum(COST_CELLS.fixed, "High"),
        mean=_cost_sum(COST_CELLS.fixed, "Mean"),
        spreads=_cost_sum("", "Spread"),
        squares=_cost_sum("", "Spread", power=2),
        spread=spread,
        weight=weight,
    )


def percentile(cells: SumsCells, level: float) -> str:
    """The percentile of a total as a formula: between a normal distribution and the fully correlated end."""
    return f'=IF(ISNUMBER({cells.mean}),{_percentile(cells, level)},"")'


def weeks(level: float | None) -> str:
    """Calendar weeks at a percentile, or on average (None)."""
    total = DAYS_CELLS.mean if level is None else f"({_percentile(DAYS_CELLS, level)})"
    known = f"AND(ISNUMBER({DAYS_CELLS.mean}),N({TEAM_SIZE})>0,N({PRODUCTIVE_DAYS})>0)"
    return f'=IF({known},MAX({total}/{TEAM_SIZE},{_longest(level)})/{PRODUCTIVE_DAYS},"")'


def z_score(level: float) -> str:
    """The standard normal score of a percentile."""
    return "0" if level == 0.5 else f"_xlfn.NORM.S.INV({level:g})"


def _percentile(cells: SumsCells, level: float) -> str:
    apart = f"{cells.mean}+{z_score(level)}*{cells.spread}"
    together = f"{cells.mean}+{cells.weight}*({_together(cells, level)}-{cells.mean})"
    return f"(1-{cells.weight}^2)*({apart})+{cells.weight}^2*({together})"


def _together(cells: SumsCells, level: float) -> str:
    width = f"({cells.high}-{cells.likely})" if level > 0.5 else f"({cells.likely}-{cells.low})"
    return f"MAX({cells.fixed},{cells.likely}+{width}*{z_score(level)}/{CONFIDENCE_Z})"


def _longest(level: float | None) -> str:
    """The longest component: nobody is faster alone, and no team is faster than one person at it."""
    if level is None:
        return _largest("Mean")
    likely, end = _largest("Likely"), _largest("High" if NormalDist().inv_cdf(level) > 0 else "Low")
    return f"MAX(0,{likely}+ABS({end}-{likely})*{z_score(level)}/{CONFIDENCE_Z})"


def _largest(title: str) -> str:
    return f'_xlfn.MAXIFS({column_of(title)},{column_of("Status")},"estimated")'


def _spread_and_weight(cells: SumsCells) -> tuple[str, str]:
    variance = f"(1-{COMMON_CAUSE})*{cells.squares}+{COMMON_CAUSE}*{cells.spreads}^2"
    return (
        f'=IF(ISNUMBER({cells.mean}),SQRT({variance}),"")',
        f'=IF(ISNUMBER({cells.mean}),IF({cells.spreads}>0,{cells.spread}/{cells.spreads},0),"")',
    )


def _cost_sum(fixed: str, title: str, power: int = 1) -> str:
    factors = ",".join([column_of(title), column_of("Rate used")] * power)
    return f'=IF({COST_IS_KNOWN},{fixed + "+" if fixed else ""}SUMPRODUCT({factors}),"")'
