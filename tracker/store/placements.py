"""What placing takes and gives: observations not placed yet, and the decision on each of their mentions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.core.observations import Mention
from tracker.store.engine import Tx, chunks
from tracker.store.items import ARCHIVE
from tracker.store.pulse import bump
from tracker.store.schema import (
    events,
    evidence,
    items,
    mentions,
    observations,
    placed,
    readings,
    reference_rows,
    revisions,
)
from tracker.store.types import unpack_days
from tracker.store.verdicts import keep_note, note

_REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An observation that placing has not looked at, with its mentions and what is known of its text.

    ``subject`` is the revision's seq or the reference row's id; ``item`` is None for a reference row.
    """

    observation: int
    subject: int
    item: int | None
    publisher: str
    publisher_kind: str
    title: str
    url: str
    seen_at: datetime
    known_at: datetime
    keys: tuple[str, ...]
    mentions: tuple[Mention, ...]
    outcome: str = ""
    told: tuple[datetime, datetime] | None = None
    dated: bool = True
    """False for an archive row that does not say when it was published: nobody can tell when it was known."""


@dataclass(frozen=True, slots=True)
class Placement:
    """What placing decided for one mention, ready to be kept."""

    observation_id: int
    k: int
    lane: str
    event_id: str | None
    key: str
    role: str
    subtype: str
    wire: int
    p: float
    dates: bool
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Former:
    """An item's reading so far: its observation and the (event, mention key) pairs it speaks in."""

    observation: int
    pieces: list[tuple[str, str]]


def natural_key(*parts: object) -> str:
    """A mention's key: a hash of what it is, the same in every database."""
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()[:32]


def event_id(lane: str, opening_key: str) -> str:
    """An event's id: a hash of its lane and its opening mention."""
    return hashlib.sha256(f"{lane}\n{opening_key}".encode()).hexdigest()[:16]


def unplaced_count(tx: Tx, observer_row: int) -> int:
    return tx.c.scalar(sa.select(sa.func.count()).select_from(_waiting(observer_row).subquery())) or 0


def _waiting(observer_row: int) -> sa.Select[Any]:
    """Observations of revisions by the active observer that speak, or replace one that did, and are not placed."""
    seen = sa.exists().where(placed.c.observation_id == observations.c.id)
    return (
        sa.select(observations.c.id, revisions.c.seq)
        .join(revisions, revisions.c.seq == observations.c.revision_seq)
        .where(
            observations.c.observer_id == observer_row,
            sa.or_(observations.c.mention_count > 0, revisions.c.revises),
            ~seen,
        )
    )


def unplaced(tx: Tx, observer_row: int, limit: int) -> list[Unplaced]:
    """The next observations to place in the news lane, in recorded order.

    Looked for behind the last one placed; only when nothing stands there is the whole record asked for stragglers.
    """
    reached = _reached(tx, observer_row)
    found = _unplaced(tx, _behind(observer_row, reached, limit))
    return found or _unplaced(tx, _waiting(observer_row).order_by(revisions.c.seq).limit(limit))


def _behind(observer_row: int, seq: int, limit: int) -> sa.Select[Any]:
    """Observations as ``_waiting`` has them, of texts recorded after one: a walk along the index of texts.

    The sum keeps SQLite from the index of observers, in which everything ever read stands under one.
    """
    return (
        sa.select(observations.c.id, observations.c.revision_seq.label("seq"))
        .join(revisions, revisions.c.seq == observations.c.revision_seq)
        .where(
            observations.c.revision_seq > seq,
            observations.c.observer_id + 0 == observer_row,
            sa.or_(observations.c.mention_count > 0, revisions.c.revises),
            ~sa.exists().where(placed.c.observation_id == observations.c.id),
        )
        .order_by(observations.c.revision_seq)
        .limit(limit)
    )


_REACHED = "placed up to"


def _reached(tx: Tx, observer_row: int) -> int:
    """The seq of the last text that was placed in order, 0 for none."""
    observer, _, seq = note(tx, _REACHED).partition(" ")
    return int(seq) if observer == str(observer_row) and seq else 0


def reach(tx: Tx, observer_row: int, seq: int) -> None:
    """Remember how far placing has come; it never goes back but by ``forget_lane``."""
    if seq > _reached(tx, observer_row):
        keep_note(tx, _REACHED, f"{observer_row} {seq}")


def _unplaced(tx: Tx, waiting: sa.Select[Any]) -> list[Unplaced]:
    chosen = waiting.subquery()
    rows = tx.c.execute(
        sa.select(
            chosen.c.id,
            revisions.c.seq,
            revisions.c.item_id,
            revisions.c.publisher,
            revisions.c.publisher_kind,
            revisions.c.title,
            revisions.c.url,
            revisions.c.published_first_at,
            revisions.c.published_last_at,
            revisions.c.known_at,
            revisions.c.content_hash,
            items.c.origin_kind,
            items.c.origin,
            items.c.item_key,
        )
        .join(revisions, revisions.c.seq == chosen.c.seq)
        .join(items, items.c.id == revisions.c.item_id)
        .order_by(revisions.c.seq)
    ).all()
    by_observation = _mentions(tx, [row.id for row in rows])
    return [
        Unplaced(
            observation=row.id,
            subject=row.seq,
            item=row.item_id,
            publisher=row.publisher,
            publisher_kind=row.publisher_kind,
            title=row.title,
            url=row.url,
            seen_at=row.published_last_at or row.known_at,
            known_at=row.known_at,
            keys=tuple(
                natural_key(row.origin_kind, row.origin, row.item_key, row.content_hash, k)
                for k, _ in enumerate(by_observation.get(row.id, ()))
            ),
            mentions=tuple(by_observation.get(row.id, ())),
            told=(row.published_first_at, row.published_last_at) if row.published_last_at is not None else None,
            dated=row.published_last_at is not None or row.origin_kind != ARCHIVE,
        )
        for row in rows
    ]


def unplaced_rows(tx: Tx, row_ids: Sequence[int]) -> list[Unplaced]:
    """The reference rows of these ids that are not placed, in the order of table and row key."""
    found: list[Unplaced] = []
    for part in chunks(sorted(row_ids)):
        rows = tx.c.execute(
            sa.select(observations.c.id.label("observation"), reference_rows)
            .join(reference_rows, reference_rows.c.id == observations.c.reference_row_id)
            .where(
                reference_rows.c.id.in_(part),
                ~sa.exists().where(placed.c.observation_id == observations.c.id),
            )
        ).all()
        by_observation = _mentions(tx, [row.observation for row in rows])
        found += [
            Unplaced(
                observation=row.observation,
                subject=row.id,
                item=None,
                publisher=row.body["citation_publisher"],
                publisher_kind=_REFERENCE,
                title=row.body["heading"],
                url=row.body["citation_url"],
                seen_at=row.known_at,
                known_at=row.known_at,
                keys=tuple(
                    natural_key(row.table_name, row.row_key, k)
                    for k, _ in enumerate(by_observation.get(row.observation, ()))
                ),
                mentions=tuple(by_observation.get(row.observation, ())),
                outcome=row.body["outcome"],
            )
            for row in rows
        ]
    names = {row.id: (row.table_name, row.row_key) for row in _row_names(tx, [f.subject for f in found])}
    return sorted(found, key=lambda row: names[row.subject])


def _row_names(tx: Tx, ids: list[int]) -> Iterable[Any]:
    for part in chunks(ids):
        yield from tx.c.execute(
            sa.select(reference_rows.c.id, reference_rows.c.table_name, reference_rows.c.row_key).where(
                reference_rows.c.id.in_(part)
            )
        )


def table_of(tx: Tx, row_ids: Sequence[int]) -> dict[int, str]:
    """The table each reference row belongs to."""
    return {row.id: row.table_name for row in _row_names(tx, list(row_ids))}


_PLACEABLE = (
    *(column for column in mentions.c if column.name not in ("words", "actors", "outcome", "weapon", "count")),
    mentions.c.count.label("counted"),  # a row has a method of the column's own name
)
"""What placing asks of a mention: which words a field came from, and who acted, is for people to read."""


def _mentions(tx: Tx, ids: list[int]) -> dict[int, list[Mention]]:
    found: dict[int, list[Mention]] = {}
    for part in chunks(ids):
        rows = tx.c.execute(
            sa.select(*_PLACEABLE)
            .where(mentions.c.observation_id.in_(part))
            .order_by(mentions.c.observation_id, mentions.c.k)
        )
        for row in rows:
            mention = Mention(
                row.category, row.subtype, row.mode, row.p, tuple(map(tuple, row.p_mode)), unpack_days(row.days),
                row.zone, tuple(row.places), row.counted, row.unit,
            )  # fmt: skip
            found.setdefault(row.observation_id, []).append(mention)
    return found


_PLACEMENT_FIELDS = tuple(Placement.__dataclass_fields__)


def keep_placements(tx: Tx, placements: Sequence[Placement], observation_ids: Sequence[int]) -> None:
    """Keep decisions, one a mention, and remember that these observations were looked at."""
    tx.insert_new(evidence, [{name: getattr(row, name) for name in _PLACEMENT_FIELDS} for row in placements])
    tx.insert_new(placed, [{"observation_id": id_} for id_ in observation_ids])


def keep_readings(tx: Tx, rows: Sequence[tuple[int, int, int]]) -> None:
    """(item, revision seq, observation): the effective reading of each item."""
    tx.upsert(
        readings,
        [{"item_id": item, "revision_seq": seq, "observation_id": observation} for item, seq, observation in rows],
    )


def former_readings(tx: Tx, item_ids: Sequence[int]) -> dict[int, Former]:
    """The effective reading of each of these items that has one."""
    found: dict[int, Former] = {}
    for part in chunks(sorted(set(item_ids))):
        rows = tx.c.execute(
            sa.select(readings.c.item_id, readings.c.observation_id, evidence.c.event_id, evidence.c.key)
            .outerjoin(
                evidence,
                sa.and_(evidence.c.observation_id == readings.c.observation_id, evidence.c.event_id.is_not(None)),
            )
            .where(readings.c.item_id.in_(part))
            .order_by(readings.c.item_id, evidence.c.k)
        )
        for item, observation, event, key in rows:
            pieces = found.setdefault(item, Former(observation, [])).pieces
            if event is not None:
                pieces.append((event, key))
    return found


def withdraw(tx: Tx, superseded: Mapping[int, datetime]) -> None:
    """Take observations out of the count from the instant at which their successors were known.

    The rows keep their roles: as of an earlier day they still count.
    """
    for observation, at in superseded.items():
        tx.c.execute(sa.update(evidence).where(evidence.c.observation_id == observation).values(superseded_at=at))


def forget_lane(tx: Tx, lane: str) -> None:
    """Empty one lane's derived rows, so that it can be placed again from truth."""
    column = observations.c.reference_row_id if lane == _REFERENCE else observations.c.revision_seq
    mine = sa.select(observations.c.id).where(column.is_not(None))
    tx.c.execute(sa.delete(placed).where(placed.c.observation_id.in_(mine)))
    tx.c.execute(sa.delete(readings).where(readings.c.observation_id.in_(mine)))
    tx.c.execute(sa.delete(evidence).where(evidence.c.lane == lane))
    tx.c.execute(sa.delete(events).where(events.c.lane == lane))
    if lane != _REFERENCE:
        keep_note(tx, _REACHED, "")
    bump(tx)
