"""Analysts' keys: their hashes, whom they name, and whether they still hold."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from tracker.core.keys import AnalystKey
from tracker.store.engine import Tx
from tracker.store.schema import analyst_keys


def _key(row: sa.Row[tuple[object, ...]]) -> AnalystKey:
    return AnalystKey(row.handle, row.analyst, row.key_hash, row.added_at, row.revoked_at)


def find(tx: Tx, handle: str) -> AnalystKey | None:
    """The key of that handle, revoked ones too."""
    row = tx.c.execute(sa.select(analyst_keys).where(analyst_keys.c.handle == handle)).one_or_none()
    return _key(row) if row is not None else None


def keep(tx: Tx, key: AnalystKey) -> bool:
    """Keep a new key; False when its handle is taken."""
    return tx.insert_one_new(
        analyst_keys,
        {
            "handle": key.handle,
            "analyst": key.analyst,
            "key_hash": key.key_hash,
            "added_at": key.added_at,
            "revoked_at": None,
        },
    )


def revoke(tx: Tx, handle: str, at: datetime) -> None:
    """From now on the key opens nothing; a key that was revoked keeps its time."""
    tx.c.execute(
        sa.update(analyst_keys)
        .where(analyst_keys.c.handle == handle, analyst_keys.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def every(tx: Tx) -> list[AnalystKey]:
    """All keys, oldest first."""
    return [_key(row) for row in tx.c.execute(sa.select(analyst_keys).order_by(analyst_keys.c.id))]
