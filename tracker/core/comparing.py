"""Rules that set one count against others: a baseline period, a rank, the nearest year, before and after."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from math import inf, sqrt

from tracker.core import wording
from tracker.core.days import DateSpan
from tracker.core.findings import Finding, counted, disputed, inputs_of, rounded, silent, undecided
from tracker.core.forecasts import BeforeAfter, Bound, Compare, NearestYear, Rank, Window
from tracker.core.limits import BOUND_WORDS, Limit, exact, integer_limit
from tracker.core.odds import Odds, of
from tracker.core.tallies import Grounds, Tally, tally
from tracker.core.verdicts import Reason


def compare(rule: Compare, window: Window, grounds: Grounds) -> Finding:
    """The window's count against the baseline's. The baseline must be covered, for an unheard period has no
    count; the window's own count may decide early by presence."""
    mine = tally(rule.measure, window, grounds)
    base = tally(rule.measure, rule.baseline, grounds)
    if rule.how == "ratio" and base.bounded and base.high == 0:
        return _no_baseline(rule, mine, base, grounds)
    if rule.how == "ratio":
        needs = f"{BOUND_WORDS[rule.bound]} {rule.number:g} times {wording.number(base.low, 'zero')}"
        return _against(mine, base, exact(rule.number), Fraction(0), rule.bound, needs, grounds)
    needs = _difference(rule.bound, rule.number, base)
    return _against(mine, base, Fraction(1), exact(rule.number), rule.bound, needs, grounds)


def _difference(bound: Bound, number: float, base: Tally) -> str:
    """ "more than 14", "at least 2 above 14", "at most 1 below 14"."""
    count = wording.number(base.low, "zero")
    if number == 0:
        return f"{BOUND_WORDS[bound]} {count}"
    return f"{BOUND_WORDS[bound]} {abs(number):g} {'above' if number > 0 else 'below'} {count}"


def _no_baseline(rule: Compare, mine: Tally, base: Tally, grounds: Grounds) -> Finding:
    when = wording.during(rule.baseline.span)
    text = f"there was no {rule.measure.named(1)} {when}, so there is nothing to compare with"
    return Finding(
        holds=None,
        state="not_checkable",
        reasons=(counted(mine, "", grounds), Reason("no_baseline", wording.sentence(text), {})),
        events=mine.events,
        decided_on=base.due_on,
        inputs=inputs_of([mine, base]),
    )


def _against(
    mine: Tally,
    base: Tally,
    factor: Fraction,
    offset: Fraction,
    bound: Bound,
    needs: str,
    grounds: Grounds,
) -> Finding:
    """Whether mine is ``bound`` factor x base + offset, for every baseline count that is possible.

    A ratio (no offset) to a baseline of 0 says nothing and is left out.
    """
    ratio = not offset and factor != 1
    reasons = [counted(mine, f"the claim needs {needs}", grounds), counted(base, "", grounds)]
    if not base.bounded:
        return undecided([mine, base], tuple(reasons))
    limits = [
        integer_limit(bound, factor * int(edge) + offset)
        for edge in range(base.low, int(base.high) + 1)
        if edge or not ratio
    ]
    answers = {limit.holds(mine.low, mine.high) for limit in limits}
    if len(answers) != 1 or None in answers:
        return undecided([mine, base], tuple(reasons))
    holds = answers.pop() is True
    limit = limits[0]
    by_presence = holds == (limit.side == "least")
    if not by_presence:
        reasons += [silent(mine), silent(base)]
    reasons += [disputed(each) for each in (mine, base) if each.disputed]
    due = [mine.due_on, base.due_on]
    return Finding(
        holds=holds,
        state="decided",
        reasons=tuple(reasons),
        events=mine.events,
        by="baseline" if by_presence else "silence",
        margin=wording.flip(limit.steps(mine.low), not by_presence, mine.measure, mine.low),
        steps=limit.steps(mine.low),
        p_true=rounded(_chance(mine, base, factor, offset, bound)),
        decided_on=mine.reached_on(limit.presence, grounds.taxonomy)
        if by_presence
        else max((day for day in due if day is not None), default=None),
        inputs=inputs_of([mine, base]),
    )


def chance_against(rule: Compare, mine: Tally, base: Tally) -> float:
    """P(the comparison holds) by the odds of the two counts."""
    if rule.how == "ratio":
        return _chance(mine, base, exact(rule.number), Fraction(0), rule.bound)
    return _chance(mine, base, Fraction(1), exact(rule.number), rule.bound)


def _chance(mine: Tally, base: Tally, factor: Fraction, offset: Fraction, bound: Bound) -> float:
    """P(mine keeps to the bound), the two counts taken as independent."""
    return sum(
        chance * integer_limit(bound, factor * (base.odds.start + place) + offset).chance(mine.odds)
        for place, chance in enumerate(base.odds.chances)
        if base.odds.start + place or offset or factor == 1
    )


def rank(rule: Rank, window: Window, grounds: Grounds) -> Finding:
    """Whether fewer than ``top`` of the other periods have a greater count."""
    mine = tally(rule.measure, window, grounds)
    others = [tally(rule.measure, other, grounds) for other in rule.others]
    surely = sum(other.low > mine.high for other in others)
    perhaps = sum(other.high > mine.low for other in others)
    everything = [mine, *others]
    standing = ", ".join(f"{other.window.label}: {other.low}" for other in others)
    text = (
        f"{wording.counted(mine.low, rule.measure)} {wording.during(window.span)} against {standing}; "
        f"the claim needs a place among the first {wording.number(rule.top)}"
    )
    reasons = (Reason("rank", wording.sentence(text), {"greater": perhaps, "top": rule.top}),)
    holds = True if perhaps < rule.top else False if surely >= rule.top else None
    if holds is None:
        return undecided(everything, reasons)
    line = sorted((other.low for other in others), reverse=True)[rule.top - 1 : rule.top]
    steps = max(abs(mine.low - line[0]) + (1 if holds else 0), 1) if line else None
    odds = [(1, _greater(other, mine.low)) for other in others]
    due = [each.due_on for each in everything if each.due_on is not None]
    return Finding(
        holds=holds,
        state="decided",
        reasons=reasons,
        events=mine.events,
        by="silence",
        margin=wording.flip(steps, not holds, rule.measure, mine.low) if steps else "Nothing could flip it.",
        steps=steps,
        p_true=rounded(of(odds).below(rule.top)),
        decided_on=max(due, default=None),
        inputs=inputs_of(everything),
    )


def _greater(other: Tally, count: int) -> float:
    """P(the other period's count is greater than this count)."""
    return other.odds.at_least(count + 1)


def nearest_year(rule: NearestYear, window: Window, grounds: Grounds) -> Finding:
    """Which other period the window is nearest to over several measures. Every count must be exact."""
    periods = (window, *rule.others)
    table = [[tally(measure, period, grounds) for period in periods] for measure in rule.measures]
    flat = [each for row in table for each in row]
    if not all(each.exact for each in flat):
        mine = tuple(counted(row[0], "", grounds) for row in table)
        return undecided([each for each in flat if not each.exact], mine, inputs=inputs_of(flat))
    distances = _distances([[each.low for each in row] for row in table])
    named = sorted(zip(distances, (other.label for other in rule.others), strict=True))
    holds = named[0][1] == rule.expected
    reach = min(distance for distance, name in named if name == rule.expected)
    shown = ", ".join(f"{name} {distance:.2f}" for distance, name in named)
    text = f"the distances are {shown}; the claim needs {rule.expected} to be the nearest"
    rivals = [distance for distance, name in named if name != rule.expected]
    lead = abs((min(rivals) if rivals else inf) - reach)
    due = [each.due_on for each in flat if each.due_on is not None]
    return Finding(
        holds=holds,
        state="decided",
        reasons=(Reason("nearest", wording.sentence(text), {name: round(distance, 4) for distance, name in named}),),
        events=tuple({event.id: event for row in table for event in row[0].events}.values()),
        by="silence",
        p_true=None
        if grounds.bare
        else _chance_of_nearest(
            tuple(tuple(each.odds for each in row) for row in table),
            [other.label for other in rule.others].index(rule.expected),
        ),
        margin=f"{rule.expected} is {'nearest by' if holds else 'farther than the nearest by'} {lead:.2f}.",
        decided_on=max(due, default=None),
        inputs=inputs_of(flat),
    )


POINTS = 512
"""Points of the lattice by which the probability of a distance is reckoned: good for two places."""


@lru_cache(maxsize=32)
def _chance_of_nearest(table: tuple[tuple[Odds, ...], ...], expected: int) -> float:
    """P(the period at ``expected`` is the nearest), the counts taken as independent.

    A distance of scaled counts has no simple distribution, so the counts are drawn at the points of a fixed
    lattice (Kronecker's: fractional parts of multiples of square roots of primes), the same each time.
    """
    flat = [_ladder(odds) for row in table for odds in row]
    roots = [sqrt(prime) % 1.0 for prime in _primes(len(flat))]
    width, hits = len(table[0]), 0
    for point in range(1, POINTS + 1):
        drawn = [
            start + min(bisect_left(steps, point * root % 1.0), len(steps) - 1)
            for (start, steps), root in zip(flat, roots, strict=True)
        ]
        distances = _distances([drawn[place : place + width] for place in range(0, len(drawn), width)])
        hits += min(range(len(distances)), key=distances.__getitem__) == expected
    return round(hits / POINTS, 2)


def _ladder(odds: Odds) -> tuple[int, list[float]]:
    return odds.start, list(accumulate(odds.chances))


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


def _distances(table: Sequence[Sequence[int]]) -> list[float]:
    """From the first column to each other one, each row scaled by its range (a constant row adds nothing)."""
    sums = [0.0] * (len(table[0]) - 1)
    for row in table:
        width = max(row) - min(row)
        for place, value in enumerate(row[1:]):
            if width:
                sums[place] += ((value - row[0]) / width) ** 2
    return [sqrt(each) for each in sums]


def before_after(rule: BeforeAfter, window: Window, grounds: Grounds) -> Finding:
    """The days after the window's first anchor event against as many before it."""
    anchors = tally(rule.anchor, window, grounds)
    if not anchors.events:
        return _no_anchor(anchors, grounds)
    pivot = anchors.events[0].on
    day, length = timedelta(days=1), timedelta(days=rule.days)
    sides = (DateSpan(pivot + day, pivot + length), DateSpan(pivot - length, pivot - day))
    after, before = (
        tally(rule.measure, Window(label, span, window.zone), grounds)
        for label, span in zip(("after", "before"), sides, strict=True)
    )
    needs = _difference(rule.bound, rule.number, before)
    return _against(after, before, Fraction(1), exact(rule.number), rule.bound, needs, grounds)


def _no_anchor(anchors: Tally, grounds: Grounds) -> Finding:
    limit = Limit("least", 1)
    reasons = (counted(anchors, "the comparison turns on the first one", grounds),)
    if limit.holds(anchors.low, anchors.high) is None:
        return undecided([anchors], reasons)
    return Finding(
        holds=None,
        state="annulled",
        reasons=(*reasons, silent(anchors)),
        decided_on=anchors.due_on,
        inputs=inputs_of([anchors]),
    )
