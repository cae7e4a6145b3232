"""Rhythm: when a feed is due again, from how its last poll went and what the last documents had in common."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tracker.core.polling import (
    MOST_FAILURES,
    SUCCESSES,
    Feed,
    FeedState,
    Fetched,
    failure_weight,
)

SHORTEST_WAIT_S = 300
"""Nobody is asked more often than every five minutes, whatever the overlap says."""

LONGEST_WAIT_S = 24 * 3600
"""Back-off, Retry-After and cache hints never keep a feed away for more than a day: a feed is never given up,
and servers have asked for 88 hours by mistake (reference/feeds.md section 1)."""

OFFLINE_WAIT_S = 300
"""While this machine is cut off, everything is tried again soon and nothing is held against anybody."""

LEAST_OVERLAP = 0.3
FEWEST_ENTRIES = 5
"""Below this share of entries known from the poll before, with that many entries at least, the next poll might
find stories lost: the interval is halved. The overlap proves that nothing was (mediacloud's rule)."""

SPREAD_SHARE = 0.1
LONGEST_SPREAD_S = 300
"""Jitter: up to a tenth of the wait and five minutes, always later, never earlier than what was asked."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a document had in common with what was known: entries never seen before, and known ones (an edited one
    is known). ``lost`` says that stories between the two documents were never seen."""

    new: int = 0
    known: int = 0
    lost: bool = False

    @property
    def share(self) -> float:
        """Known entries over all, 0..1; 1 for a document without entries."""
        total = self.new + self.known
        return self.known / total if total else 1.0


def next_due(
    feed: Feed, state: FeedState, fetched: Fetched, now: datetime, overlap: Overlap | None = None
) -> FeedState:
    """The state after a poll that ended at ``now`` (aware UTC), with the instant at which the feed is due again.

    After a success the wait follows the overlap (``adapted_wait``), and is raised by what the server or document
    asks: the longest of max-age, Expires, ttl and sy:update, at most a day. Trouble waits the interval times
    (1 + weighted failures), at least Retry-After, at most a day (or the interval, where that is longer); our own
    network being down counts for nothing. Validators and the body's hash are replaced only by a success: trouble
    must not make the next poll look unchanged. While only the fallback answers, the feed's own address keeps its
    failures, its validators and a back-off of its own.
    """
    overlap = overlap or Overlap()
    if fetched.outcome == "offline":
        soon = min(feed.interval_s, OFFLINE_WAIT_S)
        return replace(_attempted(feed, state, fetched, now), next_due_at=now + _spread(feed, soon, now))
    if fetched.outcome not in SUCCESSES:
        failures = min(state.failures + failure_weight(fetched), MOST_FAILURES)
        wait = _backed_off(feed, fetched, failures)
        return replace(
            _attempted(feed, state, fetched, now), failures=failures, next_due_at=now + _spread(feed, wait, now)
        )
    adapted = adapted_wait(feed, state, fetched, overlap)
    kept = fetched.outcome == "unchanged"
    # An unchanged document says what it said before.
    update_s = state.update_s if kept or fetched.by_fallback or fetched.delta else fetched.update_s
    asked = min(max(fetched.max_age_s or 0, (0 if fetched.by_fallback else update_s) or 0), LONGEST_WAIT_S)
    succeeded = replace(
        _attempted(feed, state, fetched, now),
        wait_s=adapted,
        update_s=update_s,
        next_due_at=now + _spread(feed, max(adapted, asked), now),
        last_success_at=now,
        last_new_at=now if overlap.new else state.last_new_at,
        gap_at=now if overlap.lost else state.gap_at,
    )
    if fetched.by_fallback:
        return succeeded
    return replace(
        succeeded,
        failures=0.0,
        own_due_at=None,
        moved_to=fetched.moved_to,
        etag=fetched.etag or (state.etag if kept else ""),
        last_modified=fetched.last_modified or (state.last_modified if kept else ""),
        body_hash=fetched.body_hash or (state.body_hash if kept else ""),
        newest_at=max((at for at in (newest_of(fetched), state.newest_at) if at is not None), default=None),
    )


def own_address_rests(feed: Feed, state: FeedState, own: Fetched, now: datetime) -> FeedState:
    """The state after the feed's own address turned out dead and its fallback is asked instead: the address is
    asked again after a back-off of its own, so that a dead one is not asked at every poll."""
    failures = min(state.failures + failure_weight(own), MOST_FAILURES)
    wait = _backed_off(feed, own, failures)
    return replace(state, failures=failures, own_due_at=now + _spread(feed, wait, now))


def adapted_wait(feed: Feed, state: FeedState, fetched: Fetched, overlap: Overlap) -> int:
    """Seconds to the next poll by the overlap between the last two, around the feed's own interval.

    Stories lost: a quarter of the interval at once. Too little in common: half of what it was. Something new with
    enough in common: the interval again. Nothing new: a quarter of the interval more, up to four times the
    interval. Never below five minutes nor above a day (the interval itself is always allowed). A delta or the
    fallback's answer proves nothing about overlap and changes nothing.
    """
    own = feed.interval_s
    low, high = min(own, max(SHORTEST_WAIT_S, own // 4)), max(own, min(4 * own, LONGEST_WAIT_S))
    wait = min(max(state.wait_s or own, low), high)
    if fetched.delta or fetched.by_fallback:
        return wait
    if overlap.lost:
        return low
    if overlap.new + overlap.known >= FEWEST_ENTRIES and overlap.share < LEAST_OVERLAP:
        first_poll = state.last_success_at is None
        return wait if first_poll else max(low, wait // 2)
    return min(high, wait + own // 4) if not overlap.new else min(wait, own) if wait > own else max(wait, low)


def gap_between(state: FeedState, fetched: Fetched, overlap: Overlap) -> tuple[datetime, datetime] | None:
    """The stretch of time whose stories were lost between two polls: from the newest stamp of the last document
    to the oldest of this one. None when nothing was lost, or when nobody can tell (no stamps, the first poll,
    a delta, the fallback).
    """
    if state.newest_at is None or overlap.known or not overlap.new or fetched.delta or fetched.by_fallback:
        return None
    stamps = [entry.published.first_at for entry in fetched.entries if entry.published.first_at is not None]
    if not stamps or min(stamps) <= state.newest_at:
        return None
    return state.newest_at, min(stamps)


def newest_of(fetched: Fetched) -> datetime | None:
    """The newest stamp of a document; None when it has none."""
    stamps = (entry.published.first_at for entry in fetched.entries if entry.published.first_at is not None)
    return max(stamps, default=None)


def _attempted(feed: Feed, state: FeedState, fetched: Fetched, now: datetime) -> FeedState:
    return replace(state, feed=feed.id, last_outcome=fetched.outcome, last_attempt_at=now, detail=fetched.detail)


def _backed_off(feed: Feed, fetched: Fetched, failures: float) -> float:
    longest = max(LONGEST_WAIT_S, feed.interval_s)
    # Gone for good, says the server: it is asked once a day all the same, for it may be wrong.
    wait = longest if fetched.outcome == "gone" else min(feed.interval_s * (1 + failures), longest)
    return max(wait, min(fetched.retry_after_s or 0, LONGEST_WAIT_S))


def _spread(feed: Feed, wait: float, now: datetime) -> timedelta:
    """The wait with its jitter: steady for one feed and instant, different between feeds and polls."""
    width = min(int(wait * SPREAD_SHARE), LONGEST_SPREAD_S)
    seed = hashlib.sha256(f"{feed.id} {int(now.timestamp())}".encode()).digest()
    return timedelta(seconds=max(wait, 1) + int.from_bytes(seed[:4], "big") % (width + 1))
