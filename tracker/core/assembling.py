"""How an event's fields follow from its evidence, and how copies are told from independent sources."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from tracker.core.days import DayWeights, likeliest, normalised, span_of
from tracker.core.events import Event, Evidence, Lane, Status
from tracker.core.items import similar, tokens

OFFICIAL_KINDS = frozenset({"official"})
"""Publisher kinds whose plain report confirms (a ministry, the Security Council)."""

DOUBT_SHARE = 0.1
"""Share of a wire's day weights that is spread evenly: its clock or its words may mislead, so that one
misdated report cannot rule out the day on which all others agree."""

DISPUTED_P = 0.5
"""A denial of at least this probability marks the event as disputed."""


def wire_of(title: str, publisher: str, wires: Sequence[tuple[int, frozenset[str], str]], similarity: float) -> int:
    """The wire of a new text among an event's wires (number, words of its title, publisher): a copy joins the
    wire it copies, a publisher's second piece joins its first, anything else begins a new wire."""
    words = tokens(title)
    for number, theirs, name in wires:
        if name == publisher or similar(words, theirs) >= similarity:
            return number
    return max((number for number, _, _ in wires), default=-1) + 1


LATER_SHARE = 0.6
"""How much less each further wire says about the day than the one before it: whoever reports later mostly
repeats what the first reports said, and comes later whatever the day was."""


def agreed_days(wires: Sequence[DayWeights]) -> DayWeights:
    """The days on which wires, in the order they came, agree: the product of their weights, each with some
    doubt and each further one with less say."""
    known = [weights for weights in wires if weights]
    days: list[date] = sorted({day for weights in known for day, _ in weights})
    if not days:
        return ()
    doubt = DOUBT_SHARE / len(days)
    totals = dict.fromkeys(days, 0.0)
    for place, weights in enumerate(known):
        theirs = dict(weights)
        for day in days:
            totals[day] += LATER_SHARE**place * math.log((1 - DOUBT_SHARE) * theirs.get(day, 0.0) + doubt)
    top = max(totals.values())
    return normalised({day: math.exp(total - top) for day, total in totals.items()})


def assemble(event_id: str, lane: Lane, category: str, evidence: Sequence[Evidence]) -> Event | None:
    """The event that this evidence (in recorded order) gives; None while none of it supports one.

    p_occurred: one minus the product over wires of (1 - the wire's best p), lowered by each denial. An event
    whose every support was superseded by a newer reading is retracted, as its former evidence described it.
    """
    supports = [piece for piece in evidence if piece.role == "supports"]
    former = [piece for piece in evidence if piece.role == "superseded"]
    withdrawn = not supports
    supports = supports or former
    if not supports:
        return None
    first_of_wire: dict[int, Evidence] = {}
    best: dict[int, float] = {}
    dated: dict[int, DayWeights] = {}
    for piece in supports:
        first_of_wire.setdefault(piece.wire, piece)
        best[piece.wire] = max(best.get(piece.wire, 0.0), piece.p)
        if piece.days:
            dated.setdefault(piece.wire, piece.days)
    # Late echoes say nothing about the day; when the report they echo was withdrawn, its days are all there is.
    days = agreed_days(list(dated.values()) or [piece.days for piece in former if piece.days])
    on, span = likeliest(days), span_of(days)
    if on is None or span is None:
        return None
    denial = math.prod(1 - piece.p / 2 for piece in evidence if piece.role == "lowers")
    p = (1 - math.prod(1 - value for value in best.values())) * denial
    speaking = sorted(supports, key=lambda piece: -piece.p)
    count, unit = _count(supports)
    return Event(
        id=event_id,
        lane=lane,
        category=category,
        subtype=_most(supports, lambda piece: piece.subtype),
        on=on,
        first_on=span.first,
        last_on=span.last,
        zone=_most(supports, lambda piece: piece.zone),
        status="retracted" if withdrawn else _status(supports, evidence, len(best)),
        p_occurred=0.0 if withdrawn else round(min(p, 0.9999), 4),
        count=count,
        unit=unit,
        place=_most(supports, lambda piece: piece.place),
        wires=0 if withdrawn else len(best),
        sources=tuple(dict.fromkeys(piece.publisher for piece in supports)),
        title=speaking[0].title,
        known_at=min(piece.known_at for piece in supports),
        outcome=next((piece.outcome for piece in supports if piece.outcome), ""),
    )


def _status(supports: Sequence[Evidence], evidence: Sequence[Evidence], wires: int) -> Status:
    if any(piece.role == "lowers" and piece.p >= DISPUTED_P for piece in evidence):
        return "disputed"
    if any(piece.publisher_kind in OFFICIAL_KINDS for piece in supports):
        return "confirmed"
    return "corroborated" if wires > 1 else "reported"


def _most(pieces: Sequence[Evidence], field: Callable[[Evidence], str]) -> str:
    """The value with the greatest summed p among those stated; the empty string when none states one."""
    votes: Counter[str] = Counter()
    for piece in pieces:
        value = field(piece)
        if value:
            votes[value] += round(piece.p * 10_000)
    return min(votes, key=lambda value: (-votes[value], value)) if votes else ""


def _count(pieces: Sequence[Evidence]) -> tuple[int | None, str]:
    """The count most wires state, the larger one on a tie (first reports count low)."""
    votes: Counter[tuple[int, str]] = Counter()
    for piece in pieces:
        if piece.count is not None:
            votes[(piece.count, piece.unit)] += 1
    if not votes:
        return None, ""
    count, unit = max(votes, key=lambda pair: (votes[pair], pair))
    return count, unit
