"""What the past alone would have led one to expect: named models over cited series, never typed in."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise

from tracker.core.baselines import Series
from tracker.core.days import DateSpan
from tracker.core.forecasts import BaseRate

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
    found = series.get(base.series)
    if found is None:
        return None
    values = [value for period, value, _ in sorted(found.values) if base.first <= period <= base.last]
    tests = _tests(base, values)
    if not tests:
        return None
    hits, trials = sum(tests), len(tests)
    if base.model == "laplace":
        p = (hits + 1) / (trials + 2)
    elif base.model == "jeffreys":
        p = (hits + 0.5) / (trials + 1)
    else:
        p = hits / trials
    text = f"the {base.model} model: {hits} of {trials} periods, {base.first} to {base.last}; {found.label}"
    return Reckoning(p, hits, trials, text)


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
