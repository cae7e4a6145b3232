"""What one attempt weighs, when a fallback is asked, and when it is our own network that is down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.hosts import HostQueue
from tracker.core.polling import (
    Feed,
    FeedState,
    Fetched,
    FetchOutcome,
    as_offline,
    asks_fallback_only,
    at_fallback,
    due,
    failure_weight,
    own_network_down,
    slot_of,
    wants_fallback,
)

NOW = datetime(2026, 8, 14, 10, 37, tzinfo=UTC)
FEED = Feed("sample", "Sample", "https://example.org/feed", "sample", "en", "Asia/Seoul", True, 3600, 2.0, "", "")
STATE = FeedState("sample", NOW, etag='W/"1"', last_modified="Fri, 14 Aug 2026 00:00:00 GMT", body_hash="h1")
moments = st.integers(1_577_836_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def said(outcome: FetchOutcome, status: int | None = 200) -> Fetched:
    return Fetched("sample", outcome, status, "said")


@pytest.mark.parametrize(
    ("outcome", "status", "weight"),
    [
        ("ok", 200, 0.0), ("unchanged", 304, 0.0), ("gone", 410, 1.0), ("not_a_feed", 200, 1.0),
        ("http_error", 403, 1.0), ("http_error", 404, 0.5), ("http_error", 502, 0.5), ("timeout", None, 0.5),
        ("rate_limited", 429, 0.5), ("unresolved", None, 0.25), ("offline", None, 0.0), ("bot_wall", 403, 1.0),
    ],
)  # fmt: skip
def test_trouble_has_weight(outcome: FetchOutcome, status: int | None, weight: float) -> None:
    assert failure_weight(said(outcome, status)) == weight


@pytest.mark.parametrize(
    ("outcome", "status", "asked"),
    [
        ("gone", 410, True), ("http_error", 404, True), ("empty", 200, True), ("not_a_feed", 200, True),
        ("bot_wall", 403, True), ("ok", 200, False), ("timeout", None, False), ("http_error", 503, False),
        ("rate_limited", 429, False),
    ],
)  # fmt: skip
def test_the_fallback_is_asked_when_the_address_is_dead(outcome: FetchOutcome, status: int | None, asked: bool) -> None:
    feed = replace(FEED, fallback="https://other.example/search")
    assert wants_fallback(feed, said(outcome, status)) is asked
    assert not wants_fallback(FEED, said(outcome, status))


def test_validators_never_reach_the_fallback() -> None:
    feed, state = at_fallback(replace(FEED, fallback="https://other.example/search"), STATE)
    assert feed.url == "https://other.example/search"
    assert (state.etag, state.last_modified, state.body_hash) == ("", "", "")


def test_a_resting_address_is_left_alone_until_its_time() -> None:
    feed = replace(FEED, fallback="https://other.example/search")
    resting = replace(STATE, own_due_at=NOW + timedelta(hours=1))
    assert asks_fallback_only(feed, resting, NOW)
    assert not asks_fallback_only(feed, resting, NOW + timedelta(hours=1))
    assert not asks_fallback_only(FEED, resting, NOW), "a feed without a fallback is asked itself"


@pytest.mark.parametrize(
    ("outcomes", "hosts", "down"),
    [
        (["unreachable", "unresolved", "timeout"], 3, True),
        (["unresolved"] * 9, 1, False),
        (["unreachable", "http_error", "timeout"], 3, False),
        ([], 0, False),
    ],
)
def test_a_round_that_reached_nobody_is_our_own_network(outcomes: list[FetchOutcome], hosts: int, down: bool) -> None:
    assert own_network_down([said(outcome) for outcome in outcomes], hosts) is down


def test_what_does_not_count_still_says_what_happened() -> None:
    told = as_offline(said("unresolved", None))
    assert told.outcome == "offline"
    assert "said" in told.detail
    assert as_offline(told) == told


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


@given(st.lists(st.sampled_from("abc"), max_size=30), st.sampled_from([0.0, 1.0, 5.0]), st.integers(1, 9), st.data())
def test_a_host_is_asked_by_two_at_once_and_never_in_a_rush(
    hosts: list[str], spacing: float, lasts: int, data: st.DataObject
) -> None:
    queue: HostQueue[int] = HostQueue(spacing)
    for number, host in enumerate(hosts):
        queue.add(host, number)
    now, started, under_way = 0.0, {host: [] for host in "abc"}, []  # type: ignore[var-annotated]
    done = []
    while len(queue) or under_way:
        while (taken := queue.take(now)) is not None:
            host, job = taken
            assert hosts[job] == host
            started[host].append(now)
            under_way.append((now + data.draw(st.integers(1, lasts)), host))
            done.append(job)
            assert sum(each == host for _, each in under_way) <= 2
        ends = min((end for end, _ in under_way), default=None)
        wait = queue.wait_s(now)
        now = min(at for at in (ends, None if wait is None else now + wait) if at is not None)
        for end, host in [pair for pair in under_way if pair[0] <= now]:
            under_way.remove((end, host))
            queue.finished(host)
    assert sorted(done) == list(range(len(hosts)))
    for times in started.values():
        assert all(b - a >= spacing for a, b in pairwise(times))
