"""Turns away, in one pass over the letters, texts that none of some expressions can match: RE2's prefilter.

A text is asked for one piece of letters of the most telling step of every trail (``trails``), all pieces at once.
It needs no memory of words, so the first text costs what the thousandth does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick, Implementation

from tracker.classify.trails import trails

_RUN = re.compile(r"[^\W_]+")
_OTHER = re.compile(r"[\W_]")
_SPACED = {code: " " for code in range(128) if not chr(code).isalnum()}


class Prefilter:
    """For texts in lower case and expressions that ask for lower case or ignore it."""

    def __init__(self, patterns: Iterable[str]) -> None:
        steps = [trail.most_telling_first()[:1] for pattern in patterns for trail in trails(pattern, True)]
        pieces = {_piece(scrap) for step in steps for scrap in (step[0] if step else ("",))}
        # A trail that says nothing, or says it in signs alone, may run through any text.
        self._pieces = None if "" in pieces else AhoCorasick(sorted(pieces), implementation=Implementation.DFA)

    def passes(self, lowered: str) -> bool:
        """Whether one of the expressions may match; never false where one does."""
        if self._pieces is None:
            return True
        spaced = lowered.translate(_SPACED) if lowered.isascii() else _OTHER.sub(" ", lowered)
        return len(self._pieces.find_matches_as_indexes(f" {spaced} ")) > 0


def _piece(scrap: str) -> str:
    """The longest run of letters and digits of a scrap, with a space on each side where it does not end the scrap:
    other signs, and the marks of borders, are all spaces to the text. Empty where it has none."""
    pieces = [
        (" " if run.start() else "") + run.group() + (" " if run.end() < len(scrap) else "")
        for run in _RUN.finditer(scrap)
    ]
    return max(pieces, key=len, default="")
