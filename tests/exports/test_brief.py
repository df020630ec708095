"""The briefs: the verdict with all that it rests on, and no names but those of owner and signers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog
from readiness.diagnosis.ledger import Facts, Ledger
from readiness.diagnosis.stop_rules import StopInputs, evaluate_stop_rules
from readiness.diagnosis.value_against_cost import value_against_cost
from readiness.diagnosis.value_inputs import Grounds
from readiness.diagnosis.verdict import Diagnosis
from readiness.diagnosis.verdict_table import Verdict
from readiness.exports.briefs.build_briefs import production_brief, prototype_brief
from readiness.exports.briefs.content import Decision, missing_closing_parts
from readiness.exports.briefs.decision_brief import decision_brief
from readiness.exports.document import ABOUT, Callout, Document, Heading, PageBreak, Properties, Signatures, Signer
from readiness.exports.markdown import to_markdown
from readiness.outcome.value import Stated, ValueModel
from readiness.scope.totals import total_scope

ISSUED = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
BYSTANDER = "Jo Blame"  # answered a question, reviews, granted authority; neither owner nor signer
EVERY_PART = dict.fromkeys(("learned", "other-use-case", "other-approach", "later-attempt"), "Stated.")
CLOSING = {"learned": "Vendors change their layout each quarter.", "later-attempt": "Once the archive is indexed."}

MakeBrief = Callable[..., Document]


@pytest.fixture
def make_brief(facts: Facts, catalog: FailureModeCatalog) -> MakeBrief:
    def make(
        diagnosis: Diagnosis,
        *,
        closing: dict[str, str] | None = None,
        signers: tuple[Signer, ...] = (),
        **more: Any,
    ) -> Document:
        return decision_brief(
            Decision(
                project_name="Invoice intake",
                facts=facts,
                diagnosis=diagnosis,
                stop_inputs=StopInputs(limit_reason="Four people can review."),
                catalog=catalog,
                closing=closing or {},
                signers=signers,
                issued_at=ISSUED,
                **more,
            )
        )

    return make


def test_a_brief_that_says_fix_first_is_as_it_was_kept(
    make_brief: MakeBrief, diagnosis: Diagnosis, snapshot: Callable[[str, str], None]
) -> None:
    snapshot("brief_fix_first.md", to_markdown(make_brief(diagnosis)))


def test_a_brief_that_says_stop_is_as_it_was_kept(
    make_brief: MakeBrief, stopped: Diagnosis, snapshot: Callable[[str, str], None]
) -> None:
    signer = Signer("Lee Adeyemi", "Sponsor", "21 Nov 2026")
    snapshot("brief_stop.md", to_markdown(make_brief(stopped, closing=CLOSING, signers=(signer,))))


def test_the_build_briefs_are_as_they_were_kept(
    facts: Facts, ledger: Ledger, snapshot: Callable[[str, str], None]
) -> None:
    for kind, build in (("prototype", prototype_brief), ("production", production_brief)):
        document = build(project_name="Invoice intake", facts=facts, ledger=ledger, issued_at=ISSUED)
        snapshot(f"brief_{kind}.md", to_markdown(document))


@pytest.fixture
def valued(facts: Facts, ledger: Ledger, diagnosis: Diagnosis) -> tuple[Facts, Diagnosis]:
    """The project with a team, with everything that the value is made of, and with the rule that rests on it."""
    plan = facts.plan.model_copy(
        update={
            "team_size": 2.0, "review_minutes": 3.0, "review_hour_rate": 40.0, "reference_multiplier": 4.0,
            "reference_source": "Three builds of the same team",
        }
    )  # fmt: skip
    value = ValueModel(
        volume=Stated(low=2000, likely=2400, high=3000, source="Intake | log"),
        minutes=Stated(low=4, likely=5, high=8),
        hour_rate=Stated(likely=40, source="=Finance"),
        accepted=Stated(low=0.5, likely=0.65, high=0.9, source="Trial"),
        wrong=Stated(low=0.01, likely=0.02, high=0.05, source="Trial"),
        run_cost_month=Stated(low=200, likely=300, high=500, source="Quote"),
    )
    changed = replace(facts, plan=plan, value=value)
    total = total_scope(changed.items, plan)
    against = value_against_cost(
        Grounds(
            model=value,
            workflow=facts.workflow,
            outcome=facts.outcome,
            plan=plan,
            items=facts.items,
            report=facts.report,
            effect=ledger.effect,
            loads=(),
            unknown_reviews=(),
            total=total,
        )
    )
    known = replace(ledger, total=total, value=against)
    rules = evaluate_stop_rules(changed, known, StopInputs())
    return changed, replace(diagnosis, ledger=known, stop_rules=rules)


def test_a_brief_with_a_value_is_as_it_was_kept(
    valued: tuple[Facts, Diagnosis], catalog: FailureModeCatalog, snapshot: Callable[[str, str], None]
) -> None:
    facts, diagnosis = valued
    brief = decision_brief(Decision("Invoice intake", facts, diagnosis, StopInputs(), catalog, issued_at=ISSUED))
    snapshot("brief_value.md", to_markdown(brief))


def test_the_scope_is_quoted_as_ranges_with_both_ends_weeks_and_ratio(valued: tuple[Facts, Diagnosis]) -> None:
    facts, diagnosis = valued
    markdown = to_markdown(
        production_brief(project_name="P", facts=facts, ledger=diagnosis.ledger, issued_at=ISSUED)
    ).replace("\\", "")
    simulated = diagnosis.ledger.total.simulated
    assert simulated is not None
    days = simulated.days
    for level in (days.p10, days.p90, days.p50):
        assert f"{level:.0f}" in markdown
    assert f"P80 {days.p80:.0f}" in markdown
    for said in ("as likely above", "share no risk", "well or badly together", "weeks with 2 people at work", "(P80)"):
        assert said in markdown
    assert "4 times the plan would be 40 person-days; source: Three builds of the same team" in markdown


def test_the_value_stands_with_probability_payback_and_every_source(
    valued: tuple[Facts, Diagnosis], catalog: FailureModeCatalog
) -> None:
    facts, diagnosis = valued
    value = diagnosis.ledger.value
    brief = decision_brief(Decision("P", facts, diagnosis, StopInputs(), catalog, issued_at=ISSUED))
    markdown = to_markdown(brief).replace("\\", "")
    assert value.probability is not None
    assert value.covering_sentence in markdown
    for one in value.inputs:
        assert one.label in markdown
        assert one.source.split(" | ")[0] in markdown
    assert "**Least probability of the cost rule:** 50%" in markdown


def test_the_cost_rule_has_its_margin_in_points(
    make_brief: MakeBrief, diagnosis: Diagnosis, stopped: Diagnosis
) -> None:
    assert "42 points away" in to_markdown(make_brief(diagnosis))
    assert "12 points beyond it" in to_markdown(make_brief(stopped))


def test_an_answer_against_the_evidence_is_marked_and_keeps_its_reason(
    make_brief: MakeBrief, diagnosis: Diagnosis
) -> None:
    markdown = to_markdown(make_brief(diagnosis))
    assert "Answered against the evidence" in markdown
    assert "A new prompt handles the dates." in markdown


def test_a_stop_says_what_was_not_stated_instead_of_leaving_it_out(make_brief: MakeBrief, stopped: Diagnosis) -> None:
    markdown = to_markdown(make_brief(stopped, closing=CLOSING))
    assert "- **Learned:** Vendors change their layout each quarter." in markdown
    assert "- **Other use case:** Not stated." in markdown
    assert "Stop rule met: Rule of cost. Primary failure mode: scope underestimation." in markdown


def test_a_stop_names_the_parts_that_are_missing_right_below_its_verdict(
    make_brief: MakeBrief, stopped: Diagnosis, catalog: FailureModeCatalog
) -> None:
    verdict, missing = make_brief(stopped, closing=CLOSING).blocks[:2]
    assert isinstance(verdict, Callout)
    assert isinstance(missing, Callout)
    assert (missing.title, missing.text) == ("Not complete", "Other use case and other approach are not stated.")
    one = make_brief(stopped, closing={**EVERY_PART, "learned": "  \n"}).blocks[1]
    assert isinstance(one, Callout)
    assert one.text == "Learned is not stated."
    assert "Not complete" not in to_markdown(make_brief(stopped, closing=EVERY_PART))


def test_only_a_stop_can_miss_closing_parts(
    diagnosis: Diagnosis, stopped: Diagnosis, catalog: FailureModeCatalog
) -> None:
    every = ("learned", "other use case", "other approach", "later attempt")
    assert missing_closing_parts(stopped.verdict, catalog, {}) == every
    assert missing_closing_parts(stopped.verdict, catalog, {**EVERY_PART, "other-approach": " "}) == ("other approach",)
    assert missing_closing_parts(stopped.verdict, catalog, EVERY_PART) == ()
    for verdict in (Verdict.GO, Verdict.FIX_FIRST):
        assert missing_closing_parts(verdict, catalog, {}) == ()


def test_the_verdict_stands_first_and_the_hashes_last(
    make_brief: MakeBrief, diagnosis: Diagnosis, stopped: Diagnosis, facts: Facts
) -> None:
    assert facts.report is not None
    for document in (make_brief(diagnosis), make_brief(stopped)):
        assert isinstance(document.blocks[0], Callout)
        body, _, about = to_markdown(document).partition(f"\n## {ABOUT}\n")
        for long in (facts.report.reading.sha256, document.evidence, document.fingerprint):
            assert long not in body
            assert long in about
        assert about.count("\n") == 5


def test_what_the_sponsor_signs_stands_before_the_annexes(
    make_brief: MakeBrief, diagnosis: Diagnosis, stopped: Diagnosis
) -> None:
    for document in (make_brief(diagnosis), make_brief(stopped)):
        first = document.blocks[: document.blocks.index(PageBreak())]
        assert isinstance(first[-1], Signatures)
        assert sum(isinstance(block, Heading) for block in first) <= 4


def test_the_failure_mode_and_the_next_step_stand_on_the_first_page_of_a_fix_first(
    make_brief: MakeBrief, diagnosis: Diagnosis
) -> None:
    first, _, annexes = to_markdown(make_brief(diagnosis)).partition("\n---\n")
    assert "- **Primary failure mode:** scope underestimation; also found: ownership" in first
    assert "- **Next step:** First step." in first
    assert "| 1 | First step. | Its evidence. |" in annexes


def test_components_of_a_prototype_brief_stand_by_group(facts: Facts, ledger: Ledger) -> None:
    document = prototype_brief(project_name="P", facts=facts, ledger=ledger, issued_at=None)
    left = document.blocks[-1]
    assert isinstance(left, Properties)
    assert ("Operations", "Work queues") in left.pairs
    assert "Review screen" not in to_markdown(Document("T", blocks=(left,)))


def test_a_scope_keeps_the_order_in_which_it_was_handed_in(facts: Facts, ledger: Ledger) -> None:
    turned = replace(facts, items=tuple(reversed(facts.items)))
    markdown = to_markdown(production_brief(project_name="P", facts=turned, ledger=ledger, issued_at=None))
    places = [markdown.rindex(f"| {item.component} |") for item in turned.items]
    assert places == sorted(places)


def test_one_day_and_one_person_day_are_singular(facts: Facts, ledger: Ledger) -> None:
    one = replace(
        facts,
        outcome=facts.outcome.model_copy(update={"baseline_delay_days": 1}),
        plan=facts.plan.model_copy(update={"planned_days": 1}),
    )
    markdown = to_markdown(production_brief(project_name="P", facts=one, ledger=ledger, issued_at=None))
    assert "1 day of delay" in markdown
    assert "the 1 person-day planned" in markdown


def test_a_stop_asks_for_no_repair(make_brief: MakeBrief, stopped: Diagnosis) -> None:
    assert "What puts it right" not in to_markdown(make_brief(stopped))


def test_only_a_stop_has_the_closing_sections(make_brief: MakeBrief, diagnosis: Diagnosis) -> None:
    assert "**Learned:**" not in to_markdown(make_brief(diagnosis, closing=CLOSING))


def test_a_brief_names_nobody_but_owner_and_signers(
    make_brief: MakeBrief, diagnosis: Diagnosis, stopped: Diagnosis, facts: Facts, ledger: Ledger
) -> None:
    build = {"project_name": "P", "facts": facts, "ledger": ledger, "issued_at": ISSUED}
    documents = (make_brief(diagnosis), make_brief(stopped), prototype_brief(**build), production_brief(**build))
    for document in documents:
        assert BYSTANDER not in to_markdown(document)
    assert "Kim Okafor" in to_markdown(documents[0])
    assert "Ana Ruiz" in to_markdown(documents[0])


def test_without_signers_there_are_lines_to_sign(make_brief: MakeBrief, diagnosis: Diagnosis) -> None:
    markdown = to_markdown(make_brief(diagnosis))
    assert "| ........................ | Sponsor | ........................ |" in markdown
    assert "| Kim Okafor | Head of intake | ........................ |" in markdown


def test_the_day_of_issue_does_not_change_the_fingerprint(
    make_brief: MakeBrief, diagnosis: Diagnosis, facts: Facts, ledger: Ledger
) -> None:
    days = (ISSUED, ISSUED.replace(year=2027), None)
    made = {production_brief(project_name="P", facts=facts, ledger=ledger, issued_at=day).fingerprint for day in days}
    assert len(made) == 1


def test_another_answer_changes_the_fingerprint(make_brief: MakeBrief, diagnosis: Diagnosis) -> None:
    other = replace(diagnosis, reasons=("Another reason.",))
    assert make_brief(other).fingerprint != make_brief(diagnosis).fingerprint


def test_a_diagnosis_without_failure_has_no_failure_mode(make_brief: MakeBrief, diagnosis: Diagnosis) -> None:
    markdown = to_markdown(make_brief(replace(diagnosis, primary=None, also_found=())))
    assert "Primary failure mode:" not in markdown


def test_an_untouched_project_gives_briefs_that_say_what_is_missing(facts: Facts, ledger: Ledger) -> None:
    untouched = replace(facts, report=None, items=(), decisions={})
    nothing = replace(ledger, effect=None, undecided=())
    build = {"project_name": "P", "facts": untouched, "ledger": nothing, "issued_at": None}
    assert "No sample has been audited" in to_markdown(prototype_brief(**build))
    production = to_markdown(production_brief(**build))
    assert "nobody knows what the build will meet" in production
    assert "No component is listed." in production


def test_every_failure_mode_can_be_the_primary_one(
    make_brief: MakeBrief, diagnosis: Diagnosis, catalog: FailureModeCatalog
) -> None:
    for mode in FailureMode:
        markdown = to_markdown(make_brief(replace(diagnosis, primary=mode, also_found=())))
        assert f"### Primary failure mode: {mode}" in markdown
        assert catalog.of(mode).comes_next in markdown
