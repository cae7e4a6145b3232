"""What must stand in a text before a regular expression can match it: literals, read off the expression itself.

Hundreds of phrases are tried on every headline and nearly all of them cannot match, which a look at the
letters shows. The way is that of RE2's FilteredRE2 (Cox, "Regular Expression Matching with a Trigram Index"):
every expression gives clauses, each a set of strings of which one has to occur; one Aho-Corasick pass over a
text tells which clauses are met, and only expressions with all of theirs met are run.

The standard library's own parser of expressions takes them apart. Where a later Python lacks it, every
expression is simply run: slower, and the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Any

from ahocorasick_rs import AhoCorasick

LEAST = 2
"""Shortest literal worth looking for; a single letter stands in every text (outside Chinese and Korean script)."""

MOST_CHOICES = 200
"""A clause of more literals than this says too little to be worth its place."""

MOST_LETTERS, MOST_SPELLINGS = 4, 16
"""Letters of a set, and spellings of a run, that are still written out."""

ASKED = 3
"""Clauses kept of one expression, the most telling: more rarely turn a text away that these let pass."""

LONGEST_WORD, REMEMBERED = 24, 50_000
"""Words that are remembered: how long, and how many."""

_PARSER: Any = vars(re).get("_parser")

Choices = frozenset[str]
"""Strings of which at least one occurs in every text that the expression matches."""


def _parsed(pattern: str) -> Any:
    return _PARSER.parse(pattern) if _PARSER is not None else None


def clauses(pattern: str, folded: bool = False) -> tuple[Choices, ...]:
    """The clauses of an expression: every one must be met, by any of its literals.

    They hold for the text as it is, where parts that ignore case tell nothing; or, ``folded``, for the text in
    lower case. Empty where nothing can be said.
    """
    tree = _parsed(pattern)
    if tree is None:
        return ()
    found = {each for each in _of(tree, folded) if len(each) <= MOST_CHOICES and all(map(_telling, each))}
    if folded:
        found = {frozenset(literal.lower() for literal in each) for each in found}
    return tuple(sorted(found, key=sorted))


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


def _telling(literal: str) -> bool:
    return len(literal) >= LEAST or not literal.isascii()


def _of(tree: Any, folded: bool) -> list[Choices]:
    """The clauses of a sequence of parsed parts. Letters in a row, and small sets of letters among them, are joined
    to the strings they can spell."""
    found: list[Choices] = []
    runs: tuple[str, ...] = ("",)
    for operation, value in tree:
        name = str(operation)
        letters = _letters(name, value)
        if letters and len(runs) * len(letters) <= MOST_SPELLINGS:
            runs = tuple(run + letter for run in runs for letter in letters)
            continue
        if name == "AT":  # a border takes no letter; what stands on both sides of it stands together
            continue
        if runs != ("",):
            found.append(frozenset(runs))
        runs = tuple(letters) if letters else ("",)
        if name == "SUBPATTERN":
            _, added, _, inner = value
            if folded or not added & re.IGNORECASE:
                found += _of(inner, folded)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, _, inner = value
            if least > 0:
                found += _of(inner, folded)
        elif name == "BRANCH":
            joined = _joined([_of(branch, folded) for branch in value[1]])
            if joined is not None:
                found.append(joined)
    return [*found, frozenset(runs)] if runs != ("",) else found


def _letters(name: str, value: Any) -> list[str]:
    """The letters one part can be; empty where it is no letter, or too many."""
    if name == "LITERAL":
        return [chr(value)]
    if name == "IN" and len(value) <= MOST_LETTERS and all(str(each) == "LITERAL" for each, _ in value):
        return [chr(letter) for _, letter in value]
    return []


def _joined(branches: list[list[Choices]]) -> Choices | None:
    """One clause for a choice of branches: the most telling clause of each, together."""
    chosen: set[str] = set()
    for branch in branches:
        usable = [each for each in branch if all(map(_telling, each))]
        if not usable:
            return None
        chosen |= max(usable, key=_tells)
    return frozenset(chosen)


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


class Sieve:
    """Tells which of many expressions a text can match at all, whatever their number.

    ``folded``: the texts are given in lower case. A word that came before is remembered with the clauses it
    meets; so literals are looked for word by word, and of one with a space in it the longest piece.
    """

    def __init__(self, patterns: Sequence[str], folded: bool = False) -> None:
        numbers: dict[Choices, int] = {}
        self._needs: list[tuple[int, frozenset[int]]] = []
        for pattern in patterns:
            pieces = {frozenset(map(_piece, clause)) for clause in clauses(pattern, folded)}
            told = [each for each in pieces if all(map(_telling, each))]
            needs = sorted(told, key=lambda each: (_tells(each), sorted(each)), reverse=True)[:ASKED]
            known = [numbers.setdefault(clause, len(numbers)) for clause in needs]
            self._needs.append((known[0] if known else -1, frozenset(known[1:])))
        met: dict[str, set[int]] = {}
        for clause, number in numbers.items():
            for literal in clause:
                met.setdefault(literal, set()).add(number)
        literals = sorted(met)
        self._met = [tuple(sorted(met[literal])) for literal in literals]
        self._matcher = AhoCorasick(literals) if literals else None
        self._memory: dict[str, frozenset[int]] = {}

    def met(self, text: str) -> set[int]:
        """The clauses that the text meets; to be given to a chooser."""
        met: set[int] = set()
        memory = self._memory
        for word in text.split():
            known = memory.get(word)
            met.update(self._met_by(word) if known is None else known)
        return met

    def _met_by(self, word: str) -> frozenset[int]:
        met: set[int] = set()
        if self._matcher is not None:
            for number in {found[0] for found in self._matcher.find_matches_as_indexes(word, overlapping=True)}:
                met.update(self._met[number])
        found = frozenset(met)
        # What is written without spaces never comes twice, and hostile text must not fill the memory.
        if len(word) <= LONGEST_WORD and len(self._memory) < REMEMBERED:
            self._memory[word] = found
        return found

    def grouped(self, numbers: Sequence[int]) -> tuple[list[int], dict[int, list[tuple[int, frozenset[int]]]]]:
        """A group's expressions (as places in ``numbers``): those that are always tried, and the others by the
        clause that tells most, each with the clauses it needs besides."""
        always: list[int] = []
        by_first: dict[int, list[tuple[int, frozenset[int]]]] = {}
        for place, number in enumerate(numbers):
            first, others = self._needs[number]
            if first < 0:
                always.append(place)
            else:
                by_first.setdefault(first, []).append((place, others))
        return always, by_first

    def chooser(self, numbers: Sequence[int]) -> Callable[[set[int]], list[int]]:
        """Which of a group's expressions (as places in ``numbers``) can match, for the clauses a text meets."""
        always, by_first = self.grouped(numbers)
        firsts = frozenset(by_first)

        def choose(met: set[int]) -> list[int]:
            chosen = list(always)
            for first in met & firsts:
                chosen += [place for place, others in by_first[first] if others <= met]
            chosen.sort()
            return chosen

        return choose


def _piece(literal: str) -> str:
    """The longest piece of a literal without white space."""
    return max(literal.split() or [""], key=len)


def _tells(clause: AbstractSet[str]) -> tuple[int, int]:
    """How much a clause tells: rarely met are few and long literals."""
    return min(map(len, clause)), -len(clause)
