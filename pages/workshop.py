"""The workshop: the link to join, who is here, and what the group is asked."""

from readiness.ui import workshop_view
from readiness.ui.page import link_next, open_page
from readiness.ui.rooms import DIAGNOSIS, WORKSHOP

here = open_page(
    WORKSHOP,
    "Let the group join with their own devices. Ask, wait until everybody is done, and reveal all answers together.",
)
workshop_view.workshop(here)
link_next(DIAGNOSIS, "The votes stand beside the evidence, once they are revealed.")
