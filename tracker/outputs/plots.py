"""The geometry of the small plots: what was said beside what came, calibration, and shares of a baseline year.

Only numbers are made here; the templates draw them. Lengths are in units of each picture's own grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.core.scoring import Bin, ItemScore

SAID_LEFT, SAID_RIGHT, SAID_ROW, SAID_TOP = 82.0, 456.0, 20.0, 34.0
"""The plot of items is 480 wide, so that its letters can be read on a telephone without scrolling."""

SQUARE_LEFT, SQUARE_TOP, SQUARE = 54.0, 14.0, 250.0

BAR_WIDTH, BAR_MOST = 150.0, 1.5
"""A bar shows shares up to one and a half of the baseline; what is longer is cut with an arrow."""

ROOM = 6.0
"""From the edge of a plot to what stands at 0 and 1, so that marks there are whole."""


@dataclass(frozen=True, slots=True)
class SaidRow:
    """One scored item: the band said (``low``..``high``, ``mid``), the base rate and what came, as x."""

    label: str
    y: float
    low: float
    mid: float
    high: float
    base: float | None
    came: float
    held: bool
    words: str


@dataclass(frozen=True, slots=True)
class SaidPlot:
    rows: tuple[SaidRow, ...]
    height: float
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """A calibration bin: where it stands, its interval from ``top`` to ``bottom``, its size and its words."""

    x: float
    y: float
    top: float
    bottom: float
    radius: float
    n: int
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A share of the baseline: its length, whether it was cut, and where three quarters and the whole lie."""

    length: float
    cut: bool
    quarters: float
    whole: float


def said_plot(items: Sequence[ItemScore]) -> SaidPlot:
    """Items from the least to the most costly, so that the eye finds at the foot what went wrong."""
    ordered = sorted(items, key=lambda item: (item.brier.mid, item.ref, item.window))
    twice = {item.ref for item in items if sum(other.ref == item.ref for other in items) > 1}
    rows = tuple(
        SaidRow(
            f"{item.ref} {item.window}" if item.ref in twice else item.ref,
            SAID_TOP + SAID_ROW * (place + 0.5),
            _along(item.p.low),
            _along(item.p.mid),
            _along(item.p.high),
            None if item.p_reference is None else _along(item.p_reference),
            _along(1.0 if item.held else 0.0),
            item.held,
            _words(item),
        )
        for place, item in enumerate(ordered)
    )
    ticks = tuple((_along(tenths / 100), f"{tenths} %") for tenths in (0, 25, 50, 75, 100))
    return SaidPlot(rows, SAID_TOP + SAID_ROW * len(rows) + 6, ticks)


def _words(item: ItemScore) -> str:
    base = "" if item.p_reference is None else f"; base rate {item.p_reference:.0%}"
    came = "held" if item.held else "did not hold"
    return f"{item.ref} {item.window}: said {item.p.mid:.0%} ({item.p.low:.0%} to {item.p.high:.0%}){base}; {came}"


def _along(p: float) -> float:
    return round(SAID_LEFT + ROOM + p * (SAID_RIGHT - SAID_LEFT - 2 * ROOM), 1)


def calibration_dots(bins: Sequence[Bin]) -> tuple[Dot, ...]:
    """A dot for each bin that holds something; empty bins have nothing to show."""
    return tuple(
        Dot(
            _across(each.mean_p),
            _up(each.share),
            _up(each.interval[1]),
            _up(each.interval[0]),
            round(3.5 + min(each.n, 16) / 4, 1),
            each.n,
            f"said {each.mean_p:.0%} on average, {each.share:.0%} held "
            f"(95 % interval {each.interval[0]:.0%} to {each.interval[1]:.0%}), n = {each.n}",
        )
        for each in bins
        if each.mean_p is not None and each.share is not None
    )


def _across(p: float) -> float:
    return round(SQUARE_LEFT + p * SQUARE, 1)


def _up(share: float) -> float:
    return round(SQUARE_TOP + (1 - share) * SQUARE, 1)


def bar(ratio: float | None) -> Bar | None:
    """The bar of a ratio to the baseline (0 and more); None where there is none."""
    if ratio is None:
        return None
    scale = BAR_WIDTH / BAR_MOST
    return Bar(round(min(ratio, BAR_MOST) * scale, 1), ratio > BAR_MOST, round(0.75 * scale, 1), round(scale, 1))
