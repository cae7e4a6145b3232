"""How long reports take: the probability of each day around a publication, before a word of the text is read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

LAGS: tuple[tuple[float, float], ...] = ((0.78, 4.0), (0.18, 20.0), (0.04, 96.0))
"""Reporting lag as a mixture of exponentials (share, mean in hours): four in five reports come within hours,
some the next day, a few a week late. Judgement, checked against the launch days of 2017 and 2019."""

AHEAD: tuple[tuple[float, float], ...] = ((0.6, 72.0), (0.4, 24.0 * 21))
"""The same for what is yet to come: most announced things are days away, some weeks."""

DAYS_BACK = 14
DAYS_AHEAD = 60

STEP = 5
"""Minutes told apart in the instant of publication."""

KEPT = 0.002
"""Days below this share of the whole are left out."""


@dataclass(frozen=True, slots=True)
class _Past:
    """One exponential of the lag, worked out for the hours such events keep.

    ``before`` holds the weight of each earlier day, as seen from the midnight after it; ``hours`` the weight of
    the hours of a day up to each, as seen from its own midnight; both times exp(-t / mean) for t hours later.
    """

    share: float
    mean: float
    before: tuple[float, ...]
    hours: tuple[float, ...]


@lru_cache(maxsize=64)
def _pasts(hours: tuple[float, ...]) -> tuple[_Past, ...]:
    often = hours or (1.0,) * 24
    made = []
    for share, mean in LAGS:
        passed = [0.0]
        for hour, each in enumerate(often):
            passed.append(passed[-1] + each * (math.exp((hour + 1.0) / mean) - math.exp(hour / mean)))
        before = tuple(passed[-1] * math.exp(-24.0 * (back + 1) / mean) for back in range(DAYS_BACK))
        made.append(_Past(share, mean, before, tuple(passed)))
    return tuple(made)


def _back(since: float, hours: tuple[float, ...]) -> list[float]:
    """The probability of each day from the publication day backwards, by the lag (and the hours such events keep).

    ``since`` is the hours passed since the midnight that began the publication day in the event's zone. Days
    are taken to have 24 hours: where clocks change, an hour is lost, which no weight shows.
    """
    whole = min(int(since), 23)
    often = hours[whole] if hours else 1.0
    today = 0.0
    faded = []
    for past in _pasts(hours):
        passed = math.exp(-since / past.mean)
        today += past.share * (passed * past.hours[whole] + often * (1.0 - math.exp((whole - since) / past.mean)))
        faded.append((past.share * passed, past.before))
    rest = [0.0] * DAYS_BACK
    for share, before in faded:
        rest = [weight + share * each for weight, each in zip(rest, before, strict=True)]
    return [today, *rest]


_FADED_AHEAD = [
    (share, mean, [math.exp(-24.0 * day / mean) for day in range(1, DAYS_AHEAD + 2)]) for share, mean in AHEAD
]
"""For each exponential what is left of it at the midnights after the publication day's."""


def _forth(since: float) -> list[float]:
    """The probability of each day from the publication day on, for what is yet to come."""
    left = [(share, math.exp(since / mean), faded) for share, mean, faded in _FADED_AHEAD]
    passed = [0.0]
    passed += [1.0 - sum([share * grown * faded[day] for share, grown, faded in left]) for day in range(DAYS_AHEAD + 1)]
    return [later - earlier for earlier, later in pairwise(passed)]


def minute_of(local: datetime) -> int:
    """The minute of the day, to a few: what a lag of hours can tell."""
    return local.hour * 60 + local.minute // STEP * STEP + STEP // 2


@lru_cache(maxsize=8192)
def _shares(minute: int, ahead: bool, hours: tuple[float, ...]) -> tuple[float, ...]:
    """The probability of each day from the publication day on (or backwards), by the minute of that day."""
    return tuple(_forth(minute / 60.0) if ahead else _back(minute / 60.0, hours))


@lru_cache(maxsize=8192)
def unnamed(minute: int, ahead: bool, hours: tuple[float, ...]) -> tuple[tuple[int, float], ...]:
    """The same for a text that names no day: offsets in day order with weights as ``normalised`` gives them."""
    shares = _shares(minute, ahead, hours)
    floor = KEPT * sum(shares)
    kept = [(offset, share) for offset, share in enumerate(shares) if share >= floor]
    total = sum([share for _, share in kept])
    weights = [(offset if ahead else -offset, round(share / total, 6)) for offset, share in kept]
    return tuple([pair for pair in (weights if ahead else reversed(weights)) if pair[1] > 0.0])


@lru_cache(maxsize=1024)
def mixed(moments: tuple[tuple[int, int], ...], ahead: bool, hours: tuple[float, ...]) -> tuple[tuple[int, float], ...]:
    """The weights of days, counted from the first, before a word was read: over moments that are as likely as each
    other, each a day and a minute of it. Where clocks do not change they are the same for every stamp of one day."""
    weights: dict[int, float] = {}
    sign = 1 if ahead else -1
    for day, minute in moments:
        for offset, share in enumerate(_shares(minute, ahead, hours)):
            each = day + sign * offset
            weights[each] = weights.get(each, 0.0) + share / len(moments)
    return tuple(weights.items())
