"""Items and their revisions, and the quarantine of rows that could not become items."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.core.days import Published
from tracker.core.items import Entry, Unreadable
from tracker.core.publishers import Publisher
from tracker.store.engine import Tx, chunks
from tracker.store.schema import items, quarantine, revisions


@dataclass(frozen=True, slots=True)
class NewRevision:
    """An entry ready to be kept. ``origin`` is the feed's id, or the carrier an archive row names."""

    origin_kind: str
    origin: str
    item_key: str
    content_hash: str
    entry: Entry
    publisher: Publisher
    lang: str
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a batch: items never seen before, texts of known items that changed, and the rest."""

    added: int
    revised: int
    known: int


def save(tx: Tx, batch: Sequence[NewRevision], recorded_at: datetime) -> Saved:
    """Keep a batch; a row whose key and content are there already changes nothing."""
    if not batch:
        return Saved(0, 0, 0)
    keys = {(row.origin_kind, row.origin, row.item_key) for row in batch}
    before = _ids(tx, keys)
    tx.insert_new(
        items, [dict(zip(("origin_kind", "origin", "item_key"), key, strict=True)) for key in _ordered(batch)]
    )
    ids = _ids(tx, keys)
    top = tx.c.scalar(sa.select(sa.func.coalesce(sa.func.max(revisions.c.seq), 0))) or 0
    fresh: set[tuple[str, str, str]] = set(ids) - set(before)
    rows = []
    for row in batch:
        key = (row.origin_kind, row.origin, row.item_key)
        rows.append({**_row(row, ids[key], recorded_at), "revises": key not in fresh})
        fresh.discard(key)
    tx.insert_new(revisions, rows)
    new_revisions = tx.c.scalar(sa.select(sa.func.count()).where(revisions.c.seq > top)) or 0
    added = len(ids) - len(before)
    return Saved(added, new_revisions - added, len(batch) - new_revisions)


def _ordered(batch: Sequence[NewRevision]) -> list[tuple[str, str, str]]:
    return list(dict.fromkeys((row.origin_kind, row.origin, row.item_key) for row in batch))


def _ids(tx: Tx, keys: set[tuple[str, str, str]]) -> dict[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] = {}
    wanted = sorted({key[2] for key in keys})
    for part in chunks(wanted):
        rows = tx.c.execute(
            sa.select(items.c.origin_kind, items.c.origin, items.c.item_key, items.c.id).where(
                items.c.item_key.in_(part)
            )
        )
        found.update({(kind, origin, key): id_ for kind, origin, key, id_ in rows if (kind, origin, key) in keys})
    return found


def _row(row: NewRevision, item_id: int, recorded_at: datetime) -> dict[str, object]:
    entry = row.entry
    return {
        "item_id": item_id,
        "content_hash": row.content_hash,
        "title": entry.title,
        "summary": entry.summary,
        "url": entry.url,
        "carrier": entry.source[:200],
        "publisher": row.publisher.id[:200],
        "publisher_kind": row.publisher.kind,
        "publisher_zone": row.publisher.zone,
        "lang": row.lang[:20],
        "published_first_at": entry.published.first_at,
        "published_last_at": entry.published.last_at,
        "precision": entry.published.precision,
        "published_raw": entry.published.raw[:200],
        "known_at": row.known_at,
        "recorded_at": recorded_at,
    }


def published_of(row: sa.Row[tuple[object, ...]] | sa.RowMapping) -> Published:
    """The stamp of a selected revision row."""
    mapping = row if isinstance(row, sa.RowMapping) else row._mapping
    return Published(
        mapping["published_first_at"],
        mapping["published_last_at"],
        mapping["precision"],
        mapping["published_raw"],
    )


def quarantine_rows(tx: Tx, file: str, rows: Iterable[Unreadable], recorded_at: datetime) -> None:
    """Keep what could not be read, once per file, line and content."""
    tx.insert_new(
        quarantine,
        [
            {
                "file": file,
                "line": row.line,
                "row_hash": hashlib.sha256(f"{row.reason}\n{row.excerpt}".encode()).hexdigest(),
                "reason": row.reason,
                "excerpt": row.excerpt,
                "recorded_at": recorded_at,
            }
            for row in rows
        ],
    )


def counts(tx: Tx) -> tuple[int, datetime | None]:
    """How many items there are, and when the newest text was recorded (None when there is none)."""
    total = tx.c.scalar(sa.select(sa.func.count()).select_from(items)) or 0
    return total, tx.c.scalar(sa.select(sa.func.max(revisions.c.recorded_at)))
