"""Tells which of many expressions a text can match at all, whatever their number: by the trails they leave.

Every trail (``trails``) is one bit. What a word says about all trails is worked out when it first comes and kept,
for nearly every word has come before; so a text is a few operations on long integers for each of its words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_

from ahocorasick_rs import AhoCorasick

from tracker.classify.trails import MOST_STEPS, TOP, Trail, marked, trails

LONGEST_WORD = 24
"""What is written without spaces never comes twice, and is not remembered."""

IDLE_WORDS, TELLING_WORDS = 60_000, 10_000
"""Words that are remembered: those that meet nothing, and those that do, at up to a kilobyte each. Hostile text
must not fill the memory; a language's news has fewer."""

Met = int
"""The trails that run through a text, a bit each."""


class Choice:
    """Some of a sieve's expressions, known by their places in a list."""

    def __init__(self, ranges: Sequence[tuple[int, int]], sure: Met) -> None:
        self._place: dict[int, int] = {}
        self._low = min((first for first, _ in ranges), default=0)
        self.mask = 0
        self._clear = []
        for place, (first, last) in enumerate(ranges):
            mask = ((1 << (last - first)) - 1) << first
            self.mask |= mask
            self._clear.append(mask >> self._low)
            self._place.update((trail - self._low, place) for trail in range(first, last))
        self._mask = self.mask >> self._low
        self.sure = [mask << self._low & sure for mask in self._clear]
        """For each place the trails that leave no doubt."""

    def __call__(self, met: Met) -> list[int]:
        """The places of the expressions that can match, in order, for the trails that run through a text."""
        left = met >> self._low & self._mask
        chosen: list[int] = []
        while left:
            place = self._place[(left & -left).bit_length() - 1]
            chosen.append(place)
            left &= ~self._clear[place]
        chosen.sort()
        return chosen


class _Memory(dict[str, int]):
    """What words meet; a word that is new is worked out, and kept within bounds."""

    def __init__(self, met_by: Callable[[str], int]) -> None:
        super().__init__()
        self._met_by = met_by
        self._told = 0

    def __missing__(self, word: str) -> int:
        met = self._met_by(word)
        if len(word) <= LONGEST_WORD and len(self) < IDLE_WORDS and (not met or self._told < TELLING_WORDS):
            self[word] = met
            self._told += met > 0
        return met


class Sieve:
    """The expressions whose trails are told.

    What a text meets is one long integer: a bit for every first step of the trails, then one for every second step,
    and so on. What all its words meet is joined in one call; anything done word by word takes longer.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)
        every: list[Trail] = []
        self._ranges: list[tuple[int, int]] = []
        for pattern in patterns:
            first = len(every)
            every += trails(pattern)
            self._ranges.append((first, len(every)))
        self.sure = sum(1 << number for number, trail in enumerate(every) if trail.sure)
        """The trails whose expression matches without being run."""
        self._width = max(1, len(every))
        self._free = 0  # the steps that shorter trails lack
        by_scrap: dict[str, int] = {}
        for number, trail in enumerate(every):
            for place, step in enumerate(trail.most_telling_first()):
                for scrap in step:
                    by_scrap[scrap] = by_scrap.get(scrap, 0) | 1 << (number + place * self._width)
            for place in range(len(trail.steps), MOST_STEPS):
                self._free |= 1 << (number + place * self._width)
        scraps = sorted(by_scrap)
        self._met = [by_scrap[scrap] for scrap in scraps]
        self._matcher = AhoCorasick(scraps) if scraps else None
        self._memory = _Memory(self._met_by_word)
        self._from_top = any(TOP in scrap for scrap in scraps)
        self._more = range(1, max((len(trail.steps) for trail in every), default=1))
        self._whole = (1 << self._width) - 1

    def met(self, text: str) -> Met:
        """The trails that run through the text; to be given to a choice."""
        return self.met_by(text.split())

    def met_by(self, words: list[str]) -> Met:
        """The same for a text already cut at its white space."""
        if self._from_top and words:
            words = [TOP + words[0], *words[1:]]
        met = reduce(or_, filter(None, map(self._memory.__getitem__, words)), self._free)
        for _ in self._more:
            met &= met >> self._width
        return met & self._whole

    def _met_by_word(self, word: str) -> int:
        if self._matcher is None:
            return 0
        first = word.startswith(TOP)
        met = 0
        for number, _, _ in self._matcher.find_matches_as_indexes(marked(word[first:], first), overlapping=True):
            met |= self._met[number]
        return met

    def choice(self, numbers: Sequence[int]) -> Choice:
        """Some of the expressions, to be asked which of them can match."""
        return Choice([self._ranges[number] for number in numbers], self.sure)
