"""Estimating together in a project: what a round is offered for, what was said, and what is agreed.

Opening, sending and revealing are the same for every subject: readiness/project/asking.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from readiness import ballots
from readiness.ballots import Round, Subject
from readiness.errors import InputError, UnknownNameError
from readiness.exports.figures import counted, day
from readiness.outcome.agreement import person_key
from readiness.project import asking
from readiness.project.asking import TURNS, Phase, Sent, attendance, move, phase_of, reveal, send, sender_mark
from readiness.project.projects import Projects
from readiness.project.state import Kind, ProjectState, check
from readiness.scope.items import ItemStatus
from readiness.scope.rounds import Days, Spread, answer_of, by_disagreement, opinion_of, spread

__all__ = [
    "ASKED_AT_ONCE", "Phase", "Sent", "agree", "agreed_on", "attendance", "move", "offered_items", "open_round",
    "people", "phase", "phase_of", "results", "reveal", "rounds_of", "send", "sender_mark",
]  # fmt: skip

ASKED_AT_ONCE = 10  # components that a round is offered for: about a quarter of an hour


def rounds_of(state: ProjectState) -> tuple[Round, ...]:
    """The project's rounds of estimates, the latest first."""
    return ballots.about(Subject.ESTIMATE, state.rounds)


def offered_items(state: ProjectState, widest: Sequence[str]) -> tuple[str, ...]:
    """The ids that a round is offered for: what is not estimated; else those with the widest spread, `widest` first."""
    needed = [item.id for item in state.items if item.status is not ItemStatus.NOT_NEEDED]
    unknown = [item.id for item in state.items if item.status is ItemStatus.UNKNOWN]
    return tuple((unknown or [item for item in widest if item in needed])[:ASKED_AT_ONCE])


def open_round(
    projects: Projects, project_id: str, items: Sequence[str], *, participants: Sequence[str] = (), who: str
) -> Round:
    """A new round of estimates over these items; the one that is open, where it is about the same and by the same."""
    with TURNS:
        names = {item.id: item.component for item in projects.load(project_id).items}
        lost = [item for item in items if item not in names]
        if lost:
            raise UnknownNameError("scope item", lost[0])
        labels = {item: names[item] for item in items}
        return asking.open_round(projects, project_id, Subject.ESTIMATE, labels, participants=participants, who=who)


def phase(projects: Projects, project_id: str) -> Phase:
    """Where estimating together is now. One read while nothing has changed."""
    return asking.phase(projects, project_id, Subject.ESTIMATE)


def results(state: ProjectState, round_: Round) -> tuple[Spread, ...]:
    """What was said in a revealed round, the largest disagreement first; nothing of one that is not revealed."""
    given = ballots.of_round(round_, state.ballots)
    spreads = []
    for thing in round_.things:
        said = (opinion_of(b.participant, b.answer, b.note) for b in given if b.thing == thing)
        spreads.append(spread(thing, round_.label(thing), (opinion for opinion in said if opinion is not None)))
    return by_disagreement(spreads)


def agreed_on(round_: Round, thing: str) -> Days | None:
    """The figures that the group settled on; None where it did not, or where a file of unknown origin holds no such."""
    agreed = opinion_of("", round_.agreed.get(thing, {}))
    return agreed.days if agreed else None


def people(state: ProjectState, round_: Round) -> int:
    """How many people answered a revealed round."""
    given = ballots.of_round(round_, state.ballots)
    return len({person_key(ballot.participant) for ballot in given})


def agree(
    projects: Projects,
    drawn: ProjectState,
    round_id: str,
    figures: Mapping[str, tuple[object, object, object]],
    *,
    who: str,
) -> Round:
    """The round with what the group agreed on, which becomes the estimate of its scope items, all in one transaction.

    `drawn` is the project as whoever typed the figures saw it: a later change of the same figures by somebody else
    is a ConflictError, and nothing is saved. The individual ballots stay as they are.
    """
    with TURNS:
        round_, version = asking.read_round(projects.store, drawn.id, round_id)
        if round_.is_open:
            raise InputError("Reveal the round first; then agree on what it says.")
        state = projects.load(drawn.id)
        items = {item.id: item for item in drawn.items}
        present = {item.id for item in state.items}
        answers = {item: answer_of(round_.label(item), *typed) for item, typed in figures.items()}
        basis = f"Agreed in a round of {counted(people(state, round_), 'person', 'people')} on {day(projects.clock())}"
        changes: list[tuple[str, str, dict[str, Any], int]] = []
        for item, answer in answers.items():
            if item not in round_.things:
                raise UnknownNameError("component of this round", item)
            if item not in items or item not in present:
                raise InputError(f"{round_.label(item)} was removed meanwhile, so it cannot take an estimate.")
            body = {**items[item].model_dump(mode="json"), **answer, "basis": basis}
            changes.append((Kind.SCOPE_ITEM.value, item, body, drawn.version_of(Kind.SCOPE_ITEM, item)))
        settled = round_.model_copy(update={"agreed": {**round_.agreed, **answers}})
        changes.append((Kind.ROUND.value, round_.id, settled.model_dump(mode="json"), version))
        what = f"agreed on {counted(len(answers), 'estimate')} in a round"
        projects.store.save_many(drawn.id, changes, who=who, what=what, check=check)
        return settled
