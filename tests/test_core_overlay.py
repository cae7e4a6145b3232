"""Corrections over a lane: what each does, and that nothing is left of one that was withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.assembling import assemble
from tracker.core.corrections import (
    Add,
    Affirm,
    Change,
    Cited,
    Correction,
    Dismiss,
    Merge,
    Recast,
    Redate,
    Relabel,
    Split,
    Target,
    Withdraw,
    body_of,
    change_of,
    standing,
)
from tracker.core.events import Event, Evidence
from tracker.core.overlay import AFFIRMED_P, Overlay, overlay
from tracker.core.wires import Wording

WORDING = Wording(0.6)
T0 = datetime(2020, 3, 2, tzinfo=UTC)
D2, D3, D9 = date(2020, 3, 2), date(2020, 3, 3), date(2020, 3, 9)


def piece(event: str, key: str, publisher: str, title: str, on: date = D2, wire: int = 0, hour: int = 0) -> Evidence:
    return Evidence(
        event, key, "supports", wire, publisher, "outlet", T0 + timedelta(hours=hour), 0.8, ((on, 1.0),), "Asia/Seoul",
        title=title, url=f"https://{publisher}.example/{key}",
    )  # fmt: skip


EVIDENCE = {
    "a": [
        piece("a", "a1", "bugle", "Comet over the hill", hour=1),
        piece("a", "a2", "herald", "A star falls, farmers say", wire=1, hour=2),
        piece("a", "a3", "gazette", "Light seen at noon", D3, wire=2, hour=3),
    ],
    "b": [
        piece("b", "b1", "bugle", "Second look at the comet", D3, hour=4),
        piece("b", "b2", "courier", "Fireball wakes the valley", D3, wire=1, hour=5),
    ],
    "c": [piece("c", "c1", "monitor", "Meteor shower", D9, hour=9)],
}


def made(id_: str) -> Event:
    event = assemble(id_, "news", "comet", EVIDENCE[id_])
    assert event is not None
    return event


LANE = tuple(made(id_) for id_ in EVIDENCE)


def entry(seq: int, change: Change, *ids: str, author: str = "R. Reader") -> Correction:
    targets = tuple(Target(id_, "news") for id_ in ids)
    return Correction(seq, T0 + timedelta(days=seq), author, "because", ids[0] if ids else "", "", targets, change)


def over(*journal: Correction, renamed: dict[str, str] | None = None) -> Overlay:
    return overlay("news", LANE, EVIDENCE, journal, WORDING, renamed=renamed)


def event(result: Overlay, id_: str) -> Event:
    return next(each for each in result.events if each.id == id_)


INTO_A = Merge(Target("a", "news"))


def test_without_corrections_the_lane_is_the_machine_s() -> None:
    assert over().events == LANE


@pytest.mark.parametrize(
    ("change", "shows"),
    [
        (Relabel("fair", "", "hill", 4, "visitor"), {"category": "fair", "place": "hill", "count": 4}),
        (Relabel(subtype="bright"), {"category": "comet", "subtype": "bright"}),
        (Redate(D3, D9, D3), {"on": D3, "first_on": D3, "last_on": D9}),
        (Recast("expected"), {"p_occurred": 0.0, "status": "retracted"}),
        (Dismiss(), {"p_occurred": 0.0, "status": "retracted", "wires": 3}),
        (Affirm(), {"status": "confirmed"}),
    ],
)
def test_a_correction_changes_what_it_says_and_names_its_author(change: Change, shows: dict[str, object]) -> None:
    result = over(entry(1, change, "a"))
    after = event(result, "a")
    assert {name: getattr(after, name) for name in shows} == shows
    assert [(said.seq, said.author) for said in after.said] == [(1, "R. Reader")]
    assert after.sources == made("a").sources
    assert [each for each in result.events if each.id != "a"] == list(LANE[1:])


def test_affirming_raises_and_never_lowers() -> None:
    assert event(over(entry(1, Affirm(), "c")), "c").p_occurred == AFFIRMED_P
    assert event(over(entry(1, Affirm(), "a")), "a").p_occurred == max(AFFIRMED_P, made("a").p_occurred)


def test_merged_evidence_is_counted_as_one_and_the_id_forwards() -> None:
    result = over(entry(1, INTO_A, "b"))
    after = event(result, "a")
    assert (after.wires, after.sources) == (4, ("bugle", "herald", "gazette", "courier"))
    assert [each.id for each in result.events] == ["a", "c"]
    assert result.forwards == {"b": "a"}
    assert {each.key for each in result.evidence["a"]} == {"a1", "a2", "a3", "b1", "b2"}


def test_merges_make_chains_and_later_corrections_go_to_the_end_of_them() -> None:
    chain = [entry(1, Merge(Target("b", "news")), "c"), entry(2, INTO_A, "b"), entry(3, Dismiss(), "c")]
    result = over(*chain)
    assert result.forwards == {"c": "b", "b": "a"}
    assert event(result, "a").status == "retracted"
    assert not result.not_applied


def test_a_merge_in_a_circle_is_told_of_and_changes_nothing() -> None:
    result = over(entry(1, INTO_A, "b"), entry(2, Merge(Target("b", "news")), "a"))
    assert [(each.seq, "into itself" in each.reason) for each in result.not_applied] == [(2, True)]
    assert result.events == over(entry(1, INTO_A, "b")).events


def test_reports_are_split_off_by_key_and_by_day_also_when_they_come_later() -> None:
    by_key = over(entry(1, Split("s", keys=("a3",)), "a"))
    by_day = over(entry(1, Split("s", days=(D3,)), "a"))
    for result in (by_key, by_day):
        assert (event(result, "s").on, event(result, "s").sources) == (D3, ("gazette",))
        assert (event(result, "a").wires, event(result, "a").last_on) == (2, D2)
    later = {**EVIDENCE, "a": [*EVIDENCE["a"], piece("a", "a4", "monitor", "Late light", D3, wire=3, hour=30)]}
    result = overlay("news", LANE, later, [entry(1, Split("s", days=(D3,)), "a")], WORDING)
    assert event(result, "s").sources == ("gazette", "monitor")


@pytest.mark.parametrize("keys", [("a1", "a2", "a3"), ("zzz",), ()])
def test_a_split_that_leaves_nothing_is_told_of(keys: tuple[str, ...]) -> None:
    result = over(entry(1, Split("s", keys=keys), "a"))
    assert len(result.not_applied) == 1
    assert result.events == LANE


def by_hand(*publishers: str) -> Add:
    sources = tuple(Cited(f"https://{each}.example/x", each, "outlet") for each in publishers)
    return Add("h", "comet", "", D9, D9, D9, "Asia/Seoul", "hill", 2, "comet", "Two comets", sources)


def test_an_event_by_hand_lists_its_sources_and_is_known_since_it_was_added() -> None:
    result = over(entry(4, by_hand("bugle", "herald"), "h"))
    added = event(result, "h")
    assert (added.on, added.count, added.wires, added.sources) == (D9, 2, 2, ("bugle", "herald"))
    assert (added.status, added.listed, added.known_at) == ("corroborated", True, T0 + timedelta(days=4))
    assert [each.url for each in result.evidence["h"]] == ["https://bugle.example/x", "https://herald.example/x"]


def test_a_correction_of_an_event_that_is_gone_is_told_of_unless_its_evidence_is_found_again() -> None:
    old = Correction(1, T0, "R.", "r", "old", "", (Target("old", "news", ("c1",)),), Dismiss())
    assert [each.seq for each in over(old).not_applied] == [1]
    found = over(old, renamed={"old": "c"})
    assert event(found, "c").status == "retracted"
    assert found.forwards == {"old": "c"}


IDS = st.sampled_from(["a", "b", "c", "s1", "s2", "h"])
DAYS = st.sampled_from([D2, D3, D9])
CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.builds(Relabel, st.sampled_from([None, "comet", "fair"]), st.sampled_from([None, "", "bright"])),
    st.builds(lambda on: Redate(on, on, on), DAYS),
    st.just(Dismiss()),
    st.just(Affirm()),
    st.just(Recast("denied")),
    st.builds(lambda id_: Merge(Target(id_, "news")), IDS),
    st.builds(
        Split,
        st.sampled_from(["s1", "s2"]),
        st.lists(st.sampled_from(["a1", "a2", "a3", "b1", "b2", "c1"]), max_size=3).map(tuple),
        st.lists(DAYS, max_size=1).map(tuple),
    ),
    st.just(by_hand("bugle")),
)


@st.composite
def journals(draw: st.DrawFn) -> list[Correction]:
    changes = draw(st.lists(st.tuples(CHANGES, IDS), max_size=7))
    return [
        entry(seq, change, change.made if isinstance(change, Add) else id_)
        for seq, (change, id_) in enumerate(changes, 1)
    ]


@given(journals(), CHANGES, IDS)
def test_a_correction_and_its_withdrawal_cancel(journal: Sequence[Correction], change: Change, id_: str) -> None:
    number = len(journal) + 1
    one = entry(number, change, "h" if isinstance(change, Add) else id_)
    both = [*journal, one, entry(number + 1, Withdraw(number))]
    assert over(*both) == over(*journal)


@given(journals())
def test_all_withdrawn_is_the_machine_s_lane(journal: list[Correction]) -> None:
    number = len(journal)
    gone = [entry(number + each.seq, Withdraw(each.seq)) for each in journal]
    assert over(*journal, *gone) == Overlay(LANE)
    assert standing([*journal, *gone]) == ()


@given(journals())
def test_no_report_is_lost_or_counted_twice_and_forwards_end_at_an_event(journal: list[Correction]) -> None:
    result = over(*journal)
    now = [each.key for event in result.events for each in result.evidence.get(event.id, EVIDENCE.get(event.id, ()))]
    by_hand_keys = [key for key in now if key.startswith("h-")]
    assert sorted(set(now) - set(by_hand_keys)) == sorted(each.key for pieces in EVIDENCE.values() for each in pieces)
    assert len(now) == len(set(now))
    ids = {event.id for event in result.events}
    assert len(ids) == len(result.events)
    for old in result.forwards:
        end, steps = old, 0
        while end in result.forwards:
            end, steps = result.forwards[end], steps + 1
            assert steps <= len(result.forwards)
        assert end in ids
        assert old not in ids


@given(journals())
def test_the_journal_comes_back_from_what_is_kept_of_it(journal: list[Correction]) -> None:
    for each in journal:
        assert change_of(each.action, body_of(each.targets, each.change)) == (each.targets, each.change)


@given(journals())
def test_what_was_superseded_stays_so(journal: list[Correction]) -> None:
    withdrawn = {id_: [replace(each, role="superseded") for each in pieces] for id_, pieces in EVIDENCE.items()}
    lane = [assemble(id_, "news", "comet", pieces) for id_, pieces in withdrawn.items()]
    result = overlay("news", [each for each in lane if each is not None], withdrawn, journal, WORDING)
    touched = {target.id for each in journal for target in each.targets}
    assert all(each.status == "retracted" for each in result.events if each.id not in touched and not each.said)
