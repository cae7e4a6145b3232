"""Alerts that were mailed: the unique row of an event and an address is the claim, so nobody is told twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.store.alert_tables import alert_mails
from tracker.store.engine import Tx, chunks
from tracker.store.mail import address_hash


@dataclass(frozen=True, slots=True)
class AlertMail:
    """One alert as it was put into words; its words never change afterwards. ``address`` is empty where nobody
    in the config has it any more: only its hash is kept."""

    event: str
    address: str
    subject: str
    html: str
    text: str
    message_id: str


@dataclass(frozen=True, slots=True)
class AlertClaim:
    """An alert that this process may hand to the mail server now."""

    id: int
    mail: AlertMail
    attempts: int


def told(tx: Tx, events: Sequence[str]) -> set[tuple[str, str]]:
    """(event, hash of the address) of the alerts there are of these events, whatever became of them."""
    found: set[tuple[str, str]] = set()
    for part in chunks(sorted(set(events))):
        rows = tx.c.execute(
            sa.select(alert_mails.c.event_id, alert_mails.c.address_hash).where(alert_mails.c.event_id.in_(part))
        )
        found |= {(row.event_id, row.address_hash) for row in rows}
    return found


def claim(tx: Tx, mail: AlertMail, now: datetime) -> AlertClaim | None:
    """Claim an alert nobody was told before; None when another process was first."""
    key = {"event_id": mail.event, "address_hash": address_hash(mail.address)}
    words = {"subject": mail.subject, "html": mail.html, "text": mail.text, "message_id": mail.message_id}
    state = {"state": "claimed", "attempts": 1, "detail": "", "claimed_at": now}
    if not tx.insert_one_new(alert_mails, {**key, **words, **state}):
        return None
    return AlertClaim(int(tx.c.execute(sa.select(alert_mails.c.id).filter_by(**key)).scalar_one()), mail, 1)


def waiting(tx: Tx, now: datetime) -> list[int]:
    """Alerts that a server did not take and that are due again."""
    rows = tx.c.execute(
        sa.select(alert_mails.c.id)
        .where(alert_mails.c.state == "retry", alert_mails.c.next_try_at <= now)
        .order_by(alert_mails.c.id)
    )
    return [id_ for (id_,) in rows]


def claim_again(tx: Tx, id_: int, addresses: Mapping[str, str], now: datetime) -> AlertClaim | None:
    """Claim one that is due again; None when another process has it. ``addresses`` leads from a hash to the
    address that the config has now."""
    taken = tx.c.execute(
        sa.update(alert_mails)
        .where(alert_mails.c.id == id_, alert_mails.c.state == "retry", alert_mails.c.next_try_at <= now)
        .values(state="claimed", claimed_at=now, attempts=alert_mails.c.attempts + 1)
    )
    if taken.rowcount == 0:
        return None
    row = tx.c.execute(sa.select(alert_mails).where(alert_mails.c.id == id_)).one()
    address = addresses.get(row.address_hash, "")
    mail = AlertMail(row.event_id, address, row.subject, row.html, row.text, row.message_id)
    return AlertClaim(id_, mail, row.attempts)


def settle(tx: Tx, id_: int, state: str, detail: str, now: datetime, next_try_at: datetime | None) -> None:
    """Write what became of a claimed alert."""
    tx.c.execute(
        sa.update(alert_mails)
        .where(alert_mails.c.id == id_, alert_mails.c.state == "claimed")
        .values(state=state, detail=detail[:500], finished_at=now, next_try_at=next_try_at)
    )


def give_up_stale(tx: Tx, before: datetime, now: datetime) -> int:
    """Alerts claimed by a process that died before it could say what became of them: unknown, never resent."""
    changed = tx.c.execute(
        sa.update(alert_mails)
        .where(alert_mails.c.state == "claimed", alert_mails.c.claimed_at < before)
        .values(state="unknown", detail="the program stopped while this mail was on its way", finished_at=now)
    )
    return changed.rowcount


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert for the operator's list."""

    event: str
    address_hash: str
    subject: str
    state: str
    detail: str
    attempts: int
    claimed_at: datetime


def newest(tx: Tx, most: int) -> list[AlertLine]:
    """The newest alerts and what became of them."""
    rows = tx.c.execute(sa.select(alert_mails).order_by(alert_mails.c.id.desc()).limit(most))
    return [
        AlertLine(row.event_id, row.address_hash, row.subject, row.state, row.detail, row.attempts, row.claimed_at)
        for row in rows
    ]
