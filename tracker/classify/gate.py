"""The gate: whether a text may concern the DPRK at all. Of a real stream 0.4 % does, so this decides what a text costs.

Most texts hold no piece of what the expressions ask for, which one pass over their letters tells. Of the others most
have a word that lets them pass by itself; such words are remembered.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracker.classify.canonical import whole
from tracker.classify.phrasing import groups
from tracker.classify.prefilter import Prefilter
from tracker.classify.trails import told_apart

LONGEST_TEXT, REMEMBERED = 200, 100_000
"""Words that are remembered, and the letters of a text whose words are: hostile text must not fill the memory."""


class Gate:
    """``gate`` lets a text pass, and ``weak`` does where ``context`` stands beside it."""

    def __init__(self, gate: str, weak: str, context: str) -> None:
        self._prefilter = Prefilter([*told_apart(gate, True), *told_apart(weak, True)])
        self._sieve, (self._gate, self._weak, self._context) = groups(True, gate, weak, context)
        self._passing: set[str] = set()
        self._known: set[str] = set()

    def passes(self, text: str) -> bool:
        """Whether the text, as it came, is to be looked at."""
        lowered = text.lower()
        if not self._prefilter.passes(lowered):
            return False
        text = whole(text)
        words = text.lower().split()
        if not self._passing.isdisjoint(words):
            return True
        if len(lowered) <= LONGEST_TEXT and self._learns_of_passing(words):
            return True
        met = self._sieve.met_by(words)
        if not met:
            return False
        if self._gate.found(text, met):
            return True
        return self._weak.found(text, met) and self._context.found(text, met)

    def _learns_of_passing(self, words: Iterable[str]) -> bool:
        """Whether one of the words that are new lets a text pass; what comes after it is left for another time."""
        known = self._known
        for word in words:
            if word in known or len(known) >= REMEMBERED:
                continue
            known.add(word)
            if self._gate.surely(self._sieve.met_within(word)):
                self._passing.add(word)
                return True
        return False
