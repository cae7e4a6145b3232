"""What the model sees of a text: words and their neighbours, who acts, what is negated, what is only background.

A bag of words does not know who fired, whether the meeting is off, or that the missile only stands behind
"after". So a text becomes a set of plain strings, each with its kind in front (``KINDS``): words and stems as
such, stems bound to the actor before them, stems under a negation, stems of the clause that is the news and of
those that give its background; and what the rules made of it. All of them can be read, and are, in words, when
somebody asks why (``spoken``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tracker.classify.canonical import Canonical
from tracker.classify.phrasing import THRESHOLD, Reading

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

_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("ing", ""), ("es", ""), ("ed", ""),
    ("s", ""),
)  # fmt: skip
SHORTEST = 5
"""A shorter word keeps its ending: cutting it would join words that have nothing in common."""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The word without the endings of number and tense; crude on purpose, only the same word must meet itself."""
    if word.endswith("’s"):
        word = word[:-2]
    if len(word) >= SHORTEST and not word.endswith("ss"):
        for ending, instead in _ENDINGS:
            if word.endswith(ending):
                word = word[: len(word) - len(ending)] + instead
                doubled = ending in ("ing", "ed") and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls"
                word = word[:-1] if doubled else word
                break
    return word[:-1] if word.endswith("e") and len(word) >= SHORTEST else word


@lru_cache(maxsize=65536)
def _form(word: str) -> str:
    """What a word counts as: a number as such, an actor's token as it is, any other word by its stem."""
    return "#" if word[0].isdigit() else word if word.isupper() else stem(word)


def features(canonical: Canonical, concerns: bool, lang: str, readings: Sequence[Reading]) -> set[str]:
    """The features of a text, each once. ``readings`` are the rules' own, of any probability."""
    found = {"x=names the North" if concerns else "x=does not name the North", *_rules(readings)}
    if lang != "en":
        found.update(_letters(canonical.text))
        return found
    words = _TOKEN.findall(canonical.text)
    found.update(_spelt(words))
    for category in sorted(each.category for each in readings if each.p >= THRESHOLD):
        found.update([f"X={category}|{_form(each)}" for each in words])
    return found


def _rules(readings: Sequence[Reading]) -> Iterator[str]:
    if not readings:
        yield "R=nothing"
    for each in readings:
        if each.p < THRESHOLD:
            yield f"W={each.category}"
            continue
        yield f"R={each.category}"
        yield f"R={each.category} at {int(each.p * 10)}0 %"
        yield f"M={each.mode}"
        yield f"M={each.category} {each.mode}"


def _spelt(words: Sequence[str]) -> list[str]:
    """Everything told by the words and their places, in one pass: every text goes through it."""
    found = ["o=" + each for each in words[:2]]
    actors: list[str] = []
    earlier = background = actor = ""
    reach = 0
    for place, word in enumerate(words):
        form = _form(word)
        found.append("s=" + form)
        if form != word:
            found.append("w=" + word)
        if earlier:
            found.append("b=" + earlier + " " + form)
        earlier = form
        if word.isupper():
            actor = word
            actors.append(word)
        elif actor:
            found.append("a=" + actor + " … " + form)
        if place and word in _BACKGROUND:
            background = word
            found.append("B=" + word)
        if background:
            found.append("g=" + form)
        if reach:
            found.append("n=" + form)
            reach -= 1
        if word in _NEGATIONS or word.endswith("n’t"):
            reach = NEGATED
            found.append("x=holds a negation")
    if actors:
        found.append("A=" + actors[0])
        found.append("O=" + " > ".join(dict.fromkeys(actors[:3])))
    return found


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
