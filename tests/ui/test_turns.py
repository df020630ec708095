"""A form is sent once: by the first of two clicks, also while it is still at work, and again after a refusal."""

from __future__ import annotations

import threading
import time

import pytest

from readiness.errors import InputError
from readiness.ui.turns import Turn


def test_the_second_click_waits_for_the_first_and_does_nothing() -> None:
    turn, sent, notices = Turn(), [], []
    number = turn.number

    def send() -> str:
        time.sleep(0.05)  # so that the other clicks arrive meanwhile
        sent.append("review")
        return "Recorded."

    clicks = [threading.Thread(target=lambda: notices.append(turn.once(number, send))) for _ in range(5)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert (sent, notices, turn.number) == (["review"], ["Recorded."] * 5, 1)
    turn.once(turn.number, send)
    assert len(sent) == 2


def test_a_form_that_was_refused_can_be_sent_again() -> None:
    turn = Turn()

    def refuse() -> str:
        raise InputError("No.")

    with pytest.raises(InputError):
        turn.once(0, refuse)
    assert turn.once(0, lambda: "Done.") == "Done."
