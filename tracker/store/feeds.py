"""Fetches, and what is remembered of each feed between polls."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from tracker.core.polling import FeedState, Fetched
from tracker.store.engine import Tx
from tracker.store.schema import feed_states, fetches

_FIELDS = (
    "feed", "next_due_at", "etag", "last_modified", "body_hash", "failures", "last_outcome", "last_success_at",
    "last_attempt_at", "detail", "wait_s", "newest_at", "last_new_at", "gap_at", "moved_to",
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


def record(
    tx: Tx,
    fetched: Fetched,
    state: FeedState,
    slot_at: datetime,
    started_at: datetime,
    finished_at: datetime,
    new_items: int,
    first_success_at: datetime | None,
) -> None:
    """Keep one attempt and the feed's new state."""
    tx.insert_new(
        fetches,
        [
            {
                "feed": fetched.feed,
                "slot_at": slot_at,
                "started_at": started_at,
                "finished_at": finished_at,
                "outcome": fetched.outcome,
                "status": fetched.status,
                "detail": fetched.detail,
                "size": fetched.size,
                "body_hash": fetched.body_hash,
                "entries": len(fetched.entries),
                "new_items": new_items,
            }
        ],
    )
    tx.upsert(
        feed_states,
        [{**{name: getattr(state, name) for name in _FIELDS}, "first_success_at": first_success_at}],
    )
