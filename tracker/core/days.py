"""Instants, calendar days in a zone, and weights over days.

``_at`` is an aware UTC instant; ``_on`` is a calendar day in the event's zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

Precision = Literal["instant", "day", "none", "suspect"]

DayWeights = tuple[tuple[date, float], ...]
"""Days in ascending order with weights in 0..1 that sum to 1; empty where nothing is known."""

SPAN_SHARE = 0.1
"""A day stays in an event's span while it keeps a tenth of the likeliest day's weight (DESIGN section 7)."""


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name; raises ZoneInfoNotFoundError (a KeyError) when there is none."""
    return ZoneInfo(name)


def utc(instant: datetime) -> datetime:
    """The same instant in UTC; raises ValueError for a naive value, which would be a guess."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no zone; an instant must say where its clock stands")
    return instant.astimezone(UTC)


def day_of(instant: datetime, zone_name: str) -> date:
    """The calendar day of an instant in a zone (21:34Z on 1 March is 2 March in Asia/Seoul)."""
    return instant.astimezone(zone(zone_name)).date()


def start_of(day: date, zone_name: str) -> datetime:
    """The UTC instant at which a day begins in a zone."""
    return datetime.combine(day, time(), zone(zone_name)).astimezone(UTC)


def end_of(day: date, zone_name: str) -> datetime:
    """The UTC instant at which a day has ended in a zone (the first instant of the next day)."""
    return start_of(day + timedelta(days=1), zone_name)


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A closed range of calendar days; raises ValueError when it ends before it begins."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a span cannot end ({self.last}) before it begins ({self.first})")

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        for offset in range(self.days):
            yield self.first + timedelta(days=offset)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def overlaps(self, other: DateSpan) -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Published:
    """When a text was published, as far as its stamp tells.

    ``first_at`` and ``last_at`` are equal for an instant, bound the day in the publisher's zone for a
    date-only stamp, and are both None when there is no usable stamp. ``raw`` keeps the stamp as it came.
    """

    first_at: datetime | None
    last_at: datetime | None
    precision: Precision
    raw: str = ""

    @property
    def known_at(self) -> datetime | None:
        """The first instant at which a listener certainly could have known it (DESIGN section 5)."""
        return self.last_at

    @staticmethod
    def instant(moment: datetime, raw: str = "") -> Published:
        moment = utc(moment)
        return Published(moment, moment, "instant", raw)

    @staticmethod
    def day(day: date, zone_name: str, raw: str = "") -> Published:
        return Published(start_of(day, zone_name), end_of(day, zone_name), "day", raw)

    @staticmethod
    def unknown(raw: str = "") -> Published:
        return Published(None, None, "none", raw)

    @staticmethod
    def suspect(raw: str) -> Published:
        """A stamp that can be read and must be wrong: no instant is taken from it, its words are kept."""
        return Published(None, None, "suspect", raw)


def normalised(weights: Mapping[date, float] | Iterable[tuple[date, float]]) -> DayWeights:
    """Weights in day order that sum to 1, rounded to 6 places; zero and negative weights fall out."""
    pairs = dict(weights)
    total = sum(weight for weight in pairs.values() if weight > 0)
    if total <= 0:
        return ()
    kept = ((day, round(weight / total, 6)) for day, weight in sorted(pairs.items()) if weight > 0)
    return tuple((day, weight) for day, weight in kept if weight > 0)


def likeliest(weights: DayWeights) -> date | None:
    """The day of the greatest weight, the earlier one on a tie; None for no weights."""
    if not weights:
        return None
    return max(weights, key=lambda pair: (pair[1], -pair[0].toordinal()))[0]


def span_of(weights: DayWeights) -> DateSpan | None:
    """First and last day that keep a tenth of the likeliest day's weight; None for no weights."""
    if not weights:
        return None
    floor = max(weight for _, weight in weights) * SPAN_SHARE
    days = [day for day, weight in weights if weight >= floor]
    return DateSpan(days[0], days[-1])
