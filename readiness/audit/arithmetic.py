"""Numeric fields that are the sum or the product of other fields of the same record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

SUPPORT = 0.95  # of the compared records follow a relation that may be a rule
FEWEST = 30  # records that can be compared
ROUNDING = 1e-9  # of a number: what binary arithmetic may add

_MOST_PARTS = 12
_SEVERAL_PARTS = 0.05  # of the records at least have two parts that are not zero
_EQUATIONS, _ATTEMPTS = 8, 6  # one record in twenty may be wrong, so eight are all right in most attempts
_MOST_STEPS = 5_000
_NEARLY = 0.75  # of the records follow a sum that lacks no more than a part that is seldom filled
_TRIED, _TRIED_WRONG = 40, 5  # records that rule out most products, and how many of them may do so


@dataclass(frozen=True, slots=True)
class Numbers:
    """Columns of numbers by field position, as long as each other, NaN where nothing can be compared."""

    columns: Mapping[int, Sequence[float]]
    decimals: Mapping[int, int]  # with which the field's numbers are written


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`parts` of a record add up to (or multiply to) `total`, in `kept` of `records`."""

    parts: tuple[int, ...]
    total: int
    kept: int = 0
    records: int = 0

    @property
    def support(self) -> float:
        return self.kept / self.records if self.records else 0.0


def half_unit(decimals: int) -> float:
    """How far a number that is rounded to so many decimals may be from the number that was meant."""
    return 0.5 * 10.0**-decimals


def sum_tolerance(decimals: int, parts: int) -> float:
    """How far a total may be from the sum of its parts, when each is rounded to so many decimals.

    Whole numbers are counted, not rounded, so they add up exactly.
    """
    return half_unit(decimals) * (parts if decimals else 1)


def find_sums(numbers: Numbers) -> list[Arithmetic]:
    """For each column that is a total, the parts that add up to it in most records.

    Some records are solved as equations with coefficients 0 or 1; what solves them is held against all records. A
    column for which that takes more than _MOST_STEPS is given up.
    """
    search = _Search(numbers)
    return [best for total in sorted(numbers.columns) if (best := search.best_sum(total)) is not None]


def find_products(numbers: Numbers) -> list[Arithmetic]:
    """For each column that is the product of two others, the pair that gives it in most records."""
    found = []
    some = {position: column[:: max(1, len(column) // _TRIED)] for position, column in numbers.columns.items()}
    for total, column in sorted(numbers.columns.items()):
        if len(set(column)) < 3:
            continue
        pairs = combinations([position for position in sorted(numbers.columns) if position != total], 2)
        slack = half_unit(numbers.decimals[total]) + ROUNDING
        likely = [pair for pair in pairs if _may_multiply(some[pair[0]], some[pair[1]], some[total], slack)]
        known = [product for pair in likely if (product := _product(numbers, pair, total)) is not None]
        if known:
            found.append(max(known, key=lambda product: (product.support, [-part for part in product.parts])))
    return found


# --- sums -------------------------------------------------------------------------------------------------------------


class _Search:
    """One search for totals among the columns; `steps_left` is how many it may still take for the present one."""

    def __init__(self, numbers: Numbers) -> None:
        self._columns = numbers.columns
        self._decimals = numbers.decimals
        rows = list(zip(*numbers.columns.values(), strict=True))
        self._unknown = [sum(1 for cell in row if cell != cell) for row in rows]
        self._filled = [sum(1 for cell in row if cell) for row in rows]
        self.steps_left = 0

    def best_sum(self, total: int) -> Arithmetic | None:
        self.steps_left = _MOST_STEPS
        said = self._columns[total]
        others = [position for position in sorted(self._columns) if position != total]
        rows = self._rows_to_solve(said)
        if len(rows) < FEWEST // 2 or len(set(said)) < 3:
            return None
        tried: set[tuple[int, ...]] = set()
        for attempt in range(_ATTEMPTS):
            chosen = rows[attempt :: max(1, len(rows) // _EQUATIONS)][:_EQUATIONS]
            solved = [tuple(sorted(parts)) for parts in self._solutions(total, others, chosen)]
            improved = [self._improved(parts, total, others) for parts in solved if parts not in tried]
            tried.update(solved)
            sums = [found for found in improved if found is not None and self._is_a_sum(found)]
            if sums:
                return min(sums, key=lambda found: (-found.support, len(found.parts), found.parts))
        return None

    def _rows_to_solve(self, said: Sequence[float]) -> list[int]:
        """Rows with a total, those with nothing unknown and the most parts first: they rule out the most."""
        rows = [row for row, cell in enumerate(said) if cell and cell == cell]
        rows.sort(key=lambda row: (self._unknown[row], -self._filled[row], row))
        return rows[: max(_EQUATIONS * _ATTEMPTS, len(rows) // 2)]

    def _solutions(self, total: int, others: Sequence[int], rows: Sequence[int]) -> Iterator[tuple[int, ...]]:
        """The sets of columns that add up to the total in all `rows`; large columns are decided first, so that most
        sets are ruled out early."""
        cells = {other: [_number(self._columns[other][row]) for row in rows] for other in others}
        used = sorted((other for other in others if any(cells[other])), key=lambda other: -sum(map(abs, cells[other])))
        wanted = [self._columns[total][row] for row in rows]
        decimals = max(self._decimals[position] for position in (total, *others))
        far = [sum_tolerance(decimals, _MOST_PARTS) + ROUNDING * abs(one) for one in wanted]
        least, most = _reach([cells[other] for other in used], len(rows))

        def extend(place: int, rest: list[float], parts: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
            self.steps_left -= 1
            if self.steps_left < 0 or len(parts) > _MOST_PARTS:
                return
            for one, low, high, slack in zip(rest, least[place], most[place], far, strict=True):
                if one < low - slack or one > high + slack:
                    return
            if place == len(used):
                if parts:
                    yield parts
                return
            taken = [a - b for a, b in zip(rest, cells[used[place]], strict=True)]
            yield from extend(place + 1, taken, (*parts, used[place]))
            yield from extend(place + 1, rest, parts)

        yield from extend(0, wanted, ())

    def _improved(self, parts: tuple[int, ...], total: int, others: Sequence[int]) -> Arithmetic | None:
        """The sum with the parts that are zero in most records and explain the others; None where it is no sum."""
        best = self._judged(parts, total)
        if best.support < _NEARLY:
            return None
        while len(best.parts) < _MOST_PARTS and best.kept < best.records:
            wider = [self._judged((*best.parts, other), total) for other in others if other not in best.parts]
            better = max(wider, key=lambda found: (found.support, found.kept), default=best)
            if better.support <= best.support or better.kept <= best.kept:
                break
            best = better
        for part in sorted(best.parts):
            fewer = tuple(one for one in best.parts if one != part)
            if len(fewer) > 1 and (slimmer := self._judged(fewer, total)).support >= best.support:
                best = slimmer
        return replace(best, parts=tuple(sorted(best.parts)))

    def _judged(self, parts: Sequence[int], total: int) -> Arithmetic:
        """Rows in which nothing stands at all are not counted."""
        slack = self._slack(parts, total)
        kept = records = 0
        for added, said in zip(self._added(parts), self._columns[total], strict=True):
            far = abs(added - said)
            if far != far or (said == 0 and added == 0):
                continue
            records += 1
            kept += far <= slack + ROUNDING * abs(said)
        return Arithmetic(tuple(parts), total, kept, records)

    def _added(self, parts: Sequence[int]) -> Iterator[float]:
        return map(sum, zip(*(self._columns[part] for part in parts), strict=True))

    def _slack(self, parts: Sequence[int], total: int) -> float:
        return sum_tolerance(max(self._decimals[position] for position in (*parts, total)), len(parts)) + ROUNDING

    def _is_a_sum(self, found: Arithmetic) -> bool:
        """Whether it holds where it says something: in records with two parts or more that are not zero."""
        if found.records < FEWEST or found.support < SUPPORT or len(found.parts) < 2:
            return False
        slack = self._slack(found.parts, found.total)
        several = kept = 0
        for *numbers, said in zip(*(self._columns[place] for place in (*found.parts, found.total)), strict=True):
            if sum(1 for number in numbers if number) > 1 and (far := abs(sum(numbers) - said)) == far:
                several += 1
                kept += far <= slack + ROUNDING * abs(said)
        return several >= max(FEWEST // 2, _SEVERAL_PARTS * found.records) and kept >= SUPPORT * several


def _number(cell: float) -> float:
    return cell if cell == cell else 0.0


def _reach(cells: Sequence[Sequence[float]], width: int) -> tuple[list[list[float]], list[list[float]]]:
    """For each place, the least and the greatest sum that the columns from there on can give, row by row."""
    least, most = [[0.0] * width], [[0.0] * width]
    for column in reversed(cells):
        least.append([low + min(0.0, number) for low, number in zip(least[-1], column, strict=True)])
        most.append([high + max(0.0, number) for high, number in zip(most[-1], column, strict=True)])
    return least[::-1], most[::-1]


# --- products ---------------------------------------------------------------------------------------------------------


def _may_multiply(first: Sequence[float], second: Sequence[float], product: Sequence[float], slack: float) -> bool:
    """Whether few of these numbers speak against it."""
    wrong = 0
    for one, other, said in zip(first, second, product, strict=True):
        if abs(one * other - said) > slack + ROUNDING * abs(said):
            wrong += 1
            if wrong > _TRIED_WRONG:
                return False
    return True


def _product(numbers: Numbers, pair: tuple[int, int], total: int) -> Arithmetic | None:
    """The product, when most records follow it and enough of them have factors other than 0 and 1."""
    slack = half_unit(numbers.decimals[total]) + ROUNDING
    kept = records = telling = 0
    for one, other, said in zip(*(numbers.columns[position] for position in (*pair, total)), strict=True):
        far = abs(one * other - said)
        if far != far or not (one or other or said):
            continue
        follows = far <= slack + ROUNDING * abs(said)
        records += 1
        kept += follows
        telling += follows and one not in (0.0, 1.0) and other not in (0.0, 1.0)
    if records < FEWEST or kept < SUPPORT * records or telling < max(FEWEST, 0.2 * records):
        return None
    return Arithmetic(pair, total, kept, records)
