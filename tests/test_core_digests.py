"""The digest's decisions: its window, its sections, its order, and that it never knows what came later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from doors_record import LABELS, at, card, event, piece, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.details import ReadingCard, WindowCard
from tracker.core.digests import (
    CHART_DAYS,
    SOURCES_SHOWN,
    Digest,
    Issue,
    compose,
    rank,
    sources_of,
    window,
)
from tracker.core.events import Event, Evidence
from tracker.core.timeline import Timeline
from tracker.core.verdicts import Verdict

DIGEST = Digest("morning", "This morning", "news", "Asia/Seoul", 7)
DAY = date(2020, 3, 2)
SINCE, CUTOFF = window(DIGEST, DAY)
INSIDE = CUTOFF - timedelta(hours=2)


def issue(
    before: tuple[Event, ...] = (),
    after: tuple[Event, ...] = (),
    evidence: dict[str, tuple[Evidence, ...]] | None = None,
    judged: tuple[tuple[Verdict, ...], tuple[Verdict, ...]] = ((), ()),
    **more: object,
) -> Issue:
    return compose(
        more.get("digest", DIGEST),  # type: ignore[arg-type]
        DAY,
        Timeline(SINCE, "news", before),
        Timeline(CUTOFF, "news", after),
        evidence or {},
        judged[0],
        judged[1],
        LABELS,
        more.get("cards", ()),  # type: ignore[arg-type]
    )


def test_an_issue_closes_at_seven_in_korea_the_next_morning() -> None:
    assert datetime(2020, 3, 1, 22, tzinfo=UTC) == SINCE
    assert datetime(2020, 3, 2, 22, tzinfo=UTC) == CUTOFF


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(["Asia/Seoul", "America/New_York", "UTC"]))
def test_issues_of_consecutive_days_leave_no_gap_and_do_not_overlap(day: date, zone: str) -> None:
    digest = replace(DIGEST, zone=zone)
    since, cutoff = window(digest, day)
    assert window(digest, day + timedelta(days=1))[0] == cutoff
    assert timedelta(hours=22) < cutoff - since < timedelta(hours=26)


def test_a_new_event_is_told_in_words_with_its_sources() -> None:
    new = event("n", known_at=INSIDE)
    told = issue(after=(new,), evidence={"n": (piece("n", "a", INSIDE), piece("n", "b", INSIDE, publisher="herald"))})
    (line,) = told.new
    assert (line.when, line.kind, line.place, line.count) == (
        "2 March 2020",
        "Comet sighting: bright comet",
        "Old Hill",
        "2 comets",
    )
    assert line.status == "corroborated by 2 independent sources"
    assert (line.likelihood, line.p) == ("very likely", 0.9)
    assert [source.publisher for source in line.sources] == ["The Bugle", "The Herald"]
    assert not told.quiet


def test_an_event_known_before_and_unchanged_is_not_told_again() -> None:
    old = event("o")
    assert issue(before=(old,), after=(old,)).quiet


def test_an_unlisted_event_stays_out_until_it_becomes_likely() -> None:
    doubted = event("d", p_occurred=0.3)
    assert issue(after=(doubted,)).quiet
    (line,) = issue(before=(doubted,), after=(event("d", p_occurred=0.8),)).changed
    assert line.changes == ("now very likely (80\u00a0%); before: unlikely (30\u00a0%)",)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": "disputed"}, "now disputed: sources contradict each other (2 independent sources); before:"),
        ({"on": date(2020, 3, 3), "last_on": date(2020, 3, 3)}, "now dated 3 March 2020 (or within 2 or 3 March"),
        ({"subtype": ""}, "now read as Comet sighting; before: Comet sighting: bright comet"),
        ({"count": 3}, "now 3 comets; before: 2 comets"),
        ({"count": None}, "now no count; before: 2 comets"),
        ({"place": "dale"}, "place now dale; before: Old Hill"),
        ({"p_occurred": 0.55}, "now likely (55\u00a0%); before: very likely (90\u00a0%)"),
        ({"wires": 3}, "1 more independent source (1 report added)"),
        ({"status": "retracted"}, "now retracted: no source stands by it; before:"),
    ],
)
def test_each_change_is_said(changes: dict[str, object], told: str) -> None:
    old = event("c")
    evidence = {"c": (piece("c", "a", SINCE - timedelta(hours=1)), piece("c", "b", INSIDE, wire=2))}
    (line,) = issue(before=(old,), after=(replace(old, **changes),), evidence=evidence).changed  # type: ignore[arg-type]
    assert any(each.startswith(told) for each in line.changes), line.changes


def test_small_moves_of_probability_and_copies_are_no_news() -> None:
    old = event("c")
    copies = {"c": tuple(piece("c", key, INSIDE) for key in "xyz")}
    assert issue(before=(old,), after=(replace(old, p_occurred=0.85),), evidence=copies).quiet


def test_an_event_that_was_taken_out_is_told_and_one_that_was_joined_is_not() -> None:
    old = event("gone")
    (line,) = issue(before=(old,)).changed
    assert line.event_id == "gone"
    assert line.changes[0].startswith("taken out")
    joined = replace(old, id="ref", lane="joined", members=("gone", "ref"), status="confirmed")
    told = issue(before=(old,), after=(joined,))
    assert [line.event_id for line in told.changed] == ["ref"]
    assert not told.new


def test_sources_are_as_independent_as_can_be_and_the_rest_is_counted() -> None:
    pieces = [piece("e", f"copy{n}", at(2, n), publisher=f"copier{n}") for n in range(6)]
    pieces.append(piece("e", "own", at(2, 9), wire=1, publisher="herald", url="javascript:alert(1)"))
    shown, more = sources_of(pieces, LABELS)
    assert len(shown) == SOURCES_SHOWN
    assert more == 2
    assert [link.publisher for link in shown[:2]] == ["copier0", "The Herald"]
    assert shown[1].url == ""


def test_a_moved_verdict_and_the_open_claims_an_event_bears_on() -> None:
    new = event("n", known_at=INSIDE)
    open_ = verdict("f1", verdict="open", claim_held=None, events=(), p_yes=0.7)
    told = issue(
        after=(new,),
        judged=((verdict("f2", verdict="open", claim_held=None), open_), (verdict("f2"), open_)),
        cards=(card("f1"), card("f2")),
    )
    (moved,) = told.verdicts
    assert (moved.forecast, moved.said) == ("f2", "came true; before: still open. The claim held")
    (bears,) = told.bearing
    assert bears.forecast == "f1"
    assert bears.events == ("Comet sighting: bright comet, 2 March 2020",)
    assert bears.said == "still open; 70\u00a0% likely to hold"


def test_a_claim_is_not_touched_from_outside_its_window_or_kind() -> None:
    new = event("n", known_at=INSIDE)
    open_ = verdict("f1", verdict="open", claim_held=None, events=())
    deaf = card("f1", readings=(ReadingCard("main", "", windows=(WindowCard("2020"),), categories=("fair",)),))
    late = replace(open_, window="2021")
    assert not issue(after=(new,), judged=((), (open_,)), cards=(deaf,)).bearing
    assert not issue(after=(new,), judged=((), (late,)), cards=(card("f1"),)).bearing
    assert issue(after=(new,), judged=((), (replace(open_, events=("n",)),))).bearing


def test_only_the_digests_categories_are_told_and_charted() -> None:
    both = (event("n", known_at=INSIDE), event("f", category="fair", known_at=INSIDE))
    told = issue(after=both, digest=replace(DIGEST, categories=("fair",)))
    assert [line.event_id for line in told.new] == ["f"]
    assert len(told.days) == CHART_DAYS
    assert told.days[-1].on == DAY
    assert told.days[-1].events == 1


EVENTS = st.lists(
    st.builds(
        lambda number, p, wires, category, known: event(
            f"e{number}",
            p_occurred=p,
            wires=wires,
            category=category,
            known_at=SINCE + timedelta(hours=known),
        ),
        st.integers(0, 50),
        st.floats(0, 1),
        st.integers(0, 9),
        st.sampled_from(["comet", "fair"]),
        st.integers(1, 24),
    ),
    unique_by=lambda each: each.id,
    max_size=12,
).map(tuple)


@given(EVENTS)
@settings(max_examples=50)
def test_order_is_weight_times_p_times_log_of_wires_then_id(events: tuple[Event, ...]) -> None:
    told = issue(after=events)
    by_id = {each.id: each for each in events}
    ranks = [rank(by_id[line.event_id], LABELS.weight(by_id[line.event_id].category)) for line in told.new]
    assert ranks == sorted(ranks, reverse=True)
    tied = [(a, b) for a, b in pairwise(told.new) if a.rank == b.rank]
    assert all(a.event_id < b.event_id for a, b in tied)
    assert {line.event_id for line in told.new} == {each.id for each in events if each.listed}


@given(EVENTS, st.lists(st.integers(1, 72), max_size=5))
@settings(max_examples=50)
def test_evidence_known_after_the_cut_off_changes_nothing(events: tuple[Event, ...], hours: list[int]) -> None:
    known = {each.id: (piece(each.id, "a", each.known_at),) for each in events}
    later = {
        key: (*pieces, *(piece(key, f"late{n}", CUTOFF + timedelta(hours=n), wire=9) for n in hours))
        for key, pieces in known.items()
    }
    assert issue(after=events, evidence=known) == issue(after=tuple(reversed(events)), evidence=later)


def test_a_claim_with_rival_readings_is_told_once() -> None:
    def readings(outcome: str, held: bool | None) -> tuple[Verdict, ...]:
        told = verdict("f1", verdict=outcome, claim_held=held)
        return replace(told, reading="loose", scored=False), replace(told, reading="strict")

    made = issue(judged=(readings("open", None), readings("yes", True)))
    assert [line.forecast for line in made.verdicts] == ["f1"]
