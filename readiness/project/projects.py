"""Every act on a project: read the state, decide with the topics, save with the version that was read."""

from __future__ import annotations

import shutil
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from readiness.audit.decisions import Handling, HandlingDecision
from readiness.audit.not_checked import compared_with_older
from readiness.audit.reading.values import Reading, ReadingOptions
from readiness.audit.report import AuditReport, ReadingSummary
from readiness.audit.rules import FieldRule, FieldRules, Relation
from readiness.audit.shift_report import ShiftReport
from readiness.diagnosis.contradictions import ContradictionCatalog
from readiness.diagnosis.failure_modes import FailureMode
from readiness.diagnosis.questions import Reply
from readiness.diagnosis.verdict import Diagnosis, diagnose
from readiness.diagnosis.verdict_table import VerdictTable
from readiness.errors import InputError, InvalidValueError, UnknownFieldError, UnknownNameError, UnreadableFileError
from readiness.outcome import agreement
from readiness.project import documents
from readiness.project.kept import open_kept_sample
from readiness.project.running import Running, Task
from readiness.project.samples import OpenSample, SampleDesk, open_sample
from readiness.project.state import (
    MODELS,
    READ_APART,
    AuditRecord,
    Kind,
    ProjectState,
    SampleInfo,
    ShiftRecord,
    check,
    parse_state,
    validated,
)
from readiness.scope.carrying_over import carrying_over
from readiness.scope.catalog import (
    ComponentCatalog,
    Proposal,
    item_from_component,
    item_from_decision,
    proposals,
    starting_items,
)
from readiness.scope.items import ItemSource, basis_after_change
from readiness.store import Document, ProjectRow, Store

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

MOST_REOPENED_RECORDS = 100_000  # kept records that are audited again in passing, to show examples
MOST_ITEMS = 1_000  # scope items of one project
ESTIMATE = ("low_days", "likely_days", "high_days")


def utc_now() -> datetime:
    """The current time in UTC, without a zone, as the store keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


class Projects:
    """All projects of one store, and the samples that are open in this process."""

    def __init__(
        self,
        store: Store,
        *,
        components: ComponentCatalog,
        verdicts: VerdictTable,
        standing: ContradictionCatalog,
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self.store = store
        self.components = components
        self.verdicts = verdicts
        self.standing = standing
        self.clock = clock
        self.new_id = new_id
        self.desk = SampleDesk()
        self._running: dict[str, Running[Any]] = {}
        self._starting = threading.Lock()

    # --- projects -------------------------------------------------------------------------------------------------

    def create(self, name: str, *, who: str) -> str:
        """The id of a new project that starts with the components that are always underestimated."""
        row = self.store.create_project(name, who=who)
        changes = [_row(Kind.SCOPE_ITEM, item.id, item) for item in starting_items(self.components)]
        self.store.save_many(row.id, changes, who=who, what="started with the underestimated components")
        return row.id

    def rows(self, *, include_archived: bool = False) -> list[ProjectRow]:
        return self.store.projects(include_archived=include_archived)

    def rename(self, project_id: str, name: str, *, version: int, who: str) -> None:
        self.store.rename_project(project_id, name, version=version, who=who)

    def archive(self, project_id: str, *, who: str) -> None:
        self.store.archive_project(project_id, who=who)
        self.desk.drop(project_id)

    def restore(self, project_id: str, *, who: str) -> None:
        self.store.restore_project(project_id, who=who)

    def import_file(self, path: Path, *, who: str, name: str = "") -> ProjectRow:
        """The project of an exported file, under a new id; nothing is changed when the file is not in order."""
        return self.store.import_project(path, who, name=name, check=check)

    def load(self, project_id: str) -> ProjectState:
        """The whole project at its present revision."""
        return parse_state(self.store.project(project_id), self.store.documents(project_id, without=READ_APART))

    def diagnose(self, state: ProjectState) -> Diagnosis:
        """The diagnosis of a state, now."""
        return diagnose(state.facts(self.clock()), state.answers, state.stop_inputs, self.verdicts, self.standing)

    # --- any row --------------------------------------------------------------------------------------------------

    def change(
        self,
        project_id: str,
        kind: Kind,
        changes: Mapping[str, Any],
        *,
        version: int,
        who: str,
        key: str = "",
        what: str = "",
    ) -> Document:
        """The row after `changes` to its parts. Refuses bad values; a change that someone else's change to the
        same part would overwrite is a ConflictError, changes to different parts are merged by the store."""
        current = self.store.document(project_id, kind, key)
        base = current.body if current else {}
        value = validated(kind, {**base, **changes})
        if current and not version and _untouched(kind, current.body, changes):
            version = current.version  # who saw an empty form changes only what is still empty
        saved = self.store.save(
            project_id,
            kind,
            key,
            value.model_dump(mode="json"),
            version=version if current else 0,
            who=who,
            what=what or f"changed {', '.join(changes)}",
            check=check,
        )
        if kind is Kind.OWNERSHIP and not saved.body.get("may_pull"):
            self._end_confirmation(project_id, who)
        return saved

    def _end_confirmation(self, project_id: str, who: str) -> None:
        """Authority that was withdrawn is confirmed anew when it is granted again, whoever grants it."""
        given = self.store.document(project_id, Kind.CONFIRMATION, "")
        if given is not None:
            what = "withdrew the authority to pull the system, which ends the owner's confirmation"
            self.store.delete(project_id, Kind.CONFIRMATION, "", version=given.version, who=who, what=what)

    # --- sample and audit -----------------------------------------------------------------------------------------

    def read_upload(
        self,
        project_id: str,
        name: str,
        write_to: Callable[[Path], None],
        *,
        who: str,
        options: ReadingOptions | None = None,
        task: Task | None = None,
    ) -> SampleInfo:
        """The uploaded file as the project's sample, read, with field rules suggested for the fields that have none."""
        self.store.project(project_id)
        sample = open_sample(self.new_id(), name, write_to, options or ReadingOptions(), task)
        if not sample.reading.records:
            raise UnreadableFileError(name, "there is no record in it", "What was here before stays as it is.")
        return self._adopt(project_id, sample, who=who, what=f"read {name}")

    def start_reading(
        self, project_id: str, name: str, write_to: Callable[[Path], None], *, who: str
    ) -> Running[SampleInfo]:
        """`read_upload` in a thread of its own."""
        return self._start(
            project_id, f"Reading {name}", lambda task: self.read_upload(project_id, name, write_to, who=who, task=task)
        )

    def start_audit(self, project_id: str, *, who: str) -> Running[AuditReport]:
        """`run_audit` in a thread of its own; the one that runs already, if there is one."""
        return self._start(project_id, "The audit", lambda task: self.run_audit(project_id, who=who, task=task))

    def running(self, project_id: str) -> Running[Any] | None:
        """What is being done with the project's sample in this process, and is not done yet."""
        work = self._running.get(project_id)
        return work if work is not None and not work.done else None

    def _start(self, project_id: str, name: str, work: Callable[[Task], T]) -> Running[T]:
        with self._starting:
            current = self.running(project_id)
            if current is not None and current.name != name:
                raise InputError(f"{current.name} is still under way. Wait for it, or cancel it.")
            started = current or Running(work, name)
            self._running[project_id] = started
        return started

    def compare_with_older(
        self, project_id: str, name: str, write_to: Callable[[Path], None], *, who: str, task: Task | None = None
    ) -> ShiftReport:
        """What shifted from an older file to the project's sample, saved without raw values; the file is let go."""
        from readiness.audit.shift import compare_samples

        sample = self._require_open(project_id)
        older = open_sample(self.new_id(), name, write_to, ReadingOptions(), task)
        if not older.reading.records:
            raise UnreadableFileError(name, "there is no record in it", "What was here before stays as it is.")
        with sample.lock:
            rules = self.load(project_id).rules
            report = compare_samples(older.connection, older.reading, sample.connection, sample.reading, rules)
        record = ShiftRecord(sample_id=sample.sample_id, compared_at=self.clock(), report=report.without_values())
        version = self.load(project_id).version_of(Kind.SHIFT)
        self.store.save_many(
            project_id, [_row(Kind.SHIFT, "", record, version)], who=who, what=f"compared the sample with {name}"
        )
        return report

    def reread(self, project_id: str, options: ReadingOptions, *, who: str) -> SampleInfo:
        """The same upload read again as the user says it is to be read."""
        current = self._require_open(project_id)
        if not current.file.path.is_file():
            raise InputError("Only the records of this sample were kept, not its file. Upload the file again.")

        def copy_upload(path: Path) -> None:
            shutil.copyfile(current.file.path, path)

        again = open_sample(self.new_id(), current.file.name, copy_upload, options)
        return self._adopt(project_id, again, who=who, what="read the sample again with other choices")

    def _adopt(self, project_id: str, sample: OpenSample, *, who: str, what: str) -> SampleInfo:
        info = self._save_sample(project_id, sample, who=who, what=what)
        self.desk.put(project_id, sample)
        return info

    def _save_sample(self, project_id: str, sample: OpenSample, *, who: str, what: str) -> SampleInfo:
        from readiness.audit.suggestion import suggest_rules

        state = self.load(project_id)
        suggested = suggest_rules(sample.connection, sample.reading)
        info = SampleInfo(
            sample_id=sample.sample_id,
            read_at=self.clock(),
            reading=summarise_reading(sample.reading),
            fields=sample.reading.fields,
            options=asdict(sample.reading.options),
            origin=state.sample.origin if state.sample else "",
            population=state.sample.population if state.sample else None,
        )
        rules = _keep_edited(state.rules, suggested)
        if state.sample is not None and state.sample.kept_until is not None:
            self.store.remove_raw_records(project_id, state.sample.sample_id, who=who)
        self.store.save_many(
            project_id,
            [
                _row(Kind.SAMPLE, "", info, state.version_of(Kind.SAMPLE)),
                _row(Kind.FIELD_RULES, "", rules, state.version_of(Kind.FIELD_RULES)),
            ],
            who=who,
            what=what,
        )
        return info

    def open_sample(self, project_id: str) -> OpenSample | None:
        """The project's sample, if its records are at hand in this process or were kept in the project file."""
        state = self.load(project_id)
        if state.sample is None:
            return None
        found = self.desk.get(project_id, state.sample.sample_id)
        return found or self._reopen_kept(state)

    def _reopen_kept(self, state: ProjectState) -> OpenSample | None:
        if state.sample is None or state.sample.kept_until is None:
            return None
        sample = open_kept_sample(self.store, state.id, state.sample)
        if sample is not None:
            self.desk.put(state.id, sample)
        return sample

    def _require_open(self, project_id: str) -> OpenSample:
        sample = self.open_sample(project_id)
        if sample is None:
            raise InputError("The records of this sample are not at hand any more. Upload the file again.")
        return sample

    def save_rules(self, project_id: str, rules: Sequence[FieldRule], *, version: int, who: str) -> None:
        """The field rules as edited."""
        current = self.load(project_id).rules
        edited = current.with_rules(
            [r if r == current.of(r.field) else r.model_copy(update={"edited": True}) for r in rules]
        )
        self.change(
            project_id,
            Kind.FIELD_RULES,
            edited.model_dump(mode="json"),
            version=version,
            who=who,
            what="edited the field rules",
        )

    def save_relation(self, project_id: str, relation: Relation, *, version: int, who: str) -> None:
        """A rule across fields as a person has set it. Raises UnknownFieldError for a field that is not there."""
        rules = self.load(project_id).rules
        known = [rule.field for rule in rules.rules]
        for name in relation.fields:
            if name not in known:
                raise UnknownFieldError(name, known)
        mine = relation.model_copy(update={"edited": True})
        others = [other for other in rules.relations if other.id != relation.id]
        place = next((place for place, other in enumerate(rules.relations) if other.id == relation.id), len(others))
        relations = (*others[:place], mine, *others[place:])
        self.change(
            project_id,
            Kind.FIELD_RULES,
            rules.model_copy(update={"relations": relations}).model_dump(mode="json"),
            version=version,
            who=who,
            what="edited the rules across fields",
        )

    def run_audit(self, project_id: str, *, who: str, task: Task | None = None) -> AuditReport:
        """The audit of the project's sample under its rules, saved without raw values."""
        from readiness.audit.engine import audit_sample

        state = self.load(project_id)
        sample = self._require_open(project_id)
        population = state.sample.population if state.sample else None
        doing = task or Task()
        with sample.lock:
            doing.interruptible_by(sample.connection.interrupt)
            sample.report = None  # a run that is stopped leaves half a problem list
            report = audit_sample(
                sample.connection, sample.reading, state.rules, progress=doing.report, population=population
            )
            sample.report = report
            record = AuditRecord(
                sample_id=sample.sample_id,
                audited_at=self.clock(),
                rules=state.rules,
                population=population,
                report=report.without_values(),
            )
            self.store.save_many(
                project_id,
                [_row(Kind.AUDIT, "", record, state.version_of(Kind.AUDIT))],
                who=who,
                what="ran the data audit",
            )
            if state.sample is not None and state.sample.kept_until is not None:
                self.store.replace_problems(project_id, sample.sample_id, sample.connection, who=who)
        return report

    def report_with_examples(self, state: ProjectState) -> AuditReport | None:
        """The stored report, with examples from the records where these are at hand."""
        if state.audit is None:
            return None
        small = state.audit.report.records <= MOST_REOPENED_RECORDS
        sample = self._audited_sample(state.id) if small else self.desk.get(state.id, state.audit.sample_id)
        if sample is not None and sample.report is not None and state.audit.report == sample.report.without_values():
            return sample.report
        return state.audit.report

    def keep_records(self, project_id: str, until: date, *, who: str) -> None:
        """The raw records, and the problem list with its values, kept in the project file until a date."""
        state, sample = self.load(project_id), self._require_open(project_id)
        with sample.lock:
            self.store.keep_records(
                project_id, sample.sample_id, sample.reading.fields, sample.connection, until=until, who=who
            )
            if sample.report is not None:
                self.store.replace_problems(project_id, sample.sample_id, sample.connection, who=who)
        self.change(
            project_id,
            Kind.SAMPLE,
            {"kept_until": until.isoformat()},
            version=state.version_of(Kind.SAMPLE),
            who=who,
            what=f"kept the raw records until {until.isoformat()}",
        )

    def remove_records(self, project_id: str, *, who: str) -> None:
        """All raw records and values of the project removed, from the file and from memory; the counts stay."""
        state = self.load(project_id)
        self.store.remove_raw_records(project_id, None, who=who)
        self.desk.drop(project_id)
        if state.sample is not None and state.sample.kept_until is not None:
            self.change(
                project_id,
                Kind.SAMPLE,
                {"kept_until": None},
                version=state.version_of(Kind.SAMPLE),
                who=who,
                what="removed the raw records",
            )

    def has_records(self, project_id: str) -> bool:
        """Whether the sample's records are at hand and audited, so that problems can be shown with their values."""
        sample = self._audited_sample(project_id)
        return sample is not None

    def records_of(self, project_id: str, edge_case: str, *, limit: int, offset: int) -> pd.DataFrame | None:
        """A page of the records behind an edge case as the file has them; None when they are not at hand."""
        from readiness.audit.problems import records_of

        sample = self._audited_sample(project_id)
        if sample is None:
            return None
        with sample.lock:
            rows = records_of(sample.connection, edge_case, limit=limit, offset=offset)
        return record_frame(rows, sample.reading.fields)

    def write_problems(self, project_id: str, out: Path) -> None:
        """The problem list of the project's audit as a .csv, .xlsx or .parquet file."""
        from readiness.audit.problems import write_problems

        sample, _ = self._require_audited(project_id)
        with sample.lock:
            write_problems(sample.connection, out)

    def write_annotated(self, project_id: str, out: Path) -> None:
        """All records with their tier, edge cases and reasons as a .csv, .xlsx or .parquet file."""
        from readiness.audit.annotated import write_annotated

        sample, report = self._require_audited(project_id)
        with sample.lock:
            write_annotated(sample.connection, report, out)

    def _require_audited(self, project_id: str) -> tuple[OpenSample, AuditReport]:
        sample = self._audited_sample(project_id)
        if sample is None or sample.report is None:
            raise InputError("The records of this sample are not at hand any more. Upload the file again.")
        return sample, sample.report

    def _audited_sample(self, project_id: str) -> OpenSample | None:
        """The open sample with its problem list; audited again in memory when it was reopened after a restart."""
        from readiness.audit.engine import audit_sample

        state, sample = self.load(project_id), self.open_sample(project_id)
        if sample is None or state.audit is None or state.audit.sample_id != sample.sample_id:
            return None
        with sample.lock:
            if sample.report is None:
                sample.report = audit_sample(
                    sample.connection, sample.reading, state.audit.rules, population=state.audit.population
                )
        return sample

    # --- documents ------------------------------------------------------------------------------------------------

    def audit_document(self, project_id: str, suffix: str) -> bytes:
        """The audit as a document: `md` or `docx`."""
        state = self.load(project_id)
        report = self.report_with_examples(state)
        if report is None or state.audit is None:
            raise InputError("This project has no audit yet.")
        shift = state.shift if state.shift and state.shift.sample_id == state.audit.sample_id else None
        return documents.audit_file(
            compared_with_older(report) if shift else report,
            suffix,
            decisions=state.decisions,
            project_name=state.name,
            audited_at=state.audit.audited_at,
            shift=shift.report if shift else None,
        )

    def workbook(self, project_id: str) -> bytes:
        """The production scope as an Excel workbook."""
        return documents.scope_file(self.load(project_id), self.clock())

    def brief(self, state: ProjectState, diagnosis: Diagnosis, kind: str, suffix: str) -> bytes:
        """A brief of the project, `decision`, `prototype`, `production` or `workflow`, as `pdf`, `docx` or `md`; the
        decision also as `json`."""
        return documents.brief_file(state, diagnosis, kind, suffix, self.clock())

    def brief_pages(self, state: ProjectState, diagnosis: Diagnosis, kind: str) -> tuple[bytes, ...]:
        """The pages of a brief as they would be printed, each as a PNG."""
        return documents.brief_pages(state, diagnosis, kind, self.clock())

    def missing_from_brief(self, state: ProjectState, diagnosis: Diagnosis) -> tuple[str, ...]:
        """What a stop brief must still say before it can be signed; nothing is asked of other briefs."""
        return documents.missing_from_brief(state, diagnosis)

    def brief_fingerprint(self, state: ProjectState, diagnosis: Diagnosis) -> str:
        """SHA-256 of what the decision brief says, without its date and its signatures."""
        return documents.brief_fingerprint(state, diagnosis, self.clock())

    # --- decisions and scope --------------------------------------------------------------------------------------

    def decide(
        self, project_id: str, edge_case: str, handling: Handling | None, note: str, *, version: int, who: str
    ) -> None:
        """The handling decision of one edge case, with its scope item, saved together; None takes both back."""
        state = self.load(project_id)
        case = _edge_case(state, edge_case)
        item_id = f"decision:{edge_case}"
        if handling is None:
            self._take_back(state, edge_case, version=version, who=who)
            return
        decision = HandlingDecision(edge_case=edge_case, handling=handling, note=note)
        changes = [_row(Kind.DECISION, edge_case, decision, version)]
        existing = next((item for item in state.items if item.id == item_id), None)
        if existing is None or existing.handling != handling:
            item = item_from_decision(self.components, case.id, case.kind, case.title, handling)
            item = carrying_over(item, existing) if existing else item
            changes.append(_row(Kind.SCOPE_ITEM, item_id, item, state.version_of(Kind.SCOPE_ITEM, item_id)))
        self.store.save_many(project_id, changes, who=who, what=f"decided {handling} for {edge_case}")

    def _take_back(self, state: ProjectState, edge_case: str, *, version: int, who: str) -> None:
        """Delete a decision and its scope item, both or neither."""
        item_id = f"decision:{edge_case}"
        item_version = state.version_of(Kind.SCOPE_ITEM, item_id)
        gone = [(Kind.DECISION.value, edge_case, version)] if state.version_of(Kind.DECISION, edge_case) else []
        gone += [(Kind.SCOPE_ITEM.value, item_id, item_version)] if item_version else []
        if gone:
            self.store.save_many(state.id, [], who=who, what=f"took back the decision on {edge_case}", deleted=gone)

    def proposals(self, state: ProjectState) -> tuple[Proposal, ...]:
        """The starting points of the catalog for the scope items whose estimate nobody has begun."""
        return proposals(self.components, state.items, state.plan)

    def take_proposals(self, project_id: str, item_ids: Iterable[str], *, who: str) -> tuple[str, ...]:
        """The ids of the items whose starting points are their estimates from now on, all saved together.

        Items that somebody has begun to estimate meanwhile are not among them and stay as they are.
        """
        state, wanted = self.load(project_id), set(item_ids)
        items = {item.id: item for item in state.items}
        unknown = sorted(wanted - set(items))
        if unknown:
            raise UnknownNameError("scope item", unknown[0], list(items))
        taken = [proposal for proposal in self.proposals(state) if proposal.item_id in wanted]
        changes = [
            _row(
                Kind.SCOPE_ITEM,
                proposal.item_id,
                items[proposal.item_id].model_copy(update=proposal.changes),
                state.version_of(Kind.SCOPE_ITEM, proposal.item_id),
            )
            for proposal in taken
        ]
        if changes:
            count = "1 starting point" if len(changes) == 1 else f"{len(changes)} starting points"
            self.store.save_many(project_id, changes, who=who, what=f"took over {count} of the catalog", check=check)
        return tuple(proposal.item_id for proposal in taken)

    def change_item(self, project_id: str, item_id: str, changes: Mapping[str, Any], *, version: int, who: str) -> None:
        """One scope item after an edit of some of its parts."""
        document = self.store.document(project_id, Kind.SCOPE_ITEM, item_id)
        if document is None:
            raise UnknownNameError("scope item", item_id)
        if "basis" not in changes and not set(changes).isdisjoint(ESTIMATE):
            changes = {**changes, "basis": basis_after_change(str(document.body.get("basis", "")))}
        try:
            self.change(project_id, Kind.SCOPE_ITEM, changes, version=version, who=who, key=item_id)
        except InputError as error:
            raise InputError(f"{document.body['component']}: {error}") from error

    def add_component(self, project_id: str, component_id: str, *, who: str) -> None:
        """A catalog component as a scope item; one that is there already stays as it is."""
        state = self.load(project_id)
        component = self.components.component(component_id)
        if state.version_of(Kind.SCOPE_ITEM, component_id):
            return
        item = item_from_component(component, order=_next_order(state))
        self.store.save_many(
            project_id, [_row(Kind.SCOPE_ITEM, item.id, item)], who=who, what=f"added {item.component}"
        )

    def add_own_component(self, project_id: str, fields: Mapping[str, Any], *, who: str) -> str:
        """The id of a component that the catalog does not have."""
        state = self.load(project_id)
        if len(state.items) >= MOST_ITEMS:
            raise InputError(f"A project holds at most {MOST_ITEMS:,} scope items.")
        item_id = f"own:{self.new_id()}"
        body = {
            "group": "Own components",
            **fields,
            "id": item_id,
            "source": ItemSource.OWN,
            "order": _next_order(state),
        }
        item = validated(Kind.SCOPE_ITEM, body)
        self.store.save_many(project_id, [_row(Kind.SCOPE_ITEM, item_id, item)], who=who, what="added a component")
        return item_id

    def remove_component(self, project_id: str, item_id: str, *, who: str) -> None:
        """A scope item taken out. Those of decisions go with their decision, not by themselves."""
        state = self.load(project_id)
        item = next((item for item in (*state.items, *state.orphans) if item.id == item_id), None)
        if item is None:
            raise UnknownNameError("scope item", item_id)
        if item.source is ItemSource.DECISION and item not in state.orphans:
            raise InvalidValueError(
                item.component, "remove", "comes from a handling decision; change it on the Data audit page"
            )
        if item in state.orphans:  # the decision goes too, or its edge case would come back decided and without work
            decided = state.version_of(Kind.DECISION, item.edge_case)
            self._take_back(state, item.edge_case, version=decided, who=who)
            return
        version = state.version_of(Kind.SCOPE_ITEM, item_id)
        what = f"removed {item.component}"
        self.store.delete(project_id, Kind.SCOPE_ITEM, item_id, version=version, who=who, what=what)

    # --- outcome, owner, answers ----------------------------------------------------------------------------------

    def sign_outcome(self, project_id: str, *, name: str, role: str, who: str) -> None:
        """A signature under the outcome definition as it stands."""
        state = self.load(project_id)
        signature = agreement.sign(state.outcome, state.signatures, name=name, role=role, now=self.clock())
        key = agreement.person_key(signature.name)
        row = _row(Kind.SIGNATURE, key, signature, state.version_of(Kind.SIGNATURE, key))
        self.store.save_many(project_id, [row], who=who, what=f"{signature.name} signed the outcome definition")

    def withdraw_signature(self, project_id: str, name: str, *, who: str) -> None:
        """One person's signature under the outcome definition taken back."""
        state, key = self.load(project_id), agreement.person_key(name)
        version = state.version_of(Kind.SIGNATURE, key)
        if not version:
            raise UnknownNameError("signature", name, [s.name for s in state.signatures])
        what = f"{name} withdrew the signature"
        self.store.delete(project_id, Kind.SIGNATURE, key, version=version, who=who, what=what)

    def answer(
        self, project_id: str, mode: FailureMode, reply: Reply | None, reason: str, *, version: int, who: str
    ) -> None:
        """The team's answer to one question; None takes it back."""
        if reply is None:
            if version:
                what = "took back an answer"
                self.store.delete(project_id, Kind.ANSWER, mode, version=version, who=who, what=what)
            return
        answer = validated(
            Kind.ANSWER,
            {"question": mode, "reply": reply, "reason": reason, "answered_by": who, "answered_at": self.clock()},
        )
        row = _row(Kind.ANSWER, mode, answer, version)
        self.store.save_many(project_id, [row], who=who, what=f"answered {reply} on {mode}")


def record_frame(rows: Sequence[Any], fields: Sequence[str]) -> pd.DataFrame:
    """Records as a table: number, line, and the cells under their field names."""
    import pandas as pd

    lines = [{"Record": row.record, "Line": row.line, **row.cells} for row in rows]
    return pd.DataFrame(lines, columns=["Record", "Line", *fields] if not lines else None)


def summarise_reading(reading: Reading) -> ReadingSummary:
    """How a file was read, as reports and projects keep it."""
    from readiness.audit.engine import summarise_reading as summarise

    return summarise(reading)


def _row(kind: Kind, key: str, value: Any, version: int = 0) -> tuple[str, str, dict[str, Any], int]:
    return (kind.value, key, value.model_dump(mode="json"), version)


def _untouched(kind: Kind, body: Mapping[str, Any], parts: Iterable[str]) -> bool:
    """Whether these parts still stand as in an empty form."""
    empty = {name: field.get_default() for name, field in MODELS[kind].model_fields.items()}
    return all(part in empty and body.get(part) == empty[part] for part in parts)


def _keep_edited(current: FieldRules, suggested: FieldRules) -> FieldRules:
    """The suggested rules, but those that a user has set for a field or relation of the same name stay."""
    edited = {rule.field: rule for rule in current.rules if rule.edited}
    merged = []
    for rule in suggested.rules:
        mine = edited.get(rule.field)
        merged.append(mine.model_copy(update={"position": rule.position, "fit": rule.fit}) if mine else rule)
    known = {rule.field for rule in merged}
    switched = {one.id: one for one in current.relations if one.edited and known.issuperset(one.fields)}
    offered = [switched.pop(relation.id, relation) for relation in suggested.relations]
    return FieldRules(rules=tuple(merged), relations=(*offered, *switched.values()))


def _edge_case(state: ProjectState, edge_case: str) -> Any:
    cases = state.audit.report.edge_cases if state.audit else ()
    found = next((case for case in cases if case.id == edge_case), None)
    if found is None:
        raise UnknownNameError("edge case", edge_case, [case.id for case in cases])
    return found


def _next_order(state: ProjectState) -> int:
    return max((item.order for item in state.items), default=0) + 1
