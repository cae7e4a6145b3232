"""Wires: which texts of one event are copies of one report, and so one independent source.

Copies are edited: shortened, turned round, put in a house's own spelling. So words are compared by their stems,
those that every report of the subject uses count less, what one title leaves out costs less than what both say
differently, and a copy comes soon. A text that tells of something to come is no copy of one that tells it is done.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from tracker.core.items import normalise_text, without_outlet
from tracker.core.patterns import compiled


@dataclass(frozen=True, slots=True)
class Wording:
    """How titles are compared, from ``[wires]`` of ``config/placing.toml``.

    ``likeness`` (0..1): from which two texts are copies; ``day_cost``: what each day between them takes off;
    ``ahead_cost``: what it costs when only one speaks of what is to come; ``amount_share`` (0..1): how much of the
    likeness follows from the number of words that both have, of which ``half_words`` (above 0) give half; ``small``:
    words that say nothing;
    ``everyday``: words that nearly every title of the subject has, which count ``everyday_share`` of another;
    ``ahead``: words of what is to come; ``endings``: what is cut from a word to find its stem, longest first;
    ``spellings``: names and their one spelling, in the order they are replaced; ``same``: stems that desks put for one
    another, each with the one that stands for it; ``primaries``: who may be quoted as
    having seen or done it (a general staff, a ministry, state media), each with the expression it is named by.
    """

    likeness: float
    day_cost: float = 0.0
    ahead_cost: float = 0.0
    amount_share: float = 0.0
    half_words: float = 1.0
    small: frozenset[str] = frozenset()
    everyday: frozenset[str] = frozenset()
    everyday_share: float = 1.0
    ahead: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()
    spellings: tuple[tuple[str, str], ...] = ()
    same: tuple[tuple[str, str], ...] = ()
    primaries: tuple[tuple[str, str], ...] = ()


NEVER = Wording(2.0)
"""A likeness no two texts reach: rows of reference tables are no copies of one another."""

OWN_VOICES = frozenset({"agency", "official", "state_media"})
"""Kinds of publishers that others copy, and that write their own texts."""

NEWEST = 64
"""With so many of an event's newest texts a new one is compared: a copy comes soon, and a much reported event must
not cost more with every report."""

SHORTEST_STEM = 3

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_UNSPACED = re.compile(r"[぀-ヿ一-鿿]{2,}")
_FIGURE = re.compile(r"\d+")
_FOREIGN = re.compile(r"[぀-ヿ一-鿿가-힣]")


@dataclass(frozen=True, slots=True)
class Print:
    """What a title is recognised by: stems with their weights, whether it speaks of what is to come, its figures,
    whether it is written in Korean, Japanese or Chinese, and the primary sources it quotes."""

    stems: frozenset[str]
    weight: float
    ahead: bool
    figures: frozenset[str]
    foreign: bool
    primaries: frozenset[str]


@lru_cache(maxsize=8192)
def print_of(title: str, wording: Wording) -> Print:
    """The print of a title; the outlet's name behind it does not count."""
    text = normalise_text(without_outlet(title)).replace("’", "'")
    for spelling, name in wording.spellings:
        if spelling in text:
            text = text.replace(spelling, name)
    words = _WORD.findall(text)
    stems = {_stem(word, wording.endings) for word in words if word not in wording.small}
    for run in _UNSPACED.findall(text):  # nothing parts the words of these scripts: pairs of letters stand for them
        stems.discard(run)
        stems.update(run[place : place + 2] for place in range(len(run) - 1))
    for stem, name in wording.same:
        if stem in stems:
            stems.remove(stem)
            stems.add(name)
    kept = frozenset(stems - {""})
    return Print(
        kept,
        _weight(kept, wording),
        any(word in wording.ahead for word in words),
        frozenset(_FIGURE.findall(text)),
        _FOREIGN.search(text) is not None,
        frozenset(name for name, pattern in wording.primaries if compiled(pattern).search(text)),
    )


def _stem(word: str, endings: tuple[str, ...]) -> str:
    word = word.removesuffix("'s").removesuffix("'")
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def _weight(stems: frozenset[str], wording: Wording) -> float:
    everyday = len(stems & wording.everyday)
    return len(stems) - everyday * (1.0 - wording.everyday_share)


def likeness(a: Print, b: Print, days: float, wording: Wording) -> float:
    """How much two texts look like copies, at most 1: the mean of the share of all words that both have and of the
    shorter one's words that the other has, weighed against how many both have, less the costs. ``days`` lie between
    them. Shares alone make too much of short titles: three words of four are soon the same in a busy week, nine of
    twelve are not.

    Texts that quote different primary sources are no copies, however alike: two have seen it. Across scripts no word is
    shared: such texts are alike when they give the same figures, and at least one.
    """
    if a.primaries and b.primaries and not a.primaries & b.primaries:
        return 0.0
    if a.foreign != b.foreign:
        return 1.0 - days * wording.day_cost if a.figures and a.figures == b.figures else 0.0
    shared = _weight(a.stems & b.stems, wording)
    if not shared:
        return 0.0
    alike = (shared / min(a.weight, b.weight) + shared / (a.weight + b.weight - shared)) / 2
    alike += wording.amount_share * (shared / (shared + wording.half_words) - alike)
    return alike - days * wording.day_cost - (wording.ahead_cost if a.ahead != b.ahead else 0.0)


_DAY_S = 86_400.0


@dataclass(slots=True)
class Wires:
    """The texts of one event, each under the number of its wire."""

    wording: Wording
    _newest: deque[tuple[int, Print, datetime]] = field(default_factory=lambda: deque(maxlen=NEWEST))
    _of_publisher: dict[str, int] = field(default_factory=dict)
    _voiced: set[int] = field(default_factory=set)
    _next: int = 0

    def of(self, title: str, publisher: str, kind: str, at: datetime) -> int:
        """The wire of a new text: a publisher's second piece joins its first, a copy the wire it copies most, anything
        else begins a new one. Agencies write their own: however alike their words, one is no copy of another."""
        if publisher in self._of_publisher:
            return self._of_publisher[publisher]
        mine = print_of(title, self.wording)
        best, found = self.wording.likeness, self._next
        own = kind in OWN_VOICES
        for number, theirs, then in self._newest:
            if own and number in self._voiced:
                continue
            alike = likeness(mine, theirs, abs((at - then).total_seconds()) / _DAY_S, self.wording)
            if alike > best or (alike == best and found == self._next):
                best, found = alike, number
        return found

    def copies(self, title: str, at: datetime) -> bool:
        """Whether a text is a copy of one that is here, whoever published it."""
        mine = print_of(title, self.wording)
        return any(
            likeness(mine, theirs, abs((at - then).total_seconds()) / _DAY_S, self.wording) >= self.wording.likeness
            for _, theirs, then in self._newest
        )

    def add(self, wire: int, title: str, publisher: str, kind: str, at: datetime) -> None:
        """Keep a text that was given its number."""
        if kind in OWN_VOICES:
            self._voiced.add(wire)
        self._newest.append((wire, print_of(title, self.wording), at))
        self._of_publisher.setdefault(publisher, wire)
        self._next = max(self._next, wire + 1)
