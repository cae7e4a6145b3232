"""When a feed is due again, and when stories between two polls were lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.days import Published
from tracker.core.items import Entry
from tracker.core.polling import SUCCESSES, Feed, FeedState, Fetched, FetchOutcome
from tracker.core.rhythm import (
    LONGEST_SPREAD_S,
    LONGEST_WAIT_S,
    SHORTEST_WAIT_S,
    Overlap,
    gap_between,
    next_due,
    own_address_rests,
)

NOW = datetime(2026, 8, 14, 10, 37, tzinfo=UTC)
FEED = Feed("sample", "Sample", "https://example.org/feed", "sample", "en", "Asia/Seoul", True, 3600, 2.0, "", "")
STATE = FeedState(
    "sample",
    NOW,
    etag='W/"1"',
    last_modified="Fri, 14 Aug 2026 00:00:00 GMT",
    body_hash="h1",
    last_success_at=NOW - timedelta(hours=1),
)
OUTCOMES: list[FetchOutcome] = [
    "ok", "unchanged", "empty", "not_a_feed", "too_large", "timeout", "unreachable", "unresolved", "offline",
    "http_error", "bot_wall", "gone", "rate_limited", "refused_address",
]  # fmt: skip
moments = st.integers(1_577_836_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
fetches = st.builds(
    Fetched,
    feed=st.just("sample"),
    outcome=st.sampled_from(OUTCOMES),
    status=st.sampled_from([None, 200, 304, 404, 410, 429, 500, 503]),
    detail=st.just("said"),
    retry_after_s=st.none() | st.integers(0, 10**7),
    max_age_s=st.none() | st.integers(0, 10**7),
    update_s=st.none() | st.integers(0, 10**7),
    delta=st.booleans(),
    by_fallback=st.booleans(),
)
feeds = st.builds(
    lambda interval, id_: replace(FEED, interval_s=interval, id=id_), st.integers(300, 7 * 86400), st.text()
)
overlaps = st.builds(Overlap, st.integers(0, 50), st.integers(0, 50), st.booleans())
waits = st.none() | st.integers(1, 10**6)


def said(outcome: FetchOutcome, **more: object) -> Fetched:
    return replace(Fetched("sample", outcome, 200, "said"), **more)  # type: ignore[arg-type]


def wait_of(state: FeedState, now: datetime = NOW) -> float:
    return (state.next_due_at - now).total_seconds()


def about(seconds: float) -> object:
    """A wait with its jitter: never earlier, at most a tenth and five minutes later."""
    width = min(seconds * 0.1, LONGEST_SPREAD_S)
    return pytest.approx(seconds + width / 2, abs=width / 2 + 1)


@given(feeds, fetches, moments, st.floats(0, 2000), overlaps, waits)
def test_a_feed_is_due_later_and_never_given_up(
    feed: Feed, fetched: Fetched, now: datetime, failures: float, overlap: Overlap, wait_s: int | None
) -> None:
    before = replace(STATE, failures=failures, wait_s=wait_s)
    state = next_due(feed, before, fetched, now, overlap)
    longest = max(LONGEST_WAIT_S, feed.interval_s)
    assert SHORTEST_WAIT_S <= wait_of(state, now) <= longest + LONGEST_SPREAD_S
    assert state.last_attempt_at == now
    succeeded = fetched.outcome in SUCCESSES
    assert (state.last_success_at == now) == succeeded
    if succeeded and not fetched.by_fallback:
        assert state.failures == 0
    if fetched.outcome == "offline":
        assert state.failures == failures
    assert next_due(feed, before, fetched, now, overlap) == state, "the same poll gives the same answer"


@given(feeds, fetches, moments, st.floats(0, 100), st.floats(0, 100))
def test_more_failures_never_mean_an_earlier_poll(
    feed: Feed, fetched: Fetched, now: datetime, a: float, b: float
) -> None:
    few, many = sorted((a, b))
    early, late = (next_due(feed, replace(STATE, failures=each), fetched, now) for each in (few, many))
    assert early.next_due_at <= late.next_due_at + timedelta(seconds=LONGEST_SPREAD_S)


@given(feeds, fetches, moments)
def test_retry_after_is_honoured_up_to_a_day(feed: Feed, fetched: Fetched, now: datetime) -> None:
    if fetched.outcome not in SUCCESSES and fetched.outcome != "offline":
        asked = min(fetched.retry_after_s or 0, LONGEST_WAIT_S)
        assert next_due(feed, STATE, fetched, now).next_due_at >= now + timedelta(seconds=asked)


def test_an_hour_is_never_less_than_an_hour() -> None:
    state, now = STATE, NOW
    for _ in range(48):
        state = next_due(FEED, state, said("ok"), now, Overlap(2, 18))
        assert 3600 <= wait_of(state, now) <= 3600 * 1.1
        now = state.next_due_at + timedelta(seconds=20)


def test_back_off_is_linear_in_weighted_failures_and_stops_at_a_day() -> None:
    for outcome, steps in (("http_error", (2, 3, 4)), ("timeout", (1.5, 2, 2.5)), ("unresolved", (1.25, 1.5, 1.75))):
        state = STATE
        for hours in steps:
            state = next_due(FEED, state, said(outcome, status=403), NOW)  # type: ignore[arg-type]
            assert wait_of(state) == about(hours * 3600)
        for _ in range(100):
            state = next_due(FEED, state, said(outcome, status=403), NOW)  # type: ignore[arg-type]
        assert wait_of(state) == about(24 * 3600)


def test_our_own_network_down_is_tried_again_soon_and_costs_nothing() -> None:
    state = next_due(FEED, replace(STATE, failures=2.5, wait_s=7200), said("offline"), NOW)
    assert wait_of(state) == about(300)
    assert (state.failures, state.wait_s, state.etag) == (2.5, 7200, STATE.etag)


def test_gone_is_asked_once_a_day() -> None:
    assert wait_of(next_due(FEED, STATE, said("gone", status=410), NOW)) == about(24 * 3600)


@pytest.mark.parametrize("hint", ["max_age_s", "update_s"])
def test_hints_raise_the_interval_and_never_lower_it(hint: str) -> None:
    for asked, hours in ((60, 1), (6 * 3600, 6), (88 * 3600, 24)):
        state = next_due(FEED, STATE, said("ok", **{hint: asked}), NOW, Overlap(1, 9))
        assert wait_of(state) == about(hours * 3600)
        assert state.wait_s == 3600, "a hint is the publisher's wish, not a measure of overlap"


def test_what_a_document_says_of_itself_holds_while_it_is_unchanged() -> None:
    told = next_due(FEED, STATE, said("ok", update_s=6 * 3600), NOW, Overlap(1, 9))
    again = next_due(FEED, told, said("unchanged"), NOW)
    assert wait_of(again) == about(6 * 3600)
    silent = next_due(FEED, again, said("ok"), NOW, Overlap(1, 9))
    assert wait_of(silent) == about(3600)


def adapted(*polls: Overlap, feed: Feed = FEED, **more: object) -> list[int | None]:
    state, found = STATE, []
    for overlap in polls:
        state = next_due(feed, state, said("ok", **more), NOW, overlap)
        found.append(state.wait_s)
    return found


def test_the_interval_follows_the_overlap() -> None:
    assert adapted(Overlap(18, 2), Overlap(18, 2), Overlap(18, 2)) == [1800, 900, 900]
    assert adapted(Overlap(18, 2), Overlap(10, 10)) == [1800, 1800], "enough in common: nothing to hurry"
    assert adapted(*[Overlap(0, 20)] * 14)[-1] == 4 * 3600, "nothing new for long: up to four intervals"
    assert adapted(Overlap(0, 20), Overlap(0, 20), Overlap(1, 19)) == [4500, 5400, 3600]
    assert adapted(Overlap(1, 0)) == [3600], "one entry that is always new says nothing"
    assert adapted(Overlap(20, 0, lost=True)) == [900]
    assert adapted(Overlap(20, 0), delta=True) == [3600]
    assert adapted(Overlap(20, 0), by_fallback=True) == [3600]
    quick = replace(FEED, interval_s=600)
    assert adapted(Overlap(20, 0, lost=True), feed=quick) == [300]


def test_the_first_poll_of_a_feed_proves_no_hurry() -> None:
    new = replace(STATE, last_success_at=None)
    assert next_due(FEED, new, said("ok"), NOW, Overlap(20, 0)).wait_s == 3600


def test_validators_change_with_success_only() -> None:
    fresh = next_due(FEED, STATE, said("ok", etag="e2", body_hash="h2"), NOW)
    assert (fresh.etag, fresh.last_modified, fresh.body_hash) == ("e2", "", "h2")
    same = next_due(FEED, STATE, said("unchanged", last_modified="newer"), NOW)
    assert (same.etag, same.last_modified, same.body_hash) == ('W/"1"', "newer", "h1")
    broken = next_due(FEED, STATE, said("not_a_feed", etag="e3", body_hash="h3"), NOW)
    assert (broken.etag, broken.last_modified, broken.body_hash) == (STATE.etag, STATE.last_modified, "h1")


def test_a_dead_address_rests_while_its_fallback_answers() -> None:
    feed = replace(FEED, fallback="https://other.example/search")
    state = own_address_rests(feed, STATE, said("http_error", status=404), NOW)
    answered = next_due(feed, state, said("ok", by_fallback=True, body_hash="other"), NOW, Overlap(3, 3))
    assert answered.failures == 0.5
    assert (answered.own_due_at - NOW).total_seconds() == about(1.5 * 3600)  # type: ignore[operator]
    assert wait_of(answered) == about(3600)
    assert (answered.etag, answered.body_hash) == (STATE.etag, STATE.body_hash), "the own address's validators stay"
    back = next_due(feed, answered, said("ok"), NOW, Overlap(1, 9))
    assert (back.failures, back.own_due_at) == (0, None)


def entries(*hours: float | None) -> tuple[Entry, ...]:
    return tuple(
        Entry("", "", f"title {hour}", "", Published.unknown("") if hour is None else _at(hour)) for hour in hours
    )


def _at(hour: float) -> Published:
    return Published.instant(NOW + timedelta(hours=hour))


def test_a_gap_is_seen_when_nothing_old_is_left() -> None:
    state = replace(STATE, newest_at=NOW - timedelta(hours=9))
    later = said("ok", entries=entries(-3, -5, -4))
    lost = (NOW - timedelta(hours=9), NOW - timedelta(hours=5))
    assert gap_between(state, later, Overlap(3, 0)) == lost
    assert gap_between(state, later, Overlap(2, 1)) is None, "one known entry proves the chain"
    assert gap_between(replace(state, newest_at=None), later, Overlap(3, 0)) is None, "the first poll"
    assert gap_between(state, replace(later, delta=True), Overlap(3, 0)) is None
    assert gap_between(state, replace(later, by_fallback=True), Overlap(3, 0)) is None
    reaching_back = said("ok", entries=entries(-3, -10))
    assert gap_between(state, reaching_back, Overlap(2, 0)) is None
    assert gap_between(state, said("ok", entries=entries(None)), Overlap(1, 0)) is None
    remembered = next_due(FEED, state, later, NOW, Overlap(3, 0, lost=True))
    assert (remembered.gap_at, remembered.newest_at) == (NOW, NOW - timedelta(hours=3))
