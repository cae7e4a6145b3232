"""Indicators: typed counts by year with the events behind each, and two tests of whether a year looks like another.

A cell is a tally like any claim's: silence makes it exact only where somebody covers the year. What sources
count differently stands beside it, from their texts and from what they published, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from tracker.core.days import DateSpan
from tracker.core.events import Event, Evidence
from tracker.core.findings import Finding
from tracker.core.forecasts import Compare, KOfN, Measure, NearestYear, Occurs, Part, Rule, Window
from tracker.core.rules import find
from tracker.core.tallies import Grounds, tally
from tracker.core.timeline import PER_DAY, PER_EVENT
from tracker.core.verdicts import Reason

State = Literal["counted", "at_least", "between", "figure", "none"]
"""counted: exact; at_least: silence does not count; between: disputed events leave it open; figure: a published
one; none: no figure was published."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a source itself counts for a year, where that is not what the timeline counts."""

    year: int
    count: float
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row: what is counted (``measure``), or the published ``series`` that is shown instead."""

    id: str
    label: str
    measure: Measure | None = None
    series: str = ""
    note: str = ""
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """When a year looks like ``baseline``.

    Threshold: at least ``needed`` of ``counted`` reach ``share`` (0..1) of the baseline's count, one of
    ``strategic`` occurring at all. Nearest: of the years ``among``, the baseline is the nearest over
    ``nearest``, each scaled by its range.
    """

    baseline: int
    among: tuple[int, ...]
    share: float
    needed: int
    counted: tuple[str, ...]
    strategic: tuple[str, ...]
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndicatorBook:
    """The rows and tests of the config; ``years`` are shown when none are asked for."""

    indicators: tuple[Indicator, ...]
    likeness: Likeness
    years: tuple[int, ...]
    zone: str


@dataclass(frozen=True, slots=True)
class Differing:
    """An event whose sources give different numbers, each with who said it, the least first."""

    event: Event
    said: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One indicator in one year.

    ``count`` is what the timeline holds at least (None: no figure); ``at_most`` bounds it, None while silence
    does not count. ``share`` (0..1) of the year's days is covered. ``ratio`` is to the baseline's cell, None
    where that is nought, unknown or itself. ``low`` and ``high`` are what the sources that say least and most
    of each event would add up to.
    """

    indicator: str
    year: int
    state: State
    count: float | None
    at_most: float | None
    share: float
    ratio: float | None
    events: tuple[Event, ...] = ()
    differing: tuple[Differing, ...] = ()
    low: int | None = None
    high: int | None = None
    elsewhere: tuple[Elsewhere, ...] = ()
    citation: str = ""


@dataclass(frozen=True, slots=True)
class LikenessTest:
    """One test of one year: ``holds`` True when it looks like the baseline, None while that is undecided.

    ``text`` says why in a sentence; ``figures`` are how many indicators reach the share (threshold) or the
    distances to the other years (nearest, 0 is the same; empty while undecided).
    """

    kind: Literal["threshold", "nearest"]
    year: int
    baseline: int
    holds: bool | None
    state: str
    text: str
    margin: str
    figures: Mapping[str, float]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole table: rows in the config's order, a cell for each year asked, and the tests."""

    years: tuple[int, ...]
    baseline: int
    rows: tuple[tuple[Indicator, tuple[Cell, ...]], ...]
    tests: tuple[LikenessTest, ...]

    @property
    def events(self) -> tuple[Event, ...]:
        """Every event in any cell, once."""
        return tuple({e.id: e for _, cells in self.rows for cell in cells for e in cell.events}.values())


def sheet(book: IndicatorBook, years: Sequence[int], grounds: Grounds) -> Sheet:
    """The table for these years, in the order asked, without what sources differ in (``with_differing``)."""
    base = book.likeness.baseline
    rows = []
    for row in book.indicators:
        reference = _cell(row, base, book.zone, grounds)
        cells = (
            reference if year == base else _beside(_cell(row, year, book.zone, grounds), reference) for year in years
        )
        rows.append((row, tuple(cells)))
    tests = tuple(each for year in years if year != base for each in likeness_tests(book, year, grounds))
    return Sheet(tuple(years), base, tuple(rows), tests)


def with_differing(made: Sheet, evidence: Mapping[str, Sequence[Evidence]]) -> Sheet:
    """The table with the events whose sources count differently; ``evidence`` is by event id."""
    rows = tuple((row, tuple(_compared(row, cell, evidence) for cell in cells)) for row, cells in made.rows)
    return replace(made, rows=rows)


def _compared(row: Indicator, cell: Cell, evidence: Mapping[str, Sequence[Evidence]]) -> Cell:
    if row.measure is None or cell.count is None:
        return cell
    unit = row.measure.unit
    differing = tuple(_differing(cell.events, unit, evidence))
    if not differing:
        return cell
    spread = [(each.said[0][0], each.said[-1][0], _own(each.event, unit)) for each in differing]
    low = int(cell.count) - sum(own - least for least, _, own in spread)
    high = int(cell.count) + sum(most - own for _, most, own in spread)
    return replace(cell, differing=differing, low=low, high=high)


def likeness_tests(book: IndicatorBook, year: int, grounds: Grounds) -> tuple[LikenessTest, LikenessTest]:
    """Both tests of one year, by the same rules that judge claims."""
    over = year_window(year, book.zone)
    base = book.likeness.baseline
    shared, nearest = find(threshold_rule(book), over, grounds), find(nearest_rule(book, year), over, grounds)
    figures = _reaching(book, find(_shares(book), over, grounds))
    distances = {name: number for reason in nearest.reasons if reason.code == "nearest" for name, number in _of(reason)}
    return (
        LikenessTest(
            "threshold",
            year,
            base,
            shared.holds,
            shared.state,
            _share_words(book, figures),
            shared.margin,
            figures,
            shared.reasons,
        ),
        LikenessTest(
            "nearest",
            year,
            base,
            nearest.holds,
            nearest.state,
            _distance_words(distances),
            nearest.margin,
            distances,
            nearest.reasons,
        ),
    )


def _reaching(book: IndicatorBook, found: Finding) -> dict[str, float]:
    """How many indicators reach the share, how many cannot be told, how many are needed, of how many."""
    told = found.reasons[0].data
    reaching, waiting = (int(str(told[key])) for key in ("holding", "waiting"))
    of, needed = len(book.likeness.counted), book.likeness.needed
    return {"reaching": reaching, "waiting": waiting, "needed": needed, "of": of}


def _share_words(book: IndicatorBook, figures: Mapping[str, float]) -> str:
    likeness = book.likeness
    unknown = f", {figures['waiting']:g} cannot be told" if figures["waiting"] else ""
    return (
        f"{figures['reaching']:g} of {figures['of']:g} indicators reach {likeness.share:.0%} of "
        f"{likeness.baseline}{unknown}; {likeness.needed} are needed, and a strategic test."
    )


def _of(reason: Reason) -> Iterable[tuple[str, float]]:
    return ((name, float(str(number))) for name, number in reason.data.items())


def _distance_words(distances: Mapping[str, float]) -> str:
    if not distances:
        return "Not every count is exact, so there are no distances."
    nearest_first = sorted(distances.items(), key=lambda pair: pair[1])
    return f"Distances: {', '.join(f'{name} {number:.2f}' for name, number in nearest_first)}."


def threshold_rule(book: IndicatorBook) -> Rule:
    """So many counts at a share of the baseline year's, one strategic test among them."""
    likeness, measures, shares = book.likeness, _measures(book), _shares(book)
    strategic = tuple(Part(label, Occurs(measure)) for label, measure in (measures[id_] for id_ in likeness.strategic))
    count = f"{likeness.needed} of {len(shares.parts)} indicators at {likeness.share:.0%} of {likeness.baseline}"
    return KOfN(2, (Part(count, shares), Part("a strategic test", KOfN(1, strategic))))


def _shares(book: IndicatorBook) -> KOfN:
    likeness, measures = book.likeness, _measures(book)
    base = year_window(likeness.baseline, book.zone)
    parts = (
        Part(label, Compare(measure, base, "ratio", "at_least", likeness.share))
        for label, measure in (measures[id_] for id_ in likeness.counted)
    )
    return KOfN(likeness.needed, tuple(parts))


def nearest_rule(book: IndicatorBook, year: int) -> Rule:
    """The baseline year is nearer than any other of the years the config names."""
    measures, likeness = _measures(book), book.likeness
    others = tuple(year_window(each, book.zone) for each in likeness.among if each != year)
    return NearestYear(tuple(measures[id_][1] for id_ in likeness.nearest), others, str(likeness.baseline))


def year_window(year: int, zone: str) -> Window:
    return Window(str(year), DateSpan(date(year, 1, 1), date(year, 12, 31)), zone)


def _measures(book: IndicatorBook) -> dict[str, tuple[str, Measure]]:
    return {row.id: (row.label, row.measure) for row in book.indicators if row.measure is not None}


def _cell(row: Indicator, year: int, zone: str, grounds: Grounds) -> Cell:
    elsewhere = tuple(each for each in row.elsewhere if each.year == year)
    if row.measure is None:
        return _figure(row, year, grounds, elsewhere)
    found = tally(row.measure, year_window(year, zone), grounds)
    return Cell(
        indicator=row.id,
        year=year,
        state="at_least" if not found.bounded else "counted" if found.exact else "between",
        count=found.low,
        at_most=found.high if found.bounded else None,
        share=found.silence.share,
        ratio=None,
        events=(*found.events, *found.disputed),
        elsewhere=elsewhere,
    )


def _figure(row: Indicator, year: int, grounds: Grounds, elsewhere: tuple[Elsewhere, ...]) -> Cell:
    series = grounds.series.get(row.series)
    value = series.value(str(year)) if series is not None else None
    return Cell(
        indicator=row.id,
        year=year,
        state="none" if value is None else "figure",
        count=value,
        at_most=value,
        share=0.0,
        ratio=None,
        elsewhere=elsewhere,
        citation=series.citation(str(year)) if series is not None else "",
    )


def _beside(cell: Cell, base: Cell) -> Cell:
    """The cell with its ratio to the baseline's, where both are known and that is not nought."""
    known = cell.count is not None and cell.state != "at_least" and base.state != "at_least"
    return replace(cell, ratio=round((cell.count or 0) / base.count, 4)) if known and base.count else cell


def _differing(events: Iterable[Event], unit: str, evidence: Mapping[str, Sequence[Evidence]]) -> Iterable[Differing]:
    if unit in (PER_EVENT, PER_DAY):
        return
    for event in events:
        said: dict[int, str] = {}
        for piece in evidence.get(event.id, ()):
            if piece.role == "supports" and piece.count is not None and piece.unit in (unit, ""):
                said.setdefault(piece.count, piece.publisher)
        if len(said) > 1:
            yield Differing(event, tuple(sorted(said.items())))


def _own(event: Event, unit: str) -> int:
    """What the event adds to the cell in that unit."""
    return event.count if event.count is not None and event.unit in (unit, "") else 1
