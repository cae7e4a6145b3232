"""The day on which independent texts agree: what each says of every hour the event may have taken place at.

A text says it twice. Its stamp: reports follow an event within hours, so a stamp speaks for the hours before it,
and a bare date for a day at the writer's desk, which elsewhere may be two. Its words: they name days. Together,
over hours, texts from several zones pin down a day that none of them could name alone: a launch after dawn in Korea
stands under yesterday's date in American papers and under today's in Korean ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import mul

from tracker.core.days import DayWeights, normalised, start_of
from tracker.core.lags import LAGS

Told = tuple[datetime, datetime]
"""The first and the last instant at which a text may have been published; equal for an exact stamp."""

Testimony = tuple[tuple[date, tuple[float, ...]], ...]
"""Per day in the event's zone, for each of its 24 hours: what the text adds to the log weight of that hour over what
it gives to hours it does not speak for. Where clocks change, an hour is counted that is none; no weight shows it."""

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

LEAST = 0.005
"""A day of less weight than this in a text is not what it speaks of."""

_LEAST = 0.001
_SAME = 2.0
"""Day weights that differ from the stamp's own by less than this factor hold no words: only rounding."""


def witness(days: DayWeights, told: Told | None, zone: str, hours: tuple[float, ...]) -> Testimony:
    """What one text says of each hour of the days it may mean. ``days`` are its weights in ``zone``; ``hours``
    holds 24 relative frequencies of the local hour such events take place at, empty where none is known."""
    days = tuple(pair for pair in days if pair[1] >= LEAST)
    if not days or (days[-1][0] - days[0][0]).days > LONGEST:
        return ()
    even = (1.0,) * 24
    if told is None:
        return _spoken([(day, weight, even) for day, weight in days])
    first, last = round(told[0].timestamp() / QUARTER), round(told[1].timestamp() / QUARTER)
    if first == last:  # an exact stamp stands for the hour around it
        first, last = first - 2, last + 2
    usual = hours if hours and told[0] == told[1] else even
    stamped = [
        (day, weight, _lags(first - start, last - start)) for day, weight in days for start in [_start(day, zone)]
    ]
    by_stamp = [sum(map(mul, shares, usual)) for _, _, shares in stamped]
    total = sum(by_stamp)
    if total <= _LEAST:  # the words name days that the stamp knows nothing of: they alone speak
        return _spoken([(day, weight, even) for day, weight in days])
    words = [_words(weight, share / total) for (_, weight, _), share in zip(stamped, by_stamp, strict=True)]
    return _spoken([(day, word, shares) for (day, _, shares), word in zip(stamped, words, strict=True) if word > 0.0])


def _spoken(said: Sequence[tuple[date, float, tuple[float, ...]]]) -> Testimony:
    """Log gains from what is said of each day and of each of its hours."""
    top = max((weight * max(shares) for _, weight, shares in said), default=0.0)
    if top <= 0.0:
        return ()
    log = math.log
    gains = []
    for day, weight, shares in said:
        scale = (1 - DOUBT) * weight / top
        gains.append((day, tuple([log(scale * each + DOUBT / 10) - UNSAID for each in shares])))
    return tuple(gains)


def _words(weight: float, by_stamp: float) -> float:
    """What the words add to the stamp for one day: 1 where they say nothing, 0 where the stamp rules the day out."""
    if by_stamp <= _LEAST:
        return 0.0
    ratio = weight / by_stamp
    return 1.0 if 1 / _SAME < ratio < _SAME else ratio


QUARTER = 900
"""Seconds in the quarter of an hour that stamps are rounded to."""


@lru_cache(maxsize=4096)
def _start(day: date, zone: str) -> int:
    """The quarter of an hour, counted from 1970, at which a day begins."""
    return int(start_of(day, zone).timestamp()) // QUARTER


@lru_cache(maxsize=16384)
def _lags(first: int, last: int) -> tuple[float, ...]:
    """For each hour of a day: how likely a stamp between two quarters (counted from the day's beginning) is when the
    event took place then, which is the share of reporting lags that end there."""
    return tuple(_reached((last - 4 * hour - 2) / 4) - _reached((first - 4 * hour - 2) / 4) for hour in range(24))


def _reached(hours: float) -> float:
    return 1.0 - sum(share * math.exp(-hours / mean) for share, mean in LAGS) if hours > 0 else 0.0


def say(place: int, told: Told | None) -> float:
    """How much the text at that place (0 is the first to come) has to say about the day, 0..1."""
    return (LATER_INSTANT if told is None or told[0] == told[1] else LATER_DATE) ** place if place < WITNESSES else 0.0


Sums = dict[date, list[float]]
"""The summed testimony for each of the 24 hours of every day that somebody means."""


def hear(sums: Sums, text: Testimony, share: float) -> None:
    """Add what one text says, at its share, to what was said before."""
    for day, gains in text:
        before = sums.get(day)
        sums[day] = [share * gain for gain in gains] if before is None else [
            total + share * gain for total, gain in zip(before, gains, strict=True)
        ]  # fmt: skip


def agreed(sums: Sums, hours: tuple[float, ...] = ()) -> DayWeights:
    """Weights over days from the summed testimony of each hour, and from how often such events keep that hour."""
    if not sums:
        return ()
    exp = math.exp
    top = max(map(max, sums.values()))
    often = hours or (1.0,) * 24
    days = {
        day: sum([exp(total - top) * each for total, each in zip(totals, often, strict=True)])
        for day, totals in sums.items()
    }
    floor = ASIDE * max(days.values())
    return normalised({day: weight for day, weight in days.items() if weight >= floor})


def agreed_days(
    texts: Sequence[tuple[DayWeights, Told | None]], zone: str, hours: tuple[float, ...] = ()
) -> DayWeights:
    """The days on which texts, in the order they came, agree; empty when none names any."""
    sums: Sums = {}
    for place, (days, told) in enumerate(texts[:WITNESSES]):
        hear(sums, witness(days, told, zone, hours), say(place, told))
    return agreed(sums, hours) or next((days for days, _ in texts if days), ())
