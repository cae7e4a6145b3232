"""Alerts: which events somebody wants to be told of at once, and which of them are fresh enough to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.days import day_of
from tracker.core.events import Event, Status
from tracker.core.taxonomy import Taxonomy
from tracker.core.words import Labels, listed_words, percent

FRESH = timedelta(hours=36)
"""An event is told at once or not at all: its first report became known within the last day, or within the night
before it where a server was down. An archive that is imported, or a table that is filled in, tells nobody."""

PAST_DAYS = 3
"""An event whose last possible day lies further back is old news, however fresh its first report is here: a feed
that is asked for the first time brings the entries of weeks. State media report a day late, and a weekend may lie
between."""

RANKS: dict[Status, int] = {"reported": 0, "corroborated": 1, "confirmed": 2}
"""How well attested an event is; a disputed or retracted one is on no step of this ladder and alerts nobody."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What one address wants to be told of: events of ``category`` (empty: any) and ``subtype`` (a subtype or a
    group; empty: any), at least ``p_min`` likely (0..1), attested at least as well as ``status``."""

    address: str
    p_min: float
    category: str = ""
    subtype: str = ""
    status: Status = "reported"

    def wants(self, event: Event, taxonomy: Taxonomy) -> bool:
        """Whether the event as it stands is one to be told of."""
        if not event.listed or event.p_occurred < self.p_min or event.status not in RANKS:
            return False
        if RANKS[event.status] < RANKS[self.status] or self.category not in ("", event.category):
            return False
        families = taxonomy.groups_of(event.category, event.subtype) | {event.subtype}
        return not self.subtype or self.subtype in families


@dataclass(frozen=True, slots=True)
class Due:
    """One event that one address is to be told of, with the rule that says so (the first, where several do)."""

    event: Event
    alert: Alert


def due(alerts: Sequence[Alert], events: Sequence[Event], taxonomy: Taxonomy, now: datetime) -> tuple[Due, ...]:
    """Who is to be told of what now, one entry an event and address, in order of becoming known, id and address.

    An event that became known earlier than ``FRESH`` before ``now``, or lies more than ``PAST_DAYS`` back, is told
    to nobody, however it stands. Whether an address was told before is not known here.
    """
    found: dict[tuple[str, str], Due] = {}
    for event in events:
        oldest = day_of(now, event.zone) - timedelta(days=PAST_DAYS)
        if event.known_at < now - FRESH or event.last_on < oldest:
            continue
        for alert in alerts:
            if alert.wants(event, taxonomy):
                found.setdefault((event.id, alert.address.lower()), Due(event, alert))
    return tuple(sorted(found.values(), key=lambda each: (each.event.known_at, each.event.id, each.alert.address)))


def asked_words(alert: Alert, labels: Labels) -> str:
    """What was asked for: "Missile test, short range; at least 80 % likely; corroborated or better"."""
    kind = labels.category(alert.category) if alert.category else "any kind of event"
    inner = labels.subtype(alert.category, alert.subtype) if alert.subtype else ""
    least = "" if alert.status == "reported" else f"{alert.status}{'' if alert.status == 'confirmed' else ' or better'}"
    parts = [", ".join(filter(None, (kind, inner))), f"at least {percent(alert.p_min)} likely", least]
    return listed_words([part for part in parts if part])
