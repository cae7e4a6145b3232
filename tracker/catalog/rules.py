"""Reads the rules of a forecast file: measures, windows, and the closed set of rules with their parts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from tracker.catalog.tables import Table, nearest
from tracker.core.baselines import Series
from tracker.core.days import DateSpan
from tracker.core.forecasts import (
    BOUNDS,
    Absent,
    BeforeAfter,
    Bound,
    Compare,
    Count,
    Gap,
    KOfN,
    Measure,
    NearestYear,
    Occurs,
    Part,
    Rank,
    Rule,
    SeriesValue,
    Window,
)
from tracker.core.observations import MODES, Mode
from tracker.core.taxonomy import Taxonomy
from tracker.core.timeline import PER_EVENT, STATUSES, EventFilter


@dataclass
class RuleBook:
    """What the rules of one file may refer to: the project's taxonomy, series and places, and the file's own
    windows and measures by name."""

    taxonomy: Taxonomy
    series: Mapping[str, Series]
    places: Collection[str] | None
    windows: dict[str, Window] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    """Labels of windows that were told to be wrong; what refers to them is not told again."""

    def window(self, table: Table, key: str, label: str) -> Window | None:
        found = self.windows.get(label)
        if found is None and label and label not in self.broken:
            table.problem(key, f"{label!r} is no window of this file; {nearest(label, self.windows)}")
        return found

    def series_id(self, table: Table, key: str, default: str | None = None) -> str:
        name = table.text(key, default)
        if name and name not in self.series:
            table.problem(key, f"{name!r} is no series of config/baselines; {nearest(name, self.series)}")
        return name


def read_window(table: Table) -> Window | None:
    """A ``[[windows]]`` table; None after noting that it ends before it starts."""
    label, first, last = table.text("label"), table.day("first"), table.day("last")
    zone = table.zone("zone")
    table.done()
    if last < first:
        table.problem("last", f"{last} lies before first ({first}); a window ends on or after its first day")
        return None
    return Window(label, DateSpan(first, last), zone)


def read_measure(table: Table, book: RuleBook) -> Measure:
    """A measure's own table."""
    taxonomy = book.taxonomy
    category = table.text("category", among=taxonomy.categories)
    subtypes = table.texts("subtypes", ())
    mode = cast(Mode, table.text("mode", "occurred", among=MODES))
    kind = taxonomy.categories.get(category)
    if kind is not None:
        known = {word for each in kind.subtypes for word in taxonomy.groups_of(category, each)}
        for subtype in subtypes:
            if subtype not in known:
                words = nearest(subtype, known) if known else f"{category} has no subtypes"
                table.problem("subtypes", f"{subtype!r} is no subtype or group of {category}; {words}")
    places = table.texts("places", ())
    for place in places:
        if book.places is not None and place not in book.places:
            table.problem("places", f"{place!r} is no place of places.toml; {nearest(place, book.places)}")
    if table.has("actor") and kind is not None:
        subtypes = _acted(table, taxonomy, category, subtypes)
    if kind is not None and mode != "occurred":
        category, subtypes = _opened(table, taxonomy, category, subtypes, mode)
    statuses = table.texts("status", ())
    for status in statuses:
        if status not in STATUSES:
            table.problem("status", f"{status!r} is no status; {nearest(status, STATUSES)}")
    events = EventFilter(
        category=category,
        subtypes=subtypes,
        places=places,
        statuses=statuses,
        outcome=table.text("outcome", ""),
        min_p=table.number("min_p", EventFilter("").min_p, low=0, high=1),
    )
    measure = Measure(
        events=events,
        unit=table.text("unit", PER_EVENT),
        noun=table.text("noun"),
        nouns=table.text("nouns", ""),
        rate=book.series_id(table, "rate", ""),
    )
    table.done()
    return measure


def _acted(table: Table, taxonomy: Taxonomy, category: str, subtypes: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of the category, of those asked for, in which that actor acts: an event's kind says who acts."""
    actor, kind = table.text("actor"), taxonomy.categories[category]
    asked = [each for each in kind.subtypes if not subtypes or taxonomy.groups_of(category, each) & set(subtypes)]
    acting = {each: taxonomy.actor_of(category, each) for each in asked}
    if kind.actor == actor and set(acting.values()) <= {actor}:
        return subtypes
    found = tuple(each for each in asked if acting[each] == actor)
    if not found:
        others = sorted({each for each in (kind.actor, *acting.values()) if each})
        told = nearest(actor, others) if others else "its kinds do not say who acts; leave actor out"
        table.problem("actor", f"{actor!r} acts in no {'/'.join((category, *subtypes))}; {told}")
    return found


def _opened(
    table: Table, taxonomy: Taxonomy, category: str, subtypes: tuple[str, ...], mode: Mode
) -> tuple[str, tuple[str, ...]]:
    """Where what is only threatened, planned or refused stands: an act of speech opens an event of its own kind."""
    opened = {
        (effect.category or category, effect.subtype or subtype): effect.act
        for subtype in subtypes or ("",)
        for effect in (taxonomy.effect(category, subtype, mode),)
    }
    kinds = {kind for kind, _ in opened}
    if set(opened.values()) != {"opens"} or len(kinds) != 1:
        named = "/".join((category, *subtypes))
        table.problem(
            "mode", f"{mode!r} of {named} opens no event of its own; name a kind that does, or leave mode out"
        )
        return category, subtypes
    return kinds.pop(), tuple(subtype for _, subtype in opened if subtype)


def read_rule(table: Table, book: RuleBook) -> Rule | None:
    """The rule a table states; None after noting why there is none. Leaves ``done()`` to the caller."""
    name = table.text("rule")
    reader = _READERS.get(name)
    if reader is None:
        if name:
            table.problem("rule", f"{name!r} is no rule; {nearest(name, _READERS)}")
        table.asked.update(table.values)
        return None
    return reader(table, book)


def _measure(table: Table, book: RuleBook, key: str = "measure") -> Measure | None:
    """A measure by name, or written in place as a table."""
    if isinstance(table.values.get(key), dict):
        return read_measure(table.table(key), book)
    name = table.text(key)
    found = book.measures.get(name)
    if found is None and name:
        table.problem(key, f"{name!r} is no measure of this file; {nearest(name, book.measures)}")
    return found


def _bound(table: Table, among: Collection[str] = BOUNDS) -> Bound:
    return cast(Bound, table.text("bound", among=among))


def _occurs(table: Table, book: RuleBook) -> Rule | None:
    measure = _measure(table, book)
    return Occurs(measure) if measure is not None else None


def _absent(table: Table, book: RuleBook) -> Rule | None:
    measure = _measure(table, book)
    return Absent(measure) if measure is not None else None


def _count(table: Table, book: RuleBook) -> Rule | None:
    measure, bound, number = _measure(table, book), _bound(table), table.whole("number", low=0)
    return Count(measure, bound, number) if measure is not None else None


def _compare(table: Table, book: RuleBook) -> Rule | None:
    measure = _measure(table, book)
    baseline = book.window(table, "baseline", table.text("baseline"))
    how = cast(Literal["ratio", "difference"], table.text("how", among=("ratio", "difference")))
    bound, number = _bound(table), table.number("number")
    if how == "ratio" and number <= 0:
        table.problem("number", f"is {number:g}; a ratio is above 0")
    if measure is None or baseline is None:
        return None
    return Compare(measure, baseline, how, bound, number)


def _others(table: Table, book: RuleBook) -> tuple[Window, ...]:
    found = (book.window(table, "others", label) for label in table.texts("others"))
    return tuple(window for window in found if window is not None)


def _rank(table: Table, book: RuleBook) -> Rule | None:
    measure, others, top = _measure(table, book), _others(table, book), table.whole("top", low=1)
    return Rank(measure, others, top) if measure is not None and others else None


def _nearest_year(table: Table, book: RuleBook) -> Rule | None:
    others, expected = _others(table, book), table.text("expected")
    labels = [window.label for window in others]
    if others and expected not in labels:
        table.problem("expected", f"{expected!r} is not among others; {nearest(expected, labels)}")
    measures = []
    for name in table.texts("measures"):
        if name in book.measures:
            measures.append(book.measures[name])
        else:
            table.problem("measures", f"{name!r} is no measure of this file; {nearest(name, book.measures)}")
    return NearestYear(tuple(measures), others, expected) if others and measures and expected in labels else None


def _before_after(table: Table, book: RuleBook) -> Rule | None:
    measure, anchor = _measure(table, book), _measure(table, book, "anchor")
    days, bound, number = table.whole("days", low=1), _bound(table), table.whole("number")
    if measure is None or anchor is None:
        return None
    return BeforeAfter(measure, anchor, days, bound, number)


def _gap(table: Table, book: RuleBook) -> Rule | None:
    measure, number = _measure(table, book), table.whole("number", low=0)
    bound = cast(Literal["at_least", "at_most"], _bound(table, ("at_least", "at_most")))
    return Gap(measure, bound, number) if measure is not None else None


def _k_of_n(table: Table, book: RuleBook) -> Rule | None:
    parts: list[Part] = []
    inner = table.tables("parts", "label")
    for each in inner:
        label, rule = each.text("label"), read_rule(each, book)
        each.done()
        if rule is not None:
            parts.append(Part(label, rule))
    if not inner:
        table.problem("parts", "is missing; give the sub-rules as a list of tables")
    k = table.whole("k", low=1, high=len(inner) or None)
    partial = table.whole("partial_from", 0, low=0)
    return KOfN(k, tuple(parts), partial) if parts and len(parts) == len(inner) else None


def _series(table: Table, book: RuleBook) -> Rule | None:
    name, period = book.series_id(table, "series"), table.text("period")
    other = book.series_id(table, "other", "")
    other_period = table.text("other_period", "" if not other else None)
    if other and table.has("number"):
        table.problem("number", "stands beside other; give one of the two to compare with")
    number = table.number("number", 0.0 if other else None)
    bound, known_on = _bound(table), table.day("known_on")
    doubt = table.number("doubt", 0.05, low=0, high=1)
    return SeriesValue(name, period, bound, known_on, number, other, other_period, doubt)


_READERS: Mapping[str, Callable[[Table, RuleBook], Rule | None]] = {
    "occurs": _occurs,
    "absent": _absent,
    "count": _count,
    "compare": _compare,
    "rank": _rank,
    "nearest_year": _nearest_year,
    "before_after": _before_after,
    "gap": _gap,
    "k_of_n": _k_of_n,
    "series": _series,
}
