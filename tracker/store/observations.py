"""Observers, what they observed, and which observation is an item's effective reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.core.days import day_of
from tracker.core.hearing import Told
from tracker.core.observations import Mention, Observation, Observer, Text
from tracker.store.engine import Tx
from tracker.store.items import ARCHIVE, published_of
from tracker.store.schema import items, mentions, observations, observers, revisions
from tracker.store.types import pack_days


@dataclass(frozen=True, slots=True)
class Unread:
    """A revision that lacks an observation, with the text to read."""

    seq: int
    text: Text


def observer_id(tx: Tx, observer: Observer) -> int:
    """The observer's row, made when it is new."""
    key = {"kind": observer.kind, "name": observer.name, "version": observer.version}
    tx.insert_new(observers, [key])
    where = [observers.c[name] == value for name, value in key.items()]
    return int(tx.c.execute(sa.select(observers.c.id).where(*where)).scalar_one())


def find_observer(tx: Tx, observer: Observer) -> int | None:
    """The observer's row, None when it never observed anything."""
    return tx.c.scalar(
        sa.select(observers.c.id).where(
            observers.c.kind == observer.kind,
            observers.c.name == observer.name,
            observers.c.version == observer.version,
        )
    )


def unread_count(tx: Tx, observer: Observer) -> int:
    """How many revisions lack an observation by this observer."""
    total = tx.c.scalar(sa.select(sa.func.count()).select_from(revisions)) or 0
    row = find_observer(tx, observer)
    if row is None:
        return total
    done = tx.c.scalar(
        sa.select(sa.func.count()).where(observations.c.observer_id == row, observations.c.revision_seq.is_not(None))
    )
    return total - (done or 0)


def read_count(tx: Tx, observer_row: int) -> int:
    """How many revisions this observer has read."""
    counted = sa.select(sa.func.count()).where(observations.c.observer_id == observer_row)
    return tx.c.scalar(counted.where(observations.c.revision_seq.is_not(None))) or 0


def unread(tx: Tx, observer_row: int, limit: int, after: int = 0) -> list[Unread]:
    """Revisions lacking an observation by this observer, oldest first, of a greater seq than ``after``."""
    seen = sa.exists().where(observations.c.revision_seq == revisions.c.seq, observations.c.observer_id == observer_row)
    rows = tx.c.execute(
        sa.select(revisions).where(~seen, revisions.c.seq > after).order_by(revisions.c.seq).limit(limit)
    )
    return [
        Unread(
            row.seq,
            Text(row.title, row.summary, published_of(row), row.publisher_zone, row.lang, row.publisher),
        )
        for row in rows
    ]


def save(
    tx: Tx,
    observer_row: int,
    subjects: Sequence[tuple[int, Observation]],
    recorded_at: datetime,
    of_reference: bool = False,
) -> int:
    """Keep observations of revisions (or reference rows) by seq (or row id); returns the number of mentions.

    A subject that this observer has observed already keeps its first observation.
    """
    column = "reference_row_id" if of_reference else "revision_seq"
    tx.insert_new(
        observations,
        [
            {
                "revision_seq": None,
                "reference_row_id": None,
                column: subject,
                "observer_id": observer_row,
                "concerns": seen.concerns,
                "mention_count": len(seen.mentions),
                "p": {key: round(value, 4) for key, value in seen.p.items() if value >= 0.01},
                "p_mode": {key: round(value, 4) for key, value in seen.p_mode.items() if value >= 0.01},
                "recorded_at": recorded_at,
            }
            for subject, seen in subjects
        ],
    )
    wanted = {subject: seen for subject, seen in subjects if seen.mentions}
    if not wanted:
        return 0
    key = observations.c[column]
    low, high = min(wanted), max(wanted)
    ids = {
        subject: id_
        for id_, subject in tx.c.execute(
            sa.select(observations.c.id, key).where(
                observations.c.observer_id == observer_row,
                key >= low,
                key <= high,
                observations.c.mention_count > 0,
            )
        )
    }
    rows = [
        mention_row(ids[subject], k, mention)
        for subject, seen in wanted.items()
        if subject in ids
        for k, mention in enumerate(seen.mentions)
    ]
    tx.insert_new(mentions, rows)
    return len(rows)


def mention_row(observation: int, k: int, mention: Mention) -> dict[str, Any]:
    return {
        "observation_id": observation,
        "k": k,
        "category": mention.category,
        "subtype": mention.subtype,
        "mode": mention.mode,
        "p": round(mention.p, 4),
        "p_mode": [[mode, round(p, 4)] for mode, p in mention.p_mode],
        "days": pack_days(mention.days),
        "zone": mention.zone,
        "places": list(mention.places),
        "count": mention.count,
        "unit": mention.unit,
        "weapon": mention.weapon,
        "words": [list(pair) for pair in mention.words],
        "actors": list(mention.actors),
        "outcome": mention.outcome,
    }


def mention_total(tx: Tx) -> int:
    """Mentions by all observers of items (reference rows apart)."""
    joined = mentions.join(observations, observations.c.id == mentions.c.observation_id)
    return (
        tx.c.scalar(sa.select(sa.func.count()).select_from(joined).where(observations.c.revision_seq.is_not(None))) or 0
    )


def told(tx: Tx, observer_row: int, kinds: Sequence[str], zone_name: str) -> list[Told]:
    """What such publishers told by day of the zone and feed, over dated revisions."""
    rows = tx.c.execute(
        sa.select(
            revisions.c.publisher,
            revisions.c.published_first_at,
            revisions.c.known_at,
            items.c.origin_kind,
            items.c.origin,
            observations.c.concerns,
        )
        .join(items, items.c.id == revisions.c.item_id)
        .join(
            observations,
            sa.and_(observations.c.revision_seq == revisions.c.seq, observations.c.observer_id == observer_row),
        )
        .where(revisions.c.publisher_kind.in_(list(kinds)), revisions.c.published_first_at.is_not(None))
        .execution_options(yield_per=5000)
    )
    found: dict[tuple[str, date, str], Told] = {}
    for publisher, published, known_at, kind, origin, concerns in rows:
        feed = "" if kind == ARCHIVE else origin
        key = (publisher, day_of(published, zone_name), feed)
        before = found.get(key)
        found[key] = Told(
            publisher,
            key[1],
            (before.items if before else 0) + 1,
            (before.concerning if before else 0) + bool(concerns),
            feed,
            min(known_at, before.known_at) if before and before.known_at else known_at,
        )
    return list(found.values())
