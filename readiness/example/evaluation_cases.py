"""Generated results of an evaluation set: which of its fixed cases a version got right."""

from __future__ import annotations

import json
from random import Random

CASES_NAME = "generated_evaluation.jsonl"
CASES_SEED = 20260301


def case_results(cases: int, wrong: int, *, wrong_from: int = 0, seed: int = CASES_SEED) -> bytes:
    """JSON Lines with one line a case. The wrong ones stand one after another in an order that the seed shuffles, from
    the place `wrong_from` on, so that two versions can share some of them."""
    order = list(range(cases))
    Random(seed).shuffle(order)
    failed = set(order[wrong_from : wrong_from + wrong])
    lines = (
        json.dumps({"case_id": f"case-{number + 1:03d}", "correct": number not in failed}) for number in range(cases)
    )
    return "".join(f"{line}\n" for line in lines).encode("ascii")
