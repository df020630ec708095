"""The audit as a written document (M5): its first page for the sponsor, the rest for whoever builds on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from readiness.audit.decisions import HandlingDecision, HandlingEffect
from readiness.audit.overlap import overlap_of, primary_categories
from readiness.audit.reading.values import LineFault
from readiness.audit.report import (
    AgreementMeasure,
    AuditReport,
    EdgeCase,
    FieldProfile,
    LabelAgreement,
    ReadingSummary,
    SampleLimits,
    Tier,
)
from readiness.audit.rules import DayMonthOrder, DecimalMark, FieldRule
from readiness.audit.shift_report import ShiftReport, ShiftVerdict
from readiness.exports.audit_charts import edge_case_chart, tier_chart
from readiness.exports.document import (
    Align,
    Block,
    Bullets,
    Callout,
    Column,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    ParagraphKind,
    Properties,
    Table,
    Tone,
)
from readiness.exports.figures import counted, day, interval, percent
from readiness.exports.markdown import stamped

LARGEST_CASES = 6  # on the first page
MOST_ROWS = 400  # of a table by field; more is for the problem list, and the document says so
UNDECIDED = "undecided"

TIER_MEANING = {
    Tier.CLEAN: "No problem found.",
    Tier.REPAIRABLE: "A rule or a conversion can put it right without a person.",
    Tier.NEEDS_REVIEW: "A person has to look at it.",
    Tier.UNUSABLE: "Cannot be used as it stands.",
}
FAULT_MEANING = {
    LineFault.TOO_FEW_CELLS: ("Too few cells", "Fewer cells than the header has fields."),
    LineFault.TOO_MANY_CELLS: ("Too many cells", "More cells than the header has fields."),
    LineFault.UNCLOSED_QUOTE: ("Unclosed quote", "A quoted text begins and never ends."),
    LineFault.FILLER: ("Filler", "Delimiters or padding and nothing else."),
    LineFault.TOTAL: ("Total row", "A total or a footer among the records."),
    LineFault.REPEATED_HEADER: ("Repeated header", "The header once more among the records."),
    LineFault.BROKEN_JSON: ("Broken JSON", "Not readable as JSON."),
    LineFault.NOT_AN_OBJECT: ("Not an object", "A JSON value that is no record."),
    LineFault.OTHER_TABLE: ("Another table", "Belongs to a second table in the same file."),
}
_DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space", ":": "colon"}
_NUMBER = Align.RIGHT


def audit_document(
    report: AuditReport,
    *,
    decisions: Mapping[str, HandlingDecision],
    effect: HandlingEffect | None,
    project_name: str,
    audited_at: datetime | None,
    shift: ShiftReport | None = None,
) -> Document:
    """The audit of one sample. `decisions` are by edge case id; `effect` is what they leave of the volume; `shift` is
    the comparison with an older file, where there was one."""
    blocks = (
        *_first_page(report, decisions, effect),
        PageBreak(),
        *_limits(report.limits),
        *_reading(report.reading),
        *_lines_that_do_not_fit(report),
        *_edge_cases(report, decisions),
        *_overlap(report),
        *_missing(report),
        *_formats(report),
        *_agreement(report),
        *_hints(report),
        *(_shift(shift) if shift is not None else ()),
        *_rules(report),
        *_relations(report),
        *_not_checked(report),
        *_method(report),
    )
    document = Document(
        title="Data audit",
        subtitle=project_name,
        meta=(
            ("Sample", report.reading.name),
            ("Records", f"{report.records:,}"),
        ),
        blocks=tuple(blocks),
        about=(("Sample", report.reading.name), ("SHA-256", report.reading.sha256)),
        dated=day(audited_at),
    )
    return stamped(document)


# --- for the sponsor -----------------------------------------------------------------------------------------------


def _first_page(
    report: AuditReport, decisions: Mapping[str, HandlingDecision], effect: HandlingEffect | None
) -> tuple[Block, ...]:
    title = f"{percent(report.clean.share)} clean" if report.records else "No records"
    return (
        Callout(title, report.sentence),
        Heading("What this means"),
        *(Paragraph(text) for text in _meaning(report, decisions, effect)),
        Heading("Where the records stand"),
        *filter(None, (tier_chart(report),)),
        _tiers(report),
        *_largest_cases(report, decisions),
    )


def _meaning(
    report: AuditReport, decisions: Mapping[str, HandlingDecision], effect: HandlingEffect | None
) -> tuple[str, ...]:
    if not report.records:
        return ("An audit needs records: read the file again with other options, or choose another file.",)
    clean = report.clean
    if clean.count == report.records:
        ceiling = (
            "No problem was found in this sample. That says nothing about problems which this audit does not look for, "
            f"and up to {percent(1 - clean.low)} of the real volume could still fall outside the clean case."
        )
        return (ceiling,)
    ceiling = (
        "However well the rest of it is built, a system that knows the clean case only can be expected to succeed on "
        f"{percent(clean.share)} of the real volume; this sample allows for {interval(clean.low, clean.high)}. "
        f"The other {percent(1 - clean.share)} need handling of their own, which belongs in the plan from day one."
    )
    undecided = [case for case in report.edge_cases if case.id not in decisions]
    return (ceiling, *_handling(undecided, len(report.edge_cases), effect))


def _handling(undecided: Sequence[EdgeCase], cases: int, effect: HandlingEffect | None) -> tuple[str, ...]:
    if len(undecided) == cases:
        return (f"No handling decision has been taken yet for the {counted(cases, 'edge case')} found.",)
    sentences = [effect.sentence] if effect is not None else []
    if undecided:
        verb = "waits" if len(undecided) == 1 else "wait"
        sentences.append(f"{len(undecided)} of {counted(cases, 'edge case')} still {verb} for a decision.")
    return tuple(sentences)


def _tiers(report: AuditReport) -> Table:
    columns = (
        Column("Tier", width=1.5),
        Column("What it means", width=3.6),
        Column("Records", _NUMBER),
        Column("Share", _NUMBER),
        Column("95% interval", _NUMBER, 1.7),
    )
    rows = tuple(
        (
            str(tier.tier).capitalize(),
            TIER_MEANING[tier.tier],
            f"{tier.records:,}",
            percent(tier.share),
            interval(tier.low, tier.high),
        )
        for tier in report.tiers
    )
    return Table(columns, rows, note="Each record stands in one tier: the worst of its problems decides.")


def _largest_cases(report: AuditReport, decisions: Mapping[str, HandlingDecision]) -> tuple[Block, ...]:
    if not report.edge_cases:
        return ()
    shown = report.edge_cases[:LARGEST_CASES]
    hidden = len(report.edge_cases) - len(shown)
    columns = (
        Column("Edge case", width=4.2),
        Column("Records", _NUMBER),
        Column("Share", _NUMBER),
        Column("Decision", width=1.8),
    )
    rows = tuple((case.title, f"{case.records:,}", percent(case.share), _decision(case, decisions)) for case in shown)
    note = f"{counted(hidden, 'further edge case')} in the full table below." if hidden else ""
    return (Heading("The largest edge cases"), Table(columns, rows, note=note))


def _decision(case: EdgeCase, decisions: Mapping[str, HandlingDecision]) -> str:
    decision = decisions.get(case.id)
    return UNDECIDED if decision is None else str(decision.handling)


# --- for the engineer ----------------------------------------------------------------------------------------------


def _reading(reading: ReadingSummary) -> tuple[Block, ...]:
    details = [("Format", _format(reading)), ("Size", counted(reading.size_bytes, "byte"))]
    if reading.header_line:
        details.append(("Header", f"line {reading.header_line}" if reading.lines else "found"))
    blocks: list[Block] = [Heading("How the file was read"), Paragraph(reading.sentence), Properties(tuple(details))]
    if reading.lines:
        blocks.append(_accounting(reading))
    if reading.notes:
        blocks += [Heading("What a reader should know", 2), Bullets(reading.notes)]
    return tuple(blocks)


def _format(reading: ReadingSummary) -> str:
    parts = [reading.format.upper()]
    if reading.delimiter:
        parts.append(f"cells separated by {_DELIMITER_NAMES.get(reading.delimiter, repr(reading.delimiter))}")
    if reading.encoding:
        parts.append(f"encoding {reading.encoding}")
    if reading.sheet:
        parts.append(f"sheet {reading.sheet}")
    return ", ".join(parts)


def _accounting(reading: ReadingSummary) -> Table:
    """Every line of the file and what became of it: the parts add up to the whole."""
    before = reading.preamble_lines
    of_records = reading.lines - before - reading.header_lines - reading.empty_lines
    holding = f"Hold {counted(reading.records, 'record')}"
    if of_records != reading.records:
        holding += ", some of which span several lines"
    rows = (
        ("Before the header", f"{before:,}", "Not part of the records, kept for reference."),
        ("Header", f"{reading.header_lines:,}", "Names the fields."),
        ("Records", f"{of_records:,}", f"{holding}."),
        ("Empty", f"{reading.empty_lines:,}", "Hold nothing."),
        ("All lines of the file", f"{reading.lines:,}", "No line was left out."),
    )
    columns = (Column("Lines", width=2), Column("Count", _NUMBER), Column("What became of them", width=4))
    return Table(columns, rows, caption="Every line of the file")


def _lines_that_do_not_fit(report: AuditReport) -> tuple[Block, ...]:
    reading = report.reading
    heading = Heading("Lines that do not fit the header")
    if not reading.unsplit:
        return (heading, Paragraph("Every record fits the header."))
    verb = "does" if reading.unsplit == 1 else "do"
    text = (
        f"{counted(reading.unsplit, 'record')} of {reading.records:,} {verb} not fit the header. They are kept as "
        "they stand, counted among all records, and named below; none was dropped or repaired."
    )
    return (heading, Paragraph(text), _line_cases(report) or _faults(reading))


def _faults(reading: ReadingSummary) -> Table:
    columns = (Column("Kind", width=1.5), Column("Records", _NUMBER, 1), Column("What it is", width=4))
    rows = []
    for kind, records in sorted(reading.faults.items(), key=lambda item: (-item[1], item[0])):
        name, meaning = _fault(kind)
        rows.append((name, f"{records:,}", meaning))
    return Table(columns, tuple(rows))


def _fault(kind: str) -> tuple[str, str]:
    try:
        return FAULT_MEANING[LineFault(kind)]
    except ValueError:
        return (kind.replace("_", " ").capitalize(), "")


def _line_cases(report: AuditReport) -> Table | None:
    """The edge cases that concern the whole line, such as two cells that have run into one."""
    cases = [case for case in report.edge_cases if case.kind.startswith(("line_", "fused_"))]
    if not cases:
        return None
    columns = (
        Column("Edge case", width=2.2),
        Column("Records", _NUMBER, 1.1),
        Column("What is wrong", width=3),
        Column("Example", width=2.6, verbatim=True),
    )
    rows = tuple((case.title, f"{case.records:,}", case.reason, _example(case)) for case in cases)
    kinds = ", ".join(
        f"{_fault(kind)[0].lower()} {records:,}" for kind, records in sorted(report.reading.faults.items())
    )
    return Table(columns, rows, note=f"As the reader sees them: {kinds}.")


def _edge_cases(report: AuditReport, decisions: Mapping[str, HandlingDecision]) -> tuple[Block, ...]:
    heading = Heading("Edge cases")
    if not report.edge_cases:
        return (heading, Paragraph("None found."))
    shown = report.edge_cases[:MOST_ROWS]
    columns = (
        Column("Edge case", width=2.4),
        Column("Tier", width=1.2),
        Column("Records", _NUMBER, 1.1),
        Column("Share", _NUMBER, 0.95),
        Column("95% interval", _NUMBER, 1.8),
        Column("Example", width=2.1, verbatim=True),
        Column("Decision", width=1.6),
    )
    rows = tuple(
        (
            case.title,
            str(case.tier),
            f"{case.records:,}",
            percent(case.share),
            interval(case.low, case.high),
            _example(case),
            _decision(case, decisions),
        )
        for case in shown
    )
    note = "A record with two problems counts in both of its edge cases, so the shares can add up to more than 100%."
    return (
        heading,
        *filter(None, (edge_case_chart(report.edge_cases),)),
        Table(columns, rows, note=f"{note} {_cut(len(shown), len(report.edge_cases), 'edge cases')}".strip()),
        Heading("What is wrong, and what was decided", 2),
        Bullets(tuple(_explained(case, decisions) for case in shown)),
    )


def _overlap(report: AuditReport) -> tuple[Block, ...]:
    """One category for each record, and how many edge cases meet in one."""
    if not report.combinations:
        return ()
    overlap, categories = overlap_of(report), primary_categories(report)
    shown = categories[:MOST_ROWS]
    columns = (
        Column("Category", width=4),
        Column("Tier", width=1.4),
        Column("Records", _NUMBER),
        Column("Share", _NUMBER),
    )
    rows = tuple((one.title, str(one.tier), f"{one.records:,}", percent(one.share.share)) for one in shown)
    note = "Each record stands in one category: of its edge cases in the worst tier, the most frequent one."
    return (
        Heading("One category for each record", 2),
        *((Paragraph(overlap.sentence),) if overlap.sentence else ()),
        Table(columns, rows, note=f"{note} {_cut(len(shown), len(categories), 'categories')}".strip()),
    )


def _example(case: EdgeCase) -> str:
    return case.example or case.example_shape


def _explained(case: EdgeCase, decisions: Mapping[str, HandlingDecision]) -> str:
    where = f" First seen in record {case.example_record:,}." if case.example_record else ""
    decision = decisions.get(case.id)
    decided = f" Decision: {decision.handling}." if decision else " No decision yet."
    note = f" {decision.note.strip()}" if decision and decision.note.strip() else ""
    return f"{case.title}. {case.reason}{where}{decided}{note}"


def _missing(report: AuditReport) -> tuple[Block, ...]:
    heading = Heading("Missing values")
    found = [profile for profile in report.fields if profile.missing or profile.required]
    if not found:
        return (heading, Paragraph("No value is missing in any field that was checked."))
    shown = sorted(found, key=lambda profile: (-profile.missing, profile.position))[:MOST_ROWS]
    columns = (
        Column("Field", width=2),
        Column("Required", Align.CENTRE, 0.9),
        Column("Filled", _NUMBER),
        Column("Missing", _NUMBER),
        Column("Share", _NUMBER, 0.9),
        Column("Written as", width=2.6),
    )
    rows = tuple(
        (
            profile.field,
            "yes" if profile.required else "no",
            f"{profile.filled:,}",
            f"{profile.missing:,}",
            percent(_part(profile.missing, profile.filled + profile.missing)),
            _tokens(profile),
        )
        for profile in shown
    )
    note = f"Fields without a missing value are left out, unless required. {_base(report)} "
    return (heading, Table(columns, rows, note=(note + _cut(len(shown), len(found), "fields")).strip()))


def _base(report: AuditReport) -> str:
    """What the shares of single fields are shares of."""
    unsplit = report.reading.unsplit
    if not unsplit:
        return "Shares are of all records."
    fitting = report.reading.records - unsplit
    return f"Shares are of the {counted(fitting, 'record')} that fit the header; the others have no fields to look at."


def _tokens(profile: FieldProfile) -> str:
    by_count = sorted(profile.missing_tokens.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{_token(token)} {count:,}" for token, count in by_count)


def _token(token: str) -> str:
    if not token:
        return "empty"
    return "spaces" if not token.strip() else f"“{token}”"


def _part(count: int, total: int) -> float:
    return count / total if total else 0.0


def _formats(report: AuditReport) -> tuple[Block, ...]:
    heading = Heading("Ways of writing a value")
    fields = [profile for profile in report.fields if profile.formats]
    if not fields:
        return (heading, Paragraph("No field of dates or amounts was checked for its format."))
    columns = (
        Column("Field", width=2),
        Column("Format", width=2),
        Column("Values", _NUMBER),
        Column("Share", _NUMBER, 0.9),
        Column("Example", width=2, verbatim=True),
        Column("Expected", Align.CENTRE, 1),
    )
    rows = [row for profile in fields for row in _variants(profile)]
    notes = tuple(f"{profile.field}: {profile.note}" for profile in fields if profile.note)
    table = Table(columns, tuple(rows[:MOST_ROWS]), note=_cut(min(len(rows), MOST_ROWS), len(rows), "formats"))
    return (heading, table, *((Bullets(notes),) if notes else ()))


def _variants(profile: FieldProfile) -> list[tuple[str, ...]]:
    values = sum(variant.values for variant in profile.formats)
    return [
        (
            profile.field,
            variant.name,
            f"{variant.values:,}",
            percent(_part(variant.values, values)),
            variant.example,
            "yes" if variant.expected else "no",
        )
        for variant in profile.formats
    ]


def _limits(limits: SampleLimits | None) -> tuple[Block, ...]:
    if limits is None:
        return ()
    blocks: list[Block] = [Heading("What this sample cannot show")]
    blocks += [Callout(warning.what, warning.why, Tone.CAUTION) for warning in limits.warnings]
    blocks.append(Bullets(limits.sentences))
    return tuple(blocks)


def _agreement(report: AuditReport) -> tuple[Block, ...]:
    if not report.agreement:
        return ()
    blocks: list[Block] = [Heading("Agreement of the annotators")]
    for one in report.agreement:
        blocks.append(Paragraph(one.sentence))
        columns = (Column("Measure", width=2), Column("Value", _NUMBER), Column("95% interval", _NUMBER, 1.6))
        rows = tuple((measure.name, _figure(measure.value), _bounds(measure)) for measure in one.measures)
        blocks.append(Table(columns, rows))
        if one.confused:
            blocks.append(_confused(one))
    return tuple(blocks)


def _figure(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def _bounds(measure: AgreementMeasure) -> str:
    if measure.low is None or measure.high is None:
        return ""
    return f"{measure.low:.3f} to {measure.high:.3f}"


def _confused(agreement: LabelAgreement) -> Table:
    columns = (
        Column("One label", width=2),
        Column("The other", width=2),
        Column("Pairs of answers", _NUMBER),
        Column("Of all that differ", _NUMBER),
    )
    rows = tuple(
        (pair.first, pair.second, f"{pair.pairs:,}", percent(pair.share)) for pair in agreement.confused[:LARGEST_CASES]
    )
    return Table(columns, rows, caption="Labels given to the same item")


def _hints(report: AuditReport) -> tuple[Block, ...]:
    if not report.hints:
        return ()
    shown = report.hints[:MOST_ROWS]
    text = "None of this is counted as a problem: it may be right, and somebody who knows the records can tell."
    cut = _cut(len(shown), len(report.hints), "hints")
    return (
        Heading("Worth a look"),
        Paragraph(text),
        Bullets(tuple(f"{hint.title}. {hint.text}" for hint in shown)),
        *((Paragraph(cut, ParagraphKind.NOTE),) if cut else ()),
    )


def _shift(shift: ShiftReport) -> tuple[Block, ...]:
    blocks: list[Block] = [Heading("Shift from an older file"), Paragraph(shift.summary)]
    told = [one for one in shift.findings if one.verdict is ShiftVerdict.CHANGED or one.notable]
    if told:
        columns = (
            Column("Field", width=1.4),
            Column("What", width=1.3),
            Column("Result", width=1.1),
            Column("In words", width=4),
        )
        rows = tuple(
            (one.field or "whole record", str(one.aspect), str(one.verdict), one.sentence) for one in told[:MOST_ROWS]
        )
        blocks.append(Table(columns, rows, note=_cut(len(rows), len(told), "changes")))
    if shift.inconclusive:
        count = counted(len(shift.inconclusive), "comparison")
        blocks.append(Paragraph(f"For {count} there were too few records to tell.", ParagraphKind.NOTE))
    return tuple(blocks)


def _relations(report: AuditReport) -> tuple[Block, ...]:
    applied = [relation for relation in report.rules.relations if relation.applied]
    if not applied:
        return ()
    columns = (Column("Rule across fields", width=1), Column("Fields", width=2), Column("Followed by", _NUMBER, 1))
    rows = tuple(
        (str(relation.kind), ", ".join(relation.fields), percent(relation.support) if relation.records else "")
        for relation in applied[:MOST_ROWS]
    )
    return (Table(columns, rows, note=_cut(len(rows), len(applied), "rules")),)


def _rules(report: AuditReport) -> tuple[Block, ...]:
    rules = report.rules.rules
    if not rules:
        return ()
    shown = rules[:MOST_ROWS]
    columns = (
        Column("Field", width=2),
        Column("Kind", width=1.2),
        Column("Required", Align.CENTRE, 0.9),
        Column("Checked", Align.CENTRE, 0.9),
        Column("Values are read as", width=3.4),
    )
    rows = tuple(
        (rule.field, str(rule.kind), "yes" if rule.required else "no", "yes" if rule.check else "no", _read_as(rule))
        for rule in shown
    )
    text = "The audit measured each field against these rules; other rules give other figures."
    return (
        Heading("Field rules"),
        Paragraph(text),
        Table(columns, rows, note=_cut(len(shown), len(rules), "fields")),
    )


def _read_as(rule: FieldRule) -> str:
    parts = [f"format {rule.format}"] if rule.format else []
    if rule.day_month_order is not DayMonthOrder.UNDECIDED:
        parts.append(str(rule.day_month_order))
    if rule.decimal_mark is not DecimalMark.UNDECIDED:
        parts.append(f"decimal {rule.decimal_mark}")
    if rule.missing_tokens:
        parts.append("missing: " + ", ".join(_token(token) for token in rule.missing_tokens))
    if rule.low or rule.high:
        parts.append(f"from {rule.low or 'any'} to {rule.high or 'any'}")
    if rule.allowed:
        parts.append("allowed: " + ", ".join(rule.allowed))
    if rule.pattern:
        parts.append(f"pattern {rule.pattern}")
    if rule.unique:
        parts.append("unique")
    if rule.legitimate_tokens:
        parts.append("not missing: " + ", ".join(_token(token) for token in rule.legitimate_tokens))
    return "; ".join(parts)


def _not_checked(report: AuditReport) -> tuple[Block, ...]:
    heading = Heading("What was not checked")
    if not report.not_checked:
        return (heading, Paragraph("Every field was put through every check that applies to its kind."))
    columns = (Column("What", width=1), Column("Why", width=2))
    rows = tuple((entry.what, entry.why) for entry in report.not_checked[:MOST_ROWS])
    return (heading, Table(columns, rows, note=_cut(len(rows), len(report.not_checked), "entries")))


def _method(report: AuditReport) -> tuple[Block, ...]:
    texts = (
        "Everything is counted in records. A record is clean when none of its fields has a problem; one with several "
        "problems counts once outside the clean case and once in each of its edge cases.",
        "The intervals are 95% Wilson score intervals (Wilson 1927). They hold for records drawn at random from those "
        "that the system will meet. A sample that was picked, cleaned or taken from one quiet week can be further off "
        "than the interval says.",
        f"The problem list has {counted(report.problems, 'row')}: one for each record, field and edge case. "
        "No count in this document is estimated or cut off.",
    )
    return (
        Heading("Method"),
        *(Paragraph(text) for text in texts),
    )


def _cut(shown: int, total: int, what: str) -> str:
    """Says so where a table shows less than there is."""
    return "" if shown >= total else f"The first {shown:,} of {total:,} {what}; the audit's JSON file holds all."
