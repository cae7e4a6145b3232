"""What readers are shown beside the timeline and the verdicts: one event in full, claims in words, health.

Filled by whoever holds the record, shown by the API, the pages, the command line and the digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tracker.core.days import DateSpan
from tracker.core.events import Event, Evidence
from tracker.core.forecasts import VerbalBand
from tracker.core.linking import Difference


@dataclass(frozen=True, slots=True)
class EventLink:
    """The other lane's event that is taken for the same thing, and where the two disagree, if they do."""

    other: Event
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of an event's history: when, who (a person or an observer), what was done, and why."""

    at: datetime
    who: str
    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class EventDetail:
    """One event with everything that it rests on."""

    event: Event
    evidence: tuple[Evidence, ...] = ()
    links: tuple[EventLink, ...] = ()
    history: tuple[HistoryLine, ...] = ()
    machine: tuple[Event, ...] = ()
    """What the machine has in its place, where analysts corrected it; else empty."""
    corrections: tuple[HistoryLine, ...] = ()
    """What analysts said that stands, in the order they said it; its lines are in ``history`` too."""


@dataclass(frozen=True, slots=True)
class WindowCard:
    """A window a reading is judged in: its label and its days (None while it has no end)."""

    label: str
    span: DateSpan | None = None


@dataclass(frozen=True, slots=True)
class ReadingCard:
    """One way to read a claim. ``criterion`` says its rule in words, ``fine_print`` what was decided about
    edge cases; ``categories`` are the kinds of event its rule listens to."""

    id: str
    criterion: str
    fine_print: str = ""
    scored: bool = False
    windows: tuple[WindowCard, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForecastCard:
    """One claim of a document in our words. ``written`` tells whether its criteria were written "before" or
    "after" the window; ``cluster`` names the claims that share its outcome."""

    id: str
    ref: str
    title: str
    paraphrase: str
    locator: str
    kind: str
    readings: tuple[ReadingCard, ...] = ()
    cluster: str = ""
    written: str = ""
    reviewed_by: str = ""
    tables: tuple[str, ...] = ()
    """What its probability was read from, as "table: phrase"."""
    document: str = ""
    """The id of the document it stands in."""
    retold: tuple[VerbalBand, ...] = ()
    """What each published verbal table makes of its words."""


@dataclass(frozen=True, slots=True)
class Document:
    """The document whose claims are checked. ``years`` are the calendar years its claims compare."""

    id: str
    title: str
    publisher: str
    dated_on: date
    url: str = ""
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StepLag:
    """How far a step is behind: rows that lack its result, and the oldest one's age (None: none wait)."""

    step: str
    waiting: int
    oldest_s: float | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the service does its work. ``problems`` are sentences for the operator; ``feeds_tried`` and
    ``feeds_answered`` count the feeds polled at least once and those whose last poll succeeded."""

    ok: bool
    problems: tuple[str, ...] = ()
    feeds_tried: int = 0
    feeds_answered: int = 0
    last_item_at: datetime | None = None
    items: int = 0
    events: int = 0
    lags: tuple[StepLag, ...] = ()
    checked_at: datetime | None = None
    corrections_lost: int = 0
    """Analysts' corrections that stand and no longer apply, their event being gone; no reason to be ill."""
