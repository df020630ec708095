"""The workflow brief: where the work breaks, the first step, review points, the first version, and its range."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from readiness.diagnosis.ledger import Facts, Ledger
from readiness.exports.briefs.workflow_brief import workflow_brief
from readiness.exports.markdown import to_markdown
from readiness.workflow import Workflow
from tests.exports.documents import NOW


def markdown(facts: Facts, ledger: Ledger) -> str:
    return to_markdown(workflow_brief(project_name="Invoice intake", facts=facts, ledger=ledger, issued_at=NOW))


def test_a_workflow_brief_is_as_it_was_kept(facts: Facts, ledger: Ledger, snapshot: Callable[[str, str], None]) -> None:
    snapshot("brief_workflow.md", markdown(facts, ledger))


def test_it_says_how_many_items_a_month_are_outside_the_clean_case(facts: Facts, ledger: Ledger) -> None:
    assert "28% of the records: 557 to 800 items of the 2,400 a month" in markdown(facts, ledger)
    open_volume = replace(facts, workflow=facts.workflow.model_copy(update={"volume_per_month": None}))
    assert "- **Outside the clean case:** 28% of the records\n" in markdown(open_volume, ledger)


def test_review_points_are_the_decisions_and_the_person_who_looks(facts: Facts, ledger: Ledger) -> None:
    text = markdown(facts, ledger)
    assert "- **Looks before anything leaves:** Jo Blame" in text
    assert "- **Goes to a person:** Required field missing: vendor (10.3%)" in text
    assert "- **Is sent back:** Exact duplicate record (1.3%)" in text
    assert "- **Nobody has decided:** Amount that cannot be read: amount (3.0%)" in text


def test_the_first_version_has_a_range_of_its_own_that_says_what_is_not_in_it(facts: Facts, ledger: Ledger) -> None:
    assert "**First version alone:** 8.5 to 25.25 person-days, from its lows to its highs" in markdown(facts, ledger)
    both = tuple(
        item.model_copy(update={"in_prototype": item.id in ("review-screen", "rollback")}) for item in facts.items
    )
    assert "highs; 1 component not in it" in markdown(replace(facts, items=both), ledger)


def test_an_untouched_project_says_what_is_not_stated(facts: Facts, ledger: Ledger) -> None:
    untouched = replace(facts, workflow=Workflow(), report=None, items=(), decisions={})
    text = markdown(untouched, replace(ledger, effect=None))
    assert "Not stated yet: the repeated task in one sentence," in text
    assert "not known: no sample has been audited" in text
    assert "**First version alone:** not stated" in text
