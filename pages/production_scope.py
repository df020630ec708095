"""The production scope: every component that production needs, as a range that can be defended."""

from readiness.ui import estimating_view, import_view, proposals_view, scope_sum_view, scope_view, shown_sum_view
from readiness.ui.page import link_next, open_page
from readiness.ui.rooms import OUTCOME, SCOPE

here = open_page(
    SCOPE,
    "Estimate every component that production needs and the prototype lacked. "
    "Leave open what nobody knows: unknown is not zero.",
)
scope_view.total(here)
estimating_view.estimating(here)
scope_view.items(here)
proposals_view.offer(here)
scope_view.add_and_remove(here)
scope_sum_view.plan(here)
scope_sum_view.outside(here)
scope_sum_view.spread(here)
shown_sum_view.shown(here)
scope_sum_view.export(here)
import_view.offer(here)
link_next(OUTCOME, "Effort is one side. The other is what the system has to achieve.")
