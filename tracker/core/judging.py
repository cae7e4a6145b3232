"""Judging: every reading of every claim, over each of its windows, as known at an instant.

The same evidence always gives the same verdicts; nothing here remembers an earlier one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from tracker.core import wording
from tracker.core.base_rates import Reckoning, reckon
from tracker.core.baselines import Series
from tracker.core.coverage import Coverage
from tracker.core.events import Event
from tracker.core.findings import Finding, State
from tracker.core.forecasts import Forecast, Given, Reading, Window
from tracker.core.rules import find
from tracker.core.scoring import brier
from tracker.core.tallies import Grounds, prepare
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import Timeline
from tracker.core.verdicts import Outcome, Reason, Verdict


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
    court = _Court({each.id: each for each in (*others, forecast)}, grounds)
    return court.verdicts(forecast)


def judge_all(
    forecasts: Sequence[Forecast],
    timeline: Timeline,
    coverage: Coverage,
    series: Mapping[str, Series],
    taxonomy: Taxonomy,
    now: datetime,
) -> tuple[Verdict, ...]:
    """The verdicts on all claims, in their order; a claim that others depend on is judged once."""
    grounds = prepare(timeline, coverage, series, taxonomy, now, date.min)
    court = _Court({each.id: each for each in forecasts}, grounds)
    return tuple(verdict for each in forecasts for verdict in court.verdicts(each))


def inputs_hash(*parts: object) -> str:
    """A stable sha256 (hex) over plain values (JSON): equal inputs in any process give the same."""
    plain = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(plain.encode()).hexdigest()


@dataclass
class _Court:
    """One sitting: the claims by id, the grounds, and what was found so far (for claims others rest on)."""

    forecasts: Mapping[str, Forecast]
    grounds: Grounds
    found: dict[tuple[str, str, str], Finding] = field(default_factory=dict)
    by_day: dict[date, Grounds] = field(default_factory=dict)

    def _grounds(self, made_on: date) -> Grounds:
        """The grounds of documents of that day; what the past led to expect depends on it."""
        if made_on not in self.by_day:
            self.by_day[made_on] = replace(self.grounds, made_on=made_on, tallied={})
        return self.by_day[made_on]

    def verdicts(self, forecast: Forecast) -> tuple[Verdict, ...]:
        return tuple(
            self._verdict(forecast, reading, window) for reading in forecast.readings for window in reading.windows
        )

    def _verdict(self, forecast: Forecast, reading: Reading, window: Window) -> Verdict:
        finding = self._finding(forecast, reading, window, frozenset())
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
            inputs_hash=inputs_hash(
                forecast.config_hash,
                [reading.id, window.label, self.grounds.timeline.view, outcome],
                finding.inputs,
                [] if reckoning is None else [reckoning.p, reckoning.hits, reckoning.trials],
            ),
        )

    def _finding(
        self, forecast: Forecast, reading: Reading, window: Window, asking: frozenset[tuple[str, str, str]]
    ) -> Finding:
        key = (forecast.id, reading.id, window.label)
        if key not in self.found:
            self.found[key] = self._weigh(forecast, reading, window, asking | {key})
        return self.found[key]

    def _weigh(
        self, forecast: Forecast, reading: Reading, window: Window, asking: frozenset[tuple[str, str, str]]
    ) -> Finding:
        if reading.rule is None:
            text = reading.fine_print or "No rule can check this."
            return Finding(None, "not_checkable", (Reason("not_checkable", text, {}),))
        grounds = self._grounds(forecast.made_on)
        finding = find(reading.rule, window, grounds)
        if reading.given is None:
            return finding
        return _under(reading.given, self._condition(reading.given, window, grounds, asking), finding)

    def _condition(
        self, given: Given, window: Window, grounds: Grounds, asking: frozenset[tuple[str, str, str]]
    ) -> Finding:
        if given.rule is not None:
            return find(given.rule, given.window or window, grounds)
        parent = self.forecasts.get(given.forecast)
        found = next((each for each in parent.readings if each.id == given.reading), None) if parent else None
        if parent is None or found is None:
            return _lost(f"the claim it depends on ({given.forecast}, {given.reading}) is not known")
        theirs = next((each for each in found.windows if each.label == window.label), found.windows[0])
        if (parent.id, found.id, theirs.label) in asking:
            return _lost("it depends on itself in a circle; break the circle in its forecast file")
        return self._finding(parent, found, theirs, asking)


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
            events=_joined(finding.events, condition.events),
            inputs=inputs,
        )
    failed = condition.holds is False
    return Finding(
        holds=None,
        state="annulled" if failed else _carried(condition),
        reasons=(reason, *finding.reasons),
        events=_joined(condition.events, finding.events),
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
