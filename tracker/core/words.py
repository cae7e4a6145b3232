"""How values are said in words: days, counts, status, probability, verdicts. Codes never reach a reader."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from tracker.core.days import zone
from tracker.core.events import Event, Status
from tracker.core.taxonomy import Taxonomy
from tracker.core.verdicts import Implied, Outcome

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
"""Spelled out here because the platform's month names follow the locale of the process."""

NO_BREAK = "\u00a0"
"""Keeps a figure and its sign on one line."""

SPACES = re.compile(" {2,}")

P_WORDS: tuple[tuple[float, str], ...] = (
    (0.95, "almost certain"),
    (0.80, "very likely"),
    (0.55, "likely"),
    (0.45, "about even"),
    (0.20, "unlikely"),
    (0.05, "very unlikely"),
    (0.00, "almost no chance"),
)
"""Lower bounds of the bands of Intelligence Community Directive 203 (2015), its annex on likelihood."""

LOCATOR = re.compile(r"\b([hbs])(\d+)\b")
LOCATOR_WORDS: Mapping[str, str] = {"h": "heading", "b": "bullet", "s": "sentence"}

VERDICT_WORDS: Mapping[Outcome, str] = {
    "open": "still open",
    "awaiting_data": "waiting for data",
    "yes": "came true",
    "no": "did not come true",
    "partial": "came true in part",
    "annulled": "void: its condition did not arise",
    "ambiguous": "sources conflict",
    "not_checkable": "cannot be checked",
}

VIEW_WORDS: Mapping[str, str] = {
    "all": "news and reference tables",
    "news": "news alone",
    "reference": "reference tables alone",
}

PUBLISHER_KINDS: Mapping[str, str] = {
    "official": "official source",
    "state_media": "state media",
    "agency": "news agency",
    "outlet": "news outlet",
    "social": "social post",
    "carrier": "carrier",
    "reference": "reference table",
    "unknown": "publisher unknown",
}

ROLE_WORDS: Mapping[str, str] = {
    "supports": "reports it",
    "lowers": "speaks against it",
    "context": "refers to it",
    "superseded": "read differently since",
    "replaced": "read differently since",
}


@dataclass(frozen=True, slots=True)
class Labels:
    """The words for ids: the taxonomy's labels, and names of publishers and places by id."""

    taxonomy: Taxonomy
    publishers: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    def category(self, category: str) -> str:
        known = self.taxonomy.categories.get(category)
        return known.label if known is not None else readable(category)

    def subtype(self, category: str, subtype: str) -> str:
        known = self.taxonomy.categories.get(category)
        inner = known.subtypes.get(subtype) if known is not None else None
        return inner.label if inner is not None else readable(subtype)

    def kind(self, event: Event) -> str:
        """Category and, where it is known, subtype: "Missile test: short range"."""
        inner = self.subtype(event.category, event.subtype)
        return f"{self.category(event.category)}: {inner}" if inner else self.category(event.category)

    def publisher(self, publisher: str) -> str:
        return plain(self.publishers.get(publisher, publisher)) or "publisher unknown"

    def place(self, place: str) -> str:
        return plain(self.places.get(place, place))

    def weight(self, category: str) -> float:
        known = self.taxonomy.categories.get(category)
        return known.weight if known is not None else 0.0


def readable(code: str) -> str:
    """An id that no table names, at least without underscores."""
    return plain(code.replace("_", " "))


def plain(text: str) -> str:
    """Text of a feed made harmless to look at: one line, without control, format or bidi characters.

    Unicode category Cf holds the bidi controls that could turn a line around; the joiners that scripts and
    emoji need (U+200C, U+200D) stay. Lone surrogates, which cannot be encoded, go too.
    """
    kept = (
        " " if each != NO_BREAK and unicodedata.category(each) in ("Cc", "Zl", "Zp", "Zs") else each
        for each in text
        if each in "\u200c\u200d" or unicodedata.category(each) not in ("Cf", "Cs", "Co", "Cn")
    )
    return SPACES.sub(" ", "".join(kept)).strip()


def href(url: str) -> str:
    """The address if it is a plain http(s) one that may be linked, else an empty string."""
    if any(each.isspace() or unicodedata.category(each) in ("Cc", "Cf", "Cs") for each in url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host or parts.username is not None:
        return ""
    return url


def day_words(day: date) -> str:
    """2 March 2020."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def span_words(first: date, last: date) -> str:
    """2 March 2020 · 2-4 March 2020 · 30 March to 2 April 2020 · 31 December 2019 to 1 January 2020."""
    if first == last:
        return day_words(first)
    if (first.year, first.month) == (last.year, last.month):
        joiner = " or " if last - first == timedelta(days=1) else "-"
        return f"{first.day}{joiner}{day_words(last)}"
    if first.year == last.year:
        return f"{first.day} {MONTHS[first.month - 1]} to {day_words(last)}"
    return f"{day_words(first)} to {day_words(last)}"


def when_words(event: Event) -> str:
    """The event's day, and its span where the reports leave more than one day open."""
    if event.first_on == event.last_on:
        return day_words(event.on)
    return f"{day_words(event.on)} (or within {span_words(event.first_on, event.last_on)})"


def instant_words(at: datetime, zone_name: str) -> str:
    """An instant on the clock of a zone: 3 March 2020, 07:00 KST."""
    local = at.astimezone(zone(zone_name))
    return f"{day_words(local.date())}, {local:%H:%M} {local.tzname() or zone_name}"


def distance_words(at: datetime, now: datetime) -> str:
    """How far an instant is from now, rounded down: 5 min ago · in 3 h · 2 days ago · now."""
    minutes = int(abs((at - now).total_seconds()) // 60)
    if minutes == 0:
        return "now"
    if minutes < 120:
        amount = f"{minutes} min"
    elif minutes < 48 * 60:
        amount = f"{minutes // 60} h"
    else:
        amount = f"{minutes // (24 * 60)} days"
    return f"{amount} ago" if at < now else f"in {amount}"


def count_words(count: int | None, unit: str) -> str:
    """2 missiles · 1 launch day · empty where nothing is counted."""
    if count is None:
        return ""
    noun = readable(unit) or "counted"
    if count == 1 or noun == "counted":
        return f"{count} {noun}"
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return f"{count} {noun[:-1]}ies"
    return f"{count} {noun}" if noun.endswith("s") else f"{count} {noun}s"


def status_words(status: Status, wires: int, lane: str = "news") -> str:
    """What the status means, with the number of independent sources that carry it."""
    several = f"{wires} independent sources"
    if status == "retracted":
        return "retracted: no source stands by it"
    if status == "disputed":
        return f"disputed: sources contradict each other ({several if wires != 1 else 'one source reports it'})"
    if lane == "reference":
        return "recorded in a reference table" if wires <= 1 else f"recorded in {wires} reference tables"
    if lane == "joined":
        news = "one news source" if wires <= 1 else f"{wires} independent news sources"
        return f"confirmed: in a reference table and reported by {news}"
    if status == "reported":
        return "reported by one source" if wires <= 1 else f"reported by {several}"
    if status == "corroborated":
        return f"corroborated by {several}"
    return f"confirmed by an official source ({several if wires != 1 else 'one source'})"


def attested_words(event: Event) -> str:
    """What the event's status means, and who settled it where an analyst did."""
    last = next((said for said in reversed(event.said) if said.action in _SETTLING), None)
    if last is not None:
        return f"{_SETTLING[last.action]} by {plain(last.author)}"
    words = status_words(event.status, event.wires, event.lane)
    if event.credible and not event.listed:
        words += "; a lead, not on the timeline before a second source has it"
    return f"{words}; corrected by {plain(event.said[-1].author)}" if event.said else words


_SETTLING: Mapping[str, str] = {
    "affirm": "affirmed",
    "dismiss": "dismissed as no such event",
    "mode": "taken out as not having taken place",
}


def p_words(p: float) -> str:
    """The band's words for a probability in 0..1."""
    return next((words for floor, words in P_WORDS if p >= floor), P_WORDS[-1][1])


def percent(p: float) -> str:
    """A probability as a whole percentage; only 0 and 1 themselves are shown as 0 % and 100 %."""
    if 0 < p < 0.01:
        return f"<1{NO_BREAK}%"
    if 0.99 < p < 1:
        return f">99{NO_BREAK}%"
    return f"{round(p * 100)}{NO_BREAK}%"


def band_words(band: Implied) -> str:
    """A band of probability: 75 % (55 to 87 %); without one, where its ends meet: 75 %."""
    if band.low == band.high:
        return percent(band.mid)
    return f"{percent(band.mid)} ({round(band.low * 100)} to {percent(band.high)})"


def p_said(p: float) -> str:
    """Words and number together: very likely (86 %)."""
    return f"{p_words(p)} ({percent(p)})"


def held_words(held: bool | None) -> str:
    """Whether the document was right."""
    return {True: "held", False: "did not hold", None: "undecided"}[held]


def locator_words(locator: str) -> str:
    """Where in the document a claim stands: "h1 b2 s1" is heading 1, bullet 2, sentence 1."""
    said = LOCATOR.sub(lambda found: f"{LOCATOR_WORDS[found[1]]} {found[2]}", locator)
    return re.sub(r"(\d) (?=bullet|sentence)", r"\1, ", said)


def listed_words(words: tuple[str, ...] | list[str]) -> str:
    """a · a and b · a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def cell_words(state: str, count: float | None, at_most: float | None) -> str:
    """A cell of the indicators: 4 · at least 2 · 3 or 4 · 3 to 5 · unknown."""
    if count is None:
        return "unknown"
    if state == "at_least":
        return f"at least {count:g}" if count else "unknown"
    if state == "between" and at_most is not None:
        return f"{count:g} {'or' if at_most - count == 1 else 'to'} {at_most:g}"
    return f"{count:g}"


def ratio_words(ratio: float | None) -> str:
    """A ratio to the baseline: 0.27, a dash where there is none."""
    return "—" if ratio is None else f"{ratio:.2f}"


def likeness_words(kind: str, year: int, baseline: int, holds: bool | None) -> str:
    """What one test of likeness says, in a sentence."""
    by = {"threshold": "By the count of indicators", "nearest": "By the nearest year"}.get(kind, kind)
    said = {True: "looks like", False: "does not look like", None: "cannot be told to look like"}[holds]
    return f"{by}, {year} {said} {baseline}."
