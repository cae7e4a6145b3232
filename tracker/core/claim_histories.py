"""Histories: how each claim stood on every day, and what changed it each time. One pass over the days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta

from tracker.core.baselines import Series
from tracker.core.coverage import Coverage
from tracker.core.days import DateSpan, end_of
from tracker.core.events import Event
from tracker.core.forecasts import Forecast
from tracker.core.judging import Court
from tracker.core.tallies import SETTLEMENT_DAYS, Grounds
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import Timeline, View
from tracker.core.turning import event_words
from tracker.core.unfolding import Days
from tracker.core.verdicts import Outcome, Reason, Verdict

DAY_ZONE = "Asia/Seoul"
"""A day of a history ends when it ends in Korea, as for every question "as of" (DESIGN section 5)."""

TOLD = ("on", "p_occurred", "status", "count", "subtype", "place")
"""Fields of an event whose change is told."""

NEW_REASONS = 3
"""Where no event moved, so many of the reasons that are new say what did."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How one reading stood at the end of one day. ``outlook`` is no verdict and no part of ``p_yes``."""

    on: date
    verdict: Outcome
    p_yes: float | None
    outlook: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """What one day changed: from ``before`` (None on the first day) to ``after``, and why."""

    on: date
    before: Outcome | None
    after: Outcome
    p_before: float | None
    p_after: float | None
    causes: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class History:
    """One (claim, reading, window) over the days, each day once and in order."""

    forecast: str
    ref: str
    reading: str
    window: str
    moments: tuple[Moment, ...]
    changes: tuple[Change, ...]


def until(told: History, on: date) -> History:
    """The history no later than a day: what each day says never rests on a later one."""
    moments = tuple(moment for moment in told.moments if moment.on <= on)
    return replace(told, moments=moments, changes=tuple(change for change in told.changes if change.on <= on))


@dataclass(frozen=True)
class _Sitting:
    on: date
    verdicts: tuple[Verdict, ...]
    grounds: Grounds
    found: dict[str, dict[str, Event]] = field(default_factory=dict)

    def events(self, category: str) -> Mapping[str, Event]:
        """A category's events by id, looked up only when something of it is told."""
        if category not in self.found:
            self.found[category] = {event.id: event for event in self.grounds.by_category.get(category, ())}
        return self.found[category]


def usual_days(forecasts: Sequence[Forecast], today: date) -> DateSpan:
    """From the day after the document to a year and the settlement after it, no later than today."""
    made_on = min((each.made_on for each in forecasts), default=today)
    first = made_on + timedelta(days=1)
    last = date(first.year, 12, 31) + timedelta(days=SETTLEMENT_DAYS + 1)
    return DateSpan(min(first, today), max(min(last, today), min(first, today)))


def histories(
    forecasts: Sequence[Forecast],
    unfolding: Days,
    coverage: Coverage,
    series: Mapping[str, Series],
    taxonomy: Taxonomy,
    view: View,
    days: DateSpan,
) -> tuple[History, ...]:
    """Every reading's history over the days, as known at the end of each, in the order of the claims."""
    moments: list[list[Moment]] = []
    changes: list[list[Change]] = []
    last: _Sitting | None = None
    for sitting in _sittings(forecasts, unfolding, coverage, series, taxonomy, view, days):
        if last is None:
            moments, changes = [[] for _ in sitting.verdicts], [[] for _ in sitting.verdicts]
        for place, verdict in enumerate(sitting.verdicts):
            outlook = verdict.outlook.p if verdict.outlook is not None else None
            moments[place].append(Moment(sitting.on, verdict.verdict, verdict.p_yes, outlook))
            before = last.verdicts[place] if last is not None else None
            if verdict is not before and (change := _change(before, verdict, last, sitting)) is not None:
                changes[place].append(change)
        last = sitting
    return tuple(
        History(verdict.forecast, verdict.ref, verdict.reading, verdict.window, tuple(told), tuple(moved))
        for verdict, told, moved in zip(last.verdicts if last else (), moments, changes, strict=True)
    )


def _sittings(
    forecasts: Sequence[Forecast],
    unfolding: Days,
    coverage: Coverage,
    series: Mapping[str, Series],
    taxonomy: Taxonomy,
    view: View,
    days: DateSpan,
) -> Iterator[_Sitting]:
    court: Court | None = None
    for on in days:
        now = end_of(on, DAY_ZONE)
        known = unfolding.known_by(now)
        grounds = Grounds(now, date.min, Timeline(now, view, ()), coverage, series, taxonomy, known)
        court = Court(forecasts, grounds, court, brief=True)
        found = court.sit()
        court.close()
        yield _Sitting(on, found, grounds)


def _change(before: Verdict | None, after: Verdict, last: _Sitting | None, sitting: _Sitting) -> Change | None:
    """What moved between two days; None where only the outlook or the wording did."""
    if before is None or last is None:
        return Change(sitting.on, None, after.verdict, None, after.p_yes, tuple(after.reasons[:NEW_REASONS]))
    same = (before.verdict, before.p_yes) == (after.verdict, after.p_yes)
    if same and before.events == after.events:
        return None
    causes = tuple(_moved(before, after, last, sitting))
    if before.verdict != after.verdict and not causes:
        known = {(reason.code, reason.text) for reason in before.reasons}
        causes = tuple(each for each in after.reasons if (each.code, each.text) not in known)[:NEW_REASONS]
    if same and not causes:
        return None
    return Change(sitting.on, before.verdict, after.verdict, before.p_yes, after.p_yes, causes)


def _moved(before: Verdict, after: Verdict, last: _Sitting, sitting: _Sitting) -> Iterator[Reason]:
    """The events that came, went or changed."""
    ids = dict.fromkeys((*before.events, *after.events))
    old, new = last.grounds.by_category, sitting.grounds.by_category
    categories = [category for category, many in new.items() if old.get(category) is not many]
    was = {id_: event for each in categories for id_ in ids if (event := last.events(each).get(id_))}
    now = {id_: event for each in categories for id_ in ids if (event := sitting.events(each).get(id_))}
    taxonomy = sitting.grounds.taxonomy
    for id_ in ids:
        one, other = was.get(id_), now.get(id_)
        if one == other:
            continue
        event = other or one
        if event is None:
            continue
        words = event_words(event, taxonomy)
        if one is None:
            yield Reason("event", f"Now known: {words}.", _facts(event))
        elif other is None:
            yield Reason("event_gone", f"No longer told: {words}.", _facts(event))
        else:
            moved = {name: [_plain(one, name), _plain(other, name)] for name in _differing(one, other)}
            told = "; ".join(f"{name.replace('_', ' ')} {pair[0]} to {pair[1]}" for name, pair in moved.items())
            if moved:
                yield Reason("event_changed", f"Told anew: {words}: {told}.", {**_facts(event), "changed": moved})


def _differing(one: Event, other: Event) -> list[str]:
    return [
        each.name
        for each in fields(Event)
        if each.name in TOLD and getattr(one, each.name) != getattr(other, each.name)
    ]


def _plain(event: Event, name: str) -> object:
    value = getattr(event, name)
    return value.isoformat() if isinstance(value, date) else value


def _facts(event: Event) -> dict[str, object]:
    return {"event": event.id, "on": event.on.isoformat(), "p_occurred": event.p_occurred, "wires": event.wires}
