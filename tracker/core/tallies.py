"""Tallies: how many there were in a window, at least and at most, and how probable each count is."""

from __future__ import annotations

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
    tallied: dict[tuple[Measure, Window], Tally] = field(default_factory=dict)
    """Tallies already made on these grounds: many claims ask for the same one."""


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
    if key not in grounds.tallied:
        grounds.tallied[key] = _tally(measure, window, grounds)
    return grounds.tallied[key]


def _tally(measure: Measure, window: Window, grounds: Grounds) -> Tally:
    wanted, taxonomy = measure.events, grounds.taxonomy
    found = [
        event
        for event in grounds.by_category.get(wanted.category, ())
        if event.on in window.span and wanted.admits(event, taxonomy) and wanted.counts(event)
    ]
    firm = tuple(event for event in found if event.status != "disputed")
    disputed = tuple(event for event in found if event.status == "disputed")
    zone = _zone(measure, window, taxonomy)
    settled = has_settled(window.span, window.zone, grounds.now)
    silence = UNASKED
    if settled:
        silence = grounds.coverage.silence(
            wanted.category,
            wanted.subtypes,
            window.span,
            zone,
            grounds.timeline.view,
            grounds.now,
            taxonomy,
        )
    closed = settled and silence.counts
    settles_on = window.span.last + timedelta(days=SETTLEMENT_DAYS)
    expected = expectation(grounds.series.get(measure.rate), grounds.made_on, window.span)
    missed = silence.share * silence.p_miss + (1.0 - silence.share)
    hidden = expected * missed if closed else 0.0
    return Tally(
        measure=measure,
        window=window,
        events=firm,
        disputed=disputed,
        low=total(firm, measure.unit, taxonomy),
        high=total(found, measure.unit, taxonomy) if closed else inf,
        silence=silence,
        settled=settled,
        due_on=max(settles_on, silence.known_on) if closed and silence.known_on else None,
        hidden=hidden,
        odds=plus_unseen(of(_happenings(found, measure.unit, window.span, taxonomy)), hidden),
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
