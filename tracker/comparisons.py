"""Comparisons: the wired answers that lay timelines beside each other, and the mails that follow from them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from threading import Lock

from tracker.core.changes import EventChange
from tracker.core.claim_histories import DAY_ZONE, History, usual_days
from tracker.core.days import DateSpan, day_of
from tracker.core.discrepancies import Reconciliation
from tracker.core.histories import Entry, entries_of
from tracker.core.ports import Clock
from tracker.core.shapes import AS_OF_ZONE
from tracker.core.timeline import Timeline, View
from tracker.pipeline.alert import AlertReport, alert
from tracker.pipeline.changes import changes, daily_changes
from tracker.pipeline.histories import told
from tracker.pipeline.reconcile import reconciliation
from tracker.settings import Settings
from tracker.store import alert_mails, corrections
from tracker.store.alert_mails import AlertLine
from tracker.store.pulse import pulse
from tracker.workshops import Workshops

HISTORIES_KEPT = 256
"""Histories kept in memory, some 60 kB each: every claim shipped under every view, twice over."""

DailyChanges = Sequence[tuple[date, tuple[EventChange, ...]]]


class Comparisons(Workshops):
    """What changed, what disagrees, and who is to be told of it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__(settings, clock)
        self._recent: dict[View, tuple[tuple[object, ...], DailyChanges]] = {}
        self._histories: dict[tuple[View, str], tuple[tuple[object, ...], tuple[History, ...]]] = {}
        self._history_lock = Lock()

    def forget(self) -> None:
        """Let go of what was kept in memory, since the config is another."""
        self._recent.clear()
        with self._history_lock:
            self._histories.clear()

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

    def histories(
        self, view: View, wanted: Sequence[str] = (), first: date | None = None, last: date | None = None
    ) -> tuple[History, ...]:
        """How claims stood on every day, by id or ref (none named: all); from the document's day on unless told."""
        beliefs = self.beliefs
        claims = [each for each in beliefs.forecasts if not wanted or each.id in wanted or each.ref in wanted]
        today = day_of(self.clock.now(), DAY_ZONE)
        usual = usual_days(claims, today)
        begin = min(first or min(usual.first, last or usual.first), today)  # of days to come nothing is known
        days = DateSpan(begin, max(begin, min(last or max(usual.last, first or usual.last), today)))
        return told(self.store, self.docket, claims, beliefs.taxonomy, beliefs.policy, view, days)

    def history(self, view: View, claim: str) -> tuple[History, ...]:
        """How one claim (by id) stood on each of its usual days; empty for an unknown one.

        Kept in memory until the record or the day moves, and made for one asker at a time: however many pages are
        asked for, a history costs its half second once.
        """
        if all(each.id != claim for each in self.beliefs.forecasts):
            return ()
        with self._history_lock:
            with self.store.reading() as tx:
                stamp = (*pulse(tx), day_of(self.clock.now(), DAY_ZONE))
            kept = self._histories.get((view, claim))
            if kept is None or kept[0] != stamp:
                while len(self._histories) >= HISTORIES_KEPT:
                    self._histories.pop(next(iter(self._histories)))
                kept = self._histories[view, claim] = stamp, self.histories(view, [claim])
            return kept[1]

    def lost_corrections(self) -> tuple[Entry, ...]:
        """The corrections that stand and no longer apply (their event is gone, or two that were merged are one), with
        why; costs nothing while nobody has corrected anything."""
        with self.store.reading() as tx:
            journal = corrections.journal(tx)
        if not journal:
            return ()
        told = entries_of(journal, self.timeline("all").overlay.not_applied)
        return tuple(entry for entry in told if entry.not_applied)

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
