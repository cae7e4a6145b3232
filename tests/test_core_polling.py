"""When a feed is due again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.polling import (
    LONGEST_SPREAD_S,
    LONGEST_WAIT_S,
    SUCCESSES,
    Feed,
    FeedState,
    Fetched,
    FetchOutcome,
    due,
    failure_weight,
    lanes,
    next_due,
    slot_of,
)

NOW = datetime(2026, 8, 14, 10, 37, tzinfo=UTC)
FEED = Feed("sample", "Sample", "https://example.org/feed", "sample", "en", "Asia/Seoul", True, 3600, 2.0, "", "")
STATE = FeedState("sample", NOW, etag='W/"1"', last_modified="Fri, 14 Aug 2026 00:00:00 GMT", body_hash="h1")

OUTCOMES: list[FetchOutcome] = [
    "ok", "unchanged", "empty", "not_a_feed", "too_large", "timeout", "unreachable", "http_error", "gone",
    "rate_limited", "refused_address",
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
)
feeds = st.builds(
    lambda interval, id_: replace(FEED, interval_s=interval, id=id_), st.integers(60, 7 * 86400), st.text()
)


def said(outcome: FetchOutcome, **more: object) -> Fetched:
    return replace(Fetched("sample", outcome, 200, "said"), **more)  # type: ignore[arg-type]


@given(feeds, fetches, moments, st.floats(0, 2000))
def test_a_feed_is_due_later_and_never_given_up(feed: Feed, fetched: Fetched, now: datetime, failures: float) -> None:
    state = next_due(feed, replace(STATE, failures=failures), fetched, now)
    wait = (state.next_due_at - now).total_seconds()
    assert 0 < wait <= max(LONGEST_WAIT_S, feed.interval_s) + 1.5 * feed.interval_s + LONGEST_SPREAD_S
    assert slot_of(state.next_due_at, feed.interval_s) > slot_of(now, feed.interval_s)
    assert state.last_attempt_at == now
    assert (state.failures == 0) == (fetched.outcome in SUCCESSES)
    assert (state.last_success_at == now) == (fetched.outcome in SUCCESSES)


@given(feeds, fetches, moments, st.floats(0, 100), st.floats(0, 100))
def test_more_failures_never_mean_an_earlier_poll(
    feed: Feed, fetched: Fetched, now: datetime, a: float, b: float
) -> None:
    few, many = sorted((a, b))
    early = next_due(feed, replace(STATE, failures=few), fetched, now)
    assert early.next_due_at <= next_due(feed, replace(STATE, failures=many), fetched, now).next_due_at


@given(feeds, fetches, moments)
def test_retry_after_is_honoured_up_to_a_day(feed: Feed, fetched: Fetched, now: datetime) -> None:
    asked = min(fetched.retry_after_s or 0, LONGEST_WAIT_S)
    assert next_due(feed, STATE, fetched, now).next_due_at >= now + timedelta(seconds=asked)


def test_success_runs_on_the_grid_without_drift() -> None:
    state, now, starts = STATE, NOW, []
    for _ in range(5):
        state = next_due(FEED, state, said("ok"), now)
        starts.append(state.next_due_at)
        now = state.next_due_at + timedelta(seconds=40)  # every poll runs a little late
    gaps = {later - earlier for earlier, later in pairwise(starts)}
    assert gaps == {timedelta(hours=1)}


def test_back_off_is_linear_in_weighted_failures_and_stops_at_a_day() -> None:
    waits: dict[str, list[float]] = {}
    for outcome in ("gone", "timeout"):
        state, now = replace(STATE, failures=0.0), NOW.replace(minute=0)
        waits[outcome] = []
        for _ in range(60):
            state = next_due(FEED, state, said(outcome), now)  # type: ignore[arg-type]
            waits[outcome].append(round((state.next_due_at - now).total_seconds() / 3600))
            now = state.next_due_at
    assert waits["gone"][:3] == [2, 3, 4]
    assert waits["timeout"][:4] == [2, 2, 3, 3] or waits["timeout"][:4] == [1, 2, 2, 3]
    assert waits["gone"][-1] == waits["timeout"][-1] == 24


@pytest.mark.parametrize(
    ("outcome", "status", "weight"),
    [
        ("ok", 200, 0.0), ("unchanged", 304, 0.0), ("gone", 410, 1.0), ("not_a_feed", 200, 1.0),
        ("http_error", 403, 1.0),
        ("http_error", 404, 0.5), ("http_error", 502, 0.5), ("timeout", None, 0.5), ("rate_limited", 429, 0.5),
    ],
)  # fmt: skip
def test_trouble_has_weight(outcome: FetchOutcome, status: int | None, weight: float) -> None:
    assert failure_weight(said(outcome, status=status)) == weight


def test_cache_hints_raise_the_interval_and_never_lower_it() -> None:
    plain = next_due(FEED, STATE, said("ok"), NOW).next_due_at
    assert next_due(FEED, STATE, said("ok", max_age_s=60), NOW).next_due_at == plain
    long = next_due(FEED, STATE, said("ok", max_age_s=6 * 3600), NOW).next_due_at
    assert timedelta(hours=5) <= long - NOW <= timedelta(hours=7)


def test_validators_change_with_success_only() -> None:
    fresh = next_due(FEED, STATE, said("ok", etag="e2", body_hash="h2"), NOW)
    assert (fresh.etag, fresh.last_modified, fresh.body_hash) == ("e2", "", "h2")
    same = next_due(FEED, STATE, said("unchanged", last_modified="newer"), NOW)
    assert (same.etag, same.last_modified, same.body_hash) == ('W/"1"', "newer", "h1")
    broken = next_due(FEED, STATE, said("not_a_feed", etag="e3", body_hash="h3"), NOW)
    assert (broken.etag, broken.last_modified, broken.body_hash) == (STATE.etag, STATE.last_modified, "h1")


def test_due_is_longest_waiting_first() -> None:
    states = [
        replace(STATE, feed=name, next_due_at=NOW + timedelta(minutes=m))
        for name, m in [("b", -1), ("a", -9), ("c", 1)]
    ]
    assert [state.feed for state in due(states, NOW)] == ["a", "b"]
    assert due([], NOW) == ()


@given(moments, st.integers(1, 10**6))
def test_a_slot_holds_its_moment(now: datetime, interval: int) -> None:
    start = slot_of(now, interval)
    assert start <= now < start + timedelta(seconds=interval)
    assert slot_of(start, interval) == start


@given(
    st.lists(
        st.sampled_from(["https://a.example/1", "https://A.example/2", "http://b.example", "nonsense"]), max_size=9
    )
)
def test_a_host_is_asked_one_feed_at_a_time(urls: list[str]) -> None:
    feeds = [replace(FEED, id=str(number), url=url) for number, url in enumerate(urls)]
    found = lanes(feeds)
    assert sorted(feed.id for lane in found for feed in lane) == sorted(feed.id for feed in feeds)
    assert len(found) == len({"a" if "a.example" in url.lower() else url for url in urls})
