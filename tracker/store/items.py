"""Items and their revisions, and the quarantine of rows that could not become items."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.core.days import Published
from tracker.core.items import Entry, Unreadable
from tracker.core.publishers import Publisher
from tracker.store.engine import Tx, chunks
from tracker.store.schema import items, quarantine, revisions

ARCHIVE = "archive"

_NAMES = ("origin_kind", "origin", "item_key")

_OF_ORIGIN = sa.select(items.c.item_key, items.c.id).where(
    items.c.origin_kind == sa.bindparam("kind"),
    items.c.origin == sa.bindparam("from"),
    items.c.item_key.in_(sa.bindparam("keys", expanding=True)),
)
_TEXTS_OF = (
    sa.select(revisions.c.item_id, revisions.c.content_hash)
    .where(revisions.c.item_id.in_(sa.bindparam("items", expanding=True)))
    .order_by(revisions.c.seq)
)

TEXT_DIGITS = 56
"""Leading hexadecimal digits of a content hash that name the text; the last eight count how often an item has
come back to it, so that every revision keeps a key of its own."""


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
    """Keep a batch; a row whose text is its item's newest changes nothing.

    A feed item whose text differs from its newest revision gets a new one, also when it returns to an earlier
    wording. An archive row has one revision for good (DESIGN section 2).
    """
    return save_each(tx, [(batch, recorded_at)])[0]


def save_each(tx: Tx, batches: Sequence[tuple[Sequence[NewRevision], datetime]]) -> list[Saved]:
    """Keep batches, each with the instant it was recorded at, as ``save`` does, in as few statements as one."""
    keys = dict.fromkeys(_key(row) for batch, _ in batches for row in batch)
    before = _ids(tx, keys)
    wanted = [key for key in keys if key not in before]
    rows = tx.insert_new_returning(items, [dict(zip(_NAMES, key, strict=True)) for key in wanted], (*_NAMES, "id"))
    fresh = {(kind, origin, key): id_ for kind, origin, key, id_ in rows}
    # A key that is neither was put in by somebody else in between (not on SQLite, where a writer is alone).
    before.update(_ids(tx, [key for key in wanted if key not in fresh]))
    ids = {**before, **fresh}
    known = _hashes(tx, list(before.values()))
    new: list[dict[str, object]] = []
    saved = [_sorted_out(batch, recorded_at, ids, fresh, known, new) for batch, recorded_at in batches]
    tx.insert_new(revisions, new)
    return saved


def _sorted_out(
    batch: Sequence[NewRevision],
    recorded_at: datetime,
    ids: Mapping[tuple[str, str, str], int],
    fresh: dict[tuple[str, str, str], int],
    known: dict[int, list[str]],
    new: list[dict[str, object]],
) -> Saved:
    """What becomes of one batch; its rows for the store go into ``new``, its new items leave ``fresh``."""
    added = revised = written = 0
    for row in batch:
        key = _key(row)
        item = ids[key]
        added += fresh.pop(key, None) is not None
        said = known.setdefault(item, [])
        text = row.content_hash[:TEXT_DIGITS]
        if said and (row.origin_kind == ARCHIVE or said[-1] == text):
            continue
        new.append(_row(row, item, recorded_at, f"{text}{said.count(text):08x}", bool(said)))
        revised += bool(said)
        written += 1
        said.append(text)
    return Saved(added, revised, len(batch) - written)


def _key(row: NewRevision) -> tuple[str, str, str]:
    return row.origin_kind, row.origin, row.item_key


def _hashes(tx: Tx, item_ids: list[int]) -> dict[int, list[str]]:
    """The texts of each item's revisions, oldest first, as the leading digits of their hashes."""
    found: dict[int, list[str]] = {}
    for part in chunks(sorted(item_ids)):
        rows = tx.c.execute(_TEXTS_OF, {"items": part})
        for item, content in rows:
            found.setdefault(item, []).append(content[:TEXT_DIGITS])
    return found


def _ids(tx: Tx, keys: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], int]:
    # Origin by origin: only with all three columns can the unique index answer.
    by_origin: dict[tuple[str, str], list[str]] = {}
    for kind, origin, key in keys:
        by_origin.setdefault((kind, origin), []).append(key)
    found: dict[tuple[str, str, str], int] = {}
    for (kind, origin), wanted in by_origin.items():
        for part in chunks(sorted(wanted)):
            rows = tx.c.execute(_OF_ORIGIN, {"kind": kind, "from": origin, "keys": part})
            found.update({(kind, origin, key): id_ for key, id_ in rows})
    return found


def _row(row: NewRevision, item_id: int, recorded_at: datetime, content_hash: str, revises: bool) -> dict[str, object]:
    entry = row.entry
    return {
        "item_id": item_id,
        "content_hash": content_hash,
        "revises": revises,
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
