"""The audit of real files whose faults are known, with suggested rules only."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness.audit.engine import audit_sample
from readiness.audit.problems import records_of
from readiness.audit.reading.sample import open_workspace, read_sample
from readiness.audit.reading.values import SampleFile
from readiness.audit.report import Tier
from readiness.audit.suggestion import suggest_rules


def audit(path: Path):
    connection = open_workspace()
    reading = read_sample(SampleFile(path, path.name), connection)
    return connection, audit_sample(connection, reading, suggest_rules(connection, reading))


def found(report) -> dict[str, int]:
    return {case.id: case.records for case in report.edge_cases}


@pytest.fixture(scope="module")
def invoices(shared_datasets):
    connection, report = audit(shared_datasets / "lambeth_payments" / "2012-06-payments.csv")
    yield connection, report
    connection.close()


def test_no_invoice_line_is_lost_and_every_fault_is_counted(invoices):
    _, report = invoices
    assert report.records == 3161
    assert found(report) == {
        "fused_cells: Invoice Creation Date + Invoice Nett Amount": 635,
        "duplicate_record": 428,
        "line_filler": 5,
        "line_too_few_cells": 4,
        "line_total": 1,
    }


def test_every_fused_invoice_is_one_under_a_thousand_and_says_how_it_splits(invoices):
    connection, _ = invoices
    rows = records_of(connection, "fused_cells: Invoice Creation Date + Invoice Nett Amount", limit=1000)
    amounts = [float(row.reason.rsplit(" + ", 1)[1]) for row in rows]
    assert len(rows) == 635
    assert max(amounts) < 1000
    assert rows[0].reason == "splits into 25/06/2012 + 900"


def test_fused_invoices_can_be_repaired_and_the_total_is_no_record(invoices):
    _, report = invoices
    tiers = {count.tier: count.records for count in report.tiers}
    assert sum(tiers.values()) == 3161
    assert (tiers[Tier.NEEDS_REVIEW], tiers[Tier.UNUSABLE]) == (4, 6)
    assert report.edge_case("line_total").example.startswith("Total")


def test_dates_of_the_invoices_are_day_first_for_the_whole_field(invoices):
    _, report = invoices
    rule = report.rules.of("Invoice Creation Date")
    assert rule.format == "dd/mm/yyyy"
    assert "have a day above 12" in rule.suggested_because


def test_contracts_have_their_impossible_award_dates_and_missing_names(shared_datasets):
    _, report = audit(shared_datasets / "openrefine_testdata" / "government_contracts.csv")
    assert found(report)["date_impossible: Date of Award"] == 19
    assert found(report)["missing_required: Contractor Name"] == 4873


def test_a_day_with_two_ways_of_writing_its_time_is_told_apart(shared_datasets):
    _, report = audit(shared_datasets / "jhu_covid_daily" / "03-23-2020.csv")
    assert found(report) == {"date_format: Last Update": 1}
