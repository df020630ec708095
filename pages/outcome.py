"""The outcome: what is measured, who agrees on it, and who owns it."""

from readiness.ui import outcome_view, value_view
from readiness.ui.page import link_next, open_page
from readiness.ui.rooms import DIAGNOSIS, OUTCOME

here = open_page(
    OUTCOME,
    "Define the metric and what a correct output looks like, have two people sign it, and name the owner.",
)
outcome_view.definition(here)
outcome_view.signatures(here)
outcome_view.ownership(here)
value_view.value(here)
link_next(DIAGNOSIS, "With data, scope, outcome and owner stated, ask the four questions.")
