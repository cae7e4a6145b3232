"""A claim's history: one pass over the days says the same as judging each day anew, and says what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging_world import COVERED, SEOUL, TAXONOMY, everything_declared, facts, series, timeline

from tracker.catalog.forecasts import read_forecasts
from tracker.core.assembling import assemble
from tracker.core.claim_histories import History, histories, usual_days
from tracker.core.coverage import Coverage, HeardDay
from tracker.core.days import DateSpan, end_of
from tracker.core.events import Event, Evidence, Lane
from tracker.core.forecasts import Forecast
from tracker.core.judging import judge_all
from tracker.core.linking import join, link
from tracker.core.timeline import Timeline
from tracker.core.unfolding import Piece, Unfolding

ROOT = Path(__file__).resolve().parents[1]
LINK_DAYS = 2


@pytest.fixture(scope="module")
def claims() -> tuple[Forecast, ...]:
    found, problems = read_forecasts(ROOT / "config", TAXONOMY, series())
    assert problems == []
    return found


def piece(event: Event, lane: Lane = "reference", known_at: datetime | None = None, place: int = 0) -> Piece:
    return Piece(
        Evidence(
            event_id=event.id,
            key=f"{event.id}-{place}",
            role="supports",
            wire=place,
            publisher=f"paper-{place}",
            publisher_kind="reference" if lane == "reference" else "outlet",
            known_at=known_at or event.known_at,
            p=event.p_occurred,
            days=((event.on, 1.0),),
            zone=event.zone,
            subtype=event.subtype,
            count=event.count,
            unit=event.unit,
            title=event.title,
            outcome=event.outcome,
        )
    )


def unfold(events: Sequence[Event]) -> Unfolding:
    """The facts as a reference lane of one piece each."""
    pieces = {event.id: [piece(event)] for event in events}
    return Unfolding("reference", {"reference": pieces}, {e.id: e.category for e in events}, TAXONOMY, LINK_DAYS)


def tell(claims: Sequence[Forecast], events: Sequence[Event], days: DateSpan, coverage: Coverage) -> list[History]:
    return list(histories(claims, unfold(events), coverage, series(), TAXONOMY, "reference", days))


YEAR = DateSpan(date(2020, 1, 1), date(2021, 1, 31))


@pytest.fixture(scope="module")
def told(claims: tuple[Forecast, ...]) -> dict[tuple[str, str, str], History]:
    found = tell(claims, facts(), YEAR, everything_declared())
    return {(each.ref, each.reading, each.window): each for each in found}


def test_every_day_stands_once_and_in_order(told: dict[tuple[str, str, str], History]) -> None:
    assert len(told) == 53
    for each in told.values():
        assert [moment.on for moment in each.moments] == list(YEAR)
        assert each.changes[0].before is None


@pytest.mark.parametrize("on", ["2020-01-01", "2020-03-16", "2020-06-30", "2020-12-31", "2021-01-14", "2021-01-31"])
def test_one_pass_says_what_judging_that_day_anew_says(
    claims: tuple[Forecast, ...], told: dict[tuple[str, str, str], History], on: str
) -> None:
    day = date.fromisoformat(on)
    now = end_of(day, SEOUL)
    events = [event for event in facts() if event.known_at <= now]
    anew = judge_all(claims, timeline(events, "reference", now), everything_declared(), series(), TAXONOMY, now)
    for verdict in anew:
        moment = told[verdict.ref, verdict.reading, verdict.window].moments[(day - YEAR.first).days]
        outlook = verdict.outlook.p if verdict.outlook else None
        assert (moment.verdict, moment.outlook) == (verdict.verdict, outlook), verdict
        assert moment.p_yes == pytest.approx(verdict.p_yes, abs=1e-4), verdict


def test_a_change_names_the_event_that_made_it(told: dict[tuple[str, str, str], History]) -> None:
    first, *rest = told["F29b", "one-launch-day", "2020"].changes
    assert (first.after, first.on) == ("open", date(2020, 1, 1))
    assert [change.on for change in rest] == [date(2020, 3, day) + timedelta(days=14) for day in (2, 9, 21, 29)]
    assert (rest[0].before, rest[0].after) == ("open", "yes")
    assert [cause.code for cause in rest[0].causes] == ["event"]
    assert rest[0].causes[0].data["on"] == "2020-03-02"
    assert "2 March 2020" in rest[0].causes[0].text
    assert rest[0].p_after < rest[1].p_after <= 1, "each further launch makes it surer"


def test_what_silence_decides_changes_once_the_window_has_settled(told: dict[tuple[str, str, str], History]) -> None:
    for key in (("F29c", "one-test", "2020"), ("F30", "each-half-year", "H2"), ("F01", "no-attack", "2020")):
        settled = [change for change in told[key].changes if change.before is not None]
        assert [change.on for change in settled] == [date(2021, 1, 14)], key
        assert settled[0].causes, key


def test_a_published_figure_decides_on_its_day(claims: tuple[Forecast, ...]) -> None:
    arsenal = [each for each in claims if each.ref == "F11b"]
    days = DateSpan(date(2021, 6, 10), date(2021, 6, 20))
    found = next(each for each in tell(arsenal, [], days, COVERED) if each.reading == "arsenal")
    verdicts = {moment.on: moment.verdict for moment in found.moments}
    assert verdicts[date(2021, 6, 12)] == "awaiting_data"
    assert verdicts[date(2021, 6, 14)] == "no"
    assert "series" in {cause.code for cause in found.changes[-1].causes}


def test_days_heard_late_are_taken_up_when_they_are_known(claims: tuple[Forecast, ...]) -> None:
    """Silence stays movable while heard days still come in: 2020 read out of a backlog in March 2021."""
    read_at = end_of(date(2021, 3, 10), SEOUL)
    heard = Coverage(tuple(HeardDay(on, 3, read_at) for on in DateSpan(date(2020, 1, 1), date(2020, 12, 31))))
    wanted = [each for each in claims if each.ref == "F29c"]
    unfolding = Unfolding("news", {"news": {}}, {}, TAXONOMY, LINK_DAYS)
    days = DateSpan(date(2021, 3, 1), date(2021, 3, 20))
    (found,) = histories(wanted, unfolding, heard, series(), TAXONOMY, "news", days)
    assert [(change.on, change.after) for change in found.changes] == [
        (date(2021, 3, 1), "awaiting_data"),
        (date(2021, 3, 10), "no"),
    ]


def test_the_usual_days_are_the_year_after_the_document(claims: tuple[Forecast, ...]) -> None:
    assert usual_days(claims, date(2026, 1, 1)) == DateSpan(date(2020, 1, 1), date(2021, 1, 15))
    assert usual_days(claims, date(2020, 5, 1)) == DateSpan(date(2020, 1, 1), date(2020, 5, 1))


offsets = st.integers(0, 40)
raw = st.lists(
    st.tuples(
        st.sampled_from(["news", "reference"]),
        st.sampled_from(["missile_test", "nuclear_test"]),
        offsets,
        st.lists(st.tuples(offsets, st.sampled_from([0.3, 0.6, 0.95]), st.none() | offsets), min_size=1, max_size=3),
    ),
    max_size=12,
)


@given(raw, st.lists(offsets, min_size=1, max_size=6))
def test_unfolding_gives_each_day_what_assembling_it_anew_gives(
    many: list[tuple[Lane, str, int, list[tuple[int, float, int | None]]]], asked: list[int]
) -> None:
    start = datetime(2020, 3, 1, tzinfo=end_of(date(2020, 3, 1), SEOUL).tzinfo)
    pieces: dict[Lane, dict[str, list[Piece]]] = {"news": {}, "reference": {}}
    category = {}
    for number, (lane, kind, offset, reports) in enumerate(many):
        id_ = f"{lane}-{number}"
        category[id_] = kind
        on = date(2020, 3, 1) + timedelta(days=offset)
        pieces[lane][id_] = [
            Piece(
                Evidence(
                    id_, f"{id_}-{k}", "supports" if gone is None else "superseded", k, f"p{k}", "outlet",
                    start + timedelta(days=lag), p, ((on, 1.0),), SEOUL,
                ),
                None if gone is None else start + timedelta(days=lag + gone),
            )
            for k, (lag, p, gone) in enumerate(reports)
        ]  # fmt: skip
    unfolding = Unfolding("all", pieces, category, TAXONOMY, LINK_DAYS)
    for offset in sorted(asked):
        now = start + timedelta(days=offset)
        lanes = {
            lane: [
                event
                for id_, all_of_it in mine.items()
                if (known := [k for each in all_of_it if (k := each.known_by(now)) is not None]) is not None
                and (event := assemble(id_, lane, category[id_], known)) is not None
            ]
            for lane, mine in pieces.items()
        }
        links = link(lanes["news"], lanes["reference"], TAXONOMY.categories, LINK_DAYS)
        anew = join(lanes["news"], lanes["reference"], links)
        by_category = unfolding.known_by(now)
        found = Timeline(now, "all", tuple(event for each in by_category.values() for event in each))
        assert sorted(found.events, key=lambda event: event.id) == sorted(anew, key=lambda event: event.id)
        for each in by_category.values():
            assert list(each) == sorted(each, key=lambda event: (event.on, event.id))
