"""The gate: whether a text may concern the DPRK at all. Of a real stream 0.4 % does, so this decides what a text costs.

Most words settle the matter alone: one lets the text pass, or none is of those that tell most of an expression.
They are remembered as such, and a text of them is told by two looks at sets.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracker.classify.phrasing import groups

LONGEST_WORD, REMEMBERED = 24, 100_000
"""Words that are remembered, and their length: hostile text must not fill the memory."""


class Gate:
    """``gate`` lets a text pass, and ``weak`` does where ``context`` stands beside it."""

    def __init__(self, gate: str, weak: str, context: str) -> None:
        self._sieve, (self._gate, self._weak, self._context) = groups(True, gate, weak, context)
        self._looked_for = self._gate.mask | self._weak.mask
        self._passing: set[str] = set()
        self._idle: set[str] = set()
        self._known: set[str] = set()

    def passes(self, text: str) -> bool:
        """Whether the text, as it came, is to be looked at."""
        words = text.lower().split()
        if not self._passing.isdisjoint(words):
            return True
        if self._idle.issuperset(words):
            return False
        met = self._sieve.met_by(words)
        if not self._known.issuperset(words):
            self._learn(words)
        if not met:
            return False
        if self._gate.found(text, met):
            return True
        return self._weak.found(text, met) and self._context.found(text, met)

    def _learn(self, words: Iterable[str]) -> None:
        for word in {each for each in words if len(each) <= LONGEST_WORD} - self._known:
            if len(self._known) >= REMEMBERED:
                return
            self._known.add(word)
            if self._gate.surely(self._sieve.met(word)):
                self._passing.add(word)
            elif not self._sieve.begins(word) & self._looked_for:
                self._idle.add(word)
