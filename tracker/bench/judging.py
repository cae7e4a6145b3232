"""Judging: every shipped claim on ten years of events, once and day by day."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from tracker.bench.results import ROOT, Figure, Order, Result
from tracker.catalog.beliefs import Beliefs, read_beliefs
from tracker.core.claim_histories import DAY_ZONE, History, histories
from tracker.core.coverage import Coverage, DeclaredCoverage
from tracker.core.days import DateSpan, end_of
from tracker.core.events import Evidence, Lane
from tracker.core.judging import Court, judge_all
from tracker.core.references import coverages
from tracker.core.tallies import prepare
from tracker.core.timeline import Timeline, View
from tracker.core.unfolding import LANES, Piece, Unfolding
from tracker.core.verdicts import Verdict

T = TypeVar("T")

EVENTS = 5300
"""So many reports; those of one kind on neighbouring days join, which leaves about five thousand events."""

FIRST = date(2011, 1, 1)
YEARS = 10
YEAR = DateSpan(date(2020, 1, 1), date(2020, 12, 31))
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MEASURED_DAYS = 12
"""Judging each day anew is timed on so many days of the year, one a month, and multiplied."""

ONCE_S = 1.0
YEAR_S = 15.0
"""Floors: seconds of processor time for all claims once, and for the whole of 2020 day by day."""


@dataclass(frozen=True)
class _World:
    """Invented evidence of two lanes, and what claims are judged by."""

    beliefs: Beliefs
    coverage: Coverage
    pieces: Mapping[Lane, Mapping[str, Sequence[Piece]]]
    category: Mapping[str, str]

    def unasked(self) -> Coverage:
        """The coverage without what it remembers of earlier questions: every measurement pays for its own."""
        return replace(self.coverage)

    def unfolding(self, view: View = "all") -> Unfolding:
        kept = {lane: self.pieces[lane] for lane in LANES[view]}
        return Unfolding(view, kept, self.category, self.beliefs.taxonomy, self.beliefs.policy.link_days)

    def timeline(self, now: datetime) -> Timeline:
        known = self.unfolding().known_by(now)
        return Timeline(now, "all", tuple(event for many in known.values() for event in many))

    def judged(self, timeline: Timeline, now: datetime) -> tuple[Verdict, ...]:
        beliefs = self.beliefs
        return judge_all(beliefs.forecasts, timeline, self.unasked(), beliefs.series, beliefs.taxonomy, now)


def run(order: Order) -> Result:
    """All claims on ``EVENTS`` events of ten years; day by day against judging each day anew."""
    world = _world(order.sized(EVENTS, 200))
    timeline = world.timeline(NOW)
    order.say(f"{len(timeline.events)} events on the joined timeline")
    once_s, verdicts = _timed(lambda: world.judged(timeline, NOW))
    order.say(f"once: {once_s:.2f} s")
    bare_s, _ = _timed(lambda: _bare(world, timeline))
    year_s, told = _timed(lambda: _year(world))
    order.say(f"day by day: {year_s:.2f} s")
    anew_s = _anew(world, order)
    same = _same(world, told)
    return Result(
        "judging",
        (
            Figure(
                f"all claims once, {len(timeline.events)} events",
                "s CPU",
                round(once_s, 3),
                {"verdicts alone, without what would turn them": round(bare_s, 3)},
                floor=f"under {ONCE_S:g} s",
                held=once_s < ONCE_S,
            ),
            Figure(
                "the whole of 2020 day by day, evidence unfolded too",
                "s CPU",
                round(year_s, 3),
                {"each day judged anew": round(anew_s, 1)},
                round(anew_s / year_s, 1),
                "anew / one pass",
                f"under {YEAR_S:g} s",
                year_s < YEAR_S,
            ),
            Figure(
                "days on which one pass and judging anew agree",
                "days",
                same,
                floor=f"all {MEASURED_DAYS}",
                held=same == MEASURED_DAYS,
            ),
        ),
        (f"{len(verdicts)} verdicts of {len(world.beliefs.forecasts)} claims; the evidence is invented, seed 6",),
    )


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def _bare(world: _World, timeline: Timeline) -> tuple[Verdict, ...]:
    beliefs = world.beliefs
    grounds = prepare(timeline, world.unasked(), beliefs.series, beliefs.taxonomy, NOW, date.min)
    return Court(beliefs.forecasts, grounds, brief=True).sit()


def _year(world: _World) -> tuple[History, ...]:
    beliefs = world.beliefs
    return histories(
        beliefs.forecasts, world.unfolding(), world.unasked(), beliefs.series, beliefs.taxonomy, "all", YEAR
    )


def _sample() -> list[date]:
    return [date(2020, month, 28) for month in range(1, MEASURED_DAYS + 1)]


def _anew(world: _World, order: Order) -> float:
    """The year's cost when each day's timeline and verdicts are made anew, from a day a month."""
    began = time.process_time()
    for on in _sample():
        now = end_of(on, DAY_ZONE)
        _bare_at(world, now)
        order.say(f"anew as of {on}")
    return (time.process_time() - began) / MEASURED_DAYS * YEAR.days


def _bare_at(world: _World, now: datetime) -> tuple[Verdict, ...]:
    beliefs = world.beliefs
    grounds = prepare(world.timeline(now), world.unasked(), beliefs.series, beliefs.taxonomy, now, date.min)
    return Court(beliefs.forecasts, grounds, brief=True).sit()


def _same(world: _World, told: Sequence[History]) -> int:
    """On how many of the sampled days every verdict, probability and outlook is the same both ways."""
    agreed = 0
    for on in _sample():
        anew = _bare_at(world, end_of(on, DAY_ZONE))
        place = (on - YEAR.first).days
        pairs = zip((each.moments[place] for each in told), anew, strict=True)
        agreed += all(
            (at.verdict, at.p_yes, at.outlook) == (v.verdict, v.p_yes, v.outlook.p if v.outlook else None)
            for at, v in pairs
        )
    return agreed


def _world(count: int) -> _World:
    """``count`` events of ten years, of the kinds that claims ask for and others; a third of them in both lanes."""
    beliefs = read_beliefs(ROOT / "config")
    draw = random.Random(6)  # noqa: S311  # a bench must draw the same every time
    taxonomy = beliefs.taxonomy
    kinds = [
        (category.id, subtype)
        for category in taxonomy.categories.values()
        if category.guide or len(category.subtypes) > 1
        for subtype in category.subtypes or ("",)
    ]
    pieces: dict[Lane, dict[str, list[Piece]]] = {"news": {}, "reference": {}}
    category: dict[str, str] = {}
    left = count
    while left > 0:
        kind, subtype = draw.choice(kinds)
        on = FIRST + timedelta(days=draw.randrange(365 * YEARS))
        both = draw.random() < 1 / 3
        lanes: tuple[Lane, ...] = ("news", "reference") if both else (draw.choice(("news", "reference")),)
        for lane in lanes:
            id_ = f"{lane}-{left}"
            category[id_] = kind
            many = 1 if lane == "reference" else draw.randint(1, 6)
            pieces[lane][id_] = [
                _piece(draw, id_, lane, place, on, subtype, taxonomy.zone_of(kind, subtype)) for place in range(many)
            ]
        left -= 1
    spread = DeclaredCoverage("invented", "", (), DAY_ZONE, FIRST, FIRST + timedelta(days=365 * YEARS + 400), 0.02, 14)
    declared = tuple(
        DeclaredCoverage(spread.table, each, (), each_zone, spread.first_on, spread.last_on, 0.02, 14)
        for each in taxonomy.categories
        for each_zone in (taxonomy.zone_of(each, ""),)
    )
    return _World(beliefs, Coverage((), (*coverages(beliefs.references), *declared)), pieces, category)


def _piece(draw: random.Random, id_: str, lane: Lane, place: int, on: date, subtype: str, zone: str) -> Piece:
    lag = timedelta(days=14) if lane == "reference" else timedelta(hours=draw.randrange(6, 400))
    return Piece(
        Evidence(
            event_id=id_,
            key=f"{id_}-{place}",
            role="lowers" if place and draw.random() < 0.03 else "supports",
            wire=place,
            publisher=f"paper-{draw.randrange(40)}",
            publisher_kind="reference" if lane == "reference" else "outlet",
            known_at=end_of(on, DAY_ZONE) + lag,
            p=0.98 if lane == "reference" else draw.uniform(0.5, 0.95),
            days=((on, 1.0),),
            zone=zone,
            subtype=subtype,
            count=draw.randint(1, 3),
            title=f"What was reported {id_} {place}",
        )
    )
