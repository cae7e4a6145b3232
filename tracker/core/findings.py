"""Findings: what a rule comes to over one window, and the sentences that say why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tracker.core import wording
from tracker.core.coverage import Silence
from tracker.core.days import DateSpan
from tracker.core.events import Event
from tracker.core.tallies import Grounds, Pending, Tally
from tracker.core.timeline import PER_DAY
from tracker.core.verdicts import By, Reason
from tracker.core.words import day_words, listed_words

State = Literal["decided", "open", "awaiting_data", "ambiguous", "partial", "annulled", "not_checkable"]

NAMED_GAPS = 3
"""A sentence names so many gaps and counts the rest; the data hold them all."""


@dataclass(frozen=True)
class Finding:
    """A rule's answer. ``holds`` is True or False when ``state`` is "decided", else None.

    ``by`` says whether presence or silence decided. ``steps`` is how many of what is counted would have to
    come or go to flip it, None where that is not a number. ``p_true`` (0..1) is the probability that the rule
    truly holds, None while undecided or not reckoned. ``inputs`` are plain values that the answer rests on.
    """

    holds: bool | None
    state: State
    reasons: tuple[Reason, ...]
    events: tuple[Event, ...] = ()
    by: By = ""
    margin: str = ""
    steps: int | None = None
    p_true: float | None = None
    gaps: tuple[DateSpan, ...] = ()
    decided_on: date | None = None
    inputs: tuple[object, ...] = ()
    doubtful: tuple[Event, ...] = ()
    """Disputed events that keep it from being decided."""


def resting_on(many: Iterable[By]) -> By:
    """What several findings together rest on: the least sure of what each does."""
    held = set(many)
    order: tuple[By, ...] = ("silence", "baseline", "figure", "presence")
    return next((by for by in order if by in held), "")


def pending_of(tallies: Sequence[Tally]) -> Pending:
    """Why several tallies together leave a question open: the first of open, awaiting data, ambiguous.

    A tally that is exact stands in nobody's way.
    """
    states = [each.pending for each in tallies if not each.exact]
    for state in ("open", "awaiting_data"):
        if state in states:
            return state
    return "ambiguous"


def counted(each: Tally, needs: str, grounds: Grounds) -> Reason:
    """What was counted, on which days, and what the claim needs."""
    measure = each.measure
    text = f"{wording.counted(each.low, measure)} {wording.during(each.window.span)}"
    if each.events:
        extra = _also(each)
        text += f": {wording.days(event.on for event in each.events)}" + (f" ({extra})" if extra else "")
    if needs:
        text += f"; {needs}"
    data = {
        "category": measure.events.category,
        "subtypes": list(measure.events.subtypes),
        "unit": measure.unit,
        "window": [each.window.span.first.isoformat(), each.window.span.last.isoformat()],
        "count": each.low,
        "at_most": int(each.high) if each.bounded else None,
        "view": grounds.timeline.view,
    }
    return Reason("counted", wording.sentence(text), data)


def _also(each: Tally) -> str:
    """What else the events count ("nine missiles"), when days or events are what is asked for."""
    sums: dict[str, int] = {}
    for event in each.events:
        if event.count is None or not event.unit or event.unit in each.measure.noun.split():
            continue
        if event.unit not in (each.measure.unit, PER_DAY):
            sums[event.unit] = sums.get(event.unit, 0) + event.count
    parts = [f"{wording.number(count)} {unit}{'' if count == 1 else 's'}" for unit, count in sums.items()]
    return listed_words(parts)


def silent(each: Tally) -> Reason:
    """That silence counts for this tally, and how much it may hide."""
    silence = each.silence
    source = f"the {listed_words(silence.tables)} table" if silence.tables else "publishers that were heard"
    if len(silence.tables) > 1:
        source += "s"
    if silence.tables and "heard" in silence.basis:
        source += " and publishers that were heard"
    trust = ", known after a lag that is assumed" if silence.assumed else ""
    text = (
        f"{wording.percent(silence.share)} of the days {wording.during(each.window.span)} are covered by "
        f"{source}{trust}; one true case would be missing with probability {silence.p_miss:.2g}"
    )
    return Reason("silence", wording.sentence(text), _silence_data(silence))


def gap(each: Tally) -> Reason:
    """Which days nobody covered, so that finding nothing there means nothing."""
    gaps = sorted(each.silence.limit_gaps or each.silence.gaps, key=lambda span: (-span.days, span.first))
    named = sorted(gaps[:NAMED_GAPS], key=lambda span: span.first)
    days = "; ".join(wording.span(span) for span in named)
    rest = len(each.silence.gaps) - len(named)
    more = f" (and {wording.number(rest)} other gap{'' if rest == 1 else 's'})" if rest else ""
    text = (
        f"silence about {each.measure.named(2)} does not count {wording.during(each.window.span)}: "
        f"{wording.percent(each.silence.share)} of the days are covered; nobody covers {days}{more}"
    )
    return Reason("gap", wording.sentence(text), _silence_data(each.silence))


def _silence_data(silence: Silence) -> dict[str, object]:
    return {
        "share": round(silence.share, 6),
        "p_miss": round(silence.p_miss, 6),
        "basis": list(silence.basis),
        "tables": list(silence.tables),
        "gaps": [[span.first.isoformat(), span.last.isoformat()] for span in silence.gaps],
        "assumed": silence.assumed,
    }


def still_open(each: Tally) -> Reason:
    """That the window, or the time late reports are given, still runs."""
    text = f"the window runs to {day_words(each.window.span.last)}, and late reports are given two weeks more"
    return Reason("open", wording.sentence(text), {"last": each.window.span.last.isoformat()})


def disputed(each: Tally) -> Reason:
    """That sources conflict about some of what would be counted."""
    count = len(each.disputed)
    days = wording.days(event.on for event in each.disputed)
    verb = "is" if count == 1 else "are"
    text = f"{wording.counted(count, each.measure)} {verb} disputed ({days}), which leaves the count open"
    return Reason("disputed", wording.sentence(text), {"events": [event.id for event in each.disputed]})


def why_pending(tallies: Sequence[Tally]) -> tuple[Reason, ...]:
    """The reasons that go with ``pending_of``, one a tally that stands in the way."""
    state = pending_of(tallies)
    wanted = [each for each in tallies if not each.exact and each.pending == state]
    say = {"open": still_open, "awaiting_data": gap, "ambiguous": disputed}[state]
    return tuple(say(each) for each in wanted)


def gaps_in(tallies: Sequence[Tally]) -> tuple[DateSpan, ...]:
    """The uncovered days that keep the tallies from being exact, in order."""
    spans = {
        span
        for each in tallies
        if each.settled and not each.bounded
        for span in each.silence.limit_gaps or each.silence.gaps
    }
    return tuple(sorted(spans, key=lambda span: (span.first, span.last)))


def undecided(
    tallies: Sequence[Tally], reasons: tuple[Reason, ...], margin: str = "", inputs: tuple[object, ...] = ()
) -> Finding:
    """The finding of a rule whose tallies leave it open."""
    return Finding(
        holds=None,
        state=pending_of(tallies),
        reasons=(*reasons, *why_pending(tallies)),
        events=tuple(event for each in tallies[:1] for event in each.events),
        doubtful=tuple(event for each in tallies if not each.exact for event in each.disputed),
        margin=margin,
        gaps=gaps_in(tallies),
        inputs=inputs or inputs_of(tallies),
    )


def inputs_of(tallies: Sequence[Tally]) -> tuple[object, ...]:
    """Plain values (JSON) that change whenever what the tallies rest on changes.

    Coverage enters only once the window has settled: before, it grows by the day and decides nothing.
    """
    return tuple(
        (
            each.window.label,
            [each.silence.counts, round(each.silence.share, 6), round(each.silence.p_miss, 6)] if each.settled else [],
            [
                (event.id, event.on.isoformat(), event.status, round(event.p_occurred, 6), event.count)
                for event in (*each.events, *each.disputed)
            ],
        )
        for each in tallies
    )


def rounded(p: float) -> float:
    """A probability kept within 0..1 and to six places, so that order of summing cannot show."""
    return round(min(max(p, 0.0), 1.0), 6)
