"""What changed between two timelines: each kind of change in words, and that nothing else is ever told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from doors_record import LABELS, at, event, piece
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.changes import Decided, EventChange, changes_between
from tracker.core.events import Event
from tracker.core.timeline import Timeline

SINCE, UNTIL = at(3), at(5)
INSIDE = at(4)


def changes(before: tuple[Event, ...] = (), after: tuple[Event, ...] = (), **more: Any) -> tuple[EventChange, ...]:
    return changes_between(Timeline(SINCE, "news", before), Timeline(UNTIL, "news", after), LABELS, **more)


def test_a_new_event_is_opened_and_an_unlikely_one_is_not() -> None:
    (one,) = changes(after=(event("n", known_at=INSIDE), event("rumour", p_occurred=0.2)))
    assert (one.event.id, one.was, one.kinds) == ("n", None, ("opened",))
    assert one.changes[0].text == (
        "new: Comet sighting: bright comet, 2 March 2020; "
        "corroborated by 2 independent sources; very likely (90\u00a0%)"
    )


@pytest.mark.parametrize(
    ("was", "now", "kinds"),
    [
        ({"status": "reported", "wires": 1}, {}, ("corroborated",)),
        ({}, {"status": "confirmed"}, ("confirmed",)),
        ({}, {"status": "disputed"}, ("disputed",)),
        ({"status": "confirmed"}, {}, ("weakened",)),
        ({}, {"status": "reported", "wires": 1}, ("weakened",)),
        ({}, {"status": "retracted", "p_occurred": 0.0, "wires": 0}, ("retracted", "reweighed")),
        ({}, {"on": date(2020, 3, 3), "first_on": date(2020, 3, 3), "last_on": date(2020, 3, 3)}, ("redated",)),
        ({}, {"first_on": date(2020, 3, 1)}, ("redated",)),
        ({}, {"count": 3}, ("recounted",)),
        ({}, {"subtype": ""}, ("relabelled",)),
        ({}, {"place": "dale"}, ("moved",)),
        ({}, {"p_occurred": 0.6}, ("reweighed",)),
        ({"p_occurred": 0.45}, {"p_occurred": 0.52}, ("reweighed",)),
        ({}, {"wires": 3}, ("corroborated",)),
        ({}, {"lane": "joined", "status": "confirmed", "id": "r", "members": ("e", "r")}, ("confirmed",)),
    ],
)  # fmt: skip
def test_each_kind_of_change_has_its_name_and_both_values(
    was: dict[str, Any], now: dict[str, Any], kinds: tuple[str, ...]
) -> None:
    (one,) = changes((event("e", **was),), (event("e") if not now else replace(event("e"), **now),))
    assert one.kinds == kinds
    assert all(each.before and each.after and each.before != each.after for each in one.changes)


def test_what_moves_too_little_or_only_its_copies_is_not_told() -> None:
    old = event("e")
    assert changes((old,), (replace(old, p_occurred=0.85),)) == ()
    assert changes((old,), (replace(old, title="Another headline", sources=("herald",)),)) == ()
    rumour = event("r", p_occurred=0.1)
    assert changes((rumour,), (replace(rumour, count=9),)) == ()


def test_a_merged_id_says_where_it_went_and_another_that_it_is_gone() -> None:
    old, other = event("old"), event("other", date(2020, 3, 4))
    (one,) = changes((old, other), (other,), forwards={"old": "middle", "middle": "other"})
    assert one.kinds == ("merged",)
    assert one.changes[0].after == "Comet sighting: bright comet, 4 March 2020"
    (gone,) = changes((old, other), (other,))
    assert gone.kinds == ("removed",)
    looped = changes((old, other), (other,), forwards={"old": "nowhere", "nowhere": "old"})
    assert looped[0].kinds == ("removed",), "a loop of forwards leads nowhere and ends"


def test_a_decision_between_the_two_instants_is_told_with_who_and_why() -> None:
    made = Decided("e", INSIDE, "An Analyst", "dated 3 March 2020", "the ministry says so")
    early = replace(made, at=SINCE - timedelta(hours=1))
    (one,) = changes((event("e"),), (event("e"),), decided=(early, made))
    assert one.kinds == ("corrected",)
    assert one.changes[0].text == "corrected by An Analyst: dated 3 March 2020 (the ministry says so)"
    assert one.at == INSIDE


def test_the_instant_is_that_of_the_newest_report_and_never_the_present() -> None:
    old = event("e")
    known = {"e": (piece("e", "a", at(2)), piece("e", "b", INSIDE), piece("e", "late", at(6)))}
    (one,) = changes((old,), (replace(old, wires=3),), evidence=known)
    assert one.at == INSIDE
    assert one.changes[-1].text == "1 more independent source (1 report added)"
    (silent,) = changes((old,), (replace(old, wires=3),))
    assert silent.at == SINCE


EVENTS = st.lists(
    st.builds(
        lambda number, p, wires, count: event(f"e{number}", p_occurred=p, wires=wires, count=count),
        st.integers(0, 6),
        st.floats(0, 1),
        st.integers(0, 4),
        st.integers(1, 3),
    ),
    unique_by=lambda each: each.id,
    max_size=6,
).map(tuple)


@given(EVENTS)
def test_nothing_changes_from_a_timeline_to_itself(events: tuple[Event, ...]) -> None:
    assert changes(events, events) == ()


@given(EVENTS, EVENTS)
def test_an_unrelated_event_changes_no_other_and_order_does_not_matter(
    before: tuple[Event, ...], after: tuple[Event, ...]
) -> None:
    told = changes(before, after)
    stranger = event("stranger", category="fair")
    more = changes((*before[::-1], stranger), (stranger, *after[::-1]))
    assert told == more
    assert len({each.event.id for each in told}) == len(told)
    assert all(each.event.listed or (each.was is not None and each.was.listed) for each in told)
