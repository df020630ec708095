"""The two examples as the portfolio offers them."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from readiness.project import Projects

Visit = Callable[..., AppTest]


def test_the_stalled_example_opens_on_its_diagnosis_with_its_stage_in_sight(visit: Visit, projects: Projects) -> None:
    at = visit("portfolio")
    next(one for one in at.button if one.label == "Open the stalled example").click().run(timeout=60)
    assert not at.exception
    assert at.title[0].value == "Diagnosis"
    assert [row.name for row in projects.rows()] == ["Example: stalled intake (generated)"]
    said = " ".join(str(text.value).replace("\\", "") for text in (*at.markdown, *at.caption))
    assert "4 months ago" in said


def test_both_examples_stand_side_by_side_and_each_is_there_once(visit: Visit, projects: Projects) -> None:
    for _ in range(2):
        for label in ("Open the example project", "Open the stalled example"):
            at = visit("portfolio")
            next(one for one in at.button if one.label == label).click().run(timeout=60)
            assert not at.exception
    assert len(projects.rows()) == 2
    assert not visit("portfolio").exception


def test_every_page_of_the_stalled_example_opens(visit: Visit, projects: Projects) -> None:
    from readiness.project.example import open_stalled_example

    project = open_stalled_example(projects, who="Ann")
    for page in ("workflow", "data_audit", "production_scope", "outcome", "live_outcomes", "diagnosis", "brief"):
        at = visit(page, project)
        assert not at.exception, page
        assert not at.error, page
