"""The page that is signed: short by rule, complete in its annexes, and without names that do not belong there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.decisions import HandlingDecision
from readiness.diagnosis.contradictions import Contradiction, Severity
from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog
from readiness.diagnosis.fix_plan import FixTask, PlannedStep, TaskStatus
from readiness.diagnosis.ledger import Facts
from readiness.diagnosis.places import Page, Place
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.stop_rules import StopInputs
from readiness.diagnosis.verdict import Diagnosis
from readiness.diagnosis.verdict_table import Verdict
from readiness.diagnosis.votes import Tally, Vote
from readiness.exports.brief_json import brief_dict
from readiness.exports.briefs.content import Decision
from readiness.exports.briefs.decision_brief import decision_brief
from readiness.exports.briefs.first_page import LONGEST_TEXT, MOST_REASONS, MOST_SIGNERS
from readiness.exports.canonical_json import canonical_json
from readiness.exports.document import Beside, Bullets, Document, PageBreak, PlainBlock, Properties, Signatures, Signer
from readiness.exports.figures import shortened
from readiness.exports.markdown import to_markdown
from readiness.outcome.agreement import Signature
from readiness.outcome.authority import Confirmation
from readiness.outcome.reviews import Review
from tests.exports.documents import NOW

LEAK = "Zebulon Q"
Make = Callable[..., Decision]


@pytest.fixture
def make(facts: Facts, diagnosis: Diagnosis, catalog: FailureModeCatalog) -> Make:
    def made(of: Diagnosis | None = None, **more: object) -> Decision:
        whole = {"project_name": "Invoice intake", "facts": facts, "stop_inputs": StopInputs(), "catalog": catalog}
        return Decision(**{**whole, "diagnosis": of or diagnosis, "issued_at": NOW, **more})  # type: ignore[arg-type]

    return made


def brief_json(decision: Decision) -> str:
    return canonical_json(brief_dict(decision, fingerprint="ab" * 32))


def first_page_of(document: Document) -> list[PlainBlock]:
    found: list[PlainBlock] = []
    for block in document.blocks[: document.blocks.index(PageBreak())]:
        found += block.blocks if isinstance(block, Beside) else (block,)
    return found


def annexes_of(document: Document) -> str:
    return to_markdown(document).partition("\n---\n")[2]


@given(st.text(max_size=400), st.integers(min_value=2, max_value=200))
def test_a_shortened_text_never_is_longer_than_allowed_and_begins_as_it_did(text: str, most: int) -> None:
    short, line = shortened(text, most), " ".join(text.split())
    assert len(short) <= most
    assert line.startswith(short.removesuffix("…").rstrip())
    assert short == line or len(line) > most


def test_a_text_is_cut_after_a_whole_sentence_where_one_fits() -> None:
    assert shortened("The first sentence stays here. The second one is far too long.", 40) == (
        "The first sentence stays here."
    )
    assert shortened("A share of 1.5 and a long rest that goes on and on", 20) == "A share of 1.5 and…"


def test_a_first_page_has_at_most_five_short_reasons_and_the_annex_has_all_of_them(
    make: Make, diagnosis: Diagnosis
) -> None:
    reasons = tuple(f"Reason {number}: {'word ' * 60}end {number}." for number in range(9))
    document = decision_brief(make(replace(diagnosis, reasons=reasons)))
    why = next(block for block in first_page_of(document) if isinstance(block, Bullets))
    assert len(why.items) == MOST_REASONS
    assert all(len(item) <= LONGEST_TEXT for item in why.items)
    for reason in reasons:
        assert f"- {reason}" in annexes_of(document)


def test_every_text_of_the_first_page_is_short_whatever_people_typed(
    make: Make, diagnosis: Diagnosis, facts: Facts
) -> None:
    typed = "word " * 700
    stopped = replace(diagnosis, verdict=Verdict.STOP, reasons=(typed,))
    owned = facts.ownership.model_copy(update={"owner": "x" * 200, "role": "y" * 200})
    closing = dict.fromkeys(("primary-mode", "learned", "other-use-case", "other-approach", "later-attempt"), typed)
    for of in (stopped, replace(diagnosis, reasons=(typed,))):
        document = decision_brief(make(of, closing=closing, changes=(typed,), facts=replace(facts, ownership=owned)))
        for block in first_page_of(document):
            texts = block.items if isinstance(block, Bullets) else ()
            texts += tuple(value for _, value in block.pairs) if isinstance(block, Properties) else ()
            assert all(len(text) <= LONGEST_TEXT for text in texts)
        assert typed.strip() in annexes_of(document)


def test_what_would_change_it_stands_on_the_first_page_and_is_left_out_where_nothing_is_known(make: Make) -> None:
    first = to_markdown(decision_brief(make(changes=("GO if both are estimated.",)))).partition("\n---\n")[0]
    assert "## What would change it\n\n- GO if both are estimated." in first
    assert "What would change it" not in to_markdown(decision_brief(make()))


def _step(status: TaskStatus, step_owner: str, mode: FailureMode, catalog: FailureModeCatalog) -> PlannedStep:
    task = FixTask(owner=step_owner, due_on=date(2026, 12, 1), note=LEAK)
    place = Place(Page.SCOPE)
    step = catalog.of(mode).fix[0].model_copy(update={"step": f"Step of {step_owner}."})
    return PlannedStep(mode, step, task, status, f"Because of {status}.", place)


def test_the_next_step_is_the_first_open_one_of_what_fails_with_who_and_until_when(
    make: Make, catalog: FailureModeCatalog
) -> None:
    failing, other = FailureMode.SCOPE_UNDERESTIMATION, FailureMode.DATA_QUALITY
    plan = (
        _step(TaskStatus.OPEN, "Nobody Here", other, catalog),
        _step(TaskStatus.CLOSED, "Cy Done", failing, catalog),
        _step(TaskStatus.BEGUN, "Bo Next", failing, catalog),
    )
    markdown = to_markdown(decision_brief(make(plan=plan)))
    assert "- **Next step:** Step of Bo Next." in markdown
    assert "- **Who and until when:** Bo Next, by 1 Dec 2026" in markdown
    assert "| 1 | Step of Cy Done. | Cy Done | 1 Dec 2026 | closed | Because of closed. |" in markdown
    assert "Nobody Here" not in markdown


def test_the_next_step_of_a_go_is_the_build_with_its_owner_and_first_review(
    make: Make, diagnosis: Diagnosis, facts: Facts
) -> None:
    owned = facts.ownership.model_copy(update={"first_review": date(2026, 12, 7)})
    go = replace(diagnosis, verdict=Verdict.GO, primary=None, also_found=())
    markdown = to_markdown(decision_brief(make(go, facts=replace(facts, ownership=owned))))
    assert "- **Next step:** Begin the production build" in markdown
    assert "- **Who and until when:** Kim Okafor, first review on 7 Dec 2026" in markdown


def test_without_a_failure_the_next_step_is_the_first_thing_that_is_open(make: Make, diagnosis: Diagnosis) -> None:
    open_only = replace(diagnosis, primary=None, also_found=())
    assert "**Next step:** Answer question 3. The evidence on measurement." in to_markdown(
        decision_brief(make(open_only))
    )
    answered = replace(open_only, questions=tuple(replace(one, reply=Reply.YES) for one in diagnosis.questions))
    assert "**Next step:** 1 of 2 signatures." in to_markdown(decision_brief(make(answered)))


def test_more_signatures_than_fit_stand_in_an_annex(make: Make) -> None:
    signers = tuple(Signer(f"Signer {number}", "Role", "21 Nov 2026") for number in range(MOST_SIGNERS + 3))
    document = decision_brief(make(signers=signers))
    (shown,) = [block for block in first_page_of(document) if isinstance(block, Signatures)]
    assert shown.signers == signers[:MOST_SIGNERS]
    assert "3 more signatures in annex D" in to_markdown(document)
    assert f"Signer {MOST_SIGNERS + 2}" in annexes_of(document)


def signatures_of(document: Document) -> list[tuple[str, str]]:
    (shown,) = [block for block in first_page_of(document) if isinstance(block, Signatures)]
    return [(one.name, one.role) for one in shown.signers]


def test_a_line_stays_for_whom_nobody_has_signed_yet(make: Make) -> None:
    sponsor, owner = Signer("Sam", "Sponsor", "21 Nov 2026"), Signer("kim OKAFOR", "Head", "21 Nov 2026")
    lines = [("", "Sponsor"), ("Kim Okafor", "Head of intake")]
    assert signatures_of(decision_brief(make())) == lines
    assert signatures_of(decision_brief(make(signers=(sponsor,)))) == [("Sam", "Sponsor"), lines[1]]
    assert signatures_of(decision_brief(make(signers=(owner,)))) == [("kim OKAFOR", "Head"), lines[0]]
    assert signatures_of(decision_brief(make(signers=(sponsor, owner)))) == [
        ("Sam", "Sponsor"),
        ("kim OKAFOR", "Head"),
    ]


def test_what_is_to_be_settled_before_signing_stands_on_the_first_page(make: Make, diagnosis: Diagnosis) -> None:
    found = tuple(
        Contradiction(str(number), severity, f"Clash {number}.", Place(Page.OUTCOME))
        for number, severity in enumerate((Severity.MINOR, Severity.SERIOUS, Severity.BLOCKING, Severity.SERIOUS))
    )
    for verdict in (Verdict.GO, Verdict.STOP):
        of = replace(diagnosis, verdict=verdict, contradictions=found)
        page = to_markdown(decision_brief(make(of))).partition("\n---\n")[0]
        assert "- **Contradictions:** 1 blocking and 2 serious, in annex F. Clash 2." in page
    minor = replace(diagnosis, contradictions=found[:1])
    assert "Contradictions:" not in to_markdown(decision_brief(make(minor)))


def test_the_first_page_says_what_is_promised_and_where_its_figures_come_from(make: Make, facts: Facts) -> None:
    page = to_markdown(decision_brief(make())).partition("\n---\n")[0]
    assert "- **Outcome:** Invoices routed to the right cost centre: target 95%, tolerance 92 to 100%" in page
    assert "P80: four outcomes in five stay below it. Sources: annexes A and B." in page
    nothing = replace(facts, outcome=facts.outcome.model_copy(update={"metric": " "}))
    assert "- **Outcome:** not stated" in to_markdown(decision_brief(make(facts=nothing)))


def test_what_is_cut_short_names_the_annex_that_holds_it_and_nothing_else_is_said_twice(
    make: Make, diagnosis: Diagnosis
) -> None:
    stopped = replace(diagnosis, verdict=Verdict.STOP)
    closing = {"learned": "Short enough.", "other-use-case": "word " * 60}
    document = decision_brief(make(stopped, closing=closing))
    assert "*In full in annex H.*" in to_markdown(document).partition("\n---\n")[0]
    annexes = annexes_of(document)
    assert ("word " * 60).strip() in annexes
    assert "Short enough." not in annexes
    short = to_markdown(decision_brief(make(stopped, closing={"learned": "Short enough."})))
    assert "annex H" not in short
    assert "## Annex H: Failure mode\n" in short


def test_a_stop_without_a_failure_says_that_it_has_none(make: Make, diagnosis: Diagnosis) -> None:
    stopped = replace(diagnosis, verdict=Verdict.STOP, primary=None, also_found=())
    text = to_markdown(decision_brief(make(stopped)))
    assert "Primary failure mode: none, as none of the four questions fails." in text
    assert "Annex H" not in text


def test_contradictions_stand_in_an_annex_with_the_place_that_settles_them(make: Make, diagnosis: Diagnosis) -> None:
    clash = Contradiction(
        "x", Severity.BLOCKING, "An owner is named, and nobody granted them anything.", Place(Page.OUTCOME, "Owner")
    )
    annexes = annexes_of(decision_brief(make(replace(diagnosis, contradictions=(clash,)))))
    assert "Statements that cannot both be true" in annexes
    assert "| blocking | An owner is named, and nobody granted them anything. | Outcome, Owner |" in annexes


def test_votes_stand_with_their_reasons_and_without_their_names(make: Make) -> None:
    votes = (Vote(LEAK, Reply.NO, "Nobody looked."), Vote("Bo", Reply.YES, ""), Vote("Cy", Reply.YES, "It is done."))
    tally = Tally(FailureMode.DATA_QUALITY, votes)
    decision = make(votes=(tally,))
    annexes = annexes_of(decision_brief(decision))
    assert "- **Private votes:** 2 yes, 1 no." in annexes
    assert "- **Why no:** Nobody looked." in annexes
    for text in (annexes, brief_json(decision)):
        assert LEAK not in text
        assert "Nobody looked." in text


def test_no_field_that_holds_a_person_reaches_a_stop_brief_but_owner_and_signers(
    make: Make, diagnosis: Diagnosis, facts: Facts, catalog: FailureModeCatalog
) -> None:
    review = Review(
        id="r", held_on=NOW.date() - timedelta(days=3), recorded_at=NOW, metric="m", unit="%", reading=80,
        reviewed_by=LEAK, tolerance_low=90, tolerance_high=100, note=LEAK,
    )  # fmt: skip
    named = replace(
        facts,
        items=tuple(item.model_copy(update={"owner": LEAK, "note": LEAK, "basis": LEAK}) for item in facts.items),
        workflow=facts.workflow.model_copy(update={"reviewer": LEAK}),
        ownership=facts.ownership.model_copy(update={"authority_from": LEAK, "may_pull": True}),
        reviews=(review,),
        confirmation=Confirmation(name=LEAK, confirmed_at=NOW, fingerprint="of something else"),
        signatures=(*facts.signatures, Signature(name=LEAK, signed_at=NOW, fingerprint="earlier")),
        decisions={
            case: HandlingDecision(edge_case=case, handling=one.handling, note=LEAK)
            for case, one in facts.decisions.items()
        },
    )
    answered = tuple(
        replace(one, answer=one.answer.model_copy(update={"answered_by": LEAK}) if one.answer else None)
        for one in diagnosis.questions
    )
    ledger = replace(diagnosis.ledger, void_signatures=(Signature(name=LEAK, signed_at=NOW, fingerprint="e"),))
    stopped = replace(diagnosis, verdict=Verdict.STOP, questions=answered, ledger=ledger)
    decision = make(
        stopped,
        facts=named,
        votes=tuple(Tally(mode, (Vote(LEAK, Reply.NO, "Said."),)) for mode in FailureMode),
        plan=(_step(TaskStatus.OPEN, LEAK, FailureMode.SCOPE_UNDERESTIMATION, catalog),),
    )
    for text in (to_markdown(decision_brief(decision)), brief_json(decision)):
        assert LEAK not in text
        assert "Kim Okafor" in text
        assert "Ana Ruiz" in text
