"""The brief: the decision as a document to read, download and sign."""

from readiness.ui import brief_view, issued_view, milestones_view
from readiness.ui.page import link_next, open_page
from readiness.ui.rooms import BRIEF, PORTFOLIO

here = open_page(
    BRIEF, "Read the decision as its sponsor will, complete what only people know, download it and sign it."
)
brief_view.notes(here)
brief_view.preview_and_downloads(here)
issued_view.shown(here)
milestones_view.shown(here)
link_next(PORTFOLIO, "All projects stand together with their verdicts.")
