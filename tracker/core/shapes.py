"""The JSON documents that the API and the command line share; fields may be added, none renamed.

Instants are written in UTC with a Z, days as YYYY-MM-DD. Texts that came from feeds stand as they came:
whoever shows them must escape them. Addresses that are not plain http(s) are written as null, so that nobody
links them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from tracker.core.claim_histories import History
from tracker.core.days import end_of, utc
from tracker.core.details import EventDetail, ForecastCard, Health
from tracker.core.digests import Issue
from tracker.core.events import Event, Evidence
from tracker.core.listening import FeedLine
from tracker.core.polling import SUCCESSES
from tracker.core.scoring import item_score
from tracker.core.timeline import Timeline, View
from tracker.core.verdicts import Implied, Outlook, Verdict
from tracker.core.versions import version_of
from tracker.core.words import href

Document = dict[str, Any]

AS_OF_ZONE = "Asia/Seoul"
"""The zone in which a day given as "as of" ends (DESIGN section 5)."""

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years a question may name; beyond them calendars and zones mean nothing here."""


def as_of_instant(day: date) -> datetime:
    """The instant meant by "as of" a day: its end in Korea. Raises ValueError outside 1900..2199."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{day} is out of range; give a day from {FIRST_YEAR} to {LAST_YEAR}")
    return end_of(day, AS_OF_ZONE)


def instant(at: datetime | None) -> str | None:
    """2020-03-02T22:00:00Z; None stays None."""
    return None if at is None else utc(at).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def select(
    events: Iterable[Event],
    first: date | None = None,
    last: date | None = None,
    category: str = "",
    subtype: str = "",
    text: str = "",
    everything: bool = False,
) -> tuple[Event, ...]:
    """The events whose likeliest day lies in ``first``..``last`` and that match the rest, by day, then id.

    ``text``: every word of it must occur in title, place or sources, whatever its case or width.
    ``everything`` also admits leads and what is unlikely or retracted (else what is ``listed``).
    """
    wanted = _folded(text).split()
    kept = (
        event
        for event in events
        if (everything or event.listed)
        and (first is None or event.on >= first)
        and (last is None or event.on <= last)
        and (not category or event.category == category)
        and (not subtype or event.subtype == subtype)
        and (not wanted or _holds(event, wanted))
    )
    return tuple(sorted(kept, key=lambda event: (event.on, event.id)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _holds(event: Event, words: Sequence[str]) -> bool:
    where = _folded(" ".join((event.title, event.place, *event.sources)))
    return all(word in where for word in words)


def event_fields(event: Event) -> Document:
    """One event as a line of a timeline."""
    return {
        "id": event.id,
        "lane": event.lane,
        "category": event.category,
        "subtype": event.subtype,
        "on": event.on.isoformat(),
        "first_on": event.first_on.isoformat(),
        "last_on": event.last_on.isoformat(),
        "zone": event.zone,
        "status": event.status,
        "p_occurred": event.p_occurred,
        "count": event.count,
        "unit": event.unit,
        "place": event.place,
        "wires": event.wires,
        "primary_sources": len(event.primaries),
        "listed": event.listed,
        "sources": list(event.sources),
        "title": event.title,
        "known_at": instant(event.known_at),
        "members": list(event.members),
        "version": version_of(event),
        "corrections": [said.seq for said in event.said],
    }


def timeline_document(timeline: Timeline, events: Sequence[Event] | None = None, as_of: date | None = None) -> Document:
    """The timeline's document. ``events`` is the selection to show (default: what a timeline lists),
    ``as_of`` the day that was asked for; None, written null, means everything known so far."""
    shown = select(timeline.events) if events is None else events
    return {"as_of": _day(as_of), "evidence": timeline.view, "events": [event_fields(each) for each in shown]}


def evidence_fields(piece: Evidence) -> Document:
    """One piece of evidence: who said what, when a listener could know it, and how it was placed."""
    return {
        "key": piece.key,
        "role": piece.role,
        "wire": piece.wire,
        "publisher": piece.publisher,
        "publisher_kind": piece.publisher_kind,
        "known_at": instant(piece.known_at),
        "p": piece.p,
        "days": [{"on": day.isoformat(), "weight": weight} for day, weight in piece.days],
        "zone": piece.zone,
        "subtype": piece.subtype,
        "count": piece.count,
        "unit": piece.unit,
        "place": piece.place,
        "title": piece.title,
        "url": href(piece.url) or None,
        "score": piece.score,
        "reason": piece.reason,
    }


def event_document(detail: EventDetail) -> Document:
    """One event with its evidence, the other lane's view of it, and its history."""
    return {
        **event_fields(detail.event),
        "evidence": [evidence_fields(piece) for piece in detail.evidence],
        "links": [
            {
                "event": event_fields(link.other),
                "differences": [asdict(each) for each in link.differences],
            }
            for link in detail.links
        ],
        "history": [
            {"at": instant(line.at), "who": line.who, "what": line.what, "why": line.why} for line in detail.history
        ],
    }


def _implied(implied: Implied | None) -> Document | None:
    return None if implied is None else {"low": implied.low, "mid": implied.mid, "high": implied.high}


def result_fields(verdict: Verdict) -> Document:
    """One result of a forecast: the verdict on one of its readings in one window."""
    return {
        "reading": verdict.reading,
        "window": verdict.window,
        "scored": verdict.scored,
        "verdict": verdict.verdict,
        "claim_held": verdict.claim_held,
        "p_yes": verdict.p_yes,
        "decided_on": _day(verdict.decided_on),
        "margin": verdict.margin,
        "reasons": [
            {"code": reason.code, "text": reason.text, "data": dict(reason.data)} for reason in verdict.reasons
        ],
        "events": list(verdict.events),
        "p_implied": _implied(verdict.p_implied),
        "p_reference": verdict.p_reference,
        "brier": verdict.brier,
        "by": verdict.by,
        "outlook": _outlook(verdict.outlook),
        "turns": [
            {"kind": turn.kind, "id": turn.id, "verdict": turn.verdict, "wires": turn.wires, "text": turn.text}
            for turn in verdict.turns
        ],
        "brier_band": asdict(score.brier) if (score := item_score(verdict)) is not None else None,
    }


def _outlook(found: Outlook | None) -> Document | None:
    if found is None:
        return None
    return {"p": found.p, "model": found.model, "first": found.first, "last": found.last, "text": found.text}


def forecast_fields(verdicts: Sequence[Verdict], card: ForecastCard | None = None) -> Document:
    """One forecast with its results, and the claim in words where its card is given (one of them must be)."""
    head: Verdict | ForecastCard = card if card is not None else verdicts[0]
    document: Document = {
        "id": card.id if card is not None else verdicts[0].forecast,
        "ref": head.ref,
        "kind": head.kind,
        "results": [result_fields(verdict) for verdict in verdicts],
    }
    if card is not None:
        document |= {
            "title": card.title,
            "paraphrase": card.paraphrase,
            "locator": card.locator,
            "cluster": card.cluster,
            "written": card.written,
            "reviewed_by": card.reviewed_by,
            "tables": list(card.tables),
            "document": card.document,
            "readings": [
                {
                    "id": reading.id,
                    "criterion": reading.criterion,
                    "fine_print": reading.fine_print,
                    "scored": reading.scored,
                    "windows": [
                        {
                            "label": window.label,
                            "first_on": _day(window.span.first if window.span else None),
                            "last_on": _day(window.span.last if window.span else None),
                        }
                        for window in reading.windows
                    ],
                }
                for reading in card.readings
            ],
        }
    return document


def forecasts_document(
    verdicts: Sequence[Verdict],
    view: View,
    scores: Mapping[str, Any],
    as_of: date | None = None,
    cards: Sequence[ForecastCard] = (),
) -> Document:
    """All forecasts in the order of their cards (those without a card come last), with scores."""
    grouped: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        grouped.setdefault(verdict.forecast, []).append(verdict)
    known = {card.id for card in cards}
    forecasts = [forecast_fields(grouped.get(card.id, ()), card) for card in cards]
    forecasts += [forecast_fields(group) for forecast, group in grouped.items() if forecast not in known]
    return {"as_of": _day(as_of), "evidence": view, "forecasts": forecasts, "scores": dict(scores)}


def history_document(histories: Sequence[History], view: View) -> Document:
    """Each reading of each claim day by day, and what changed it each time."""
    days = [moment.on for each in histories for moment in each.moments]
    return {
        "evidence": view,
        "first": _day(min(days, default=None)),
        "last": _day(max(days, default=None)),
        "histories": [
            {
                "id": each.forecast,
                "ref": each.ref,
                "reading": each.reading,
                "window": each.window,
                "days": [
                    {"on": _day(at.on), "verdict": at.verdict, "p_yes": at.p_yes, "outlook": at.outlook}
                    for at in each.moments
                ],
                "changes": [
                    {
                        "on": _day(change.on),
                        "before": change.before,
                        "after": change.after,
                        "p_before": change.p_before,
                        "p_after": change.p_after,
                        "causes": [
                            {"code": cause.code, "text": cause.text, "data": dict(cause.data)}
                            for cause in change.causes
                        ],
                    }
                    for change in each.changes
                ],
            }
            for each in histories
        ],
    }


def health_document(health: Health) -> Document:
    """The state of the service as its operator wants to see it."""
    return {
        "ok": health.ok,
        "problems": list(health.problems),
        "feeds_tried": health.feeds_tried,
        "feeds_answered": health.feeds_answered,
        "last_item_at": instant(health.last_item_at),
        "items": health.items,
        "events": health.events,
        "lags": [{"step": lag.step, "waiting": lag.waiting, "oldest_s": lag.oldest_s} for lag in health.lags],
        "checked_at": instant(health.checked_at),
        "corrections_lost": health.corrections_lost,
    }


def feed_fields(line: FeedLine) -> Document:
    """One feed and how it is doing."""
    feed, state = line.feed, line.state
    succeeded = state is not None and state.last_outcome in SUCCESSES
    return {
        "id": feed.id,
        "title": feed.title,
        "url": feed.url,
        "publisher": feed.publisher,
        "lang": feed.lang,
        "outcome": "never tried" if state is None else "ok" if succeeded else state.last_outcome,
        "condition": line.health.condition,
        "words": line.health.words,
        "changed": state.last_outcome != "unchanged" if state else None,
        "detail": state.detail if state else "",
        "verified": line.first_success_at is not None,
        "failures": state.failures if state else 0,
        "interval_s": (state.wait_s if state else None) or feed.interval_s,
        "first_success_at": instant(line.first_success_at),
        "last_success_at": instant(state.last_success_at) if state else None,
        "last_attempt_at": instant(state.last_attempt_at) if state else None,
        "last_new_at": instant(state.last_new_at) if state else None,
        "gap_at": instant(state.gap_at) if state else None,
        "moved_to": (state.moved_to if state else "") or None,
        "next_due_at": instant(line.due_at),
    }


def issue_document(issue: Issue) -> Document:
    """One dated copy of a digest as data: days as YYYY-MM-DD, instants in UTC with a Z."""
    return dict(_plainly(asdict(issue)))


def _plainly(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plainly(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plainly(inner) for inner in value]
    if isinstance(value, datetime):
        return instant(value)
    return value.isoformat() if isinstance(value, date) else value
