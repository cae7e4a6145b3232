"""Events, their evidence and the links between the lanes: what the timeline reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.core.events import Event, Evidence, withdrawn
from tracker.core.linking import Difference, Link
from tracker.store.engine import Tx, chunks
from tracker.store.pulse import bump
from tracker.store.schema import (
    event_forwards,
    events,
    evidence,
    links,
    mentions,
    observations,
    reference_rows,
    revisions,
)
from tracker.store.types import unpack_days

_REFERENCE = "reference"


def near(tx: Tx, lane: str, categories: Iterable[str], first: date, last: date) -> list[str]:
    """Ids of the lane's events of these categories whose day lies between two days."""
    rows = tx.c.execute(
        sa.select(events.c.id).where(
            events.c.lane == lane,
            events.c.category.in_(sorted(set(categories))),
            events.c.on_day >= first,
            events.c.on_day <= last,
        )
    )
    return [id_ for (id_,) in rows]


def keep_events(tx: Tx, assembled: Sequence[Event]) -> None:
    """Write events' derived fields as they now stand."""
    tx.upsert(
        events,
        [
            {
                "id": event.id,
                "lane": event.lane,
                "category": event.category,
                "subtype": event.subtype,
                "on_day": event.on,
                "first_on": event.first_on,
                "last_on": event.last_on,
                "zone": event.zone,
                "status": event.status,
                "p_occurred": event.p_occurred,
                "count": event.count,
                "unit": event.unit,
                "place": event.place,
                "wires": event.wires,
                "sources": list(event.sources),
                "title": event.title,
                "outcome": event.outcome,
                "known_at": event.known_at,
                "listed_p": event.listed_p,
                "primaries": list(event.primaries),
            }
            for event in assembled
        ],
    )


def _event(row: sa.RowMapping) -> Event:
    return Event(
        id=row["id"],
        lane=row["lane"],
        category=row["category"],
        subtype=row["subtype"],
        on=row["on_day"],
        first_on=row["first_on"],
        last_on=row["last_on"],
        zone=row["zone"],
        status=row["status"],
        p_occurred=row["p_occurred"],
        count=row["count"],
        unit=row["unit"],
        place=row["place"],
        wires=row["wires"],
        sources=tuple(row["sources"]),
        title=row["title"],
        known_at=row["known_at"],
        outcome=row["outcome"],
        listed_p=row["listed_p"],
        primaries=tuple(row["primaries"]),
    )


def all_events(tx: Tx, lane: str) -> list[Event]:
    """Every event of a lane as it now stands, in order of day, then id."""
    rows = tx.c.execute(sa.select(events).where(events.c.lane == lane).order_by(events.c.on_day, events.c.id))
    return [_event(row) for row in rows.mappings()]


def categories_of(tx: Tx, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in chunks(list(ids)):
        found.update(
            {id_: c for id_, c in tx.c.execute(sa.select(events.c.id, events.c.category).where(events.c.id.in_(part)))}
        )
    return found


def find(tx: Tx, id_: str) -> Event | None:
    """One event by id, following forwarding rows of merged ones; None when there is none."""
    for _ in range(20):
        row = tx.c.execute(sa.select(events).where(events.c.id == id_)).mappings().first()
        if row is not None:
            return _event(row)
        forward = tx.c.scalar(sa.select(event_forwards.c.new_id).where(event_forwards.c.old_id == id_))
        if forward is None:
            return None
        id_ = forward
    return None


def all_forwards(tx: Tx) -> dict[str, str]:
    """Where the id of every merged event leads, one step at a time."""
    return {row.old_id: row.new_id for row in tx.c.execute(sa.select(event_forwards))}


def evidence_of(tx: Tx, ids: Sequence[str], known_by: datetime | None = None) -> dict[str, list[Evidence]]:
    """The evidence of these events, in recorded order; only what was known by an instant when one is given."""
    found: dict[str, list[Evidence]] = {}
    for part in chunks(list(ids)):
        for row in _evidence_rows(tx, evidence.c.event_id.in_(part), known_by):
            found.setdefault(row.event_id, []).append(row)
    return found


def lane_evidence(tx: Tx, lane: str, known_by: datetime | None = None) -> dict[str, list[Evidence]]:
    """All evidence of a lane by event, in recorded order."""
    found: dict[str, list[Evidence]] = {}
    for row in _evidence_rows(tx, sa.and_(evidence.c.lane == lane, evidence.c.event_id.is_not(None)), known_by):
        found.setdefault(row.event_id, []).append(row)
    return found


def _evidence_rows(tx: Tx, where: Any, known_by: datetime | None) -> list[Evidence]:
    known = sa.func.coalesce(revisions.c.known_at, reference_rows.c.known_at)
    statement = (
        sa.select(
            evidence,
            mentions.c.days,
            mentions.c.zone,
            mentions.c.count,
            mentions.c.unit,
            mentions.c.places,
            revisions.c.publisher,
            revisions.c.publisher_kind,
            revisions.c.title,
            revisions.c.url,
            revisions.c.known_at,
            revisions.c.published_first_at,
            revisions.c.published_last_at,
            reference_rows.c.known_at.label("row_known_at"),
            reference_rows.c.body,
        )
        .select_from(evidence)
        .join(
            mentions,
            sa.and_(mentions.c.observation_id == evidence.c.observation_id, mentions.c.k == evidence.c.k),
        )
        .join(observations, observations.c.id == evidence.c.observation_id)
        .outerjoin(revisions, revisions.c.seq == observations.c.revision_seq)
        .outerjoin(reference_rows, reference_rows.c.id == observations.c.reference_row_id)
        .where(where)
        .order_by(revisions.c.seq, reference_rows.c.table_name, reference_rows.c.row_key, evidence.c.k)
    )
    if known_by is not None:
        statement = statement.where(known <= known_by)
    return [_piece(row, known_by) for row in tx.c.execute(statement).mappings()]


def _piece(row: sa.RowMapping, known_by: datetime | None) -> Evidence:
    body = row["body"] or {}
    gone = row["superseded_at"] is not None and (known_by is None or row["superseded_at"] <= known_by)
    places = row["places"] or []
    return Evidence(
        event_id=row["event_id"],
        key=row["key"],
        role=withdrawn(row["role"]) if gone else row["role"],
        wire=row["wire"],
        publisher=row["publisher"] if row["publisher"] is not None else body.get("citation_publisher", ""),
        publisher_kind=row["publisher_kind"] if row["publisher_kind"] is not None else _REFERENCE,
        known_at=row["known_at"] if row["known_at"] is not None else row["row_known_at"],
        p=row["p"],
        days=unpack_days(row["days"]) if row["dates"] else (),
        zone=row["zone"],
        subtype=row["subtype"],
        count=row["count"],
        unit=row["unit"],
        place=places[0] if places else "",
        title=row["title"] if row["title"] is not None else body.get("heading", ""),
        url=row["url"] if row["url"] is not None else body.get("citation_url", ""),
        score=row["score"],
        reason=row["reason"],
        outcome=body.get("outcome", ""),
        told=(row["published_first_at"], row["published_last_at"]) if row["published_last_at"] is not None else None,
    )


def keep_links(tx: Tx, found: Sequence[Link]) -> None:
    """Replace all links between the lanes."""
    bump(tx)
    tx.c.execute(sa.delete(links))
    tx.insert_new(
        links,
        [
            {
                "reference_id": link.reference,
                "news_id": link.news,
                "differences": [[d.field, d.news, d.reference] for d in link.differences],
            }
            for link in found
        ],
    )


def all_links(tx: Tx) -> list[Link]:
    rows = tx.c.execute(sa.select(links).order_by(links.c.reference_id))
    return [
        Link(row.news_id, row.reference_id, tuple(Difference(*fields) for fields in row.differences)) for row in rows
    ]
