"""Alarms: one row for every spell of deafness, with what became of its one mail."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from tracker.core.listening import Alarm
from tracker.store.engine import Tx
from tracker.store.listening import alarms

DEAF = "deaf"


def standing(tx: Tx) -> Alarm | None:
    """The spell that has not ended; None while the program hears."""
    row = tx.c.execute(
        sa.select(alarms).where(alarms.c.kind == DEAF, alarms.c.cleared_at.is_(None)).order_by(alarms.c.id.desc())
    ).first()
    return _alarm(row) if row is not None else None


def last_told_at(tx: Tx) -> datetime | None:
    """When an alarm was last handed to the mail server."""
    found: datetime | None = tx.c.scalar(sa.select(sa.func.max(alarms.c.mail_at)).where(alarms.c.kind == DEAF))
    return found


def raise_alarm(tx: Tx, detail: str, mail_state: str, at: datetime) -> None:
    tx.insert_new(
        alarms,
        [
            {
                "kind": DEAF,
                "raised_at": at,
                "cleared_at": None,
                "detail": detail,
                "mail_state": mail_state,
                "mail_at": None,
            }
        ],
    )


def clear(tx: Tx, at: datetime) -> None:
    """The spell has ended. A mail that never left is not sent any more."""
    tx.c.execute(sa.update(alarms).where(alarms.c.kind == DEAF, alarms.c.cleared_at.is_(None)).values(cleared_at=at))
    waits = sa.update(alarms).where(alarms.c.kind == DEAF, alarms.c.mail_state == "waiting")
    tx.c.execute(waits.values(mail_state="none"))


def claim(tx: Tx, alarm: int, at: datetime) -> bool:
    """Whether this process may mail the alarm: the first that asks gets it, once."""
    done = tx.c.execute(
        sa.update(alarms)
        .where(alarms.c.id == alarm, alarms.c.mail_state == "waiting")
        .values(mail_state="claimed", mail_at=at)
    )
    return bool(done.rowcount)


def settle(tx: Tx, alarm: int, state: str, at: datetime | None) -> None:
    """What became of the mail; "waiting" with no instant puts it back."""
    tx.c.execute(sa.update(alarms).where(alarms.c.id == alarm).values(mail_state=state, mail_at=at))


def _alarm(row: sa.Row[tuple[object, ...]]) -> Alarm:
    found = row._mapping
    return Alarm(
        found["id"], found["kind"], found["raised_at"], found["cleared_at"], found["detail"], found["mail_state"]
    )
