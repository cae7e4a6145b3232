"""Leads (one wire where one wire often errs), parts of a whole, primary sources, and the count of records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tracker.bench.records import FALSE, MISFILED, REAL, VERDICTS, Read, matched, read_list, tally
from tracker.core.alerts import Alert
from tracker.core.assembling import assemble
from tracker.core.changes import changes_between
from tracker.core.corrections import Correction, Redate, Target
from tracker.core.events import Event, Evidence
from tracker.core.linking import join, link
from tracker.core.overlay import overlay
from tracker.core.placing import Attach, Open, Placeable, Policy, Standing, place
from tracker.core.shapes import event_fields, select
from tracker.core.taxonomy import Category, Subtype, Taxonomy
from tracker.core.timeline import EventFilter, Timeline
from tracker.core.wires import NEVER, Wording
from tracker.core.words import Labels, attested_words

DAY = date(2019, 4, 24)
NEXT = DAY + timedelta(days=1)
AT = datetime(2019, 4, 24, 3, tzinfo=UTC)
KIND = Category(
    "talks", "Contact", "Asia/Seoul", "", window_days=2, echo_days=5, weight=1, guide=True, per_year=60, lone_p=0.6,
    subtypes={
        "leader": Subtype("leader", "leaders meet", distinct=True, lasts=True),
        "visit": Subtype("visit", "visit", part_of=("leader",), lasts=True),
        "letter": Subtype("letter", "letter", distinct=True, per_year=6),
        "note": Subtype("note", "note", distinct=True),
        "refusal": Subtype("refusal", "refusal", distinct=True, lone_p=0.8),
    },
)  # fmt: skip
TAXONOMY = Taxonomy({"talks": KIND}, {})
POLICY = Policy(
    stale_share=0.05, talk_share=0.3, eve_share=0.3, open_p=0.5, long_tail=8, long_share=0.1, place_factor=0.4,
    context_days=21, wording=NEVER, link_days=2, reliability={}, certainty={},
)  # fmt: skip
QUOTING = Wording(2.0, primaries=(("staff", "seoul says"), ("media", "kcna")), voices=(("kcna", "media"),))


def piece(p: float, wire: int = 0, subtype: str = "", on: date = DAY, **more: object) -> Evidence:
    fields: dict[str, object] = {"publisher": f"p{wire}{subtype}", "publisher_kind": "outlet", "title": "t"} | more
    return Evidence("e", f"k{wire}{subtype}{on}", "supports", wire, known_at=AT, p=p, days=((on, 1.0),),
                    zone="Asia/Seoul", subtype=subtype, **fields)  # type: ignore[arg-type]  # fmt: skip


def made(*pieces: Evidence, wording: Wording = NEVER) -> Event:
    event = assemble("e", "news", "talks", pieces, KIND, wording)
    assert event is not None
    return event


LEAD, LISTED = made(piece(0.55)), made(piece(0.65))


@pytest.mark.parametrize(
    ("pieces", "listed"),
    [
        ([piece(0.55)], False),
        ([piece(0.65)], True),
        ([piece(0.55), piece(0.2, 1)], True),
        ([piece(0.55, publisher_kind="official")], True),
        ([piece(0.55, publisher=f"p{number}") for number in range(4)], True),
        ([piece(0.55, publisher=f"p{number}") for number in range(3)], False),
        ([piece(0.7, subtype="refusal")], False),
        ([piece(0.85, subtype="refusal")], True),
        ([piece(0.3), piece(0.2, 1)], False),
    ],
)
def test_one_wire_has_to_be_as_sure_as_its_kind_asks(pieces: list[Evidence], listed: bool) -> None:
    assert made(*pieces).listed is listed


def test_a_lead_is_kept_named_and_shown_when_asked_for() -> None:
    assert (LEAD.credible, LEAD.listed) == (True, False)
    assert select([LEAD, LISTED]) == (LISTED,)
    assert select([LEAD, LISTED], everything=True) == (LEAD, LISTED)
    assert "a lead" in attested_words(LEAD)
    assert "a lead" not in attested_words(LISTED)
    assert (event_fields(LEAD)["listed"], event_fields(LISTED)["listed"]) == (False, True)


def test_a_lead_decides_no_claim_and_alerts_nobody() -> None:
    wanted = EventFilter("talks")
    assert (wanted.counts(LEAD), wanted.counts(LISTED)) == (False, True)
    assert replace(wanted, min_p=0.3).counts(LEAD), "whoever asks for less than a timeline lists gets it"
    alert = Alert("a@example.org", 0.5, "talks")
    assert (alert.wants(LEAD, TAXONOMY), alert.wants(LISTED, TAXONOMY)) == (False, True)


def test_a_lead_becomes_news_when_a_second_wire_has_it() -> None:
    later = made(piece(0.55), piece(0.2, 1))
    timelines = [Timeline(AT, "news", (each,)) for each in (LEAD, LEAD, later)]
    labels = Labels(TAXONOMY, {}, {})
    assert not changes_between(timelines[0], timelines[1], labels)
    (found,) = changes_between(timelines[0], timelines[2], labels)
    assert [change.kind for change in found.changes] == ["opened"]
    (gone,) = changes_between(timelines[2], timelines[0], labels)
    assert gone.changes[0].kind == "weakened"
    assert "a lead" in gone.changes[0].text


def test_a_table_is_the_second_source_a_lead_lacked() -> None:
    row = replace(LISTED, id="r", lane="reference", p_occurred=0.99)
    links = link([LEAD], [row], {"talks": KIND}, 2)
    assert [(each.news, each.reference) for each in links] == [("e", "r")]
    (joined,) = join([LEAD], [row], links)
    assert joined.listed
    assert not link([replace(LEAD, p_occurred=0.4)], [row], {"talks": KIND}, 2)


def test_what_an_analyst_corrected_and_let_stand_is_no_lead() -> None:
    entry = Correction(1, AT, "R. Reader", "because", "e", "", (Target("e", "news"),), Redate(NEXT, NEXT, NEXT))
    (corrected,) = overlay("news", [LEAD], {}, [entry], NEVER).events
    assert (corrected.on, corrected.listed) == (NEXT, True)


# --- parts of a whole ------------------------------------------------------------------------------


def mention(subtype: str, on: date, p: float = 0.7) -> Placeable:
    return Placeable("key", "opens", "talks", subtype, p, ((on, 1.0),), frozenset(), on)


def standing(subtype: str, on: date = DAY, p: float = 0.8) -> Standing:
    return Standing("e", "talks", subtype, ((on, 1.0),), frozenset(), 3, p)


@pytest.mark.parametrize(
    ("mine", "theirs", "days", "joins"),
    [
        ("visit", "leader", 0, True),
        ("leader", "visit", 0, True),
        ("leader", "visit", 1, True),
        ("leader", "leader", 1, True),
        ("leader", "visit", 3, False),
        ("letter", "leader", 0, False),
        ("letter", "visit", 0, False),
    ],
)
def test_an_arrival_and_a_meeting_are_one(mine: str, theirs: str, days: int, joins: bool) -> None:
    decision = place(mention(mine, DAY + timedelta(days=days)), KIND, [standing(theirs)], POLICY)
    assert isinstance(decision, Attach if joins else Open)


def test_the_rarer_a_subtype_the_sooner_another_report_is_an_echo() -> None:
    late = DAY + timedelta(days=2)
    assert isinstance(place(mention("letter", late), KIND, [standing("letter")], POLICY), Attach)
    assert isinstance(place(mention("note", late), KIND, [standing("note")], POLICY), Open)


def test_a_meeting_is_of_its_own_day_and_not_of_the_arrival() -> None:
    arrival = [piece(0.7, 0, "visit"), piece(0.6, 1, "visit")]
    assert (made(*arrival).subtype, made(*arrival).on) == ("visit", DAY)
    whole = made(*arrival, piece(0.6, 2, "leader", NEXT))
    assert (whole.subtype, whole.on, whole.wires) == ("leader", NEXT, 3)
    doubtful = made(*arrival, piece(0.2, 2, "leader", NEXT))
    assert (doubtful.subtype, doubtful.on) == ("visit", DAY)


def test_the_day_is_the_same_in_whatever_order_parts_and_whole_come() -> None:
    arrival, meeting = piece(0.7, 0, "visit"), piece(0.7, 1, "leader", NEXT)
    assert made(arrival, meeting).on == made(meeting, arrival).on == NEXT


# --- primary sources -------------------------------------------------------------------------------


def test_primary_sources_are_those_quoted_and_those_that_publish() -> None:
    event = made(
        piece(0.7, 0, title="Envoys meet, Seoul says"),
        piece(0.7, 1, title="Envoys met: KCNA"),
        piece(0.7, 2, publisher="kcna", publisher_kind="state_media"),
        piece(0.7, 3, publisher="us-treasury", publisher_kind="official"),
        piece(0.7, 4, title="Envoys meet"),
        wording=QUOTING,
    )
    assert sorted(event.primaries) == ["media", "staff", "us-treasury"]
    assert event_fields(event)["primary_sources"] == 3
    assert made(piece(0.7)).primaries == ()


# --- records for each real event -------------------------------------------------------------------


def test_records_are_counted_by_what_they_were_read_as() -> None:
    read = [
        Read("talks", "leader", DAY, REAL, "summit"),
        Read("talks", "visit", DAY, REAL, "summit"),
        Read("talks", "letter", DAY, MISFILED, ""),
        Read("talks", "refusal", DAY, FALSE, ""),
        Read("talks", "refusal", DAY + timedelta(days=30), REAL, "another"),
    ]
    kinds = ("leader", "visit", "letter", "refusal")
    events = [replace(LISTED, id=name, subtype=name) for name in kinds]
    events += [replace(LISTED, id="far", on=DAY + timedelta(days=9)), replace(LEAD, id="z", on=read[-1].on)]
    count = tally(events, read)
    assert (count.listed, count.real, count.acts, count.misfiled, count.false, count.unread) == (5, 2, 1, 1, 1, 1)
    assert (count.per_act, count.per_happening) == (5.0, 2.5)
    assert matched(events, read)["refusal"].verdict == FALSE


def test_the_list_of_events_read_is_whole() -> None:
    read = read_list()
    assert len(read) > 300
    for each in read:
        assert each.verdict in VERDICTS
        assert (each.verdict == REAL) <= bool(each.act), each
        assert (each.verdict == FALSE) <= (each.act == ""), each
