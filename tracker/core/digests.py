"""The digest: which instants an issue spans, what goes into it, and in which order.

An issue of day D is composed from two timelines, the one known when its window opens and the one known when
it closes, so a reader is told what moved and nothing that came later.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tracker.core.changes import Decided, changes_between, known_pieces
from tracker.core.days import DateSpan, zone
from tracker.core.details import ForecastCard, ReadingCard
from tracker.core.events import Event, Evidence
from tracker.core.timeline import Timeline, View
from tracker.core.verdicts import Outcome, Verdict
from tracker.core.words import (
    VERDICT_WORDS,
    Labels,
    attested_words,
    count_words,
    held_words,
    href,
    p_words,
    percent,
    plain,
    when_words,
)

SOURCES_SHOWN = 5
"""Sources linked beside one event; the line says how many more there are."""

CHART_DAYS = 30
"""Days of the small chart, the issue's own day the last."""

UNDECIDED: frozenset[Outcome] = frozenset({"open", "awaiting_data"})


@dataclass(frozen=True, slots=True)
class Digest:
    """A recurring report. The issue of day D closes at ``cutoff_hour`` (0..23) of the next day in ``zone``
    and looks ``days_back`` (1 or more) days back from there. Empty ``categories`` mean all."""

    id: str
    title: str
    view: View
    zone: str
    cutoff_hour: int
    days_back: int = 1
    categories: tuple[str, ...] = ()

    def admits(self, event: Event) -> bool:
        return not self.categories or event.category in self.categories


@dataclass(frozen=True, slots=True)
class SourceLink:
    """One source as a reader meets it; ``url`` is empty where there is none that may be linked."""

    publisher: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One event in an issue, in words. ``changes`` is empty for a new event; ``p`` is in 0..1; ``rank``
    orders the section; ``more_sources`` counts the sources that are not among ``sources``."""

    event_id: str
    kind: str
    when: str
    place: str
    count: str
    status: str
    likelihood: str
    p: float
    title: str
    sources: tuple[SourceLink, ...]
    more_sources: int
    changes: tuple[str, ...] = ()
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim in an issue: what it says, how it stands, and what moved (a verdict) or touches it."""

    forecast: str
    ref: str
    paraphrase: str
    window: str
    verdict: str
    said: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DayCount:
    """Events on one day, for the small chart."""

    on: date
    events: int


@dataclass(frozen=True, slots=True)
class Issue:
    """One dated copy of a digest, as words and figures; how it looks is decided elsewhere."""

    digest: str
    title: str
    day: date
    zone: str
    view: View
    since_at: datetime
    cutoff_at: datetime
    new: tuple[Line, ...]
    changed: tuple[Line, ...]
    verdicts: tuple[ClaimLine, ...]
    bearing: tuple[ClaimLine, ...]
    days: tuple[DayCount, ...]

    @property
    def quiet(self) -> bool:
        """True when there is nothing to tell but that there is nothing."""
        return not (self.new or self.changed or self.verdicts)


def window(digest: Digest, day: date) -> tuple[datetime, datetime]:
    """``(since_at, cutoff_at)`` of the issue of ``day``: what became known after the first, up to the second.

    Wall-clock hours in the digest's zone, so a change of clocks makes one issue 23 or 25 hours long.
    """

    def at(on: date) -> datetime:
        return datetime.combine(on, time(digest.cutoff_hour), zone(digest.zone)).astimezone(UTC)

    closes = day + timedelta(days=1)
    return at(closes - timedelta(days=digest.days_back)), at(closes)


def rank(event: Event, weight: float) -> float:
    """Place in the digest, greater first: weight x p_occurred x log(1 + wires) (DESIGN section 10)."""
    return weight * event.p_occurred * math.log(1 + event.wires)


def compose(
    digest: Digest,
    day: date,
    before: Timeline,
    after: Timeline,
    evidence: Mapping[str, Sequence[Evidence]],
    verdicts_before: Sequence[Verdict],
    verdicts_after: Sequence[Verdict],
    labels: Labels,
    cards: Sequence[ForecastCard] = (),
    forwards: Mapping[str, str] | None = None,
    decided: Sequence[Decided] = (),
) -> Issue:
    """The issue of ``day``.

    ``before`` and ``after`` are the timelines as of the two ends of ``window(digest, day)``; ``evidence`` is
    by event id, and pieces known after the cut-off are left out here once more; ``forwards`` and ``decided`` tell
    of merged ids and of analysts' decisions. Verdicts are as judged at each end; without any, the issue has no
    claims. Pure: the same arguments give the same issue.
    """
    since_at, cutoff_at = window(digest, day)
    new: list[Line] = []
    changed: list[Line] = []
    moved: list[Event] = []
    for found in changes_between(before, after, labels, evidence, forwards, decided, digest.admits):
        known = known_pieces(found.event, evidence, cutoff_at)
        if found.was is None:
            new.append(line_of(found.event, known, labels))
        else:
            changed.append(line_of(found.event, known, labels, tuple(each.text for each in found.changes)))
        if not {"merged", "removed"}.intersection(found.kinds):
            moved.append(found.event)
    moved.sort(key=lambda event: (event.on, event.id))
    by_card = {card.id: card for card in cards}
    return Issue(
        digest=digest.id,
        title=digest.title,
        day=day,
        zone=digest.zone,
        view=digest.view,
        since_at=since_at,
        cutoff_at=cutoff_at,
        new=_ordered(new),
        changed=_ordered(changed),
        verdicts=_verdict_changes(_one_each(verdicts_before), _one_each(verdicts_after), by_card),
        bearing=_bearing(moved, _one_each(verdicts_after), by_card, labels),
        days=_chart(digest, day, after),
    )


def _one_each(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """One verdict for each claim and window: that of the scored reading, else of the first. A mail has no room
    for rival readings; the scoreboard shows them side by side."""
    chosen: dict[tuple[str, str], Verdict] = {}
    for verdict in verdicts:
        key = (verdict.forecast, verdict.window)
        if key not in chosen or (verdict.scored and not chosen[key].scored):
            chosen[key] = verdict
    return tuple(chosen.values())


def _ordered(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: (-line.rank, line.event_id)))


def line_of(event: Event, known: Sequence[Evidence], labels: Labels, changes: tuple[str, ...] = ()) -> Line:
    """An event in words; ``known`` is what speaks of it, in order of becoming known."""
    shown, more = sources_of(known, labels)
    return Line(
        event_id=event.id,
        kind=labels.kind(event),
        when=when_words(event),
        place=labels.place(event.place),
        count=count_words(event.count, event.unit),
        status=attested_words(event),
        likelihood=p_words(event.p_occurred),
        p=event.p_occurred,
        title=plain(event.title),
        sources=shown,
        more_sources=more,
        changes=changes,
        rank=rank(event, labels.weight(event.category)),
    )


def sources_of(
    known: Sequence[Evidence], labels: Labels, most: int = SOURCES_SHOWN
) -> tuple[tuple[SourceLink, ...], int]:
    """At most ``most`` sources and how many more publishers there are.

    One link per publisher; the first text of each wire comes before further carriers of the same text, so
    that those shown are as independent as can be.
    """
    seen_wires: set[tuple[str, int]] = set()
    firsts: list[Evidence] = []
    rest: list[Evidence] = []
    for piece in known:
        wire = (piece.event_id, piece.wire)
        (rest if wire in seen_wires else firsts).append(piece)
        seen_wires.add(wire)
    by_publisher: dict[str, Evidence] = {}
    for piece in (*firsts, *rest):
        by_publisher.setdefault(piece.publisher, piece)
    links = [
        SourceLink(labels.publisher(piece.publisher), plain(piece.title), href(piece.url))
        for piece in by_publisher.values()
    ]
    return tuple(links[:most]), max(0, len(links) - most)


def _claim(verdict: Verdict, card: ForecastCard | None) -> tuple[str, str]:
    """The claim in words and the label of its window."""
    return (card.paraphrase if card is not None else verdict.ref), verdict.window


def _verdict_changes(
    before: Sequence[Verdict], after: Sequence[Verdict], cards: Mapping[str, ForecastCard]
) -> tuple[ClaimLine, ...]:
    """Verdicts that differ from the ones before; a claim that was not judged before is no change."""
    old = {(each.forecast, each.reading, each.window): each for each in before}
    found: list[ClaimLine] = []
    for verdict in after:
        was = old.get((verdict.forecast, verdict.reading, verdict.window))
        if was is None or (was.verdict, was.claim_held) == (verdict.verdict, verdict.claim_held):
            continue
        paraphrase, label = _claim(verdict, cards.get(verdict.forecast))
        said = f"{VERDICT_WORDS[verdict.verdict]}; before: {VERDICT_WORDS[was.verdict]}"
        if verdict.claim_held is not None:
            said += f". The claim {held_words(verdict.claim_held)}"
        words = VERDICT_WORDS[verdict.verdict]
        found.append(ClaimLine(verdict.forecast, verdict.ref, paraphrase, label, words, said, verdict.events))
    return tuple(found)


def _bearing(
    moved: Sequence[Event], verdicts: Sequence[Verdict], cards: Mapping[str, ForecastCard], labels: Labels
) -> tuple[ClaimLine, ...]:
    """Undecided claims that one of today's events touches: it is among their events, or of a kind and on a
    day that they listen to."""
    found: list[ClaimLine] = []
    for verdict in verdicts:
        if verdict.verdict not in UNDECIDED:
            continue
        card = cards.get(verdict.forecast)
        touching = [event for event in moved if _touches(event, verdict, _reading(card, verdict.reading))]
        if touching:
            paraphrase, label = _claim(verdict, card)
            names = tuple(f"{labels.kind(event)}, {when_words(event)}" for event in touching)
            words = VERDICT_WORDS[verdict.verdict]
            said = words if verdict.p_yes is None else f"{words}; {percent(verdict.p_yes)} likely to hold"
            found.append(ClaimLine(verdict.forecast, verdict.ref, paraphrase, label, words, said, names))
    return tuple(found)


def _reading(card: ForecastCard | None, reading: str) -> ReadingCard | None:
    return next((each for each in card.readings if each.id == reading), None) if card is not None else None


def _touches(event: Event, verdict: Verdict, reading: ReadingCard | None) -> bool:
    if not {event.id, *event.members}.isdisjoint(verdict.events):
        return True
    if reading is None or event.category not in reading.categories:
        return False
    spans = [each.span for each in reading.windows if each.label == verdict.window]
    return any(span is None or event.on in span for span in spans)


def _chart(digest: Digest, day: date, after: Timeline) -> tuple[DayCount, ...]:
    tally = Counter(event.on for event in after.events if event.listed and digest.admits(event))
    days = DateSpan(day - timedelta(days=CHART_DAYS - 1), day)
    return tuple(DayCount(on, tally[on]) for on in days)
