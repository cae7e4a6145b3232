"""Comparisons: the wired answers that lay timelines beside each other, and the mails that follow from them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from tracker.core.changes import EventChange
from tracker.core.days import day_of
from tracker.core.discrepancies import Reconciliation
from tracker.core.ports import Clock
from tracker.core.shapes import AS_OF_ZONE
from tracker.core.timeline import Timeline, View
from tracker.pipeline.alert import AlertReport, alert
from tracker.pipeline.changes import changes, daily_changes
from tracker.pipeline.reconcile import reconciliation
from tracker.settings import Settings
from tracker.store import alert_mails
from tracker.store.alert_mails import AlertLine
from tracker.store.pulse import pulse
from tracker.workshops import Workshops

DailyChanges = Sequence[tuple[date, tuple[EventChange, ...]]]


class Comparisons(Workshops):
    """What changed, what disagrees, and who is to be told of it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__(settings, clock)
        self._recent: dict[View, tuple[tuple[object, ...], DailyChanges]] = {}

    @abstractmethod
    def timeline(self, view: View, as_of: datetime | None = None) -> Timeline:
        """The timeline, as it stands or as it was known at an instant."""

    def reconciliation(self, as_of: datetime | None = None) -> Reconciliation:
        """Where news, reference tables and public databases disagree."""
        beliefs = self.beliefs
        return reconciliation(
            self.store,
            self.timeline("news", as_of),
            self.timeline("reference", as_of),
            beliefs.references,
            beliefs.databases,
            beliefs.words.audible,
            beliefs.labels,
            beliefs.policy,
            as_of,
        )

    def changes(self, view: View, since: datetime, until: datetime) -> tuple[EventChange, ...]:
        """What changed on the timeline between two instants."""
        return changes(self.store, self.timeline(view, since), self.timeline(view, until), self.beliefs.labels)

    def present(self) -> datetime:
        return self.clock.now()

    def recent_changes(self, view: View, days: int) -> DailyChanges:
        """The changes of the last days, the newest day first; kept in memory until the record or the day moves."""
        now = self.clock.now()
        with self.store.reading() as tx:
            stamp = (*pulse(tx), day_of(now, AS_OF_ZONE), days)
        kept = self._recent.get(view)
        if kept is None or kept[0] != stamp:
            told = daily_changes(self.store, partial(self.timeline, view), now, days, AS_OF_ZONE, self.beliefs.labels)
            kept = self._recent[view] = stamp, told
        return kept[1]

    def alert(self) -> AlertReport:
        """Mail whoever asked to be told of the events that qualify now, once each."""
        return alert(
            self.store,
            self.beliefs.alerts,
            lambda: self.timeline("news").events,
            lambda: self.letters,
            lambda: self.postman,
            self.beliefs.labels,
            self.clock.now,
        )

    def alerted(self, most: int) -> list[AlertLine]:
        """The newest alerts that were mailed, and what became of them."""
        with self.store.reading() as tx:
            return alert_mails.newest(tx, most)
