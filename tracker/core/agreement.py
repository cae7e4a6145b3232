"""The day on which independent texts agree: what each says of every hour the event may have taken place at.

A text says it twice. Its stamp: reports follow an event within hours, so a stamp speaks for the hours before it,
and a bare date for a day at the writer's desk, which elsewhere may be two. Its words: they name days. Together,
over hours, texts from several zones pin down a day that none of them could name alone: a launch after dawn in Korea
stands under yesterday's date in American papers and under today's in Korean ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from tracker.core.dating import LAGS
from tracker.core.days import DayWeights, normalised, start_of

Told = tuple[datetime, datetime]
"""The first and the last instant at which a text may have been published; equal for an exact stamp."""

Testimony = tuple[tuple[int, date, int, float], ...]
"""Per hour (its number since 1970 in UTC): the day and the hour there, in the event's zone, and what the text adds
to the log weight of that hour over what it gives to hours it does not speak for."""

DOUBT = 0.05
"""Share of a text's word that is spread over all hours: its clock or its words may mislead."""

UNSAID = math.log(DOUBT / 10)
"""The log weight of an hour that a text does not speak for."""

LATER_INSTANT, LATER_DATE = 0.5, 0.9
"""How much less each further text says than the one before it, by exact stamps and by bare dates. Whoever reports
later mostly repeats the first and comes later whatever the hour was; a bare date hides the order within a day, and
how many stand on each date tells the hour. Chosen on the launches of 2017 and 2019, their stamps whole and cut down
to dates (docs/decisions/0025)."""

WITNESSES = 24
"""Texts beyond so many change nothing that matters, and would only cost."""

LONGEST = 40
"""Days beyond which hours are not looked at one by one: such words ("next month") do not rest on a stamp."""

ASIDE = 0.002
"""Days below this share of the likeliest are left out."""

_LEAST = 0.001
_SAME = 2.0
"""Day weights that differ from the stamp's own by less than this factor hold no words: only rounding."""


def testimony(days: DayWeights, told: Told | None, zone: str, hours: tuple[float, ...] = ()) -> Testimony:
    """What one text says of each hour of the days it may mean. ``days`` are its weights in ``zone``; ``hours``
    holds 24 relative frequencies of the local hour such events take place at, empty where none is known."""
    if not days or (days[-1][0] - days[0][0]).days > LONGEST:
        return ()
    slots = [
        (start // 3600 + hour, day, hour) for day, _ in days for start in [_start(day, zone)] for hour in range(24)
    ]
    weight = dict(days)
    stamped = [_stamped(number, told) for number, _, _ in slots] if told is not None else [1.0] * len(slots)
    usual = hours if told is not None and told[0] == told[1] else ()
    by_stamp: dict[date, float] = {}
    for (_, day, hour), share in zip(slots, stamped, strict=True):
        by_stamp[day] = by_stamp.get(day, 0.0) + share * (usual[hour] if usual else 1.0)
    total = sum(by_stamp.values())
    spoken = {day: _words(weight[day], by_stamp[day] / total if total > _LEAST else 0.0) for day in weight}
    if total <= _LEAST or max(spoken.values()) <= 0.0:
        said = [weight[day] for _, day, _ in slots]
    else:
        said = [
            share * spoken[day] if spoken[day] > 0.0 else weight[day] * _LEAST
            for (_, day, _), share in zip(slots, stamped, strict=True)
        ]
    top = max(said)
    return tuple(
        (number, day, hour, math.log((1 - DOUBT) * each / top + DOUBT / 10) - UNSAID)
        for (number, day, hour), each in zip(slots, said, strict=True)
        if each > 0.0
    )


def _words(weight: float, by_stamp: float) -> float:
    """What the words add to the stamp for one day: 1 where they say nothing, 0 where the stamp rules the day out."""
    if by_stamp <= _LEAST:
        return 0.0
    ratio = weight / by_stamp
    return 1.0 if 1 / _SAME < ratio < _SAME else ratio


@lru_cache(maxsize=4096)
def _start(day: date, zone: str) -> int:
    return int(start_of(day, zone).timestamp())


def _stamped(number: int, told: Told) -> float:
    """How likely a stamp is when the event took place in that hour: the lag's share that ends inside the stamp."""
    middle = number * 3600 + 1800
    first, last = (told[0].timestamp() - middle) / 3600, (told[1].timestamp() - middle) / 3600
    return (
        _between(round(first * 4), round(last * 4))
        if last > first
        else _between(round(first * 4) - 2, round(first * 4) + 2)
    )


@lru_cache(maxsize=16384)
def _between(first: int, last: int) -> float:
    """The share of reporting lags between two numbers of quarter hours."""
    return _reached(last / 4) - _reached(first / 4)


def _reached(hours: float) -> float:
    return 1.0 - sum(share * math.exp(-hours / mean) for share, mean in LAGS) if hours > 0 else 0.0


def say(place: int, told: Told | None) -> float:
    """How much the text at that place (0 is the first to come) has to say about the day, 0..1."""
    return (LATER_INSTANT if told is None or told[0] == told[1] else LATER_DATE) ** place if place < WITNESSES else 0.0


def agreed(sums: Mapping[tuple[int, date, int], float], hours: tuple[float, ...] = ()) -> DayWeights:
    """Weights over days from the summed testimony of each hour, and from how often such events keep that hour."""
    if not sums:
        return ()
    top = max(sums.values())
    days: dict[date, float] = {}
    for (_, day, hour), total in sums.items():
        days[day] = days.get(day, 0.0) + math.exp(total - top) * (hours[hour] if hours else 1.0)
    floor = ASIDE * max(days.values())
    return normalised({day: weight for day, weight in days.items() if weight >= floor})


def agreed_days(
    texts: Sequence[tuple[DayWeights, Told | None]], zone: str, hours: tuple[float, ...] = ()
) -> DayWeights:
    """The days on which texts, in the order they came, agree; empty when none names any."""
    sums: dict[tuple[int, date, int], float] = {}
    for place, (days, told) in enumerate(texts[:WITNESSES]):
        share = say(place, told)
        for number, day, hour, gain in testimony(days, told, zone, hours):
            key = (number, day, hour)
            sums[key] = sums.get(key, 0.0) + share * gain
    return agreed(sums, hours) or next((days for days, _ in texts if days), ())
