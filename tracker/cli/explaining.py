"""A chain from a score to its sources, printed: score, verdict, what decided it, who said so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tracker.cli.terminal import say, show_json
from tracker.core.explaining import DecidingEvent, Explanation, Listening, explanation_fields
from tracker.core.timeline import View
from tracker.core.wording import compared
from tracker.core.words import (
    VERDICT_WORDS,
    Labels,
    band_words,
    count_words,
    day_words,
    held_words,
    href,
    listed_words,
    p_said,
    percent,
    status_words,
    when_words,
)


def show_explanations(found: Sequence[Explanation], view: View, as_of: date | None, labels: Labels, json: bool) -> None:
    """Every verdict on a claim, each in four numbered steps; or the same as one JSON document."""
    if json:
        chains = [explanation_fields(each) for each in found]
        show_json({"as_of": as_of.isoformat() if as_of else None, "evidence": view, "explanations": chains})
        return
    for each in found:
        _show(each, labels)
    say(f"evidence: {view}" + (f", as of {as_of}" if as_of else ""))


def _show(found: Explanation, labels: Labels) -> None:
    verdict = found.verdict
    say(f"{verdict.ref} [{verdict.reading}, {verdict.window}]" + (f" {found.card.paraphrase}" if found.card else ""))
    say(f"  1. {score_words(found)}")
    decided = f", decided on {day_words(verdict.decided_on)}" if verdict.decided_on else ""
    say(f"  2. Verdict: {VERDICT_WORDS[verdict.verdict]} (claim {held_words(verdict.claim_held)}){decided}.")
    for reason in verdict.reasons:
        say(f"       {reason.text}")
    if verdict.margin:
        say(f"       {verdict.margin}")
    for event in found.deciding:
        _show_event(event, labels)
    for period in found.compared:
        say(f"  3. {compared(period.span, len(period.events), period.nouns)}:")
        for event in period.events:
            _show_counted(event, labels)
    for told in found.listening:
        say(f"  3. {listening_words(told, labels)}")
        say(f"       4. {told.source}")
    for citation in found.cited:
        say(f"  3. A published figure. 4. {citation}")
    if not (found.deciding or found.compared or found.listening or found.cited):
        say("  3. Nothing was found that bears on it.")
    say()


def score_words(found: Explanation) -> str:
    """Step one: how the score comes about, at the low, middle and high end."""
    score = found.score
    if score is None:
        return "Score: none; this reading is not scored or not decided."
    read = f", read from {', '.join(found.card.tables)}" if found.card and found.card.tables else ""
    base = ""
    if score.p_reference is not None and score.brier_reference is not None:
        base = f"; the base rate said {percent(score.p_reference)} and has {score.brier_reference:.3f}"
    implied = found.verdict.p_implied
    said = band_words(implied) if implied is not None else ""
    return (
        f"Score: Brier {score.brier.mid:.3f} ({score.brier.low:.3f} at the low, {score.brier.high:.3f} at the high "
        f"end), from {said} against {int(score.held)}{read}{base}."
    )


def _show_event(deciding: DecidingEvent, labels: Labels) -> None:
    event = deciding.event
    sure = f"{p_said(event.p_occurred)}, {status_words(event.status, event.wires, event.lane)}"
    say(f"  3. {when_words(event)}, {labels.kind(event)}: {sure}; ./run timeline lists it as {event.id}")
    for piece in deciding.articles:
        link = href(piece.url)
        say(f"       4. {labels.publisher(piece.publisher)}: {piece.title}" + (f" <{link}>" if link else ""))


def _show_counted(counted: DecidingEvent, labels: Labels) -> None:
    """One event that was only compared with, in a line: its day, its kind and who says so."""
    event = counted.event
    said = dict.fromkeys(labels.publisher(piece.publisher) for piece in counted.articles)
    count = f", {count_words(event.count, event.unit)}" if event.count is not None else ""
    link = next((link for piece in counted.articles if (link := href(piece.url))), "")
    say(
        f"       4. {when_words(event)}, {labels.kind(event)}{count}: {listed_words(list(said))}"
        + (f" <{link}>" if link else "")
        + f"; {event.id}"
    )


def listening_words(told: Listening, labels: Labels) -> str:
    """Step three where silence decided: who would have told."""
    kinds = ", ".join(labels.subtype(told.category, each) for each in told.subtypes)
    what = labels.category(told.category) + (f" ({kinds})" if kinds else "")
    return f"Silence counts: the {told.table} table declares {what}; one case would be missing with p {told.p_miss:g}."
