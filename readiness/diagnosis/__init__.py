"""From evidence to a verdict: the ledger, the four questions, the stop rules."""
