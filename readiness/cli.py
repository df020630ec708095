"""The command line: `readiness` opens the dashboard; its commands do the same chain without a browser.

Exit codes: 0 done, 2 the input or the call is wrong (one sentence on stderr), 3 the project file is in use.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from readiness import __version__
from readiness.errors import EmptyFileError, InputError, InvalidValueError, ReadinessError, StoreInUseError

if TYPE_CHECKING:
    from readiness.audit.report import AuditReport
    from readiness.audit.shift_report import ShiftReport
    from readiness.project import Projects

DONE, WRONG, IN_USE = 0, 2, 3
WHO = "command line"


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
        return 130


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
    parser = commands.add_parser("audit", help="audit a file of records", description="Audit a file of records.")
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
    parser.add_argument("--document", type=Path, metavar="OUT", help="write the audit document as .md or .docx")
    parser.add_argument("--save-rules", type=Path, metavar="OUT", help="write the field rules that were used as YAML")
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
        "scope", help="export the production scope", description="Export the production scope."
    )
    parser.add_argument("project", metavar="PROJECT", help="name or id")
    parser.add_argument("--excel", type=Path, metavar="OUT", required=True, help="workbook with live formulas")
    _store_option(parser, default=argparse.SUPPRESS)
    parser.set_defaults(run=_scope)
    parser = commands.add_parser(
        "brief", help="write the brief of a project", description="Write the brief of a project."
    )
    parser.add_argument("project", metavar="PROJECT", help="name or id")
    parser.add_argument("--out", type=Path, metavar="OUT", required=True, help=".md or .docx")
    parser.add_argument("--kind", choices=("decision", "prototype", "production"), default="decision")
    _store_option(parser, default=argparse.SUPPRESS)
    parser.set_defaults(run=_brief)


# --- commands -----------------------------------------------------------------------------------------------------


def _dashboard(call: argparse.Namespace) -> int:
    from readiness.dashboard import run_dashboard

    return run_dashboard(store=call.db, port=call.port, open_browser=not call.no_browser)


def _audit(call: argparse.Namespace) -> int:
    _refuse_unwritable(call.problems, (".csv", ".xlsx", ".parquet"), "--problems")
    _refuse_unwritable(call.document, (".md", ".docx"), "--document")
    for out in (_json_file(call), call.problems, call.document, call.save_rules):
        _refuse_place(out, keep=call.file)
        _refuse_place(out, keep=call.older)
    from readiness.audit.engine import audit_sample
    from readiness.audit.suggestion import suggest_rules

    connection, reading = _open(call)
    rules = _rules(call, suggest_rules(connection, reading))
    report = audit_sample(connection, reading, rules)
    shift = _shift(call, connection, reading, rules) if call.older else None
    _write_outputs(call, connection, report, shift)
    if call.json != "-":
        _print_summary(report)
        _print_shift(shift)
    return DONE


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
    _refuse_unwritable(call.excel, (".xlsx",), "--excel")
    _refuse_place(call.excel)
    with _opened_projects(call) as projects:
        row = projects.store.find_project(call.project)
        call.excel.write_bytes(projects.workbook(row.id))
        print(f"The production scope of {_one_line(row.name)} is in {call.excel}.")
    return DONE


def _brief(call: argparse.Namespace) -> int:
    _refuse_unwritable(call.out, (".md", ".docx"), "--out")
    _refuse_place(call.out)
    with _opened_projects(call) as projects:
        row = projects.store.find_project(call.project)
        state = projects.load(row.id)
        diagnosis = projects.diagnose(state)
        call.out.write_bytes(projects.brief(state, diagnosis, call.kind, call.out.suffix.lower().removeprefix(".")))
        print(f"{diagnosis.verdict.value}. The brief of {_one_line(row.name)} is in {call.out}.")
    return DONE


# --- parts of commands --------------------------------------------------------------------------------------------


def _open(call: argparse.Namespace) -> tuple[Any, Any]:
    """A workspace with the records of the file, and how they were read."""
    from readiness.audit.reading.sample import open_workspace, read_sample
    from readiness.audit.reading.values import ReadingOptions, SampleFile

    delimiter = {"tab": "\t", "\\t": "\t"}.get(call.delimiter or "", call.delimiter)
    options = ReadingOptions(
        encoding=call.encoding, delimiter=delimiter, header_line=call.header_line, sheet=call.sheet
    )
    connection = open_workspace()
    return connection, read_sample(SampleFile(call.file, call.file.name), connection, options=options)


def _rules(call: argparse.Namespace, suggested: Any) -> Any:
    rules = suggested
    if call.rules:
        from readiness.audit.rules_file import read_rules

        rules = read_rules(call.rules, suggested)
    if call.required is not None:
        named = [name.strip() for name in call.required.split(",") if name.strip()]
        rules = rules.requiring(named)
    return rules


def _write_outputs(call: argparse.Namespace, connection: Any, report: AuditReport, shift: ShiftReport | None) -> None:
    if call.json:
        text, out = report_json(report, shift), _json_file(call)
        if out is None:
            print(text)
        else:
            out.write_text(text + "\n", encoding="utf-8")
    if call.problems:
        from readiness.audit.problems import write_problems

        write_problems(connection, call.problems)
    if call.document:
        call.document.write_bytes(_document(report, call.document.suffix.lower()))
    if call.save_rules:
        from readiness.audit.rules_file import write_rules

        write_rules(report.rules, call.save_rules)


def report_json(report: AuditReport, shift: ShiftReport | None = None) -> str:
    """The report as JSON text: records, clean, tiers, edge_cases, fields, reading, what was not checked, the shift."""
    import json

    content = report.model_dump(mode="json")
    first = ("records", "clean", "tiers", "edge_cases", "fields", "reading")
    ordered = {name: content[name] for name in first} | {name: content[name] for name in content if name not in first}
    if shift is not None:
        ordered["shift"] = shift.model_dump(mode="json")
    return json.dumps(ordered, indent=2, ensure_ascii=True)


def _document(report: AuditReport, suffix: str) -> bytes:
    from readiness.project.documents import audit_file

    return audit_file(report, suffix.removeprefix("."))


def _print_summary(report: AuditReport) -> None:
    print(_one_line(f"{report.reading.name}: {report.reading.sentence}"))
    print(report.sentence)
    for case in report.edge_cases:
        print(f"  {case.records:>9,}  {case.share:6.1%}  ({case.low:.1%} to {case.high:.1%})  {_one_line(case.title)}")
    for tier in report.tiers:
        print(f"  {tier.records:>9,}  {tier.share:6.1%}  {tier.tier.value}")


def _shift(call: argparse.Namespace, connection: Any, reading: Any, rules: Any) -> ShiftReport:
    """What shifted since the older file."""
    from readiness.audit.reading.sample import open_workspace, read_sample
    from readiness.audit.reading.values import SampleFile
    from readiness.audit.shift import compare_samples

    older_connection = open_workspace()
    older = read_sample(SampleFile(call.older, call.older.name), older_connection)
    return compare_samples(older_connection, older, connection, reading, rules)


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


class _opened_projects:  # noqa: N801 - reads as a statement
    """The projects of the store that the call names, closed at the end."""

    def __init__(self, call: argparse.Namespace) -> None:
        self._path: Path | None = getattr(call, "db", None)

    def __enter__(self) -> Projects:
        from readiness.locations import default_store_path
        from readiness.project.opening import open_projects

        self._projects = open_projects(self._path or default_store_path())
        return self._projects

    def __exit__(self, *_error: object) -> None:
        self._projects.store.close()


def _refuse_unwritable(out: Path | None, suffixes: tuple[str, ...], option: str) -> None:
    """Refuse before the work what could not be written after it."""
    if out is not None and out.suffix.lower() not in suffixes:
        raise InvalidValueError(option, str(out), f"must end in {' or '.join(suffixes)}")


def _refuse_place(out: Path | None, *, keep: Path | None = None) -> None:
    """Refuse a place where no file can be made, and the file `keep`, whose records the call is about."""
    if out is None:
        return
    if out.is_dir():
        raise InputError(f"{out} is a folder; name a file in it.")
    if not out.parent.is_dir():
        raise InputError(f"The folder {out.parent} does not exist. Make it, or choose another one.")
    if keep is not None and keep.exists() and out.exists() and out.samefile(keep):
        raise InputError(f"{out} holds the records themselves; choose another file to write to.")


def _json_file(call: argparse.Namespace) -> Path | None:
    """Where the JSON goes; None when it is not wanted in a file."""
    return Path(call.json) if call.json and call.json != "-" else None
