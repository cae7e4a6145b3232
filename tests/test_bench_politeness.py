"""The referee of the politeness bench sees what it should, and finds nothing against the fetch step."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tracker.bench.politeness import AGENT, BEGAN, Referee, play

HONEST = {"User-Agent": AGENT, "Accept-Encoding": "gzip, deflate"}


class Asking:
    """A client of the referee whose clock moves when told to."""

    def __init__(self) -> None:
        self.at: datetime = BEGAN
        self.referee = Referee(lambda: self.at)

    def ask(self, target: str, after: float = 0.0, **headers: str) -> tuple[int, dict[str, str], bytes]:
        self.at += timedelta(hours=after)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.referee.answer(target, {**HONEST, **named})

    @property
    def demerits(self) -> list[str]:
        return self.referee.score.demerits


def test_a_polite_reader_has_no_demerit() -> None:
    asking = Asking()
    _, given, body = asking.ask("/quiet")
    assert body.count(b"<item>") == 20
    again = {"If_None_Match": given["ETag"], "If_Modified_Since": given["Last-Modified"]}
    assert asking.ask("/quiet", 1, **again)[0] == 304
    assert asking.demerits == []


@pytest.mark.parametrize(
    ("target", "after", "headers", "told"),
    [
        ("/quiet", 0.9, {}, "asked again after 54 minutes"),
        ("/quiet", 2, {}, "without the validators"),
        ("/quiet", 2, {"If_None_Match": '"tidied"'}, "sent back"),
        ("/quiet?nocache=1", 2, {}, "query"),
        ("/quiet", 2, {"Cookie": "visitor=1"}, "sent cookie"),
        ("/quiet", 2, {"Referer": "https://example.org/"}, "sent referer"),
        ("/quiet", 2, {"User_Agent": "Mozilla/5.0 (http://example.org)"}, "hides"),
        ("/daily", 0, {"If_None_Match": '"mine"'}, "invented"),
        ("/patient", 0, {}, ""),
    ],
)
def test_each_rudeness_is_seen(target: str, after: float, headers: dict[str, str], told: str) -> None:
    asking = Asking()
    asking.ask("/quiet")
    asking.ask(target, after, **headers)
    assert (told in " ".join(asking.demerits)) if told else asking.demerits == []


def test_who_asks_for_patience_gets_it_or_says_so() -> None:
    asking = Asking()
    status, more, _ = asking.ask("/overloaded")
    assert (status, more["Retry-After"]) == (429, "10800")
    asking.ask("/overloaded", 2)
    assert len(asking.demerits) == 1


def test_six_hours_of_the_fetch_step_are_polite() -> None:
    score = play(6)
    assert score.demerits == []
    assert score.answered[304] > 5
    assert score.answered[429] == 2, "it was asked to come back three hours later, and did"
