"""Where a project stands against the readiness standard."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from readiness.catalog import read_catalog
from readiness.standard.checklist import ReadinessStandard
from readiness.standard.status import ItemState, StandardStatus, total_standard

STANDARD = read_catalog("readiness_standard", ReadinessStandard)
IDS = [item.id for item in STANDARD.checklist]


def test_a_project_that_said_nothing_has_every_item_open() -> None:
    total = total_standard(STANDARD, {})
    assert (total.met, total.not_needed, len(total.open)) == (0, 0, len(IDS))


def test_an_item_is_met_only_once_something_shows_it() -> None:
    claimed = StandardStatus(item=IDS[0], claimed=ItemState.MET)
    assert claimed.state is ItemState.OPEN
    assert claimed.model_copy(update={"shown_by": "  "}).state is ItemState.OPEN
    assert claimed.model_copy(update={"shown_by": "the signed definition"}).state is ItemState.MET


def test_an_item_that_is_not_needed_says_why() -> None:
    dropped = StandardStatus(item=IDS[0], claimed=ItemState.NOT_NEEDED)
    assert dropped.state is ItemState.OPEN
    assert dropped.model_copy(update={"shown_by": "no public source is used"}).state is ItemState.NOT_NEEDED


@given(st.dictionaries(st.sampled_from(IDS), st.sampled_from(ItemState)))
def test_the_states_add_up_to_all_items(states: dict[str, ItemState]) -> None:
    statuses = {item: StandardStatus(item=item, claimed=state, shown_by="a note") for item, state in states.items()}
    total = total_standard(STANDARD, statuses)
    assert total.met + total.not_needed + len(total.open) == len(IDS)
    assert total.met == sum(state is ItemState.MET for state in states.values())


def test_a_status_of_an_item_that_the_list_no_longer_has_is_left_out() -> None:
    gone = {"an-item-of-before": StandardStatus(item="an-item-of-before", claimed=ItemState.MET, shown_by="a note")}
    assert total_standard(STANDARD, gone).met == 0
