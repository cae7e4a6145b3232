"""The phrasebook of one language, ready to match: what its phrases and ways of speaking make of a text.

Every category's probability is that of its best phrase, held down by phrases that speak against it. The mode
is a small log-linear model: what phrases and ways of speaking (frames) weigh for each mode is added up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from tracker.classify.canonical import Canonical
from tracker.classify.extraction import Extractor
from tracker.classify.sieve import Met, Sieve
from tracker.classify.trails import told_apart
from tracker.core.observations import MODES, Mode
from tracker.core.patterns import compiled
from tracker.core.phrases import CategoryWords, Frame, Phrase, Phrasebook

THRESHOLD = 0.5
"""A category is mentioned from this probability on."""

Match = re.Match[str] | re.Pattern[str]
"""A match, or an expression that is known to match and was not run: that waits until its words are asked for."""

AGAIN = 0.5
"""Each further piece of evidence of one kind for one mode counts half of the one before: they overlap."""


class Reading(NamedTuple):
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
        match = found.search(self.canonical.text) if isinstance(found, re.Pattern) else found
        return self.canonical.words(*match.span()) if match is not None else ""


class Group:
    """Some of a sieve's expressions, of which any may match."""

    def __init__(self, sieve: Sieve, numbers: Sequence[int]) -> None:
        self._searches = [compiled(sieve.patterns[number]).search for number in numbers]
        self._choice = sieve.choice(numbers)
        self._sure = sum(self._choice.sure)
        self.mask = self._choice.mask
        """The trails of which one has to run through a text that one of them matches."""

    def found(self, text: str, met: Met) -> bool:
        """Whether one of them matches the text, through which these trails run."""
        if met & self._sure:
            return True
        if not met & self.mask:
            return False
        return any(self._searches[place](text) is not None for place in self._choice(met))


class Expressions:
    """Expressions on their way into one sieve, each with the number it will have there."""

    def __init__(self) -> None:
        self.patterns: list[str] = []

    def add(self, *patterns: str) -> range:
        """The numbers of these expressions."""
        self.patterns += patterns
        return range(len(self.patterns) - len(patterns), len(self.patterns))

    def add_apart(self, pattern: str) -> range:
        """The numbers of the alternatives of an expression; of an empty one there are none."""
        return self.add(*told_apart(pattern))


class _Pattern:
    """A phrase or frame, and the expressions of which none may match."""

    def __init__(self, sieve: Sieve, number: int, unless: Sequence[int]) -> None:
        self._expression = compiled(sieve.patterns[number])
        self._sure = sieve.choice((number,)).sure[0]
        self._unless = Group(sieve, unless) if unless else None

    def found(self, text: str, met: Met) -> Match | None:
        """Whether and where it stands in a text, through which these trails run."""
        found = self._expression if met & self._sure else self._expression.search(text)
        if found is None or (self._unless is not None and self._unless.found(text, met)):
            return None
        return found


def _discounted(weights: Iterable[float]) -> float:
    total, factor = 0.0, 1.0
    for weight in sorted(weights, key=abs, reverse=True):
        total += factor * weight
        factor *= AGAIN
    return total


def softmax(scores: Sequence[float]) -> tuple[tuple[Mode, float], ...]:
    """Probabilities of the modes from their evidence in nats, in the order of ``MODES``; they sum to 1."""
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return tuple(zip(MODES, [power / total for power in powers], strict=True))


class _Category:
    """One category's phrases, its gate, and the places of the frames that count for it."""

    def __init__(self, words: CategoryWords, gate: Group, frames: Sequence[Frame]) -> None:
        self.id = words.category
        self.prior = [words.prior.get(mode, 0.0) for mode in MODES]
        self.gate = gate
        self.frames = frozenset(
            place for place, frame in enumerate(frames) if not frame.only or words.category in frame.only
        )


class Phrasing:
    """A phrasebook in one language. ``extractors`` read what stands around a category's event."""

    def __init__(self, book: Phrasebook, lang: str) -> None:
        spoken = [(words, each) for words in book.categories for each in words.phrases if each.lang == lang]
        frames = [each for each in book.frames if each.lang == lang]
        every = Expressions()
        # What is chosen from together lies together: long integers are cut there.
        phrased = [every.add(phrase.pattern)[0] for _, phrase in spoken]
        framed = [every.add(frame.pattern)[0] for frame in frames]
        gated = [every.add_apart(words.gate) for words in book.categories]
        unless = [*(phrase.unless for _, phrase in spoken), *(frame.unless for frame in frames)]
        against = [every.add_apart(each) for each in unless]
        relevant = every.add_apart(book.concerns), every.add_apart(book.hints)
        self._sieve = sieve = Sieve(every.patterns)
        self._concerns, self._hints = (Group(sieve, numbers) for numbers in relevant)
        self._choose, self._framing = sieve.choice(phrased), sieve.choice(framed)
        patterns = [_Pattern(sieve, *each) for each in zip((*phrased, *framed), against, strict=True)]
        categories = {
            words.category: _Category(words, Group(sieve, numbers), frames)
            for words, numbers in zip(book.categories, gated, strict=True)
        }
        self._phrases = [
            (categories[words.category], phrase, pattern)
            for (words, phrase), pattern in zip(spoken, patterns[: len(spoken)], strict=True)
        ]
        self._frames = list(zip(frames, patterns[len(spoken) :], strict=True))
        self.extractors = {each.category: Extractor(each) for each in book.categories}

    def met(self, text: str) -> Met:
        """What the other methods are given beside the text."""
        return self._sieve.met(text)

    def concerns(self, text: str, met: Met) -> bool:
        """Whether the text names a DPRK actor or place."""
        return self._concerns.found(text, met)

    def hints(self, text: str, met: Met) -> bool:
        """Whether it names the subject without the country."""
        return self._hints.found(text, met)

    def read(self, canonical: Canonical, met: Met) -> list[Reading]:
        """The categories some phrase speaks for, in the order of the phrasebook."""
        text = canonical.text
        readings: list[Reading] = []
        framed: list[tuple[int, Frame, Match]] | None = None
        for category, candidates in groupby(map(self._phrases.__getitem__, self._choose(met)), _category):
            if not category.gate.found(text, met):
                continue
            p, best, spoken = _spoken(candidates, text, met)
            if p <= 0.0:
                continue
            heard: list[tuple[Frame, Match]] = []
            if p >= THRESHOLD:
                framed = self._framed(text, met) if framed is None else framed
                heard = [(frame, found) for place, frame, found in framed if place in category.frames]
            p_mode = _weighed(category.prior, spoken, heard)
            readings.append(Reading(category.id, p, p_mode, canonical, best, tuple(spoken), tuple(heard)))
        return readings

    def _framed(self, text: str, met: Met) -> list[tuple[int, Frame, Match]]:
        found = []
        for place in self._framing(met):
            frame, pattern = self._frames[place]
            match = pattern.found(text, met)
            if match is not None:
                found.append((place, frame, match))
        return found


_Candidate = tuple[_Category, Phrase, _Pattern]
_category: Callable[[_Candidate], _Category] = itemgetter(0)


def _spoken(
    candidates: Iterable[_Candidate], text: str, met: Met
) -> tuple[float, Match | None, list[tuple[Phrase, Match]]]:
    """What one category's phrases say, before the ways of speaking are heard: the probability of the best, where it
    stands, and all that matched."""
    p, most = 0.0, 1.0
    best: Match | None = None
    spoken: list[tuple[Phrase, Match]] = []
    for _, phrase, pattern in candidates:
        if phrase.p <= 0.0 and p < THRESHOLD and phrase.at_most >= 1.0:
            continue
        found = pattern.found(text, met)
        if found is None:
            continue
        most = min(most, phrase.at_most)
        if phrase.p > p:
            p, best = phrase.p, found
        spoken.append((phrase, found))
    return min(p, most), best, spoken


def _weighed(
    prior: Sequence[float], spoken: Iterable[tuple[Phrase, Match]], heard: Iterable[tuple[Frame, Match]]
) -> tuple[tuple[Mode, float], ...]:
    """The probabilities of the modes, from the phrases and ways of speaking that matched."""
    scores = list(prior)
    for weighing in (
        [(phrase.mode, phrase.weight) for phrase, _ in spoken if phrase.mode is not None and phrase.weight],
        [(frame.mode, frame.weight) for frame, _ in heard],
    ):
        by_mode: dict[Mode, list[float]] = {}
        for mode, weight in weighing:
            by_mode.setdefault(mode, []).append(weight)
        for mode, weights in by_mode.items():
            scores[_PLACES[mode]] += weights[0] if len(weights) == 1 else _discounted(weights)
    return softmax(scores)


_PLACES = {mode: place for place, mode in enumerate(MODES)}
