"""A claim in words: what a reader is shown of a forecast, its criterion read out from the rule itself."""

from __future__ import annotations

from tracker.core import wording
from tracker.core.details import ForecastCard, ReadingCard, WindowCard
from tracker.core.forecasts import (
    Absent,
    BeforeAfter,
    Compare,
    Count,
    Forecast,
    Gap,
    Given,
    KOfN,
    Measure,
    NearestYear,
    Occurs,
    Rank,
    Reading,
    Rule,
    SeriesValue,
    Window,
    measures_of,
)
from tracker.core.limits import BOUND_WORDS
from tracker.core.timeline import PER_DAY
from tracker.core.words import listed_words


def card_of(forecast: Forecast) -> ForecastCard:
    """The card of one claim."""
    return ForecastCard(
        id=forecast.id,
        ref=forecast.ref,
        title=forecast.ref,
        paraphrase=forecast.paraphrase,
        locator=forecast.locator,
        kind=forecast.kind,
        readings=tuple(_reading(reading) for reading in forecast.readings),
        cluster=forecast.cluster,
        written=forecast.written,
        reviewed_by=", ".join(forecast.reviewed_by),
        tables=forecast.tables,
        document=forecast.document,
        retold=forecast.retold,
    )


def _reading(reading: Reading) -> ReadingCard:
    criterion = "no rule can check it" if reading.rule is None else criterion_words(reading.rule)
    if reading.given is not None:
        criterion = f"{_condition(reading.given)}: {criterion}"
    rules = [rule for rule in (reading.rule, reading.given.rule if reading.given else None) if rule is not None]
    return ReadingCard(
        id=reading.id,
        criterion=wording.sentence(criterion),
        fine_print=reading.fine_print,
        scored=reading.scored,
        windows=tuple(WindowCard(window.label, window.span) for window in reading.windows),
        categories=tuple(dict.fromkeys(m.events.category for rule in rules for m in measures_of(rule))),
    )


def _condition(given: Given) -> str:
    return f"provided that {given.label}"


def _kind(measure: Measure) -> str:
    noun = measure.nouns or (f"{measure.noun}s" if measure.noun else "events")
    return f"days with {noun}" if measure.unit == PER_DAY and "day" not in noun else noun


def _years(windows: tuple[Window, ...]) -> str:
    return listed_words([window.label for window in windows])


def criterion_words(rule: Rule) -> str:
    """What must be so for the claim to have held, in one clause."""
    match rule:
        case Occurs(measure):
            return f"at least one {measure.named(1)}"
        case Absent(measure):
            return f"no {measure.named(1)}"
        case Count(measure, bound, number):
            return f"{BOUND_WORDS[bound]} {number} {measure.named(number)}"
        case Compare(measure, baseline, "ratio", bound, number):
            return f"{BOUND_WORDS[bound]} {number:.0%} as many {_kind(measure)} as in {baseline.label}"
        case Compare(measure, baseline, _, bound, number):
            if number == 0 and bound in ("more_than", "fewer_than"):
                return f"{'more' if bound == 'more_than' else 'fewer'} {_kind(measure)} than in {baseline.label}"
            return f"the count of {_kind(measure)} minus that of {baseline.label} is {BOUND_WORDS[bound]} {number:g}"
        case Rank(measure, others, top):
            return f"among the top {top} of {_years(others)} and itself by number of {_kind(measure)}"
        case NearestYear(measures, others, expected):
            kinds = listed_words([_kind(measure) for measure in measures])
            return f"nearer to {expected} than to any other of {_years(others)}, by {kinds}"
        case BeforeAfter(measure, anchor, days, bound, number):
            return (
                f"the count of {_kind(measure)} in the {days} days after the first {anchor.named(1)} "
                f"minus that of the {days} days before is {BOUND_WORDS[bound]} {number}"
            )
        case Gap(measure, bound, number):
            return f"the longest run of days without one of the {_kind(measure)} is {BOUND_WORDS[bound]} {number} days"
        case KOfN(k, parts, _):
            inner = "; ".join(f"{part.label}: {criterion_words(part.rule)}" for part in parts)
            every = "all" if k == len(parts) else f"at least {wording.number(k)}"
            return f"{every} of these: {inner}"
        case SeriesValue():
            against = f"the value of {rule.other} at {rule.other_period}" if rule.other else f"{rule.number:g}"
            return f"the value of {rule.series} at {rule.period} is {BOUND_WORDS[rule.bound]} {against}"
