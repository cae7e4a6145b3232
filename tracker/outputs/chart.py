"""The geometry of the timeline picture: one panel a year, one row a kind of event, one mark an event.

Only numbers are made here; the template draws them. Lengths are in units of the picture's own grid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.core.events import Event
from tracker.core.words import MONTHS, Labels, attested_words, count_words, day_words, p_said, plain

WIDTH = 880
LEFT = 240
RIGHT = 12
TOP = 30
ROW = 26
BOTTOM = 22
LABEL = 30
"""Characters of a row's label that fit left of the panel; the legend has it in full."""

MARGIN_DAYS = 8
"""Days drawn before 1 January, so that a document dated on the last day of December can be seen."""

SHAPES = ("circle", "square", "diamond", "up", "down", "cross", "bar", "hexagon")
COLOURS = 8
"""Colours are numbers here; the style sheet names them. Shape and colour go together, so neither alone is needed."""

CLOSE = 9.0
"""Marks nearer than this overlap; the second is set a little lower."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One event: where it is drawn, how, and what it says. ``solid`` marks rest on more than one source."""

    x: float
    y: float
    shape: str
    colour: int
    solid: bool
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of event in a panel; ``y`` is its middle, ``short`` the label as it fits beside it."""

    label: str
    short: str
    y: float
    shape: str
    colour: int
    total: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month's begin and the middle of its name."""

    name: str
    x: float
    middle: float


@dataclass(frozen=True, slots=True)
class Panel:
    """A year's picture. ``document_x`` is None when the document's day lies outside of it."""

    year: int
    height: float
    rows: tuple[Row, ...]
    months: tuple[Month, ...]
    marks: tuple[Mark, ...]
    events: tuple[Event, ...]
    document_x: float | None

    @property
    def floor(self) -> float:
        """Where the rows end and the names of the months begin."""
        return self.height - BOTTOM


def panels(
    events: Sequence[Event], years: Sequence[int], labels: Labels, document_on: date | None
) -> tuple[Panel, ...]:
    """One panel for each year with the same rows in each, so that the eye can compare them.

    A row stands for a category that has an event in any of the years, in the order of the taxonomy.
    """
    shown = [event for event in events if event.listed and event.on.year in years]
    used = {event.category for event in shown}
    order = [each for each in labels.taxonomy.categories if each in used]
    order += sorted(used.difference(order))
    return tuple(_panel(year, shown, order, labels, document_on) for year in sorted(set(years)))


def x_of(day: date, year: int) -> float:
    """The middle of a day on the panel of ``year``."""
    first = date(year, 1, 1) - timedelta(days=MARGIN_DAYS)
    span = (date(year, 12, 31) - first).days + 1
    return round(LEFT + ((day - first).days + 0.5) * (WIDTH - LEFT - RIGHT) / span, 1)


def _panel(year: int, shown: Sequence[Event], order: Sequence[str], labels: Labels, document_on: date | None) -> Panel:
    mine = tuple(event for event in shown if event.on.year == year)
    totals = Counter(event.category for event in mine)
    rows = {
        category: Row(
            labels.category(category),
            _short(labels.category(category)),
            TOP + ROW * (place + 0.5),
            SHAPES[place % len(SHAPES)],
            (place + place // len(SHAPES)) % COLOURS,
            totals[category],
        )
        for place, category in enumerate(order)
    }
    height = TOP + ROW * max(len(order), 1) + BOTTOM
    inside = document_on is not None and (
        date(year, 1, 1) - timedelta(days=MARGIN_DAYS) <= document_on <= date(year, 12, 31)
    )
    return Panel(
        year,
        height,
        tuple(rows.values()),
        _months(year),
        _marks(mine, rows, labels, year),
        mine,
        x_of(document_on, year) if document_on is not None and inside else None,
    )


def _short(label: str) -> str:
    return label if len(label) <= LABEL else f"{label[: LABEL - 1].rstrip()}…"


def _months(year: int) -> tuple[Month, ...]:
    starts = [x_of(date(year, month, 1), year) for month in range(1, 13)]
    ends = [*starts[1:], float(WIDTH - RIGHT)]
    return tuple(
        Month(name[:3], start, round((start + end) / 2, 1))
        for name, start, end in zip(MONTHS, starts, ends, strict=True)
    )


def _marks(events: Sequence[Event], rows: dict[str, Row], labels: Labels, year: int) -> tuple[Mark, ...]:
    last: dict[str, tuple[float, int]] = {}
    marks: list[Mark] = []
    for event in sorted(events, key=lambda each: (each.on, each.id)):
        row = rows[event.category]
        x = x_of(event.on, year)
        before, step = last.get(event.category, (-CLOSE, 0))
        step = (step + 1) % 3 if x - before < CLOSE else 0
        last[event.category] = (x, step)
        y = row.y + (0, 6, -6)[step]
        marks.append(Mark(x, y, row.shape, row.colour, is_solid(event), mark_words(event, labels)))
    return tuple(marks)


def is_solid(event: Event) -> bool:
    """Filled when more than one way of knowing stands behind it, hollow when one report does or it is disputed."""
    if event.status == "disputed":
        return False
    return event.lane != "news" or event.status in ("corroborated", "confirmed")


def mark_words(event: Event, labels: Labels) -> str:
    """What a mark says when asked: day, kind, count, place, status, probability, title."""
    parts = (
        day_words(event.on),
        labels.kind(event),
        count_words(event.count, event.unit),
        labels.place(event.place),
        attested_words(event),
        p_said(event.p_occurred),
        plain(event.title),
    )
    return " · ".join(part for part in parts if part)
