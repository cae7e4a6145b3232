"""What the past alone would have led one to expect: named models over cited series, never typed in."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise

from tracker.core.baselines import Series
from tracker.core.days import DateSpan
from tracker.core.forecasts import BASE_MODELS, BaseRate, Forecast

_PERIOD = re.compile(r"(?P<year>\d{4})(?:H(?P<half>[12])|-(?P<month>0[1-9]|1[0-2]))?")

UNKNOWN_EXPECTATION = 1.0
"""Events expected in a window where no series says: one, so that what silence may hide is never nothing."""

RATE_PRIOR = 0.5
"""Jeffreys' prior for a Poisson rate: half an event is added to what was counted (Jeffreys 1946)."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A base rate worked out: ``p`` (0..1) that the claim holds, from ``hits`` among ``trials`` periods."""

    p: float
    hits: int
    trials: int
    text: str


@cache
def period_span(label: str) -> DateSpan | None:
    """The days of "2019", "2012H1" or "2020-01"; None for a label that is none of these."""
    found = _PERIOD.fullmatch(label)
    if found is None or found["year"] == "0000":
        return None
    year = int(found["year"])
    if found["half"]:
        first, last = ((1, 6), (7, 12))[int(found["half"]) - 1]
    elif found["month"]:
        first = last = int(found["month"])
    else:
        first, last = 1, 12
    return DateSpan(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def reckon(base: BaseRate, series: Mapping[str, Series]) -> Reckoning | None:
    """The base rate's probability; None where the series is missing or has no value among the periods."""
    tests = _outcomes(base, series)
    if not tests:
        return None
    hits, trials = sum(tests), len(tests)
    p = _chance(base.model, hits, trials)
    text = (
        f"the {base.model} model: {hits} of {trials} periods, {base.first} to {base.last}; {series[base.series].label}"
    )
    return Reckoning(p, hits, trials, text)


COIN, LAST = "coin", "last"
"""The models that need no count: one half always; what the last period before the document did, again."""

MODEL_WORDS: Mapping[str, str] = {
    "laplace": "the rate of the past periods, (k+1)/(n+2)",
    "jeffreys": "the same with Jeffreys' prior, (k+0.5)/(n+1)",
    "mean": "the bare rate of the past periods, k/n",
    LAST: "the last period again",
    COIN: "one half always",
}
"""What each named base-rate model says, for those who read its name beside a score."""

Rivals = Mapping[tuple[str, str], Mapping[str, float]]
"""By (forecast, reading): what each named model would have said, 0..1."""


def rivals(forecasts: Iterable[Forecast], series: Mapping[str, Series]) -> dict[tuple[str, str], dict[str, float]]:
    """What every named model would have said of each reading that has a base rate.

    All look at the same periods of the same series, which end before the document's day.
    """
    found: dict[tuple[str, str], dict[str, float]] = {}
    for forecast in forecasts:
        for reading in forecast.readings:
            base = reading.base_rate or forecast.base_rate
            said = _said(base, series) if base is not None else {}
            if said:
                found[forecast.id, reading.id] = said
    return found


def _said(base: BaseRate, series: Mapping[str, Series]) -> dict[str, float]:
    tests = _outcomes(base, series)
    if not tests:
        return {}
    said: dict[str, float] = {model: _chance(model, sum(tests), len(tests)) for model in BASE_MODELS}
    return {**said, LAST: float(tests[-1]), COIN: 0.5}


def _chance(model: str, hits: int, trials: int) -> float:
    if model == "laplace":
        return (hits + 1) / (trials + 2)
    if model == "jeffreys":
        return (hits + 0.5) / (trials + 1)
    return hits / trials


def _outcomes(base: BaseRate, series: Mapping[str, Series]) -> list[bool]:
    """Whether each period was a hit, in order; empty where the series is missing or has no value."""
    found = series.get(base.series)
    if found is None:
        return []
    return _tests(base, [value for period, value, _ in sorted(found.values) if base.first <= period <= base.last])


def _tests(base: BaseRate, values: list[float]) -> list[bool]:
    if base.hit == "at_least":
        return [value >= base.number for value in values]
    if base.hit == "at_most":
        return [value <= base.number for value in values]
    pairs = list(pairwise(values))
    if base.hit == "rises":
        return [later > sooner for sooner, later in pairs]
    return [later <= sooner for sooner, later in pairs]


def expectation(series: Series | None, before: date, window: DateSpan) -> float:
    """How many events the window would hold at the rate of the periods that had ended by ``before``."""
    total, days = 0.0, 0
    for period, value, _ in series.values if series is not None else ():
        span = period_span(period)
        if span is not None and span.last <= before:
            total += value
            days += span.days
    if days == 0:
        return UNKNOWN_EXPECTATION
    return (total + RATE_PRIOR) / days * window.days
