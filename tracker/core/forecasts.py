"""Forecasts: the claims of a document, and the closed set of rules a claim may be read with.

A rule states what the document asserts, so "the rule holds" and "the document was right" are one and the
same for every claim. Rules are values; what they come to is decided in ``rules`` and ``patterns``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tracker.core.days import DateSpan
from tracker.core.timeline import PER_EVENT, EventFilter
from tracker.core.verdicts import Implied

Kind = Literal["forecast", "conditional", "causal", "status", "possibility", "normative"]
KINDS: tuple[Kind, ...] = ("forecast", "conditional", "causal", "status", "possibility", "normative")

Bound = Literal["at_least", "at_most", "more_than", "fewer_than"]
BOUNDS: tuple[Bound, ...] = ("at_least", "at_most", "more_than", "fewer_than")

Written = Literal["before", "after"]
"""Whether a criterion was written before its window closed, or in hindsight."""

BaseModel = Literal["laplace", "jeffreys", "mean"]
BASE_MODELS: tuple[BaseModel, ...] = ("laplace", "jeffreys", "mean")

Hit = Literal["at_least", "at_most", "rises", "not_rises"]
HITS: tuple[Hit, ...] = ("at_least", "at_most", "rises", "not_rises")


@dataclass(frozen=True, slots=True)
class Window:
    """The days a claim is about, in the IANA zone ``zone``; ``label`` names it ("2020", "H1")."""

    label: str
    span: DateSpan
    zone: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted: which events, in which unit, and what it is called in a sentence.

    ``unit`` is "event", "day" (distinct days) or a unit that events count ("missile"). ``rate`` names the
    baseline series of how many to expect a period; it weighs what silence may hide (empty: unknown).
    """

    events: EventFilter
    unit: str = PER_EVENT
    noun: str = ""
    nouns: str = ""
    rate: str = ""

    def named(self, count: float) -> str:
        """The noun in the number that fits; "event" where the config gives none."""
        noun = self.noun or "event"
        return noun if count == 1 else self.nouns or f"{noun}s"


@dataclass(frozen=True, slots=True)
class Occurs:
    """At least one in the window. Decided early by presence."""

    measure: Measure


@dataclass(frozen=True, slots=True)
class Absent:
    """None in the window. Decided early, against the claim, by presence."""

    measure: Measure


@dataclass(frozen=True, slots=True)
class Count:
    """So many in the window."""

    measure: Measure
    bound: Bound
    number: int


@dataclass(frozen=True, slots=True)
class Compare:
    """The window's count against that of a baseline period, counted on the same timeline.

    ``how`` "ratio": count / baseline is ``bound`` ``number`` (a baseline of 0 cannot be compared);
    "difference": count - baseline is ``bound`` ``number``.
    """

    measure: Measure
    baseline: Window
    how: Literal["ratio", "difference"]
    bound: Bound
    number: float


@dataclass(frozen=True, slots=True)
class Rank:
    """The window's count is among the ``top`` greatest of itself and the ``others`` (ties count for it)."""

    measure: Measure
    others: tuple[Window, ...]
    top: int


@dataclass(frozen=True, slots=True)
class NearestYear:
    """Of the ``others``, the one labelled ``expected`` is nearest to the window.

    Distance is Euclidean over the ``measures``, each scaled by its range over the window and the others.
    """

    measures: tuple[Measure, ...]
    others: tuple[Window, ...]
    expected: str


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """In the ``days`` after the window's first ``anchor`` event, against as many days before it, the count's
    difference (after - before) is ``bound`` ``number``. The anchor's own day belongs to neither side."""

    measure: Measure
    anchor: Measure
    days: int
    bound: Bound
    number: int


@dataclass(frozen=True, slots=True)
class Gap:
    """The longest run of days in the window without one is ``bound`` ``number`` days long."""

    measure: Measure
    bound: Literal["at_least", "at_most"]
    number: int


@dataclass(frozen=True, slots=True)
class Part:
    """One sub-rule of a k-of-n, with the words it is known by."""

    label: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class KOfN:
    """At least ``k`` of the parts hold; decided as soon as the rest cannot change it.

    ``partial_from``: a claim that fails with at least so many parts holding is "partial"; 0 means never.
    """

    k: int
    parts: tuple[Part, ...]
    partial_from: int = 0


@dataclass(frozen=True, slots=True)
class SeriesValue:
    """A published figure against a number, or against another published figure.

    The value of ``series`` at ``period`` is ``bound`` ``number``, or ``bound`` the value of ``other`` at
    ``other_period`` when ``other`` is named. ``known_on`` is the day from which the figures could be read.
    ``doubt`` (0..1) is the judged probability that the true comparison is the other way round.
    """

    series: str
    period: str
    bound: Bound
    known_on: date
    number: float = 0.0
    other: str = ""
    other_period: str = ""
    doubt: float = 0.05


Rule = Occurs | Absent | Count | Compare | Rank | NearestYear | BeforeAfter | Gap | KOfN | SeriesValue


@dataclass(frozen=True, slots=True)
class Given:
    """The condition a claim is made under: another claim's reading, or a rule of its own over a window.

    With ``forecast``, its ``reading`` must have held in the same window (or in its only one).
    """

    label: str
    rule: Rule | None = None
    window: Window | None = None
    forecast: str = ""
    reading: str = ""


@dataclass(frozen=True, slots=True)
class BaseRate:
    """What someone who knows only the past would have said: a named model over a cited series.

    A period is a hit when its value is ``hit`` ``number``, or rises (does not rise) over the period before.
    "laplace" gives (k+1)/(n+2), "jeffreys" (k+0.5)/(n+1), "mean" k/n for k hits among n periods.
    """

    model: BaseModel
    series: str
    first: str
    last: str
    hit: Hit
    number: float = 0.0


@dataclass(frozen=True, slots=True)
class VerbalBand:
    """The band that one verbal table (its id, its short name) gives to a claim's words."""

    table: str
    name: str
    implied: Implied


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to make a claim checkable. ``rule`` None: it cannot be checked, and ``fine_print`` says why.

    ``p_implied`` and ``base_rate`` override the claim's where given.
    """

    id: str
    rule: Rule | None
    windows: tuple[Window, ...]
    given: Given | None = None
    fine_print: str = ""
    scored: bool = False
    p_implied: Implied | None = None
    base_rate: BaseRate | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """One claim of a document, in our words. ``tables`` are the verbal tables its band cites; ``config_hash``
    changes whenever anything the claim is judged by changes."""

    id: str
    ref: str
    document: str
    made_on: date
    locator: str
    paraphrase: str
    kind: Kind
    readings: tuple[Reading, ...]
    p_implied: Implied | None = None
    tables: tuple[str, ...] = ()
    base_rate: BaseRate | None = None
    cluster: str = ""
    written: Written = "after"
    reviewed_by: tuple[str, ...] = ()
    config_hash: str = ""
    retold: tuple[VerbalBand, ...] = ()
    """What each published verbal table makes of the claim's words; tables without such words are left out."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a verbal table takes a phrase to mean: a band of probabilities, each 0..1."""

    low: float
    high: float


VerbalTables = Mapping[str, Mapping[str, Phrase]]


def flat(rule: Rule) -> Iterator[Rule]:
    """The rule and every part of it."""
    yield rule
    if isinstance(rule, KOfN):
        for part in rule.parts:
            yield from flat(part.rule)


def measures_of(rule: Rule) -> Iterator[Measure]:
    """Every measure a rule looks at, those of its parts included (for checking config against tables)."""
    if isinstance(rule, KOfN):
        for part in rule.parts:
            yield from measures_of(part.rule)
    elif isinstance(rule, NearestYear):
        yield from rule.measures
    elif isinstance(rule, BeforeAfter):
        yield from (rule.measure, rule.anchor)
    elif not isinstance(rule, SeriesValue):
        yield rule.measure


def series_of(rule: Rule) -> Iterator[str]:
    """Every baseline series a rule names."""
    if isinstance(rule, KOfN):
        for part in rule.parts:
            yield from series_of(part.rule)
    elif isinstance(rule, SeriesValue):
        yield rule.series
        if rule.other:
            yield rule.other
    else:
        yield from (measure.rate for measure in measures_of(rule) if measure.rate)
