"""Whether silence counts: on which days the sources would have told us."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import groupby, pairwise
from typing import Literal

from tracker.core.days import DateSpan, day_of, end_of, start_of
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import View

Basis = Literal["heard", "declared"]

HEARD_P_MISS = 0.05
"""The probability that listening publishers all pass over one true event. A judgement, not a measurement: a
launch is front-page news, yet of the known launch days of 2017 and 2019 a thin stream missed a third."""

COVERED_SHARE = 0.95
LONGEST_GAP_DAYS = 14
"""Silence counts when 95 % of the window's days are covered and no gap is over 14 days (DESIGN section 8)."""

_INSTANT = timedelta(microseconds=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

_ADMITTED: dict[View, tuple[Basis, ...]] = {
    "news": ("heard",),
    "reference": ("declared",),
    "all": ("heard", "declared"),
}


@dataclass(frozen=True, slots=True)
class DeclaredCoverage:
    """What a reference table says of its own completeness.

    Covers ``category`` (only the named ``subtypes`` or groups; empty means all) from ``first_on`` to
    ``last_on`` in ``zone``. ``p_miss`` is the probability (0..1) that one true event is absent from it;
    ``lag_days`` after a day its coverage is taken as known.
    """

    table: str
    category: str
    subtypes: tuple[str, ...]
    zone: str
    first_on: date
    last_on: date
    p_miss: float
    lag_days: int
    p_miss_source: str = ""

    def includes(self, category: str, subtypes: tuple[str, ...], taxonomy: Taxonomy) -> bool:
        """Whether every kind asked for is one this table promises to hold (no subtypes: all kinds)."""
        if category != self.category:
            return False
        if not self.subtypes:
            return True
        promised = _kinds(category, self.subtypes, taxonomy)
        asked = _kinds(category, subtypes, taxonomy) if subtypes else _every_kind(category, taxonomy)
        return bool(asked) and asked <= promised

    def span_in(self, zone_name: str) -> DateSpan | None:
        """The days of another zone that lie wholly inside; None when there are none."""
        if zone_name == self.zone:
            return DateSpan(self.first_on, self.last_on)
        first, last = self.first_on, self.last_on
        opens, closes = start_of(first, self.zone), end_of(last, self.zone)
        if start_of(first, zone_name) < opens:
            first += timedelta(days=1)
        if end_of(last, zone_name) > closes:
            last -= timedelta(days=1)
        return DateSpan(first, last) if first <= last else None


@dataclass(frozen=True, slots=True)
class HeardDay:
    """A day on which enough publishers who report on the DPRK were heard; known at the end of that day."""

    on: date
    publishers: int
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """Whether "nothing was reported" means "nothing happened" for one kind of event and one window.

    ``share`` (0..1) of the window's days is covered; ``gaps`` are the uncovered runs of days, ``limit_gaps``
    those among them that are too long. ``p_miss`` (0..1, mean over covered days) is the probability that one
    true event is missing all the same. ``known_on`` is the first day on which the silence counted, None while
    it does not. ``assumed`` says that a declared table's lag was taken on trust rather than read from a date.
    """

    counts: bool
    share: float
    gaps: tuple[DateSpan, ...]
    basis: tuple[Basis, ...]
    p_miss: float
    known_on: date | None
    assumed: bool
    tables: tuple[str, ...] = ()

    @property
    def limit_gaps(self) -> tuple[DateSpan, ...]:
        return tuple(gap for gap in self.gaps if gap.days > LONGEST_GAP_DAYS)


@dataclass(frozen=True)
class Coverage:
    """All that is known about who was listening: heard days and the tables' declarations.

    ``audible`` names, per category, the subtypes that the active readers can tell in a text: publishers that
    were heard say nothing about what no reader would have recognised. None leaves it unchecked.
    """

    heard: tuple[HeardDay, ...] = ()
    declared: tuple[DeclaredCoverage, ...] = ()
    audible: Mapping[str, frozenset[str]] | None = None

    @cached_property
    def _heard_by_day(self) -> dict[date, HeardDay]:
        return {day.on: day for day in self.heard}

    def _could_be_heard(self, category: str, subtypes: tuple[str, ...], taxonomy: Taxonomy) -> bool:
        if self.audible is None:
            return True
        told = self.audible.get(category)
        return told is not None and (not subtypes or _kinds(category, subtypes, taxonomy) <= told)

    def can_tell(self, category: str, subtypes: tuple[str, ...], taxonomy: Taxonomy) -> bool:
        """Whether anybody could ever report such an event: a reader that knows it, or a table that promises it.

        A rule on what nobody can tell would await data for ever; ``check`` refuses it.
        """
        declared = any(row.includes(category, subtypes, taxonomy) for row in self.declared)
        return declared or self._could_be_heard(category, subtypes, taxonomy)

    def lasting(self, window: DateSpan, now: datetime) -> bool:
        """Whether what silence says of the window can no longer change as time goes on.

        True once every lag has run out (with two days to spare for zones) and every day heard is known.
        """
        lag = max((row.lag_days for row in self.declared), default=0)
        if now < start_of(window.last + timedelta(days=lag + 3), "UTC"):
            return False
        if window not in self._heard_by:
            known = [day.known_at for day in self.heard if day.on in window]
            self._heard_by[window] = max(known, default=_LONG_AGO)
        return self._heard_by[window] <= now

    @cached_property
    def _heard_by(self) -> dict[DateSpan, datetime]:
        """When the last day heard of a window was known."""
        return {}

    def silence(
        self,
        category: str,
        subtypes: tuple[str, ...],
        window: DateSpan,
        zone: str,
        view: View,
        as_of: datetime,
        taxonomy: Taxonomy,
    ) -> Silence:
        """Whether silence about (category, subtypes) over the window counts, as known at ``as_of``.

        ``zone`` is the IANA zone the window's days are counted in. View "news" admits only heard days,
        "reference" only declared ones, "all" both. One pass over the window's days, and none where the same was
        asked before and can no longer change.
        """
        if not self.lasting(window, as_of):
            return self._listened(category, subtypes, window, zone, view, as_of, taxonomy)
        key = (category, subtypes, window, zone, view)
        kept = self._said.get(key)
        if kept is None or kept[0] is not taxonomy:
            kept = taxonomy, self._listened(category, subtypes, window, zone, view, as_of, taxonomy)
            self._said[key] = kept
        return kept[1]

    @cached_property
    def _said(self) -> dict[tuple[object, ...], tuple[Taxonomy, Silence]]:
        """What silence said for good."""
        return {}

    def _listened(
        self,
        category: str,
        subtypes: tuple[str, ...],
        window: DateSpan,
        zone: str,
        view: View,
        as_of: datetime,
        taxonomy: Taxonomy,
    ) -> Silence:
        admitted = _ADMITTED[view]
        days: dict[date, tuple[date, float]] = {}
        used: set[Basis] = set()
        tables: set[str] = set()
        today = day_of(as_of, zone)
        if "declared" in admitted:
            for row in self.declared:
                if not row.includes(category, subtypes, taxonomy) or (span := row.span_in(zone)) is None:
                    continue
                if span.overlaps(window):
                    last = min(span.last, window.last, today - timedelta(days=row.lag_days + 1))
                    _cover(days, max(span.first, window.first), last, row.lag_days, row.p_miss)
                    used.add("declared")
                    tables.add(row.table)
        if "heard" in admitted and self._could_be_heard(category, subtypes, taxonomy):
            by_day = self._heard_by_day
            for day in window if by_day else ():
                heard = by_day.get(day)
                if heard is not None and heard.known_at <= as_of:
                    _improve(days, day, day_of(heard.known_at - _INSTANT, zone), HEARD_P_MISS)
                    used.add("heard")
        return _sum_up(window, days, tuple(sorted(used)), tuple(sorted(tables)))


def _cover(days: dict[date, tuple[date, float]], first: date, last: date, lag: int, p_miss: float) -> None:
    """Day X is known at the end of day X + lag, the instant at which a row of that day becomes known."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        _improve(days, day, day + timedelta(days=lag), p_miss)


def _improve(days: dict[date, tuple[date, float]], day: date, known_on: date, p_miss: float) -> None:
    """Two bases on one day: known from the earlier, missing with the smaller (they are not independent)."""
    before = days.get(day)
    days[day] = (known_on, p_miss) if before is None else (min(before[0], known_on), min(before[1], p_miss))


def _sum_up(
    window: DateSpan,
    days: dict[date, tuple[date, float]],
    basis: tuple[Basis, ...],
    tables: tuple[str, ...],
) -> Silence:
    gaps = gaps_of(window, days)
    counts = _enough(window, days)
    known_on = _first_enough(window, days) if counts else None
    p_miss = round(sum(p for _, p in days.values()) / len(days), 9) if days else 1.0
    share = len(days) / window.days
    return Silence(counts, share, gaps, basis, p_miss, known_on, "declared" in basis, tables)


def _enough(window: DateSpan, days: Iterable[date]) -> bool:
    """The rule of DESIGN section 8: 95 % of the days, no gap over 14 days."""
    covered = sorted(days)
    if len(covered) < COVERED_SHARE * window.days:
        return False
    edges = [window.first - timedelta(days=1), *covered, window.last + timedelta(days=1)]
    return all((later - sooner).days - 1 <= LONGEST_GAP_DAYS for sooner, later in pairwise(edges))


def _first_enough(window: DateSpan, days: dict[date, tuple[date, float]]) -> date:
    """The first day on which what was known sufficed; more days only ever help, so it can be bisected."""
    instants = sorted({known_on for known_on, _ in days.values()})
    place = bisect_left(
        range(len(instants)),
        True,
        key=lambda i: _enough(window, (day for day, (known, _) in days.items() if known <= instants[i])),
    )
    return instants[place]


def gaps_of(window: DateSpan, covered: Iterable[date]) -> tuple[DateSpan, ...]:
    """The runs of days in the window that are not covered, in order."""
    held = covered if isinstance(covered, set | dict) else set(covered)
    missing = [day for day in window if day not in held]
    runs = groupby(enumerate(missing), key=lambda pair: pair[1] - timedelta(days=pair[0]))
    spans = []
    for _, run in runs:
        found = [day for _, day in run]
        spans.append(DateSpan(found[0], found[-1]))
    return tuple(spans)


def _kinds(category: str, wanted: tuple[str, ...], taxonomy: Taxonomy) -> frozenset[str]:
    """Subtype ids meant by subtype or group ids; a word that names neither stands for itself."""
    kind = taxonomy.categories.get(category)
    found: set[str] = set()
    for word in wanted:
        members = {s for s in kind.subtypes if word in taxonomy.groups_of(category, s)} if kind is not None else set()
        found |= members or {word}
    return frozenset(found)


def _every_kind(category: str, taxonomy: Taxonomy) -> frozenset[str]:
    """All kinds of a category, the unstated one included (so a list of kinds never promises all)."""
    kind = taxonomy.categories.get(category)
    return frozenset({*(kind.subtypes if kind is not None else ()), ""})
