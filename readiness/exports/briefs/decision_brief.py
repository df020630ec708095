"""The go / fix first / stop brief: one page to read and to sign, then what it rests on.

A brief speaks of conditions and figures. The only names that it prints are those of owners and signers. Who does a
step of a repair is its owner, as nobody signs a plan that does not say who; a brief that ends a project has no steps.
"""

from __future__ import annotations

from readiness.exports.briefs.annexes import annexes
from readiness.exports.briefs.content import Decision, brief_document
from readiness.exports.briefs.first_page import first_page
from readiness.exports.document import Document, PageBreak


def decision_brief(decision: Decision) -> Document:
    """The brief of a diagnosis."""
    return brief_document(
        "Decision brief",
        decision.project_name,
        decision.facts,
        (*first_page(decision), PageBreak(), *annexes(decision)),
        decision.issued_at,
        evidence=decision.ledger.hash,
        cover=True,
    )
