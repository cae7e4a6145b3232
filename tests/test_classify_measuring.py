"""Probabilities, thresholds, readers against each other: what is measured before a model is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.classify.examples import Example, Label
from tracker.classify.reliability import Cost, best_threshold, bins, calibration_error, costs, predictions
from tracker.classify.training import fold_of, folds
from tracker.classify.trials import agreement, kappa
from tracker.core.days import Published
from tracker.core.observations import Observation, Text


def test_sure_and_right_is_no_error_and_sure_and_wrong_is() -> None:
    assert calibration_error(bins([(1.0, True)] * 20)) == 0.0
    assert calibration_error(bins([(0.9, False)] * 20)) == pytest.approx(0.9)
    assert calibration_error(bins([])) == 0.0


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), min_size=1, max_size=80))
def test_bins_hold_every_prediction_once(pairs: list[tuple[float, bool]]) -> None:
    found = bins(pairs)
    assert sum(each.n for each in found) == len(pairs)
    assert max(each.n for each in found) - min(each.n for each in found) <= 1
    assert 0.0 <= calibration_error(found) <= 1.0


def seen(p: float) -> Observation:
    return Observation(True, (), {"talks": p, "sanctions": 0.01})


def test_what_a_threshold_costs() -> None:
    tags = [frozenset({"talks"}), frozenset({"talks"}), frozenset[str]()]
    found = costs(tags, [seen(0.9), seen(0.4), seen(0.6)], ["talks"])["talks"]
    at = {each.threshold: each for each in found}
    assert (at[0.5].precision, at[0.5].recall) == (0.5, 0.5)
    assert (at[0.8].precision, at[0.8].recall) == (1.0, 0.5)
    assert at[0.1].recall == 1.0
    assert predictions(tags, [seen(0.9), seen(0.4), seen(0.6)], ["talks", "sanctions"]) == [
        (0.9, True), (0.4, True), (0.6, False),
    ]  # fmt: skip


def test_a_threshold_is_chosen_within_bounds_and_only_on_enough_rows() -> None:
    table = [Cost(0.1, 1.0, 1.0, 0.99), Cost(0.4, 1.0, 1.0, 0.9), Cost(0.5, 1.0, 1.0, 0.8)]
    assert best_threshold(table, 100) == 0.4
    assert best_threshold(table, 8) == 0.5


def test_kappa_is_one_for_the_same_and_none_for_chance() -> None:
    assert kappa([("a", "a"), ("b", "b")]) == 1.0
    assert kappa([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]) == 0.0


def test_agreement_counts_texts_read_twice() -> None:
    def label(key: str, tag: str, mode: str) -> Label:
        return Label(key, frozenset({tag} - {""}), mode, "", "labels/x.jsonl")

    first = [label("1", "talks", "occurred"), label("2", "", ""), label("3", "talks", "denied")]
    again = [label("1", "talks", "occurred"), label("2", "talks", "expected")]
    found = agreement([first, again], ["talks"])
    assert found["texts"] == 2.0
    assert found["mode"] == 1.0  # the one text to which both give a mode
    assert found["talks"] < 1.0
    assert agreement([first], ["talks"]) == {}


def example(title: str, month: int, origin: str) -> Example:
    return Example(Text(title, published=Published.unknown()), frozenset(), "", f"{origin}{month}")


def test_texts_of_one_file_never_stand_on_both_sides_of_a_fold() -> None:
    examples = [example(f"title {k}", k % 7, "corpus/file") for k in range(70)]
    for train, test in folds(examples, 3):
        assert {fold_of(examples[k]) for k in train}.isdisjoint({fold_of(examples[k]) for k in test})
    assert sorted(place for _, test in folds(examples, 3) for place in test) == list(range(70))
