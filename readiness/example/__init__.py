"""The example project: generated records, and what a team might have decided about them."""
