"""What the model sees of a text: words and their neighbours, who acts, what is negated, what is only background.

A bag of words does not know who fired, whether the meeting is off, or that the missile only stands behind
"after". So a text becomes a set of plain strings, each with its kind in front (``KINDS``): words and stems as
such, stems bound to the actor before them, stems under a negation, stems of the clause that is the news and of
those that give its background; and what the rules made of it. All of them can be read, and are, in words, when
somebody asks why (``spoken``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, repeat
from typing import Generic, NamedTuple, Protocol, TypeVar

from tracker.classify.canonical import Canonical
from tracker.classify.phrasing import THRESHOLD, Reading

F = TypeVar("F")
"""A feature: its name, or the number a model knows it by."""

_TOKEN = re.compile(r"[A-Z]{2,}|[a-z0-9]+(?:[’.-][a-z0-9]+)*|[?!:]|[^\x00-\x7f]+")

_BACKGROUND = frozenset(
    {"after", "following", "over", "amid", "despite", "since", "because", "ahead", "before", "when", "while", "as"}
)
"""Words that begin a clause of background: what follows is told to place the news, it is not the news."""

_NEGATIONS = frozenset(
    {"no", "not", "never", "cannot", "without", "refuse", "refuses", "refused", "reject", "rejects", "rejected"}
)

NEGATED = 4
"""Words after a negation that it may reach."""

KINDS = {
    "w=": "“{}”",
    "s=": "a form of “{}”",
    "b=": "“{}” together",
    "a=": "{} in this order",
    "n=": "“{}” under a negation",
    "g=": "“{}” in the background clause",
    "c=": "the letters “{}”",
    "o=": "begins with “{}”",
    "A=": "first actor {}",
    "O=": "actors in the order {}",
    "B=": "a background clause with “{}”",
    "R=": "the rules find {}",
    "M=": "the rules read it as {}",
    "W=": "the rules find a trace of {}",
    "x=": "{}",
    "X=": "{} (rules) with “{}”",
}
"""The kinds of features and how each is put in words."""

PAIRS = {"b=": " ", "a=": " ", "X=": "|"}
"""The kinds that end with the form of a word, and what stands before it."""

_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("ing", ""), ("es", ""), ("ed", ""),
    ("s", ""),
)  # fmt: skip
_LAST = frozenset(ending[-1] for ending, _ in _ENDINGS)
SHORTEST = 5
"""A shorter word keeps its ending: cutting it would join words that have nothing in common."""


LONGEST_WORD, REMEMBERED = 24, 50_000
"""Words that are remembered: how long, and how many. Hostile text must not fill the memory."""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The word without the endings of number and tense; crude on purpose, only the same word must meet itself."""
    if word.endswith("’s"):
        word = word[:-2]
    if len(word) >= SHORTEST and word[-1] in _LAST and not word.endswith("ss"):
        for ending, instead in _ENDINGS:
            if word.endswith(ending):
                word = word[: len(word) - len(ending)] + instead
                doubled = ending in ("ing", "ed") and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls"
                word = word[:-1] if doubled else word
                break
    return word[:-1] if word.endswith("e") and len(word) >= SHORTEST else word


def _form(word: str) -> str:
    """What a word counts as: a number as such, an actor's token as it is, any other word by its stem."""
    return "#" if word[0].isdigit() else word if word.isupper() else stem(word)


class Following(Protocol[F]):
    """The features that begin alike, by the form they end with."""

    def get(self, form: str, unknown: F, /) -> F: ...


class Glossary(Protocol[F]):
    """What features are called: by their names (``Names``), or by a model's numbers for them (``table.Numbers``)."""

    unknown: F
    """Stands for all that have no name here."""

    def one(self, feature: str) -> F:
        """What one feature is called."""

    def following(self, opening: str) -> Following[F]:
        """What those are called that begin so."""


class _Named:
    def __init__(self, opening: str) -> None:
        self._opening = opening

    def get(self, form: str, _unknown: str, /) -> str:
        return self._opening + form


class Names:
    """Every feature by its own name."""

    unknown = ""

    def one(self, feature: str) -> str:
        return feature

    def following(self, opening: str) -> _Named:
        return _Named(opening)


class _Word(NamedTuple, Generic[F]):
    """All that one word can add to a text's features, wherever it stands."""

    form: str
    alone: tuple[F, ...]
    beside: Callable[[str, F], F]
    """The pair that it makes with the form after it, if there is one."""
    actor: str
    """The word itself if it is an actor's token, else empty."""
    begins: tuple[F, ...]
    """The feature of the clause of background that it begins, if it does."""
    negates: bool
    word: str


class _Piece(NamedTuple, Generic[F]):
    """The words of a piece of text without spaces, and what they add wherever it stands."""

    words: tuple[_Word[F], ...]
    forms: tuple[str, ...]
    alone: tuple[F, ...]
    turning: tuple[int, ...]
    """Which of the words turn what stands around them."""


class Features(Generic[F]):
    """Sees texts by their features, each called as the glossary calls it.

    Nearly every word of a text has been seen before, and with it all that depends on the word alone; what is left
    to do for a text is to look up pairs, and where actors, negations and clauses begin.
    """

    def __init__(self, glossary: Glossary[F]) -> None:
        self._glossary = glossary
        self._words: dict[str, _Piece[F]] = {}
        self._orders: dict[tuple[str, ...], tuple[F, F]] = {}
        self._after_actor: dict[str, Following[F]] = {}
        self._found: dict[str, Following[F]] = {}
        self._ruled: dict[tuple[str, int, str], tuple[F, ...]] = {}
        one = glossary.one
        self._named, self._unnamed = one("x=names the North"), one("x=does not name the North")
        self._negation, self._nothing = one("x=holds a negation"), one("R=nothing")

    def of(self, canonical: Canonical, concerns: bool, lang: str, readings: Sequence[Reading]) -> set[F]:
        """The features of a text, each once. ``readings`` are the rules' own, of any probability."""
        found = [self._named if concerns else self._unnamed]
        if lang != "en":
            found += map(self._glossary.one, _letters(canonical.text))
            self._rules(readings, (), found)
            return set(found)
        words: list[_Word[F]] = []
        forms: list[str] = []
        turning: list[int] = []
        memory = self._words
        # No token reaches over a space, so they can be taken and remembered piece by piece.
        for piece in canonical.text.split():
            known = memory.get(piece)
            if known is None:
                known = self._seen(piece)
            if known.turning:
                turning += [len(words) + place for place in known.turning]
            words += known.words
            forms += known.forms
            found += known.alone
        unknown = self._glossary.unknown
        found += [word.beside(form, unknown) for word, form in zip(words, forms[1:], strict=False)]
        one = self._glossary.one
        found += [one("o=" + each.word) for each in words[:2]]
        if turning:
            self._turns(words, forms, turning, found)
        self._rules(readings, forms, found)
        return set(found)

    def _turns(self, words: Sequence[_Word[F]], forms: Sequence[str], turning: Sequence[int], found: list[F]) -> None:
        """Who acts, what is negated, and what only gives the background: told by the words at the places given."""
        actors: list[int] = []
        background = False
        one = self._glossary.one
        for place in turning:
            word = words[place]
            if word.actor:
                actors.append(place)
            elif word.begins and place:
                found += word.begins
                if not background:
                    background = True
                    found += [one("g=" + form) for form in forms[place:]]
            elif word.negates:
                found.append(self._negation)
                found += [one("n=" + form) for form in forms[place + 1 : place + 1 + NEGATED]]
        if not actors:
            return
        unknown = self._glossary.unknown
        for start, end in pairwise((*actors, len(words))):
            after = self._after(self._after_actor, "a=", words[start].actor, " … ")
            found += map(after.get, forms[start + 1 : end], repeat(unknown))
        order = tuple([words[place].actor for place in actors[:3]])
        known = self._orders.get(order)
        if known is None:
            known = one("A=" + order[0]), one("O=" + " > ".join(dict.fromkeys(order)))
            if len(self._orders) < REMEMBERED:
                self._orders[order] = known
        found += known

    def _rules(self, readings: Sequence[Reading], forms: Sequence[str], found: list[F]) -> None:
        """What the rules made of the text."""
        if not readings:
            found.append(self._nothing)
            return
        unknown = self._glossary.unknown
        for each in readings:
            said = each.p >= THRESHOLD
            key = (each.category, int(each.p * 10) if said else -1, each.mode if said else "")
            known = self._ruled.get(key)
            if known is None:
                known = self._ruled[key] = tuple(map(self._glossary.one, _ruled(*key)))
            found += known
            if said and forms:
                together = self._after(self._found, "X=", each.category, "|")
                found += map(together.get, forms, repeat(unknown))

    def _after(self, known: dict[str, Following[F]], kind: str, value: str, then: str) -> Following[F]:
        """What follows one of the few actors or categories there are; kept, for there are only few."""
        if value not in known:
            if len(known) >= REMEMBERED:
                return self._glossary.following(kind + value + then)
            known[value] = self._glossary.following(kind + value + then)
        return known[value]

    def _seen(self, piece: str) -> _Piece[F]:
        """What a piece of text without spaces adds."""
        words = tuple(map(self._word, _TOKEN.findall(piece)))
        turning = tuple(place for place, each in enumerate(words) if each.actor or each.begins or each.negates)
        alone = tuple(feature for each in words for feature in each.alone)
        seen = _Piece(words, tuple(each.form for each in words), alone, turning)
        if len(piece) <= LONGEST_WORD and len(self._words) < REMEMBERED:
            self._words[piece] = seen
        return seen

    def _word(self, word: str) -> _Word[F]:
        one, form = self._glossary.one, _form(word)
        return _Word(
            form,
            (one("s=" + form),) if form == word else (one("s=" + form), one("w=" + word)),
            self._glossary.following("b=" + form + " ").get,
            word if word.isupper() else "",
            (one("B=" + word),) if word in _BACKGROUND else (),
            word in _NEGATIONS or word.endswith("n’t"),
            word,
        )


def _ruled(category: str, tenths: int, mode: str) -> Iterator[str]:
    """What the rules find: ``tenths`` of a probability, negative where it is too small to count."""
    if tenths < 0:
        yield f"W={category}"
        return
    yield f"R={category}"
    yield f"R={category} at {tenths}0 %"
    yield f"M={mode}"
    yield f"M={category} {mode}"


def _letters(text: str) -> Iterator[str]:
    """One to three letters together, for scripts that do not part their words."""
    for piece in text.split():
        if piece.isascii():
            yield f"w={piece}"
            continue
        for width in (1, 2, 3):
            yield from (f"c={piece[at : at + width]}" for at in range(len(piece) - width + 1))


def spoken(feature: str) -> str:
    """A feature in words."""
    kind, value = feature[:2], feature[2:]
    return KINDS[kind].format(*value.split("|", 1)) if kind in KINDS else feature
