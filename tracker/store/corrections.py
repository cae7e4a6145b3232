"""The journal of corrections: read whole, added to, never rewritten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from tracker.core.corrections import Correction, Withdraw, body_of, change_of
from tracker.store.engine import Tx, chunks
from tracker.store.schema import corrections, event_forwards, evidence


def journal(tx: Tx, known_by: datetime | None = None) -> tuple[Correction, ...]:
    """Every entry in the order in which it was made; only those made by an instant when one is given."""
    statement = sa.select(corrections).order_by(corrections.c.seq)
    if known_by is not None:
        statement = statement.where(corrections.c.recorded_at <= known_by)
    found = []
    for row in tx.c.execute(statement):
        targets, change = change_of(row.action, row.body)
        found.append(
            Correction(
                row.seq, row.recorded_at, row.author, row.reason, row.event_id, row.version_seen, targets, change
            )
        )
    return tuple(found)


def keep(tx: Tx, entry: Correction, follows: int) -> int | None:
    """Add an entry that was decided after the entry ``follows`` (0: the first); its number, or None when another
    was added meanwhile."""
    rows = tx.insert_new_returning(
        corrections,
        [
            {
                "event_id": entry.event,
                "action": entry.action,
                "body": body_of(entry.targets, entry.change),
                "version_seen": entry.seen,
                "author": entry.author,
                "reason": entry.reason,
                "withdraws": entry.change.seq if isinstance(entry.change, Withdraw) else None,
                "recorded_at": entry.at,
                "follows": follows,
            }
        ],
        ("seq",),
    )
    return int(rows[0][0]) if rows else None


def forwards(tx: Tx) -> dict[str, str]:
    """Where the ids lead that the machine itself gave up."""
    return {row.old_id: row.new_id for row in tx.c.execute(sa.select(event_forwards))}


def holders(tx: Tx, keys: Iterable[str]) -> dict[str, str]:
    """The event that holds each of these pieces of evidence now."""
    found: dict[str, str] = {}
    for part in chunks(sorted(set(keys))):
        rows = tx.c.execute(
            sa.select(evidence.c.key, evidence.c.event_id).where(
                evidence.c.key.in_(part), evidence.c.event_id.is_not(None)
            )
        )
        found.update({row.key: row.event_id for row in rows})
    return found
