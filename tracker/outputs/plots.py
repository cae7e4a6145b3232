"""The geometry of the small plots: what was said beside what came, calibration, shares of a baseline year, and how a
claim stood day by day.

Only numbers are made here; the templates draw them. Lengths are in units of each picture's own grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.core.claim_histories import History, Moment
from tracker.core.scoring import Bin, ItemScore
from tracker.core.words import VERDICT_WORDS, day_words

SAID_LEFT, SAID_RIGHT, SAID_ROW, SAID_TOP = 82.0, 456.0, 20.0, 34.0
"""The plot of items is 480 wide, so that its letters can be read on a telephone without scrolling."""

SQUARE_LEFT, SQUARE_TOP, SQUARE = 54.0, 14.0, 250.0

BAR_WIDTH, BAR_MOST = 150.0, 1.5
"""A bar shows shares up to one and a half of the baseline; what is longer is cut with an arrow."""

PAST_LEFT, PAST_RIGHT, PAST_TOP, PAST_FOOT = 40.0, 474.0, 12.0, 112.0
"""The plot of days is 480 wide, like that of items, and 100 high for 0 to 100 %."""

FEW_DAYS = 10
"""A plot of fewer days names only the first and the last; others have the one in the middle too."""

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


@dataclass(frozen=True, slots=True)
class PastPlot:
    """How one reading stood: ``sure`` are the lines of p_yes, ``outlook`` those of the base-rate outlook while the
    window ran (both as SVG paths), ``marks`` the x of days on which the verdict changed, ``ticks`` days along the
    foot with whether their words end, begin or stand in the middle there."""

    sure: tuple[str, ...]
    outlook: tuple[str, ...]
    marks: tuple[float, ...]
    ticks: tuple[tuple[float, date, str], ...]
    words: str


def past_plot(told: History) -> PastPlot | None:
    """The plot of a history; None where no day had a probability, of the verdict or by the outlook."""
    if all(moment.p_yes is None and moment.outlook is None for moment in told.moments):
        return None
    first, last = told.moments[0], told.moments[-1]
    places = {moment.on: _when(place, len(told.moments)) for place, moment in enumerate(told.moments)}
    turns = [change for change in told.changes if change.before is not None and change.before != change.after]
    named = dict.fromkeys((first.on, told.moments[len(told.moments) // 2].on, last.on))
    named = {on: None for on in named if on in (first.on, last.on) or len(told.moments) >= FEW_DAYS}
    return PastPlot(
        _lines(told.moments, [moment.p_yes for moment in told.moments]),
        _lines(told.moments, [moment.outlook for moment in told.moments]),
        tuple(places[change.on] for change in turns),
        tuple((places[on], on, "start" if on == first.on else "end" if on == last.on else "middle") for on in named),
        f"from {VERDICT_WORDS[first.verdict]} on {day_words(first.on)} to {VERDICT_WORDS[last.verdict]} on "
        f"{day_words(last.on)}; the list below has every step",
    )


def _lines(moments: Sequence[Moment], values: Sequence[float | None]) -> tuple[str, ...]:
    """A stepped path for each run of days that have a value; a day's value holds to the end of the day."""
    paths: list[str] = []
    before: float | None = None
    for place, value in enumerate(values):
        if value is not None:
            begins, ends = _when(place, len(moments)), _when(place + 1, len(moments))
            height = round(PAST_FOOT - value * (PAST_FOOT - PAST_TOP), 1)
            if before is None:
                paths.append(f"M{begins} {height}")
            elif value != before:
                paths[-1] += f"V{height}"
            paths[-1] = _along_to(paths[-1], ends, value == before)
        before = value
    return tuple(paths)


def _along_to(path: str, x: float, same: bool) -> str:
    """The path drawn on to ``x``; where the height is the same as before, its last stretch is only made longer."""
    return f"{path[: path.rindex('H')] if same else path}H{x}"


def _when(place: int, days: int) -> float:
    return round(PAST_LEFT + (PAST_RIGHT - PAST_LEFT) * min(place / max(days, 1), 1.0), 1)


def bar(ratio: float | None) -> Bar | None:
    """The bar of a ratio to the baseline (0 and more); None where there is none."""
    if ratio is None:
        return None
    scale = BAR_WIDTH / BAR_MOST
    return Bar(round(min(ratio, BAR_MOST) * scale, 1), ratio > BAR_MOST, round(0.75 * scale, 1), round(scale, 1))
