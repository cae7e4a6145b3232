"""Outlooks: what the past alone leads one to expect of a window that still runs. Shown apart from verdicts.

Two plain models on named years. A claim that something occurs, or does not, with a base rate: whether a period holds
such a case is a coin of unknown bias (Beta-binomial, the base rate's own prior). A count: cases come at a constant
unknown rate (Poisson with a Gamma-distributed mean, Jeffreys' prior), on top of those already seen.
"""

from __future__ import annotations

from dataclasses import replace
from math import exp, lgamma

from tracker.core.base_rates import RATE_PRIOR, Reckoning, period_span, reckon
from tracker.core.comparing import chance_against
from tracker.core.days import day_of, end_of
from tracker.core.forecasts import (
    Absent,
    BaseRate,
    Compare,
    Count,
    KOfN,
    Measure,
    Occurs,
    Rule,
    Window,
)
from tracker.core.limits import Limit, integer_limit
from tracker.core.odds import NEGLIGIBLE, Odds, of, sum_of
from tracker.core.rules import find
from tracker.core.tallies import Grounds, has_settled, tally
from tracker.core.verdicts import Outlook

PRIORS = {"laplace": 1.0, "jeffreys": 0.5}
"""What each base-rate model adds to hits and to misses (Laplace 1774; Jeffreys 1946)."""

SUREST = 0.99
"""An outlook is never surer than this, nor given to more than two places: a handful of years bears no more."""


def outlook(rule: Rule, window: Window, grounds: Grounds, base: BaseRate | None) -> Outlook | None:
    """How probable it is that the rule will hold when the window has closed; None where it has settled, or where
    neither a base rate nor the rates of what is counted give a figure."""
    if has_settled(window.span, window.zone, grounds.now):
        return None
    reckoning = reckon(base, grounds.series) if base is not None else None
    if base is not None and reckoning is not None:
        found = _coin(rule, window, grounds, base, reckoning)
        if found is not None:
            return _said(found, "Beta-binomial", base.first, base.last, grounds.series[base.series].label)
    names = sorted(_rates(rule))
    chance = _chance(rule, window, grounds) if all(_ended(name, grounds) for name in names) else None
    if chance is not None:
        years = [period for name in names for period, *_ in _ended(name, grounds)]
        label = grounds.series[names[0]].label if len(names) == 1 else f"{len(names)} series"
        return _said(chance, "Poisson", min(years), max(years), label)
    if base is not None and reckoning is not None:
        return _said(reckoning.p, "Beta-binomial", base.first, base.last, grounds.series[base.series].label)
    return None


def _said(p: float, model: str, first: str, last: str, label: str) -> Outlook:
    shown = round(min(max(p, 1.0 - SUREST), SUREST), 2)
    text = (
        f"Outlook, not a verdict: going by {first} to {last} ({label}; {model}), the claim would hold with "
        f"probability {shown:.2f}."
    )
    return Outlook(shown, model, first, last, text)


def rest_of(window: Window, grounds: Grounds) -> int:
    """How many days of the window are still to come."""
    return max((window.span.last - max(day_of(grounds.now, window.zone), window.span.first)).days + 1, 0)


def _coin(rule: Rule, window: Window, grounds: Grounds, base: BaseRate, reckoning: Reckoning) -> float | None:
    """P(the claim holds) when nothing has happened so far, for a rule that is about one case or none."""
    wanted = {Occurs: "at_least", Absent: "at_most"}.get(type(rule))
    if wanted is None or base.hit != wanted:
        return None
    days = [span.days for period in grounds.series[base.series].periods if (span := period_span(period))]
    share = rest_of(window, grounds) / (sum(days) / len(days)) if days else 1.0
    held, trials = reckoning.hits, reckoning.trials
    quiet = held if isinstance(rule, Absent) else trials - held
    prior = PRIORS.get(base.model)
    none = (quiet / trials) ** share if prior is None else _power(quiet + prior, trials - quiet + prior, share)
    return none if isinstance(rule, Absent) else 1.0 - none


def _power(alpha: float, beta: float, share: float) -> float:
    """The mean of x ** share for x of a Beta(alpha, beta): a quiet stretch of ``share`` periods."""
    return exp(lgamma(alpha + share) - lgamma(alpha) + lgamma(alpha + beta) - lgamma(alpha + beta + share))


def _chance(rule: Rule, window: Window, grounds: Grounds) -> float | None:
    match rule:
        case Occurs(measure):
            return _limited(measure, Limit("least", 1), window, grounds)
        case Absent(measure):
            return _limited(measure, Limit("most", 0), window, grounds)
        case Count(measure, bound, number):
            return _limited(measure, integer_limit(bound, number), window, grounds)
        case Compare():
            return _compared(rule, window, grounds)
        case KOfN():
            return _parts(rule, window, grounds)
        case _:
            return None


def _limited(measure: Measure, limit: Limit, window: Window, grounds: Grounds) -> float | None:
    odds = _grown(measure, window, grounds)
    return limit.chance(odds) if odds is not None else None


def _compared(rule: Compare, window: Window, grounds: Grounds) -> float | None:
    mine, base = tally(rule.measure, window, grounds), tally(rule.measure, rule.baseline, grounds)
    odds = _grown(rule.measure, window, grounds)
    closed = grounds.now >= end_of(rule.baseline.span.last, rule.baseline.zone)
    if odds is None or not closed or (base.settled and not base.bounded):
        return None  # a period that settles unheard has no count to compare with
    return chance_against(rule, replace(mine, odds=odds), base)


def _parts(rule: KOfN, window: Window, grounds: Grounds) -> float | None:
    chances = []
    for part in rule.parts:
        found = find(part.rule, window, grounds)
        p = float(found.holds) if found.holds is not None else _chance(part.rule, window, grounds)
        if p is None:
            return None
        chances.append((1, p))
    return of(chances).at_least(rule.k)


def _grown(measure: Measure, window: Window, grounds: Grounds) -> Odds | None:
    """The odds of the count at the window's end: what was seen, and what the rest of it may bring."""
    ended = _ended(measure.rate, grounds)
    if not ended:
        return None
    total, days = sum(value for _, value, _ in ended), sum(length for *_, length in ended)
    seen = tally(measure, window, grounds).odds
    return sum_of(seen, arrivals(total + RATE_PRIOR, days, rest_of(window, grounds)))


def arrivals(shape: float, days: int, rest: int) -> Odds:
    """How many come in ``rest`` days when ``shape`` (half a case of prior included) came in ``days``: a Poisson
    count whose mean is Gamma-distributed, which is a negative binomial."""
    if rest <= 0:
        return Odds()
    share = rest / (days + rest)
    term, count, chances = (1.0 - share) ** shape, 0, []
    mean = shape * share / (1.0 - share)
    while term > NEGLIGIBLE or count <= mean:
        chances.append(term)
        term *= (shape + count) / (count + 1) * share
        count += 1
    return Odds(0, tuple(chances))


def _ended(name: str, grounds: Grounds) -> list[tuple[str, float, int]]:
    """The periods of a series that had ended by the document's day: label, value, days."""
    series = grounds.series.get(name)
    spans = ((period, value, period_span(period)) for period, value, _ in (series.values if series else ()))
    return [
        (period, value, span.days) for period, value, span in spans if span is not None and span.last <= grounds.made_on
    ]


def _rates(rule: Rule) -> set[str]:
    match rule:
        case KOfN(_, parts):
            return {name for part in parts for name in _rates(part.rule)}
        case Occurs(measure) | Absent(measure) | Count(measure) | Compare(measure):
            return {measure.rate}
        case _:
            return set()
