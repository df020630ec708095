"""The diagnosis: the verdict and what would change it, what decides it, and the way out."""

from readiness.ui import contradictions_view, diagnosis_view, evidence_view, fix_plan_view, what_if_view
from readiness.ui.page import link_next, open_page
from readiness.ui.rooms import BRIEF, DIAGNOSIS

here = open_page(
    DIAGNOSIS,
    "Answer the four questions in order. The first no is the primary failure mode; unknown is never a pass.",
)
diagnosis_view.verdict(here)
changes = what_if_view.room()
contradictions_view.contradictions(here)
diagnosis_view.questions(here)
diagnosis_view.stop_rules(here)
diagnosis_view.failure_mode(here)
fix_plan_view.plan(here)
evidence_view.all_evidence(here)
what_if_view.what_would_change(here, changes)
link_next(BRIEF, "The verdict stands with its reasons. Write it down and have it signed.")
