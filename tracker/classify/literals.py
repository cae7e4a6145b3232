"""What an expression says of where it can match: its alternatives, and the letters that all its matches open with.

The standard library's own parser of expressions takes them apart. Where a later Python lacks it, nothing is
known, and every expression is tried everywhere: slower, and the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

_PARSER: Any = vars(re).get("_parser")


def _parsed(pattern: str) -> Any:
    return _PARSER.parse(pattern) if _PARSER is not None else None


def alternatives(pattern: str) -> tuple[str, ...]:
    """The expression cut at its outermost bars, also at those of a group that ignores case: as many expressions,
    one of which matches where the whole one does."""
    pieces = []
    for piece in _cut(pattern):
        inner = piece[4:-1]
        if piece.startswith("(?i:") and piece.endswith(")") and _closes_at_end(piece):
            pieces += [f"(?i:{each})" for each in _cut(inner)]
        else:
            pieces.append(piece)
    return tuple(pieces)


def _depths(pattern: str) -> Iterator[tuple[int, str, int]]:
    """Every character outside brackets and escapes with its place and the depth of groups around it."""
    depth, bracket, skip = 0, False, False
    for place, letter in enumerate(pattern):
        if skip:
            skip = False
        elif letter == "\\":
            skip = True
        elif bracket:
            bracket = letter != "]"
        elif letter == "[":
            bracket = True
        else:
            depth -= letter == ")"
            yield place, letter, depth
            depth += letter == "("


def _cut(pattern: str) -> list[str]:
    bars = [place for place, letter, depth in _depths(pattern) if letter == "|" and depth == 0]
    edges = [-1, *bars, len(pattern)]
    return [pattern[first + 1 : last] for first, last in pairwise(edges)]


def _closes_at_end(piece: str) -> bool:
    return next(place for place, letter, depth in _depths(piece) if letter == ")" and depth == 0) == len(piece) - 1


def openings(pattern: str, length: int = 4) -> frozenset[str] | None:
    """The first characters, in lower case, of everything the expression can match; None if unknown.

    ``length`` of them, fewer where a match may end before; never none.
    """
    tree = _parsed(pattern)
    if tree is None:
        return None
    whole = _starts(tree, frozenset({""}), length)
    if whole is None or "" in whole:
        return None
    return frozenset(each.lower() for each in whole)


def _starts(tree: Any, begun: frozenset[str], length: int) -> frozenset[str] | None:
    for operation, value in tree:
        if all(len(each) >= length for each in begun):
            return begun
        following = _next(str(operation), value, begun, length)
        if following is None:
            return None
        begun = following
    return begun


def _next(name: str, value: Any, begun: frozenset[str], length: int) -> frozenset[str] | None:
    if name in ("AT", "ASSERT", "ASSERT_NOT"):
        return begun
    if name == "LITERAL":
        return _extended(begun, [chr(value)], length)
    if name == "IN":
        letters = [chr(each) for operation, each in value if str(operation) == "LITERAL"]
        return _extended(begun, letters, length) if len(letters) == len(value) else None
    if name == "SUBPATTERN":
        return _starts(value[3], begun, length)
    if name == "BRANCH":
        return _union(_starts(branch, begun, length) for branch in value[1])
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        least, most, inner = value
        reached: frozenset[str] | None = begun
        every = [begun] if least == 0 else []
        for _ in range(min(int(most), length)):
            reached = _starts(inner, reached, length) if reached is not None else None
            if reached is None:
                return None
            every.append(reached)
        return _union(every)
    return None


def _extended(begun: frozenset[str], letters: list[str], length: int) -> frozenset[str]:
    done = frozenset(each for each in begun if len(each) >= length)
    return done | frozenset(each + letter for each in begun - done for letter in letters)


def _union(parts: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    every: set[str] = set()
    for part in parts:
        if part is None:
            return None
        every |= part
    return frozenset(every)
