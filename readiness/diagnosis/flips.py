"""What would change the verdict: the nearest value of each input at which it becomes another, found by search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from readiness.diagnosis.contradictions import ContradictionCatalog
from readiness.diagnosis.deciding_inputs import levers_of
from readiness.diagnosis.levers import Better, Lever, Unit
from readiness.diagnosis.verdict import Case, judge, verdict_of
from readiness.diagnosis.verdict_table import Verdict, VerdictTable

RANK = {Verdict.STOP: 0, Verdict.FIX_FIRST: 1, Verdict.GO: 2}
MOST_REFINED = 6  # pairs whose values are narrowed down; the others need more to be done
_LEVELS = 16  # parts of the way that two figures are tried at together

Values = Mapping[Lever, float]


@dataclass(frozen=True, slots=True)
class Move:
    """One lever at its flip value. `before` is the value one step before, at which the verdict stays what it is; None
    where every value does it, so that only knowing or doing counts."""

    lever: Lever
    value: float
    before: float | None

    @property
    def relative(self) -> float:
        """How large the change is: by its present value, or by the number of things to do."""
        lever = self.lever
        if lever.is_step or lever.present is None:
            return float(lever.parts)
        return abs(self.value - lever.present) / max(abs(lever.present), lever.step)

    @property
    def clause(self) -> str:
        """What happens, in the middle of a sentence."""
        lever, present = self.lever, self.lever.present
        if lever.is_step:
            return lever.name if self.value else lever.undone
        if present is None:
            return self._found
        rises = self.value > present
        verb = "rises" if rises else "falls"
        if self._worsens and self.before is not None and self.before != present:
            side = "above" if rises else "below"
            return f"{lever.name} {verb} {side} {lever.written(self.before)} (now {lever.written(present)})"
        if lever.unit is Unit.DAYS:  # an age is another one tomorrow, and the sentence stands in a brief
            return f"{lever.name} {verb} to {lever.written(self.value)}"
        now, then = lever.written(present, apart_from=self.value), lever.written(self.value, apart_from=present)
        return f"{lever.name} {verb} from {now} to {then}"

    @property
    def _found(self) -> str:
        """Of what is not known yet."""
        lever = self.lever
        if self.before is None:
            return f"{lever.name} is known{', and good enough' if self.value == lever.best else ', at any figure'}"
        more = self.value > self.before
        if self._worsens:
            return f"{lever.name} comes to {'more' if more else 'less'} than {lever.written(self.before)}"
        return f"{lever.name} comes to {lever.written(self.value)} or {'more' if more else 'less'}"

    @property
    def _worsens(self) -> bool:
        if self.before is None or self.lever.better is Better.NEITHER:
            return False
        return (self.value > self.before) is (self.lever.better is Better.LESS)


@dataclass(frozen=True, slots=True)
class Flip:
    """Changes that together make the verdict another one."""

    changes: tuple[Move, ...]
    verdict: Verdict

    @property
    def sentence(self) -> str:
        """As a sponsor reads it: "GO if the share of clean records rises from 72% to 81%"."""
        return f"{self.verdict.value} if {_listed([move.clause for move in self.changes])}."

    @property
    def assumes(self) -> tuple[str, ...]:
        """What is taken for granted."""
        return tuple(dict.fromkeys(move.lever.assumes for move in self.changes if move.lever.assumes))

    @property
    def size(self) -> tuple[int, int, float, tuple[str, ...]]:
        """Fewest changes first, then those that leave the project's own limits alone, then the smallest."""
        return (
            len(self.changes),
            sum(move.lever.limit for move in self.changes),
            round(sum(move.relative for move in self.changes), 9),
            tuple(move.lever.id for move in self.changes),
        )


@dataclass(frozen=True, slots=True)
class WhatWouldChange:
    """What would change a verdict. `better` and `worse` are single changes; `together` is the shortest list of changes
    that lifts the verdict where none does by itself. `held_by` says what holds it where no list does."""

    verdict: Verdict
    better: tuple[Flip, ...]
    worse: tuple[Flip, ...]
    together: Flip | None = None
    held_by: tuple[str, ...] = ()

    @property
    def flips(self) -> tuple[Flip, ...]:
        """All of them in the order in which they are read."""
        return (*self.better, *([self.together] if self.together else []), *self.worse)

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence each, what is only to be kept in one; where nothing lifts the verdict, that too."""
        held = () if not self.held_by else (f"No change of these inputs lifts the verdict: {' '.join(self.held_by)}",)
        told = [flip for flip in self.flips if flip not in self.kept]
        return (*(flip.sentence for flip in told), *self._kept_sentences, *held)

    @property
    def kept(self) -> tuple[Flip, ...]:
        """What is in place, and ends the verdict when it no longer is."""
        return tuple(flip for flip in self.worse if flip.changes[0].lever.is_step and flip.changes[0].lever.present)

    @property
    def _kept_sentences(self) -> tuple[str, ...]:
        by_verdict: dict[Verdict, list[str]] = {}
        for flip in self.kept:
            by_verdict.setdefault(flip.verdict, []).append(flip.changes[0].clause)
        return tuple(
            f"{verdict.value} if {clauses[0]}."
            if len(clauses) == 1
            else f"{verdict.value} if any of this happens: {'; '.join(clauses)}."
            for verdict, clauses in by_verdict.items()
        )


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A case with its levers, to try other values on, and what would change its verdict."""

    case: Case
    levers: tuple[Lever, ...]
    found: WhatWouldChange


def what_would_change(case: Case, table: VerdictTable, standing: ContradictionCatalog) -> WhatWouldChange:
    """The nearest values at which the verdict becomes another, for the better and for the worse."""
    search = _Search(case, table, standing)
    better = _sorted(flip for lever in search.levers if (flip := search.lifting(lever)))
    worse = _sorted(flip for lever in search.levers if (flip := search.harming(lever)))
    together: Flip | None = None
    held_by: tuple[str, ...] = ()
    if not better and search.rank < RANK[Verdict.GO]:
        together, held_by = search.lifting_together()
    return WhatWouldChange(search.verdict, better, worse, together, held_by)


class _Search:
    """One search: the levers of a case, and every verdict that was found on the way."""

    def __init__(self, case: Case, table: VerdictTable, standing: ContradictionCatalog) -> None:
        self._case, self._table, self._standing = case, table, standing
        diagnosis = judge(case, table, standing)
        self.verdict = diagnosis.verdict
        self.rank = RANK[diagnosis.verdict]
        self.levers = levers_of(case, diagnosis)
        self._place = {lever.id: place for place, lever in enumerate(self.levers)}
        self._prepared: dict[tuple[str, ...], Case] = {(): case}
        self._verdicts: dict[tuple[tuple[str, float], ...], Verdict] = {(): diagnosis.verdict}

    # --- verdicts -------------------------------------------------------------------------------------------------

    def verdict_at(self, values: Values) -> Verdict:
        """The verdict with these values."""
        ordered = self._ordered(values)
        key = tuple((lever.id, value) for lever, value in ordered)
        if key not in self._verdicts:
            self._verdicts[key] = verdict_of(self._at(ordered), self._table, self._standing)
        return self._verdicts[key]

    def lifts(self, values: Values) -> bool:
        return RANK[self.verdict_at(values)] > self.rank

    def harms(self, values: Values) -> bool:
        """GO ends; FIX FIRST becomes STOP."""
        return RANK[self.verdict_at(values)] < self.rank

    def _at(self, ordered: Sequence[tuple[Lever, float]]) -> Case:
        heavy = [lever for lever, value in ordered if lever.prepares(value)]
        key = tuple(lever.id for lever in heavy)
        if key not in self._prepared:
            case = self._prepared.get(key[:-1]) or self._case
            for lever in heavy if key[:-1] not in self._prepared else heavy[-1:]:
                case = lever.prepare(case) if lever.prepare else case
            self._prepared[key] = case
        case = self._prepared[key]
        for lever, value in ordered:
            case = lever.change(case, value)
        return case

    def _ordered(self, values: Values) -> list[tuple[Lever, float]]:
        return sorted(values.items(), key=lambda one: self._place[one[0].id])

    # --- one lever ------------------------------------------------------------------------------------------------

    def lifting(self, lever: Lever) -> Flip | None:
        """The nearest value at which the verdict is better."""
        return self._nearest(lever, self.lifts, upwards={Better.MORE: True, Better.LESS: False}.get(lever.better))

    def harming(self, lever: Lever) -> Flip | None:
        """The nearest value at which the verdict is worse."""
        return self._nearest(lever, self.harms, upwards={Better.MORE: False, Better.LESS: True}.get(lever.better))

    def _nearest(self, lever: Lever, flips: Callable[[Values], bool], *, upwards: bool | None) -> Flip | None:
        ways = (upwards,) if upwards is not None else (True,) if lever.present is None else (True, False)
        found = [move for way in ways if (move := self._move(lever, flips, {}, upwards=way)) is not None]
        if not found:
            return None
        move = min(found, key=lambda one: one.relative)
        return Flip((move,), self.verdict_at({lever: move.value}))

    def _move(self, lever: Lever, flips: Callable[[Values], bool], others: Values, *, upwards: bool) -> Move | None:
        """The nearest value on one side at which the verdict flips while other levers stand at `others`."""

        def flipping(number: int) -> bool:
            return flips({**others, lever: lever.value(number)})

        numbers = lever.beyond_present(upwards=upwards)
        if not numbers or not (lever.better is Better.NEITHER or flipping(numbers[-1])):
            return None
        first = _first(numbers, flipping, probing=lever.better is Better.NEITHER)
        if first is None:
            return None
        before = lever.value(numbers[first - 1]) if first else lever.present
        return Move(lever, lever.value(numbers[first]), before)

    # --- several levers together ----------------------------------------------------------------------------------

    def lifting_together(self) -> tuple[Flip | None, tuple[str, ...]]:
        """The smallest pair that lifts the verdict, else the shortest list; or what holds the verdict at the best."""
        best = self._at_best()
        if not self.lifts(best):
            held = judge(self._at(self._ordered(best)), self._table, self._standing)
            return None, held.reasons
        needed = [lever for lever in best if not self.lifts(_without(best, lever))]
        pair = self._smallest_pair(best, needed)
        return pair or self._refined(self._shortened(best)), ()

    def _at_best(self) -> dict[Lever, float]:
        """Every lever at its better end, and every step done, also one that may go either way."""
        best = {}
        for lever in self.levers:
            if lever.best is not None and lever.best != lever.present:
                best[lever] = lever.best
        return best

    def _smallest_pair(self, best: Values, needed: Sequence[Lever]) -> Flip | None:
        if len(needed) > 2:
            return None
        pairs = [pair for pair in combinations(best, 2) if set(needed) <= set(pair)]
        lifting = [{lever: best[lever] for lever in pair} for pair in pairs]
        lifting = [values for values in lifting if self.lifts(values)]
        lifting.sort(key=lambda values: (sum(lever.limit for lever in values), sum(lever.parts for lever in values)))
        return min(
            (self._refined(values) for values in lifting[:MOST_REFINED]), key=lambda flip: flip.size, default=None
        )

    def _shortened(self, best: Values) -> dict[Lever, float]:
        """A list from which nothing can be left out; the project's limits and then the figures are left out first."""
        values = dict(best)
        for lever in sorted(best, key=lambda one: (not one.limit, one.is_step, one.present is None, -one.parts)):
            fewer = _without(values, lever)
            if self.lifts(fewer):
                values = fewer
        return values

    def _refined(self, values: Values) -> Flip:
        """The same levers, each no further than it has to go."""
        values = self._part_of_the_way(values)
        unknown = [lever for lever in values if not lever.is_step and lever.present is None]
        moves = {}
        for lever in values:
            others = _without(values, lever)
            if lever in unknown and len(unknown) > 1:  # what is good enough for one depends on the other
                moves[lever] = Move(lever, values[lever], None)
                continue
            value, before = self._narrowed(lever, values[lever], others)
            values = {**values, lever: value}
            moves[lever] = Move(lever, value, before)
        ordered = tuple(moves[lever] for lever, _ in self._ordered(values))
        return Flip(ordered, self.verdict_at(values))

    def _part_of_the_way(self, values: Values) -> dict[Lever, float]:
        """Figures that are known go the same part of their way, and no more than they have to."""
        figures = [lever for lever in values if not lever.is_step and lever.present is not None]
        if len(figures) < 2:
            return dict(values)

        def at(level: int) -> dict[Lever, float]:
            return {**values, **{lever: lever.between(values[lever], level / _LEVELS) for lever in figures}}

        level = _first(range(1, _LEVELS + 1), lambda number: self.lifts(at(number)), probing=False)
        return at(_LEVELS if level is None else level + 1)

    def _narrowed(self, lever: Lever, value: float, others: Values) -> tuple[float, float | None]:
        """The nearest value up to `value` that still lifts the verdict, and the one before it."""
        if lever.is_step:
            return value, lever.present
        upwards = lever.better is Better.MORE or value > (lever.present or 0.0)
        move = self._move(lever, self.lifts, others, upwards=upwards)
        return (value, None) if move is None else (move.value, move.before)


def _first(numbers: Sequence[int], holds: Callable[[int], bool], *, probing: bool) -> int | None:
    """The place of the first number for which `holds`, by bisection between one where it does not and one where it
    does. `probing` looks for the latter in growing strides, as what holds once may not hold further on."""
    no, yes = -1, len(numbers) - 1
    if probing:
        stride = 1
        while True:
            place = min(no + stride, len(numbers) - 1)
            if holds(numbers[place]):
                yes = place
                break
            if place == len(numbers) - 1:
                return None
            no, stride = place, stride * 2
    elif not holds(numbers[yes]):
        return None
    while yes - no > 1:
        middle = (no + yes) // 2
        no, yes = (no, middle) if holds(numbers[middle]) else (middle, yes)
    return yes


def _without(values: Values, lever: Lever) -> dict[Lever, float]:
    return {one: value for one, value in values.items() if one is not lever}


def _sorted(flips: Iterable[Flip]) -> tuple[Flip, ...]:
    return tuple(sorted(flips, key=lambda flip: flip.size))


def _listed(clauses: Sequence[str]) -> str:
    if len(clauses) < 3:
        return " and ".join(clauses)
    numbered = [f"({number}) {clause}" for number, clause in enumerate(clauses, start=1)]
    return f"all of this happens: {'; '.join(numbered)}"
