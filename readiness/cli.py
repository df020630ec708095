"""The command line: `readiness` opens the dashboard; its commands do the same chain without a browser.

Exit codes: 0 done, 1 a --check of an audit was not passed, 2 the input or the call is wrong (one sentence on stderr),
3 the project file is in use, 130 interrupted; with diagnose --check 10 FIX FIRST and 11 STOP.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from readiness import __version__
from readiness.errors import EmptyFileError, InputError, InvalidValueError, ReadinessError, StoreInUseError

if TYPE_CHECKING:
    from readiness.audit.gate import GateCheck, GateResult
    from readiness.audit.report import AuditReport
    from readiness.audit.shift_report import ShiftReport
    from readiness.project import Projects
    from readiness.project.state import ProjectState

DONE, NOT_PASSED, WRONG, IN_USE, FIX_FIRST, STOP, INTERRUPTED = 0, 1, 2, 3, 10, 11, 130
WHO = "command line"
EXIT_CODES = (
    "Exit codes: 0 done, 1 a --check was not passed, 2 the input or the call is wrong, 3 the project file is in use; "
    "of diagnose --check 0 GO, 10 FIX FIRST, 11 STOP."
)
_MOST_LINES = 12  # of hints on the screen; the JSON and the document hold all of them


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of one call."""
    call = _parser().parse_args(arguments)
    try:
        return int(call.run(call))
    except StoreInUseError as error:
        return _refuse(error, IN_USE)
    except ReadinessError as error:
        return _refuse(error, WRONG)
    except BrokenPipeError:
        # The reader of our output has gone; nothing is left to say to it.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - stays open until the process ends
        return DONE
    except OSError as error:
        return _refuse(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.", WRONG)
    except KeyboardInterrupt:
        return INTERRUPTED


def _refuse(error: ReadinessError | str, code: int) -> int:
    print(f"readiness: {_one_line(' '.join(str(error).split()))}", file=sys.stderr)
    return code


class _OneSentence(argparse.ArgumentParser):
    """A parser whose complaint is one line on stderr."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}. See {self.prog} --help.", file=sys.stderr)
        raise SystemExit(WRONG)


def _parser() -> argparse.ArgumentParser:
    parser = _OneSentence(
        prog="readiness",
        description="Readiness assessment for AI projects. Without a command it opens the dashboard in the browser.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"readiness {__version__}")
    _store_option(parser)
    parser.add_argument("--port", type=int, help="port of the dashboard (default 8501)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    parser.set_defaults(run=_dashboard)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_OneSentence)
    _audit_command(commands)
    _read_command(commands)
    _project_commands(commands)
    return parser


def _store_option(parser: argparse.ArgumentParser, **extra: Any) -> None:
    parser.add_argument("--db", type=Path, metavar="FILE", help="the project file (default: READINESS_DB)", **extra)


def _audit_command(commands: Any) -> None:
    parser = commands.add_parser(
        "audit",
        help="audit a file of records",
        description="Audit a file of records.",
        epilog=f"Example: readiness audit records.csv --rules rules.yaml --check 'clean>=0.9'. {EXIT_CODES}",
    )
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="CSV, TSV, JSON, JSON Lines, XLSX or Parquet, also .gz/.zip"
    )
    parser.add_argument("--required", metavar="A,B", help="fields that must be filled, instead of the suggested ones")
    parser.add_argument("--rules", type=Path, metavar="FILE", help="field rules as YAML, instead of suggested ones")
    parser.add_argument(
        "--older", type=Path, metavar="FILE", help="an older file of the same records: report what shifted"
    )
    parser.add_argument("--json", metavar="OUT", help="write the report as JSON; - for standard output")
    parser.add_argument(
        "--problems", type=Path, metavar="OUT", help="write the problem list as .csv, .xlsx or .parquet"
    )
    parser.add_argument(
        "--annotated",
        type=Path,
        metavar="OUT",
        help="write every record with its tier, edge cases and reasons as .csv, .xlsx or .parquet",
    )
    parser.add_argument("--document", type=Path, metavar="OUT", help="write the audit document as .pdf, .docx or .md")
    parser.add_argument("--save-rules", type=Path, metavar="OUT", help="write the field rules that were used as YAML")
    parser.add_argument(
        "--check",
        action="append",
        default=[],
        metavar="CHECK",
        help="such as clean>=0.9, duplicate_record<=1%% or clean.low>=0.85; exit code 1 when it fails; may be repeated",
    )
    parser.add_argument(
        "--population", type=int, metavar="N", help="how many records the sample was drawn from, for the intervals"
    )
    parser.add_argument(
        "--core-only",
        action="store_true",
        help="only missing values, formats, numbers, exact duplicates, damaged characters and broken lines",
    )
    parser.add_argument(
        "--memory-limit", metavar="SIZE", help="such as 1GB; what does not fit goes to the temporary folder"
    )
    _reading_options(parser)
    parser.set_defaults(run=_audit)


def _read_command(commands: Any) -> None:
    parser = commands.add_parser(
        "read",
        help="write the records exactly as the audit reads them",
        description="Write the records as the audit reads them.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, metavar="OUT.csv", required=True, help="RFC 4180 CSV with a header")
    _reading_options(parser)
    parser.set_defaults(run=_read)


def _reading_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--encoding", help="instead of the one found")
    parser.add_argument("--delimiter", help="instead of the one found; the word tab for a tab")
    parser.add_argument("--header-line", type=int, metavar="N", help="line of the header; 0 when there is none")
    parser.add_argument("--sheet", help="sheet of a workbook")


def _project_commands(commands: Any) -> None:
    parser = commands.add_parser(
        "projects", help="list the projects", description="List the projects of the project file."
    )
    _store_option(parser, default=argparse.SUPPRESS)
    parser.set_defaults(run=_projects)
    parser = commands.add_parser(
        "scope",
        help="export the production scope, or bring an edited workbook back",
        description="Export the production scope as a workbook, or bring the edited workbook back.",
        epilog="Without --apply, --import only prints what would change. With it, the project's side of a conflict "
        "stays and nothing is removed; both are decided on the page Production scope.",
    )
    parser.add_argument("project", metavar="PROJECT", help="name or id")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--excel", type=Path, metavar="OUT", help="write the workbook, with live formulas")
    way.add_argument(
        "--import", dest="workbook", type=Path, metavar="FILE", help="print what an edited workbook would change"
    )
    parser.add_argument("--apply", action="store_true", help="with --import: make these changes")
    _store_option(parser, default=argparse.SUPPRESS)
    parser.set_defaults(run=_scope)
    _decision_commands(commands)
    parser = commands.add_parser(
        "evaluation",
        help="write the evaluation spec of a project",
        description="Write the evaluation spec of a project as JSON: workflow, metric, target, fallback and owner.",
        epilog="Its schema is docs/evaluation-spec.schema.json.",
    )
    parser.add_argument("project", metavar="PROJECT", help="name or id")
    parser.add_argument("--out", type=Path, metavar="OUT", required=True, help="a .json file")
    _store_option(parser, default=argparse.SUPPRESS)
    parser.set_defaults(run=_evaluation)


def _decision_commands(commands: Any) -> None:
    parser = commands.add_parser(
        "diagnose",
        help="print the verdict of a project, and what would change it",
        description="Print the verdict of a project with its reasons, the stop rules and what would change it.",
        epilog=f"The schema of the JSON is docs/brief.schema.json. {EXIT_CODES}",
    )
    parser.add_argument("project", metavar="PROJECT", help="name or id")
    parser.add_argument(
        "--json",
        nargs="?",
        const="-",
        metavar="OUT",
        help="write the diagnosis as JSON; without OUT on standard output",
    )
    parser.add_argument("--check", action="store_true", help="exit code 0 only for GO; 10 for FIX FIRST, 11 for STOP")
    _store_option(parser, default=argparse.SUPPRESS)
    parser.set_defaults(run=_diagnose)
    parser = commands.add_parser(
        "brief",
        help="write the brief of a project",
        description="Write the brief of a project, as it reads now or as it was issued.",
        epilog="The schema of the decision as .json is docs/brief.schema.json.",
    )
    parser.add_argument("project", metavar="PROJECT", help="name or id")
    parser.add_argument("--out", type=Path, metavar="OUT", required=True, help=".pdf, .docx, .md or .json")
    parser.add_argument("--kind", choices=("decision", "prototype", "production", "workflow"), default="decision")
    parser.add_argument("--issue", type=int, metavar="N", help="the decision as it was frozen under this number")
    _store_option(parser, default=argparse.SUPPRESS)
    parser.set_defaults(run=_brief)


# --- commands -----------------------------------------------------------------------------------------------------


def _dashboard(call: argparse.Namespace) -> int:
    from readiness.dashboard import run_dashboard

    return run_dashboard(store=call.db, port=call.port, open_browser=not call.no_browser)


def _audit(call: argparse.Namespace) -> int:
    _refuse_outputs(call)
    checks, limit = _checks(call), _memory_limit(call)
    from readiness.audit.memory import within_memory

    with within_memory(limit):
        return _audit_within(call, checks)


def _audit_within(call: argparse.Namespace, checks: list[GateCheck]) -> int:
    from readiness.audit.engine import audit_sample
    from readiness.audit.suggestion import suggest_rules

    connection, reading = _open(call)
    rules = _rules(call, suggest_rules(connection, reading))
    report = audit_sample(connection, reading, rules, population=call.population, core_only=call.core_only)
    shift = _shift(call, connection, reading, rules) if call.older else None
    if shift is not None:
        from readiness.audit.not_checked import compared_with_older

        report = compared_with_older(report)
    results = _judged(checks, report)
    _write_outputs(call, connection, report, shift, results)
    if call.json != "-":
        _print_summary(report)
        _print_shift(shift)
    _print_checks(results, sys.stderr if call.json == "-" else sys.stdout)
    return NOT_PASSED if any(not result.passed for result in results) else DONE


def _read(call: argparse.Namespace) -> int:
    from readiness.audit.reading.records_file import write_records

    _refuse_place(call.out, keep=call.file)
    try:
        connection, reading = _open(call)
    except EmptyFileError:
        # Nothing read is read rightly as nothing; only an audit needs records.
        call.out.write_bytes(b"")
        print(f"{_one_line(call.file.name)} is empty. 0 records written to {call.out}.")
        return DONE
    written = write_records(connection, reading, call.out)
    print(f"{_one_line(reading_line(reading))} {written:,} records written to {call.out}.")
    return DONE


def _projects(call: argparse.Namespace) -> int:
    with _opened_projects(call) as projects:
        rows = projects.rows(include_archived=True)
        for row in rows:
            verdict = projects.diagnose(projects.load(row.id)).verdict.value
            archived = " (archived)" if row.archived_at else ""
            print(f"{row.id}  {verdict:<9}  {_one_line(row.name)}{archived}")
        if not rows:
            print("No projects yet. Open the dashboard with `readiness` to make one.")
    return DONE


def _scope(call: argparse.Namespace) -> int:
    if call.workbook is not None:
        return _import_scope(call)
    if call.apply:
        raise InvalidValueError("--apply", "--excel", "has nothing to apply; it goes with --import")
    _refuse_unwritable(call.excel, (".xlsx",), "--excel")
    _refuse_place(call.excel)
    with _opened_projects(call) as projects:
        row = projects.store.find_project(call.project)
        call.excel.write_bytes(projects.workbook(row.id))
        print(f"The production scope of {_one_line(row.name)} is in {call.excel}.")
    return DONE


def _import_scope(call: argparse.Namespace) -> int:
    from readiness.project.scope_exchange import apply, default_choices, preview, read_scope_copy
    from readiness.scope.change_words import preview_lines

    copy = read_scope_copy(call.workbook, call.workbook.name)
    with _opened_projects(call) as projects:
        row = projects.store.find_project(call.project)
        seen = preview(projects, row.id, copy)
        for line in preview_lines(seen.changes):
            print(_one_line(line))
        if call.apply:
            print(apply(projects, row.id, copy, default_choices(seen.changes), seen=seen, who=WHO))
        elif not seen.changes.is_empty:
            print("Nothing was changed. Add --apply to make these changes.")
    return DONE


def _diagnose(call: argparse.Namespace) -> int:
    _refuse_place(_json_file(call), keep=_store_path(call), what="the projects")
    with _opened_projects(call) as projects:
        state = projects.load(projects.store.find_project(call.project).id)
        diagnosis = projects.diagnose(state)
        from readiness.exports.diagnosis_text import diagnosis_lines
        from readiness.project.documents import decision_of, diagnosis_json

        now = projects.clock()
        if call.json is not None:
            _write_json(call, diagnosis_json(state, diagnosis, now))
        if call.json != "-":
            for line in diagnosis_lines(decision_of(state, diagnosis, now)):
                print(_one_line(line))
    return _EXIT_CODE_OF[diagnosis.verdict.value] if call.check else DONE


_EXIT_CODE_OF = {"GO": DONE, "FIX FIRST": FIX_FIRST, "STOP": STOP}


def _brief(call: argparse.Namespace) -> int:
    formats = (".pdf", ".docx", ".md", *((".json",) if call.kind == "decision" else ()))
    _refuse_unwritable(call.out, formats, "--out")
    _refuse_place(call.out)
    if call.issue is not None and call.kind != "decision":
        raise InvalidValueError("--issue", call.issue, "goes with --kind decision; other briefs are not issued")
    suffix = call.out.suffix.lower().removeprefix(".")
    with _opened_projects(call) as projects:
        state = projects.load(projects.store.find_project(call.project).id)
        if call.issue is not None:
            return _issued_brief(call, projects, state, suffix)
        diagnosis = projects.diagnose(state)
        call.out.write_bytes(projects.brief(state, diagnosis, call.kind, suffix))
        print(f"{diagnosis.verdict.value}. The brief of {_one_line(state.name)} is in {call.out}.")
    return DONE


def _issued_brief(call: argparse.Namespace, projects: Projects, state: ProjectState, suffix: str) -> int:
    from readiness.project.issuing import issued_file

    if not state.issued:
        raise InputError(f"No brief of {state.name} has been issued yet. Issue one on the page Brief.")
    content = issued_file(projects, state, call.issue, suffix)
    call.out.write_bytes(content)
    issued = next(one for one in state.issued if one.number == call.issue)
    day = issued.issued_at.date()
    print(f"{issued.verdict.value}. Issue {issued.number} of {_one_line(state.name)}, of {day}, is in {call.out}.")
    return DONE


def _evaluation(call: argparse.Namespace) -> int:
    _refuse_unwritable(call.out, (".json",), "--out")
    _refuse_place(call.out)
    from readiness.outcome.evaluation import spec_json
    from readiness.project.outcomes import evaluation_spec

    with _opened_projects(call) as projects:
        row = projects.store.find_project(call.project)
        call.out.write_text(spec_json(evaluation_spec(projects.load(row.id))), encoding="utf-8")
        print(f"The evaluation spec of {_one_line(row.name)} is in {call.out}.")
    return DONE


# --- parts of commands --------------------------------------------------------------------------------------------


def _refuse_outputs(call: argparse.Namespace) -> None:
    """Refuse before the work what could not be written or meant after it."""
    for out, option in ((call.problems, "--problems"), (call.annotated, "--annotated")):
        _refuse_unwritable(out, (".csv", ".xlsx", ".parquet"), option)
    _refuse_unwritable(call.document, (".pdf", ".docx", ".md"), "--document")
    for out in (_json_file(call), call.problems, call.annotated, call.document, call.save_rules):
        _refuse_place(out, keep=call.file)
        _refuse_place(out, keep=call.older)
    if call.population is not None and call.population < 1:
        raise InvalidValueError("--population", call.population, "must be at least 1")


def _open(call: argparse.Namespace) -> tuple[Any, Any]:
    """A workspace with the records of the file, and how they were read."""
    return _opened(call, call.file, _options(call))


def _opened(call: argparse.Namespace, file: Path, options: Any) -> tuple[Any, Any]:
    from readiness.audit.reading.sample import open_workspace, read_sample
    from readiness.audit.reading.values import SampleFile

    connection = open_workspace(memory_limit=_memory_limit(call))
    return connection, read_sample(SampleFile(file, file.name), connection, options=options)


def _options(call: argparse.Namespace) -> Any:
    from readiness.audit.reading.values import ReadingOptions

    delimiter = {"tab": "\t", "\\t": "\t"}.get(call.delimiter or "", call.delimiter)
    return ReadingOptions(encoding=call.encoding, delimiter=delimiter, header_line=call.header_line, sheet=call.sheet)


def _memory_limit(call: argparse.Namespace) -> str | None:
    text = getattr(call, "memory_limit", None)
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([KMGT])i?B?", text.strip(), re.IGNORECASE)
    if not found or float(found[1]) <= 0:
        raise InvalidValueError("--memory-limit", text, "is no size; write it as 500MB or 1GB")
    return f"{found[1]}{found[2].upper()}B"


def _checks(call: argparse.Namespace) -> list[GateCheck]:
    if not call.check:
        return []
    from readiness.audit.gate import read_check

    return [read_check(text) for text in call.check]


def _judged(checks: list[GateCheck], report: AuditReport) -> list[GateResult]:
    if not checks:
        return []
    from readiness.audit.gate import judge_check

    return [judge_check(check, report) for check in checks]


def _print_checks(results: list[GateResult], stream: TextIO) -> None:
    for result in results:
        print(_one_line(result.sentence), file=stream)


def _rules(call: argparse.Namespace, suggested: Any) -> Any:
    rules = suggested
    if call.rules:
        from readiness.audit.rules_file import read_rules

        rules = read_rules(call.rules, suggested)
    if call.required is not None:
        named = [name.strip() for name in call.required.split(",") if name.strip()]
        rules = rules.requiring(named)
    return rules


def _write_outputs(
    call: argparse.Namespace,
    connection: Any,
    report: AuditReport,
    shift: ShiftReport | None,
    results: list[GateResult],
) -> None:
    if call.json:
        text, out = report_json(report, shift, results), _json_file(call)
        if out is None:
            print(text)
        else:
            out.write_text(text + "\n", encoding="utf-8")
    if call.problems:
        from readiness.audit.problems import write_problems

        write_problems(connection, call.problems)
    if call.annotated:
        from readiness.audit.annotated import write_annotated

        write_annotated(connection, report, call.annotated)
    if call.document:
        call.document.write_bytes(_document(report, call.document.suffix.lower(), shift))
    if call.save_rules:
        from readiness.audit.rules_file import write_rules

        write_rules(report.rules, call.save_rules)


def report_json(report: AuditReport, shift: ShiftReport | None = None, results: Sequence[GateResult] = ()) -> str:
    """The report as JSON text: records, clean, tiers, edge_cases, fields, reading, what was not checked, the overlap
    and primary categories, the shift, and what the checks came to."""
    import json

    from readiness.audit.overlap import overlap_of, primary_categories

    content = report.model_dump(mode="json")
    first = ("records", "clean", "tiers", "edge_cases", "fields", "reading")
    ordered = {name: content[name] for name in first} | {name: content[name] for name in content if name not in first}
    ordered["primary_categories"] = [_plain(category) for category in primary_categories(report)]
    ordered["overlap"] = _plain(overlap_of(report))
    if shift is not None:
        ordered["shift"] = shift.model_dump(mode="json")
    if results:
        ordered["checks"] = [
            {"check": one.check.text, "passed": one.passed, "value": one.value, "sentence": one.sentence}
            for one in results
        ]
    return json.dumps(ordered, indent=2, ensure_ascii=True)


def _plain(value: Any) -> Any:
    """A frozen value of the overlap as JSON can hold it."""
    from dataclasses import fields, is_dataclass

    from pydantic import BaseModel

    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _document(report: AuditReport, suffix: str, shift: ShiftReport | None) -> bytes:
    from readiness.project.documents import audit_file

    return audit_file(report, suffix.removeprefix("."), shift=shift)


def _print_summary(report: AuditReport) -> None:
    for line in _summary(report):
        print(_one_line(line))


def _summary(report: AuditReport) -> Iterator[str]:
    """The report on a screen: clean share, edge cases, tiers, what the sample cannot show, hints, agreement."""
    yield f"{report.reading.name}: {report.reading.sentence}"
    yield report.sentence
    if report.core_only:
        yield "Core checks only: what goes beyond single cells, exact duplicates and broken lines was not looked at."
    for case in report.edge_cases:
        yield f"  {case.records:>9,}  {case.share:6.1%}  ({case.low:.1%} to {case.high:.1%})  {case.title}"
    for tier in report.tiers:
        yield f"  {tier.records:>9,}  {tier.share:6.1%}  {tier.tier.value}"
    if report.limits and report.limits.sentences:
        yield f"What this sample cannot show: {report.limits.sentences[0]}"
    for warning in report.limits.warnings if report.limits else ():
        yield f"  {warning.what}. {warning.why}"
    if report.hints:
        yield "Worth a look, counted as no problem:"
    for hint in report.hints[:_MOST_LINES]:
        yield f"  {hint.title}" + (f" ({hint.records:,} records)" if hint.records else "")
    if len(report.hints) > _MOST_LINES:
        yield f"  and {len(report.hints) - _MOST_LINES:,} more in the JSON and the document"
    for agreement in report.agreement:
        yield agreement.sentence


def _shift(call: argparse.Namespace, connection: Any, reading: Any, rules: Any) -> ShiftReport:
    """What shifted since the older file, which is read with the options given, or as found where they do not fit."""
    from readiness.audit.shift import compare_samples

    older_connection, older = _open_older(call, reading)
    return compare_samples(older_connection, older, connection, reading, rules)


def _open_older(call: argparse.Namespace, newer: Any) -> tuple[Any, Any]:
    """The older file's records. Options fit where the reading succeeds and a field of the newer file is there."""
    from readiness.audit.reading.values import ReadingOptions

    options, found = _options(call), ReadingOptions()
    if options != found:
        try:
            connection, older = _opened(call, call.older, options)
        except InputError:
            return _opened(call, call.older, found)
        if set(older.fields) & set(newer.fields):
            return connection, older
        connection.close()
    return _opened(call, call.older, found)


def _print_shift(shift: ShiftReport | None) -> None:
    for line in shift.sentences if shift else ():
        print(line)


def reading_line(reading: Any) -> str:
    """How a file was read, as one line."""
    from readiness.audit.reading.records_file import reading_sentence

    return str(reading_sentence(reading))


def _one_line(text: str) -> str:
    """User text for a terminal: no control characters, so that a file cannot move the cursor."""
    return "".join(character if character.isprintable() else " " for character in text)


def _store_path(call: argparse.Namespace) -> Path:
    """The project file that the call names, else the usual one."""
    from readiness.locations import default_store_path

    return getattr(call, "db", None) or default_store_path()


class _opened_projects:  # noqa: N801 - reads as a statement
    """The projects of the store that the call names, closed at the end."""

    def __init__(self, call: argparse.Namespace) -> None:
        self._path = _store_path(call)

    def __enter__(self) -> Projects:
        from readiness.project.opening import open_projects

        self._projects = open_projects(self._path)
        return self._projects

    def __exit__(self, *_error: object) -> None:
        self._projects.store.close()


def _refuse_unwritable(out: Path | None, suffixes: tuple[str, ...], option: str) -> None:
    """Refuse before the work what could not be written after it."""
    if out is not None and out.suffix.lower() not in suffixes:
        raise InvalidValueError(option, str(out), f"must end in {' or '.join(suffixes)}")


def _refuse_place(out: Path | None, *, keep: Path | None = None, what: str = "the records themselves") -> None:
    """Refuse a place where no file can be made, and the file `keep`, which the call reads."""
    if out is None:
        return
    if out.is_dir():
        raise InputError(f"{out} is a folder; name a file in it.")
    if not out.parent.is_dir():
        raise InputError(f"The folder {out.parent} does not exist. Make it, or choose another one.")
    if keep is not None and keep.exists() and out.exists() and out.samefile(keep):
        raise InputError(f"{out} holds {what}; choose another file to write to.")


def _write_json(call: argparse.Namespace, text: str) -> None:
    """JSON that ends with its own line break, to the file that the call names or to standard output."""
    out = _json_file(call)
    if out is None:
        print(text, end="")
    else:
        out.write_text(text, encoding="utf-8")


def _json_file(call: argparse.Namespace) -> Path | None:
    """Where the JSON goes; None when it is not wanted in a file."""
    return Path(call.json) if call.json and call.json != "-" else None
