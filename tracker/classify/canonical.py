"""Canonical text: one form for quotes and spaces, actors as tokens, so that phrases need only one form."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tracker.classify.literals import alternatives, openings
from tracker.classify.prefilter import Prefilter
from tracker.core.patterns import compiled
from tracker.core.phrases import Actor

_QUOTES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-"})
_SPACE = re.compile(r"[\s\u200b\u200c\u200d\ufeff\u00ad]+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
"""Halves of characters, which an escape in JSON can leave behind: no letters, and no library takes them."""
_HANGUL = re.compile(r"[\uac00-\ud7a3]")

LONGEST = 2000
"""Characters read of a text: headlines and first sentences; a feed that sends a book is not read on."""


def whole(text: str) -> str:
    """The text with every half of a character replaced."""
    return text if text.isprintable() else _SURROGATES.sub("\ufffd", text)


def plain(text: str) -> str:
    """NFKC, straight quotes, single spaces, at most ``LONGEST`` characters."""
    text = whole(text[: LONGEST * 2])
    if not text.isascii() or "`" in text:
        text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    if not text.isprintable() or "  " in text or not text.isascii():
        text = _SPACE.sub(" ", text)
    return text.strip()[:LONGEST]


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
        new, old = self._new, self._old
        first = bisect_right(new, start) - 1
        if first < 0:
            begin = 0
        else:
            begin = old[first]
            if self._kept(first):
                begin += start - new[first]
        last = bisect_right(new, end - 1) - 1
        if last < 0:
            return ""
        stop = old[last + 1] if last + 1 < len(old) else len(self.source)
        if self._kept(last):
            stop = min(old[last] + end - new[last], stop)
        return self.source[begin:stop].strip()

    def _kept(self, piece: int) -> bool:
        """Whether a piece of the text stands in it as it was written, letter by letter."""
        new, old = self._new, self._old
        if piece + 1 < len(new):
            return new[piece + 1] - new[piece] == old[piece + 1] - old[piece]
        return len(self.text) - new[piece] == len(self.source) - old[piece]


_STARTS = re.compile(r"(?<!\w)\w|['\"]")
"""Where something can be rewritten: at the start of a word, or at a quotation mark."""

LOOKED_AT = 6
"""Letters by which the names that can begin there are found."""

LENGTHS = tuple(range(LOOKED_AT, 0, -1))

REMEMBERED, LONGEST_WORD = 50_000, 24
"""Words that are kept, and their length: hostile text must not fill the memory, and what is written without spaces
never comes twice."""

_INSIDE = re.compile(r"(?<=\w)'(?=\w)")
"""An apostrophe inside a word."""


_Match = Callable[[str, int], "re.Match[str] | None"]


_Names = tuple[tuple[int, _Match, str], ...]
"""Names in the order in which they are tried: the bit by which the prefilter lets each be tried, what matches, and the
token."""


class _Place(NamedTuple):
    """Where in a word something can be rewritten. ``sign`` is what a quotation mark becomes, None at a name;
    ``names`` are those that can begin there, None where that depends on the next word."""

    offset: int
    sign: str | None
    names: _Names | None


class Rewriter:
    """Rewrites actors to tokens and drops quotation marks; apostrophes inside words become ``’``.

    An actor's name begins at the start of a word. Which names can begin in a word is worked out when it first comes
    and kept, so that most words cost one look.
    """

    def __init__(self, actors: Sequence[Actor]) -> None:
        pieces = [(each.token, piece) for each in actors for piece in alternatives(each.pattern)]
        self._prefilter = Prefilter([piece for _, piece in pieces])
        names = [(1 << number, compiled(piece).match, token) for number, (token, piece) in enumerate(pieces)]
        known = [openings(piece, LOOKED_AT) for _, piece in pieces]
        self._by_opening: dict[str, _Names] = {}
        for opening in sorted({opening for found in known if found is not None for opening in found}):
            # A shorter opening that this one continues stands for names of its own.
            fits = frozenset(opening[:length] for length in range(1, len(opening) + 1))
            self._by_opening[opening] = tuple(
                name for name, found in zip(names, known, strict=True) if found is None or found & fits
            )
        self._starts = _starts(self._by_opening, all(found is not None for found in known))
        self._otherwise = tuple(name for name, found in zip(names, known, strict=True) if found is None)
        self._begun = {opening[:length] for opening in self._by_opening for length in range(1, len(opening) + 1)}
        self._openings: dict[str, _Names] = {}
        self._memory: dict[str, tuple[_Place, ...]] = {}

    def _names(self, opening: str) -> _Names:
        """The names that can begin with these letters; kept, because the same come again and again."""
        names: _Names = self._otherwise
        for letters in LENGTHS:
            longest = self._by_opening.get(opening[:letters])
            if longest is not None:
                names = longest
                break
        if len(self._openings) < REMEMBERED:
            self._openings[opening] = names
        return names

    def _may_begin(self, opening: str) -> bool:
        """Whether, whatever the next word is, a name can begin with the last letters of a word."""
        if self._otherwise or f"{opening} " in self._begun:
            return True
        return any(opening[:length] in self._by_opening for length in range(1, len(opening) + 1))

    def _places(self, word: str) -> tuple[_Place, ...]:
        """Where in a word something can be rewritten."""
        lower, places = _lowered(word), []
        for start in self._starts.finditer(word + " "):
            offset = start.start()
            opening = lower[offset : offset + LOOKED_AT]
            if opening[0] in "'\"":
                inside = opening[0] == "'" and _INSIDE.match(word, offset) is not None
                places.append(_Place(offset, "’" if inside else "", None))
            elif len(opening) < LOOKED_AT:
                if self._may_begin(opening):
                    places.append(_Place(offset, None, None))
            elif names := self._names(opening):
                places.append(_Place(offset, None, names))
        if len(word) <= LONGEST_WORD and len(self._memory) < REMEMBERED:
            self._memory[word] = tuple(places)
        return tuple(places)

    def __call__(self, source: str) -> Canonical:
        """The canonical form of a plain text; case decides "US" and "UN", then everything is lower case."""
        parts: list[str] = []
        new: list[int] = []
        old: list[int] = []
        length = at = begin = 0
        met = -1  # asked for at the first place where a name can begin
        lower = _lowered(source)
        memory, known = self._memory, self._openings
        for word in source.split(" "):
            places = memory.get(word)
            if places is None:
                places = self._places(word)
            for offset, sign, names in places:
                place = begin + offset
                if place < at:
                    continue
                if sign is None:
                    if met < 0:
                        met = self._prefilter.met(lower)
                    if names is None:
                        opening = lower[place : place + LOOKED_AT]
                        names = known.get(opening)
                        if names is None:
                            names = self._names(opening)
                    for bit, match, name in names:
                        if bit & met and (found := match(source, place)) is not None:
                            token, end = name, found.end()
                            break
                    else:
                        continue
                    if end == place:
                        continue
                else:
                    token, end = sign, place + 1
                piece = lower[at:place]
                new += (length, length + len(piece))
                old += (at, place)
                parts += (piece, token)
                length += len(piece) + len(token)
                at = end
            begin += len(word) + 1
        new.append(length)
        old.append(at)
        parts.append(lower[at:])
        return Canonical("".join(parts), source, tuple(new), tuple(old))


def _lowered(source: str) -> str:
    lower = source.lower()
    if len(lower) != len(source):  # a letter that is longer in lower case would shift every place
        lower = "".join(each if len(each.lower()) != 1 else each.lower() for each in source)
    return lower


def _starts(openings: Iterable[str], complete: bool) -> re.Pattern[str]:
    """Where something can be rewritten: a quotation mark, or the start of a word that a name can begin with."""
    if not complete:
        return _STARTS
    seconds: dict[str, set[str]] = {}
    for opening in openings:
        seconds.setdefault(opening[0], set()).add(opening[1:2])
    begun = [_letter({first}) + ("" if "" in rest else _letter(rest)) for first, rest in sorted(seconds.items())]
    return re.compile(rf"(?<!\w)(?:{'|'.join(begun)})|['\"]")


def _letter(letters: Iterable[str]) -> str:
    """A set of letters in both cases."""
    return (
        "["
        + "".join(sorted({re.escape(form) for each in letters for form in (each, each.upper()) if len(form) == 1}))
        + "]"
    )
