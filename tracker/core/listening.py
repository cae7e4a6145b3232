"""Listening: how each feed is doing in words, and whether the program as a whole still hears anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tracker.core.polling import OUT_OF_REACH, SUCCESSES, Feed, FeedState

Condition = Literal["untried", "well", "silent", "losing", "moved", "resting", "walled", "failing", "dead", "offline"]
"""From best to worst but for the first and last: untried and offline say nothing about the feed."""

ILL: frozenset[Condition] = frozenset({"walled", "failing", "dead"})

DEAD_FAILURES = 30.0
"""Weighted failures in a row after which a feed is called dead; it is asked once a day all the same (the figure
at which mediacloud's rss-fetcher changes its manner)."""

LOSS_REMEMBERED = timedelta(days=2)
"""A loss of stories is shown for so long after it was noticed."""

DEAF_AFTER = timedelta(hours=12)
"""No new item from any feed for so long means that nobody is listening: some forty feeds bring several an hour."""

FEWEST_TRIED = 2
"""Half of one feed is no measure."""


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How one feed is doing: a condition and the sentence that explains it."""

    condition: Condition
    words: str

    @property
    def ill(self) -> bool:
        return self.condition in ILL


def health_of(feed: Feed, state: FeedState | None, now: datetime) -> FeedHealth:
    """The worst that can be said of a feed at ``now``, with what an operator may do about it."""
    if state is None or state.last_attempt_at is None:
        return FeedHealth("untried", "not asked yet")
    if state.last_outcome == "offline":
        return FeedHealth("offline", state.detail)
    if state.last_outcome not in SUCCESSES:
        return _trouble(state)
    if state.failures and state.own_due_at is not None:
        return FeedHealth("resting", f"only the fallback answers; {state.detail}")
    if state.gap_at is not None and now - state.gap_at < LOSS_REMEMBERED:
        return FeedHealth("losing", "stories between two polls were lost; it is asked more often now")
    quiet = now - (state.last_new_at or state.last_success_at or now)
    if quiet > timedelta(days=feed.expect_days):
        return FeedHealth("silent", f"answers, and has brought nothing new for {_span(quiet)}; look at the address")
    if state.moved_to:
        return FeedHealth("moved", f"moved for good to {state.moved_to[:300]}; put that address into config/feeds.toml")
    return FeedHealth("well", state.detail)


def _trouble(state: FeedState) -> FeedHealth:
    if state.last_outcome == "bot_wall":
        return FeedHealth("walled", state.detail)
    if state.last_outcome == "gone" or state.failures >= DEAD_FAILURES:
        return FeedHealth("dead", f"{state.detail}; asked once a day, find another address")
    return FeedHealth("failing", state.detail)


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed with all that is known of it: never tried where ``state`` is None, *unverified* until
    ``first_success_at``. ``due_at`` is when it is asked next; a feed never tried is due at once."""

    feed: Feed
    state: FeedState | None
    first_success_at: datetime | None
    health: FeedHealth
    due_at: datetime


def deafness(feeds: Sequence[Feed], states: Iterable[FeedState], now: datetime) -> tuple[str, ...]:
    """Why this program must be called deaf at ``now``, a sentence for each reason; empty while it hears.

    Deaf: half of the feeds that were asked fail, or no feed has brought a new item for twelve hours (counted from
    the first success where none ever did). Feeds never asked do not count.
    """
    polled = {feed.id for feed in feeds}
    tried = [state for state in states if state.feed in polled and state.last_attempt_at is not None]
    if not tried:
        return ()
    reasons = []
    failing = [state for state in tried if state.last_outcome not in SUCCESSES]
    if len(failing) * 2 >= len(tried) >= FEWEST_TRIED or len(failing) == len(tried):
        cut_off = all(state.last_outcome in OUT_OF_REACH for state in failing) and len(failing) == len(tried)
        advice = "check this machine's network" if cut_off else "see ./run feeds"
        reasons.append(f"{len(failing)} of {len(tried)} feeds do not answer; {advice}")
    last_new = max((state.last_new_at for state in tried if state.last_new_at is not None), default=None)
    since = last_new or min((state.last_success_at for state in tried if state.last_success_at), default=None)
    if since is not None and now - since >= DEAF_AFTER:
        reasons.append(f"no new item has come for {_span(now - since)}; see ./run feeds and this machine's network")
    return tuple(reasons)


def _span(time: timedelta) -> str:
    hours = int(time.total_seconds() // 3600)
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One spell of deafness. ``mail_state``: "waiting" to be mailed, "claimed" (handed over now), "accepted",
    "refused", "unknown" (it may have arrived; it is not sent again), or "none" (nobody is to be told)."""

    id: int
    kind: str
    raised_at: datetime
    cleared_at: datetime | None
    detail: str
    mail_state: str


TOLD_AGAIN_AFTER = timedelta(hours=12)
"""A new spell so soon after one that was mailed is the same trouble coming back, and not mailed again."""


def tells(last_told_at: datetime | None, now: datetime) -> bool:
    """Whether a spell that begins at ``now`` is worth a mail."""
    return last_told_at is None or now - last_told_at >= TOLD_AGAIN_AFTER
