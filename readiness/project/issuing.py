"""Issued briefs: numbered, frozen with their evidence, signed by fingerprint, and any two of them compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from readiness.ballots import shown_name
from readiness.diagnosis.comparison import Change
from readiness.diagnosis.verdict import Diagnosis
from readiness.errors import ConflictError, InputError, InvalidValueError, UnknownNameError
from readiness.exports.brief_comparison import compare_briefs, compare_texts
from readiness.exports.briefs.annexes import ALL_SIGNATURES
from readiness.exports.briefs.first_page import shown_signers, signed_page, with_lines_left
from readiness.exports.canonical_json import canonical_json
from readiness.exports.document import Block, Document, Heading, PageBreak, Signatures, Signer
from readiness.exports.document_json import document_dict, document_of
from readiness.outcome.agreement import person_key
from readiness.project import documents
from readiness.project.issued import IssuedBrief, IssuedContent
from readiness.project.projects import Projects
from readiness.project.state import BriefSignature, Kind, ProjectState, read_body, validated

AS_IT_IS = 0  # stands for the brief as it reads now, which has no number yet
MOST_ISSUES = 500  # of one project
_ATTEMPTS = 3  # at a number that somebody else takes in the same moment

_Row = tuple[str, str, dict[str, Any], int]


class _Forms(NamedTuple):
    """An unsigned brief as what is read and as what programs read."""

    document: Document
    brief: dict[str, Any]


def issue_brief(projects: Projects, project_id: str, *, who: str, fingerprint: str = "") -> IssuedBrief:
    """The decision brief as it reads now, frozen under the next number. Refuses one that says what the latest says.

    A `fingerprint` is that of the brief as it was read: where it reads otherwise by now it is refused, and where it
    has been issued meanwhile, such as by the first click of two, that issue is the result.
    """
    for attempt in range(_ATTEMPTS):
        state = projects.load(project_id)
        diagnosis = projects.diagnose(state)
        now = projects.clock()
        _refuse_incomplete(state, diagnosis)
        current = documents.brief_fingerprint(state, diagnosis, now)
        if fingerprint not in ("", current):
            raise InputError("The brief has changed since it was shown here. Read it again before you issue it.")
        if state.issued and state.issued[0].fingerprint == current:
            if fingerprint:
                return state.issued[0]
            raise InputError(f"Issue {state.issued[0].number} says the same: there is nothing new to issue.")
        issued, rows = _frozen(state, diagnosis, current, now, who)
        try:
            _save(projects, project_id, rows, who, f"issued brief {issued.number}: {issued.verdict}")
        except ConflictError:
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        return issued
    raise AssertionError("the loop ends by a result or an error")


def sign_brief(projects: Projects, project_id: str, *, name: str, role: str, fingerprint: str, who: str) -> None:
    """A signature under the brief with this fingerprint, which must be the brief as it reads now.

    What is signed is issued: where the brief reads otherwise than its latest issue, signing makes a new one. A stop
    brief is signed only once it says all that a stop must leave behind (M31).
    """
    clean = shown_name(name)
    if not person_key(clean):
        raise InvalidValueError("Name", name, "is empty; a signature needs the signer's own name")
    for attempt in range(_ATTEMPTS):
        try:
            _sign(projects, project_id, clean, shown_name(role), fingerprint, who)
        except ConflictError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return


def _sign(projects: Projects, project_id: str, name: str, role: str, fingerprint: str, who: str) -> None:
    state, now = projects.load(project_id), projects.clock()
    if any(person_key(one.name) == person_key(name) for one in signatures_under(state, fingerprint)):
        raise InputError(f"{name} has already signed this brief.")
    diagnosis = projects.diagnose(state)
    if fingerprint != documents.brief_fingerprint(state, diagnosis, now):
        raise InputError("The brief has changed since it was shown here. Read it again before you sign it.")
    _refuse_incomplete(state, diagnosis)
    signature = validated(
        Kind.BRIEF_SIGNATURE, {"name": name, "role": role, "signed_at": now, "fingerprint": fingerprint}
    )
    key = f"{fingerprint[:16]}/{person_key(name)}"
    rows: list[_Row] = [(Kind.BRIEF_SIGNATURE.value, key, signature.model_dump(mode="json"), 0)]
    if not state.issued or state.issued[0].fingerprint != fingerprint:
        rows += _frozen(state, diagnosis, fingerprint, now, who)[1]
    _save(projects, project_id, rows, who, f"{name} signed the brief")


def signatures_under(state: ProjectState, fingerprint: str) -> tuple[BriefSignature, ...]:
    """Who signed exactly this content, in the order of signing."""
    return tuple(one for one in state.brief_signatures if one.fingerprint == fingerprint)


def issued_file(projects: Projects, state: ProjectState, number: int, suffix: str) -> bytes:
    """An issue as `pdf`, `docx`, `md` or `json`: its content as it was, with the signatures under it."""
    issued, content = _issue(state, number), _content(projects, state, number)
    if suffix == "json":
        return canonical_json(_with_signatures(content, state, issued)).encode("utf-8")
    return documents.rendered(_document(content, state, issued), suffix)


def compare_issues(
    projects: Projects, state: ProjectState, diagnosis: Diagnosis, before: int, after: int
) -> tuple[Change, ...]:
    """What one issue says otherwise than another; AS_IT_IS stands for the brief as it reads now."""
    was, now = (_forms(projects, state, diagnosis, number) for number in (before, after))
    return compare_briefs(was.brief, now.brief) or compare_texts(was.document, now.document)


def _forms(projects: Projects, state: ProjectState, diagnosis: Diagnosis, number: int) -> _Forms:
    if number == AS_IT_IS:
        return _unsigned(state, diagnosis, projects.clock())
    content = _content(projects, state, number)
    return _Forms(document_of(content.document), content.brief)


def _frozen(
    state: ProjectState, diagnosis: Diagnosis, fingerprint: str, now: datetime, who: str
) -> tuple[IssuedBrief, list[_Row]]:
    """The next issue with its rows. It is frozen without signatures: those that come later stand under it all the
    same."""
    if len(state.issued) >= MOST_ISSUES:
        raise InputError(f"A project holds at most {MOST_ISSUES} issued briefs.")
    number = max((one.number for one in state.issued), default=0) + 1
    issued = IssuedBrief(
        number=number,
        issued_at=now,
        issued_by=who,
        verdict=diagnosis.verdict,
        fingerprint=fingerprint,
        evidence_hash=diagnosis.ledger.hash,
        revision=state.revision,
    )
    forms = _unsigned(state, diagnosis, now)
    content = IssuedContent(number=number, document=document_dict(forms.document), brief=forms.brief)
    return issued, [
        (Kind.ISSUED_BRIEF.value, str(number), issued.model_dump(mode="json"), 0),
        (Kind.ISSUED_CONTENT.value, str(number), content.model_dump(mode="json"), 0),
    ]


def _unsigned(state: ProjectState, diagnosis: Diagnosis, now: datetime) -> _Forms:
    """The brief as it reads now."""
    brief = {**documents.decision_dict(state, diagnosis, now), "signatures": []}
    return _Forms(documents.unsigned_decision_brief(state, diagnosis, now), brief)


def _save(projects: Projects, project_id: str, rows: Sequence[_Row], who: str, what: str) -> None:
    projects.store.save_many(project_id, rows, who=who, what=what, untold=[Kind.ISSUED_CONTENT.value])


def _refuse_incomplete(state: ProjectState, diagnosis: Diagnosis) -> None:
    missing = documents.missing_from_brief(state, diagnosis)
    if missing:
        raise InputError(f"A stop brief must say all of it before it is signed. Missing: {', '.join(missing)}.")


def _issue(state: ProjectState, number: int) -> IssuedBrief:
    found = next((one for one in state.issued if one.number == number), None)
    if found is None:
        raise UnknownNameError("issued brief", str(number), [str(one.number) for one in state.issued])
    return found


def _content(projects: Projects, state: ProjectState, number: int) -> IssuedContent:
    _issue(state, number)
    kept = projects.store.document(state.id, Kind.ISSUED_CONTENT, str(number))
    if kept is None:
        raise InputError(f"The content of issue {number} is not in this project file.")
    content: IssuedContent = read_body(Kind.ISSUED_CONTENT, kept.body)
    return content


def _with_signatures(content: IssuedContent, state: ProjectState, issued: IssuedBrief) -> dict[str, Any]:
    signed = documents.signatures_under(state, issued.fingerprint)
    return {**content.brief, "issue": issued.number, "signatures": signed}


def _document(content: IssuedContent, state: ProjectState, issued: IssuedBrief) -> Document:
    """The frozen document under its number, signed by those who signed it since."""
    document = document_of(content.document)
    signers = documents.signers_under(state, issued.fingerprint)
    return replace(
        document,
        meta=(*document.meta, ("Issue", str(issued.number))),
        blocks=_signed(document.blocks, signers) if signers else document.blocks,
        fingerprint=issued.fingerprint,
    )


def _signed(blocks: tuple[Block, ...], signers: tuple[Signer, ...]) -> tuple[Block, ...]:
    """The blocks with the signatures in the place of the lines to sign, and at the end in full where they do not fit.

    The lines end the first page; an annex holds them once more where a name is too long for it.
    """
    lines = [block for block in blocks if isinstance(block, Signatures)]
    signed = with_lines_left(signers, lines[-1].signers)  # the last ones hold their names in full
    at, lines_again = blocks.index(lines[0]), Heading(ALL_SIGNATURES, 2)
    annexes = blocks[blocks.index(PageBreak(), at) :]
    others = (block for block in annexes if block != lines_again and not isinstance(block, Signatures))
    in_full = () if signed == shown_signers(signed) else (Heading(ALL_SIGNATURES), Signatures(signed))
    return (*blocks[:at], *signed_page(signed, "at the end"), *others, *in_full)
