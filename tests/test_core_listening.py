"""How a feed is doing in words, and when the whole program must be called deaf."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tracker.core.listening import Condition, deafness, health_of, tells
from tracker.core.polling import Feed, FeedState

NOW = datetime(2026, 8, 14, 10, tzinfo=UTC)
FEED = Feed("a", "Sample", "https://example.org/feed", "sample", "en", "Asia/Seoul", True, 3600, 2.0, "", "")
WELL = FeedState("a", NOW, last_outcome="ok", last_success_at=NOW, last_attempt_at=NOW, last_new_at=NOW, detail="told")
LONG_AGO = NOW - timedelta(days=3)


@pytest.mark.parametrize(
    ("changes", "condition"),
    [
        ({}, "well"),
        ({"last_attempt_at": None}, "untried"),
        ({"last_outcome": "offline"}, "offline"),
        ({"last_outcome": "timeout", "failures": 2.0}, "failing"),
        ({"last_outcome": "timeout", "failures": 30.0}, "dead"),
        ({"last_outcome": "gone", "failures": 1.0}, "dead"),
        ({"last_outcome": "bot_wall", "failures": 1.0}, "walled"),
        ({"failures": 1.0, "own_due_at": NOW}, "resting"),
        ({"gap_at": NOW - timedelta(hours=5)}, "losing"),
        ({"gap_at": LONG_AGO}, "well"),
        ({"last_new_at": LONG_AGO}, "silent"),
        ({"last_new_at": LONG_AGO, "last_outcome": "unchanged"}, "silent"),
        ({"moved_to": "https://new.example/feed"}, "moved"),
    ],
)
def test_every_condition_has_its_words(changes: dict[str, object], condition: Condition) -> None:
    health = health_of(FEED, replace(WELL, **changes), NOW)  # type: ignore[arg-type]
    assert health.condition == condition
    assert health.words
    assert health.ill == (condition in ("failing", "dead", "walled"))


def test_a_feed_of_the_config_that_was_never_seen_is_untried() -> None:
    assert health_of(FEED, None, NOW).condition == "untried"


def four(*outcomes: str, new_hours_ago: float = 1) -> tuple[list[Feed], list[FeedState]]:
    states = [
        replace(WELL, feed=str(n), last_outcome=outcome, last_new_at=NOW - timedelta(hours=new_hours_ago))
        for n, outcome in enumerate(outcomes)
    ]
    return [replace(FEED, id=state.feed) for state in states], states


@pytest.mark.parametrize(
    ("outcomes", "hours", "reasons"),
    [
        (("ok", "ok", "unchanged", "timeout"), 1, 0),
        (("ok", "unchanged", "timeout", "gone"), 1, 1),
        (("timeout",) * 4, 1, 1),
        (("ok",) * 4, 11.9, 0),
        (("ok",) * 4, 12, 1),
        (("timeout",) * 4, 13, 2),
        (("timeout",), 1, 1),
        ((), 1, 0),
    ],
)
def test_deaf_is_half_the_feeds_failing_or_half_a_day_of_nothing_new(
    outcomes: tuple[str, ...], hours: float, reasons: int
) -> None:
    feeds, states = four(*outcomes, new_hours_ago=hours)
    assert len(deafness(feeds, states, NOW)) == reasons
    strangers = [replace(state, feed=f"gone-{state.feed}") for state in states]
    assert deafness(feeds, strangers, NOW) == (), "feeds that left the config do not count"


def test_nothing_new_is_counted_from_the_first_success_where_nothing_ever_came() -> None:
    feeds, states = four("ok", "ok")
    early = [replace(state, last_new_at=None, last_success_at=NOW - timedelta(hours=1)) for state in states]
    assert deafness(feeds, early, NOW) == ()
    late = [replace(state, last_new_at=None, last_success_at=NOW - timedelta(hours=13)) for state in states]
    assert len(deafness(feeds, late, NOW)) == 1


def test_a_spell_that_comes_back_soon_is_not_told_again() -> None:
    assert tells(None, NOW)
    assert not tells(NOW - timedelta(hours=11), NOW)
    assert tells(NOW - timedelta(hours=12), NOW)
