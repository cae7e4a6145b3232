"""Turns away, in one pass over the letters, texts that none of some expressions can match: RE2's prefilter.

A text is asked for one piece of letters of the most telling step of every trail (``trails``), all pieces at once.
It needs no memory of words, so the first text costs what the thousandth does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

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

    def __init__(self, patterns: Sequence[str]) -> None:
        owners: dict[str, int] = {}
        self.may = (1 << len(patterns)) - 1
        """The bits of ``met`` that say which expressions may match; those above say which do, in the same order."""
        for place, pattern in enumerate(patterns):
            for trail in trails(pattern, True):
                for scrap in next(iter(trail.most_telling_first()), ("",)):
                    piece = _piece(scrap)
                    does = trail.sure and piece == scrap
                    owners[piece] = owners.get(piece, 0) | 1 << place | does << place + len(patterns)
        self._always = owners.pop("", 0)
        """Expressions that say nothing, or say it in signs alone: they may match any text."""
        self._plain, self._plain_owners = _matcher({each: owners[each] for each in owners if each.isascii()})
        self._foreign, self._foreign_owners = _matcher({each: owners[each] for each in owners if not each.isascii()})

    def met(self, lowered: str) -> int:
        """A bit for the place of every expression that may match, all that do being among them, and beyond ``may``
        one for those that are known to."""
        met = self._always
        letters = lowered.encode("utf-8", "replace")
        if self._plain is not None:
            spaced = b" %b " % letters.translate(_SPACED)
            for piece, _, _ in self._plain.find_matches_as_indexes(spaced, overlapping=True):
                met |= self._plain_owners[piece]
        if self._foreign is not None and len(letters) != len(lowered):
            for piece, _, _ in self._foreign.find_matches_as_indexes(letters, overlapping=True):
                met |= self._foreign_owners[piece]
        return met

    def chosen(self, lowered: str) -> list[int]:
        """The places of the expressions that may match, in order."""
        return places(self.met(lowered) & self.may)


def places(bits: int) -> list[int]:
    """The places of the bits that are set, the lowest first."""
    found = []
    while bits:
        found.append((bits & -bits).bit_length() - 1)
        bits &= bits - 1
    return found


def _matcher(owners: Mapping[str, int]) -> tuple[BytesAhoCorasick | None, list[int]]:
    """What finds the pieces, and whose they are."""
    pieces = sorted(owners)
    if not pieces:
        return None, []
    found = BytesAhoCorasick([piece.encode() for piece in pieces], implementation=Implementation.DFA)
    return found, [owners[piece] for piece in pieces]


def _piece(scrap: str) -> str:
    """The longest run of Latin letters and digits of a scrap, with a space on each side where it does not end the
    scrap; where it has none, of other letters. Empty where it has neither."""
    plain = [
        (" " if run.start() else "") + run.group() + (" " if run.end() < len(scrap) else "")
        for run in _PLAIN.finditer(scrap)
    ]
    return max(plain, key=len, default="") or max(_FOREIGN.findall(scrap), key=len, default="")
