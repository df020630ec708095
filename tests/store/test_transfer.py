"""A project out of one store and into another: everything is there again, and nothing else gets in."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import zipfile
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness.errors import FileTooLargeError, InputError, StoreError, UnreadableFileError
from readiness.store import ProjectRow, Store, transfer

UNTIL = date(2026, 4, 1)
texts = st.text(st.characters(exclude_categories=["Cs"]))
TABLES = ("document", "journal", "audit_problem", "kept_sample", "kept_record")


HARD = "Zoë\x00 \"quoted\", 'single', \\ = \r\n\t 🧾 \u2028 =1+1"
RECORDS = """
    CREATE TABLE records AS SELECT 1 AS record, NULL AS line, 'filler' AS fault, 3 AS cells, $hard AS line_text,
        $hard AS c0, '' AS c1, NULL AS c2
"""
PROBLEMS = """
    CREATE TABLE problems AS
        SELECT 1 AS record, NULL AS line, $hard AS field, 0 AS position, 'x: y' AS edge_case, $hard AS value,
            '' AS reason
        UNION ALL SELECT 2, 5, '', NULL, 'z', NULL, $hard
"""


def filled(store: Store, clock) -> ProjectRow:
    """A project with something in every table, with text that is hard on readers."""
    project = store.create_project("Invoices", who="Ann")
    body = {"text": HARD, "n": [1, 1.0, 0.1 + 0.2, 10**30, -0.0, None]}
    store.save(project.id, "note", HARD, body, version=0, who=HARD, what=HARD)
    clock.advance(microseconds=123_457)
    store.save(project.id, "note", HARD, {"text": "other"}, version=1, who="Bob", what="changed")
    store.save(project.id, "gone", "", {"text": "x"}, version=0, who="Bob", what="made")
    store.delete(project.id, "gone", "", version=1, who="Bob", what="deleted")
    with duckdb.connect() as workspace:
        workspace.execute(RECORDS, {"hard": HARD})
        workspace.execute(PROBLEMS, {"hard": HARD})
        store.keep_records(project.id, "s1", [HARD, "b", ""], workspace, until=UNTIL, who="Ann")
        store.replace_problems(project.id, "s1", workspace, who="Ann")
        store.replace_problems(project.id, "s2", workspace, who="Ann")
    return store.rename_project(project.id, "Invoice triage", version=1, who="Ann")


@pytest.fixture
def full(store: Store, clock) -> ProjectRow:
    return filled(store, clock)


@pytest.fixture
def exported(store: Store, full: ProjectRow, tmp_path: Path) -> Path:
    return store.export_project(full.id, tmp_path / "triage.zip")


@pytest.fixture(scope="module")
def foreign(empty_store: Path, clock_type, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An export of another store, made once."""
    folder = tmp_path_factory.mktemp("foreign")
    with Store.open(Path(shutil.copyfile(empty_store, folder / "other.duckdb")), clock=clock_type()) as other:
        return other.export_project(filled(other, clock_type()).id, folder / "triage.zip").read_bytes()


def content(store: Store, project_id: str) -> dict[str, list]:
    """Every row of every table but the project's id, in a fixed order."""
    with store._reading() as cursor:
        return {
            table: cursor.execute(
                f"SELECT * EXCLUDE project_id FROM {table} WHERE project_id = ? ORDER BY ALL", [project_id]
            ).fetchall()
            for table in TABLES
        }


def facts(row: ProjectRow) -> tuple:
    return (row.name, row.created_at, row.archived_at, row.version)


def test_every_table_of_a_project_travels(store: Store) -> None:
    with store._reading() as cursor:
        columns = cursor.execute("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal").fetchall()
    of_projects = {table for table, column in columns if column == "project_id"}
    assert of_projects == set(TABLES) == {table.name for table in transfer._TABLES}
    for table in transfer._TABLES:
        assert {column for name, column in columns if name == table.name} == {"project_id", *table.columns}


def test_an_imported_project_has_everything_but_its_id(store, full, exported, tmp_path, clock) -> None:
    with Store.open(tmp_path / "other.duckdb", clock=clock) as other:
        row = other.import_project(exported, "Cy")
        assert row.id != full.id
        assert facts(row) == facts(full)
        there, here = content(other, row.id), content(store, full.id)
        entry = there["journal"].pop()
        assert there == here
        assert all(here.values())
        assert row.revision == full.revision + 1 == entry[0]
        last = other.journal(row.id)[0]
        assert (last.kind, last.who, last.what) == ("import", "Cy", "imported the project from triage.zip")
        assert last.before == {"id": full.id, "name": full.name}


def test_an_imported_project_goes_on_where_the_exported_one_stood(store, full, exported, tmp_path, clock) -> None:
    with Store.open(tmp_path / "other.duckdb", clock=clock) as other:
        row = other.import_project(exported, "Cy")
        document = other.documents(row.id)[0]
        saved = other.save(row.id, "note", document.key, {"text": "third"}, version=2, who="Cy", what="changed")
        assert saved.version == 3
        assert other.save(row.id, "gone", "", {}, version=0, who="Cy", what="").version == 3
        assert other.problems(row.id, "s1") == store.problems(full.id, "s1")
        assert other.kept_records(row.id, "s1") == store.kept_records(full.id, "s1")
        assert other.remove_raw_records(row.id, None, "Cy") > 0
    assert store.kept_records(full.id, "s1")


def test_an_export_of_an_import_is_the_same_but_for_the_import_itself(store, full, exported, tmp_path, clock) -> None:
    with Store.open(tmp_path / "other.duckdb", clock=clock) as other:
        row = other.import_project(exported, "Cy")
        second = other.export_project(row.id, tmp_path / "again.zip")
    with zipfile.ZipFile(exported) as one, zipfile.ZipFile(second) as two:
        for table in TABLES:
            first, again = (archive.read(f"{table}.jsonl").splitlines() for archive in (one, two))
            assert again[: len(first)] == first
            assert len(again) - len(first) == (1 if table == "journal" else 0)


def test_a_name_that_is_taken_is_marked_as_imported_and_numbered(store: Store, exported: Path) -> None:
    names = [store.import_project(exported, "Cy").name for _ in range(3)]
    assert names == ["Invoice triage (imported)", "Invoice triage (imported 2)", "Invoice triage (imported 3)"]


def test_a_long_name_stays_within_its_length_when_marked(store: Store, tmp_path: Path) -> None:
    row = store.create_project("x" * 200, who="Ann")
    again = store.import_project(store.export_project(row.id, tmp_path / "x.zip"), "Cy")
    assert len(again.name) == 200
    assert again.name.endswith("x (imported)")


def test_an_archived_project_is_imported_as_archived(store: Store, full: ProjectRow, tmp_path: Path) -> None:
    archived = store.archive_project(full.id, who="Ann")
    again = store.import_project(store.export_project(full.id, tmp_path / "x.zip"), "Cy")
    assert facts(again) == facts(archived)
    assert store.projects() == []


def test_an_empty_project_travels(store: Store, project: ProjectRow, tmp_path: Path) -> None:
    again = store.import_project(store.export_project(project.id, tmp_path / "x.zip"), "Cy")
    assert (again.name, again.revision) == ("Invoices (imported)", 2)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(texts, st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts))
def test_any_body_travels_exactly(store: Store, tmp_path: Path, body: dict) -> None:
    row = store.create_project(f"Project {len(store.projects())}", who="Ann")
    store.save(row.id, "note", "", body, version=0, who="Ann", what="")
    again = store.import_project(store.export_project(row.id, tmp_path / "x.zip"), "Cy")
    document = store.document(again.id, "note")
    assert document is not None
    assert repr(document.body) == repr(body)


@pytest.mark.parametrize("block_bytes", [1, 7, 1_000])
def test_lines_travel_whatever_the_size_of_the_blocks(store, full, exported, monkeypatch, block_bytes) -> None:
    monkeypatch.setattr(transfer, "_BLOCK_BYTES", block_bytes)
    again = store.import_project(exported, "Cy")
    there, here = content(store, again.id), content(store, full.id)
    there["journal"].pop()
    assert there == here


def test_more_lines_than_one_block_travel(store: Store, project: ProjectRow, tmp_path: Path) -> None:
    with duckdb.connect() as workspace:
        workspace.execute("""CREATE TABLE problems AS SELECT range + 1 AS record, range AS line, 'f' AS field,
            0 AS position, 'e' || range % 7 AS edge_case, NULL AS value, 'r' AS reason FROM range(50000)""")
        store.replace_problems(project.id, "s1", workspace)
    again = store.import_project(store.export_project(project.id, tmp_path / "x.zip"), "Cy")
    there, here = content(store, again.id), content(store, project.id)
    assert there["audit_problem"] == here["audit_problem"]


# --- writing ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="file modes of POSIX")
def test_an_export_is_for_its_owner_alone_and_leaves_no_draft(exported: Path) -> None:
    assert exported.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in exported.parent.iterdir() if entry.is_file()] == [exported.name]


def test_an_export_to_an_impossible_place_is_refused_and_leaves_nothing(store, full, tmp_path: Path) -> None:
    (tmp_path / "folder.zip").mkdir()
    for place in (tmp_path / "nowhere" / "x.zip", tmp_path / "folder.zip"):
        with pytest.raises(InputError, match="Cannot write"):
            store.export_project(full.id, place)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["folder.zip", "store"]


def test_neither_export_nor_copy_nor_import_opens_the_project_file(store: Store, full: ProjectRow) -> None:
    with pytest.raises(InputError, match="the project file itself"):
        store.import_project(store.path, "Cy")
    with pytest.raises(InputError, match="the project file itself"):
        store.export_project(full.id, store.path)
    with pytest.raises(InputError, match="the project file itself"):
        store.copy_to(store.path)
    assert store.project(full.id) == full


def test_a_copy_of_the_store_opens_and_holds_everything(store: Store, full: ProjectRow, tmp_path: Path, clock) -> None:
    with store._reading() as reader:
        reader.begin()  # someone reads meanwhile
        assert reader.execute("SELECT count(*) FROM document").fetchone() is not None
        copy = store.copy_to(tmp_path / "copy.duckdb")
    with Store.open(copy, clock=clock) as other:
        assert other.projects() == store.projects()
        assert content(other, full.id) == content(store, full.id)
    if os.name == "posix":
        assert copy.stat().st_mode & 0o777 == 0o600


def test_a_copy_waits_for_a_read_that_needs_an_older_state_and_then_says_so(store, full, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("readiness.store.store._ATTEMPTS", 2)
    with store._reading() as reader:
        reader.begin()
        assert reader.execute("SELECT count(*) FROM document").fetchall()
        store.save(full.id, "note", HARD, {"text": "third"}, version=2, who="Bob", what="changed")
        with pytest.raises(StoreError, match="is being read by a long task"):
            store.copy_to(tmp_path / "copy.duckdb")
        store.remove_raw_records(full.id, None, "Ann")
    assert not (tmp_path / "copy.duckdb").exists()
    store.copy_to(tmp_path / "copy.duckdb")


# --- what must not get in -----------------------------------------------------------------------------------------


def repacked(source: Path, change) -> Path:
    """The export with its members changed, and a manifest that says that all is well."""
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(members, manifest)
    for name, facts in manifest["members"].items():
        data = members.get(name, b"")
        facts["sha256"] = hashlib.sha256(data).hexdigest()
        facts["rows"] = len(data.splitlines())
    out = source.with_name("changed.zip")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**members, "manifest.json": json.dumps(manifest).encode()}.items():
            archive.writestr(name, data)
    return out


def body_text(text: str):
    return edited_line("document.jsonl", lambda row: row.update(body=text), 1)


def edited_line(member: str, change, number: int = 0):
    """A change of one JSON line of one member."""

    def edit(members: dict[str, bytes], manifest: dict) -> None:
        lines = members[member].splitlines()
        row = json.loads(lines[number])
        change(row)
        lines[number] = json.dumps(row).encode()
        members[member] = b"\n".join(lines) + b"\n"

    return edit


def project_facts(**changed):
    return lambda members, manifest: manifest["project"].update(changed)


REFUSED = {
    "a newer export": lambda members, manifest: manifest.update(readiness_export=99),
    "an export of no known kind": lambda members, manifest: manifest.pop("readiness_export"),
    "a manifest with more in it": lambda members, manifest: manifest.update(more=1),
    "a name that is empty": project_facts(name=" "),
    "a name with a control character": project_facts(name="a\x1bb"),
    "a time that is none": project_facts(created_at="yesterday"),
    "a version of zero": project_facts(version=0),
    "a revision beside the journal": project_facts(revision=99),
    "a missing member": lambda members, manifest: members.pop("journal.jsonl"),
    "a member too many": lambda members, manifest: members.update({"../../evil.sh": b""}),
    "a line that is no JSON": lambda members, manifest: members.update({"document.jsonl": b"{\n"}),
    "a line that is no object": lambda members, manifest: members.update({"document.jsonl": b"[]\n"}),
    "two rows in a line": lambda members, manifest: members.update(
        {"audit_problem.jsonl": members["audit_problem.jsonl"].replace(b"\n", b",", 1)}
    ),
    "bytes that are no text": lambda members, manifest: members.update({"document.jsonl": b"\xff\xfe\n"}),
    "a missing column": edited_line("document.jsonl", lambda row: row.pop("version")),
    "a text for a number": edited_line("audit_problem.jsonl", lambda row: row.update(record="one")),
    "a document twice": lambda members, manifest: members.update(
        {"document.jsonl": members["document.jsonl"].splitlines(keepends=True)[0] * 2}
    ),
    "a document of the journal's kind": edited_line("document.jsonl", lambda row: row.update(kind="project")),
    "a body that is no JSON": body_text("{"),
    "a body that is no object": body_text("[1]"),
    "a body that is null": body_text("null"),
    "a body with NaN": body_text('{"a":NaN}'),
    "a body that is too deep": body_text('{"a":' + "[" * 50_000 + "]" * 50_000 + "}"),
    "a number of 10,000 digits": body_text('{"a":' + "9" * 10_000 + "}"),
    "a journal with a gap": lambda members, manifest: members.update(
        {"journal.jsonl": b"".join(members["journal.jsonl"].splitlines(keepends=True)[1:])}
    ),
    "a journal entry twice": edited_line("journal.jsonl", lambda row: row.update(sequence=1), 1),
    "a journal body that is no object": edited_line("journal.jsonl", lambda row: row.update(body_after='"x"'), 1),
    "a version beyond counting": edited_line("document.jsonl", lambda row: row.update(version=2**63 - 1)),
    "an endless time": edited_line("document.jsonl", lambda row: row.update(changed_at="infinity")),
    "a time before all projects": edited_line("journal.jsonl", lambda row: row.update(changed_at="0044-03-15 (BC)")),
    "a day beyond the calendar": edited_line("kept_sample.jsonl", lambda row: row.update(kept_until="12026-01-01")),
    "a field without a name": edited_line("kept_sample.jsonl", lambda row: row.update(fields=[None])),
    "a sample kept twice": lambda members, manifest: members.update(
        {"kept_sample.jsonl": members["kept_sample.jsonl"] * 2}
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_no_readiness_wrote_is_refused_and_changes_nothing(store, tmp_path, foreign, case) -> None:
    exported = tmp_path / "triage.zip"
    exported.write_bytes(foreign)
    with pytest.raises(InputError) as caught:
        store.import_project(repacked(exported, REFUSED[case]), "Mallory")
    assert "\n" not in str(caught.value)
    with store._reading() as cursor:
        for table in (*TABLES, "project"):
            assert cursor.execute(f"SELECT count(*) FROM {table}").fetchall() == [(0,)]


def test_the_same_file_unchanged_is_taken(store: Store, exported: Path) -> None:
    assert store.import_project(repacked(exported, lambda members, manifest: None), "Cy").name


def test_a_member_that_differs_from_the_manifest_is_refused(store: Store, exported: Path) -> None:
    out = exported.with_name("changed.zip")
    with zipfile.ZipFile(exported) as archive, zipfile.ZipFile(out, "w") as changed:
        for name in archive.namelist():
            changed.writestr(name, archive.read(name).replace(b"Invoices", b"Involved"))
    with pytest.raises(UnreadableFileError, match=r"journal.jsonl was changed or damaged"):
        store.import_project(out, "Cy")


@pytest.mark.parametrize("data", [b"", b"x" * 500, b"PK\x05\x06" + b"\x00" * 18, b"PK\x03\x04" + b"\xff" * 300])
def test_a_file_that_is_no_export_is_refused(store: Store, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "other.zip"
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError, match=r"Cannot read 'other.zip': it is no exported project"):
        store.import_project(path, "Cy")


@pytest.mark.parametrize("name", ["nothing.zip", "."])
def test_a_file_that_is_not_there_is_refused(store: Store, tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFileError):
        store.import_project(tmp_path / name, "Cy")


def test_a_file_that_unpacks_to_too_much_is_refused(store, exported: Path, monkeypatch) -> None:
    monkeypatch.setattr(transfer, "MOST_UNPACKED_BYTES", 1_000)
    with pytest.raises(FileTooLargeError, match="unpacks to"):
        store.import_project(exported, "Cy")


def test_an_endless_line_is_refused(store, exported: Path, monkeypatch) -> None:
    monkeypatch.setattr(transfer, "_MOST_LINE_BYTES", 100)
    monkeypatch.setattr(transfer, "_BLOCK_BYTES", 40)
    with pytest.raises(FileTooLargeError, match="has a line of more than 100 bytes"):
        store.import_project(exported, "Cy")


def test_a_document_that_its_topic_refuses_is_refused(store: Store, exported: Path) -> None:
    def only_numbers(kind: str, body: dict) -> None:
        raise ValueError("no number")

    with pytest.raises(UnreadableFileError, match="its 'note' is not one"):
        store.import_project(exported, "Cy", check=only_numbers)


def test_a_damaged_export_is_answered_with_one_sentence_wherever_the_damage_is(store: Store, exported: Path) -> None:
    data, chance, sentences = exported.read_bytes(), random.Random(1), set()
    before = len(store.projects())
    damaged = exported.with_name("damaged.zip")
    for _ in range(150):
        broken = bytearray(data[: chance.randrange(len(data))] if chance.random() < 0.2 else data)
        for _ in range(chance.choice([1, 1, 5, 50])):
            if broken:
                broken[chance.randrange(len(broken))] = chance.randrange(256)
        damaged.write_bytes(broken)
        try:
            store.import_project(damaged, "Cy")  # damage where nobody looks, such as a date, does no harm
            before += 1
        except InputError as error:
            sentences.add(str(error))
    assert len(store.projects()) == before
    assert not any("\n" in sentence for sentence in sentences)
