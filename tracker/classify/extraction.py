"""What stands around an event in the text: places, counts, weapons, subtypes. Each with the words it came from."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from tracker.classify.canonical import Canonical
from tracker.classify.prefilter import Prefilter
from tracker.core.observations import Mode
from tracker.core.patterns import compiled
from tracker.core.phrases import Actor, CategoryWords, WeaponName
from tracker.core.places import Place

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "single": 1, "two": 2, "pair of": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12, "a dozen": 12,
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10,
    "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
}  # fmt: skip
MOST = 2000
"""A greater number in a headline is a range, a year or a sum, never a count of what we count."""


def number(word: str) -> int | None:
    """The value of a number or number word; None for anything else or more than ``MOST``."""
    word = word.strip().lower().replace(",", "")
    value = int(word) if word.isdecimal() else NUMBERS.get(word)
    return value if value is not None and 0 < value <= MOST else None


@dataclass(frozen=True, slots=True)
class Found:
    """A value read from a text and the words it was read from."""

    value: str
    words: str


_BEFORE = re.compile(
    r"\b(?:in|near|at|from|around|outside|off|to|visits?|visited|leaves|enters) "
    r"(?:the |its |nk’s |northeastern |eastern |western |southern )?\Z"
)
_AFTER = re.compile(
    r"[- ](?:[a-z]+ )?(?:summit|talks|meeting|launch(?:ing)? (?:site|station)|test site|site|base|area|"
    r"airport|port|province|range|complex|shipyard|declaration|prefecture)"
)
LOCATIVE = 28
"""Letters before a name in which a locative word may stand: the longest with its article and direction."""

_AIMED = re.compile(r"(?:\bover|\btowards?|\bat|\bagainst|\bstrike|\battack|\bhit)\s+\Z")


class Gazetteer:
    """Finds places by their spellings. Names that also stand for a government count only with a locative word
    ("in", "near", "arrives at") or as the name of a meeting or site ("Pyongyang summit")."""

    _OTHER_AFTER = (
        r"(?= ?(?:에서|에 |인근|일대|지역|부근|서 |회담|발사장|핵실험장|시험장|비행장|공항|남쪽|북쪽|"
        r"동쪽|서쪽|해상|앞바다|일원|で|に|から|付近|周辺|沖|北方|東方|入り|訪問|到着|首脳会談|会談|宣言|空港|"
        r"附近|以北|以东|海域|機場|机场|宣言|峰会|峰會|会谈|會談|会晤|會晤|核试|核試|核実験|举行|舉行|發射|发射场|地区|地區))"
    )
    _OTHER_BEFORE = "在于於抵达達赴访訪自从從飞飛"
    """Chinese words for "at", "to" and "from", of one character."""

    def __init__(self, places: Sequence[Place], is_actor: Callable[[str], bool]) -> None:
        self._places = {place.id: place for place in places}
        self._by_spelling: dict[str, str] = {}
        for place in places:
            for spelling in (place.name, *place.spellings):
                self._by_spelling.setdefault(spelling.lower(), place.id)
        english = sorted(each for each in self._by_spelling if each.isascii())
        other = sorted((each for each in self._by_spelling if not each.isascii()), key=len, reverse=True)
        self._names = english
        self._english = AhoCorasick(english, matchkind=MatchKind.LeftmostLongest) if english else None
        self._alone = frozenset(each for each in english if not is_actor(each))
        self._other = self._compiled(
            other, rf"(?:(?<=[{self._OTHER_BEFORE}])|(?=(?:{{names}}){{other}}))(?P<name>{{names}})"
        )

    def _compiled(self, names: list[str], shape: str) -> re.Pattern[str] | None:
        if not names:
            return None
        pattern = shape.format(names="|".join(map(re.escape, names)), other=self._OTHER_AFTER)
        return re.compile(pattern, re.IGNORECASE)

    def find(self, text: str) -> tuple[tuple[Place, str], ...]:
        """Places where something is said to happen, in order of mention, each once, with their words."""
        found: dict[str, str] = {}
        lowered = text.lower()
        if self._english is not None:
            for number, start, end in self._english.find_matches_as_indexes(lowered):
                words = self._located(lowered, start, end)
                if words is not None:
                    found.setdefault(self._by_spelling[self._names[number]], text[words[0] : words[1]].strip())
        if self._other is not None and not text.isascii():
            for hit in self._other.finditer(text):
                found.setdefault(self._by_spelling[hit.group("name").lower()], hit.group(0).strip())
        return tuple((self._places[name], words) for name, words in found.items())

    def _located(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """The span that says something is there: with a locative word, or a name that means only the place."""
        if text[start - 1 : start].isalnum() or text[end : end + 1].isalnum():
            return None
        before = _BEFORE.search(text, max(0, start - LOCATIVE), start)
        after = _AFTER.match(text, end)
        if before is None and after is None and (text[start:end] not in self._alone or _aim(text, start)):
            return None
        return (before.start() if before is not None else start), (after.end() if after is not None else end)


def _aim(text: str, start: int) -> bool:
    """Whether the place is only where something flew to or is aimed at ("over Hokkaido", "toward Guam")."""
    return _AIMED.search(text, max(0, start - LOCATIVE), start) is not None


class Around(NamedTuple):
    """What stands around an event: each with the words it was read from, None where nothing tells it."""

    weapon: tuple[WeaponName, str] | None = None
    subtype: Found | None = None
    outcome: Found | None = None
    counted: tuple[int, str, str] | None = None
    """How many, of what unit, and the words."""


_NOTHING = Around()


class Extractor:
    """The compiled counts, weapons and subtype words of one category."""

    def __init__(self, words: CategoryWords) -> None:
        self._weapons = [(compiled(each.pattern), each) for each in words.weapons]
        self._subtypes = [(compiled(each.pattern), each.subtype, each.modes) for each in words.subtypes]
        self._outcomes = [(compiled(each.pattern), each.id) for each in words.outcomes]
        self._counts = [(compiled(each.pattern), each.unit) for each in words.counts]
        kinds = (words.weapons, words.subtypes, words.outcomes, words.counts)
        every = [each.pattern for kind in kinds for each in kind]
        self._prefilter = Prefilter(every)
        self._typing = len(words.weapons)
        self._ending = self._typing + len(words.subtypes)
        self._counting = self._ending + len(words.outcomes)

    def read(self, text: str, mode: Mode, typed: bool = False) -> Around:
        """What the text tells of the category's event in this mode; no subtype where it is ``typed`` already.

        Most texts tell nothing, which one look at what of them can match shows.
        """
        chosen = self._prefilter.chosen(text.lower())
        if not chosen:
            return _NOTHING
        cuts = [bisect_left(chosen, first) for first in (self._typing, self._ending, self._counting)]
        return Around(
            self._weapon(text, chosen[: cuts[0]]),
            self._subtype(text, mode, [each - self._typing for each in chosen[cuts[0] : cuts[1]]])
            if not typed
            else None,
            self._outcome(text, [each - self._ending for each in chosen[cuts[1] : cuts[2]]]),
            self._count(text, [each - self._counting for each in chosen[cuts[2] :]]),
        )

    def _count(self, text: str, places: Sequence[int]) -> tuple[int, str, str] | None:
        """The first pattern that holds a number wins."""
        for place in places:
            pattern, unit = self._counts[place]
            for found in pattern.finditer(text):
                value = number(found.group("n"))
                if value is not None:
                    return value, unit, found.group(0).strip()
        return None

    def _outcome(self, text: str, places: Sequence[int]) -> Found | None:
        """How it ended, by the words that come first in the news of the text."""
        if not places:
            return None
        end = news_end(text)
        found = [
            (pattern.search(text, 0, end), outcome) for pattern, outcome in map(self._outcomes.__getitem__, places)
        ]
        told = [(hit.start(), Found(outcome, hit.group(0).strip())) for hit, outcome in found if hit is not None]
        return min(told, key=lambda pair: pair[0])[1] if told else None

    def _weapon(self, text: str, places: Sequence[int]) -> tuple[WeaponName, str] | None:
        """The first weapon of the list that is named."""
        for place in places:
            pattern, weapon = self._weapons[place]
            found = pattern.search(text)
            if found is not None:
                return weapon, found.group(0).strip()
        return None

    def _subtype(self, text: str, mode: Mode, places: Sequence[int]) -> Found | None:
        """The first subtype of the list whose words stand in the text and that exists in this mode."""
        for place in places:
            pattern, subtype, modes = self._subtypes[place]
            if modes and mode not in modes:
                continue
            found = pattern.search(text)
            if found is not None:
                words = found.group(0).strip()
                return Found(subtype, words if len(words) > 1 else "")
        return None


class Parties:
    """Finds who acts in the news of a text: the actors before any clause of background, who acts named first."""

    def __init__(self, actors: Sequence[Actor]) -> None:
        self._labels = {each.token: each.label for each in actors if each.label}
        self._token = re.compile(r"[A-Z]{2,}")

    def find(self, canonical: Canonical) -> tuple[tuple[str, ...], str]:
        """The parties by their labels, each once, and the words they were read from; in the passive the one after
        "by" acts."""
        text, labels = canonical.text, self._labels
        hits = [hit.span() for hit in self._token.finditer(text, 0, news_end(text))]
        if "by " in text:
            hits.sort(key=lambda span: text[max(0, span[0] - 3) : span[0]] != "by ")
        named: dict[str, None] = {}
        words: dict[str, None] = {}
        for start, end in hits:
            label = labels.get(text[start:end])
            if label is not None:
                named[label] = None
                words[canonical.words(start, end)] = None
        return tuple(named), "; ".join(words)


_BACKGROUND = re.compile(" (?:after|following|amid|despite|since|because|ahead of|before|while) ")


def news_end(text: str) -> int:
    """Where the news of a text ends and its background begins; the whole length where it tells of none."""
    found = _BACKGROUND.search(text, 1)
    return found.start() if found is not None else len(text)
