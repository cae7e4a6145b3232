"""Analysts' own readings of items: what they said a text is about, kept beside the machine's."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from tracker.core.observations import Text
from tracker.core.review import Doubt, doubt
from tracker.store.engine import Tx
from tracker.store.items import published_of
from tracker.store.schema import mentions, observations, observers, revisions

ANALYST = "analyst"


@dataclass(frozen=True, slots=True)
class Answered:
    """A text and what an analyst said of it; ``mode`` is empty where it has no category."""

    text: Text
    tags: frozenset[str]
    mode: str
    author: str


def doubts(tx: Tx, observer_row: int, newest: int) -> list[Doubt]:
    """Of the newest items that concern the North: what this observer said of each that no analyst has read."""
    read_already = (
        sa.select(observations.c.revision_seq)
        .join(observers, observers.c.id == observations.c.observer_id)
        .where(observers.c.kind == ANALYST, observations.c.revision_seq.is_not(None))
    )
    rows = tx.c.execute(
        sa.select(revisions.c.seq, revisions.c.title, revisions.c.known_at, observations.c.p, observations.c.p_mode)
        .join(observations, observations.c.revision_seq == revisions.c.seq)
        .where(
            observations.c.observer_id == observer_row,
            observations.c.concerns,
            revisions.c.seq.not_in(read_already),
        )
        .order_by(revisions.c.seq.desc())
        .limit(newest)
    )
    return [
        Doubt(
            row.seq, row.title, row.known_at.date().isoformat(), row.p, row.p_mode, round(doubt(row.p, row.p_mode), 3)
        )
        for row in rows
    ]


def text_of(tx: Tx, seq: int) -> Text | None:
    """The text of a revision; None for an unknown one."""
    row = tx.c.execute(sa.select(revisions).where(revisions.c.seq == seq)).one_or_none()
    if row is None:
        return None
    return Text(row.title, row.summary, published_of(row), row.publisher_zone, row.lang, row.publisher)


def answered(tx: Tx) -> list[Answered]:
    """Everything analysts said of items, oldest first."""
    rows = tx.c.execute(
        sa.select(observations.c.id, observations.c.revision_seq, observers.c.name)
        .join(observers, observers.c.id == observations.c.observer_id)
        .where(observers.c.kind == ANALYST, observations.c.revision_seq.is_not(None))
        .order_by(observations.c.id)
    ).all()
    found = []
    for row in rows:
        text = text_of(tx, row.revision_seq)
        said = tx.c.execute(
            sa.select(mentions.c.category, mentions.c.mode).where(mentions.c.observation_id == row.id)
        ).all()
        if text is not None:
            mode = said[0].mode if said else ""
            found.append(Answered(text, frozenset(each.category for each in said), mode, row.name))
    return found
