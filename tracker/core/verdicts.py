"""What a rule says of one forecast: the verdict, with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tracker.core.timeline import View

Outcome = Literal["open", "awaiting_data", "yes", "no", "partial", "annulled", "ambiguous", "not_checkable"]
"""The closed set of verdicts (DESIGN section 8)."""


@dataclass(frozen=True, slots=True)
class Implied:
    """Implied probability as a band, each in 0..1, low <= mid <= high."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason as data: a code for machines, a sentence for people, and the figures behind it (JSON values)."""

    code: str
    text: str
    data: Mapping[str, object] = field(default_factory=dict)


By = Literal["presence", "silence", "baseline", "figure", ""]
"""What a decision rests on: events alone; that nothing more was reported; events against a closed earlier period;
a published figure. Empty while undecided."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the past alone leads one to expect of a window that still runs: never part of the verdict.

    ``p`` (0.01..0.99, two places) is the probability that the claim will hold, by the named ``model`` on the
    periods ``first`` to ``last``.
    """

    p: float
    model: str
    first: str
    last: str
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that alone decides: without the event, or by the other reading, the verdict would be ``verdict``.

    ``id`` is the event's or the reading's. ``wires`` is how many independent sources an event rests on.
    """

    kind: Literal["event", "reading"]
    id: str
    verdict: Outcome
    text: str
    wires: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one (forecast, reading, window) under one view of the evidence.

    ``claim_held`` is True where the document was right, None while undecided. ``p_yes`` is the probability
    that the claim held, given the events' own probabilities and what silence may hide. ``decided_on`` is the
    day of the event that decided, or the day silence became decidable. ``margin`` says in words what would
    flip it. ``brier`` is at the middle of the implied band, None while undecided or unscored.
    """

    forecast: str
    ref: str
    kind: str
    reading: str
    window: str
    scored: bool
    view: View
    verdict: Outcome
    claim_held: bool | None
    p_yes: float | None
    decided_on: date | None
    margin: str
    reasons: tuple[Reason, ...]
    events: tuple[str, ...]
    p_implied: Implied | None
    p_reference: float | None
    brier: float | None
    cluster: str = ""
    """Claims that share one outcome; a cluster counts once in the mean of clusters."""
    written: str = ""
    """Whether the criterion was written "before" or "after" its window."""
    by: By = ""
    outlook: Outlook | None = None
    turns: tuple[Turn, ...] = ()
    """Each single event or reading that decides; empty where none does (see ``margin``)."""
    inputs_hash: str = ""
    """Stable hash of all the verdict rests on: the claim's config, the events counted, the coverage."""
