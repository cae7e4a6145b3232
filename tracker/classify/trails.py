"""What an expression leaves behind in every text it matches: trails of words, read off the expression itself.

Hundreds of phrases are tried on every headline and nearly all of them cannot match, which a look at the words
shows. The way is that of RE2's FilteredRE2 (Cox, "Regular Expression Matching with a Trigram Index"), taken from
letters to words: an expression becomes a few trails, of which one has to run through the text; a trail is a
handful of steps, each met by a word that holds any of its scraps. "fires? .*rocket" leaves the trail "fire or
fires", "rocket".

The standard library's own parser of expressions takes them apart. Where a later Python lacks it, every
expression is simply run: slower, and the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from tracker.classify.literals import alternatives

BORDER, EDGE, TOP, FOREIGN = "\x1f", "\x1e", "\x1c", "\x1d"
"""Written into a word before its scraps are looked for: where letters meet other signs (the expressions' ``\\b``),
the white space around it, the beginning of the text, and that it holds a letter of Chinese, Japanese or Korean.
All four are white space to ``str.split``, so no word holds them by itself."""

FIRST_FOREIGN = "\u2e80"
"""From here on, letters are those of Chinese, Japanese or Korean."""

MOST_SPELLINGS = 160
"""Spellings of parts in a row that are written out together."""

MOST_CHOICES = 1000
"""Spellings of one part that are."""

MOST_TRAILS = 24
"""Trails of one choice; what branches further is joined to one step that says less."""

MOST_STEPS = 4
"""Steps kept of one trail, the most telling: a fifth turns hardly a text away that four let pass."""

MOST_LENGTHS = 4
"""Numbers of words that the spellings of one part may have and still be followed each for itself."""

SHORTEST = 2
"""Letters of a scrap that tell something; a single one stands in every text (but for ``RARE`` and other scripts)."""

RARE = frozenset('?!;:"')

Step = frozenset[str]
"""Scraps of which a word must hold at least one."""


class Trail(NamedTuple):
    """``sure``: the expression matches whatever the trail runs through, so it need not be run."""

    steps: frozenset[Step]
    sure: bool

    def most_telling_first(self) -> list[Step]:
        """Its steps in order."""
        return sorted(self.steps, key=_tells, reverse=True)


class _Way(NamedTuple):
    """A trail on the way through an expression: its steps so far, what the letters since then can spell, and
    whether nothing of the expression was passed over."""

    steps: tuple[Step, ...]
    spelt: frozenset[str]
    whole: bool


_PARSER: Any = vars(re).get("_parser")
_NOTHING = frozenset({""})


_BORDER = re.compile(r"\b")


def marked(word: str, first: bool = False) -> str:
    """A word with the signs that scraps may ask for."""
    if word.isascii() and word.isalnum():  # nearly every word
        return f"{TOP if first else EDGE}{BORDER}{word}{BORDER}{EDGE}"
    bordered = _BORDER.sub(BORDER, word)
    foreign = FOREIGN if not word.isascii() and max(word) >= FIRST_FOREIGN else ""
    return f"{TOP if first else EDGE}{bordered}{EDGE}{foreign}"


@cache
def trails(pattern: str, folded: bool = False) -> tuple[Trail, ...]:
    """The trails of an expression, of which one runs through every text that it matches.

    They hold for the text as it is, where parts that ignore case tell nothing; or, ``folded``, for the text in
    lower case. A trail without steps is in every text; no trail at all: the expression matches nothing.
    """
    if _PARSER is None:
        return (Trail(frozenset(), False),)
    tree = _PARSER.parse(pattern)
    if not tree:  # an empty expression matches everywhere
        return (Trail(frozenset(), True),)
    ways = _ended(_walked(tree, [_Way((), _NOTHING, True)], folded), folded)
    exact = not folded or _ignores_case(tree)
    sure: dict[frozenset[Step], bool] = {}
    for way in ways:
        steps = frozenset(sorted(set(way.steps), key=_tells, reverse=True)[:MOST_STEPS])
        sure[steps] = sure.get(steps, False) or (way.whole and exact and len(way.steps) == 1)
    return tuple(_merged([Trail(*each) for each in sure.items()]))


def _merged(found: list[Trail]) -> list[Trail]:
    """The trails with those made one that differ in a single step: as telling, and far fewer."""
    while True:
        alike: dict[tuple[frozenset[Step], int, bool], list[Trail]] = {}
        for trail in found:
            for step in trail.steps:
                alike.setdefault((trail.steps - {step}, len(trail.steps), trail.sure), []).append(trail)
        (rest, _, sure), most = max(alike.items(), key=lambda each: len(each[1]), default=((frozenset(), 0, False), []))
        if len(most) < 2:
            return found
        step = frozenset(scrap for trail in most for each in trail.steps - rest for scrap in each)
        found = [*(trail for trail in found if trail not in most), Trail(rest | {step}, sure)]


def _ignores_case(tree: Any) -> bool:
    """Whether the whole of the expression does."""
    (operation, value), *more = tree
    if more:
        return False
    if str(operation) == "BRANCH":
        return all(map(_ignores_case, value[1]))
    return str(operation) == "SUBPATTERN" and bool(value[1] & re.IGNORECASE)


def _walked(tree: Any, ways: list[_Way], folded: bool) -> list[_Way]:
    for operation, value in tree:
        name = str(operation)
        spellings = _spellings(name, value, folded)
        if spellings is not None:
            ways = _spelt(ways, spellings, folded)
        elif name in ("ASSERT", "ASSERT_NOT", "AT"):  # takes no letter: what stands on both sides stands together
            ways = [way._replace(whole=False) for way in ways]
        elif name == "SUBPATTERN" and (folded or not value[1] & re.IGNORECASE):
            ways = _walked(value[3], ways, folded)
        elif name == "BRANCH":
            ways = _branched(value[1], ways, folded)
        elif name.endswith("_REPEAT") and value[0] > 0:
            ways = _cut(_walked(value[2], ways, folded), folded)
        elif name == "IN" and _is_foreign(value):
            ways = [way._replace(steps=(*way.steps, frozenset({FOREIGN}))) for way in _cut(ways, folded)]
        else:
            ways = _cut(ways, folded)
    return ways


def _spelt(ways: Iterable[_Way], spellings: frozenset[str], folded: bool) -> list[_Way]:
    """The ways one part further, a part that can be written out."""
    found: list[_Way] = []
    for way in ways:
        if way.spelt == _NOTHING or len(way.spelt) * len(spellings) <= MOST_SPELLINGS:
            found.append(way._replace(spelt=frozenset(a + b for a in way.spelt for b in spellings)))
        else:
            found += [each._replace(spelt=spellings) for each in _cut([way], folded)]
    return list(dict.fromkeys(found))


def _branched(branches: Sequence[Any], ways: list[_Way], folded: bool) -> list[_Way]:
    forked = list(dict.fromkeys(way for branch in branches for way in _walked(branch, ways, folded)))
    if len(forked) <= MOST_TRAILS:
        return forked
    joined: set[str] = set()
    for branch in branches:
        for way in _ended(_walked(branch, [_Way((), _NOTHING, False)], folded), folded):
            if not way.steps:
                return _cut(ways, folded)
            joined.update(sorted(way.steps, key=_tells)[-1])
    return [way._replace(steps=(*way.steps, frozenset(joined))) for way in _cut(ways, folded)]


def _cut(ways: Iterable[_Way], folded: bool) -> list[_Way]:
    """The ways with what was spelt turned into steps; something that cannot be told follows."""
    return list(dict.fromkeys(way._replace(whole=False) for way in _ended(ways, folded)))


def _ended(ways: Iterable[_Way], folded: bool) -> list[_Way]:
    """The ways with what was spelt turned into steps, a way for every number of words it can have."""
    found: list[_Way] = []
    for way in ways:
        by_words: dict[int, list[tuple[str, ...]]] = {}
        for spelling in way.spelt:
            scraps = _scraps(spelling.lower() if folded else spelling)
            if scraps is not None:
                by_words.setdefault(len(scraps), []).append(scraps)
        if len(by_words) > MOST_LENGTHS:
            by_words = {1: [(max(each, key=len),) for rows in by_words.values() for each in rows]}
            way = way._replace(whole=False)
        for words, rows in by_words.items():
            for steps in _rows(rows):
                told = [step for step in steps if all(map(_telling, step))]
                whole = way.whole and words == 1 and len(told) == 1 and not way.steps and TOP not in "".join(told[0])
                # What was spelt adds nothing where it may be nothing; then the way is as whole as it was.
                found.append(_Way((*way.steps, *told), _NOTHING, way.whole if way.spelt == _NOTHING else whole))
    return list(dict.fromkeys(found))


def _rows(rows: Sequence[Sequence[str]]) -> list[list[Step]]:
    """The scraps of spellings of as many words each, as steps: those together that begin alike, or end alike."""
    by_first: dict[tuple[str, ...], set[str]] = {}
    for row in rows:
        by_first.setdefault(tuple(row[:-1]), set()).add(row[-1])
    by_last: dict[frozenset[str], list[tuple[str, ...]]] = {}
    for first, last in by_first.items():
        by_last.setdefault(frozenset(last), []).append(first)
    if len(by_last) > MOST_TRAILS:
        return [[frozenset(row[place] for row in rows) for place in range(len(rows[0]))]]
    return [
        [*(frozenset(row[place] for row in firsts) for place in range(len(firsts[0]))), last]
        for last, firsts in by_last.items()
    ]


def told_apart(pattern: str) -> tuple[str, ...]:
    """The alternatives of an expression, those that single words tell for sure together as the first of them;
    none of an empty one."""
    if not pattern:
        return ()
    sure: list[str] = []
    others: list[str] = []
    for piece in alternatives(pattern):
        (sure if all(trail.sure for trail in trails(piece)) else others).append(piece)
    return ("|".join(sure), *others) if sure else tuple(others)


def _spellings(name: str, value: Any, folded: bool) -> frozenset[str] | None:
    """Everything a part can match, written out; None where that is too much, or rests on what stands around."""
    if name == "LITERAL":
        return frozenset({chr(value)})
    if name == "IN":
        return _letters(value)
    if name == "AT":
        sign = {"AT_BOUNDARY": BORDER, "AT_BEGINNING": TOP, "AT_BEGINNING_STRING": TOP}.get(str(value))
        return frozenset({sign}) if sign else None
    if name == "SUBPATTERN" and (folded or not value[1] & re.IGNORECASE):
        return _spellings_of(value[3], folded)
    if name == "BRANCH":
        return _either(_spellings_of(branch, folded) for branch in value[1])
    if name.endswith("_REPEAT") and value[1] <= 2:
        least, most, inner = value
        once = _spellings_of(inner, folded)
        if once is None:
            return None
        times = [frozenset({""}), once, frozenset(a + b for a in once for b in once)]
        return _either(times[least : most + 1])
    return None


def _spellings_of(tree: Any, folded: bool) -> frozenset[str] | None:
    every = _NOTHING
    for operation, value in tree:
        following = _spellings(str(operation), value, folded)
        if following is None or (every != _NOTHING and len(every) * len(following) > MOST_SPELLINGS):
            return None
        every = frozenset(a + b for a in every for b in following)
    return every


def _either(parts: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    every: set[str] = set()
    for part in parts:
        if part is None:
            return None
        every |= part
    return frozenset(every) if len(every) <= MOST_CHOICES else None


def _letters(parts: Sequence[tuple[Any, Any]]) -> frozenset[str] | None:
    """The letters of a set, where they are few."""
    found: set[str] = set()
    for operation, value in parts:
        if str(operation) == "LITERAL":
            found.add(chr(value))
        elif str(operation) == "RANGE" and value[1] - value[0] < 10:
            found.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return None
    return frozenset(found)


def _is_foreign(parts: Sequence[tuple[Any, Any]]) -> bool:
    if any(str(operation) not in ("RANGE", "LITERAL") for operation, _ in parts):
        return False
    return all((value[0] if str(operation) == "RANGE" else value) >= ord(FIRST_FOREIGN) for operation, value in parts)


@lru_cache(maxsize=20_000)  # the fragments of the phrasebook come again and again
def _scraps(spelling: str) -> tuple[str, ...] | None:
    """A spelling cut at its spaces, each piece with the signs that surely stand in and around it; None where it
    asks for a border in the midst of letters, which no text has."""
    pieces = spelling.split(" ")
    scraps = []
    for place, piece in enumerate(pieces):
        scrap = _scrap(f"{EDGE if place else ''}{piece}{EDGE if place < len(pieces) - 1 else ''}")
        if scrap is None:
            return None
        scraps.append(scrap)
    return tuple(scraps)


def _scrap(piece: str) -> str | None:
    scrap, before, wanted = "", "", False
    for letter in piece:
        if letter == BORDER:
            wanted = True
            continue
        if letter == TOP and before:
            return None
        border = before != "" and _is_letter(before) != _is_letter(letter)
        if wanted and before and not border:
            return None
        scrap += (BORDER if border or (wanted and not before and letter != TOP) else "") + letter
        before, wanted = letter, False
    return scrap + BORDER if wanted else scrap


def _is_letter(sign: str) -> bool:
    """What ``\\w`` matches."""
    return sign.isalnum() or sign == "_"


def _telling(scrap: str) -> bool:
    letters = scrap.strip(BORDER + EDGE + TOP)
    if len(letters) >= SHORTEST or letters in RARE:
        return True
    return letters != "" and (not letters.isascii() or len(scrap) > SHORTEST)


def _tells(step: Step) -> tuple[int, int, list[str]]:
    """How much a step tells: rarely met are few and long scraps."""
    return min(map(len, step)), -len(step), sorted(step)
