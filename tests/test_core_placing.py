"""Placing and assembling as pure functions: by tables and by properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.agreement import agreed_days
from tracker.core.assembling import assemble
from tracker.core.dating import day_weights
from tracker.core.days import DayWeights, Published, likeliest, normalised, span_of
from tracker.core.events import Event, Evidence
from tracker.core.gathering import agreed_p
from tracker.core.linking import join, link
from tracker.core.observations import Observer
from tracker.core.placing import Attach, Ignore, Open, Placeable, Policy, Standing, place, place_row, stay
from tracker.core.readings import observer_in_force
from tracker.core.taxonomy import Category, Subtype
from tracker.core.wires import Wires, Wording, likeness, print_of

POLICY = Policy(
    stale_share=0.05, talk_share=0.3, open_p=0.5, long_tail=8, long_share=0.1, place_factor=0.4, context_days=21,
    wording=Wording(0.5, day_cost=0.1), link_days=2, reliability={}, certainty={},
)  # fmt: skip
KIND = Category(
    id="launch", label="Launch", zone="Asia/Seoul", unit="event", window_days=1, echo_days=3, weight=1, guide=True,
    subtypes={"short": Subtype("short", "short"), "long": Subtype("long", "long"),
              "summit": Subtype("summit", "summit", distinct=True)},
)  # fmt: skip
DAY = date(2020, 3, 2)


def days(on: date, spread: float = 0.2) -> DayWeights:
    return normalised({on: 1.0, on - timedelta(days=1): spread})


def mention(
    on: date = DAY, act: str = "opens", subtype: str = "", seen: date | None = None, site: str = ""
) -> Placeable:
    return Placeable("key", act, "launch", subtype, 0.9, days(on), frozenset({site} - {""}), seen or on)  # type: ignore[arg-type]


def event(on: date = DAY, id_: str = "e", subtype: str = "", wires: int = 3, site: str = "") -> Standing:
    return Standing(id_, "launch", subtype, days(on, 0.05), frozenset({site} - {""}), wires)


def test_the_four_launch_days_of_a_month_stay_four() -> None:
    march = [date(2020, 3, day) for day in (2, 9, 21, 29)]
    for number, on in enumerate(march):
        standing = [event(past, f"e{past.day}", wires=8) for past in march[:number]]
        assert isinstance(place(mention(on), KIND, standing, POLICY), Open)
        assert place(mention(on), KIND, [*standing, event(on, "today")], POLICY).event == "today"  # type: ignore[union-attr]


def test_three_days_apart_are_two_events_however_loud_the_first() -> None:
    decision = place(mention(DAY + timedelta(days=3)), KIND, [event(wires=200)], POLICY)
    assert isinstance(decision, Open)
    assert decision.share < 0.75, "so soon after a loud one, a single report says less"


def test_a_report_of_the_next_morning_joins() -> None:
    decision = place(mention(DAY + timedelta(days=1)), KIND, [event()], POLICY)
    assert isinstance(decision, Attach)
    assert decision.event == "e"


@pytest.mark.parametrize(
    ("mine", "theirs", "joins"),
    [("", "", True), ("", "summit", True), ("short", "long", True), ("summit", "", False), ("summit", "short", False),
     ("summit", "summit", True), ("short", "summit", False)],
)  # fmt: skip
def test_which_kinds_may_be_one_event(mine: str, theirs: str, joins: bool) -> None:
    decision = place(mention(subtype=mine), KIND, [event(subtype=theirs)], POLICY)
    assert isinstance(decision, Attach) is joins


def test_commentary_attaches_without_weight_or_is_ignored() -> None:
    late = mention(DAY + timedelta(days=10), act="context")
    decision = place(late, KIND, [event()], POLICY)
    assert isinstance(decision, Attach)
    assert not decision.dates
    assert isinstance(place(late, KIND, [], POLICY), Ignore)
    assert isinstance(place(mention(DAY + timedelta(days=60), act="context"), KIND, [event()], POLICY), Ignore)


def test_a_denial_touches_only_its_own_event() -> None:
    assert isinstance(place(mention(act="lowers"), KIND, [event()], POLICY), Attach)
    assert isinstance(place(mention(DAY + timedelta(days=9), act="lowers"), KIND, [event()], POLICY), Ignore)


@given(st.integers(-400, 400), st.sampled_from(["opens", "lowers", "context", "ignores"]))
def test_placing_is_deterministic_and_blind_to_order(offset: int, act: str) -> None:
    standing = [event(DAY + timedelta(days=step), f"e{step}") for step in range(0, 40, 4)]
    asked = mention(DAY + timedelta(days=offset), act=act)
    assert place(asked, KIND, standing, POLICY) == place(asked, KIND, standing[::-1], POLICY)


@given(st.integers(30, 4000))
def test_an_event_of_another_kind_or_far_away_changes_nothing_that_matters(far: int) -> None:
    near = [event()]
    stranger = Standing("x", "other", "", days(DAY), frozenset(), 5)
    before = place(mention(), KIND, near, POLICY)
    assert place(mention(), KIND, [*near, stranger], POLICY) == before
    after = place(mention(), KIND, [*near, event(DAY + timedelta(days=far), "far")], POLICY)
    assert after == before


def test_rows_of_one_table_never_merge_and_those_of_two_may() -> None:
    asked = mention(site="wonsan")
    mine, theirs = (event(site="wonsan"), frozenset({"a"})), (event(site="wonsan"), frozenset({"b"}))
    assert isinstance(place_row(asked, KIND, "a", [mine]), Open)
    assert isinstance(place_row(asked, KIND, "a", [theirs]), Attach)
    assert isinstance(place_row(mention(site="sohae"), KIND, "a", [theirs]), Open)


def test_a_newer_text_stays_with_its_event_when_it_still_reports_it() -> None:
    former = [event()]
    assert stay(mention(), KIND, former) == Attach("e", 1.0, 1.0, True, "a newer text of an item that reported it")
    assert stay(mention(DAY + timedelta(days=30)), KIND, former) is None
    assert stay(mention(act="lowers"), KIND, former) is None
    assert stay(mention(subtype="summit"), KIND, [event(subtype="short")]) is None
    assert stay(mention(), KIND, []) is None


def test_a_new_observer_waits_until_it_has_read_everything() -> None:
    old, new = Observer("rules", "r", "1"), Observer("rules", "r", "2")
    assert observer_in_force(new, None, 7) == new
    assert observer_in_force(new, old, 7) == old
    assert observer_in_force(new, old, 0) == new


# --- assembling ------------------------------------------------------------------------------------


def piece(wire: int = 0, p: float = 0.8, on: date = DAY, role: str = "supports", **more: object) -> Evidence:
    at = datetime(on.year, on.month, on.day, 3, tzinfo=UTC)
    fields: dict[str, object] = {"publisher": f"p{wire}", "publisher_kind": "outlet", "title": f"title {wire}"} | more
    return Evidence("e", f"k{wire}{p}{on}", role, wire, known_at=at, p=p, days=days(on), zone="Asia/Seoul", **fields)  # type: ignore[arg-type]


def made(*pieces: Evidence) -> Event:
    event = assemble("e", "news", "launch", pieces)
    assert event is not None
    return event


def test_wires_corroborate_and_copies_do_not() -> None:
    alone = made(piece(0, 0.6))
    copied = made(piece(0, 0.6), piece(0, 0.6), piece(0, 0.5))
    both = made(piece(0, 0.6), piece(1, 0.6))
    assert (alone.status, alone.wires) == (copied.status, copied.wires) == ("reported", 1)
    assert alone.p_occurred == copied.p_occurred == 0.6
    assert (both.status, both.wires, both.p_occurred) == ("corroborated", 2, 0.7692)


def test_an_official_source_confirms_and_a_denial_disputes() -> None:
    assert made(piece(publisher_kind="official")).status == "confirmed"
    disputed = made(piece(0, 0.9), piece(1, 0.9, role="lowers"))
    assert disputed.status == "disputed"
    assert disputed.p_occurred < 0.9
    assert made(piece(0, 0.9), piece(1, 0.0, role="context")).status == "reported"


def test_context_and_nothing_support_no_event() -> None:
    assert assemble("e", "news", "launch", [piece(role="context")]) is None
    assert assemble("e", "news", "launch", []) is None


def test_superseded_support_leaves_a_retracted_event() -> None:
    gone = made(piece(role="superseded"))
    assert (gone.status, gone.p_occurred, gone.wires, gone.listed) == ("retracted", 0.0, 0, False)


def test_a_first_report_just_after_midnight_keeps_the_day_before() -> None:
    late_evening = date(2017, 7, 28)
    first = normalised({late_evening: 0.85, late_evening + timedelta(days=1): 0.15})
    later = normalised({late_evening: 0.2, late_evening + timedelta(days=1): 0.8})
    span = span_of(agreed_days([(first, None), *[(later, None)] * 10], "Asia/Seoul"))
    assert span is not None
    assert late_evening in span


weights = st.dictionaries(st.integers(0, 6), st.floats(0.01, 1), min_size=1, max_size=4).map(
    lambda found: normalised({DAY + timedelta(days=day): weight for day, weight in found.items()})
)


@given(st.lists(weights, min_size=1, max_size=6))
def test_agreed_days_are_weights_over_days_somebody_named(wires: list[DayWeights]) -> None:
    agreed = agreed_days([(each, None) for each in wires], "Asia/Seoul")
    assert abs(sum(weight for _, weight in agreed) - 1) < 1e-4
    assert {day for day, _ in agreed} <= {day for each in wires for day, _ in each}
    assert likeliest(agreed) is not None


@given(st.lists(st.floats(0.05, 0.95), min_size=1, max_size=6), st.floats(0.05, 0.95))
def test_one_more_source_never_lowers_the_probability(before: list[float], more: float) -> None:
    pieces = [piece(number, round(p, 4)) for number, p in enumerate(before)]
    assert made(*pieces, piece(99, round(more, 4))).p_occurred >= made(*pieces).p_occurred


AT = datetime(2020, 3, 2, 3, tzinfo=UTC)
WORDING = Wording(0.5, day_cost=0.1, ahead_cost=0.3, small=frozenset({"into", "the"}), ahead=frozenset({"will"}),
                  endings=("es", "ed", "s", "e"), spellings=(("n. korea", "north korea"),))  # fmt: skip


def alike(a: str, b: str, later: float = 0.0) -> float:
    return likeness(print_of(a, WORDING), print_of(b, WORDING), later, WORDING)


def test_a_copy_is_edited_shortened_and_soon() -> None:
    first = "North Korea fires missile into eastern sea"
    assert alike(first, "N. Korea fired missiles into the Eastern Sea | The Paper") == 1.0
    assert alike(first, "North Korea fires missile") > 0.7
    assert alike(first, first, 6) < 0.5 < alike(first, first, 1)
    assert alike(first, "North Korea will fire missile into eastern sea") < alike(first, "North Korea to fire missile")
    assert alike(first, "Talks begin at the border village") == 0.0
    assert alike("", "") == 0.0


@given(st.text(max_size=40), st.text(max_size=40), st.floats(0, 30))
def test_likeness_is_symmetric_and_at_most_one(a: str, b: str, later: float) -> None:
    assert alike(a, b, later) == alike(b, a, later) <= 1.0


def test_two_primary_sources_are_no_copies_of_each_other() -> None:
    quoting = replace(WORDING, primaries=(("staff", "seoul says"), ("ministry", "tokyo says")))
    seoul, tokyo, plain = (
        print_of(f"North Korea fires missile into eastern sea{said}", quoting)
        for said in (", Seoul says", ", Tokyo says", "")
    )
    assert likeness(seoul, tokyo, 0, quoting) == 0.0
    assert likeness(seoul, plain, 0, quoting) > 0.5 < likeness(tokyo, plain, 0, quoting)
    assert likeness(seoul, seoul, 0, quoting) == 1.0


def test_the_more_words_both_have_the_likelier_is_a_copy() -> None:
    amount = replace(WORDING, amount_share=0.5, half_words=2.0, ahead_cost=0.0)
    short, long = "North fires missile", "North fires missile over eastern sea at dawn"
    same = [likeness(print_of(each, amount), print_of(each, amount), 0, amount) for each in (short, long)]
    assert same == pytest.approx([0.5 + 0.5 * 3 / 5, 0.5 + 0.5 * 8 / 10])
    assert alike(short, short) == alike(long, long) == 1.0, "without the share, shares are all that counts"
    assert likeness(print_of(short, amount), print_of("Talks begin", amount), 0, amount) == 0.0


def test_stems_that_desks_put_for_one_another_are_one() -> None:
    same = replace(WORDING, same=(("halt", "suspend"), ("nuk", "nuclear")))
    said, other = (print_of(each, same).stems for each in ("North halted nuke tests", "North suspends nuclear tests"))
    assert said == other
    assert print_of("North halted nuke tests", WORDING).stems != print_of("North suspends nuclear tests", WORDING).stems


def test_across_scripts_the_same_figures_make_a_copy() -> None:
    assert alike("North Korea fires 3 missiles", "북한, 미사일 3발 발사") == 1.0
    assert alike("North Korea fires 2 missiles", "북한, 미사일 3발 발사") == 0.0
    assert alike("North Korea fires missiles", "북한, 미사일 발사") == 0.0
    assert alike("北朝鮮がミサイル発射", "北朝鮮、ミサイルを発射か") > 0.5


def test_copies_and_second_pieces_join_a_wire_and_agencies_never_do() -> None:
    wires = Wires(WORDING)
    assert wires.of("Anything", "c", "outlet", AT) == 0
    wires.add(0, "North fires missile into eastern sea", "a", "agency", AT)
    wires.add(3, "Talks begin at the border village", "b", "outlet", AT)
    assert wires.of("North fires missile into the eastern sea", "c", "outlet", AT) == 0
    assert wires.of("North fires missile into the eastern sea", "c", "agency", AT) == 4
    assert wires.of("Something else entirely", "b", "outlet", AT) == 3
    assert wires.of("Something else entirely", "c", "outlet", AT) == 4


def test_a_much_reported_event_costs_no_more_with_every_report() -> None:
    wires = Wires(WORDING)
    for number in range(300):
        wires.add(number, f"report number{number} of the day", f"p{number}", "outlet", AT)
    assert wires.of("report number0 of the day", "new", "outlet", AT) != 0, "too old to be compared with"
    assert wires.of("report number299 of the day", "new", "outlet", AT) == 299


def test_american_papers_of_the_day_before_and_korean_ones_agree_on_the_korean_day() -> None:
    """A launch after dawn in Korea on the 2nd is the evening of the 1st in New York."""
    eve = DAY - timedelta(days=1)
    dawn = (1.0,) * 5 + (6.0,) * 3 + (1.0,) * 16
    american = Published.day(eve, "America/New_York")
    korean = Published.day(DAY, "Asia/Seoul")
    texts = [
        (day_weights(each, "Asia/Seoul", "UTC"), (each.first_at, each.last_at)) for each in (american, american, korean)
    ]
    assert likeliest(agreed_days(texts, "Asia/Seoul", dawn)) == DAY  # type: ignore[arg-type]


def test_words_that_name_a_day_outweigh_the_stamp() -> None:
    at = datetime(2020, 3, 4, 3, tzinfo=UTC)
    named = ((DAY, 1.0),)
    assert agreed_days([(named, (at, at))], "Asia/Seoul") == named
    ahead = ((DAY + timedelta(days=90), 1.0),)
    assert agreed_days([(ahead, (at, at))], "Asia/Seoul") == ahead


def test_a_weak_report_opens_nothing_and_supports_what_stands() -> None:
    weak = replace(mention(), p=0.3)
    assert isinstance(place(weak, KIND, [], POLICY), Ignore)
    assert isinstance(place(weak, KIND, [event()], POLICY), Attach)


def test_a_copy_belongs_to_the_event_it_copies_whatever_subtype_was_read() -> None:
    meeting = event(subtype="summit")
    assert isinstance(place(mention(subtype="short"), KIND, [meeting], POLICY), Open)
    assert isinstance(place(mention(subtype="short"), KIND, [meeting], POLICY, {meeting.id}), Attach)


def test_a_doubtful_event_draws_less_than_a_sure_one() -> None:
    late = mention(DAY + timedelta(days=3))
    sure = place(late, KIND, [event(wires=50)], POLICY)
    unsure = place(late, KIND, [replace(event(wires=50), p=0.1)], POLICY)
    assert isinstance(unsure, Open)
    assert unsure.share > sure.share  # type: ignore[union-attr]


def test_wires_of_little_weight_do_not_add_up_to_certainty() -> None:
    assert agreed_p([0.3]) == pytest.approx(0.3)
    assert agreed_p([0.3, 0.3, 0.3, 0.3]) < 0.6
    assert agreed_p([0.8] * 4) > 0.95


# --- linking ---------------------------------------------------------------------------------------


def standing_event(id_: str, lane: str, on: date, p: float = 0.9, subtype: str = "", count: int | None = None) -> Event:
    return Event(
        id_, lane, "launch", subtype, on, on, on, "Asia/Seoul", "reported", p, count, "missile", "", 1, (lane,), id_,  # type: ignore[arg-type]
        datetime(2020, 4, 1, tzinfo=UTC),
    )  # fmt: skip


def test_the_lanes_are_joined_one_to_one_and_their_differences_kept() -> None:
    news = [standing_event("n1", "news", DAY, count=3), standing_event("n2", "news", DAY + timedelta(days=1))]
    known = [standing_event("r1", "reference", DAY + timedelta(days=1), 0.99, "short", 2)]
    links = link(news, known, {"launch": KIND}, 2)
    assert [(each.news, each.reference) for each in links] == [("n2", "r1")]
    (farther,) = link(news[:1], known, {"launch": KIND}, 2)
    assert [each.field for each in farther.differences] == ["date", "count"]
    joined = join(news, known, links)
    assert [(each.id, each.lane) for each in joined] == [("n1", "news"), ("r1", "joined")]
    pair = joined[1]
    assert (pair.on, pair.status, pair.members, pair.p_occurred) == (known[0].on, "confirmed", ("n2", "r1"), 0.999)
    assert link([standing_event("n3", "news", DAY, 0.3)], known, {"launch": KIND}, 2) == ()
