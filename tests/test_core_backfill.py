"""Slices cover a span exactly once, halving ends, and every answer has one meaning."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from archives_world import DAY_S, FEED, LIST, START, Shelf, text, year
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.backfill import (
    Answer,
    Archive,
    Done,
    Edition,
    Failed,
    Halt,
    Later,
    Outcome,
    Slice,
    Split,
    Thin,
    bounds,
    first_slices,
    halved,
    judge,
    request_parameters,
    span_of_days,
    wait_after,
)
from tracker.core.items import Unreadable

WEEK = Slice(START, START + timedelta(days=7))
MINUTE = Slice(START, START + timedelta(seconds=60))


def full(count: int) -> Answer:
    return Answer("ok", entries=tuple(text(number, START) for number in range(count)))


def judged(slice_: Slice, answer: Answer, archive: Archive = LIST, answered: bool = False) -> object:
    return judge(slice_, answer, archive, answered, 0.0)


@given(st.integers(1, 800), st.integers(1, 40 * DAY_S))
def test_first_slices_cover_the_span_once(days: int, longest_s: int) -> None:
    start, end = span_of_days(date(2017, 1, 1), date(2017, 1, 1) + timedelta(days=days - 1))
    slices = first_slices(start, end, max(longest_s, days * DAY_S // 500))
    assert (slices[0].since_at, slices[-1].until_at) == (start, end)
    assert all(a.until_at == b.since_at for a, b in pairwise(slices))
    assert all(0 < each.length_s <= max(longest_s, days * DAY_S // 500) for each in slices)
    assert sum(each.length_s for each in slices) == days * DAY_S


@given(st.integers(1, 60 * DAY_S), st.sampled_from([LIST, FEED]))
def test_halves_meet_at_a_whole_step_and_are_long_enough(length_s: int, archive: Archive) -> None:
    length_s = max(1, length_s // archive.step_s) * archive.step_s
    whole = Slice(START, START + timedelta(seconds=length_s))
    halves = halved(whole, archive)
    if halves is None:
        assert length_s < 2 * archive.shortest_s
        return
    first, second = halves
    assert (first.since_at, first.until_at, second.until_at) == (START, second.since_at, whole.until_at)
    assert all(each.length_s >= archive.shortest_s and each.length_s % archive.step_s == 0 for each in halves)
    assert second.length_s - first.length_s in range(2 * archive.step_s)


@given(st.integers(1, 60 * DAY_S), st.sampled_from([LIST, FEED]))
def test_halving_ends_and_its_leaves_cover_the_whole(length_s: int, archive: Archive) -> None:
    longest_s = max(1, min(length_s, 400 * archive.shortest_s) // archive.step_s) * archive.step_s
    waiting = [Slice(START, START + timedelta(seconds=longest_s))]
    leaves: list[Slice] = []
    while waiting:
        slice_ = waiting.pop()
        match judged(slice_, full(50), archive):
            case Split(halves):
                waiting += halves
            case Thin():
                leaves.append(slice_)
    leaves.sort(key=lambda each: each.since_at)
    assert sum(each.length_s for each in leaves) == longest_s
    assert all(a.until_at == b.since_at for a, b in pairwise(leaves))


@given(st.integers(0, 3 * DAY_S), st.integers(0, 3 * DAY_S))
def test_the_bounds_asked_for_hold_each_instant_once(at_s: int, cut_s: int) -> None:
    """Whatever the archive includes, an instant belongs to exactly one of two neighbours."""
    for archive in (LIST, FEED):
        cut = START + timedelta(seconds=cut_s // archive.step_s * archive.step_s)
        instant = START + timedelta(seconds=at_s)
        hits = 0
        for slice_ in (Slice(START - timedelta(days=1), cut), Slice(cut, START + timedelta(days=4))):
            since, until = (
                datetime.strptime(each, archive.stamp).replace(tzinfo=UTC) for each in bounds(slice_, archive)
            )
            hits += since <= instant <= until if archive.last_included else since <= instant < until
        assert hits == 1


def test_the_bounds_are_written_as_the_archives_want_them() -> None:
    day = Slice(START, START + timedelta(days=1))
    assert bounds(day, LIST) == ("20170101000000", "20170101235959")
    assert bounds(day, FEED) == ("2017-01-01", "2017-01-02")
    korean = FEED.editions[1]
    assert request_parameters(FEED, korean, day) == (("q", "배 after:2017-01-01 before:2017-01-02"), ("hl", "ko"))
    odd = Edition("en", "{since} of {braces}")
    assert request_parameters(LIST, odd, day)[0] == ("query", "{since} of {braces}")


def test_an_answer_that_reaches_the_cap_is_cut_off() -> None:
    assert judged(WEEK, full(0)) == Done()
    assert judged(WEEK, full(9)) == Done()
    assert isinstance(judged(WEEK, full(10)), Split)
    assert isinstance(judged(MINUTE, full(10)), Thin)
    assert judged(MINUTE, full(9)) == Done()
    unreadable = tuple(Unreadable(0, "no title", "") for _ in range(4))
    assert isinstance(judged(WEEK, replace(full(6), unreadable=unreadable)), Split)


def test_an_answer_near_the_cap_is_halved_where_it_can_be() -> None:
    day = Slice(START, START + timedelta(days=1))
    assert isinstance(judged(WEEK, full(9), FEED), Split)
    assert judged(day, full(9), FEED) == Done()
    thin = judged(day, full(10), FEED)
    assert isinstance(thin, Thin)
    assert "2017-01-01" in thin.reason


@pytest.mark.parametrize(
    ("outcome", "attempts", "answered", "meant"),
    [
        ("busy", 0, False, Later),
        ("busy", 2, False, Halt),
        ("busy", 2, True, Halt),
        ("unreachable", 1, True, Later),
        ("unreachable", 2, True, Halt),
        ("broken", 1, False, Later),
        ("broken", 2, False, Failed),
        ("page", 0, False, Later),
        ("page", 1, False, Halt),
        ("page", 1, True, Later),
        ("page", 2, True, Failed),
        ("refused", 0, False, Halt),
        ("refused", 0, True, Later),
        ("barred", 0, True, Halt),
    ],
)
def test_trouble_means_one_thing(outcome: Outcome, attempts: int, answered: bool, meant: type) -> None:
    tried = replace(WEEK, attempts=attempts)
    decided = judged(tried, Answer(outcome, "says no"), answered=answered)
    assert isinstance(decided, meant)
    assert "The stacks says no" in str(decided)
    assert judged(tried, Answer(outcome, "says no"), answered=answered) == decided


def test_a_query_at_fault_is_told_from_a_wall() -> None:
    page = judged(replace(WEEK, attempts=1), Answer("page", "answers with a page"))
    wall = judged(replace(WEEK, attempts=2), Answer("busy", "asks us to come later"))
    assert isinstance(page, Halt)
    assert isinstance(wall, Halt)
    assert (page.why, wall.why) == ("query", "wall")


@given(st.integers(0, 200), st.integers(0, 10**6) | st.none(), st.floats(0, 1))
def test_waits_grow_within_their_bounds(attempts: int, asked_s: int | None, jitter: float) -> None:
    tried = replace(WEEK, attempts=attempts)
    wait = wait_after(tried, Answer("busy", retry_after_s=asked_s), LIST, jitter)
    assert min(LIST.spacing_s, LIST.longest_wait_s) <= wait <= LIST.longest_wait_s * 1.25
    if asked_s is not None:
        assert wait >= min(asked_s, LIST.longest_wait_s)
    assert wait_after(replace(WEEK, attempts=attempts + 1), Answer("busy"), LIST, 0) >= wait_after(
        tried, Answer("busy"), LIST, 0
    )
    assert wait_after(WEEK, Answer("busy"), replace(LIST, spacing_s=0), 0) > 0


def test_halving_finds_every_text_of_a_shelf() -> None:
    entries = year(400, 9)
    shelf = Shelf(entries)
    waiting = list(first_slices(START, START + timedelta(days=9), LIST.longest_s))
    found: list[str] = []
    while waiting:
        slice_ = waiting.pop()
        answer = shelf.ask(LIST, LIST.editions[0], slice_)
        match judged(slice_, answer):
            case Split(halves):
                waiting += halves
            case Done():
                found += [entry.url for entry in answer.entries]
    assert sorted(found) == sorted(entry.url for entry in entries)
