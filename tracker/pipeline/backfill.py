"""Backfill: ask a dated archive for a span of days, slice by slice, and keep what it knows.

What a slice brought and that it is answered are written in one transaction, so a process that is killed asks at
most the slice in hand again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tracker.core.backfill import (
    FAILURES_IN_A_ROW,
    Answer,
    Decision,
    Done,
    Edition,
    Failed,
    Halt,
    Later,
    Slice,
    SliceState,
    Split,
    Thin,
    first_slices,
    judge,
    span_of_days,
)
from tracker.core.errands import Errand
from tracker.core.items import AHEAD_DAYS, Entry, Unreadable
from tracker.core.ports import Archivist, Clock
from tracker.core.publishers import Directory
from tracker.pipeline.archive import of_archive
from tracker.store import backfill as runs
from tracker.store import items
from tracker.store.backfill import RunKey, Tally
from tracker.store.engine import Store

LONG_WAIT_S = 30
"""A wait that a person at the terminal wonders about."""

log = logging.getLogger("tracker")


@dataclass(frozen=True, slots=True)
class Means:
    """What a backfill works with. ``draw`` gives a number 0..1 for the jitter of waits."""

    archivist: Archivist
    directory: Directory
    clock: Clock
    sleep: Callable[[float], None]
    draw: Callable[[], float]
    stopping: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Telling:
    """``errand`` is told once what is asked, ``covered`` the days of the span answered so far (of all editions
    together, so that the whole span is their end), ``words`` what a person should know meanwhile."""

    errand: Callable[[Errand], None] = lambda _: None
    covered: Callable[[float], None] = lambda _: None
    words: Callable[[str], None] = lambda _: None


@dataclass(slots=True)
class Count:
    """What one start did to one run; ``known`` records were there already, ``outside`` ones lie outside the slice
    that was asked for."""

    requests: int = 0
    records: int = 0
    added: int = 0
    quarantined: int = 0
    outside: int = 0

    @property
    def known(self) -> int:
        return self.records - self.added - self.quarantined


@dataclass(frozen=True, slots=True)
class RunReport:
    """One query's run. ``stopped`` is why it ended before its end ("" when it did not), ``reason`` in words."""

    key: RunKey
    count: Count
    tally: Tally
    stopped: str
    reason: str

    @property
    def complete(self) -> bool:
        return self.tally.open == 0 and self.tally.failed == 0


def backfill(store: Store, errand: Errand, means: Means, told: Telling) -> tuple[RunReport, ...]:
    """Ask each edition for the errand's days; goes on where an earlier start of the same query and span stopped.
    One run that has to stop stops those behind it."""
    archive, since_on, until_on = errand.archive, errand.since_on, errand.until_on
    told.errand(errand)
    slices = first_slices(*span_of_days(since_on, until_on), archive.longest_s)
    reports: list[RunReport] = []
    stopped = reason = ""
    before_s = 0.0
    for edition in errand.editions:
        key = RunKey(archive.id, edition.lang, edition.query, since_on, until_on)
        with store.begin() as tx:
            number = runs.open_run(tx, key, slices, means.clock.now())
        run = _Run(store, errand, edition, number, means, told, before_s)
        if not stopped:
            stopped, reason = run.go()
        with store.reading() as tx:
            standing = runs.tally(tx, number)
        before_s += standing.covered_s
        own = stopped if standing.open or standing.failed else ""
        reports.append(RunReport(key, run.count, standing, own, reason if own else ""))
    log.info(
        "backfill %s: %d requests, %d added, %d slices left",
        archive.id,
        sum(each.count.requests for each in reports),
        sum(each.count.added for each in reports),
        sum(each.tally.open + each.tally.failed for each in reports),
    )
    return tuple(reports)


class _Run:
    """One run in hand: its number in the store, and what this start has done."""

    def __init__(
        self,
        store: Store,
        errand: Errand,
        edition: Edition,
        number: int,
        means: Means,
        told: Telling,
        before_s: float,
    ) -> None:
        self.store, self.archive, self.edition, self.number = store, errand.archive, edition, number
        self.means, self.told = means, told
        self.count = Count()
        self._day_s = 86_400 * len(errand.editions)
        self._before_s = before_s
        self._failures = 0

    def go(self) -> tuple[str, str]:
        """Slice after slice until none is left; returns why it stopped before, and the reason in words."""
        with self.store.reading() as tx:
            covered_s = self._before_s + runs.tally(tx, self.number).covered_s
            answered = runs.answered(tx, self.number)
        self.told.covered(covered_s / self._day_s)
        while not self.means.stopping():
            with self.store.reading() as tx:
                slice_ = runs.next_open(tx, self.number)
            if slice_ is None:
                break
            if not self._may_ask(slice_):
                return "budget", self._spent()
            if self.means.stopping():
                break
            answer = self.means.archivist.ask(self.archive, self.edition, slice_)
            decision = judge(slice_, answer, self.archive, answered, self.means.draw())
            if isinstance(decision, Halt):
                self._put_off(slice_, 0.0, decision.reason)
                return decision.why, decision.reason
            self._keep(slice_, answer, decision)
            answered = answered or isinstance(decision, Done | Split | Thin)
            covered_s += slice_.length_s if isinstance(decision, Done | Thin) else 0
            self.told.covered(covered_s / self._day_s)
            if self._failures >= FAILURES_IN_A_ROW and isinstance(decision, Failed):
                return "broken", f"{FAILURES_IN_A_ROW} slices in a row could not be read; the last: {decision.reason}"
        with self.store.begin() as tx:
            complete = runs.finish_run(tx, self.number, self.means.clock.now())
        if complete:
            return "", ""
        if self.means.stopping():
            return "stopped", "told to stop; the same command goes on from here"
        return "failed", "some slices could not be read; the same command tries them again"

    def _may_ask(self, slice_: Slice) -> bool:
        """Wait until the slice's time has come and the archive may be asked; False when its budget is spent."""
        longest_s = self.archive.longest_wait_s * 2.0
        if slice_.next_try_at is not None:
            self._pause(min((slice_.next_try_at - self.means.clock.now()).total_seconds(), longest_s))
        while not self.means.stopping():
            archive = self.archive
            with self.store.begin() as tx:
                leave = runs.take_leave(
                    tx, archive.id, self.means.clock.now(), archive.spacing_s, archive.requests_per_day
                )
            if leave.spent:
                return False
            if leave.wait_s <= 0:
                self.count.requests += 1
                return True
            self._pause(leave.wait_s)
        return True

    def _pause(self, seconds: float) -> None:
        while seconds > 0 and not self.means.stopping():
            part = min(seconds, 1.0)
            self.means.sleep(part)
            seconds -= part

    def _spent(self) -> str:
        most = self.archive.requests_per_day
        return f"today's {most} requests to {self.archive.title} are used up; give the same command tomorrow (UTC)"

    def _put_off(self, slice_: Slice, wait_s: float, reason: str) -> None:
        with self.store.begin() as tx:
            runs.put_off(tx, self.number, slice_, self.means.clock.now() + timedelta(seconds=wait_s), reason)

    def _keep(self, slice_: Slice, answer: Answer, decision: Decision) -> None:
        match decision:
            case Later(wait_s, reason):
                self._put_off(slice_, wait_s, reason)
                if wait_s >= LONG_WAIT_S:
                    self.told.words(f"{reason}; waiting {wait_s:.0f} s")
            case Failed(reason):
                self._failures += 1
                self.told.words(reason)
                with self.store.begin() as tx:
                    runs.close_slice(tx, self.number, slice_, "failed", self.means.clock.now(), detail=reason)
            case Split(halves):
                # Nothing of a cut-off answer is kept: its halves bring the same texts, each from one answer only.
                self._failures = 0
                with self.store.begin() as tx:
                    now = self.means.clock.now()
                    runs.close_slice(tx, self.number, slice_, "split", now, records=answer.records, halves=halves)
            case Thin(reason):
                self.told.words(reason)
                self._save(slice_, answer, "thin", reason)
            case Done():
                self._save(slice_, answer, "done", "")

    def _save(self, slice_: Slice, answer: Answer, state: SliceState, detail: str) -> None:
        now, number = self.means.clock.now(), self.number
        entries, aside = _sorted_out(answer, now)
        batch = [of_archive(entry, self.means.directory, now) for entry in entries]
        with self.store.begin() as tx:
            saved = items.save(tx, batch, now)
            items.quarantine_rows(tx, f"backfill {self.archive.id}", aside, now)
            runs.close_slice(tx, number, slice_, state, now, records=answer.records, added=saved.added, detail=detail)
        self._failures = 0
        self.count.records += answer.records
        self.count.added += saved.added
        self.count.quarantined += len(aside)
        self.count.outside += sum(entry.published.first_at not in slice_ for entry in entries)


def _sorted_out(answer: Answer, now: datetime) -> tuple[list[Entry], list[Unreadable]]:
    """The entries that can be kept, and what cannot: a text dated ahead of us is a mistake of the archive."""
    limit = now + timedelta(days=AHEAD_DAYS)
    entries: list[Entry] = []
    aside = [replace(each, line=0) for each in answer.unreadable]
    for entry in answer.entries:
        stamp = entry.published.first_at
        if stamp is not None and stamp > limit:
            excerpt = f"{entry.title[:150]} {entry.url[:150]}"
            aside.append(Unreadable(0, f"the date {entry.published.raw[:60]!r} lies ahead of us", excerpt))
        else:
            entries.append(entry)
    return entries, aside
