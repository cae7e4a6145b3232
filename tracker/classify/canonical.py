"""Canonical text: one form for quotes and spaces, actors as tokens, so that phrases need only one form."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.core.phrases import Actor

_QUOTES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-"})
_SPACE = re.compile(r"[\s\u200b\u200c\u200d\ufeff\u00ad]+")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")

LONGEST = 2000
"""Characters read of a text: headlines and first sentences; a feed that sends a book is not read on."""


def plain(text: str) -> str:
    """NFKC, straight quotes, single spaces, at most ``LONGEST`` characters."""
    text = unicodedata.normalize("NFKC", text[: LONGEST * 2]).translate(_QUOTES)
    return _SPACE.sub(" ", text).strip()[:LONGEST]


def is_korean(text: str) -> bool:
    """Whether Korean script carries the text (two syllables or more)."""
    return len(_HANGUL.findall(text, 0, 400)) >= 2


@dataclass(frozen=True, slots=True)
class Canonical:
    """``text`` is what phrases match; ``words`` leads back to the words as they were written."""

    text: str
    source: str
    _new: tuple[int, ...]
    _old: tuple[int, ...]

    def words(self, start: int, end: int) -> str:
        """The written words behind a span of the canonical text."""
        return self.source[self._back(start, False) : self._back(end, True)].strip()

    def _back(self, place: int, last: bool) -> int:
        k = bisect_right(self._new, place - 1 if last else place) - 1
        if k < 0:
            return 0
        offset = place - self._new[k]
        upper = self._old[k + 1] if k + 1 < len(self._old) else len(self.source)
        width = (self._new[k + 1] if k + 1 < len(self._new) else len(self.text)) - self._new[k]
        if width != upper - self._old[k]:
            return upper if last else self._old[k]
        return min(self._old[k] + offset, upper)


class Rewriter:
    """Rewrites actors to tokens and drops quotation marks; apostrophes inside words become ``’``."""

    def __init__(self, actors: Sequence[Actor]) -> None:
        named = "|".join(f"(?P<{actor.token}>{actor.pattern})" for actor in actors)
        self._pattern = re.compile(rf"{named}|(?P<apostrophe_>(?<=\w)'(?=\w))|(?P<quote_>[\"'])")

    def __call__(self, source: str) -> Canonical:
        """The canonical form of a plain text; case decides "US" and "UN", then everything is lower case."""
        parts: list[str] = []
        new: list[int] = []
        old: list[int] = []
        length = at = 0
        for found in self._pattern.finditer(source):
            if found.start() == found.end():
                continue
            name = found.lastgroup or ""
            token = "’" if name == "apostrophe_" else "" if name == "quote_" else name
            for start, piece in ((at, source[at : found.start()].lower()), (found.start(), token)):
                new.append(length)
                old.append(start)
                parts.append(piece)
                length += len(piece)
            at = found.end()
        new.append(length)
        old.append(at)
        parts.append(source[at:].lower())
        return Canonical("".join(parts), source, tuple(new), tuple(old))
