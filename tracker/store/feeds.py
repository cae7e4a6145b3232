"""Fetches, and what is remembered of each feed between polls."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.core.polling import FeedState, Fetched
from tracker.core.rhythm import Overlap
from tracker.store.engine import Tx
from tracker.store.listening import feed_states, fetches, refused_bodies

_FIELDS = (
    "feed", "next_due_at", "etag", "last_modified", "body_hash", "failures", "last_outcome", "last_success_at",
    "last_attempt_at", "detail", "wait_s", "update_s", "newest_at", "last_new_at", "gap_at", "own_due_at", "moved_to",
)  # fmt: skip


def states(tx: Tx) -> dict[str, FeedState]:
    """What is remembered of every feed that was ever tried, by id."""
    rows = tx.c.execute(sa.select(*(feed_states.c[name] for name in _FIELDS))).mappings()
    return {row["feed"]: FeedState(**row) for row in rows}


def first_successes(tx: Tx) -> dict[str, datetime]:
    """When each feed answered for the first time; a feed that never did is *unverified*."""
    rows = tx.c.execute(
        sa.select(feed_states.c.feed, feed_states.c.first_success_at).where(feed_states.c.first_success_at.is_not(None))
    )
    return {feed: instant for feed, instant in rows}


@dataclass(frozen=True, slots=True)
class Poll:
    """One attempt as it is kept: what came, the feed's state after it, its slot, and what was lost before it."""

    fetched: Fetched
    state: FeedState
    slot_at: datetime
    started_at: datetime
    finished_at: datetime
    overlap: Overlap
    lost: tuple[datetime, datetime] | None
    first_success_at: datetime | None


def record(tx: Tx, polls: Sequence[Poll]) -> None:
    """Keep attempts of different feeds: each with the head of a document that could not be read, and the new state."""
    tx.insert_new(fetches, [_fetch_row(poll) for poll in polls])
    tx.upsert(
        feed_states,
        [
            {**{name: getattr(poll.state, name) for name in _FIELDS}, "first_success_at": poll.first_success_at}
            for poll in polls
        ],
    )
    for poll in polls:
        if poll.fetched.refused_body:
            _keep_refused(tx, poll.fetched, poll.finished_at)


def _fetch_row(poll: Poll) -> dict[str, object]:
    fetched, lost = poll.fetched, poll.lost
    return {
        "feed": fetched.feed,
        "slot_at": poll.slot_at,
        "started_at": poll.started_at,
        "finished_at": poll.finished_at,
        "outcome": fetched.outcome,
        "status": fetched.status,
        "detail": fetched.detail,
        "size": fetched.size,
        "body_hash": fetched.body_hash,
        "entries": len(fetched.entries),
        "new_items": poll.overlap.new,
        "known_items": poll.overlap.known,
        "gap_first_at": lost[0] if lost else None,
        "gap_last_at": lost[1] if lost else None,
        "by_fallback": fetched.by_fallback,
    }


REFUSED_KEPT = 5
"""Unreadable documents kept per feed for a look, the newest ones; each is cut to its head by the fetcher."""


def _keep_refused(tx: Tx, fetched: Fetched, recorded_at: datetime) -> None:
    tx.insert_new(
        refused_bodies,
        [
            {
                "feed": fetched.feed,
                "body_hash": fetched.body_hash or hashlib.sha256(fetched.refused_body).hexdigest(),
                "head": fetched.refused_body,
                "size": fetched.size,
                "reason": fetched.detail,
                "recorded_at": recorded_at,
            }
        ],
    )
    mine = sa.select(refused_bodies.c.id).where(refused_bodies.c.feed == fetched.feed)
    newest = tx.c.scalars(mine.order_by(refused_bodies.c.id.desc()).limit(REFUSED_KEPT)).all()
    tx.c.execute(
        sa.delete(refused_bodies).where(refused_bodies.c.feed == fetched.feed, refused_bodies.c.id.not_in(newest))
    )


@dataclass(frozen=True, slots=True)
class RefusedBody:
    """The head of a document that could not be read as a feed, kept for a look."""

    feed: str
    head: bytes
    size: int
    reason: str
    recorded_at: datetime


def refused_of(tx: Tx, feed: str) -> list[RefusedBody]:
    """What one feed sent that could not be read, newest first."""
    rows = tx.c.execute(
        sa.select(refused_bodies).where(refused_bodies.c.feed == feed).order_by(refused_bodies.c.id.desc())
    )
    return [RefusedBody(row.feed, row.head, row.size, row.reason, row.recorded_at) for row in rows]


def gaps(tx: Tx) -> list[tuple[str, datetime, datetime]]:
    """(feed, first, last instant) of every stretch whose stories were lost between two polls."""
    rows = tx.c.execute(
        sa.select(fetches.c.feed, fetches.c.gap_first_at, fetches.c.gap_last_at).where(
            fetches.c.gap_first_at.is_not(None)
        )
    )
    return [(feed, first, last) for feed, first, last in rows]
