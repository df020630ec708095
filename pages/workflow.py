"""The workflow that the system is for: the repeated job, and what makes it worth building for."""

from readiness.ui import workflow_view
from readiness.ui.page import link_next, open_page
from readiness.ui.rooms import AUDIT, WORKFLOW

here = open_page(
    WORKFLOW, "Say in one sentence which repeated job this is for, and what its delay or error costs today."
)
workflow_view.job(here)
workflow_view.review_and_next_step(here)
workflow_view.what_is_missing(here)
link_next(AUDIT, "Once the job is named, look at the records it runs on.")
