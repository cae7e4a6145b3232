"""Scores against an independent implementation, and their arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.base_rates import MODEL_WORDS, UNKNOWN_EXPECTATION, expectation, period_span, reckon, rivals
from tracker.core.baselines import Series
from tracker.core.bootstrap import interval
from tracker.core.days import DateSpan
from tracker.core.forecasts import BaseRate, Forecast, Reading, VerbalBand, Window
from tracker.core.odds import Odds, of, plus_unseen
from tracker.core.scoring import LOG_CLIP, brier, log_score, scores, skill, wilson
from tracker.core.verdicts import Implied, Verdict

probabilities = st.floats(0, 1)
pairs = st.lists(st.tuples(probabilities, st.booleans()), min_size=2, max_size=20).filter(
    lambda many: len({held for _, held in many}) == 2
)


def verdict(p: float, held: bool | None, cluster: str = "", reference: float | None = 0.5) -> Verdict:
    return Verdict(
        forecast="a",
        ref="F",
        kind="forecast",
        reading="r",
        window="2020",
        scored=True,
        view="all",
        verdict="open" if held is None else "yes" if held else "no",
        claim_held=held,
        p_yes=None,
        decided_on=None,
        margin="",
        reasons=(),
        events=(),
        p_implied=Implied(p, p, p),
        p_reference=reference,
        brier=None,
        cluster=cluster,
        written="after",
    )


@settings(deadline=None, max_examples=50)
@given(pairs)
def test_brier_and_log_agree_with_scikit_learn(many: list[tuple[float, bool]]) -> None:
    from sklearn import metrics  # a dependency of the project: seconds, so only where it is asked

    said, held = [p for p, _ in many], [int(outcome) for _, outcome in many]
    found = scores([verdict(p, outcome) for p, outcome in many])
    assert found.brier is not None
    assert found.log is not None
    assert math.isclose(found.brier.mid, metrics.brier_score_loss(held, said), abs_tol=1e-12)
    clipped = [min(max(p, LOG_CLIP), 1 - LOG_CLIP) for p in said]
    assert math.isclose(found.log.mid, metrics.log_loss(held, clipped, labels=[0, 1]), abs_tol=1e-12)


@given(pairs)
def test_the_decomposition_adds_up_to_the_brier_score(many: list[tuple[float, bool]]) -> None:
    found = scores([verdict(p, outcome) for p, outcome in many])
    parts = found.decomposition
    assert parts is not None
    assert found.brier is not None
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert math.isclose(total, found.brier.mid, abs_tol=1e-12)
    assert sum(each.n for each in found.bins) == len(many)


@given(st.integers(0, 60), st.integers(1, 60))
def test_wilson_holds_the_share_and_narrows_with_n(held: int, n: int) -> None:
    held = min(held, n)
    low, high = wilson(held, n)
    assert 0 <= low <= held / n <= high <= 1
    wider = wilson(held, n)[1] - wilson(held, n)[0]
    assert wilson(held * 4, n * 4)[1] - wilson(held * 4, n * 4)[0] < wider


def test_known_figures() -> None:
    assert brier(0.9, False) == pytest.approx(0.81)
    assert log_score(0.0, True) == pytest.approx(-math.log(LOG_CLIP))
    assert skill(0.259, 0.094) == pytest.approx(-1.755, abs=1e-3)
    assert skill(0.1, 0.0) is None
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_a_cluster_counts_once() -> None:
    found = scores([verdict(0.9, False, "war"), verdict(0.9, False, "war"), verdict(0.9, True, "trend")])
    assert found.brier is not None
    assert found.cluster_brier is not None
    assert found.brier.mid == pytest.approx((0.81 + 0.81 + 0.01) / 3)
    assert found.cluster_brier.mid == pytest.approx((0.81 + 0.01) / 2)
    assert found.clusters == 2


def test_undecided_items_are_named_and_left_out() -> None:
    found = scores([verdict(0.9, True), verdict(0.9, None), replace(verdict(0.1, True), scored=False)])
    assert found.n == 1
    assert found.undecided == ("F 2020: open",)
    assert "1 scored item is undecided" in found.caveat


def test_nothing_decided_gives_no_figures() -> None:
    found = scores([verdict(0.9, None)])
    assert found.brier is None
    assert found.skill is None
    assert found.decomposition is None
    assert found.held_interval == (0.0, 1.0)
    assert found.as_dict()["n"] == 0


def test_skill_uses_only_items_that_have_a_reference() -> None:
    found = scores([verdict(0.9, True, reference=0.5), verdict(0.2, True, reference=None)])
    assert found.n_reference == 1
    assert found.skill is not None
    assert found.skill.mid == pytest.approx(1 - 0.01 / 0.25)


def numbers(*values: float) -> Series:
    return Series("s", "s", "", tuple((str(2012 + i), value, "") for i, value in enumerate(values)))


@pytest.mark.parametrize(
    ("model", "hit", "number", "p"),
    [
        ("laplace", "at_least", 1.0, (3 + 1) / (4 + 2)),
        ("jeffreys", "at_least", 1.0, 3.5 / 5),
        ("mean", "at_least", 1.0, 3 / 4),
        ("laplace", "at_most", 0.0, 2 / 6),
        ("laplace", "rises", 0.0, (1 + 1) / (3 + 2)),
        ("laplace", "not_rises", 0.0, (2 + 1) / (3 + 2)),
    ],
)
def test_base_rate_models(model: str, hit: str, number: float, p: float) -> None:
    base = BaseRate(model, "s", "2012", "2015", hit, number)  # type: ignore[arg-type]
    found = reckon(base, {"s": numbers(2, 2, 0, 5, 99)})
    assert found is not None
    assert found.p == pytest.approx(p)
    assert reckon(base, {}) is None
    assert reckon(replace(base, first="2030", last="2031"), {"s": numbers(1)}) is None


def test_expectation_uses_only_periods_that_had_ended() -> None:
    year = period_span("2020")
    assert year is not None
    told = expectation(numbers(2, 4, 100), period_span("2013").last, year)  # type: ignore[union-attr]
    assert told == pytest.approx((6 + 0.5) / 731 * 366)
    assert expectation(None, year.last, year) == UNKNOWN_EXPECTATION


def test_periods() -> None:
    assert period_span("2012H2") == DateSpan(
        period_span("2012-07").first,  # type: ignore[union-attr]
        period_span("2012-12").last,  # type: ignore[union-attr]
    )
    for label in ("12", "2012H3", "2012-13", "0000", ""):
        assert period_span(label) is None


@given(st.lists(st.tuples(st.integers(0, 3), probabilities), max_size=12), st.floats(0, 3))
def test_odds_sum_to_one_and_never_fall(happenings: list[tuple[int, float]], mean: float) -> None:
    odds = plus_unseen(of(happenings), mean)
    assert math.isclose(sum(odds.chances), 1.0, abs_tol=1e-9)
    reach = [odds.at_least(number) for number in range(40)]
    assert all(later <= sooner + 1e-12 for sooner, later in pairwise(reach))


def test_odds_of_two_coins() -> None:
    odds = of([(1, 0.5), (1, 0.5), (2, 1.0)])
    assert odds == Odds(2, (0.25, 0.5, 0.25))
    assert odds.at_most(2) == pytest.approx(0.25)
    assert plus_unseen(Odds(), 0.1).at_least(1) == pytest.approx(1 - math.exp(-0.1))


def bootstrap_by_hand(clusters: list[tuple[float, float]]) -> list[float]:
    """Every ordered draw of the clusters, as a mean: what the exact interval has to agree with."""
    return sorted(
        sum(clusters[place][1] for place in drawn) / sum(clusters[place][0] for place in drawn)
        for drawn in product(range(len(clusters)), repeat=len(clusters))
    )


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 5), probabilities), min_size=2, max_size=4))
def test_the_interval_goes_through_every_draw_of_clusters(clusters: list[tuple[int, float]]) -> None:
    sums = [(float(n), n * mean) for n, mean in clusters]
    found = interval(sums, lambda total: total[1] / total[0], 0.95)
    every = bootstrap_by_hand(sums)
    assert found is not None
    below, above = (sum(value <= end + 1e-9 for value in every) / len(every) for end in found)
    assert below >= 0.025
    assert above >= 0.975
    assert math.isclose(min(every, key=lambda value: abs(value - found[0])), found[0], abs_tol=1e-9)
    assert every[0] - 1e-9 <= found[0] <= found[1] <= every[-1] + 1e-9


def test_many_clusters_are_drawn_the_same_way_each_time_and_near_the_known_spread() -> None:
    sums = [(1.0, float(place % 2)) for place in range(40)]
    first, second = (interval(sums, lambda total: total[1] / total[0], 0.95) for _ in range(2))
    assert first == second
    assert first is not None
    assert first == pytest.approx((0.5 - 1.96 * 0.5 / 40**0.5, 0.5 + 1.96 * 0.5 / 40**0.5), abs=0.03)


def test_one_cluster_cannot_tell_its_own_spread() -> None:
    found = scores([verdict(0.9, True, "war"), verdict(0.2, True, "war")])
    assert found.brier_interval is None
    assert found.skill_interval is None


def test_related_claims_widen_the_interval() -> None:
    many = [(0.9, True), (0.9, True), (0.8, False), (0.8, False)] * 2
    apart = scores([verdict(p, held, str(place)) for place, (p, held) in enumerate(many)])
    together = scores([verdict(p, held, "good" if held else "bad") for p, held in many])
    assert apart.brier == together.brier
    assert apart.brier_interval is not None
    assert together.brier_interval is not None
    assert together.brier_interval[1] - together.brier_interval[0] > apart.brier_interval[1] - apart.brier_interval[0]


@settings(deadline=None, max_examples=30)
@given(pairs)
def test_skill_agrees_with_scikit_learn_at_every_end_of_the_band(many: list[tuple[float, bool]]) -> None:
    from sklearn import metrics  # a dependency of the project: seconds, so only where it is asked

    held = [int(outcome) for _, outcome in many]
    banded = [
        replace(verdict(p, outcome, reference=0.3), p_implied=Implied(p * 0.9, p, p + (1 - p) * 0.1))
        for p, outcome in many
    ]
    found = scores(banded)
    assert found.skill is not None
    assert found.log_skill is not None
    base = metrics.brier_score_loss(held, [0.3] * len(held))
    for end in ("low", "mid", "high"):
        said = [getattr(each.p_implied, end) for each in banded]
        assert math.isclose(getattr(found.skill, end), 1 - metrics.brier_score_loss(held, said) / base, abs_tol=1e-11)
        clipped = [min(max(p, LOG_CLIP), 1 - LOG_CLIP) for p in said]
        log = metrics.log_loss(held, clipped, labels=[0, 1])
        assert math.isclose(getattr(found.log, end), log, abs_tol=1e-12)


def forecast(base: BaseRate) -> Forecast:
    year = Window("2020", DateSpan(date(2020, 1, 1), date(2020, 12, 31)), "UTC")
    reading = Reading("r", None, (year,), fine_print="none")
    return Forecast("a", "F", "d", date(2015, 12, 31), "h1", "p", "forecast", (reading,), base_rate=base)


def test_every_named_model_looks_at_the_same_past() -> None:
    base = BaseRate("laplace", "s", "2012", "2015", "at_least", 1.0)
    said = rivals([forecast(base)], {"s": numbers(2, 2, 0, 5, 99)})
    assert said == {("a", "r"): {"laplace": 4 / 6, "jeffreys": 3.5 / 5, "mean": 3 / 4, "last": 1.0, "coin": 0.5}}
    assert set(said["a", "r"]) == set(MODEL_WORDS)
    assert rivals([forecast(base)], {}) == {}


@given(st.lists(st.floats(0, 50), min_size=1, max_size=5), st.lists(st.floats(0, 50), max_size=5))
def test_what_came_after_the_document_changes_no_base_rate(before: list[float], after: list[float]) -> None:
    base = BaseRate("jeffreys", "s", "2012", str(2011 + len(before)), "at_least", 3.0)
    long = {"s": numbers(*before, *after)}
    assert reckon(base, long) == reckon(base, {"s": numbers(*before)})
    assert rivals([forecast(base)], long) == rivals([forecast(base)], {"s": numbers(*before)})


def test_rival_models_are_scored_on_the_items_they_speak_of() -> None:
    said = {("a", "r"): {"coin": 0.5, "last": 1.0}}
    found = scores([verdict(0.9, True, "x"), verdict(0.6, False, "y"), replace(verdict(0.5, True), forecast="b")], said)
    coin, last = found.rivals
    assert (coin.model, coin.n, coin.brier) == ("coin", 2, 0.25)
    assert coin.skill == pytest.approx(1 - (0.01 + 0.36) / 2 / 0.25)
    assert last.brier == 0.5
    assert coin.interval is not None


def test_each_verbal_table_gives_the_score_with_its_own_bands() -> None:
    items = [replace(verdict(0.9, True), forecast="a"), replace(verdict(0.6, False), forecast="b")]
    bands = [
        VerbalBand("loose", "Loose", Implied(0.5, 0.75, 1.0)),
        VerbalBand("strict", "Strict", Implied(0.7, 0.8, 0.9)),
    ]
    as_read, loose, strict = scores(items, retold={"a": bands, "b": bands[:1]}).verbal
    assert (as_read.name, as_read.covered, as_read.brier.mid) == ("as read", 2, pytest.approx((0.01 + 0.36) / 2))
    assert (loose.name, loose.n, loose.covered) == ("Loose", 2, 2)
    assert loose.brier.low == pytest.approx((0.25 + 0.25) / 2)
    assert loose.brier.mid == pytest.approx((0.0625 + 0.5625) / 2)
    assert loose.brier.high == pytest.approx((0.0 + 1.0) / 2)
    assert strict.covered == 1, "it has no words for b, which keeps its own band"
    assert strict.brier.mid == pytest.approx((0.04 + 0.36) / 2)
    assert scores(items).verbal == ()
    assert scores([verdict(0.9, None)], retold={"a": bands}).verbal == ()
