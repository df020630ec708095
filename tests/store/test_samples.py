"""Problem lists and raw records: kept as long as the project says, found in pages, gone when they are removed."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from readiness.errors import InvalidValueError, UnknownNameError
from readiness.store import KeptRecord, ProblemRow, ProjectRow, Store

UNTIL = date(2026, 4, 1)
FIELDS = ["vendor", "amount"]


@pytest.fixture
def workspace():
    """An audit's own database: three records, one of which could not be split, and four problems."""
    with duckdb.connect() as connection:
        connection.execute("""
            CREATE TABLE records AS FROM (VALUES
                (1, 2, NULL, 2, NULL, 'ACME', ''),
                (2, 3, 'too_many_cells', 3, 'Ann,1,2', NULL, NULL),
                (3, 4, NULL, 1, NULL, '=1+1', NULL)
            ) AS rows (record, line, fault, cells, line_text, c0, c1);
            CREATE TABLE problems AS FROM (VALUES
                (3, 4, 'amount', 1, 'missing_required: amount', NULL, 'is missing'),
                (1, 2, 'amount', 1, 'missing_required: amount', '', 'is empty'),
                (1, 2, 'vendor', 0, 'variant: vendor', 'ACME', 'is written in another way'),
                (2, 3, NULL, NULL, 'line: too_many_cells', 'Ann,1,2', 'has three cells')
            ) AS rows (record, line, field, position, edge_case, value, reason);
        """)
        yield connection


def keep(store: Store, project: ProjectRow, workspace, sample: str = "s1", until: date = UNTIL) -> None:
    store.keep_records(project.id, sample, FIELDS, workspace, until=until, who="Ann")
    store.replace_problems(project.id, sample, workspace)


def values(store: Store, project: ProjectRow, sample: str = "s1") -> list[str | None]:
    return [problem.value for problem in store.problems(project.id, sample)]


def test_problems_come_back_in_file_order_and_by_edge_case(store: Store, project: ProjectRow, workspace) -> None:
    keep(store, project, workspace)
    everything = store.problems(project.id, "s1")
    assert everything == [
        ProblemRow(1, 2, "vendor", 0, "variant: vendor", "ACME", "is written in another way"),
        ProblemRow(1, 2, "amount", 1, "missing_required: amount", "", "is empty"),
        ProblemRow(2, 3, "", None, "line: too_many_cells", "Ann,1,2", "has three cells"),
        ProblemRow(3, 4, "amount", 1, "missing_required: amount", None, "is missing"),
    ]
    assert store.problems(project.id, "s1", limit=2, offset=1) == everything[1:3]
    assert store.problems(project.id, "s1", edge_case="missing_required: amount") == [everything[1], everything[3]]
    assert store.problem_count(project.id, "s1") == 4
    assert store.problem_count(project.id, "s1", edge_case="missing_required: amount") == 2
    assert store.problem_count(project.id, "s1", edge_case="'") == 0


def test_a_new_problem_list_takes_the_place_of_the_old_one_of_its_sample_alone(store, project, workspace) -> None:
    keep(store, project, workspace)
    keep(store, project, workspace, "s2")
    workspace.execute("DELETE FROM problems WHERE record > 1")
    assert store.replace_problems(project.id, "s1", workspace) == 2
    assert (store.problem_count(project.id, "s1"), store.problem_count(project.id, "s2")) == (2, 4)


def test_tables_readers_and_relations_are_taken_as_well_as_connections(store, project, workspace) -> None:
    keep(store, project, workspace)
    wanted = store.problems(project.id, "s1")
    relation = workspace.sql("SELECT *, 1 AS more FROM problems")
    table = relation.to_arrow_table()
    for source in (relation, table, pa.RecordBatchReader.from_batches(table.schema, table.to_batches())):
        assert store.replace_problems(project.id, "s1", source) == 4
        assert store.problems(project.id, "s1") == wanted


def test_a_source_without_the_columns_is_refused_and_the_old_list_stays(store, project, workspace) -> None:
    keep(store, project, workspace)
    with pytest.raises(InvalidValueError, match="lacks reason"):
        store.replace_problems(project.id, "s1", workspace.sql("SELECT * EXCLUDE reason FROM problems"))
    assert store.problem_count(project.id, "s1") == 4


def test_a_source_that_breaks_half_way_changes_nothing(store: Store, project: ProjectRow, workspace) -> None:
    keep(store, project, workspace)
    table = workspace.sql("FROM problems").to_arrow_table()

    def broken():
        yield from table.to_batches()
        raise OSError("the file went away")

    revision = store.project(project.id).revision
    with pytest.raises(InvalidValueError, match=r"cannot be stored .*the file went away"):
        store.replace_problems(project.id, "s1", pa.RecordBatchReader.from_batches(table.schema, broken()))
    assert store.problem_count(project.id, "s1") == 4
    assert store.project(project.id).revision == revision


def test_a_record_number_that_is_none_is_refused(store: Store, project: ProjectRow, workspace) -> None:
    for number in ("'one'", "NULL"):
        problems = workspace.sql(f"SELECT * REPLACE ({number} AS record) FROM problems")
        with pytest.raises(InvalidValueError, match="cannot be stored"):
            store.replace_problems(project.id, "s1", problems)
    assert store.problem_count(project.id, "s1") == 0


def test_nothing_is_stored_for_a_project_that_is_not_there(store: Store, workspace) -> None:
    with pytest.raises(UnknownNameError):
        store.replace_problems("none", "s1", workspace)
    with pytest.raises(UnknownNameError):
        store.keep_records("none", "s1", FIELDS, workspace, until=UNTIL, who="Ann")
    assert store.problem_count("none", "s1") == 0
    assert store.kept_sample("none", "s1") is None


def test_raw_records_come_back_as_they_are(store: Store, project: ProjectRow, workspace) -> None:
    keep(store, project, workspace)
    kept = store.kept_sample(project.id, "s1")
    assert kept is not None
    assert (kept.fields, kept.records, kept.kept_until, kept.kept_by) == (("vendor", "amount"), 3, UNTIL, "Ann")
    assert store.kept_records(project.id, "s1") == [
        KeptRecord(1, 2, "", ("ACME", ""), 2, None),
        KeptRecord(2, 3, "too_many_cells", (None, None), 3, "Ann,1,2"),
        KeptRecord(3, 4, "", ("=1+1", None), 1, None),
    ]
    assert [r.record for r in store.kept_records(project.id, "s1", [3, 1, 99])] == [1, 3]
    assert store.kept_records(project.id, "s1", []) == []
    assert [r.record for r in store.kept_records(project.id, "s1", limit=1, offset=1)] == [2]


def test_cells_may_come_as_a_list_of_text(store: Store, project: ProjectRow, workspace) -> None:
    source = workspace.sql("SELECT record, line, fault, [c0, c1, NULL, '=x'] AS cells FROM records ORDER BY record")
    store.keep_records(project.id, "s1", FIELDS, source, until=UNTIL, who="Ann")
    assert store.kept_records(project.id, "s1")[0] == KeptRecord(1, 2, "", ("ACME", "", None, "=x"))


def test_a_workspace_whose_last_result_was_not_read_to_its_end_is_taken(store, project, workspace) -> None:
    workspace.execute("FROM range(100000)").fetchone()
    keep(store, project, workspace)
    assert store.problem_count(project.id, "s1") == 4


def test_kept_records_are_laid_into_a_new_workspace_as_they_lay_in_the_old(store, project, workspace) -> None:
    keep(store, project, workspace)
    with duckdb.connect() as again:
        assert store.restore_records(project.id, "s1", again) == store.kept_sample(project.id, "s1")
        assert again.execute("FROM records").fetchall() == workspace.execute("FROM records ORDER BY record").fetchall()
        assert again.table("records").columns == workspace.table("records").columns
        assert store.restore_records(project.id, "s2", again) is None


@pytest.mark.parametrize("columns", [0, 1, 12, 300])
def test_samples_of_any_width_are_kept_in_column_order(store: Store, project: ProjectRow, columns: int) -> None:
    with duckdb.connect() as workspace, duckdb.connect() as again:
        cells = "".join(f", 'v{n}' AS c{n}" for n in sorted(range(columns), key=str))
        workspace.execute(f"""CREATE TEMP TABLE records AS
            SELECT 1 AS record, 1 AS line, NULL::VARCHAR AS fault, 0 AS cells, '' AS line_text{cells}""")
        store.keep_records(project.id, "s1", [f"f{n}" for n in range(columns)], workspace, until=UNTIL, who="Ann")
        assert store.kept_records(project.id, "s1")[0].cells == tuple(f"v{n}" for n in range(columns))
        store.restore_records(project.id, "s1", again)
        assert again.table("records").columns[5:] == [f"c{n}" for n in range(columns)]


def test_values_of_problems_are_stored_only_while_the_records_are_kept(store, project, workspace) -> None:
    store.replace_problems(project.id, "s1", workspace)
    assert values(store, project) == [None] * 4
    keep(store, project, workspace)
    assert values(store, project) == ["ACME", "", "Ann,1,2", None]


def test_what_is_kept_until_a_day_is_there_on_it_and_out_of_sight_after_it(store, project, workspace, clock) -> None:
    keep(store, project, workspace, until=clock.now.date())
    assert len(store.kept_records(project.id, "s1")) == 3
    clock.advance(days=1)
    assert store.kept_records(project.id, "s1") == []
    assert store.kept_sample(project.id, "s1") is None
    assert values(store, project) == [None] * 4


def test_records_are_not_kept_until_a_day_that_has_passed(store: Store, project: ProjectRow, workspace) -> None:
    with pytest.raises(InvalidValueError, match="is in the past"):
        keep(store, project, workspace, until=date(2026, 3, 1))
    assert store.kept_sample(project.id, "s1") is None


def test_expired_records_are_removed_and_others_stay(store: Store, project: ProjectRow, workspace, clock) -> None:
    keep(store, project, workspace, until=UNTIL)
    keep(store, project, workspace, "s2", until=date(2026, 6, 1))
    assert store.remove_expired(clock.now) == 0
    clock.advance(days=60)
    assert store.remove_expired(clock.now) == 3 + 3  # records and values
    assert store.kept_sample(project.id, "s2") is not None
    assert len(store.kept_records(project.id, "s2")) == 3
    assert values(store, project, "s2") == ["ACME", "", "Ann,1,2", None]
    assert store.journal(project.id)[0].who == "Retention date"
    assert store.remove_expired(clock.now) == 0


@pytest.mark.parametrize(("sample", "left"), [("s1", ["s2"]), (None, [])])
def test_removing_raw_records_leaves_the_counts(store, project, workspace, sample, left) -> None:
    for name in ("s1", "s2"):
        keep(store, project, workspace, name)
    other = store.create_project("Orders", who="Ann")
    keep(store, other, workspace)
    removed = store.remove_raw_records(project.id, sample, "Bob")
    assert removed == (3 + 3) * (2 - len(left))
    assert [name for name in ("s1", "s2") if store.kept_records(project.id, name)] == left
    assert store.problem_count(project.id, "s1") == 4
    assert values(store, project) == [None] * 4
    assert values(store, other) == ["ACME", "", "Ann,1,2", None]
    revision = store.project(project.id).revision
    assert store.remove_raw_records(project.id, sample, "Bob") == 0
    assert store.project(project.id).revision == revision


def test_the_journal_holds_counts_and_no_raw_value(store: Store, project: ProjectRow, workspace) -> None:
    keep(store, project, workspace)
    store.remove_raw_records(project.id, None, "Bob")
    journal = store.journal(project.id)
    assert [entry.after for entry in journal] == [
        {"removed": {"records": 3, "values": 3}},
        {"problems": 4, "with_values": True},
        {"records": 3, "kept_until": "2026-04-01"},
        {"name": "Invoices", "archived": False},
    ]
    assert "ACME" not in repr(journal)


def many(count: int) -> duckdb.DuckDBPyConnection:
    workspace = duckdb.connect()
    workspace.execute(f"""
        CREATE TABLE records AS SELECT range + 1 AS record, range + 2 AS line, NULL::VARCHAR AS fault, 1 AS cells,
            NULL::VARCHAR AS line_text, 'SECRET' || hash(range) AS c0 FROM range({count});
        CREATE TABLE problems AS SELECT record, line, 'vendor' AS field, 0 AS position, 'variant: vendor' AS edge_case,
            c0 AS value, 'differs' AS reason FROM records;
    """)
    return workspace


def holds_secret(path: Path) -> bool:
    """Whether any file beside the store holds the text, read by another process for the sake of our own lock."""
    return subprocess.run(["grep", "-rqa", "SECRET", str(path.parent)], check=False).returncode == 0


def seen(store: Store) -> list:
    """What can be read of all projects."""
    rows = store.projects()
    return [rows, *((store.documents(r.id), store.journal(r.id), store.problem_count(r.id, "s1")) for r in rows)]


def test_removed_values_are_out_of_the_file_itself_once_it_was_opened_again(path: Path, clock) -> None:
    with Store.open(path, clock=clock) as store, many(30_000) as workspace:
        project, other = (store.create_project(name, who="Ann") for name in ("Invoices", "Orders"))
        store.save(other.id, "note", "", {"text": "stays"}, version=0, who="Ann", what="noted")
        keep(store, project, workspace)
        assert holds_secret(path)
        store.remove_raw_records(project.id, None, "Ann")
        before = seen(store)
    with Store.open(path, clock=clock) as store:
        assert not holds_secret(path)
        assert seen(store) == before
        assert path.stat().st_mode & 0o777 == 0o600
        assert sorted(entry.name for entry in path.parent.iterdir()) == [path.name, f"{path.name}.tmp"]
        store.save(other.id, "note", "", {"text": "changed"}, version=1, who="Ann", what="noted")  # its key is there
        with pytest.raises(duckdb.ConstraintException), store._writing(other.id, "", "") as write:
            write.cursor.execute("INSERT INTO document SELECT * FROM document")
    with Store.open(path, clock=clock) as store:
        assert store.document(other.id, "note").body == {"text": "changed"}


def test_a_file_that_another_store_of_this_process_uses_is_not_rewritten_under_it(path: Path, clock) -> None:
    with Store.open(path, clock=clock) as store, many(30_000) as workspace:
        project = store.create_project("Invoices", who="Ann")
        keep(store, project, workspace)
        store.remove_raw_records(project.id, None, "Ann")
        with Store.open(path, clock=clock) as other:
            other.rename_project(project.id, "Orders", version=1, who="Bob")
        assert store.project(project.id).name == "Orders"
    with Store.open(path, clock=clock) as store:
        assert store.project(project.id).name == "Orders"
        assert not holds_secret(path)
