"""Send: make the issue whose cut-off has just passed, keep it, and deliver each copy at most once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from tracker.core.days import day_of
from tracker.core.digests import Digest, Issue, window
from tracker.core.errors import TrackerError
from tracker.core.ports import Delivery, Postman
from tracker.store import mail, verdicts
from tracker.store.engine import Store
from tracker.store.mail import StoredIssue

CATCH_UP_DAYS = 1
"""An issue is made for the newest closed day and, after a pause, at most one day before it."""

RETRY_S = (300, 900, 3600, 4 * 3600, 12 * 3600)
"""Waits before a copy that the server did not take is tried again; after the last it is shown as refused."""

STALE_S = 15 * 60
"""A copy claimed for longer than this belongs to a process that died: its fate is unknown, it is not resent."""


BEGAN = "record began at"


class Letters(Protocol):
    """Puts an issue into words for a reader, and addresses the words that were kept."""

    def print(self, issue: Issue) -> tuple[str, str, str, dict[str, Any]]:
        """Subject, HTML, plain text, and the same as data."""
        ...

    def message_id(self, issue: StoredIssue, address: str) -> str: ...

    def message(self, issue: StoredIssue, address: str, sent_at: datetime) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SendReport:
    """Issues made, and copies by what became of them."""

    made: int
    accepted: int
    refused: int
    retried: int
    unknown: int


def begin_record(store: Store, now: datetime) -> None:
    """Remember when this record began, once."""
    with store.begin() as tx:
        if not verdicts.note(tx, BEGAN):
            verdicts.keep_note(tx, BEGAN, now.isoformat())


def record_began(store: Store) -> datetime | None:
    """When this record began; None before ``begin_record``."""
    with store.reading() as tx:
        began = verdicts.note(tx, BEGAN)
    return datetime.fromisoformat(began) if began else None


def due_days(digest: Digest, now: datetime) -> list[date]:
    """The days whose issue has closed and may still be made: the newest, and at most one before it."""
    newest = day_of(now, digest.zone)
    while window(digest, newest)[1] > now:
        newest -= timedelta(days=1)
    return [newest - timedelta(days=back) for back in range(CATCH_UP_DAYS, -1, -1)]


def make_issue(store: Store, digest: Digest, issue: Issue, letters: Letters, now: datetime) -> StoredIssue:
    """Render an issue and keep it; the one that was kept first stands."""
    subject, html, text, document = letters.print(issue)
    stored = StoredIssue(0, digest.id, issue.day, subject, html, text, document, issue.cutoff_at)
    with store.begin() as tx:
        return mail.keep_issue(tx, stored, now)


def send(
    store: Store,
    digests: Sequence[Digest],
    compose: Callable[[Digest, date], Issue],
    letters: Letters,
    postman: Postman | None,
    now: Callable[[], datetime],
    started_on: datetime | None,
) -> SendReport:
    """Make what is due and deliver what is open. ``started_on`` is when this record began: nothing is made of
    days before it, so that a fresh database or an imported archive mails nobody about the past."""
    made = 0
    totals = {"accepted": 0, "refused": 0, "retry": 0, "unknown": 0}
    moment = now()
    with store.begin() as tx:
        totals["unknown"] += mail.give_up_stale(tx, moment - timedelta(seconds=STALE_S), moment)
    for digest in digests:
        days = due_days(digest, moment)
        with store.begin() as tx:
            totals["refused"] += mail.expire(tx, min(days), moment)
        for day in days:
            if started_on is None or window(digest, day)[1] <= started_on:
                continue
            with store.reading() as tx:
                issue = mail.find_issue(tx, digest.id, day)
            if issue is None:
                issue = make_issue(store, digest, compose(digest, day), letters, now())
                made += 1
            if postman is not None:
                for state, count in deliver(store, issue, letters, postman, now).items():
                    totals[state] += count
    return SendReport(made, totals["accepted"], totals["refused"], totals["retry"], totals["unknown"])


def deliver(
    store: Store, issue: StoredIssue, letters: Letters, postman: Postman, now: Callable[[], datetime]
) -> dict[str, int]:
    """Hand every open copy of an issue to the mail server; copies by what became of them.

    The claim is kept before the server hears of the copy, so that a process killed in between leaves an
    unknown fate and never a second mail.
    """
    totals: dict[str, int] = {}
    with store.reading() as tx:
        waiting = mail.open_copies(tx, issue, now())
    for subscriber, address in waiting:
        message_id = letters.message_id(issue, address)
        with store.begin() as tx:
            claim = mail.claim(tx, issue.id, subscriber, message_id, now())
        if claim is None:
            continue
        delivery = _handed_over(issue, claim.address, letters, postman, now())
        state, next_try = delivery.state, None
        if state == "retry":
            if claim.attempts > len(RETRY_S):
                state = "refused"
            else:
                next_try = now() + timedelta(seconds=RETRY_S[claim.attempts - 1])
        with store.begin() as tx:
            mail.settle(tx, claim.delivery, state, delivery.detail, now(), next_try)
        totals[state] = totals.get(state, 0) + 1
    return totals


def _handed_over(issue: StoredIssue, address: str, letters: Letters, postman: Postman, at: datetime) -> Delivery:
    """What became of one copy; an address that cannot be used costs that copy and no other."""
    try:
        return postman.deliver(address, letters.message(issue, address, at))
    except TrackerError as trouble:
        return Delivery("refused", str(trouble))
