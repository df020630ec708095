"""Prints the agreement that the audit finds in shared answers of annotators, against the published figure.

Run as `python tests/quality/labels_quality.py [FOLDER]`; FOLDER holds the shared data sets (default: the one beside
the checkout).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from readiness.agreement import FLEISS  # noqa: E402  (the checkout comes first)
from readiness.audit.engine import audit_sample  # noqa: E402
from readiness.audit.reading.sample import open_workspace, read_sample  # noqa: E402
from readiness.audit.reading.values import SampleFile  # noqa: E402
from readiness.audit.report import AuditReport  # noqa: E402
from readiness.audit.suggestion import suggest_rules  # noqa: E402

PUBLISHED = {"dog": 0.519}  # Fleiss' kappa, from the folder's SOURCE.md


def main(folder: Path) -> int:
    """Print the figures; 1 when a kappa differs from the published one in three digits."""
    answers = folder / "crowd_labels"
    if not answers.is_dir():
        print(f"Skipped: there is no folder {answers}.")
        return 0
    right = [_show(answers / name / "answer.csv", kappa) for name, kappa in PUBLISHED.items()]
    return int(not all(right))


def _show(path: Path, published: float) -> bool:
    started = time.perf_counter()
    report = _audit(path)
    seconds = time.perf_counter() - started
    if not report.agreement:
        print(f"crowd_labels {path.parent.name}: no annotators found, {seconds:.2f} s")
        return False
    found = report.agreement[0]
    fleiss = next(measure for measure in found.measures if measure.name == FLEISS)
    kappa = "undefined" if fleiss.value is None else f"{fleiss.value:.4f}"
    print(
        f"crowd_labels {path.parent.name}: {found.items} items, {found.annotators} workers, {found.answers} answers, "
        f"Fleiss' kappa {kappa} (published {published}), {seconds:.2f} s"
    )
    for measure in found.measures:
        if measure.value is not None and measure.low is not None and measure.high is not None:
            print(f"    {measure.name:<24} {measure.value:.3f} ({measure.low:.3f} to {measure.high:.3f})")
    for pair in found.confused[:3]:
        print(f"    {pair.first} against {pair.second}: {pair.pairs} pairs of answers, {pair.share:.0%}")
    return fleiss.value is not None and round(fleiss.value, 3) == published


def _audit(path: Path) -> AuditReport:
    connection = open_workspace()
    try:
        reading = read_sample(SampleFile(path, path.name), connection)
        return audit_sample(connection, reading, suggest_rules(connection, reading))
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKOUT.parent / "shared/datasets"))
