"""The gate: whether a text may concern the DPRK at all. Of a real stream 0.4 % does, so this decides what a text costs.

One pass over the letters says which alternatives of its expressions can match, and of most of those that they do.
"""

from __future__ import annotations

from tracker.classify.literals import alternatives
from tracker.classify.prefilter import Prefilter, places
from tracker.core.patterns import compiled


class Gate:
    """``gate`` lets a text pass, and ``weak`` does where ``context`` stands beside it."""

    def __init__(self, gate: str, weak: str, context: str) -> None:
        groups = [alternatives(each) if each else () for each in (gate, weak, context)]
        every = [each for group in groups for each in group]
        self._prefilter = Prefilter(every)
        self._searches = [compiled(each).search for each in every]
        masks, first = [], 0
        for group in groups:
            masks.append(((1 << len(group)) - 1) << first)
            first += len(group)
        self._gate, self._weak, self._context = masks
        self._asked = self._gate | self._weak
        self._sure = self._gate << first
        self._above = first

    def passes(self, text: str) -> bool:
        """Whether the text, as it came, is to be looked at."""
        met = self._prefilter.met(text.lower())
        if not met & self._asked:
            return False
        if met & self._sure or self._found(text, met, self._gate):
            return True
        return self._found(text, met, self._weak) and self._found(text, met, self._context)

    def _found(self, text: str, met: int, group: int) -> bool:
        """Whether one of a group's expressions matches."""
        if met >> self._above & group:
            return True
        return any(self._searches[place](text) is not None for place in places(met & group))
