"""Counts, days and windows in words, for the sentences that give a verdict's reasons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from tracker.core.days import DateSpan
from tracker.core.forecasts import Measure
from tracker.core.words import MONTHS, count_words, day_words, listed_words

_WORDS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
LISTED_DAYS = 8
"""Up to so many days are named one by one; beyond it only the first and the last."""


def number(count: int, none: str = "no") -> str:
    """A count in words up to twelve (0 is ``none``), in digits beyond."""
    if count == 0:
        return none
    return _WORDS[count] if 0 <= count < len(_WORDS) else f"{count}"


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")


def days(many: Iterable[date]) -> str:
    """Days in order, months and years said once: "2, 9, 21 and 29 March 2020"."""
    ordered = sorted(set(many))
    if len(ordered) > LISTED_DAYS:
        return f"first on {day_words(ordered[0])}, last on {day_words(ordered[-1])}"
    groups = [
        f"{listed_words([str(on.day) for on in group])} {MONTHS[month - 1]} {year}"
        for (year, month), group in groupby(ordered, key=lambda on: (on.year, on.month))
    ]
    return listed_words(groups) if len(groups) < 3 else "; ".join(groups)


def span(period: DateSpan) -> str:
    """ "10 to 12 March 2020" and the like, for naming a gap."""
    if period.first == period.last:
        return day_words(period.first)
    return f"{day_words(period.first)} to {day_words(period.last)}"


def during(period: DateSpan) -> str:
    """ "in 2020", "in the first half of 2020" or "from .. to .."."""
    first, last = period.first, period.last
    edges = (first.month, first.day, last.month, last.day)
    if first.year == last.year:
        if edges == (1, 1, 12, 31):
            return f"in {first.year}"
        if edges == (1, 1, 6, 30):
            return f"in the first half of {first.year}"
        if edges == (7, 1, 12, 31):
            return f"in the second half of {first.year}"
    return f"from {day_words(first)} to {day_words(last)}"


def counted(count: int, measure: Measure) -> str:
    """ "four launch days"."""
    return f"{number(count)} {measure.named(count)}"


def flip(steps: int, more: bool, measure: Measure, low: int, verb: str = "flip it") -> str:
    """ "Two more launch days would flip it." ``steps`` is at least 1, ``low`` what was counted."""
    how = "" if more and low == 0 else "more " if more else "fewer "
    return sentence(f"{number(steps)} {how}{measure.named(steps)} would {verb}")


def percent(share: float) -> str:
    """A share (0..1) in per cent; never rounded up to 100."""
    if share >= 1.0:
        return "100 %"
    return f"{int(share * 1000) / 10:g} %"


def compared(span: DateSpan, events: int, nouns: Iterable[str]) -> str:
    """What was counted in another period: "Counted in 2017 to compare with: 16 events (ballistic launch days)"."""
    named = listed_words(list(nouns))
    return f"Counted {during(span)} to compare with: {count_words(events, 'event')}" + (f" ({named})" if named else "")
