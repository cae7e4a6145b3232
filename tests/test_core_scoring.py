"""Scores against an independent implementation, and their arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.base_rates import UNKNOWN_EXPECTATION, expectation, period_span, reckon
from tracker.core.baselines import Series
from tracker.core.days import DateSpan
from tracker.core.forecasts import BaseRate
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
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
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
    assert "1 scored items are undecided" in found.caveat


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
