"""Items and their revisions, and the quarantine of rows that could not become items."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from tracker.core.days import Published
from tracker.core.identity import Trace, is_another, keeps_revision, reused_key
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

_ALIKE = (
    sa.select(items.c.origin, items.c.alike, items.c.id)
    .where(items.c.alike.in_(sa.bindparam("alikes", expanding=True)))
    .order_by(items.c.id.desc())
)
_TRACES_OF = (
    sa.select(
        revisions.c.item_id,
        revisions.c.url,
        revisions.c.title,
        revisions.c.published_first_at,
        revisions.c.published_last_at,
        revisions.c.precision,
        revisions.c.published_raw,
    )
    .where(revisions.c.item_id.in_(sa.bindparam("items", expanding=True)))
    .order_by(revisions.c.seq)
)

TEXT_DIGITS = 56
"""Leading hexadecimal digits of a content hash that name the text; the last eight count how often an item has
come back to it, so that every revision keeps a key of its own."""


@dataclass(frozen=True, slots=True)
class NewRevision:
    """An entry ready to be kept. ``origin`` is the feed's id, or the carrier an archive row names; ``alike`` finds
    the item again where its feed gave it another id (empty: nothing to find it by)."""

    origin_kind: str
    origin: str
    item_key: str
    content_hash: str
    entry: Entry
    publisher: Publisher
    lang: str
    known_at: datetime
    alike: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a batch: items never seen before, texts of known items that changed, and the rest."""

    added: int
    revised: int
    known: int


def save(tx: Tx, batch: Sequence[NewRevision], recorded_at: datetime) -> Saved:
    """Keep a batch; a row whose text is its item's newest changes nothing.

    A feed item whose text differs from its newest revision gets a new one, also when it returns to an earlier
    wording. One whose feed renewed its id is still the same item; one whose feed used the id of an older text is
    another (``core.identity``). An archive row has one revision for good (DESIGN section 2).
    """
    return save_each(tx, [(batch, recorded_at)])[0]


def save_each(tx: Tx, batches: Sequence[tuple[Sequence[NewRevision], datetime]]) -> list[Saved]:
    """Keep batches, each with the instant it was recorded at, as ``save`` does, in as few statements as one."""
    before = _ids(tx, dict.fromkeys(_key(row) for batch, _ in batches for row in batch))
    known = _hashes(tx, list(before.values()))
    traces = _traces(tx, _changed([row for batch, _ in batches for row in batch], before, known))
    if traces:
        batches = [(_own_keys(batch, before, traces), recorded_at) for batch, recorded_at in batches]
        before.update(_ids(tx, [key for batch, _ in batches for row in batch if (key := _key(row)) not in before]))
        known.update(_hashes(tx, [id_ for id_ in before.values() if id_ not in known]))
    rows = {_key(row): row for batch, _ in batches for row in batch}
    renewed = _found_again(tx, {key: row for key, row in rows.items() if key not in before})
    known.update(_hashes(tx, [id_ for id_ in renewed.values() if id_ not in known]))
    before.update(renewed)
    wanted, same = _once_each({key: row for key, row in rows.items() if key not in before})
    made = tx.insert_new_returning(items, wanted, (*_NAMES, "id"))
    fresh = {(kind, origin, key): id_ for kind, origin, key, id_ in made}
    # A key that is neither was put in by somebody else in between (not on SQLite, where a writer is alone).
    raced = _ids(tx, [key for key in map(_key_of, wanted) if key not in fresh])
    known.update(_hashes(tx, list(raced.values())))
    ids = {**before, **raced, **fresh}
    ids.update({key: ids[first] for key, first in same.items()})
    new: list[dict[str, object]] = []
    saved = [_sorted_out(batch, recorded_at, ids, fresh, known, traces, new) for batch, recorded_at in batches]
    tx.insert_new(revisions, new)
    return saved


def _sorted_out(
    batch: Sequence[NewRevision],
    recorded_at: datetime,
    ids: Mapping[tuple[str, str, str], int],
    fresh: dict[tuple[str, str, str], int],
    known: dict[int, list[str]],
    traces: Mapping[int, Trace],
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
        if item in traces and not keeps_revision(len(said), traces[item].title, row.entry.title):
            continue
        new.append(_row(row, item, recorded_at, f"{text}{said.count(text):08x}", bool(said)))
        revised += bool(said)
        written += 1
        said.append(text)
    return Saved(added, revised, len(batch) - written)


def _key(row: NewRevision) -> tuple[str, str, str]:
    return row.origin_kind, row.origin, row.item_key


def _key_of(item: Mapping[str, str]) -> tuple[str, str, str]:
    return item["origin_kind"], item["origin"], item["item_key"]


def _changed(
    rows: Iterable[NewRevision], before: Mapping[tuple[str, str, str], int], known: Mapping[int, list[str]]
) -> list[int]:
    """The known items of feeds whose text is not their newest."""
    found = {
        before[_key(row)]
        for row in rows
        if row.origin_kind != ARCHIVE
        and _key(row) in before
        and known.get(before[_key(row)], [""])[-1] != row.content_hash[:TEXT_DIGITS]
    }
    return sorted(found)


def _traces(tx: Tx, item_ids: list[int]) -> dict[int, Trace]:
    """What the newest revision of each item looks like."""
    found: dict[int, Trace] = {}
    for part in chunks(item_ids):
        for row in tx.c.execute(_TRACES_OF, {"items": part}):
            found[row.item_id] = Trace(row.url, row.title, published_of(row._mapping))
    return found


def _own_keys(
    batch: Sequence[NewRevision], before: Mapping[tuple[str, str, str], int], traces: Mapping[int, Trace]
) -> Sequence[NewRevision]:
    """The batch, in which a text that came under a used id has a key of its own."""
    return [
        replace(row, item_key=reused_key(row.item_key, row.entry))
        if (trace := traces.get(before.get(_key(row), 0))) is not None and is_another(trace, row.entry)
        else row
        for row in batch
    ]


def _found_again(tx: Tx, rows: Mapping[tuple[str, str, str], NewRevision]) -> dict[tuple[str, str, str], int]:
    """The items of feeds' rows that are there already under another id of the same feed."""
    wanted: dict[str, list[tuple[str, str, str]]] = {}
    for key, row in rows.items():
        if row.alike:
            wanted.setdefault(row.alike, []).append(key)
    found: dict[tuple[str, str, str], int] = {}
    for part in chunks(sorted(wanted)):
        for origin, alike, id_ in tx.c.execute(_ALIKE, {"alikes": part}):
            found.update(dict.fromkeys([key for key in wanted[alike] if key[1] == origin], id_))
    return found


def _once_each(
    rows: Mapping[tuple[str, str, str], NewRevision],
) -> tuple[list[dict[str, str]], dict[tuple[str, str, str], tuple[str, str, str]]]:
    """The new items to make, and the keys that mean the same item as an earlier one of them."""
    first: dict[tuple[str, str], tuple[str, str, str]] = {}
    wanted, same = [], {}
    for key, row in rows.items():
        if row.alike and first.setdefault((row.origin, row.alike), key) != key:
            same[key] = first[row.origin, row.alike]
        else:
            wanted.append({**dict(zip(_NAMES, key, strict=True)), "alike": row.alike})
    return wanted, same


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
