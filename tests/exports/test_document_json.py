"""Documents as plain values and back: what was frozen is rendered again as it was."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.audit.report import AuditReport
from readiness.diagnosis.failure_modes import FailureModeCatalog
from readiness.diagnosis.ledger import Facts
from readiness.diagnosis.stop_rules import StopInputs
from readiness.diagnosis.verdict import Diagnosis
from readiness.errors import InvalidValueError
from readiness.exports.audit_document import audit_document
from readiness.exports.briefs.build_briefs import production_brief
from readiness.exports.briefs.content import Decision
from readiness.exports.briefs.decision_brief import decision_brief
from readiness.exports.document import (
    Document,
)
from readiness.exports.document_json import document_dict, document_of
from readiness.exports.markdown import stamped, to_markdown
from tests.exports.documents import NOW, every_block


def through_json(document: Document) -> Document:
    return document_of(json.loads(json.dumps(document_dict(document))))


@given(st.text(max_size=60))
def test_every_kind_of_block_comes_back_as_it_was(text: str) -> None:
    document = every_block(text.encode("utf-8", "replace").decode("utf-8"))
    assert through_json(document) == document


def test_every_brief_comes_back_with_its_fingerprint(
    facts: Facts, diagnosis: Diagnosis, catalog: FailureModeCatalog, report: AuditReport
) -> None:
    ledger = diagnosis.ledger
    for document in (
        decision_brief(Decision("P", facts, diagnosis, StopInputs(), catalog, issued_at=NOW)),
        production_brief(project_name="P", facts=facts, ledger=ledger, issued_at=NOW),
        audit_document(report, decisions={}, effect=None, project_name="P", audited_at=NOW),
    ):
        again = through_json(document)
        assert to_markdown(again) == to_markdown(document)
        assert stamped(again).fingerprint == document.fingerprint


Broken = Callable[[dict[str, object]], object]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda d: d.update(format="readiness-document/9"), "format"),
        (lambda d: d.update(colour="red"), "colour"),
        (lambda d: d.update(blocks=[{"block": "script"}]), "script"),
        (lambda d: d.update(blocks="text"), "no list"),
        (lambda d: d.update(blocks=[{"block": "heading", "text": 5}]), "string"),
        (lambda d: d.update(blocks=[{"block": "heading", "text": "a", "onclick": "b"}]), "onclick"),
        (lambda d: d.update(blocks=[{"block": "table", "columns": [], "rows": [["a"]]}]), "cells"),
        (lambda d: d.update(blocks=[{"block": "beside", "left": []}]), "no list"),
    ],
)
def test_what_is_no_document_is_refused_in_words(broken: Broken, said: str) -> None:
    values = document_dict(Document("T"))
    broken(values)
    with pytest.raises(InvalidValueError, match=said):
        document_of(values)
