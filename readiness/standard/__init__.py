"""The readiness standard: one checklist for everyone who must agree that a system may go live."""
