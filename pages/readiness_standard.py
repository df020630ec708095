"""The readiness standard: the one list that says "ready to go live"."""

from readiness.ui import standard_view
from readiness.ui.page import link_next, open_page
from readiness.ui.rooms import DIAGNOSIS, STANDARD

here = open_page(
    STANDARD, "Go through the list that every department shares, and say what shows that each item is met."
)
standard_view.checklist(here)
standard_view.advice(here)
link_next(DIAGNOSIS, "The list says what go-live asks for. The diagnosis says whether to build.")
