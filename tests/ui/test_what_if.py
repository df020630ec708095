"""What would change the verdict, on the Diagnosis page: the sentences, and a panel that writes nothing."""

from __future__ import annotations

from readiness.project import Projects
from readiness.project.example import open_example
from tests.ui.conftest import Visit


def test_the_page_says_what_would_change_the_verdict_and_tries_values_without_saving(
    visit: Visit, projects: Projects
) -> None:
    identifier = open_example(projects, who="Ann")
    before = projects.store.project(identifier).revision
    at = visit("diagnosis", identifier)
    assert not at.exception
    assert at.subheader[0].value == "What would change it"
    assert ":green-badge[GO] if the work of the 2 components not estimated comes to" in _told(at)
    assert ":red-badge[STOP] if the share of clean records falls below" in _told(at)
    assert "All values are the present ones" in _told(at)

    _slider(at, "The share of clean records").set_value(20.0).run()
    assert "The verdict would be :red-badge[STOP] instead of FIX FIRST. Nothing is saved." in _told(at)
    assert ":green-badge[not met] → :red-badge[met]" in _told(at)

    next(one for one in at.button if one.label == "Back to the present values").click().run()
    assert "All values are the present ones" in _told(at)

    _number(at, "The work of the 2 components not estimated").set_value(20.0).run()
    assert "The verdict would be :orange-badge[FIX FIRST] as it is now" in _told(at)
    next(one for one in at.toggle if one.label.startswith("Question 2")).set_value(True).run()
    assert "The verdict would be :green-badge[GO] instead of FIX FIRST" in _told(at)

    for slider in at.slider:
        slider.set_value(slider.min)
    for number in at.number_input:
        if "/what_if/" in str(number.key):
            number.set_value(number.max)
    at.run()
    assert not at.exception
    assert "The verdict would be" in _told(at)
    assert projects.store.project(identifier).revision == before


def test_an_empty_project_is_told_what_it_takes(visit: Visit, projects: Projects) -> None:
    at = visit("diagnosis", projects.create("New", who="Ann"))
    assert not at.exception
    assert "takes all of these together" in _told(at)
    assert "A sample of production records is audited" in _told(at)


def _told(at: object) -> str:
    texts = [element.value for kind in ("markdown", "caption") for element in getattr(at, kind)]
    return "\n".join(texts).replace("\\", "")


def _slider(at: object, label: str) -> object:
    return next(one for one in at.slider if one.label == label)  # type: ignore[attr-defined]


def _number(at: object, label: str) -> object:
    return next(one for one in at.number_input if one.label.startswith(label))  # type: ignore[attr-defined]
