"""Alert: tell an address of an event once, when it first qualifies, and never of the past."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tracker.core.alerts import Alert, Due, due
from tracker.core.changes import known_pieces
from tracker.core.digests import Line, line_of
from tracker.core.errors import TrackerError
from tracker.core.events import Event
from tracker.core.ports import Delivery, Postman
from tracker.core.words import Labels
from tracker.pipeline.send import RETRY_S, STALE_S
from tracker.store import alert_mails, events
from tracker.store.alert_mails import AlertClaim, AlertMail
from tracker.store.engine import Store
from tracker.store.mail import address_hash


class AlertLetters(Protocol):
    """Puts an alert into words, and addresses the words that were kept."""

    def alert(self, line: Line, alert: Alert, labels: Labels) -> tuple[str, str, str]:
        """Subject, HTML and plain text."""
        ...

    def alert_id(self, event: str, address: str) -> str:
        """The Message-ID: always the same for the event and the address."""
        ...

    def alert_message(self, mail: AlertMail, sent_at: datetime) -> bytes: ...


@dataclass(frozen=True, slots=True)
class AlertReport:
    """Alerts by what became of them in this turn."""

    accepted: int = 0
    refused: int = 0
    retried: int = 0
    unknown: int = 0


def alert(
    store: Store,
    alerts: Sequence[Alert],
    standing: Callable[[], Sequence[Event]],
    letters: Callable[[], AlertLetters],
    postman: Callable[[], Postman | None],
    labels: Labels,
    now: Callable[[], datetime],
) -> AlertReport:
    """Mail what is due now. The claim is kept before the server hears of the mail, so that a process killed in
    between leaves an unknown fate and never a second mail. Without a mail server nothing is claimed: an event
    that is still fresh when there is one is told then."""
    moment = now()
    with store.begin() as tx:
        unknown = alert_mails.give_up_stale(tx, moment - timedelta(seconds=STALE_S), moment)
    server = postman() if alerts else None
    if server is None:
        return AlertReport(unknown=unknown)
    totals = {"accepted": 0, "refused": 0, "retry": 0, "unknown": unknown}
    for claimed in _claims(store, alerts, standing, letters, labels, now):
        state = _deliver(store, claimed, letters(), server, now)
        totals[state] += 1
    return AlertReport(totals["accepted"], totals["refused"], totals["retry"], totals["unknown"])


def _claims(
    store: Store,
    alerts: Sequence[Alert],
    standing: Callable[[], Sequence[Event]],
    letters: Callable[[], AlertLetters],
    labels: Labels,
    now: Callable[[], datetime],
) -> Iterator[AlertClaim]:
    """One claim after another, those that wait for another try first; each in a transaction of its own, and each
    made only when the one before was settled."""
    addresses = {address_hash(each.address): each.address for each in alerts}
    with store.reading() as tx:
        again = alert_mails.waiting(tx, now())
    for id_ in again:
        with store.begin() as tx:
            claimed = alert_mails.claim_again(tx, id_, addresses, now())
        if claimed is not None:
            yield claimed
    for each in _untold(store, due(alerts, standing(), labels.taxonomy, now())):
        mail = _worded(store, each, letters(), labels, now())
        with store.begin() as tx:
            claimed = alert_mails.claim(tx, mail, now())
        if claimed is not None:
            yield claimed


def _untold(store: Store, wanted: Sequence[Due]) -> list[Due]:
    """Those of whom nobody was told yet, under this id, a member's, or that of an event merged into it."""
    with store.reading() as tx:
        forwards: Mapping[str, str] = events.all_forwards(tx) if wanted else {}
        names = {each.event.id: _names(each.event, forwards) for each in wanted}
        told = alert_mails.told(tx, [name for many in names.values() for name in many])
    return [
        each
        for each in wanted
        if not any((name, address_hash(each.alert.address)) in told for name in names[each.event.id])
    ]


def _names(event: Event, forwards: Mapping[str, str]) -> set[str]:
    names = {event.id, *event.members}
    while more := {old for old, new in forwards.items() if new in names} - names:
        names |= more
    return names


def _worded(store: Store, each: Due, letters: AlertLetters, labels: Labels, at: datetime) -> AlertMail:
    ids = [each.event.id, *each.event.members]
    with store.reading() as tx:
        evidence = events.evidence_of(tx, ids)
    line = line_of(each.event, known_pieces(each.event, evidence, at), labels)
    subject, html, text = letters.alert(line, each.alert, labels)
    address = each.alert.address
    return AlertMail(each.event.id, address, subject, html, text, letters.alert_id(each.event.id, address))


def _deliver(
    store: Store, claimed: AlertClaim, letters: AlertLetters, server: Postman, now: Callable[[], datetime]
) -> str:
    if not claimed.mail.address:
        delivery = Delivery("refused", "the address stands in config/alerts.toml no more")
    else:
        try:
            delivery = server.deliver(claimed.mail.address, letters.alert_message(claimed.mail, now()))
        except TrackerError as trouble:
            delivery = Delivery("refused", str(trouble))
    state, next_try = str(delivery.state), None
    if state == "retry":
        if claimed.attempts > len(RETRY_S):
            state = "refused"
        else:
            next_try = now() + timedelta(seconds=RETRY_S[claimed.attempts - 1])
    with store.begin() as tx:
        alert_mails.settle(tx, claimed.id, state, delivery.detail, now(), next_try)
    return state
