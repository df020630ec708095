"""Live outcomes: the running system's own log, day by day, held against the outcome definition."""

from readiness.ui import live_log_view, live_parts, live_view
from readiness.ui.page import link_next, open_page
from readiness.ui.rooms import DIAGNOSIS, LIVE

here = open_page(
    LIVE,
    "Hand in the log of the running system. Its days show whether the outcome holds, and when people stop trusting it.",
)
live_log_view.log(here)
if here.state.live is None:
    live_parts.how_to_log(expanded=True)
else:
    as_of = live_view.state(here)
    live_view.days(here, as_of)
    live_view.limits(here)
    live_parts.drift(here)
    live_parts.record(here)
    live_parts.how_to_log(expanded=False)
link_next(DIAGNOSIS, "What the log shows is evidence. See what it says for the verdict.")
