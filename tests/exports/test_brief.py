"""The briefs: the verdict with all that it rests on, and no names but those of owner and signers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from readiness.diagnosis.evidence import Facts, Ledger
from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog
from readiness.diagnosis.stop_rules import StopInputs
from readiness.diagnosis.verdict import Diagnosis
from readiness.exports.brief import decision_brief, production_brief, prototype_brief
from readiness.exports.document import Document, Signer
from readiness.exports.markdown import to_markdown

ISSUED = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
BYSTANDER = "Jo Blame"  # answered a question, reviews, granted authority; neither owner nor signer
CLOSING = {"learned": "Vendors change their layout each quarter.", "later-attempt": "Once the archive is indexed."}

MakeBrief = Callable[..., Document]


@pytest.fixture
def make_brief(facts: Facts, catalog: FailureModeCatalog) -> MakeBrief:
    def make(
        diagnosis: Diagnosis, *, closing: dict[str, str] | None = None, signers: tuple[Signer, ...] = ()
    ) -> Document:
        return decision_brief(
            project_name="Invoice intake",
            facts=facts,
            diagnosis=diagnosis,
            stop_inputs=StopInputs(limit_reason="Four people can review."),
            catalog=catalog,
            closing=closing or {},
            signers=signers,
            issued_at=ISSUED,
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


def test_an_answer_against_the_evidence_is_marked_and_keeps_its_reason(
    make_brief: MakeBrief, diagnosis: Diagnosis
) -> None:
    markdown = to_markdown(make_brief(diagnosis))
    assert "Answered against the evidence" in markdown
    assert "A new prompt handles the dates." in markdown


def test_a_stop_says_what_was_not_stated_instead_of_leaving_it_out(make_brief: MakeBrief, stopped: Diagnosis) -> None:
    markdown = to_markdown(make_brief(stopped, closing=CLOSING))
    assert "## Learned\n\nVendors change their layout each quarter." in markdown
    assert "## Other use case\n\nNot stated." in markdown
    assert "Stop rule met: Rule of cost. Primary failure mode: scope underestimation." in markdown


def test_a_stop_asks_for_no_repair(make_brief: MakeBrief, stopped: Diagnosis) -> None:
    assert "What puts it right" not in to_markdown(make_brief(stopped))


def test_only_a_stop_has_the_closing_sections(make_brief: MakeBrief, diagnosis: Diagnosis) -> None:
    assert "## Learned" not in to_markdown(make_brief(diagnosis, closing=CLOSING))


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
        assert f"## Primary failure mode: {mode}" in markdown
        assert catalog.of(mode).comes_next in markdown
