"""From a score to the articles behind it: score, verdict, what decided it, and who said so. Four steps, no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.coverage import DeclaredCoverage
from tracker.core.days import DateSpan
from tracker.core.details import ForecastCard, ReadingCard
from tracker.core.events import Event, Evidence
from tracker.core.scoring import ItemScore, item_score
from tracker.core.shapes import instant
from tracker.core.tallies import Tally
from tracker.core.verdicts import Reason, Verdict
from tracker.core.words import href

_TELLING = ("supports", "lowers")
"""Roles of evidence that bear on an event; the others only refer to it or have been read anew."""


@dataclass(frozen=True, slots=True)
class DecidingEvent:
    """Step three by presence: an event, and step four, the texts and rows that say so (first known first)."""

    event: Event
    articles: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Listening:
    """Step three by silence: who would have told, for which kinds, and on what ground one is believed missing.

    ``p_miss`` is 0..1; ``source`` is step four, the table's own words on its completeness.
    """

    table: str
    category: str
    subtypes: tuple[str, ...]
    p_miss: float
    source: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Step three of a comparison: the events of another period that were counted to compare with (by day, then id),
    and step four, who says so. ``span`` is the period, ``nouns`` what was counted in it."""

    span: DateSpan
    nouns: tuple[str, ...]
    events: tuple[DecidingEvent, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One verdict explained. ``score`` is None where nothing is scored or decided; ``cited`` are the published
    figures a rule on series read, with where they stand; ``compared`` are the periods it was compared with."""

    verdict: Verdict
    card: ForecastCard | None
    reading: ReadingCard | None
    score: ItemScore | None
    deciding: tuple[DecidingEvent, ...]
    listening: tuple[Listening, ...]
    cited: tuple[str, ...]
    compared: tuple[Compared, ...] = ()


def explain(
    verdict: Verdict,
    card: ForecastCard | None,
    events: Mapping[str, Event],
    evidence: Mapping[str, Sequence[Evidence]],
    declared: Sequence[DeclaredCoverage] = (),
    counts: Sequence[Tally] = (),
) -> Explanation:
    """The chain from this verdict's score down to its sources. ``events`` and ``evidence`` are by event id, ``counts``
    all that the verdict rests on."""
    reading = next((each for each in card.readings if each.id == verdict.reading), None) if card else None
    deciding = tuple(_deciding(events[id_], evidence.get(id_, ())) for id_ in verdict.events if id_ in events)
    reasons = list(_flat(verdict.reasons))
    return Explanation(
        verdict=verdict,
        card=card,
        reading=reading,
        score=item_score(verdict),
        deciding=deciding,
        listening=tuple(_listening(reasons, declared)),
        cited=tuple(dict.fromkeys(str(each) for _, data in reasons for each in _list(data.get("cited")))),
        compared=tuple(_compared(counts, frozenset(verdict.events), evidence)),
    )


def _compared(
    counts: Sequence[Tally], told: frozenset[str], evidence: Mapping[str, Sequence[Evidence]]
) -> Iterator[Compared]:
    """The events that were counted beside the deciding ones, a period at a time; each event once."""
    spans = {each.window.span for each in counts}
    for span in sorted(spans, key=lambda span: (span.first, span.last)):
        mine = [each for each in counts if each.window.span == span]
        beside = {event.id: event for each in mine for event in each.events if event.id not in told}
        ordered = sorted(beside.values(), key=lambda event: (event.on, event.id))
        if ordered:
            nouns = dict.fromkeys(each.measure.named(2) for each in mine if not {e.id for e in each.events} <= told)
            yield Compared(span, tuple(nouns), tuple(_deciding(event, evidence.get(event.id, ())) for event in ordered))


def _deciding(event: Event, evidence: Iterable[Evidence]) -> DecidingEvent:
    pieces = (piece for piece in evidence if piece.role in _TELLING)
    return DecidingEvent(event, tuple(sorted(pieces, key=lambda piece: (piece.known_at, piece.key))))


def _flat(reasons: Iterable[Reason]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(code, data) of every reason, those inside conditions and parts too."""
    for reason in reasons:
        yield from _inside(reason.code, reason.data)


def _inside(code: str, data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield code, data
    for inner in _list(data.get("reasons")):
        if isinstance(inner, Mapping):
            yield from _inside(str(inner.get("code", "")), inner.get("data", {}))


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _listening(
    reasons: Sequence[tuple[str, Mapping[str, Any]]], declared: Sequence[DeclaredCoverage]
) -> Iterator[Listening]:
    """The declarations that silence rested on: of the tables named, those on the kinds that were counted."""
    tables = {str(table) for code, data in reasons if code == "silence" for table in _list(data.get("tables"))}
    kinds = {(data.get("category"), tuple(_list(data.get("subtypes")))) for code, data in reasons if code == "counted"}
    seen = set()
    for each in declared:
        if each.table not in tables or not any(_bears_on(each, category, asked) for category, asked in kinds):
            continue
        told = Listening(each.table, each.category, each.subtypes, each.p_miss, " ".join(each.p_miss_source.split()))
        if told not in seen:
            seen.add(told)
            yield told


def _bears_on(each: DeclaredCoverage, category: object, asked: tuple[str, ...]) -> bool:
    return each.category == category and (not each.subtypes or not asked or bool(set(each.subtypes) & set(asked)))


def explanation_fields(found: Explanation) -> dict[str, Any]:
    """The chain as JSON: score, verdict, then what decided it, each with its sources."""
    verdict, score = found.verdict, found.score
    return {
        "forecast": verdict.forecast,
        "ref": verdict.ref,
        "reading": verdict.reading,
        "window": verdict.window,
        "score": None if score is None else _score_fields(score, found.card),
        "verdict": {
            "verdict": verdict.verdict,
            "claim_held": verdict.claim_held,
            "p_yes": verdict.p_yes,
            "decided_on": verdict.decided_on.isoformat() if verdict.decided_on else None,
            "margin": verdict.margin,
            "criterion": found.reading.criterion if found.reading else "",
            "reasons": [each.text for each in verdict.reasons],
        },
        "events": [_event_fields(each) for each in found.deciding],
        "silence": [
            {
                "table": each.table,
                "category": each.category,
                "subtypes": list(each.subtypes),
                "p_miss": each.p_miss,
                "source": each.source,
            }
            for each in found.listening
        ],
        "figures": list(found.cited),
        "compared": [
            {
                "first_on": each.span.first.isoformat(),
                "last_on": each.span.last.isoformat(),
                "counted": list(each.nouns),
                "events": [_event_fields(event) for event in each.events],
            }
            for each in found.compared
        ],
    }


def _score_fields(score: ItemScore, card: ForecastCard | None) -> dict[str, Any]:
    return {
        "p": {"low": score.p.low, "mid": score.p.mid, "high": score.p.high},
        "tables": list(card.tables) if card else [],
        "held": score.held,
        "brier": {"low": score.brier.low, "mid": score.brier.mid, "high": score.brier.high},
        "log": {"low": score.log.low, "mid": score.log.mid, "high": score.log.high},
        "p_reference": score.p_reference,
        "brier_reference": score.brier_reference,
    }


def _event_fields(each: DecidingEvent) -> dict[str, Any]:
    event = each.event
    return {
        "id": event.id,
        "on": event.on.isoformat(),
        "category": event.category,
        "subtype": event.subtype,
        "status": event.status,
        "p_occurred": event.p_occurred,
        "title": event.title,
        "articles": [
            {
                "publisher": piece.publisher,
                "title": piece.title,
                "url": href(piece.url) or None,
                "role": piece.role,
                "known_at": instant(piece.known_at),
            }
            for piece in each.articles
        ],
    }
