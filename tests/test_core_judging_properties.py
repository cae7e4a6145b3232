"""What holds of all rules, whatever the events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
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
from tracker.core.judging import judge_all
from tracker.core.verdicts import Implied


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
    st.sampled_from([rule for rule in RULES if not isinstance(rule, Compare)]),
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
