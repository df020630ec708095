"""The briefs as documents: the decision with its annexes, the two build briefs, and the workflow brief."""
