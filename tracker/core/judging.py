"""Judging: every reading of every claim, over each of its windows, as known at an instant.

The same evidence always gives the same verdicts; nothing here remembers an earlier one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from tracker.core import wording
from tracker.core.base_rates import Reckoning, reckon
from tracker.core.baselines import Series
from tracker.core.coverage import Coverage
from tracker.core.events import Event
from tracker.core.findings import Finding, State, resting_on
from tracker.core.forecasts import Forecast, Given, Reading, Rule, SeriesValue, Window, flat
from tracker.core.outlooks import outlook as outlook_of
from tracker.core.rules import find
from tracker.core.scoring import brier
from tracker.core.tallies import Grounds, Question, Tally, prepare, tally
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import Timeline
from tracker.core.turning import LOOKED_AT, rivals_of, turn_of
from tracker.core.verdicts import Outcome, Outlook, Reason, Turn, Verdict

JUDGED_AS = 2
"""Counts up when a verdict comes to say more on the same grounds, so that it is a new row beside the old one."""


def judge(
    forecast: Forecast,
    timeline: Timeline,
    coverage: Coverage,
    series: Mapping[str, Series],
    taxonomy: Taxonomy,
    now: datetime,
    others: Sequence[Forecast] = (),
) -> tuple[Verdict, ...]:
    """The verdicts on one claim, one a (reading, window), in the order of its config.

    ``others`` are the claims it may be conditional on. Events known after ``now`` are left out.
    """
    grounds = prepare(timeline, coverage, series, taxonomy, now, forecast.made_on)
    return Court((*others, forecast), grounds).verdicts(forecast)


def judge_all(
    forecasts: Sequence[Forecast],
    timeline: Timeline,
    coverage: Coverage,
    series: Mapping[str, Series],
    taxonomy: Taxonomy,
    now: datetime,
) -> tuple[Verdict, ...]:
    """The verdicts on all claims, in their order; a claim that others depend on is judged once."""
    court = Court(forecasts, prepare(timeline, coverage, series, taxonomy, now, date.min))
    return court.sit()


def inputs_hash(*parts: object) -> str:
    """A stable sha256 (hex) over plain values (JSON): equal inputs in any process give the same."""
    plain = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(plain.encode()).hexdigest()


Key = tuple[str, str, str]
"""A claim's id, its reading's and its window's label."""


@dataclass(frozen=True)
class _Weighed:
    """What was found of one reading, the questions it rests on with their answers, and whether it would be found
    again while those answers stay as they are (a published figure also waits for its day)."""

    finding: Finding
    asked: tuple[tuple[Question, Tally], ...]
    steady: bool


class Court:
    """One sitting: the claims by id, the grounds, and what was found so far (for claims others rest on).

    ``before`` is a sitting on grounds that differ little; what rests on nothing that moved is taken over from it.
    ``brief`` leaves out what single events and readings would turn, and the hash.
    """

    def __init__(
        self, forecasts: Sequence[Forecast], grounds: Grounds, before: Court | None = None, brief: bool = False
    ) -> None:
        self.forecasts = {each.id: each for each in forecasts}
        self.grounds = grounds
        self.brief = brief
        self._before = before
        self._found: dict[Key, _Weighed] = {}
        self._by_day: dict[date, Grounds] = {}
        self._given: dict[Key, tuple[_Weighed, Outlook | None, Verdict]] = {}
        self._without: dict[str, Court] = {}

    def sit(self) -> tuple[Verdict, ...]:
        """The verdicts on all claims, in their order."""
        return tuple(verdict for each in self.forecasts.values() for verdict in self.verdicts(each))

    def close(self) -> None:
        """Let go of the sitting before, once nothing more is asked of it."""
        self._before = None

    def verdicts(self, forecast: Forecast) -> tuple[Verdict, ...]:
        found = tuple(
            self._verdict(forecast, reading, window) for reading in forecast.readings for window in reading.windows
        )
        return found if self.brief or len(found) == 1 else tuple(_beside_rivals(each, found) for each in found)

    def outcome(self, forecast: Forecast, reading: Reading, window: Window) -> Outcome:
        """The bare verdict on one reading."""
        return _outcome(self._weighed(forecast, reading, window, frozenset()).finding)

    def counts(self, verdict: Verdict) -> tuple[Tally, ...]:
        """Every count a verdict rests on, those of its conditions and of the periods it compares with among them, in
        the order in which they were asked for; none for a verdict on what is no longer claimed."""
        forecast = self.forecasts.get(verdict.forecast)
        for reading in forecast.readings if forecast is not None else ():
            for window in reading.windows:
                if (reading.id, window.label) == (verdict.reading, verdict.window) and forecast is not None:
                    return tuple(answer for _, answer in self._weighed(forecast, reading, window, frozenset()).asked)
        return ()

    def without(self, event: Event) -> Court:
        """The sitting there would be had the event never been reported."""
        if event.id not in self._without:
            category = event.category
            left = tuple(each for each in self.grounds.by_category[category] if each.id != event.id)
            grounds = replace(
                self.grounds, by_category={**self.grounds.by_category, category: left}, tallied={}, bare=True
            )
            self._without[event.id] = Court(tuple(self.forecasts.values()), grounds, self, brief=True)
        return self._without[event.id]

    def _grounds(self, made_on: date) -> Grounds:
        """The grounds of documents of that day; what the past led to expect depends on it."""
        if made_on not in self._by_day:
            kept = self._before._by_day.get(made_on) if self._before is not None else None
            before = kept.tallied if kept is not None else {}
            self._by_day[made_on] = replace(self.grounds, made_on=made_on, tallied={}, before=before, asked=[])
        return self._by_day[made_on]

    def _verdict(self, forecast: Forecast, reading: Reading, window: Window) -> Verdict:
        key = (forecast.id, reading.id, window.label)
        weighed = self._weighed(forecast, reading, window, frozenset())
        outlook = self._outlook(forecast, reading, window, weighed.finding)
        old = self._before._given.get(key) if self._before is not None else None
        if old is not None and old[0] is weighed and old[1] == outlook:
            verdict = old[2]
        else:
            verdict = self._new_verdict(forecast, reading, window, weighed.finding, outlook)
        self._given[key] = weighed, outlook, verdict
        return verdict

    def _outlook(self, forecast: Forecast, reading: Reading, window: Window, finding: Finding) -> Outlook | None:
        if finding.state != "open" or reading.rule is None:
            return None
        return outlook_of(
            reading.rule, window, self._grounds(forecast.made_on), reading.base_rate or forecast.base_rate
        )

    def _new_verdict(
        self, forecast: Forecast, reading: Reading, window: Window, finding: Finding, outlook: Outlook | None
    ) -> Verdict:
        base = reading.base_rate or forecast.base_rate
        reckoning = reckon(base, self.grounds.series) if base is not None else None
        implied = reading.p_implied or forecast.p_implied
        outcome = _outcome(finding)
        scored = reading.scored and implied is not None and finding.holds is not None
        return Verdict(
            forecast=forecast.id,
            ref=forecast.ref,
            kind=forecast.kind,
            reading=reading.id,
            window=window.label,
            scored=reading.scored,
            view=self.grounds.timeline.view,
            verdict=outcome,
            claim_held=finding.holds,
            p_yes=finding.p_true if finding.holds is not None else None,
            decided_on=finding.decided_on,
            margin=finding.margin,
            reasons=(*finding.reasons, *_base_reason(reckoning)),
            events=tuple(event.id for event in finding.events),
            p_implied=implied,
            p_reference=round(reckoning.p, 6) if reckoning is not None else None,
            brier=brier(implied.mid, finding.holds is True) if scored and implied is not None else None,
            cluster=forecast.cluster,
            written=forecast.written,
            by=finding.by,
            outlook=outlook,
            turns=() if self.brief else self._turns(forecast, reading, window, finding, outcome),
            inputs_hash="" if self.brief else self._hash(forecast, reading, window, finding, reckoning, outlook),
        )

    def _hash(
        self,
        forecast: Forecast,
        reading: Reading,
        window: Window,
        finding: Finding,
        reckoning: Reckoning | None,
        outlook: Outlook | None,
    ) -> str:
        return inputs_hash(
            JUDGED_AS,
            forecast.config_hash,
            [reading.id, window.label, self.grounds.timeline.view, _outcome(finding)],
            finding.inputs,
            [] if reckoning is None else [reckoning.p, reckoning.hits, reckoning.trials],
            [] if outlook is None else [outlook.p, outlook.text],
        )

    def _turns(
        self, forecast: Forecast, reading: Reading, window: Window, finding: Finding, outcome: Outcome
    ) -> tuple[Turn, ...]:
        events = [*finding.events, *(event for event in finding.doubtful if event not in finding.events)]
        if finding.state in ("open", "not_checkable") or len(events) > LOOKED_AT:
            return ()
        other = ((event, self.without(event).outcome(forecast, reading, window)) for event in events)
        return tuple(turn_of(event, verdict, self.grounds.taxonomy) for event, verdict in other if verdict != outcome)

    def _weighed(self, forecast: Forecast, reading: Reading, window: Window, asking: frozenset[Key]) -> _Weighed:
        key = (forecast.id, reading.id, window.label)
        if key in self._found:
            self._grounds(forecast.made_on).asked.extend(question for question, _ in self._found[key].asked)
            return self._found[key]
        old = self._before._found.get(key) if self._before is not None else None
        if old is not None and old.steady and self._unmoved(forecast, old):
            self._found[key] = old
            return old
        grounds = self._grounds(forecast.made_on)
        start = len(grounds.asked)
        finding = self._weigh(forecast, reading, window, asking | {key})
        questions = tuple(dict.fromkeys(grounds.asked[start:]))
        answers = tuple((question, grounds.tallied[question][0]) for question in questions)
        steady = not any(isinstance(rule, SeriesValue) for rule in self._rules_under(reading, set()))
        self._found[key] = _Weighed(finding, answers, steady)
        return self._found[key]

    def _unmoved(self, forecast: Forecast, old: _Weighed) -> bool:
        grounds = self._grounds(forecast.made_on)
        return all(tally(measure, window, grounds) is answer for (measure, window), answer in old.asked)

    def _rules_under(self, reading: Reading, seen: set[tuple[str, str]]) -> Iterator[Rule]:
        """Every rule that a reading's verdict may come from, through its conditions and their parts."""
        if reading.rule is not None:
            yield from flat(reading.rule)
        given = reading.given
        if given is not None and given.rule is not None:
            yield from flat(given.rule)
        elif given is not None and (given.forecast, given.reading) not in seen:
            seen.add((given.forecast, given.reading))
            parent = self.forecasts.get(given.forecast)
            for each in parent.readings if parent is not None else ():
                if each.id == given.reading:
                    yield from self._rules_under(each, seen)

    def _weigh(self, forecast: Forecast, reading: Reading, window: Window, asking: frozenset[Key]) -> Finding:
        if reading.rule is None:
            text = reading.fine_print or "No rule can check this."
            return Finding(None, "not_checkable", (Reason("not_checkable", text, {}),))
        grounds = self._grounds(forecast.made_on)
        finding = find(reading.rule, window, grounds)
        if reading.given is None:
            return finding
        return _under(reading.given, self._condition(reading.given, window, grounds, asking), finding)

    def _condition(self, given: Given, window: Window, grounds: Grounds, asking: frozenset[Key]) -> Finding:
        if given.rule is not None:
            return find(given.rule, given.window or window, grounds)
        parent = self.forecasts.get(given.forecast)
        found = next((each for each in parent.readings if each.id == given.reading), None) if parent else None
        if parent is None or found is None:
            return _lost(f"the claim it depends on ({given.forecast}, {given.reading}) is not known")
        theirs = next((each for each in found.windows if each.label == window.label), found.windows[0])
        if (parent.id, found.id, theirs.label) in asking:
            return _lost("it depends on itself in a circle; break the circle in its forecast file")
        return self._weighed(parent, found, theirs, asking).finding


def _beside_rivals(verdict: Verdict, found: Sequence[Verdict]) -> Verdict:
    rivals = rivals_of(verdict, found)
    if not rivals:
        return verdict
    hashed = inputs_hash(verdict.inputs_hash, [[each.id, each.verdict] for each in rivals])
    return replace(verdict, turns=(*verdict.turns, *rivals), inputs_hash=hashed)


def _lost(text: str) -> Finding:
    return Finding(None, "not_checkable", (Reason("not_checkable", wording.sentence(text), {}),))


def _under(given: Given, condition: Finding, finding: Finding) -> Finding:
    """A finding under its condition: undecided while that is, annulled when it failed, else as found."""
    word = {True: "holds", False: "failed", None: "is not decided"}[condition.holds]
    unsaid = ("silence", "part") if condition.holds is not None else ("silence",)
    told = " ".join(reason.text for reason in condition.reasons if reason.code not in unsaid)
    grounds = [{"code": each.code, "data": dict(each.data)} for each in condition.reasons]
    data = {"label": given.label, "holds": condition.holds, "state": condition.state, "reasons": grounds}
    reason = Reason("condition", f"Condition, {given.label}: it {word}. {told}".strip(), data)
    inputs = (finding.inputs, condition.inputs)
    if condition.holds is True:
        return replace(
            finding,
            reasons=(reason, *finding.reasons),
            decided_on=_later(finding.decided_on, condition.decided_on) if finding.holds is not None else None,
            by=resting_on((finding.by, condition.by)) if finding.holds is not None else finding.by,
            doubtful=_joined(finding.doubtful, condition.doubtful),
            events=_joined(finding.events, condition.events),
            inputs=inputs,
        )
    failed = condition.holds is False
    return Finding(
        holds=None,
        state="annulled" if failed else _carried(condition),
        reasons=(reason, *finding.reasons),
        events=_joined(condition.events, finding.events),
        by=condition.by if failed else "",
        doubtful=condition.doubtful,
        margin=f"Of the condition: {condition.margin}" if failed and condition.margin else "",
        gaps=condition.gaps,
        decided_on=condition.decided_on if failed else None,
        inputs=inputs,
    )


def _carried(condition: Finding) -> State:
    """The state of a claim whose condition is undecided; a half-held condition leaves it ambiguous."""
    return "ambiguous" if condition.state in ("partial", "decided") else condition.state


def _later(first: date | None, second: date | None) -> date | None:
    days = [day for day in (first, second) if day is not None]
    return max(days, default=None)


def _joined(first: tuple[Event, ...], second: tuple[Event, ...]) -> tuple[Event, ...]:
    return tuple({event.id: event for event in (*first, *second)}.values())


def _outcome(finding: Finding) -> Outcome:
    if finding.state == "decided":
        return "yes" if finding.holds else "no"
    return finding.state


def _base_reason(reckoning: Reckoning | None) -> tuple[Reason, ...]:
    if reckoning is None:
        return ()
    data = {"p": round(reckoning.p, 6), "hits": reckoning.hits, "trials": reckoning.trials}
    return (Reason("base_rate", f"Reference probability {reckoning.p:.3g} by {reckoning.text}.", data),)
