"""What a check looks at: everything that is on record of a project, and how figures stand in its sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.ledger import Facts, Ledger
from readiness.diagnosis.questions import Answer, Reply
from readiness.diagnosis.stop_rules import StopInputs
from readiness.operation.rules import DONE_DAYS
from readiness.outcome.evaluation_runs import EvaluationRun
from readiness.outcome.evaluation_runs import in_order as runs_in_order
from readiness.outcome.reviews import Review, in_order
from readiness.scope.items import ItemSource, ItemStatus, ScopeItem
from readiness.shares import whole_percent
from readiness.workflow import Stage

RECENT_DAYS = 28  # of a log: four whole weeks, so that each day of the week counts alike
FEWEST_LOGGED = 30  # items or decisions of the log; fewer say little about a share
_MOST_NAMED = 3
_LONGEST_NAME = 80


class Part(NamedTuple):
    """A component that other statements rely on: its id in the catalog, and the words that a team's own is known by."""

    id: str
    words: re.Pattern[str] | None = None  # None: by its id alone


class Logged(NamedTuple):
    """A share of all items of the log's recent days (0..1), and how many days that were."""

    share: float
    days: int


@dataclass(frozen=True)
class Recorded:
    """A project as it is recorded: facts, the ledger of its evidence, the answers, and what was stated for stopping.
    What several checks ask for is worked out once."""

    facts: Facts
    ledger: Ledger
    answers: Mapping[FailureMode, Answer]
    inputs: StopInputs

    @property
    def today(self) -> date:
        return self.facts.now.date()

    @property
    def is_stalled(self) -> bool:
        return self.facts.workflow.stage is Stage.STALLED

    @cached_property
    def held(self) -> tuple[Review, ...]:
        """The reviews in their order, without those that were withdrawn."""
        return tuple(one for one in in_order(self.facts.reviews) if not one.withdrawn)

    @cached_property
    def latest_run(self) -> EvaluationRun | None:
        """The latest run of the evaluation set."""
        runs = runs_in_order(self.facts.runs)
        return runs[-1] if runs else None

    @cached_property
    def first_logged(self) -> date | None:
        """The first day of the running system's log with an item; None without such a log."""
        days = self.facts.live.days if self.facts.live else ()
        return min((one.day for one in days if one.items), default=None)

    @property
    def done_days(self) -> int:
        """For how many days in a row the outcome must hold."""
        return self.facts.live.limits.done_days if self.facts.live else DONE_DAYS

    @property
    def reviewed_share(self) -> float:
        """Of the records of the audit, those that the decisions send to people; 0 where none or nothing is known."""
        effect = self.ledger.effect
        return effect.review.share if effect is not None else 0.0

    def answered_yes(self, mode: FailureMode) -> bool:
        answer = self.answers.get(mode)
        return answer is not None and answer.reply is Reply.YES

    def left_out(self, part: Part) -> str:
        """How a component was left out, "Rollback is estimated at 0 person-days"; empty where it was not.

        A component that nobody listed is not known. One that the prototype has already may well take no more time, and
        of two under one name it is enough that one is to be built.
        """
        found = self._called(part)
        how = [said for said in map(_left_out, found) if said]
        return how[0] if found and len(how) == len(found) else ""

    @cached_property
    def routed_lately(self) -> Logged | None:
        """What the log's last RECENT_DAYS days with data sent to humans; None where too little is known of it."""
        days = self.facts.live.days if self.facts.live else ()
        told = list(islice((one for one in reversed(days) if one.decided and not one.ongoing), RECENT_DAYS))
        total = sum(one.decided for one in told)
        if total < FEWEST_LOGGED:
            return None
        return Logged(sum(one.routed for one in told) / total, len(told))

    def _called(self, part: Part) -> list[ScopeItem]:
        """The items that are this component. All names are searched at once, as most projects have none of them."""
        by_id = self._by_id.get(part.id)
        found = [by_id] if by_id is not None else []
        if part.words is None or not part.words.search(self._own_names):
            return found
        return [item for item in self.facts.items if is_part(item, part)]

    @cached_property
    def _by_id(self) -> Mapping[str, ScopeItem]:
        return {item.id: item for item in self.facts.items}

    @cached_property
    def _own_names(self) -> str:
        return "\n".join(item.component for item in self.facts.items if item.source is ItemSource.OWN)


def is_part(item: ScopeItem, part: Part) -> bool:
    """Whether a scope item is that component: by the catalog's id, or an own one by its name."""
    if item.id == part.id:
        return True
    return item.source is ItemSource.OWN and part.words is not None and part.words.search(item.component) is not None


def is_at_zero(item: ScopeItem) -> bool:
    """Whether it is to be built, and at no effort."""
    return item.likely_days == 0 and item.status is ItemStatus.ESTIMATED and not item.in_prototype


def _left_out(item: ScopeItem) -> str:
    if item.in_prototype:
        return ""
    if item.status is ItemStatus.NOT_NEEDED:
        return f"{short(item.component)} is marked as not needed"
    return f"{short(item.component)} is estimated at 0 person-days" if is_at_zero(item) else ""


def day(moment: date | datetime) -> str:
    """21 Nov 2026."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def figure(value: float) -> str:
    """A quantity as it is read: 2,600, 6.4."""
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


def percent(share: float) -> str:
    """A share for a sentence: 76%."""
    return whole_percent(share)


def told_apart(first: float, second: float) -> tuple[str, str]:
    """Two shares in %, with as many decimals as it takes to see that they differ."""
    one, other = percent(first), percent(second)
    if one != other or first == second:
        return one, other
    return f"{first:.2%}", f"{second:.2%}"


def counted(count: int, one: str, many: str = "") -> str:
    """`count` with its noun: "1 record", "2,400 records"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def short(name: str, otherwise: str = "") -> str:
    """A name that somebody typed, in one line and short enough for a sentence; `otherwise` where it is empty."""
    line = " ".join(name.split())
    return f"{line[: _LONGEST_NAME - 1].rstrip()}…" if len(line) > _LONGEST_NAME else line or otherwise


def named(names: Iterable[str]) -> str:
    """The first few names as words of a sentence: "a, b, c and 4 more"."""
    everything: Sequence[str] = tuple(short(name) for name in names)
    shown, more = everything[:_MOST_NAMED], len(everything) - _MOST_NAMED
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
