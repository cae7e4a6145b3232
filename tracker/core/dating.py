"""On which day a reported event took place: weights over days from the stamp and from words such as "on Monday".

The weight of a day is the probability that the event fell on it, given when the text was published and how
long reports take, times how well the day agrees with the words. Nothing here reads a clock.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from tracker.core.days import DayWeights, Published, day_of, end_of, normalised, start_of, zone

CueKind = Literal["weekday", "days_ago", "week_ago", "date", "day_of_month", "state_media"]


@dataclass(frozen=True, slots=True)
class DayCue:
    """Words of a text that say on which day something takes place.

    ``value`` is the weekday (Monday 0), the days before publication (negative: to come) or the weeks before
    it, by ``kind``; ``year`` 0 means that the words leave it out. ``local`` says that the words mean the place
    of the event ("early Tuesday") rather than the writer's desk. ``words`` is what was read.
    """

    kind: CueKind
    words: str
    value: int = 0
    year: int = 0
    month: int = 0
    day: int = 0
    local: bool = False


LAGS: tuple[tuple[float, float], ...] = ((0.78, 4.0), (0.18, 20.0), (0.04, 96.0))
"""Reporting lag as a mixture of exponentials (share, mean in hours): four in five reports come within hours,
some the next day, a few a week late. Judgement, checked against the launch days of 2017 and 2019."""

AHEAD: tuple[tuple[float, float], ...] = ((0.6, 72.0), (0.4, 24.0 * 21))
"""The same for what is yet to come: most announced things are days away, some weeks."""

DAYS_BACK = 14
DAYS_AHEAD = 60
SAMPLES = 24
FLOOR = 0.0005
"""How likely a day is that contradicts the words: small, so that a stray "Monday" never removes the truth."""

LOCAL_TRUST, DESK_TRUST = 0.9, 0.65
"""How far a day's name is trusted to mean the calendar of the place: "early Tuesday" and written dates, others."""

STATE_MEDIA_DAYS = (0.05, 0.8, 0.1)
"""State media report what their own forces did on the day before; sometimes the same day, seldom later."""

KEPT = 0.002
"""Days below this share of the whole are left out."""


def _reached(hours: float, mixture: tuple[tuple[float, float], ...]) -> float:
    """The share of lags that are at most ``hours``; 0 for negative hours."""
    if hours <= 0:
        return 0.0
    return sum(share * (1.0 - math.exp(-hours / mean)) for share, mean in mixture)


def _hours(later: datetime, earlier: datetime) -> float:
    return (later - earlier).total_seconds() / 3600.0


def _instants(published: Published) -> list[datetime]:
    first, last = published.first_at, published.last_at
    if first is None or last is None:
        return []
    if last <= first:
        return [first]
    step = (last - first) / SAMPLES
    return [first + step * (k + 0.5) for k in range(SAMPLES)]


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
    weights = [today, *(0.0,) * DAYS_BACK]
    for share, before in faded:
        for back, weight in enumerate(before, 1):
            weights[back] += share * weight
    return weights


def _forth(since: float) -> list[float]:
    """The probability of each day from the publication day on, for what is yet to come."""
    passed = [_reached(24.0 * day - since, AHEAD) for day in range(DAYS_AHEAD + 2)]
    return [later - earlier for earlier, later in pairwise(passed)]


def _priors(
    instants: Sequence[datetime], event_zone: str, ahead: bool, hours: tuple[float, ...]
) -> tuple[dict[date, float], date, date]:
    """The weight of every possible day before a word was read, and the first and last publication day there."""
    weights: dict[date, float] = {}
    place = zone(event_zone)
    first = last = instants[0].astimezone(place).date()
    for moment in instants:
        local = moment.astimezone(place)
        day = last = local.date()
        since = local.hour + local.minute / 60.0 + local.second / 3600.0
        shares = _forth(since) if ahead else _back(since, hours)
        number, sign = day.toordinal(), (1 if ahead else -1)
        for offset, share in enumerate(shares):
            each = date.fromordinal(number + sign * offset)
            weights[each] = weights.get(each, 0.0) + share / len(instants)
    return weights, first, last


@lru_cache(maxsize=4096)
def _desk_shares(day: date, event_zone: str, desk_zone: str) -> tuple[tuple[date, float], ...]:
    """Which days at the writer's desk the event's day covers, with their shares (sum 1)."""
    begin, end = start_of(day, event_zone), end_of(day, event_zone)
    length = _hours(end, begin)
    shares = []
    for desk_day in {day_of(begin, desk_zone), day_of(end - timedelta(seconds=1), desk_zone)}:
        overlap = _hours(min(end, end_of(desk_day, desk_zone)), max(begin, start_of(desk_day, desk_zone)))
        shares.append((desk_day, max(overlap, 0.0) / length))
    return tuple(sorted(shares))


def _either(matches: Callable[[date], float], day: date, event_zone: str, desk_zone: str, local: bool) -> float:
    """How well ``day`` fits words that may mean the event's calendar or the writer's."""
    desk = sum(share * matches(each) for each, share in _desk_shares(day, event_zone, desk_zone))
    trust = LOCAL_TRUST if local else DESK_TRUST
    return trust * matches(day) + (1.0 - trust) * desk


def _day_in(cue: DayCue, near: date) -> date | None:
    """The calendar day a date cue names; without a year the one nearest to ``near``."""
    years = (cue.year,) if cue.year else (near.year - 1, near.year, near.year + 1)
    months = (cue.month,) if cue.month else ((near.month - 2) % 12 + 1, near.month, near.month % 12 + 1)
    found = []
    for year in years:
        for month in months:
            try:
                found.append(date(year, month, cue.day))
            except ValueError:
                continue
    return min(found, key=lambda each: (abs((each - near).days), each), default=None)


def _agreement(cue: DayCue, day: date, stamp: date, home: date, event_zone: str, desk_zone: str, ahead: bool) -> float:
    """How likely these words are if the event was on ``day``; ``stamp`` and ``home`` are the days of
    publication at the writer's desk and at the place of the event."""
    if cue.kind == "weekday":
        return _either(lambda each: float(each.weekday() == cue.value), day, event_zone, desk_zone, cue.local)
    if cue.kind == "days_ago":
        meant = stamp - timedelta(days=cue.value)
        fits = _either(lambda each: float(each == meant), day, event_zone, desk_zone, True)
        return fits if abs(cue.value) < 2 else fits + 0.2 * float(abs((day - meant).days) == 1)
    if cue.kind == "week_ago":
        weeks = (stamp - timedelta(days=stamp.weekday()) - (day - timedelta(days=day.weekday()))).days // 7
        return float(weeks == cue.value)
    if cue.kind == "state_media":
        gap = (home - day).days
        if ahead:
            return 1.0
        return STATE_MEDIA_DAYS[gap] if 0 <= gap < len(STATE_MEDIA_DAYS) else 0.02
    meant_day = _day_in(cue, stamp)
    if meant_day is None:
        return 1.0
    return _either(lambda each: float(each == meant_day), day, event_zone, desk_zone, True)


def day_weights(
    published: Published,
    event_zone: str,
    publisher_zone: str,
    cues: tuple[DayCue, ...] = (),
    ahead: bool = False,
    hours: Sequence[float] = (),
) -> DayWeights:
    """Weights over days in ``event_zone`` that sum to 1 (to rounding), most likely days only.

    Without ``ahead`` no day lies after the publication day in the event's zone; with it none lies before.
    ``hours`` holds 24 relative frequencies of the local hour such events take place at; it speaks only where the
    stamp is an instant, because a bare date says too little of the hour. Words that no possible day agrees with
    are taken as being about something else and left out. Empty when the text has no usable stamp and no words
    name a full date.
    """
    instants = _instants(published)
    if not instants:
        full = [cue for cue in cues if cue.kind == "date" and cue.year and cue.month]
        named = _day_in(full[0], date(full[0].year, full[0].month, 1)) if full else None
        return ((named, 1.0),) if named is not None else ()
    stamp = day_of(instants[len(instants) // 2], publisher_zone)
    told = tuple(hours) if len(instants) == 1 else ()
    weights, home, latest = _priors(instants, event_zone, ahead, told)
    for cue in cues:
        named = _day_in(cue, stamp) if cue.kind in ("date", "day_of_month") else None
        if named is not None and (named >= home if ahead else named <= latest):
            weights.setdefault(named, 0.0)
    days = sorted(weights)
    for cue in cues:
        fits = {day: _agreement(cue, day, stamp, home, event_zone, publisher_zone, ahead) for day in days}
        if not any(fit > 0.0 for fit in fits.values()):
            continue
        by_date = cue.kind in ("date", "day_of_month")
        for day in days:
            # A date written out is trusted even where no report would have been expected so late.
            prior = max(weights[day], FLOOR) if by_date and fits[day] > 0.5 else weights[day]
            weights[day] = prior * max(fits[day], FLOOR * (0.01 if by_date else 1.0))
    total = sum(weights.values())
    if total <= 0.0:
        return ()
    return normalised({day: weight for day, weight in weights.items() if weight >= KEPT * total})
