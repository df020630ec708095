"""The production scope: every component that production needs, with its estimate."""

from readiness.ui import scope_view
from readiness.ui.page import link_next, open_page
from readiness.ui.rooms import OUTCOME, SCOPE

here = open_page(
    SCOPE,
    "Estimate every component that production needs and the prototype lacked. "
    "Leave open what nobody knows: unknown is not zero.",
)
scope_view.total(here)
scope_view.items(here)
scope_view.add_and_remove(here)
scope_view.plan(here)
scope_view.ranges(here)
scope_view.export(here)
link_next(OUTCOME, "The effort is on the table. Now say what the system has to achieve.")
