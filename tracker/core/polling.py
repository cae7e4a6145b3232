"""Polling: what a fetch came to, and when a feed is due again. Decided here, dialled elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from tracker.core.addresses import host_of
from tracker.core.items import Entry

FetchOutcome = Literal[
    "ok",
    "unchanged",
    "empty",
    "not_a_feed",
    "too_large",
    "timeout",
    "unreachable",
    "unresolved",
    "offline",
    "http_error",
    "bot_wall",
    "gone",
    "rate_limited",
    "refused_address",
]
"""ok and unchanged are successes; every other outcome is a kind of trouble with its own words."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A public source we poll, one table of ``config/feeds.toml``.

    ``zone`` is what a stamp without a zone means; ``dprk_only`` says that every item concerns the DPRK;
    ``expect_days`` is the longest silence that is normal; ``fallback`` is an address to use when this one
    is dead (empty for none).
    """

    id: str
    title: str
    url: str
    publisher: str
    lang: str
    zone: str
    dprk_only: bool
    interval_s: int
    expect_days: float
    fallback: str
    note: str


@dataclass(frozen=True, slots=True)
class FeedState:
    """What we remember of a feed between polls; validators are kept byte for byte as they came.

    ``failures`` is the weight of the failed polls in a row: 1 for a hard one, 0.5 for a soft one. ``wait_s`` is
    the interval as adapted by overlap (None: the configured one), ``newest_at`` the newest stamp of the last
    document, ``last_new_at`` when an item was last new, ``gap_at`` when stories were last seen to be lost,
    ``moved_to`` the address a permanent redirect named.
    """

    feed: str
    next_due_at: datetime
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    failures: float = 0.0
    last_outcome: str = ""
    last_success_at: datetime | None = None
    last_attempt_at: datetime | None = None
    detail: str = ""
    wait_s: int | None = None
    newest_at: datetime | None = None
    last_new_at: datetime | None = None
    gap_at: datetime | None = None
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The outcome of one attempt as a value; ``entries`` only on ``ok``. ``detail`` is a sentence for the operator.

    ``update_s`` is how often the document says that it changes (ttl, sy:update), ``moved_to`` where permanent
    redirects led, ``delta`` that the answer holds only what is new (226, RFC 3229), ``refused_body`` the first
    64 KiB of a document that could not be parsed.
    """

    feed: str
    outcome: FetchOutcome
    status: int | None
    detail: str
    entries: tuple[Entry, ...] = ()
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    size: int = 0
    retry_after_s: int | None = None
    max_age_s: int | None = None
    update_s: int | None = None
    moved_to: str = ""
    delta: bool = False
    by_fallback: bool = False
    refused_body: bytes = b""


SUCCESSES: frozenset[FetchOutcome] = frozenset({"ok", "unchanged"})

SOFT: frozenset[FetchOutcome] = frozenset({"timeout", "unreachable", "rate_limited", "empty"})
"""Trouble that usually passes by itself; the rest is hard, except 404 and 5xx, which whole platforms have
answered for hours with nothing wrong (mediacloud counts both as soft; reference/feeds.md section 1)."""

LONGEST_WAIT_S = 24 * 3600
"""Back-off, Retry-After and cache hints never keep a feed away for more than a day: a feed is never given up,
and servers have asked for 88 hours by mistake (reference/feeds.md section 1)."""

SPREAD_SHARE = 0.1
LONGEST_SPREAD_S = 300
"""Feeds of one interval start spread over a tenth of it, at most five minutes, so that hosts are not hit at once."""


def failure_weight(fetched: Fetched) -> float:
    """How much one poll counts towards back-off: 0 for a success, 0.5 for soft trouble, 1 for hard trouble."""
    if fetched.outcome in SUCCESSES:
        return 0.0
    passing = (
        fetched.outcome == "http_error"
        and fetched.status is not None
        and (fetched.status == 404 or fetched.status >= 500)
    )
    return 0.5 if passing or fetched.outcome in SOFT else 1.0


def next_due(feed: Feed, state: FeedState, fetched: Fetched, now: datetime) -> FeedState:
    """The state after a poll that ended at ``now`` (aware UTC), with the instant at which the feed is due again.

    A success clears the failures and is due one interval later, on the feed's grid of slots; ``max_age_s``
    raises the interval. Trouble waits the interval times (1 + failures), at least ``retry_after_s``; nothing
    waits longer than a day beyond the interval, and nothing is given up. Validators and the body's hash are
    replaced only by a success: trouble must not make the next poll look unchanged.
    """
    succeeded = fetched.outcome in SUCCESSES
    failures = 0.0 if succeeded else min(state.failures + failure_weight(fetched), 1000.0)
    attempted = replace(
        state,
        feed=feed.id,
        next_due_at=_due_after(feed, fetched, failures, now),
        failures=failures,
        last_outcome=fetched.outcome,
        last_attempt_at=now,
        detail=fetched.detail,
    )
    if not succeeded:
        return attempted
    kept = fetched.outcome == "unchanged"
    return replace(
        attempted,
        last_success_at=now,
        etag=fetched.etag or (state.etag if kept else ""),
        last_modified=fetched.last_modified or (state.last_modified if kept else ""),
        body_hash=fetched.body_hash or (state.body_hash if kept else ""),
    )


def slot_of(now: datetime, interval_s: int) -> datetime:
    """The start of the slot that ``now`` falls into: intervals counted from the epoch, in UTC.

    One fetch of a feed belongs to one slot, so two clocks that both think it due cannot both keep it.
    """
    seconds = int(now.timestamp())
    return datetime.fromtimestamp(seconds - seconds % max(interval_s, 1), UTC)


def due(states: Iterable[FeedState], now: datetime) -> tuple[FeedState, ...]:
    """The states whose time has come, the longest waiting first."""
    ready = (state for state in states if state.next_due_at <= now)
    return tuple(sorted(ready, key=lambda state: (state.next_due_at, state.feed)))


def lanes(feeds: Iterable[Feed]) -> tuple[tuple[Feed, ...], ...]:
    """The feeds by host: lanes may be fetched side by side, the feeds of one lane only one after another."""
    by_host: dict[str, list[Feed]] = {}
    for feed in feeds:
        by_host.setdefault(host_of(feed.url), []).append(feed)
    return tuple(tuple(lane) for lane in by_host.values())


def _due_after(feed: Feed, fetched: Fetched, failures: float, now: datetime) -> datetime:
    interval = max(feed.interval_s, 1)
    longest = max(LONGEST_WAIT_S, interval)
    if failures == 0:
        wait = float(max(interval, min(fetched.max_age_s or 0, LONGEST_WAIT_S)))
    else:
        wait = min(interval * (1 + failures), longest)
    asked = now + timedelta(seconds=min(fetched.retry_after_s or 0, LONGEST_WAIT_S))
    # Half an interval of tolerance: a poll that ran late stays on its grid instead of drifting by its delay.
    slot = slot_of(now + timedelta(seconds=wait - interval / 2), interval) + timedelta(seconds=interval)
    slot = max(slot, slot_of(now, interval) + timedelta(seconds=interval))
    return max(slot + timedelta(seconds=_spread_s(feed)), asked)


def _spread_s(feed: Feed) -> int:
    """The feed's own, steady delay after the start of a slot."""
    width = min(int(feed.interval_s * SPREAD_SHARE), LONGEST_SPREAD_S)
    return int.from_bytes(hashlib.sha256(feed.id.encode()).digest()[:4], "big") % (width + 1)
