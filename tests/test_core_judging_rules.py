"""The rules one by one, and what holds of all of them whatever the events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from judging_world import (
    COVERED,
    LAUNCHES,
    MISSILES,
    NOBODY,
    NOW,
    TAXONOMY,
    TESTS,
    YEAR_2019,
    YEAR_2020,
    declared,
    finding,
    happening,
    launch,
    measure,
    series,
    timeline,
    window,
    yearly,
)

from tracker.core.coverage import Coverage
from tracker.core.days import DateSpan, end_of
from tracker.core.events import Event
from tracker.core.forecasts import (
    Absent,
    BeforeAfter,
    Compare,
    Count,
    Forecast,
    Gap,
    Given,
    KOfN,
    NearestYear,
    Occurs,
    Part,
    Rank,
    Reading,
    SeriesValue,
    measures_of,
    series_of,
)
from tracker.core.judging import inputs_hash, judge
from tracker.core.timeline import total
from tracker.core.verdicts import Implied, Verdict


def test_occurs_comes_early_by_presence_and_late_by_silence() -> None:
    middle = datetime(2020, 6, 1, tzinfo=UTC)
    found = finding(Occurs(LAUNCHES), [launch("2020-03-02", 2)], now=middle)
    assert (found.holds, found.by, found.decided_on) == (True, "presence", date(2020, 3, 2))
    assert finding(Occurs(LAUNCHES), now=middle).state == "open"
    late = finding(Occurs(LAUNCHES))
    assert (late.holds, late.by, late.decided_on) == (False, "silence", date(2021, 1, 14))
    assert late.margin == "One case would flip it."


def test_silence_waits_for_the_settlement_of_late_reports() -> None:
    settled = end_of(date(2021, 1, 14), "Asia/Seoul")
    assert finding(Absent(TESTS), now=settled - timedelta(seconds=1)).state == "open"
    found = finding(Absent(TESTS), now=settled)
    assert found.holds is True
    assert found.decided_on == date(2021, 1, 14)


def test_silence_without_coverage_names_the_gap() -> None:
    half = Coverage((), (declared("nuclear_test", "2020-01-01", "2020-06-30"),))
    found = finding(Absent(TESTS), coverage=half)
    assert found.state == "awaiting_data"
    assert found.gaps == (DateSpan(date(2020, 7, 1), date(2020, 12, 31)),)
    assert any("1 July 2020 to 31 December 2020" in reason.text for reason in found.reasons)
    assert found.p_true is None


def test_counts_in_their_units() -> None:
    events = [launch("2020-03-02", 2), launch("2020-03-02", 1, key="b"), launch("2020-03-09", 3)]
    assert total(events, "event", TAXONOMY) == 3
    assert total(events, "day", TAXONOMY) == 2
    assert total(events, "missile", TAXONOMY) == 6
    assert total(events, "person", TAXONOMY) == 0
    assert finding(Count(MISSILES, "at_least", 6), events).holds is True
    assert finding(Count(MISSILES, "more_than", 6), events).holds is False
    assert finding(Count(LAUNCHES, "at_most", 2), events).holds is True
    found = finding(Count(LAUNCHES, "fewer_than", 2), events)
    assert (found.holds, found.by, found.decided_on) == (False, "presence", date(2020, 3, 9))
    assert found.margin == "One fewer case would flip it."


def test_a_timeline_is_asked_by_window_and_kind() -> None:
    events = [launch("2020-03-02"), launch("2020-03-09", p=0.2), happening("2020-03-05", "nuclear_test")]
    asked = timeline([*events, launch("2019-03-02")])
    assert asked.within(YEAR_2020.span, LAUNCHES.events, TAXONOMY) == (events[0],)
    there = replace(events[0], place="sohae", outcome="flew over Japan")
    for wanted, found in (("sohae", True), ("wonsan", False)):
        assert replace(LAUNCHES.events, places=(wanted,)).admits(there, TAXONOMY) is found
    assert replace(LAUNCHES.events, outcome="over japan").admits(there, TAXONOMY)
    assert not replace(LAUNCHES.events, outcome="failed").admits(there, TAXONOMY)


def test_reasons_are_sentences_for_people() -> None:
    events = [launch(f"2020-03-{day:02}", n) for day, n in ((2, 2), (9, 3), (21, 2), (29, 2))]
    named = replace(LAUNCHES, noun="ballistic launch day")
    found = finding(Occurs(named), events)
    assert found.reasons[0].text == (
        "Four ballistic launch days in 2020: 2, 9, 21 and 29 March 2020 (nine missiles); the claim needs at least one."
    )
    assert found.margin == "Four fewer ballistic launch days would flip it."


def test_a_disputed_event_leaves_it_ambiguous_once_all_else_is_known() -> None:
    doubtful = [launch("2020-03-02", status="disputed")]
    assert finding(Occurs(LAUNCHES), doubtful).state == "ambiguous"
    assert finding(Absent(LAUNCHES), doubtful).state == "ambiguous"
    assert finding(Occurs(LAUNCHES), doubtful, coverage=NOBODY).state == "awaiting_data"
    assert finding(Occurs(LAUNCHES), [*doubtful, launch("2020-05-02")]).holds is True
    assert finding(Count(LAUNCHES, "at_least", 3), doubtful).holds is False


def test_retracted_and_unlikely_events_do_not_count() -> None:
    events = [launch("2020-03-02", status="retracted"), launch("2020-03-03", p=0.3)]
    assert finding(Occurs(LAUNCHES), events).holds is False


def test_probability_weighs_the_events_and_what_silence_hides() -> None:
    coverage = Coverage((), (declared("missile_test", "2020-01-01", "2020-12-31", p_miss=0.02),))
    silent = finding(Absent(LAUNCHES), coverage=coverage)
    expected = (56 + 0.5) / 2922 * 366  # 56 launch days in the eight years 2012 to 2019
    assert silent.p_true == pytest.approx(2.718281828 ** -(expected * 0.02), abs=1e-6)
    one = finding(Occurs(LAUNCHES), [launch("2020-03-02", p=0.7)], coverage=NOBODY)
    assert one.p_true == pytest.approx(0.7)
    two = finding(Occurs(LAUNCHES), [launch("2020-03-02", p=0.7), launch("2020-03-09", p=0.5)], coverage=NOBODY)
    assert two.p_true == pytest.approx(1 - 0.3 * 0.5)


def test_an_event_that_may_lie_outside_the_window_weighs_less() -> None:
    edge = replace(launch("2020-12-31", p=0.8), last_on=date(2021, 1, 1))
    assert finding(Occurs(LAUNCHES), [edge], coverage=NOBODY).p_true == pytest.approx(0.4)


def test_difference_needs_a_covered_baseline() -> None:
    rule = Compare(LAUNCHES, YEAR_2019, "difference", "more_than", 0)
    before, after = [launch("2019-05-04"), launch("2019-05-09")], [launch("2020-03-02")]
    found = finding(rule, before + after)
    assert found.holds is False
    assert found.margin == "Two more cases would flip it."
    only_2020 = Coverage((), (declared("missile_test", "2020-01-01", "2020-12-31"),))
    waiting = finding(rule, before + after, coverage=only_2020)
    assert waiting.state == "awaiting_data"
    assert waiting.gaps == (YEAR_2019.span,)


def test_a_comparison_may_be_won_early() -> None:
    rule = Compare(LAUNCHES, YEAR_2019, "difference", "more_than", 0)
    events = [launch("2019-05-04"), launch("2020-02-02"), launch("2020-03-02")]
    early = finding(rule, events, now=datetime(2020, 5, 1, tzinfo=UTC))
    assert (early.holds, early.by, early.decided_on) == (True, "baseline", date(2020, 3, 2))
    assert finding(rule, events[:2], now=datetime(2020, 5, 1, tzinfo=UTC)).state == "open"


@pytest.mark.parametrize(("launches", "holds"), [(2, False), (3, True)])
def test_ratio_at_three_quarters(launches: int, holds: bool) -> None:
    rule = Compare(LAUNCHES, YEAR_2019, "ratio", "at_least", 0.75)
    base = [launch(f"2019-05-{day:02}") for day in (1, 2, 3, 4)]
    mine = [launch(f"2020-05-{day + 1:02}") for day in range(launches)]
    assert finding(rule, base + mine).holds is holds


def test_a_ratio_to_nothing_cannot_be_checked() -> None:
    rule = Compare(LAUNCHES, YEAR_2019, "ratio", "at_least", 0.75)
    assert finding(rule, [launch("2020-03-02")]).state == "not_checkable"


def test_rank_counts_greater_periods() -> None:
    events = [launch("2019-05-04"), launch("2019-05-09"), launch("2020-03-02")]
    others = (YEAR_2019, window("2018-01-01", "2018-12-31", "2018"))
    assert finding(Rank(LAUNCHES, others, 2), events).holds is True
    first = finding(Rank(LAUNCHES, others, 1), events)
    assert first.holds is False
    assert first.p_true is not None
    assert first.p_true < 0.1
    assert finding(Rank(LAUNCHES, others, 1), events, coverage=NOBODY).state == "awaiting_data"


def test_nearest_year_takes_the_smallest_scaled_distance() -> None:
    others = (YEAR_2019, window("2018-01-01", "2018-12-31", "2018"))
    events = [launch("2019-05-04"), launch("2020-03-02"), happening("2018-09-03", "nuclear_test")]
    rule = NearestYear((LAUNCHES, TESTS), others, "2019")
    assert finding(rule, events).holds is True
    assert finding(replace(rule, expected="2018"), events).holds is False
    assert finding(rule, events, coverage=NOBODY).state == "awaiting_data"


def test_before_and_after_an_anchor() -> None:
    anchor = measure("exercise", "postponed")
    rule = BeforeAfter(LAUNCHES, anchor, 31, "at_least", 1)
    put_off = happening("2020-02-27", "exercise", "postponed")
    assert finding(rule, [put_off, launch("2020-03-02")]).holds is True
    assert finding(rule, [put_off, launch("2020-02-20"), launch("2020-03-02")]).holds is False
    assert finding(rule, [put_off, launch("2020-03-30")]).holds is False
    assert finding(rule, [launch("2020-03-02")]).state == "annulled"
    assert finding(rule, [], coverage=NOBODY).state == "awaiting_data"


def test_the_longest_gap() -> None:
    events = [launch("2020-03-01"), launch("2020-07-01")]
    longest = (date(2020, 12, 31) - date(2020, 7, 1)).days
    assert finding(Gap(LAUNCHES, "at_most", longest), events, coverage=NOBODY).holds is True
    assert finding(Gap(LAUNCHES, "at_least", longest), events).holds is True
    assert finding(Gap(LAUNCHES, "at_least", longest + 1), events, coverage=NOBODY).holds is False
    assert finding(Gap(LAUNCHES, "at_least", longest), events, coverage=NOBODY).state == "awaiting_data"
    told = finding(Gap(LAUNCHES, "at_least", longest), events)
    assert told.p_true is not None
    assert 0.7 < told.p_true < 1


def test_k_of_n_is_decided_as_soon_as_the_rest_cannot_change_it() -> None:
    only_tests = Coverage((), (declared("nuclear_test", "2020-01-01", "2020-12-31"),))
    parts = (Part("a launch", Occurs(LAUNCHES)), Part("a test", Occurs(TESTS)))
    both, either = KOfN(2, parts), KOfN(1, parts)
    assert finding(both, coverage=only_tests).holds is False
    assert finding(either, coverage=only_tests).state == "awaiting_data"
    assert finding(either, [launch("2020-03-02")], coverage=only_tests).holds is True
    one = finding(both, [launch("2020-03-02")])
    assert one.holds is False
    assert one.margin == "a test: One case would flip it."
    assert one.decided_on == date(2021, 1, 14)
    half = finding(KOfN(2, parts, partial_from=1), [launch("2020-03-02")])
    assert (half.holds, half.state) == (None, "partial")


def test_a_series_waits_for_its_publication() -> None:
    rule = SeriesValue("sipri_warheads", "2021", "at_most", date(2021, 6, 14), 0, "sipri_warheads", "2020")
    assert finding(rule).holds is False
    assert finding(rule).decided_on == date(2021, 6, 14)
    assert finding(rule, now=datetime(2021, 6, 1, tzinfo=UTC)).state == "awaiting_data"
    assert finding(rule, now=datetime(2020, 6, 1, tzinfo=UTC)).state == "open"
    assert finding(replace(rule, period="2031")).state == "awaiting_data"
    assert finding(SeriesValue("bok_growth", "2020", "fewer_than", date(2021, 7, 30), -4.5)).holds is False


def test_rules_tell_what_they_look_at() -> None:
    figure = SeriesValue("a", "2020", "at_most", date(2021, 1, 1), 0, "b", "2020")
    rule = KOfN(1, (Part("x", Occurs(LAUNCHES)), Part("y", figure), Part("z", Gap(TESTS, "at_least", 3))))
    assert list(measures_of(rule)) == [LAUNCHES, TESTS]
    assert list(series_of(rule)) == ["ballistic_launch_days", "a", "b", "nuclear_tests"]


def claim(reading: Reading, name: str = "c", p: float = 0.9) -> Forecast:
    return Forecast(
        name, "X1", "d", date(2019, 12, 31), "h1", "A claim.", "forecast", (reading,), Implied(0.8, p, 0.95)
    )


def verdict(
    forecast: Forecast,
    events: Sequence[Event] = (),
    coverage: Coverage = COVERED,
    others: Sequence[Forecast] = (),
) -> Verdict:
    return judge(forecast, timeline(events), coverage, series(), TAXONOMY, NOW, others)[0]


def test_a_condition_annuls_or_delays() -> None:
    given_none = Given("no test", rule=Absent(TESTS))
    conditional = claim(Reading("r", Occurs(LAUNCHES), (YEAR_2020,), given_none, scored=True))
    events = [launch("2020-03-02")]
    held = verdict(conditional, events)
    assert held.verdict == "yes"
    assert held.decided_on == date(2021, 1, 14)  # the condition was silence and came last
    assert held.brier == pytest.approx(0.01)
    assert held.reasons[0].code == "condition"
    assert verdict(conditional, [*events, happening("2020-05-01", "nuclear_test")]).verdict == "annulled"
    assert verdict(conditional, events, NOBODY).verdict == "awaiting_data"
    assert verdict(conditional, events, NOBODY).brier is None


def test_a_claim_may_rest_on_another() -> None:
    parent = claim(Reading("main", Absent(TESTS), (YEAR_2020,)), "parent")
    child = claim(
        Reading("r", Occurs(LAUNCHES), (YEAR_2020,), Given("parent", forecast="parent", reading="main")),
        "child",
    )
    assert verdict(child, [launch("2020-03-02")], others=[parent]).verdict == "yes"
    test = happening("2020-05-01", "nuclear_test")
    assert verdict(child, [launch("2020-03-02"), test], others=[parent]).verdict == "annulled"
    assert verdict(child).verdict == "not_checkable"
    circle = claim(
        Reading("main", Absent(TESTS), (YEAR_2020,), Given("child", forecast="child", reading="r")), "parent"
    )
    assert verdict(child, others=[circle]).verdict == "not_checkable"


def test_a_reading_without_a_rule_says_why() -> None:
    found = verdict(claim(Reading("r", None, (YEAR_2020,), fine_print="A matter of worth.")))
    assert found.verdict == "not_checkable"
    assert found.reasons[0].text == "A matter of worth."


def test_the_inputs_hash_follows_what_the_verdict_rests_on() -> None:
    forecast = claim(Reading("r", Occurs(LAUNCHES), (YEAR_2020,)))
    first = verdict(forecast, [launch("2020-03-02")])
    assert first.inputs_hash == verdict(forecast, [launch("2020-03-02")]).inputs_hash
    assert first.inputs_hash != verdict(forecast, [launch("2020-03-02", p=0.6)]).inputs_hash
    assert first.inputs_hash != verdict(forecast, [launch("2020-03-02")], NOBODY).inputs_hash
    assert first.inputs_hash != verdict(replace(forecast, config_hash="x"), [launch("2020-03-02")]).inputs_hash
    assert inputs_hash("a", [1]) == inputs_hash("a", [1]) != inputs_hash("a", [2])


def test_an_unknown_series_leaves_the_figure_open() -> None:
    rule = SeriesValue("nowhere", "2020", "at_most", date(2021, 1, 1), 3)
    found = finding(rule)
    assert found.state == "awaiting_data"
    assert "config/baselines" in found.reasons[0].text
    assert yearly("a", 2020, 1).value("2020") == 1
