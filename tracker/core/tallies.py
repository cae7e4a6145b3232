"""Tallies: how many there were in a window, at least and at most, and how probable each count is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import inf
from typing import Literal

from tracker.core.base_rates import expectation
from tracker.core.baselines import Series
from tracker.core.coverage import Coverage, Silence
from tracker.core.days import DateSpan, end_of
from tracker.core.events import Event
from tracker.core.forecasts import Measure, Window
from tracker.core.odds import Odds, of, plus_unseen
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import PER_DAY, Timeline, quantity, total

SETTLEMENT_DAYS = 14
"""Silence decides nothing until so many days after the window: reports come late (DESIGN section 8)."""

Question = tuple[Measure, Window]

Counting = tuple["Tally", tuple[Event, ...]]
"""A tally, and the category's events that it was counted from."""

UNASKED = Silence(False, 0.0, (), (), 1.0, None, False)
"""What silence says of a window that still runs: nothing, whoever listens."""

Pending = Literal["open", "awaiting_data", "ambiguous"]
"""Why nothing is decided: the window or its settlement still runs; days are uncovered; sources conflict."""


@dataclass(frozen=True)
class Grounds:
    """All that a rule may look at. ``now`` bounds what may be known; ``made_on`` is the document's day."""

    now: datetime
    made_on: date
    timeline: Timeline
    coverage: Coverage
    series: Mapping[str, Series]
    taxonomy: Taxonomy
    by_category: Mapping[str, tuple[Event, ...]]
    tallied: dict[Question, Counting] = field(default_factory=dict)
    """Tallies already made on these grounds: many claims ask for the same one."""
    before: Mapping[Question, Counting] = field(default_factory=dict)
    """Tallies of grounds that differ little (the day before, one event more); taken over where nothing moved."""
    bare: bool = False
    """Whether only the bare answers are wanted, without probabilities that are dear to reckon."""
    asked: list[Question] = field(default_factory=list)
    """Every question put so far, in order: what an answer rests on."""


@dataclass(frozen=True)
class Tally:
    """One measure counted over one window.

    ``low`` counts the firm events, ``high`` is the most there can have been: the disputed ones too, and
    infinite while silence does not count. ``due_on`` is the day silence became decidable, None before.
    ``events`` are the firm ones in order of day; ``hidden`` is the expected number that silence hides.
    """

    measure: Measure
    window: Window
    events: tuple[Event, ...]
    disputed: tuple[Event, ...]
    low: int
    high: float
    silence: Silence
    settled: bool
    due_on: date | None
    hidden: float
    odds: Odds
    lasting: bool = False
    """Whether its silence stays as it is whatever day it is asked again."""

    @property
    def bounded(self) -> bool:
        return self.high != inf

    @property
    def exact(self) -> bool:
        return self.low == self.high

    @property
    def pending(self) -> Pending:
        """Why this tally leaves a question open."""
        if not self.settled:
            return "open"
        return "ambiguous" if self.bounded else "awaiting_data"

    def reached_on(self, number: int, taxonomy: Taxonomy) -> date | None:
        """The day on which the firm count first came to ``number``; None when it never did."""
        running, seen = 0, set()
        for event in self.events:
            if self.measure.unit == PER_DAY:
                seen.add(event.on)
                running = len(seen)
            else:
                running += quantity(event, self.measure.unit, taxonomy)
            if running >= number:
                return event.on
        return None


def prepare(
    timeline: Timeline,
    coverage: Coverage,
    series: Mapping[str, Series],
    taxonomy: Taxonomy,
    now: datetime,
    made_on: date,
) -> Grounds:
    """The grounds for judging at ``now``: events that could be known by then, sorted by category."""
    by_category: dict[str, list[Event]] = {}
    for event in timeline.events:
        if event.known_at <= now:
            by_category.setdefault(event.category, []).append(event)
    ordered = {
        category: tuple(sorted(events, key=lambda event: (event.on, event.id)))
        for category, events in by_category.items()
    }
    return Grounds(now, made_on, timeline, coverage, series, taxonomy, ordered)


def has_settled(span: DateSpan, zone: str, now: datetime) -> bool:
    return now >= end_of(span.last + timedelta(days=SETTLEMENT_DAYS), zone)


def tally(measure: Measure, window: Window, grounds: Grounds) -> Tally:
    """Count the measure over the window. Days are those of the events' own zone."""
    key = (measure, window)
    grounds.asked.append(key)
    if key not in grounds.tallied:
        source = grounds.by_category.get(measure.events.category, ())
        grounds.tallied[key] = _tally(measure, window, source, grounds), source
    return grounds.tallied[key][0]


def _tally(measure: Measure, window: Window, source: tuple[Event, ...], grounds: Grounds) -> Tally:
    """A new count, or the one before where neither the events nor what silence says have moved."""
    settled = has_settled(window.span, window.zone, grounds.now)
    old, counted_from = grounds.before.get((measure, window), (None, ()))
    if old is not None and not (old.settled == settled and (old.lasting or not settled)):
        old = None
    if old is not None and counted_from is source:
        return old
    found = _found(measure, window, source, grounds.taxonomy)
    firm = tuple(event for event in found if event.status != "disputed")
    disputed = tuple(event for event in found if event.status == "disputed")
    if old is not None and (old.events, old.disputed) == (firm, disputed):
        return old
    silence, lasting = UNASKED, False
    if settled:
        silence, lasting = (old.silence, old.lasting) if old is not None else _silence(measure, window, grounds)
    return _counted(measure, window, grounds, found, silence, settled, lasting)


def _found(measure: Measure, window: Window, source: tuple[Event, ...], taxonomy: Taxonomy) -> list[Event]:
    """The events that count, out of a category's in order of day."""
    wanted, span = measure.events, window.span
    first = bisect_left(source, span.first, key=_day)
    last = bisect_right(source, span.last, key=_day)
    return [event for event in source[first:last] if wanted.admits(event, taxonomy) and wanted.counts(event)]


def _day(event: Event) -> date:
    return event.on


def _silence(measure: Measure, window: Window, grounds: Grounds) -> tuple[Silence, bool]:
    wanted = measure.events
    zone = _zone(measure, window, grounds.taxonomy)
    said = grounds.coverage.silence(
        wanted.category, wanted.subtypes, window.span, zone, grounds.timeline.view, grounds.now, grounds.taxonomy
    )
    return said, grounds.coverage.lasting(window.span, grounds.now)


def _counted(
    measure: Measure,
    window: Window,
    grounds: Grounds,
    found: list[Event],
    silence: Silence,
    settled: bool,
    lasting: bool,
) -> Tally:
    taxonomy = grounds.taxonomy
    firm = tuple(event for event in found if event.status != "disputed")
    closed = settled and silence.counts
    settles_on = window.span.last + timedelta(days=SETTLEMENT_DAYS)
    expected = expectation(grounds.series.get(measure.rate), grounds.made_on, window.span)
    missed = silence.share * silence.p_miss + (1.0 - silence.share)
    hidden = expected * missed if closed else 0.0
    return Tally(
        measure=measure,
        window=window,
        events=firm,
        disputed=tuple(event for event in found if event.status == "disputed"),
        low=total(firm, measure.unit, taxonomy),
        high=total(found, measure.unit, taxonomy) if closed else inf,
        silence=silence,
        settled=settled,
        due_on=max(settles_on, silence.known_on) if closed and silence.known_on else None,
        hidden=hidden,
        odds=plus_unseen(of(_happenings(found, measure.unit, window.span, taxonomy)), hidden),
        lasting=lasting,
    )


def _zone(measure: Measure, window: Window, taxonomy: Taxonomy) -> str:
    """The zone such events' days are counted in: the acting body's seat, else the window's own."""
    wanted = measure.events
    if wanted.category not in taxonomy.categories:
        return window.zone
    zones = {taxonomy.zone_of(wanted.category, subtype) for subtype in wanted.subtypes or ("",)}
    return zones.pop() if len(zones) == 1 else window.zone


def _happenings(events: Iterable[Event], unit: str, window: DateSpan, taxonomy: Taxonomy) -> list[tuple[int, float]]:
    """(size, probability of having happened within the window) of each event, or of each day."""
    sized = [(event.on, quantity(event, unit, taxonomy), _inside(event, window)) for event in events]
    if unit != PER_DAY:
        return [(size, p) for _, size, p in sized]
    none: dict[date, float] = {}
    for on, _, p in sized:
        none[on] = none.get(on, 1.0) * (1.0 - p)
    return [(1, 1.0 - p) for p in none.values()]


def _inside(event: Event, window: DateSpan) -> float:
    """The event's probability, less the share of its span of days that lies outside the window."""
    days = (event.last_on - event.first_on).days + 1
    first, last = max(event.first_on, window.first), min(event.last_on, window.last)
    inside = max((last - first).days + 1, 0)
    return event.p_occurred * (inside / days if 0 < inside < days else 1.0)
