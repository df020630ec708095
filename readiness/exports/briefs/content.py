"""What a decision brief is made of, whatever it is written as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from readiness.diagnosis.failure_modes import FailureMode, FailureModeCatalog
from readiness.diagnosis.fix_plan import PlannedStep
from readiness.diagnosis.ledger import Facts, Ledger
from readiness.diagnosis.stop_rules import StopInputs
from readiness.diagnosis.verdict import Diagnosis
from readiness.diagnosis.verdict_table import Verdict
from readiness.diagnosis.votes import Tally
from readiness.exports.document import Block, Document, Signer
from readiness.exports.figures import day
from readiness.exports.markdown import stamped

PRIMARY_SECTION = "primary-mode"  # of a stop document; written from the diagnosis where nobody wrote it


@dataclass(frozen=True, slots=True)
class Decision:
    """One diagnosis with everything that its brief says beside it.

    `closing` holds the texts of a stop by section id of the catalog's stop document; `changes` the sentences on what
    would change the verdict; `votes` what participants said; `plan` the repair.
    """

    project_name: str
    facts: Facts
    diagnosis: Diagnosis
    stop_inputs: StopInputs
    catalog: FailureModeCatalog
    closing: Mapping[str, str] = field(default_factory=dict)
    signers: Sequence[Signer] = ()
    changes: Sequence[str] = ()
    votes: Sequence[Tally] = ()
    plan: Sequence[PlannedStep] = ()
    issued_at: datetime | None = None

    @property
    def ledger(self) -> Ledger:
        return self.diagnosis.ledger

    @property
    def stopped(self) -> bool:
        return self.diagnosis.verdict is Verdict.STOP

    @property
    def steps(self) -> tuple[PlannedStep, ...]:
        """The plan of the modes that fail; a project that stops repairs nothing."""
        failing = (self.diagnosis.primary, *self.diagnosis.also_found)
        return () if self.stopped else tuple(one for one in self.plan if one.mode in failing)

    def votes_on(self, mode: FailureMode) -> Tally | None:
        """What participants said about one question; None where nobody voted."""
        return next((tally for tally in self.votes if tally.mode is mode and tally.votes), None)


def missing_closing_parts(verdict: Verdict, catalog: FailureModeCatalog, closing: Mapping[str, str]) -> tuple[str, ...]:
    """The parts of a stop that nobody has stated, as the catalog names them; empty unless the verdict is STOP."""
    if verdict is not Verdict.STOP:
        return ()
    return tuple(
        section.heading[:1].lower() + section.heading[1:]
        for section in catalog.stop_document
        if section.id != PRIMARY_SECTION and not closing.get(section.id, "").strip()
    )


def brief_document(
    title: str,
    project_name: str,
    facts: Facts,
    blocks: Sequence[Block],
    issued_at: datetime | None,
    *,
    evidence: str = "",
    cover: bool = False,
) -> Document:
    """A brief with the line above it and the hashes below it."""
    reading = facts.report.reading if facts.report is not None else None
    document = Document(
        title=title,
        subtitle=project_name,
        meta=(("Stage", str(facts.workflow.stage)),),
        blocks=tuple(blocks),
        about=(("Sample", reading.name), ("SHA-256", reading.sha256)) if reading is not None else (),
        dated=day(issued_at),
        evidence=evidence,
        cover=cover,
    )
    return stamped(document)
