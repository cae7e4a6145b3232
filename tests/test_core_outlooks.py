"""What the past alone leads one to expect, and what alone would turn a verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from math import exp, lgamma
from pathlib import Path

import pytest
from judging_world import (
    COVERED,
    LAUNCHES,
    MISSILES,
    NOW,
    SEOUL,
    TAXONOMY,
    TESTS,
    YEAR_2019,
    YEAR_2020,
    facts,
    finding,
    happening,
    launch,
    measure,
    series,
    timeline,
)

from tracker.catalog.forecasts import read_forecasts
from tracker.core.days import end_of
from tracker.core.events import Event
from tracker.core.forecasts import (
    Absent,
    BaseRate,
    Compare,
    Count,
    Forecast,
    Gap,
    KOfN,
    NearestYear,
    Occurs,
    Part,
    Rule,
)
from tracker.core.judging import judge_all
from tracker.core.outlooks import arrivals, outlook
from tracker.core.tallies import prepare
from tracker.core.verdicts import Outlook, Verdict

ROOT = Path(__file__).resolve().parents[1]
RATE = BaseRate("laplace", "ballistic_launch_days", "2012", "2019", "at_least", 1)
BEGIN = datetime(2019, 12, 31, 15, tzinfo=UTC)
"""The first instant of 2020 in Korea."""


def look(rule: Rule, base: BaseRate | None = None, now: datetime = BEGIN, events: tuple[Event, ...] = ()) -> Outlook:
    grounds = prepare(timeline(events, as_of=now), COVERED, series(), TAXONOMY, now, date(2019, 12, 31))
    found = outlook(rule, YEAR_2020, grounds, base)
    assert found is not None
    return found


def test_at_the_start_the_coin_says_what_the_base_rate_says() -> None:
    found = look(Occurs(LAUNCHES), RATE)
    assert (found.p, found.model, found.first, found.last) == (0.8, "Beta-binomial", "2012", "2019")
    assert "not a verdict" in found.text
    absent = BaseRate("jeffreys", "nuclear_tests", "2012", "2019", "at_most", 0)
    assert look(Absent(TESTS), absent).p == pytest.approx((5 + 0.5) / 9, abs=0.005)


def test_quiet_months_wear_an_occurrence_down_and_lift_an_absence() -> None:
    months = [end_of(date(2020, month, 28), SEOUL) for month in range(1, 13)]
    occurs = [look(Occurs(LAUNCHES), RATE, now).p for now in months]
    assert occurs == sorted(occurs, reverse=True)
    assert occurs[-1] < 0.2
    absent = BaseRate("laplace", "nuclear_tests", "2012", "2019", "at_most", 0)
    stays = [look(Absent(TESTS), absent, now).p for now in months]
    assert stays == sorted(stays)
    assert stays[-1] > 0.95


def test_a_count_is_poisson_with_an_uncertain_rate() -> None:
    shape, days, rest = 56.5, 2922, 366
    odds = arrivals(shape, days, rest)
    p = rest / (days + rest)
    for count in (0, 3, 12):
        mass = exp(lgamma(shape + count) - lgamma(shape) - lgamma(count + 1)) * (1 - p) ** shape * p**count
        assert odds.chances[count] == pytest.approx(mass, rel=1e-9)
    assert sum(odds.chances) == pytest.approx(1, abs=1e-9)
    assert sum(k * each for k, each in enumerate(odds.chances)) == pytest.approx(shape * rest / days, rel=1e-6)
    assert arrivals(shape, days, 0).chances == (1.0,)


def test_what_was_seen_counts_towards_the_rest() -> None:
    many = Count(LAUNCHES, "at_least", 9)
    now = end_of(date(2020, 4, 30), SEOUL)
    without, seen = look(many, now=now), look(many, now=now, events=(launch("2020-02-02"), launch("2020-03-03")))
    assert without.p < seen.p
    assert without.model == "Poisson"
    more = Compare(LAUNCHES, YEAR_2019, "difference", "more_than", 0)
    years = tuple(launch(f"2019-{month:02}-05") for month in range(1, 7))
    assert 0.01 < look(more, events=years).p < 0.99


def test_parts_go_together_and_unknown_ones_leave_the_base_rate() -> None:
    both = KOfN(2, (Part("a", Occurs(LAUNCHES)), Part("b", Occurs(TESTS))))
    either = replace(both, k=1)
    assert look(both).p < look(either).p
    unknown = KOfN(2, (Part("a", Occurs(LAUNCHES)), Part("b", Occurs(measure("talks", "offer")))))
    assert look(unknown, RATE).p == 0.8
    grounds = prepare(timeline([], as_of=BEGIN), COVERED, series(), TAXONOMY, BEGIN, date(2019, 12, 31))
    assert outlook(Gap(LAUNCHES, "at_most", 90), YEAR_2020, grounds, None) is None


def test_a_settled_window_has_no_outlook() -> None:
    grounds = prepare(timeline([]), COVERED, series(), TAXONOMY, NOW, date(2019, 12, 31))
    assert outlook(Occurs(LAUNCHES), YEAR_2020, grounds, RATE) is None


@pytest.fixture(scope="module")
def claims() -> tuple[Forecast, ...]:
    return read_forecasts(ROOT / "config", TAXONOMY, series())[0]


def verdict(claims: tuple[Forecast, ...], events: list[Event], ref: str, reading: str, now: datetime = NOW) -> Verdict:
    found = judge_all(claims, timeline(events, as_of=now), COVERED, series(), TAXONOMY, now)
    return next(each for each in found if (each.ref, each.reading) == (ref, reading))


def test_the_single_event_that_decides_is_named(claims: tuple[Forecast, ...]) -> None:
    one = [event for event in facts() if event.category != "missile_test" or event.on.isoformat() == "2020-03-02"]
    found = verdict(claims, one, "F29b", "one-launch-day")
    (turn,) = (each for each in found.turns if each.kind == "event")
    assert (turn.id, turn.verdict, turn.wires) == ("missile_test-SRBM-2020-03-02", "no", 1)
    assert "2 March 2020, one source" in turn.text
    assert verdict(claims, facts(), "F29b", "one-launch-day").turns == (), "any one of four may be missing"


def test_a_disputed_event_that_leaves_it_open_is_named(claims: tuple[Forecast, ...]) -> None:
    test = happening("2020-05-05", "nuclear_test", status="disputed")
    found = verdict(claims, [*facts(), test], "F29c", "one-test")
    assert found.verdict == "ambiguous"
    assert [(turn.id, turn.verdict) for turn in found.turns] == [(test.id, "no")]


def test_readings_that_say_otherwise_are_named(claims: tuple[Forecast, ...]) -> None:
    scored = verdict(claims, facts(), "F11b", "arsenal")
    assert [(turn.kind, turn.id, turn.verdict) for turn in scored.turns] == [("reading", "economy", "yes")]
    assert scored.inputs_hash != replace(scored, turns=()).inputs_hash or scored.turns


def test_what_a_verdict_rests_on(claims: tuple[Forecast, ...]) -> None:
    by = {ref: verdict(claims, facts(), ref, reading).by for ref, reading in (
        ("F29b", "one-launch-day"), ("F29c", "one-test"), ("F11b", "arsenal"), ("F18", "tests-and-develops"),
        ("F25", "twelve-indicators"), ("F04", "if-attack"), ("F03", "stated"))}  # fmt: skip
    assert by == {"F29b": "presence", "F29c": "silence", "F11b": "figure", "F18": "presence", "F25": "silence",
                  "F04": "silence", "F03": ""}  # fmt: skip


def test_the_nearest_year_has_a_probability() -> None:
    rule = NearestYear((LAUNCHES, MISSILES), (YEAR_2019,), "2019")
    assert finding(rule, [launch("2019-05-05"), launch("2020-05-05")]).p_true == 1.0
    others = (replace(YEAR_2019, label="2019"), replace(YEAR_2020, label="twin"))
    torn = NearestYear((LAUNCHES,), others, "2019")
    found = finding(torn, [launch("2019-05-05", p=0.6), launch("2020-05-05", p=0.98)])
    assert found.p_true is not None
    assert 0.2 < found.p_true < 0.9
    assert found.p_true == finding(torn, [launch("2019-05-05", p=0.6), launch("2020-05-05", p=0.98)]).p_true
