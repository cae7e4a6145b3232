"""The scoreboard: which claims are listed where, and what is said of them in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.core import scoring
from tracker.core.base_rates import Rivals
from tracker.core.details import EventDetail, ForecastCard, ReadingCard
from tracker.core.digests import SourceLink, sources_of
from tracker.core.events import Event
from tracker.core.scoring import Scores
from tracker.core.verdicts import Verdict
from tracker.core.words import VERDICT_WORDS, Labels, held_words

EVENTS_SHOWN = 12
"""Deciding events unfolded under one result; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """A deciding event with the articles behind it; ``more`` counts the sources not shown."""

    event: Event
    sources: tuple[SourceLink, ...]
    more: int
    differs: bool


@dataclass(frozen=True, slots=True)
class Result:
    """One verdict in words. ``tone`` is "held", "failed" or "undecided" and only drives how it is set."""

    verdict: Verdict
    said: str
    held: str
    tone: str
    window: str
    criterion: str
    fine_print: str
    reference_brier: float | None
    brier_band: scoring.Band | None
    deciding: tuple[Deciding, ...]
    more_events: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with its results: those scored, and rival or unscored readings."""

    card: ForecastCard
    scored: tuple[Result, ...]
    rivals: tuple[Result, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        return self.scored + self.rivals


@dataclass(frozen=True, slots=True)
class Tally:
    """How the scored items came out."""

    items: int
    held: int
    failed: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Board:
    scored: tuple[Claim, ...]
    graded: tuple[Claim, ...]
    tally: Tally
    scores: Scores


def board(
    verdicts: Sequence[Verdict],
    cards: Sequence[ForecastCard],
    details: Mapping[str, EventDetail],
    labels: Labels,
    rivals: Rivals | None = None,
) -> Board:
    """Claims in the order of their cards: those with a scored reading, then those graded but not scored."""
    by_forecast: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_forecast.setdefault(verdict.forecast, []).append(verdict)
    known = {card.id for card in cards}
    bare = [
        ForecastCard(forecast, group[0].ref, "", f"Claim {group[0].ref}", "", group[0].kind)
        for forecast, group in by_forecast.items()
        if forecast not in known
    ]
    claims = [_claim(card, by_forecast.get(card.id, ()), details, labels) for card in (*cards, *bare)]
    return Board(
        tuple(claim for claim in claims if claim.scored),
        tuple(claim for claim in claims if not claim.scored),
        tally(verdicts),
        scoring.scores(verdicts, rivals, {card.id: card.retold for card in cards}),
    )


def _claim(
    card: ForecastCard, verdicts: Sequence[Verdict], details: Mapping[str, EventDetail], labels: Labels
) -> Claim:
    several = len({verdict.window for verdict in verdicts}) > 1
    results = [_result(each, card, details, labels, several) for each in verdicts]
    return Claim(
        card,
        tuple(each for each in results if each.verdict.scored),
        tuple(each for each in results if not each.verdict.scored),
    )


def _result(
    verdict: Verdict,
    card: ForecastCard,
    details: Mapping[str, EventDetail],
    labels: Labels,
    several: bool,
) -> Result:
    reading = next((each for each in card.readings if each.id == verdict.reading), ReadingCard("", ""))
    found = [details[each] for each in verdict.events if each in details]
    held = verdict.claim_held
    return Result(
        verdict=verdict,
        said=VERDICT_WORDS[verdict.verdict],
        held=held_words(held) if held is not None or verdict.verdict in OPEN_ENDED else "not applicable",
        tone={True: "held", False: "failed", None: "undecided"}[held],
        window=verdict.window if several else "",
        criterion=reading.criterion,
        fine_print=reading.fine_print,
        reference_brier=reference_brier(verdict),
        brier_band=item.brier if (item := scoring.item_score(verdict)) is not None else None,
        deciding=tuple(_deciding(each, labels) for each in found[:EVENTS_SHOWN]),
        more_events=len(verdict.events) - min(len(found), EVENTS_SHOWN),
    )


OPEN_ENDED = frozenset({"open", "awaiting_data", "ambiguous"})


def _deciding(detail: EventDetail, labels: Labels) -> Deciding:
    pieces = [piece for piece in detail.evidence if piece.role in ("supports", "lowers")]
    shown, more = sources_of(sorted(pieces, key=lambda piece: (piece.known_at, piece.key)), labels)
    return Deciding(detail.event, shown, more, any(link.differences for link in detail.links))


def reference_brier(verdict: Verdict) -> float | None:
    """The base rate's Brier score (0..1) on the same outcome; None where there is no score to compare with."""
    if verdict.brier is None or verdict.p_reference is None or verdict.claim_held is None:
        return None
    return scoring.brier(verdict.p_reference, verdict.claim_held)


def tally(verdicts: Sequence[Verdict]) -> Tally:
    """The scored items counted by how they came out."""
    scored = [verdict.claim_held for verdict in verdicts if verdict.scored]
    return Tally(len(scored), scored.count(True), scored.count(False), scored.count(None))
