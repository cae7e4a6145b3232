"""The river listens: fallbacks, gaps, unreadable documents, our own network, and the one mail to the operator."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from river import StillClock, make_app, make_home
from test_outputs_smtp import Sink, serving

from tracker.app import App
from tracker.core.days import Published
from tracker.core.items import Entry
from tracker.core.polling import Feed, FeedState, Fetched
from tracker.pipeline.fetch import FetchReport, fetch
from tracker.store import feeds as feed_store

FALLBACK = "https://carrier.example/search"
FEED = Feed("sample", "Sample", "https://example.org/feed", "yonhap", "en", "Asia/Seoul", True, 3600, 2.0, FALLBACK, "")
Answering = Callable[[Feed, FeedState], Fetched]


class Scripted:
    """A fetcher that answers as told, and remembers what it was asked."""

    def __init__(self, answer: Answering) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    def fetch(self, feed: Feed, state: FeedState) -> Fetched:
        self.asked.append((feed.url, state.etag))
        return self.answer(feed, state)


def entry(number: int, at: datetime) -> Entry:
    return Entry(f"id-{number}", f"https://example.org/{number}", f"Title number {number}", "", Published.instant(at))


def document(feed: Feed, *entries: Entry, **more: object) -> Fetched:
    return replace(Fetched(feed.id, "ok", 200, "said", entries), **more)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> StillClock:
    return StillClock(datetime(2024, 6, 1, 3, tzinfo=UTC))


@pytest.fixture
def app(tmp_path: Path, clock: StillClock) -> App:
    app = make_app(make_home(tmp_path), clock)
    app.prepare()
    return app


def poll(app: App, answer: Answering, *feeds: Feed, only: str = "") -> tuple[FetchReport, list[tuple[str, str]]]:
    script = Scripted(answer)
    beliefs = app.beliefs
    report = fetch(
        app.store, feeds or (FEED,), script, beliefs.directory, beliefs.publishers, app.clock.now, 4, only=only
    )
    return report, script.asked


def state_of(app: App, feed: str = "sample") -> FeedState:
    with app.store.reading() as tx:
        return feed_store.states(tx)[feed]


def test_a_dead_address_hands_over_to_its_fallback_and_rests(app: App, clock: StillClock) -> None:
    at = clock.now()

    def answer(feed: Feed, _: FeedState) -> Fetched:
        if feed.url == FALLBACK:
            return document(feed, entry(2, at), etag='"carrier"')
        return Fetched(feed.id, "http_error", 404, "not found")

    poll(app, lambda feed, _: document(feed, entry(1, at - timedelta(hours=5)), etag='"own"'))
    clock.pass_(hours=2)
    report, asked = poll(app, answer)
    assert asked == [(FEED.url, '"own"'), (FALLBACK, "")]
    assert (report.tried, report.answered, report.added) == (1, 1, 1)
    state = state_of(app)
    assert (state.etag, state.failures, state.last_outcome) == ('"own"', 0.5, "ok")
    assert "not found" in state.detail
    clock.at = state.next_due_at
    assert poll(app, answer)[1] == [(FALLBACK, "")], "the dead address rests"
    clock.pass_(hours=3)
    back = poll(app, lambda feed, _: document(feed, entry(1, at)))
    assert back[1] == [(FEED.url, '"own"')], "asked again with its own validators"
    assert state_of(app).failures == 0


def test_where_the_fallback_fails_too_the_own_trouble_is_told(app: App) -> None:
    report, asked = poll(app, lambda feed, _: Fetched(feed.id, "gone", 410, f"gone from {feed.url}"))
    assert [url for url, _ in asked] == [FEED.url, FALLBACK]
    ((_, outcome, detail),) = report.trouble
    assert outcome == "gone"
    assert FEED.url in detail
    assert FALLBACK in detail


def test_stories_lost_between_two_polls_are_noticed_and_kept(app: App, clock: StillClock) -> None:
    first, later = clock.now() - timedelta(hours=3), clock.now() + timedelta(hours=10)
    poll(app, lambda feed, _: document(feed, entry(1, first), entry(2, first)))
    clock.pass_(hours=12)
    poll(app, lambda feed, _: document(feed, entry(3, later), entry(4, later)))
    with app.store.reading() as tx:
        assert feed_store.gaps(tx) == [("sample", first, later)]
    state = state_of(app)
    assert state.gap_at == clock.now()
    assert state.wait_s == 900
    clock.pass_(hours=12)
    poll(app, lambda feed, _: document(feed, entry(3, later), entry(5, later + timedelta(hours=1))))
    with app.store.reading() as tx:
        assert len(feed_store.gaps(tx)) == 1, "one entry in common: nothing was lost"


def test_what_could_not_be_read_is_kept_for_a_look(app: App, clock: StillClock) -> None:
    own = replace(FEED, id=app.beliefs.feeds[0].id, fallback="")
    for number in range(8):
        body = f"<html>{number}".encode()

        def answer(feed: Feed, _: FeedState, body: bytes = body) -> Fetched:
            return Fetched(feed.id, "not_a_feed", 200, "is a web page", refused_body=body, size=len(body))

        poll(app, answer, own)
        clock.pass_(hours=30)
    bodies = app.refused(own.id)
    assert [body.head for body in bodies] == [f"<html>{number}".encode() for number in (7, 6, 5, 4, 3)]
    assert bodies[0].reason == "is a web page"


def many(count: int) -> list[Feed]:
    return [replace(FEED, id=f"f{n}", url=f"https://host{n}.example/feed", fallback="") for n in range(count)]


def test_a_round_that_reaches_nobody_is_held_against_nobody(app: App, clock: StillClock) -> None:
    poll(app, lambda feed, _: Fetched(feed.id, "unresolved", None, "no such name"), *many(4))
    states = [state_of(app, feed.id) for feed in many(4)]
    assert {(state.last_outcome, state.failures) for state in states} == {("offline", 0.0)}
    assert all("no such name" in state.detail for state in states)
    both = [replace(feed, id=f"{feed.id}b", fallback=FALLBACK) for feed in many(3)]
    poll(app, lambda feed, _: Fetched(feed.id, "unresolved", None, "no such name"), *both)
    assert {(state_of(app, feed.id).failures, state_of(app, feed.id).own_due_at) for feed in both} == {(0.0, None)}
    clock.pass_(hours=1)

    def one_answers(feed: Feed, _: FeedState) -> Fetched:
        if feed.id == "f2":
            return document(feed, entry(1, clock.now()))
        return Fetched(feed.id, "unresolved", None, "no such name")

    report, _ = poll(app, one_answers, *many(4))
    assert (report.tried, report.answered) == (4, 1)
    assert sorted(state_of(app, feed.id).failures for feed in many(4)) == [0, 0.25, 0.25, 0.25]


def test_a_restart_asks_nobody_before_it_is_due(app: App, clock: StillClock) -> None:
    poll(app, lambda feed, _: document(feed, entry(1, clock.now())), *many(3))
    clock.pass_(minutes=59)
    again = make_app(app.settings.home, clock)
    assert poll(again, lambda feed, _: document(feed), *many(3))[1] == []


def mailing(app: App, clock: StillClock, port: int) -> App:
    return make_app(
        app.settings.home,
        clock,
        TRACKER_SMTP_HOST="127.0.0.1",
        TRACKER_SMTP_PORT=str(port),
        TRACKER_SMTP_SECURITY="none",
        TRACKER_MAIL_FROM="digest@example.org",
        TRACKER_OPERATOR_MAIL="operator@example.org",
    )


def configured(app: App, answering: int, clock: StillClock) -> None:
    """Poll the configured feeds, of which the first ``answering`` answer."""
    numbers = {feed.id: number for number, feed in enumerate(app.beliefs.feeds)}

    def answer(feed: Feed, _: FeedState) -> Fetched:
        if numbers[feed.id] < answering:
            return document(feed, entry(int(clock.now().timestamp()), clock.now()))
        return Fetched(feed.id, "http_error", 500, "the server has trouble of its own")

    app.__dict__["fetcher"] = Scripted(answer)
    app.settings.__dict__["fetch_spacing_s"] = 0.0
    clock.pass_(days=2)
    app.fetch()


def test_the_operator_is_told_once_a_spell(app: App, clock: StillClock) -> None:
    sink = Sink()
    with serving(sink) as port:
        app = mailing(app, clock, port)
        configured(app, len(app.beliefs.feeds), clock)
        assert app.watch().reasons == ()
        assert app.health().ok
        configured(app, 3, clock)
        told = app.watch()
        assert (told.raised, told.mail) == (True, "accepted")
        assert not app.health().ok
        assert app.watch().mail == "", "once"
        assert mailing(app, clock, port).watch().mail == "", "not by another process either"
        configured(app, len(app.beliefs.feeds), clock)
        assert app.watch().cleared
        configured(app, 3, clock)
        assert app.watch().mail == "accepted", "a new spell, days later"
    assert len(sink.taken) == 2
    mail = email.message_from_bytes(sink.taken[0].content, policy=email.policy.default)  # type: ignore[arg-type]
    assert mail["To"] == "operator@example.org"
    body = mail.get_body()
    assert body is not None
    assert "feeds do not answer" in body.get_content()


def test_a_mail_server_that_is_away_is_tried_again(app: App, clock: StillClock) -> None:
    sink = Sink()
    with serving(sink) as port:
        away = mailing(app, clock, 1)
        configured(away, 0, clock)
        assert away.watch().mail == "retry"
        assert mailing(app, clock, port).watch().mail == "accepted"
    assert len(sink.taken) == 1


def test_without_an_address_nobody_is_told_and_health_still_says_so(app: App, clock: StillClock) -> None:
    configured(app, 0, clock)
    assert app.watch().mail == ""
    assert "do not answer" in app.health().problems[0]
    assert app.watch().raised is False


def told(app: App, clock: StillClock, *documents: tuple[Entry, ...]) -> list[tuple[int, int]]:
    """(new, revised) for each document, polled in turn a day apart."""
    found = []
    for entries in documents:

        def answer(feed: Feed, _: FeedState, entries: tuple[Entry, ...] = entries) -> Fetched:
            return document(feed, *entries)

        report, _ = poll(app, answer, replace(FEED, fallback=""), only=FEED.id)
        found.append((report.added, report.revised))
        clock.pass_(days=1)
    return found


def test_a_feed_that_renews_its_ids_brings_each_text_once(app: App, clock: StillClock) -> None:
    first = entry(1, clock.now())
    renewed = [replace(first, guid=f"random-{n}") for n in range(4)]
    edited = replace(renewed[3], guid="random-9", summary="Now with a summary")
    assert told(app, clock, (first,), (renewed[0],), (renewed[1], renewed[2]), (edited,)) == [
        (1, 0), (0, 0), (0, 0), (0, 1),
    ]  # fmt: skip


def test_two_texts_under_one_id_stay_two_and_are_not_edits_of_each_other(app: App, clock: StillClock) -> None:
    one = entry(1, clock.now())
    two = replace(one, url="https://example.org/2", title="Title number 2")
    assert told(app, clock, (one, two), (two, one), (one,), (two,)) == [(2, 0), (0, 0), (0, 0), (0, 0)]


def test_an_id_used_again_the_next_year_is_a_new_text(app: App, clock: StillClock) -> None:
    one = entry(1, clock.now())
    later = Published.instant(clock.now() + timedelta(days=366))
    again = replace(one, url="https://example.org/77", title="A new year's address", published=later)
    clock.pass_(days=365)
    assert told(app, clock, (one,), (again,), (again,), (one,)) == [(1, 0), (1, 0), (0, 0), (0, 0)]


def test_a_text_that_is_new_at_every_poll_ends_as_one_item_with_few_revisions(app: App, clock: StillClock) -> None:
    one = entry(1, clock.now())
    stamped = [(replace(one, summary=f"Page made in {n} steps"),) for n in range(40)]
    done = told(app, clock, *stamped)
    assert sum(added for added, _ in done) == 1
    assert sum(revised for _, revised in done) == 23
    corrected = replace(one, summary="Page made in 99 steps", title="Correction: no such thing happened")
    assert told(app, clock, (corrected,)) == [(0, 1)], "a new title is never lost"
