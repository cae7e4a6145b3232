"""The closed set of rules, one pure function each: what a rule comes to over a window.

Counting rules are here, comparisons in ``comparing``, and ``find`` chooses. All work on bounds: a count is
at least what presence shows and at most what silence admits, so what presence decides may come early and what
silence decides waits for the window, its settlement and coverage.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from math import exp

from tracker.core import wording
from tracker.core.comparing import before_after, compare, nearest_year, rank
from tracker.core.days import end_of, start_of
from tracker.core.findings import (
    Finding,
    counted,
    disputed,
    inputs_of,
    resting_on,
    rounded,
    silent,
    undecided,
)
from tracker.core.forecasts import (
    Absent,
    BeforeAfter,
    Compare,
    Count,
    Gap,
    KOfN,
    Measure,
    NearestYear,
    Occurs,
    Rank,
    Rule,
    SeriesValue,
    Window,
)
from tracker.core.limits import BOUND_WORDS, Limit, integer_limit, meets
from tracker.core.odds import Odds, of
from tracker.core.tallies import Grounds, Tally, tally
from tracker.core.verdicts import Reason
from tracker.core.words import day_words, listed_words

NAMED_TURNS = 2
"""A margin says what would turn each part up to so many parts; beyond it only how many."""


def find(rule: Rule, window: Window, grounds: Grounds) -> Finding:
    """What the rule comes to over the window on these grounds. Total: it never raises for a valid rule."""
    match rule:
        case Occurs(measure):
            return count(measure, Limit("least", 1), window, grounds)
        case Absent(measure):
            return count(measure, Limit("most", 0), window, grounds)
        case Count(measure, bound, number):
            return count(measure, integer_limit(bound, number), window, grounds)
        case Compare():
            return compare(rule, window, grounds)
        case Rank():
            return rank(rule, window, grounds)
        case NearestYear():
            return nearest_year(rule, window, grounds)
        case BeforeAfter():
            return before_after(rule, window, grounds)
        case Gap():
            return gap(rule, window, grounds)
        case KOfN():
            return k_of_n(rule, window, grounds)
        case SeriesValue():
            return series_value(rule, window, grounds)


def count(measure: Measure, limit: Limit, window: Window, grounds: Grounds) -> Finding:
    """So many at least, or at most, in the window."""
    found = tally(measure, window, grounds)
    holds = limit.holds(found.low, found.high)
    reasons = [counted(found, f"the claim needs {_needs(limit)}", grounds)]
    if holds is None:
        steps = limit.to_presence(found.low)
        margin = wording.flip(steps, True, measure, found.low, "decide it now")
        return undecided([found], tuple(reasons), margin)
    by_presence = holds == (limit.side == "least")
    if by_presence:
        decided_on = found.reached_on(limit.presence, grounds.taxonomy)
    else:
        decided_on = found.due_on
        reasons.append(silent(found))
    if found.disputed:
        reasons.append(disputed(found))
    return Finding(
        holds=holds,
        state="decided",
        reasons=tuple(reasons),
        events=found.events,
        by="presence" if by_presence else "silence",
        margin=wording.flip(limit.steps(found.low), not by_presence, measure, found.low),
        steps=limit.steps(found.low),
        p_true=rounded(limit.chance(found.odds)),
        decided_on=decided_on,
        inputs=inputs_of([found]),
    )


def _needs(limit: Limit) -> str:
    if limit.side == "most":
        return "none" if limit.number == 0 else f"at most {wording.number(limit.number)}"
    return f"at least {wording.number(limit.number)}"


def gap(rule: Gap, window: Window, grounds: Grounds) -> Finding:
    """The longest run of days without one. A new event only shortens it: presence settles "at most"."""
    found = tally(rule.measure, window, grounds)
    longest = _longest(window, [event.on for event in found.events])
    every = sorted(event.on for event in (*found.events, *found.disputed))
    shortest = _longest(window, every) if found.bounded else 0
    asked = rule.number if rule.bound == "at_least" else rule.number + 1
    is_long = True if shortest >= asked else False if longest < asked else None
    text = (
        f"The longest run of days without {rule.measure.named(2)} {wording.during(window.span)} is "
        f"{longest} days; the claim needs {BOUND_WORDS[rule.bound]} {rule.number}."
    )
    reasons: tuple[Reason, ...] = (counted(found, "", grounds), Reason("gap_length", text, {"days": longest}))
    if is_long is None:
        return undecided([found], reasons)
    if is_long:
        reasons = (*reasons, silent(found))
    p_long = _chance_of_gap(window, found, asked)
    holds = is_long == (rule.bound == "at_least")
    difference = abs(longest - asked) + (1 if is_long else 0)
    change = "shorter" if is_long else "longer"
    return Finding(
        holds=holds,
        state="decided",
        reasons=reasons,
        events=found.events,
        by="silence" if is_long else "presence",
        margin=wording.sentence(
            f"a longest run {wording.number(difference)} day{'s' * (difference != 1)} {change} would flip it"
        ),
        steps=difference,
        p_true=rounded(p_long if rule.bound == "at_least" else 1.0 - p_long),
        decided_on=found.due_on if is_long else max(every, default=window.span.last),
        inputs=inputs_of([found]),
    )


def _longest(window: Window, days: list[date]) -> int:
    edges = [window.span.first - timedelta(days=1), *sorted(days), window.span.last + timedelta(days=1)]
    return max((later - sooner).days - 1 for sooner, later in pairwise(edges))


def _chance_of_gap(window: Window, found: Tally, asked: int) -> float:
    """P(some run of ``asked`` days is empty), each event day being real with its own probability.

    Walks the days in order, keeping P(no long run so far and this day is the last real one); a hidden event
    inside a long run is weighed by the share of the window that the run takes.
    """
    fails: dict[date, float] = {}
    for event in (*found.events, *found.disputed):
        fails[event.on] = fails.get(event.on, 1.0) * (1.0 - event.p_occurred)
    none_yet: dict[date, float] = {window.span.first - timedelta(days=1): 1.0}
    for on in sorted(fails):
        reaching = sum(p for last, p in none_yet.items() if (on - last).days - 1 < asked)
        none_yet = {last: p * fails[on] for last, p in none_yet.items()}
        none_yet[on] = reaching * (1.0 - fails[on])
    end = window.span.last + timedelta(days=1)
    short = sum(p for last, p in none_yet.items() if (end - last).days - 1 < asked)
    return (1.0 - short) * exp(-found.hidden * min(1.0, asked / window.span.days))


def k_of_n(rule: KOfN, window: Window, grounds: Grounds) -> Finding:
    """At least k parts hold; a part that cannot be compared or checked counts as one that does not hold."""
    found = [find(part.rule, window, grounds) for part in rule.parts]
    holding = [each for each in found if each.holds is True]
    failing = [each for each in found if each.holds is False or each.state == "not_checkable"]
    waiting = len(found) - len(holding) - len(failing)
    holds = True if len(holding) >= rule.k else False if len(found) - len(failing) < rule.k else None
    reasons = (_parts_reason(rule, len(holding), len(failing), waiting), *_part_reasons(rule, found))
    events = tuple({event.id: event for each in found for event in each.events}.values())
    inputs = tuple(each.inputs for each in found)
    if holds is None:
        states = {each.state for each in found if each.holds is None}
        state = next((s for s in ("open", "awaiting_data", "ambiguous") if s in states), "ambiguous")
        gaps = {gap for each in found if each.holds is None for gap in each.gaps}
        return Finding(
            None,
            state,  # type: ignore[arg-type]  # one of the three literals of the tuple above
            reasons,
            events,
            gaps=tuple(sorted(gaps, key=lambda span: (span.first, span.last))),
            inputs=inputs,
        )
    deciders = holding if holds else failing
    needed = rule.k if holds else len(found) - rule.k + 1
    days = sorted(each.decided_on for each in deciders if each.decided_on is not None)
    steps, margin = _margin(rule, found, len(holding), holds)
    partial = not holds and 0 < rule.partial_from <= len(holding) and waiting == 0
    return Finding(
        holds=None if partial else holds,
        state="partial" if partial else "decided",
        reasons=reasons,
        events=events,
        by=resting_on(each.by for each in deciders),
        margin=margin,
        steps=steps,
        p_true=_chance_of_parts(rule.k, found, holds),
        decided_on=days[min(needed, len(days)) - 1] if days else None,
        inputs=inputs,
    )


def _parts_reason(rule: KOfN, holding: int, failing: int, waiting: int) -> Reason:
    text = (
        f"{wording.number(holding, 'none')} of {wording.number(len(rule.parts))} parts hold, "
        f"{wording.number(failing, 'none')} fail, {wording.number(waiting, 'none')} cannot be told yet; "
        f"the claim needs {wording.number(rule.k)}"
    )
    data = {"holding": holding, "failing": failing, "waiting": waiting, "needed": rule.k}
    return Reason("parts", wording.sentence(text), data)


def _part_reasons(rule: KOfN, found: list[Finding]) -> tuple[Reason, ...]:
    """One reason a part, what it was decided on in words; parts of a part follow it, one by one."""
    reasons = []
    for part, each in zip(rule.parts, found, strict=True):
        word = {True: "holds", False: "does not hold", None: each.state.replace("_", " ")}[each.holds]
        own = [reason for reason in each.reasons if reason.code != "part"]
        told = " ".join(reason.text for reason in own if reason.code != "silence")
        data = {
            "label": part.label,
            "holds": each.holds,
            "state": each.state,
            "reasons": [{"code": reason.code, "data": dict(reason.data)} for reason in own],
        }
        reasons.append(Reason("part", f"{part.label}: {word}. {told}".strip(), data))
        reasons += [reason for reason in each.reasons if reason.code == "part"]
    return tuple(reasons)


def _margin(rule: KOfN, found: list[Finding], holding: int, holds: bool) -> tuple[int, str]:
    """How many parts would have to turn; where one or two would do, what turns the nearest of them."""
    turns = holding - rule.k + 1 if holds else rule.k - holding
    near = sorted(
        (each.steps, place) for place, each in enumerate(found) if each.holds is holds and each.steps is not None
    )[:turns]
    if turns <= NAMED_TURNS and len(near) == turns:
        words = [f"{rule.parts[place].label}: {found[place].margin}" for _, place in near]
        return sum(steps for steps, _ in near), " And ".join(words)
    noun = "part" if turns == 1 else "parts"
    turned = f"{noun} no longer held" if holds else f"more {noun} held"
    return turns, wording.sentence(f"it would flip if {wording.number(turns)} {turned}")


def _chance_of_parts(k: int, found: list[Finding], holds: bool) -> float:
    """P(k or more parts hold), taken as independent. A part without a probability is taken against the
    finding, so that the figure never claims more than is known."""
    spare = 0.0 if holds else 1.0
    chances = [
        0.0 if each.state == "not_checkable" else spare if each.p_true is None else each.p_true for each in found
    ]
    odds: Odds = of((1, p) for p in chances)
    return rounded(odds.at_least(k))


def series_value(rule: SeriesValue, window: Window, grounds: Grounds) -> Finding:
    """A published figure against a number or another figure; waits for the window and for the publication."""
    left = _figure(rule.series, rule.period, grounds)
    right = _figure(rule.other, rule.other_period, grounds) if rule.other else rule.number
    names = [(rule.series, rule.period)] + ([(rule.other, rule.other_period)] if rule.other else [])
    inputs = tuple((name, period, _figure(name, period, grounds)) for name, period in names)
    readable = grounds.now >= start_of(rule.known_on, window.zone)
    closed = grounds.now >= end_of(window.span.last, window.zone)
    if left is None or right is None or not readable or not closed:
        return _figure_missing(rule, names, closed, grounds, inputs)
    holds = meets(left, rule.bound, right)
    against = f"{right:g}"
    if rule.other:
        against += f" ({_label(rule.other, grounds)}, {rule.other_period})"
    text = (
        f"{_label(rule.series, grounds)} stands at {left:g} for {rule.period}; the claim needs "
        f"{BOUND_WORDS[rule.bound]} {against}"
    )
    citations = [grounds.series[name].citation(period) for name, period in names]
    distance = abs(left - right)
    return Finding(
        holds=holds,
        state="decided",
        reasons=(Reason("series", wording.sentence(text), {"value": left, "against": right, "cited": citations}),),
        by="figure",
        margin=wording.sentence(f"a figure {distance:g} {'lower' if left > right else 'higher'} would reach the line")
        if distance
        else "The figure stands exactly on the line.",
        p_true=rounded(1.0 - rule.doubt if holds else rule.doubt),
        decided_on=max(rule.known_on, window.span.last),
        inputs=inputs,
    )


def _figure(name: str, period: str, grounds: Grounds) -> float | None:
    series = grounds.series.get(name)
    return series.value(period) if series is not None else None


def _label(name: str, grounds: Grounds) -> str:
    series = grounds.series.get(name)
    return series.label if series is not None else name


def _figure_missing(
    rule: SeriesValue,
    names: list[tuple[str, str]],
    closed: bool,
    grounds: Grounds,
    inputs: tuple[object, ...],
) -> Finding:
    lacking = [
        f"{_label(name, grounds)} for {period}" for name, period in names if _figure(name, period, grounds) is None
    ]
    if lacking:
        text = f"no value is kept of {listed_words(lacking)}; add it to config/baselines with its source"
    elif closed:
        text = f"the figures could be read from {day_words(rule.known_on)}"
    else:
        text = "the window still runs"
    state = "awaiting_data" if closed else "open"
    return Finding(
        None,
        "awaiting_data" if state == "awaiting_data" else "open",
        (Reason("series", wording.sentence(text), {"lacking": lacking}),),
        inputs=inputs,
    )
