"""Digest issues, subscribers and deliveries: one row per (issue, subscriber), so that nobody is mailed twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from tracker.store.engine import Tx
from tracker.store.schema import deliveries, issues, subscribers

SubscriberState = Literal["pending", "confirmed", "removed"]


@dataclass(frozen=True, slots=True)
class StoredIssue:
    """An issue as it was composed; its words never change afterwards."""

    id: int
    digest: str
    day: date
    subject: str
    html: str
    text: str
    document: Mapping[str, Any]
    cutoff_at: datetime


@dataclass(frozen=True, slots=True)
class Subscriber:
    """``address`` is None once she left; the row stays so that the same address is recognised."""

    id: int
    address: str | None
    state: SubscriberState
    added_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A copy that this process may hand to the mail server now."""

    delivery: int
    address: str
    subscriber: int
    attempts: int
    message_id: str


def address_hash(address: str) -> str:
    """The key of an address: the same for the ways in which one mailbox is usually written."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def find_issue(tx: Tx, digest: str, day: date) -> StoredIssue | None:
    row = tx.c.execute(sa.select(issues).where(issues.c.digest == digest, issues.c.day == day)).first()
    if row is None:
        return None
    return StoredIssue(row.id, row.digest, row.day, row.subject, row.html, row.text, row.document, row.cutoff_at)


def keep_issue(tx: Tx, issue: StoredIssue, recorded_at: datetime) -> StoredIssue:
    """Keep an issue unless the (digest, day) has one; returns the one that stands."""
    tx.insert_one_new(
        issues,
        {
            "digest": issue.digest,
            "day": issue.day,
            "subject": issue.subject,
            "html": issue.html,
            "text": issue.text,
            "document": dict(issue.document),
            "cutoff_at": issue.cutoff_at,
            "recorded_at": recorded_at,
        },
    )
    kept = find_issue(tx, issue.digest, issue.day)
    if kept is None:
        raise LookupError(f"issue {issue.digest} of {issue.day} was not kept")
    return kept


def subscriber(tx: Tx, address: str) -> Subscriber | None:
    row = tx.c.execute(sa.select(subscribers).where(subscribers.c.address_hash == address_hash(address))).first()
    return None if row is None else Subscriber(row.id, row.address, row.state, row.added_at, row.confirmed_at)


def all_subscribers(tx: Tx) -> list[Subscriber]:
    rows = tx.c.execute(sa.select(subscribers).order_by(subscribers.c.id))
    return [Subscriber(row.id, row.address, row.state, row.added_at, row.confirmed_at) for row in rows]


def keep_subscriber(tx: Tx, address: str, state: SubscriberState, now: datetime) -> None:
    """Add, confirm or remove. Removing erases the address; only its hash stays."""
    key = address_hash(address)
    tx.insert_one_new(
        subscribers, {"address_hash": key, "address": address.strip(), "state": "pending", "added_at": now}
    )
    values: dict[str, Any] = {"state": state, "address": address.strip()}
    if state == "confirmed":
        values["confirmed_at"] = now
    if state == "removed":
        values |= {"address": None, "removed_at": now}
    tx.c.execute(sa.update(subscribers).where(subscribers.c.address_hash == key).values(**values))


def open_copies(tx: Tx, issue: StoredIssue, now: datetime) -> list[tuple[int, str]]:
    """(subscriber, address) of confirmed subscribers whose copy of the issue was never tried or is due again."""
    waiting = sa.and_(deliveries.c.issue_id == issue.id, deliveries.c.subscriber_id == subscribers.c.id)
    rows = tx.c.execute(
        sa.select(subscribers.c.id, subscribers.c.address)
        .outerjoin(deliveries, waiting)
        .where(
            subscribers.c.state == "confirmed",
            subscribers.c.address.is_not(None),
            # Who confirms gets the next issue, not those that closed before.
            subscribers.c.confirmed_at <= issue.cutoff_at,
            sa.or_(
                deliveries.c.id.is_(None),
                sa.and_(deliveries.c.state == "retry", deliveries.c.next_try_at <= now),
            ),
        )
        .order_by(subscribers.c.id)
    )
    return [(id_, address) for id_, address in rows]


def claim(tx: Tx, issue_id: int, subscriber_id: int, message_id: str, now: datetime) -> Claim | None:
    """Claim one copy before it is handed over; None when another process has it or it is done."""
    key = {"issue_id": issue_id, "subscriber_id": subscriber_id}
    fresh = tx.insert_one_new(
        deliveries,
        {**key, "state": "claimed", "attempts": 1, "message_id": message_id, "detail": "", "claimed_at": now},
    )
    where = [deliveries.c.issue_id == issue_id, deliveries.c.subscriber_id == subscriber_id]
    if not fresh:
        again = tx.c.execute(
            sa.update(deliveries)
            .where(*where, deliveries.c.state == "retry", deliveries.c.next_try_at <= now)
            .values(state="claimed", claimed_at=now, attempts=deliveries.c.attempts + 1)
        )
        if again.rowcount == 0:
            return None
    row = tx.c.execute(
        sa.select(deliveries, subscribers.c.address)
        .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
        .where(*where)
    ).one()
    if row.address is None:  # she left between the question and the claim
        settle(tx, row.id, "refused", "the subscriber has left", now, None)
        return None
    return Claim(row.id, row.address, subscriber_id, row.attempts, row.message_id)


def settle(tx: Tx, delivery: int, state: str, detail: str, now: datetime, next_try_at: datetime | None) -> None:
    """Write what became of a claimed copy."""
    tx.c.execute(
        sa.update(deliveries)
        .where(deliveries.c.id == delivery, deliveries.c.state == "claimed")
        .values(state=state, detail=detail[:500], finished_at=now, next_try_at=next_try_at)
    )


def give_up_stale(tx: Tx, before: datetime, now: datetime) -> int:
    """Copies claimed by a process that died before it could say what became of them: unknown, never resent."""
    changed = tx.c.execute(
        sa.update(deliveries)
        .where(deliveries.c.state == "claimed", deliveries.c.claimed_at < before)
        .values(state="unknown", detail="the program stopped while this copy was on its way", finished_at=now)
    )
    return changed.rowcount


def delivery_counts(tx: Tx) -> dict[str, int]:
    """Copies by state, over all issues."""
    return {
        state: n
        for state, n in tx.c.execute(sa.select(deliveries.c.state, sa.func.count()).group_by(deliveries.c.state))
    }


def expire(tx: Tx, before: date, now: datetime) -> int:
    """Copies of issues of earlier days that no server ever took: yesterday's news is not sent late."""
    old = sa.select(issues.c.id).where(issues.c.day < before)
    changed = tx.c.execute(
        sa.update(deliveries)
        .where(deliveries.c.state == "retry", deliveries.c.issue_id.in_(old))
        .values(state="refused", detail=deliveries.c.detail + " (given up: the issue is too old)", finished_at=now)
    )
    return changed.rowcount
