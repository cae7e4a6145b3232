"""What holds of all rules, whatever the events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judging_world import (
    COVERED,
    LAUNCHES,
    MISSILES,
    NOBODY,
    TAXONOMY,
    TESTS,
    YEAR_2019,
    YEAR_2020,
    declared,
    finding,
    happening,
    launch,
    series,
    timeline,
)

from tracker.catalog.forecasts import read_forecasts
from tracker.core.coverage import Coverage
from tracker.core.days import end_of
from tracker.core.events import Event
from tracker.core.forecasts import (
    Absent,
    Compare,
    Count,
    Forecast,
    Gap,
    KOfN,
    Occurs,
    Part,
    Reading,
    Rule,
)
from tracker.core.judging import Court, judge_all
from tracker.core.tallies import Grounds, prepare
from tracker.core.verdicts import Implied, Verdict


def claim(reading: Reading, name: str = "c", p: float = 0.9) -> Forecast:
    return Forecast(
        name, "X1", "d", date(2019, 12, 31), "h1", "A claim.", "forecast", (reading,), Implied(0.8, p, 0.95)
    )


RULES: tuple[Rule, ...] = (
    Occurs(LAUNCHES),
    Absent(TESTS),
    Count(MISSILES, "at_least", 3),
    Count(LAUNCHES, "at_most", 1),
    Compare(LAUNCHES, YEAR_2019, "ratio", "at_least", 0.75),
    Compare(MISSILES, YEAR_2019, "difference", "fewer_than", 1),
    Gap(LAUNCHES, "at_most", 200),
    KOfN(2, (Part("a", Occurs(LAUNCHES)), Part("b", Occurs(TESTS)), Part("c", Count(MISSILES, "at_least", 4)))),
)
days = st.dates(date(2019, 1, 1), date(2020, 12, 31))
launches = st.builds(
    lambda on, subtype, count, p, status, lag: happening(
        on,
        "missile_test",
        subtype,
        count,
        "missile",
        p,
        status,
        end_of(on + timedelta(days=lag), "Asia/Seoul"),
        f"-{count}-{p}-{status}-{lag}",
    ),
    days,
    st.sampled_from(["SRBM", "ICBM", "CRUISE"]),
    st.integers(1, 4),
    st.sampled_from([0.3, 0.6, 0.98]),
    st.sampled_from(["reported", "confirmed", "disputed"]),
    st.integers(0, 400),
)
tests = st.builds(lambda on, p: happening(on, "nuclear_test", p=p), days, st.sampled_from([0.4, 0.9]))
happenings = st.lists(st.one_of(launches, tests), max_size=8, unique_by=lambda event: event.id)
coverages = st.sampled_from([COVERED, NOBODY, Coverage((), (declared("missile_test", "2019-01-01", "2020-06-30"),))])
nows = st.integers(0, 2 * 366 * 24).map(lambda hours: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
rules = st.sampled_from(RULES)


@given(rules, happenings, coverages, nows, st.lists(st.dates(date(2019, 1, 1), date(2020, 12, 31)), max_size=4))
def test_an_unrelated_event_changes_nothing(
    rule: Rule, events: list[Event], coverage: Coverage, now: datetime, others: list[date]
) -> None:
    unrelated = [happening(on, "talks", "leader") for on in others]
    outside = [launch("2018-05-05"), launch("2021-02-02")]
    before = finding(rule, events, coverage=coverage, now=now)
    assert finding(rule, [*events, *unrelated, *outside], coverage=coverage, now=now) == before


@given(rules, happenings, coverages, nows)
def test_judging_again_gives_the_same_in_any_order(
    rule: Rule, events: list[Event], coverage: Coverage, now: datetime
) -> None:
    forecast = claim(Reading("r", rule, (YEAR_2020, YEAR_2019)))
    first = judge_all([forecast], timeline(events), coverage, series(), TAXONOMY, now)
    again = judge_all([forecast], timeline(events[::-1]), coverage, series(), TAXONOMY, now)
    assert first == again
    for each in first:
        assert each.p_yes is None or 0 <= each.p_yes <= 1
        assert (each.claim_held is None) == (each.verdict not in ("yes", "no"))


@given(
    rules,
    happenings,
    happenings,
    coverages,
    nows,
    st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_what_presence_decided_never_unhappens(
    rule: Rule,
    events: list[Event],
    more: list[Event],
    coverage: Coverage,
    now: datetime,
    later: timedelta,
) -> None:
    before = finding(rule, events, coverage=coverage, now=now)
    known = {event.id for event in events}
    grown = [*events, *(event for event in more if event.id not in known)]
    after = finding(rule, grown, coverage=coverage, now=now + later)
    if before.by == "presence" and before.holds is not None:
        assert after.holds is before.holds


@given(rules, happenings, coverages, nows)
def test_what_became_known_later_never_matters(
    rule: Rule, events: list[Event], coverage: Coverage, now: datetime
) -> None:
    known = [event for event in events if event.known_at <= now]
    assert finding(rule, events, coverage=coverage, now=now) == finding(rule, known, coverage=coverage, now=now)


@given(rules, happenings, nows)
def test_coverage_never_turns_a_decided_answer(rule: Rule, events: list[Event], now: datetime) -> None:
    without, covered = (finding(rule, events, coverage=each, now=now) for each in (NOBODY, COVERED))
    if without.holds is not None:
        assert covered.holds is without.holds


@given(happenings)
def test_occurs_and_absent_are_opposites(events: list[Event]) -> None:
    occurs, absent = finding(Occurs(LAUNCHES), events), finding(Absent(LAUNCHES), events)
    assert occurs.state == absent.state
    if occurs.holds is not None:
        assert occurs.holds is not absent.holds
        assert occurs.p_true is not None
        assert absent.p_true is not None
        assert occurs.p_true + absent.p_true == pytest.approx(1, abs=2e-6)


CLAIMS = read_forecasts(Path(__file__).resolve().parents[1] / "config", TAXONOMY, series())[0]
KINDS_ASKED = [
    ("missile_test", "SRBM"), ("missile_test", "ICBM"), ("nuclear_test", ""), ("policy_shift", "interim_deal"),
    ("armed_attack", ""), ("exercise", "postponed"), ("sanctions", "designation"),
    ("disarmament_step", "dismantlement"),
]  # fmt: skip
anything = st.builds(
    lambda kind, on, p, status, lag: happening(
        on,
        *kind,
        p=p,
        status=status,
        known_at=end_of(on + timedelta(days=lag), "Asia/Seoul"),
        key=f"-{p}-{status}-{lag}",
    ),
    st.sampled_from(KINDS_ASKED),
    st.dates(date(2017, 1, 1), date(2020, 12, 31)),
    st.sampled_from([0.6, 0.98]),
    st.sampled_from(["reported", "confirmed", "disputed"]),
    st.integers(0, 400),
)
years = st.lists(anything, max_size=10, unique_by=lambda event: event.id)


def judged(events: list[Event], coverage: Coverage, now: datetime) -> tuple[Verdict, ...]:
    return judge_all(CLAIMS, timeline(events, as_of=now), coverage, series(), TAXONOMY, now)


@settings(max_examples=20)
@given(years, years, coverages, nows)
def test_the_shipped_claims_keep_to_all_of_it(
    events: list[Event], more: list[Event], coverage: Coverage, now: datetime
) -> None:
    first = judged(events, coverage, now)
    assert judged(events[::-1], coverage, now) == first, "judging again is the same, hash and all"
    assert judged([event for event in events if event.known_at <= now], coverage, now) == first
    unrelated = [happening(event.on, "talks", "leader", key=f"-{place}") for place, event in enumerate(more)]
    assert judged([*events, *unrelated], coverage, now) == first
    known = {event.id for event in events}
    grown = judged([*events, *(event for event in more if event.id not in known)], coverage, now)
    for before, after in zip(first, grown, strict=True):
        if before.by == "presence" and before.claim_held is not None:
            assert after.claim_held is before.claim_held or after.verdict in ("annulled", "open", "ambiguous"), before
            assert after.verdict == before.verdict or _has_condition(before), before


def _has_condition(verdict: Verdict) -> bool:
    claim = next(each for each in CLAIMS if each.id == verdict.forecast)
    return next(each for each in claim.readings if each.id == verdict.reading).given is not None


@settings(max_examples=10)
@given(years, anything, coverages, nows)
def test_a_sitting_after_another_says_what_a_fresh_one_says(
    events: list[Event], one_more: Event, coverage: Coverage, now: datetime
) -> None:
    def grounds(found: list[Event], at: datetime) -> Grounds:
        return prepare(timeline(found, as_of=at), coverage, series(), TAXONOMY, at, date.min)

    court = Court(CLAIMS, grounds(events, now), brief=True)
    court.sit()
    for found, later in ((events, 1), ([*events, one_more], 1), (events, 40)):
        now += timedelta(days=later)
        after = Court(CLAIMS, grounds(found, now), court, brief=True)
        fresh = Court(CLAIMS, grounds(found, now), brief=True)
        assert after.sit() == fresh.sit()
        court = after
