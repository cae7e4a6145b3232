"""What an analyst asks the journal for, and every mistake in it that shows without looking at the record."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from difflib import get_close_matches

from tracker.core.corrections import ACTIONS, Action
from tracker.core.days import DateSpan
from tracker.core.errors import RefusedError
from tracker.core.observations import MODES
from tracker.core.taxonomy import Taxonomy
from tracker.core.words import href

MOST_REASON = 1000
MOST_NAME = 100
MOST_TITLE = 300
MOST_URL = 2000
MOST_URLS = 20
MOST_KEYS = 500
MOST_ID = 80

MOST_COUNT = 9999
"""Nothing that is counted here comes near it: a salvo, the persons of one listing, the vessels of one seizure."""

FIRST_ON = date(1945, 8, 15)
"""Nothing that this record is about is older."""

MOST_NAMED = 20
"""Names listed in a refusal; beyond them nobody reads."""

MOST_SPAN_DAYS = 366

JOINERS = "\u200c\u200d"
"""Format characters that scripts need; every other one can turn a line around or hide in it."""

_NEEDS: Mapping[Action, frozenset[str]] = {
    "relabel": frozenset({"event"}),
    "redate": frozenset({"event"}),
    "mode": frozenset({"event", "mode"}),
    "dismiss": frozenset({"event"}),
    "merge": frozenset({"event", "into"}),
    "split": frozenset({"event"}),
    "affirm": frozenset({"event"}),
    "add": frozenset({"category", "title", "urls"}),
    "withdraw": frozenset({"correction"}),
}

_MAY: Mapping[Action, frozenset[str]] = {
    "relabel": frozenset({"category", "subtype", "place", "count", "unit"}),
    "redate": frozenset({"on", "first", "last"}),
    "split": frozenset({"keys", "days"}),
    "add": frozenset({"on", "first", "last", "subtype", "place", "count", "unit"}),
}

_ALWAYS = frozenset({"action", "author", "reason", "seen"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A correction as it is asked for. ``event`` is any id the event ever had, ``seen`` the version looked at (empty:
    the one that stands now). What the other fields mean depends on the action; None and empty mean not given."""

    action: Action
    author: str
    reason: str
    event: str = ""
    seen: str = ""
    category: str | None = None
    subtype: str | None = None
    place: str | None = None
    count: int | None = None
    unit: str | None = None
    on: date | None = None
    first: date | None = None
    last: date | None = None
    mode: str = ""
    into: str = ""
    keys: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    title: str = ""
    urls: tuple[str, ...] = ()
    correction: int | None = None

    @property
    def span(self) -> tuple[date, date, date | None] | None:
        """First, last and likeliest day asked for; None where no day was given."""
        first = self.first or self.on or self.last
        if first is None:
            return None
        return first, self.last or self.on or first, self.on


class CorrectionError(RefusedError):
    """A correction that is not made; ``reasons`` has one sentence for each thing that is wrong with it."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("not corrected: " + "; ".join(self.reasons))


class StaleError(CorrectionError):
    """The event changed since the version that was looked at; the reasons say how."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a correction may name: the taxonomy, the places and their zones, and the last day that has begun."""

    taxonomy: Taxonomy
    zones: Mapping[str, str]
    today: date


def mistakes(asked: Request, rules: Rules) -> list[str]:
    """Everything that is wrong with a request whatever the record holds; empty where nothing is."""
    if asked.action not in ACTIONS:
        return [f"there is no correction {asked.action!r}; known: {', '.join(ACTIONS)}"]
    return [*_form(asked), *_texts(asked), *_kinds(asked, rules), *_days(asked, rules), *_sources(asked)]


def _form(asked: Request) -> Iterable[str]:
    given = {each.name for each in fields(asked) if getattr(asked, each.name) not in (None, "", ())}
    # An empty subtype or place is something to say: that it is not known.
    given |= {name for name in ("subtype", "place", "unit") if getattr(asked, name) is not None}
    needs, may = _NEEDS[asked.action], _MAY.get(asked.action, frozenset())
    for name in sorted(needs - given):
        yield f"{asked.action} needs {name}"
    for name in sorted(given - needs - may - _ALWAYS):
        yield f"{asked.action} has nothing to do with {name}; leave it out"
    if asked.action in ("relabel", "split") and not given & may:
        yield f"{asked.action} needs one of {', '.join(sorted(may))}"
    if asked.action in ("redate", "add") and not given & {"on", "first", "last"}:
        yield f"{asked.action} needs a day, or a first and a last one"


def _texts(asked: Request) -> Iterable[str]:
    for name, most in (("author", MOST_NAME), ("reason", MOST_REASON), ("title", MOST_TITLE)):
        text = getattr(asked, name)
        if not text.strip() and name != "title":
            yield f"{name} is empty; a correction is kept with who made it and why"
        if len(text) > most:
            yield f"{name} has {len(text)} characters; at most {most} are kept"
    texts = {each.name: getattr(asked, each.name) for each in fields(asked)}
    for name, value in texts.items():
        parts = value if isinstance(value, tuple) else (value,)
        for part in parts:
            bad = hidden(part) if isinstance(part, str) else ""
            if bad:
                yield f"{name} holds {bad}, which a reader would not see; leave it out"
                break
    for name in ("event", "into", "seen", "category", "subtype", "place", "unit", "mode"):
        if len(texts[name] or "") > MOST_ID:
            yield f"{name} is longer than any id ({MOST_ID} characters)"
    if len(asked.keys) > MOST_KEYS or any(len(key) > MOST_ID for key in asked.keys):
        yield f"keys are at most {MOST_KEYS} keys of evidence, as ./run history shows them"


def hidden(text: str) -> str:
    """The first character that is not for reading (control, format, bidirectional, unassigned), as U+202E."""
    for each in text:
        if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") and each not in JOINERS:
            return f"U+{ord(each):04X}"
    return ""


def _kinds(asked: Request, rules: Rules) -> Iterable[str]:
    categories = rules.taxonomy.categories
    if asked.category is not None and asked.category not in categories:
        yield f"category {asked.category!r} is not known; {near(asked.category, categories)}"
    elif asked.category is not None and asked.subtype:
        yield from subtype_mistakes(asked.category, asked.subtype, rules.taxonomy)
    if asked.place and asked.place not in rules.zones:
        yield f"place {asked.place!r} is not known; {near(asked.place, rules.zones)} (config/places.toml)"
    units = {kind.unit for kind in categories.values() if kind.unit}
    if asked.unit and asked.unit not in units:
        yield f"unit {asked.unit!r} is not known; {near(asked.unit, units)}"
    if asked.count is not None and not 1 <= asked.count <= MOST_COUNT:
        yield f"a count of {asked.count} cannot be meant; give one from 1 to {MOST_COUNT}"
    others = [mode for mode in MODES if mode != MODES[0]]
    if asked.mode == MODES[0]:
        yield f"mode is for what did not take place ({', '.join(others)}); to undo one, withdraw it"
    elif asked.mode and asked.mode not in MODES:
        yield f"mode {asked.mode!r} is not known; known: {', '.join(others)}"


def subtype_mistakes(category: str, subtype: str, taxonomy: Taxonomy) -> Iterable[str]:
    """Whether the taxonomy has the subtype in that category."""
    known = taxonomy.categories[category].subtypes
    if subtype not in known:
        yield f"subtype {subtype!r} is none of {category}; {near(subtype, known)}"


def near(word: str, known: Iterable[str]) -> str:
    """What may have been meant, or what there is."""
    names = sorted(known)
    close = get_close_matches(word, names, 1)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names[:MOST_NAMED]) or 'none'}{more}"


def _days(asked: Request, rules: Rules) -> Iterable[str]:
    given = {name: getattr(asked, name) for name in ("on", "first", "last")}
    for name, day in (*given.items(), *(("days", day) for day in asked.days)):
        if day is not None and day > rules.today:
            yield f"{name} {day} is in the future; today is {rules.today}"
        elif day is not None and day < FIRST_ON:
            yield f"{name} {day} is before {FIRST_ON}; nothing here is as old"
    if asked.span is None:
        return
    first, last, on = asked.span
    if last < first:
        yield f"last ({last}) is before first ({first}); swap them"
    elif (last - first).days >= MOST_SPAN_DAYS:
        yield f"{first} to {last} is longer than a year; an event has a day, or a span of a few"
    elif on is not None and on not in DateSpan(first, last):
        yield f"on ({on}) lies outside of {first} to {last}"


def _sources(asked: Request) -> Iterable[str]:
    if len(asked.urls) > MOST_URLS:
        yield f"at most {MOST_URLS} urls are kept with an event"
    if len(set(asked.urls)) < len(asked.urls):
        yield "a url is there twice"
    for url in asked.urls[:MOST_URLS]:
        if len(url) > MOST_URL:
            yield f"a url has {len(url)} characters; at most {MOST_URL} are kept"
        elif not href(url):
            yield f"{url!r} is no plain http(s) address that can be opened"
