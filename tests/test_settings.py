"""The settings file: names that Streamlit knows, nothing from outside, and colours that everyone can read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SETTINGS = tomllib.loads((Path(__file__).resolve().parents[1] / ".streamlit/config.toml").read_text(encoding="utf-8"))
# WCAG 2.2: 4.5 to 1 for text (AA), 7 to 1 for comfort (AAA), 3 to 1 for the parts of a control (1.4.11).
TEXT, COMFORT, CONTROL = 4.5, 7.0, 3.0
COLOURS = ("red", "orange", "yellow", "blue", "green", "violet", "gray")


def options(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from options(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> dict[str, Any]:
    chosen: dict[str, Any] = SETTINGS["theme"][request.param]
    return chosen


def test_every_setting_is_one_that_streamlit_knows() -> None:
    from streamlit import config

    assert [name for name, _ in options(SETTINGS) if name not in config._config_options_template] == []


def test_the_server_is_for_this_machine_and_tells_nobody_anything() -> None:
    assert SETTINGS["server"]["address"] == "localhost"
    assert "*" not in SETTINGS["server"]["allowedHosts"]
    assert SETTINGS["browser"]["gatherUsageStats"] is False
    assert SETTINGS["client"]["showErrorDetails"] == "none"


def test_no_setting_names_an_address_outside() -> None:
    assert [name for name, value in options(SETTINGS) if "://" in str(value)] == []


def test_text_is_comfortable_on_every_ground(theme: dict[str, Any]) -> None:
    grounds = [theme["backgroundColor"], theme["secondaryBackgroundColor"], *theme["sidebar"].values()]
    assert all(contrast(theme["textColor"], ground) >= COMFORT for ground in grounds)


def test_links_and_code_are_readable(theme: dict[str, Any]) -> None:
    assert contrast(theme["linkColor"], theme["backgroundColor"]) >= TEXT
    assert contrast(theme["codeTextColor"], theme["codeBackgroundColor"]) >= TEXT


def test_the_accent_carries_white_words_and_is_seen_on_the_ground(theme: dict[str, Any]) -> None:
    assert contrast(theme["primaryColor"], "#FFFFFF") >= TEXT
    assert contrast(theme["primaryColor"], theme["backgroundColor"]) >= CONTROL
    assert contrast(theme["primaryColor"], theme["sidebar"]["backgroundColor"]) >= CONTROL


@pytest.mark.parametrize("colour", COLOURS)
def test_coloured_words_are_readable_plain_and_on_their_own_ground(theme: dict[str, Any], colour: str) -> None:
    words, ground = theme[f"{colour}TextColor"], theme[f"{colour}BackgroundColor"]
    assert contrast(words, ground) >= TEXT
    assert contrast(words, theme["backgroundColor"]) >= TEXT


@pytest.mark.parametrize("colour", COLOURS)
def test_coloured_marks_are_seen(theme: dict[str, Any], colour: str) -> None:
    assert contrast(theme[f"{colour}Color"], theme["backgroundColor"]) >= CONTROL


def test_colours_of_a_chart_are_seen_in_both_themes() -> None:
    grounds = [SETTINGS["theme"][name]["backgroundColor"] for name in ("light", "dark")]
    colours = SETTINGS["theme"]["chartCategoricalColors"]
    assert [(c, g) for c in colours for g in grounds if contrast(c, g) < CONTROL] == []


def test_a_gradient_has_ten_steps_that_run_one_way(theme: dict[str, Any]) -> None:
    steps = [luminance(colour) for colour in theme["chartSequentialColors"]]
    assert len(steps) == 10
    assert steps in (sorted(steps), sorted(steps, reverse=True))
