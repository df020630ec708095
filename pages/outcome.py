"""The outcome: what is measured, who agrees on it, who owns it, how it is reviewed and evaluated, what it is worth."""

from readiness.ui import agreement_view, evaluation_view, live_parts, outcome_view, reviews_view, value_view
from readiness.ui.page import link_next, open_page
from readiness.ui.rooms import OUTCOME, STANDARD

here = open_page(
    OUTCOME,
    "Define the metric and what a correct output looks like, have two people sign it, and name the owner.",
)
definition, agreement, owner, reviews, evaluation, value = outcome_view.sections()
with definition:
    outcome_view.definition(here)
    outcome_view.further_metrics(here)
with agreement:
    outcome_view.signatures(here)
    agreement_view.tested(here)
with owner:
    outcome_view.ownership(here)
with reviews:
    reviews_view.reviews(here, live_parts.reading_from_log)
with evaluation:
    evaluation_view.evaluation(here)
with value:
    value_view.value(here)
link_next(STANDARD, "With data, scope, outcome and owner stated, go through what go-live asks for.")
