"""Turns away, in one pass over the letters, texts that none of some expressions can match: RE2's prefilter.

A text is asked for one piece of letters of the most telling step of every trail (``trails``), all pieces at once.
It needs no memory of words, so the first text costs what the thousandth does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ahocorasick_rs import BytesAhoCorasick, Implementation

from tracker.classify.trails import trails

_PLAIN = re.compile(r"[a-z0-9]+")
_FOREIGN = re.compile(r"[^\W_]+")
_SPACED = bytes(code if chr(code).isascii() and chr(code).isalnum() else 32 for code in range(256))


class Prefilter:
    """For texts in lower case and expressions that ask for lower case or ignore it.

    Latin letters and digits are looked for where everything else is a space, so that "nk" alone can be told from
    "think"; other letters as they stand.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        steps = [trail.most_telling_first()[:1] for pattern in patterns for trail in trails(pattern, True)]
        pieces = {_piece(scrap) for step in steps for scrap in (step[0] if step else ("",))}
        # A trail that says nothing, or says it in signs alone, may run through any text.
        self._turns_away = "" not in pieces
        plain = sorted(piece.encode() for piece in pieces if piece.isascii() and piece)
        foreign = sorted(piece.encode() for piece in pieces if not piece.isascii())
        self._plain = BytesAhoCorasick(plain, implementation=Implementation.DFA) if plain else None
        self._foreign = BytesAhoCorasick(foreign, implementation=Implementation.DFA) if foreign else None

    def passes(self, lowered: str) -> bool:
        """Whether one of the expressions may match; never false where one does."""
        if not self._turns_away:
            return True
        letters = lowered.encode("utf-8", "replace")
        if self._plain is not None and self._plain.find_matches_as_indexes(b" %b " % letters.translate(_SPACED)):
            return True
        if self._foreign is None or len(letters) == len(lowered):
            return False
        return len(self._foreign.find_matches_as_indexes(letters)) > 0


def _piece(scrap: str) -> str:
    """The longest run of Latin letters and digits of a scrap, with a space on each side where it does not end the
    scrap; where it has none, of other letters. Empty where it has neither."""
    plain = [
        (" " if run.start() else "") + run.group() + (" " if run.end() < len(scrap) else "")
        for run in _PLAIN.finditer(scrap)
    ]
    return max(plain, key=len, default="") or max(_FOREIGN.findall(scrap), key=len, default="")
