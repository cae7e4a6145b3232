"""On which day a reported event took place: weights over days from the stamp and from words such as "on Monday".

The weight of a day is the probability that the event fell on it, given when the text was published and how
long reports take, times how well the day agrees with the words. Nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from tracker.core.days import DayWeights, Published, day_of, end_of, normalised, start_of, zone
from tracker.core.lags import KEPT, minute_of, mixed, unnamed

CueKind = Literal["weekday", "days_ago", "week_ago", "weekend", "month_ago", "date", "day_of_month", "state_media"]

STRETCHES: tuple[CueKind, ...] = ("week_ago", "weekend", "month_ago")
"""Kinds that name more than one day."""

Sense = Literal["", "past", "ahead"]
"""Whether the words around a day's name speak of what was done or of what is to come; empty where they do not say."""

Role = Literal["main", "source", "aside"]
"""What a named day belongs to: the news itself, the report of it ("KCNA said on Saturday"), or something beside it."""

Outlook = Literal["past", "ahead", "open"]
"""What the text tells of: something done, something to come, or neither is said (a comment)."""


@dataclass(frozen=True, slots=True)
class DayCue:
    """Words of a text that say on which day something takes place.

    ``value`` is the weekday (Monday 0), the days before publication (negative: to come), or the weeks or months
    before it, by ``kind``; ``year`` 0 means that the words leave it out. ``local`` says that the words mean the
    place of the event ("early Tuesday") rather than the writer's desk; ``later`` that they stand in a sentence
    after the first. ``words`` is what was read.
    """

    kind: CueKind
    words: str
    value: int = 0
    year: int = 0
    month: int = 0
    day: int = 0
    local: bool = False
    sense: Sense = ""
    role: Role = "main"
    later: bool = False


SAMPLES = 24
FLOOR = 0.0005
"""How likely a day is that contradicts the words: small, so that a stray "Monday" never removes the truth."""

NAMED_LEAST = 0.02
"""The least a day that the words name is thought of before they are read, however late the report of it."""

LOCAL_TRUST, DESK_TRUST = 0.9, 0.65
"""How far a day's name is trusted to mean the calendar of the place: "early Tuesday" and written dates, others."""

NAMED_TRUST = 0.99
"""The same for meetings, measures and words, which have no other calendar than that of who tells of them."""

APART = 2
"""Days by which two calendars can differ at one instant: the ends of the world are 26 hours apart."""

TOLD_SAME_DAY = 0.3
"""How often a launch took place on the very day state media are quoted on, rather than on the day before."""

STATE_MEDIA_DAYS = (0.05, 0.8, 0.1)
"""State media report what their own forces did on the day before; sometimes the same day, seldom later."""


def _hours(later: datetime, earlier: datetime) -> float:
    return (later - earlier).total_seconds() / 3600.0


@lru_cache(maxsize=1024)
def _instants(first: datetime | None, last: datetime | None) -> tuple[datetime, ...]:
    if first is None or last is None:
        return ()
    if last <= first:
        return (first,)
    step = (last - first) / SAMPLES
    return tuple([first + step * (k + 0.5) for k in range(SAMPLES)])


@lru_cache(maxsize=1024)
def _priors(
    instants: tuple[datetime, ...], event_zone: str, ahead: bool, hours: tuple[float, ...]
) -> tuple[Mapping[date, float], date, date]:
    """The weight of every possible day before a word was read, and the first and last publication day there.

    Of a stamp that is a date alone there are many texts.
    """
    place = zone(event_zone)
    local = [moment.astimezone(place) for moment in instants]
    first, last = local[0].date(), local[-1].date()
    number = first.toordinal()
    moments = tuple([(moment.toordinal() - number, minute_of(moment)) for moment in local])
    weights = {date.fromordinal(number + offset): weight for offset, weight in mixed(moments, ahead, hours)}
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


def _either(named: date, day: date, event_zone: str, desk_zone: str, trust: float) -> float:
    """How well ``day`` fits a date that may be meant by the event's calendar or by the writer's."""
    desk = sum(share for each, share in _desk_shares(day, event_zone, desk_zone) if each == named)
    return trust * float(day == named) + (1.0 - trust) * desk


def _day_in(cue: DayCue, near: date, ahead: bool) -> date | None:
    """The calendar day a date cue names; without a year the one nearest to ``near``, on the side spoken of."""
    years = (cue.year,) if cue.year else (near.year - 1, near.year, near.year + 1)
    months = (cue.month,) if cue.month else ((near.month - 2) % 12 + 1, near.month, near.month % 12 + 1)
    found = []
    for year in years:
        for month in months:
            try:
                found.append(date(year, month, cue.day))
            except ValueError:
                continue
    if cue.sense == "ahead" and ahead:
        found = [each for each in found if each >= near - timedelta(days=1)] or found
    return min(found, key=lambda each: (abs((each - near).days), each), default=None)


def _named(cue: DayCue, stamp: date, home: date, ahead: bool) -> date | None:
    """The calendar day that a cue names, None where it names a longer stretch. ``stamp`` and ``home`` are the
    days of publication at the writer's desk and at the place of the event."""
    if cue.kind == "weekday":
        if ahead:
            first = min(stamp, home)
            return first + timedelta(days=(cue.value - first.weekday()) % 7)
        last = max(stamp, home)
        return last - timedelta(days=(last.weekday() - cue.value) % 7)
    if cue.kind == "days_ago":
        return stamp - timedelta(days=cue.value)
    if cue.kind in ("date", "day_of_month"):
        return _day_in(cue, stamp, ahead)
    return None


def _weeks_back(day: date, stamp: date) -> int:
    monday = stamp - timedelta(days=stamp.weekday())
    return (monday - (day - timedelta(days=day.weekday()))).days // 7


def _stretch(cue: DayCue, day: date, stamp: date, ahead: bool) -> float:
    """Whether ``day`` lies in the week, weekend or month that a cue names (1 or 0)."""
    if cue.kind == "weekend":
        off = (day - stamp).days
        return float(day.weekday() >= 5 and (-2 <= off < 7 if ahead else -7 < off <= 0))
    if cue.kind == "week_ago":
        return float(_weeks_back(day, stamp) == cue.value)
    months = (stamp.year - day.year) * 12 + stamp.month - day.month
    return float(months == cue.value)


def deciding(cues: Sequence[DayCue], outlook: Outlook) -> tuple[tuple[DayCue, ...], bool]:
    """The cues that date the event, and whether it is to come.

    The day of the news itself goes before the day somebody told it, and that before what stands beside it. News
    of what was done is not dated by a day that is to come; what is expected is, and where only the saying has
    its day ("warned on Friday that it would"), the saying is what took place.
    """
    if not cues:
        return (), outlook == "ahead"
    ranks: dict[Role, int] = {"main": 0, "source": 1, "aside": 2}
    named = [each for each in cues if each.kind != "state_media"]
    media = tuple(each for each in cues if each.kind == "state_media")
    telling = sorted(named, key=lambda each: (each.later, ranks[each.role]))
    if outlook == "past":
        telling = [each for each in telling if each.sense != "ahead" and each.role != "aside"]
    elif outlook == "ahead":
        telling = sorted(telling, key=lambda each: each.sense == "past")
    else:
        telling = sorted(telling, key=lambda each: (each.later, each.sense == "ahead"))
    if not telling:
        return media, outlook == "ahead"
    first = telling[0]
    ahead = first.sense == "ahead" or (outlook == "ahead" and first.sense != "past")
    if first.kind == "days_ago":
        ahead = first.value < 0 or (first.value == 0 and ahead)
    told_then = first.role == "source" or not media
    return ((first, *media) if told_then else (first,)), ahead


def _agreements(
    cue: DayCue, others: Sequence[DayCue], days: Sequence[date], stamp: date, home: date, zones: tuple[str, str],
    ahead: bool, far: bool,
) -> dict[date, float]:  # fmt: skip
    """How likely the words of a cue are for each day the event may have been on."""
    if cue.kind == "state_media":
        if ahead:
            return dict.fromkeys(days, 1.0)
        return {day: _media(day, home) for day in days}
    if cue.kind in STRETCHES:
        return {day: _stretch(cue, day, stamp, ahead) for day in days}
    named = _named(cue, stamp, home, ahead)
    if named is None:
        return dict.fromkeys(days, 1.0)
    trust = NAMED_TRUST
    media = cue.role == "source" and any(each.kind == "state_media" for each in others)
    if far and not ahead and not media:
        written_out = cue.local or cue.kind != "weekday"
        trust = LOCAL_TRUST if written_out else DESK_TRUST
    fits = dict.fromkeys(days, 0.0)
    for gap in (-APART, -1, 0, 1, APART):
        day = named + timedelta(days=gap)
        if day in fits:
            fits[day] = _either(named, day, *zones, trust)
    if far and media:
        before = named - timedelta(days=1)
        fits = {day: TOLD_SAME_DAY * fit + (1.0 - TOLD_SAME_DAY) * float(day == before) for day, fit in fits.items()}
    if cue.kind == "days_ago" and abs(cue.value) > 1:
        fits = {day: fit + 0.2 * float(abs((day - named).days) == 1) for day, fit in fits.items()}
    return fits


def _media(day: date, home: date) -> float:
    gap = (home - day).days
    return STATE_MEDIA_DAYS[gap] if 0 <= gap < len(STATE_MEDIA_DAYS) else 0.02


def day_weights(
    published: Published,
    event_zone: str,
    publisher_zone: str,
    cues: tuple[DayCue, ...] = (),
    outlook: Outlook = "past",
    hours: Sequence[float] = (),
    far: bool = False,
) -> DayWeights:
    """Weights over days in ``event_zone`` that sum to 1 (to rounding), most likely days only.

    What was done lies on no day after the publication day in the event's zone, what is to come on none before.
    ``hours`` holds 24 relative frequencies of the local hour such events take place at; it speaks only where the
    stamp is an instant, because a bare date says too little of the hour. ``far``: a writer in another part of the
    world may date such an event by his own calendar. Words that no possible day agrees with are taken as being
    about something else and left out. Empty when the text has no usable stamp and no words name a full date.
    """
    instants = _instants(published.first_at, published.last_at)
    if instants and len(cues) > 1:
        # The day of publication, written out, is a byline where another day is named.
        byline = day_of(instants[-1], publisher_zone)
        cues = tuple(each for each in cues if not each.year or _day_in(each, byline, False) != byline)
    chosen, ahead = deciding(cues, outlook)
    if not instants:
        whole = [cue for cue in chosen if cue.kind == "date" and cue.year and cue.month]
        named = _day_in(whole[0], date(whole[0].year, whole[0].month, 1), ahead) if whole else None
        return ((named, 1.0),) if named is not None else ()
    if not chosen and len(instants) == 1:
        # Nearly every headline: an instant, and no word of a day. The weights are remembered by the minute.
        local = instants[0].astimezone(zone(event_zone))
        number = local.toordinal()
        offsets = unnamed(minute_of(local), ahead, tuple(hours))
        return tuple([(date.fromordinal(number + offset), weight) for offset, weight in offsets])
    stamp = day_of(instants[len(instants) // 2], publisher_zone)
    full = next((each for each in chosen if each.year), None)
    written = _day_in(full, stamp, False) if full is not None else None
    if written is not None and written < stamp:
        ahead = False  # a year that is written out says better than any verb on which side the day lies
    told = tuple(hours) if len(instants) == 1 else ()
    priors, home, latest = _priors(instants, event_zone, ahead, told)
    weights = dict(priors)
    for cue in chosen:
        named = _named(cue, stamp, home, ahead)
        if named is not None and (named >= min(home, stamp) if ahead else named <= max(latest, stamp)):
            weights.setdefault(named, 0.0)
    days = sorted(weights)
    for place, cue in enumerate(chosen):
        others = (*chosen[:place], *chosen[place + 1 :])
        if cue.kind == "state_media" and any(each.kind != "state_media" for each in others):
            continue
        fits = _agreements(
            cue, others, days, stamp, home, (event_zone, publisher_zone), ahead, far and outlook == "past"
        )
        if not any(fit > 0.0 for fit in fits.values()):
            continue
        by_date = cue.kind not in ("state_media", *STRETCHES)
        for day in days:
            # A day that is named is trusted even where no report would have been expected so late.
            prior = max(weights[day], NAMED_LEAST) if by_date and fits[day] > 0.3 else weights[day]
            weights[day] = prior * max(fits[day], FLOOR * (0.01 if by_date else 1.0))
    total = sum(weights.values())
    if total <= 0.0:
        return ()
    return normalised({day: weight for day, weight in weights.items() if weight >= KEPT * total})
