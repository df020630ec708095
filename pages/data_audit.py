"""The data audit: a sample of real records in, the clean share and everything else out."""

from readiness.ui import audit_view, rules_view, sample_view
from readiness.ui.page import link_next, open_page
from readiness.ui.rooms import AUDIT, SCOPE

here = open_page(
    AUDIT,
    "Upload 200 to 300 real production records, as they come: not a cleaned export, not the best ones. "
    "Then decide what production does with each edge case.",
)
sample_view.sample(here)
if here.state.sample is not None:
    rules_view.field_rules(here)
    rules_view.relations(here)
    audit_view.run(here)
if here.state.audit is not None:
    audit_view.result(here)
    audit_view.decisions(here)
    audit_view.details(here)
    audit_view.downloads(here)
link_next(SCOPE, "Each handling decision is work. See what it adds to the production scope.")
