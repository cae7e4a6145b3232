"""A backfill as a whole, against an archive in memory and a real database: what it keeps, and where it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from archives_world import DAY_S, FEED, LIST, START, Shelf, text, year
from river import ROOT, StillClock

from tracker.core.backfill import Answer, Archive, Edition, Slice
from tracker.core.days import Published
from tracker.core.errands import Errand
from tracker.core.items import Entry, Unreadable
from tracker.core.ports import Archivist
from tracker.core.publishers import Directory, Publisher
from tracker.pipeline.backfill import Means, RunReport, Telling, backfill
from tracker.store.archive_tables import backfill_requests, backfill_runs, backfill_slices
from tracker.store.engine import Store
from tracker.store.schema import items, quarantine, revisions
from tracker.store.versions import upgrade

DAYS = 9
WIRE = Publisher("wire", "A Wire", "agency", "Europe/London", ("reuters.com",), "en")
DIRECTORY = Directory({"reuters.com": WIRE}, {"a wire": WIRE})


class KilledError(BaseException):
    """Stands for kill -9 in this process: nothing catches it."""


class Wall:
    """A clock that a sleep moves on, and what was slept."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.pass_(seconds=seconds)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    upgrade(made, ROOT / "migrations")
    yield made
    made.close()


@pytest.fixture
def wall() -> Wall:
    return Wall()


Ask = Callable[..., RunReport]


@pytest.fixture
def ask(store: Store, wall: Wall) -> Ask:
    def asked(archivist: Archivist, archive: Archive = LIST, **telling: Callable[..., None]) -> RunReport:
        errand = Errand(archive, archive.editions[:1], date(2017, 1, 1), date(2017, 1, DAYS))
        means = Means(archivist, DIRECTORY, wall.clock, wall.sleep, lambda: 0.0)
        (report,) = backfill(store, errand, means, Telling(**telling))
        return report

    return asked


def column(store: Store, wanted: sa.Column[str]) -> list[object]:
    with store.reading() as tx:
        return list(tx.c.scalars(sa.select(wanted).order_by(wanted)))


def test_every_text_is_kept_once_with_the_instant_it_was_known(store: Store, ask: Ask) -> None:
    entries = year(400, DAYS)
    shelf = Shelf(entries)
    report = ask(shelf)
    assert (report.complete, report.stopped, report.tally.thin) == (True, "", 0)
    assert (report.count.added, report.count.known, report.count.quarantined) == (400, 0, 0)
    assert report.count.records == 400
    assert report.count.requests == len(shelf.asked) == len(set(shelf.asked))
    assert column(store, revisions.c.url) == sorted(entry.url for entry in entries)
    with store.reading() as tx:
        rows = tx.c.execute(
            sa.select(revisions.c.known_at, revisions.c.published_first_at, revisions.c.publisher)
        ).all()
        kinds = set(tx.c.scalars(sa.select(items.c.origin_kind)))
    assert all(known_at == published for known_at, published, _ in rows)
    assert ({publisher for _, _, publisher in rows}, kinds) == ({"wire"}, {"archive"})


def test_a_second_start_asks_nothing_and_another_span_adds_nothing_known(store: Store, ask: Ask, wall: Wall) -> None:
    shelf = Shelf(year(60, DAYS))
    ask(shelf)
    again = ask(shelf2 := Shelf(year(60, DAYS)))
    assert (again.complete, again.count.requests, again.count.added, shelf2.asked) == (True, 0, 0, [])
    means = Means(shelf2, DIRECTORY, wall.clock, wall.sleep, lambda: 0.0)
    wider = Errand(LIST, LIST.editions, date(2016, 12, 30), date(2017, 1, DAYS))
    (report,) = backfill(store, wider, means, Telling())
    assert (report.count.added, report.count.known, report.count.records) == (0, 60, 60)


@pytest.mark.parametrize("after", [1, 2, 7, 20, 33])
def test_a_killed_start_goes_on_where_it_was(store: Store, ask: Ask, after: int) -> None:
    entries = year(400, DAYS)

    class Dying(Shelf):
        def ask(self, archive: Archive, edition: Edition, slice_: Slice) -> Answer:
            if len(self.asked) == after:
                raise KilledError
            return super().ask(archive, edition, slice_)

    with pytest.raises(KilledError):
        ask(first := Dying(entries))
    report = ask(second := Shelf(entries))
    assert report.complete
    assert column(store, revisions.c.url) == sorted(entry.url for entry in entries)
    assert not set(first.asked) & set(second.asked)


def test_texts_and_the_end_of_their_slice_are_one_transaction(
    store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> bool:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr("tracker.store.backfill.close_slice", dies)
        with pytest.raises(KilledError):
            ask(Shelf([text(1, START)]))
    assert column(store, revisions.c.url) == []
    assert ask(Shelf([text(1, START)])).count.added == 1


def test_requests_keep_their_distance_over_starts_too(store: Store, ask: Ask, wall: Wall) -> None:
    ask(Shelf([]))
    asked = sum(wall.slept)
    assert asked == LIST.spacing_s
    means = Means(Shelf([]), DIRECTORY, wall.clock, wall.sleep, lambda: 0.0)
    other = (Edition("en", "ships"),)
    backfill(store, Errand(LIST, other, date(2017, 1, 1), date(2017, 1, 2)), means, Telling())
    assert sum(wall.slept) == asked + LIST.spacing_s
    with store.reading() as tx:
        assert tx.c.scalar(sa.select(backfill_requests.c.requests)) == 3


def test_a_spent_budget_stops_politely_until_the_next_day(store: Store, ask: Ask, wall: Wall) -> None:
    entries, short = year(400, DAYS), replace(LIST, requests_per_day=20)
    report = ask(shelf := Shelf(entries), short)
    assert (report.stopped, report.complete, len(shelf.asked)) == ("budget", False, 20)
    assert "tomorrow" in report.reason
    assert ask(same := Shelf(entries), short).stopped == "budget"
    assert same.asked == []
    days = 0
    while not report.complete:
        wall.clock.pass_(days=1)
        report = ask(Shelf(entries), short)
        days += 1
    assert days > 2
    assert column(store, revisions.c.url) == sorted(entry.url for entry in entries)


def test_a_busy_archive_is_waited_for(ask: Ask, wall: Wall) -> None:
    busy = (Answer("busy", "is busy", retry_after_s=90), Answer("broken", "broke off"))
    words: list[str] = []
    report = ask(Shelf(year(5, DAYS), busy), words=words.append)
    assert (report.complete, report.count.added) == (True, 5)
    assert sum(wall.slept) == 90 + 10 + LIST.spacing_s
    assert words == ["The stacks is busy; waiting 90 s"]


@pytest.mark.parametrize(
    ("answer", "why", "requests"),
    [("busy", "wall", 3), ("unreachable", "unreachable", 3), ("barred", "unreachable", 1)],
)
def test_a_wall_stops_the_start_and_not_the_run(ask: Ask, answer: str, why: str, requests: int) -> None:
    closed = Shelf(year(5, DAYS), (Answer(answer, "is closed"),) * 9)  # type: ignore[arg-type]
    report = ask(closed)
    assert (report.stopped, report.complete, report.count.requests) == (why, False, requests)
    assert "The stacks is closed" in report.reason
    assert ask(Shelf(year(5, DAYS))).count.added == 5


def test_a_query_at_fault_does_not_burn_the_slices(ask: Ask) -> None:
    report = ask(Shelf([], (Answer("page", "answers with a page: 'too short'"),) * 9))
    assert (report.stopped, report.count.requests, report.tally.open) == ("query", 2, 2)
    assert "too short" in report.reason


def test_a_slice_that_cannot_be_read_is_left_for_the_next_start(store: Store, ask: Ask) -> None:
    entries = year(9, DAYS)
    report = ask(Shelf(entries, (Answer("broken", "breaks off"),) * 3))
    assert (report.stopped, report.complete, report.tally.failed, report.tally.done) == ("failed", False, 1, 1)
    assert report.tally.reasons == ("The stacks breaks off, after 3 tries",)
    mended = ask(Shelf(entries))
    assert (mended.complete, mended.count.requests) == (True, 1)
    assert column(store, revisions.c.url) == sorted(entry.url for entry in entries)


def test_an_archive_that_sends_nothing_whole_is_left_alone(ask: Ask) -> None:
    report = ask(Shelf([], (Answer("broken", "breaks off"),) * 99), replace(LIST, longest_s=DAY_S))
    assert (report.stopped, report.count.requests, report.tally.failed) == ("broken", 9, 3)


def test_what_cannot_be_cut_finer_is_said_loudly_and_kept(store: Store, ask: Ask) -> None:
    entries = [text(n, START + timedelta(seconds=5)) for n in range(14)]
    words: list[str] = []
    report = ask(Shelf(entries), words=words.append)
    assert (report.tally.thin, report.complete, report.count.added) == (1, True, 10)
    assert "knows more" in words[0]
    assert report.tally.reasons == tuple(words)
    assert len(column(store, revisions.c.url)) == 10


def test_what_cannot_become_a_text_goes_to_quarantine_once(store: Store, ask: Ask) -> None:
    bad = (Unreadable(7, "the record has no title", "http://x.example/1"),)
    ahead = replace(text(2, StillClock().at + timedelta(days=9)))
    report = ask(Shelf([], (Answer("ok", entries=(text(1, START), ahead), unreadable=bad),)))
    assert (report.count.records, report.count.added, report.count.quarantined, report.count.known) == (3, 1, 2, 0)
    reasons = column(store, quarantine.c.reason)
    assert reasons == [f"the date '{ahead.published.raw}' lies ahead of us", "the record has no title"]


def test_entries_from_outside_the_slice_are_kept_with_their_own_date(store: Store, ask: Ask) -> None:
    stray = text(1, START - timedelta(days=40))
    report = ask(Shelf([], (Answer("ok", entries=(stray, text(2, START))),)))
    assert (report.count.added, report.count.outside) == (2, 1)
    with store.reading() as tx:
        assert tx.c.scalar(sa.select(sa.func.min(revisions.c.known_at))) == stray.published.known_at


def test_an_opaque_link_is_known_by_title_and_outlet(store: Store, ask: Ask) -> None:
    def carried(number: int, title: str = "Boats leave") -> Entry:
        url = f"https://news.google.com/rss/articles/CBM{number}"
        return Entry("", url, title, "", Published.instant(START), "A Wire", source_url="https://www.reuters.com")

    report = ask(Shelf([], (Answer("ok", entries=(carried(1), carried(2), carried(3, "Boats return"))),)), FEED)
    assert (report.count.added, report.count.known) == (2, 1)
    assert set(column(store, revisions.c.publisher)) == {"wire"}


def test_each_edition_is_a_run_and_a_stop_holds_for_all(store: Store, wall: Wall) -> None:
    errand = Errand(replace(FEED, requests_per_day=7), FEED.editions, date(2017, 1, 1), date(2017, 1, DAYS))
    covered: list[float] = []
    shelf = Shelf(year(8, DAYS))
    means = Means(shelf, DIRECTORY, wall.clock, wall.sleep, lambda: 0.0)
    first, second = backfill(store, errand, means, Telling(covered=covered.append))
    assert (first.complete, first.stopped, second.complete, second.stopped) == (True, "", False, "budget")
    assert second.tally.open == 3
    wall.clock.pass_(days=1)
    first, second = backfill(store, errand, means, Telling(covered=covered.append))
    assert (first.complete, first.count.requests, second.complete) == (True, 0, True)
    assert covered[:9] == sorted(covered[:9])
    assert covered[9:] == sorted(covered[9:])
    assert covered[-1] == DAYS
    with store.reading() as tx:
        finished = tx.c.scalars(sa.select(backfill_runs.c.finished_at)).all()
        states = set(tx.c.scalars(sa.select(backfill_slices.c.state)))
    assert None not in finished
    assert states == {"done"}


def test_a_stop_that_was_asked_for_leaves_the_rest_open(store: Store, wall: Wall) -> None:
    shelf = Shelf(year(400, DAYS))
    errand = Errand(LIST, LIST.editions, date(2017, 1, 1), date(2017, 1, DAYS))
    means = Means(shelf, DIRECTORY, wall.clock, wall.sleep, lambda: 0.0, lambda: len(shelf.asked) >= 5)
    (report,) = backfill(store, errand, means, Telling())
    assert (report.stopped, len(shelf.asked), report.complete) == ("stopped", 5, False)
