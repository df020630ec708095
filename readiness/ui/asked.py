"""Everything that a group can be asked, one entry a kind: notices, the workshop's table and participants read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from readiness.ballots import Round, Subject
from readiness.exports.figures import counted
from readiness.project import asking
from readiness.ui import agreement_form, estimating_form, round_form, votes_view
from readiness.ui.rooms import DIAGNOSIS, OUTCOME, SCOPE, Room
from readiness.ui.taking_part import Taking

OTHER_NAME = "under Change my name"  # where a participant who joined by the link types another name


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of question that a group can be asked."""

    subject: Subject
    title: str  # as the head of a column
    call: str  # the sentence that says that it is asked for
    why: str  # what it is good for, to whoever opens it
    room: Room  # where it is opened and where its result stands
    form: Callable[[Taking, Round], None]  # draws a participant's form and nothing else

    def asks_for(self, count: int) -> str:
        """What is asked for, in a line: "An estimate is asked for: 3 components"."""
        return f"{self.call}: {counted(count, asking.words(self.subject)[1])}"


def _estimate(taking: Taking, current: Round) -> None:
    round_form.form(estimating_form.part_of(taking, current, OTHER_NAME))


def _judgment(taking: Taking, current: Round) -> None:
    agreement_form.judge(taking, current, OTHER_NAME)


def _vote(taking: Taking, current: Round) -> None:
    round_form.form(votes_view.part_of(taking, current, OTHER_NAME))


ESTIMATES = Asked(
    Subject.ESTIMATE,
    "Estimates",
    "An estimate is asked for",
    "Low, likely and high person-days of components, each person for themselves.",
    SCOPE,
    _estimate,
)
JUDGMENTS = Asked(
    Subject.JUDGMENT,
    "Judgments",
    "Judgments are asked for",
    "What a correct output is, record by record, each person for themselves.",
    OUTCOME,
    _judgment,
)
VOTES = Asked(
    Subject.VOTE,
    "Votes",
    "A vote is asked for",
    "Yes, no or unknown on the four questions, each person for themselves.",
    DIAGNOSIS,
    _vote,
)
ASKED = (ESTIMATES, JUDGMENTS, VOTES)


def asked_about(round_: Round) -> Asked | None:
    """The entry of a round's kind; None for a kind of a later version."""
    return next((kind for kind in ASKED if kind.subject.value == round_.subject.value), None)
