"""The phrasebook of one language, ready to match: what its phrases and ways of speaking make of a text.

Every category's probability is that of its best phrase, held down by phrases that speak against it. The mode
is a small log-linear model: what phrases and ways of speaking (frames) weigh for each mode is added up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.classify.canonical import Canonical
from tracker.classify.extraction import Extractor
from tracker.classify.literals import Sieve, alternatives
from tracker.core.observations import MODES, Mode
from tracker.core.patterns import compiled
from tracker.core.phrases import CategoryWords, Frame, Phrase, Phrasebook

THRESHOLD = 0.5
"""A category is mentioned from this probability on."""

Match = re.Match[str]

AGAIN = 0.5
"""Each further piece of evidence of one kind for one mode counts half of the one before: they overlap."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules make of one category in one text: its probability and that of each mode.

    ``spoken`` and ``framed`` are the phrases and ways of speaking that matched; the words behind them are put
    together only when they are asked for, for that takes longer than matching.
    """

    category: str
    p: float
    p_mode: tuple[tuple[Mode, float], ...]
    canonical: Canonical
    best: Match | None
    spoken: tuple[tuple[Phrase, Match], ...] = ()
    framed: tuple[tuple[Frame, Match], ...] = ()

    @property
    def mode(self) -> Mode:
        return max(self.p_mode, key=lambda pair: pair[1])[0]

    @property
    def words(self) -> str:
        """The words of the phrase that speaks most for the category, as written."""
        return self._said(self.best) if self.best is not None else ""

    @property
    def mode_words(self) -> str:
        """The words that speak most for the likeliest mode, as written; empty where none do."""
        mode = self.mode
        heard = [(phrase.weight, found) for phrase, found in self.spoken if phrase.mode == mode]
        heard += [(0.0, found) for frame, found in self.framed if frame.mode == mode]
        return self._said(max(heard, key=lambda pair: pair[0])[1]) if heard else ""

    def subtype(self, mode: Mode) -> tuple[str, str]:
        """The subtype of the strongest phrase that speaks for this mode, and its words; empty where none names one."""
        own = [pair for pair in self.spoken if pair[0].subtype and (pair[0].mode or MODES[0]) == mode]
        if not own:
            return "", ""
        phrase, found = max(own, key=lambda pair: pair[0].weight)
        return phrase.subtype, self._said(found)

    @property
    def told(self) -> list[tuple[str, float, str]]:
        """What spoke for the category (weight 0..1) or for a mode (nats), with its weight and words as written."""
        told: list[tuple[str, float, str]] = []
        told += [(self.category, phrase.p, self._said(found)) for phrase, found in self.spoken if phrase.p]
        told += [(phrase.mode, phrase.weight, self._said(found)) for phrase, found in self.spoken if phrase.mode]
        return told + [(frame.mode, frame.weight, self._said(found)) for frame, found in self.framed]

    def _said(self, found: Match) -> str:
        return self.canonical.words(*found.span())


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A phrase or frame, compiled."""

    search: re.Pattern[str]
    unless: re.Pattern[str] | None

    @staticmethod
    def of(pattern: str, unless: str) -> _Pattern:
        return _Pattern(compiled(pattern), compiled(unless) if unless else None)

    def find(self, text: str) -> re.Match[str] | None:
        found = self.search.search(text)
        if found is None or (self.unless is not None and self.unless.search(text)):
            return None
        return found


class Group:
    """Some of a sieve's expressions, of which any may match."""

    def __init__(self, sieve: Sieve, numbers: Sequence[int], patterns: Sequence[str]) -> None:
        made = [compiled(each) for each in patterns]
        always, by_first = sieve.grouped(numbers)
        self._always = [made[place].search for place in always]
        self._by_first = {
            first: [(made[place].search, others) for place, others in members] for first, members in by_first.items()
        }
        self._firsts = frozenset(by_first)

    def found(self, text: str, met: set[int]) -> bool:
        """Whether one of them matches the text, whose met clauses are given."""
        for first in met & self._firsts:
            for search, others in self._by_first[first]:
                if others <= met and search(text) is not None:
                    return True
        return any(search(text) is not None for search in self._always)


def groups(folded: bool, *patterns: str) -> tuple[Sieve, list[Group]]:
    """A sieve over the alternatives of several expressions and a group for each of the expressions."""
    cut = [alternatives(each) for each in patterns]
    every = [each for pieces in cut for each in pieces]
    sieve, made, at = Sieve(every, folded), [], 0
    for pieces in cut:
        made.append(Group(sieve, range(at, at + len(pieces)), pieces))
        at += len(pieces)
    return sieve, made


def _discounted(weights: Iterable[float]) -> float:
    total, factor = 0.0, 1.0
    for weight in sorted(weights, key=abs, reverse=True):
        total += factor * weight
        factor *= AGAIN
    return total


def softmax(scores: Mapping[Mode, float]) -> tuple[tuple[Mode, float], ...]:
    """Probabilities of the modes from their evidence in nats; they sum to 1."""
    top = max(scores.values())
    powers = {mode: math.exp(score - top) for mode, score in scores.items()}
    total = sum(powers.values())
    return tuple((mode, powers[mode] / total) for mode in MODES)


class _Category:
    """One category's phrases, and the places of the frames that count for it."""

    def __init__(self, words: CategoryWords, phrases: Sequence[Phrase], frames: Sequence[int]) -> None:
        self.words = words
        self.frames = frozenset(frames)
        self.phrases = [(each, _Pattern.of(each.pattern, each.unless)) for each in phrases]


class Phrasing:
    """A phrasebook in one language. ``extractors`` read what stands around a category's event."""

    def __init__(self, book: Phrasebook, lang: str) -> None:
        self._frames: list[tuple[Frame, _Pattern]] = [
            (each, _Pattern.of(each.pattern, each.unless)) for each in book.frames if each.lang == lang
        ]
        self._categories: list[_Category] = []
        patterns: list[str] = [frame.pattern for frame, _ in self._frames]
        self._owners: list[tuple[int, int]] = []
        for words in book.categories:
            phrases = [each for each in words.phrases if each.lang == lang]
            counted = [
                place for place, (frame, _) in enumerate(self._frames) if not frame.only or words.category in frame.only
            ]
            patterns += [each.pattern for each in phrases]
            self._owners += [(len(self._categories), place) for place in range(len(phrases))]
            self._categories.append(_Category(words, phrases, counted))
        gates = [alternatives(each.gate) for each in book.categories]
        phrased = len(patterns)
        patterns += [each for pieces in gates for each in pieces]
        self._sieve = Sieve(patterns)
        self._gates, at = [], phrased
        for pieces in gates:
            self._gates.append(Group(self._sieve, range(at, at + len(pieces)), pieces))
            at += len(pieces)
        self._framing = self._sieve.chooser(range(len(self._frames)))
        self._choose = self._sieve.chooser(range(len(self._frames), phrased))
        self.extractors = {each.category: Extractor(each) for each in book.categories}

    def read(self, canonical: Canonical) -> list[Reading]:
        """The categories some phrase speaks for, in the order of the phrasebook."""
        met = self._sieve.met(canonical.text)
        framed: list[tuple[int, Frame, re.Match[str]]] | None = None
        readings = []
        candidates: dict[int, list[int]] = {}
        for number in self._choose(met):
            owner, place = self._owners[number]
            candidates.setdefault(owner, []).append(place)
        for owner, places in candidates.items():
            category = self._categories[owner]
            if not self._gates[owner].found(canonical.text, met):
                continue
            spoken = self._spoken(category, places, canonical)
            if spoken is None:
                continue
            if framed is None and spoken.p >= THRESHOLD:
                framed = self._framed(canonical.text, met)
            frames = [each for each in framed or () if each[0] in category.frames] if spoken.p >= THRESHOLD else []
            readings.append(_reading(category.words, spoken, frames, canonical))
        return readings

    def _framed(self, text: str, met: set[int]) -> list[tuple[int, Frame, re.Match[str]]]:
        found = []
        for place in self._framing(met):
            frame, pattern = self._frames[place]
            match = pattern.find(text)
            if match is not None:
                found.append((place, frame, match))
        return found

    def _spoken(self, category: _Category, candidates: Sequence[int], canonical: Canonical) -> _Spoken | None:
        spoken = _Spoken()
        most = 1.0
        for place in candidates:
            phrase, pattern = category.phrases[place]
            if phrase.p <= 0.0 and spoken.p < THRESHOLD and phrase.at_most >= 1.0:
                continue
            found = pattern.find(canonical.text)
            if found is None:
                continue
            most = min(most, phrase.at_most)
            if phrase.p > spoken.p:
                spoken.p, spoken.best = phrase.p, found
            spoken.found.append((phrase, found))
        spoken.p = min(spoken.p, most)
        return spoken if spoken.p > 0.0 else None


class _Spoken:
    """What one category's phrases said, before the ways of speaking are heard."""

    def __init__(self) -> None:
        self.p = 0.0
        self.best: re.Match[str] | None = None
        self.found: list[tuple[Phrase, re.Match[str]]] = []


def _reading(
    words: CategoryWords, spoken: _Spoken, frames: Sequence[tuple[int, Frame, re.Match[str]]], canonical: Canonical
) -> Reading:
    by_mode: dict[Mode, list[float]] = {mode: [] for mode in MODES}
    framed: dict[Mode, list[float]] = {mode: [] for mode in MODES}
    for phrase, _ in spoken.found:
        if phrase.mode is not None and phrase.weight:
            by_mode[phrase.mode].append(phrase.weight)
    for _, frame, _ in frames:
        framed[frame.mode].append(frame.weight)
    scores = {
        mode: words.prior.get(mode, 0.0) + _discounted(by_mode[mode]) + _discounted(framed[mode]) for mode in MODES
    }
    heard = tuple((frame, found) for _, frame, found in frames)
    return Reading(words.category, spoken.p, softmax(scores), canonical, spoken.best, tuple(spoken.found), heard)
