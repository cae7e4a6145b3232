"""Polling: the feeds, what one attempt came to, and what that weighs. Decided here, dialled elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

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
    the interval as adapted by overlap (None: the configured one), ``update_s`` how often the last document said
    that it changes, ``newest_at`` the newest stamp of the last document, ``last_new_at`` when an item was last new,
    ``gap_at`` when stories were last seen to be lost. ``own_due_at`` is when the feed's own address is asked again
    while its fallback answers (None: always), ``moved_to`` the address a permanent redirect named.
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
    update_s: int | None = None
    newest_at: datetime | None = None
    last_new_at: datetime | None = None
    gap_at: datetime | None = None
    own_due_at: datetime | None = None
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

DEAD: frozenset[FetchOutcome] = frozenset({"gone", "not_a_feed", "empty", "bot_wall", "unresolved"})
"""Outcomes after which a feed's fallback is asked at once (and after a 404): time alone heals none of them."""

OUT_OF_REACH: frozenset[FetchOutcome] = frozenset({"unreachable", "unresolved", "timeout", "offline"})
"""Outcomes that our own network being down would also bring about."""

_SOFT: frozenset[FetchOutcome] = frozenset({"timeout", "unreachable", "rate_limited", "empty"})
_WEIGHTS = {"hard": 1.0, "soft": 0.5, "dns": 0.25}
"""Weights of mediacloud's rss-fetcher: a name that does not resolve mostly does at the next poll; 404 and 5xx are
soft, because whole platforms have answered them for hours with nothing wrong (reference/feeds.md section 1)."""

MOST_FAILURES = 1000.0

WITNESSES = 3
"""Hosts that must all be out of reach, and none within, before it is our own network that counts as down."""


def failure_weight(fetched: Fetched) -> float:
    """How much one poll counts towards back-off: 0 for a success or our own network being down, 0.25 for a name
    that does not resolve, 0.5 for trouble that usually passes by itself, 1 for the rest."""
    if fetched.outcome in SUCCESSES or fetched.outcome == "offline":
        return 0.0
    if fetched.outcome == "unresolved":
        return _WEIGHTS["dns"]
    status = fetched.status or 0
    passing = fetched.outcome == "http_error" and (status == 404 or status >= 500)
    return _WEIGHTS["soft" if passing or fetched.outcome in _SOFT else "hard"]


def wants_fallback(feed: Feed, fetched: Fetched) -> bool:
    """Whether the feed's fallback is to be asked now, because its own address is dead."""
    dead = fetched.outcome in DEAD or fetched.status == 404
    return dead and bool(feed.fallback) and feed.fallback != feed.url


def asks_fallback_only(feed: Feed, state: FeedState, now: datetime) -> bool:
    """Whether the feed's own address rests at ``now``, so that only its fallback is asked."""
    return bool(feed.fallback) and state.own_due_at is not None and now < state.own_due_at


def at_fallback(feed: Feed, state: FeedState) -> tuple[Feed, FeedState]:
    """The feed and state with which its fallback is asked: validators belong to the feed's own address."""
    return replace(feed, url=feed.fallback), replace(state, etag="", last_modified="", body_hash="")


def own_network_down(fetched: Sequence[Fetched], hosts: int) -> bool:
    """Whether a round of polls says that this machine is cut off: nobody was reached on at least ``WITNESSES``
    different ``hosts``. Two dead publishers prove nothing; a whole round of them does."""
    return hosts >= WITNESSES and bool(fetched) and all(each.outcome in OUT_OF_REACH for each in fetched)


def as_offline(fetched: Fetched) -> Fetched:
    """The attempt, not counted against the feed."""
    if fetched.outcome == "offline":
        return fetched
    return replace(
        fetched,
        outcome="offline",
        detail=f"nothing can be reached from this machine, so it does not count: {fetched.detail}",
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
