"""The rules observer: the phrases of the taxonomy, weighed.

Every category's probability is that of its best phrase, held down by phrases that speak against it. The mode
is a small log-linear model: what phrases and ways of speaking (frames) weigh for each mode is added up. Only
0.4 % of a real stream is about the DPRK, so a cheap gate comes first and everything else costs nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tracker.classify.canonical import LONGEST, Canonical, Rewriter, is_korean, plain
from tracker.classify.extraction import Extractor, Gazetteer
from tracker.core.dating import day_weights
from tracker.core.day_words import day_cues
from tracker.core.observations import MODES, Mention, Mode, Observation, Text
from tracker.core.patterns import compiled
from tracker.core.phrases import CategoryWords, Frame, Phrase, Phrasebook, TaxonomyFile
from tracker.core.places import Place

THRESHOLD = 0.5
"""A category is mentioned from this probability on."""

LEAST_P = 0.002
"""What the rules say of a category no phrase speaks for: they miss some, so not zero."""

FROM_SUMMARY = 0.85
"""What a phrase found only in the summary keeps of its probability: the guide labels the headline first."""

AGAIN = 0.5
"""Each further piece of evidence of one kind for one mode counts half of the one before: they overlap."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A phrase or frame, compiled."""

    search: re.Pattern[str]
    unless: re.Pattern[str] | None

    @staticmethod
    def of(pattern: str, unless: str) -> _Pattern:
        return _Pattern(compiled(pattern), compiled(unless) if unless else None)

    def find(self, text: str) -> re.Match[str] | None:
        found = self.search.search(text)
        if found is None or (self.unless is not None and self.unless.search(text)):
            return None
        return found


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules make of one category in one text. ``evidence`` holds (mode, weight) of each phrase."""

    category: str
    p: float
    p_mode: tuple[tuple[Mode, float], ...]
    subtypes: tuple[tuple[Mode, float, str, str], ...]
    words: str
    mode_words: str
    fired: tuple[str, ...] = ()

    @property
    def mode(self) -> Mode:
        return max(self.p_mode, key=lambda pair: pair[1])[0]


def _discounted(weights: Iterable[float]) -> float:
    total, factor = 0.0, 1.0
    for weight in sorted(weights, key=abs, reverse=True):
        total += factor * weight
        factor *= AGAIN
    return total


def softmax(scores: Mapping[Mode, float]) -> tuple[tuple[Mode, float], ...]:
    """Probabilities of the modes from their evidence in nats; they sum to 1."""
    top = max(scores.values())
    powers = {mode: math.exp(score - top) for mode, score in scores.items()}
    total = sum(powers.values())
    return tuple((mode, powers[mode] / total) for mode in MODES)


class _Category:
    """One category's phrases and frames in one language, ready to match."""

    def __init__(self, words: CategoryWords, frames: Sequence[Frame], lang: str) -> None:
        self.words = words
        self.gate = compiled(words.gate)
        self.extractor = Extractor.of(words)
        self._phrases: list[tuple[Phrase, _Pattern]] = [
            (each, _Pattern.of(each.pattern, each.unless)) for each in words.phrases if each.lang == lang
        ]
        self._frames: list[tuple[Frame, _Pattern]] = [
            (each, _Pattern.of(each.pattern, each.unless))
            for each in frames
            if each.lang == lang and (not each.only or words.category in each.only)
        ]

    def read(self, canonical: Canonical) -> Reading | None:
        """None where nothing speaks for the category."""
        text = canonical.text
        if self.gate.search(text) is None:
            return None
        p, most, words = 0.0, 1.0, ""
        by_mode: dict[Mode, list[tuple[float, str]]] = {mode: [] for mode in MODES}
        subtypes: list[tuple[Mode, float, str, str]] = []
        fired: list[str] = []
        for phrase, pattern in self._phrases:
            if phrase.p <= 0.0 and p < THRESHOLD and phrase.at_most >= 1.0:
                continue
            found = pattern.find(text)
            if found is None:
                continue
            fired.append(phrase.pattern)
            most = min(most, phrase.at_most)
            said = canonical.words(*found.span())
            if phrase.p > p:
                p, words = phrase.p, said
            if phrase.mode is not None:
                by_mode[phrase.mode].append((phrase.weight, said))
            if phrase.subtype:
                subtypes.append((phrase.mode or MODES[0], phrase.weight, phrase.subtype, said))
        p = min(p, most)
        if p <= 0.0:
            return None
        scores = {mode: self.words.prior.get(mode, 0.0) for mode in MODES}
        framed: dict[Mode, list[float]] = {mode: [] for mode in MODES}
        if p >= THRESHOLD:
            for frame, pattern in self._frames:
                found = pattern.find(text)
                if found is not None:
                    framed[frame.mode].append(frame.weight)
                    by_mode[frame.mode].append((0.0, canonical.words(*found.span())))
                    fired.append(frame.pattern)
        for mode in MODES:
            scores[mode] += _discounted(weight for weight, _ in by_mode[mode] if weight) + _discounted(framed[mode])
        p_mode = softmax(scores)
        mode = max(p_mode, key=lambda pair: pair[1])[0]
        told = max(by_mode[mode], key=lambda pair: pair[0], default=(0.0, ""))[1]
        return Reading(self.words.category, p, p_mode, tuple(subtypes), words, told, tuple(fired))


class RulesReader:
    """Implements ``core.ports.Reader`` with the phrasebook alone; needs no artefact."""

    def __init__(self, values: TaxonomyFile, places: Sequence[Place]) -> None:
        self.taxonomy = values.taxonomy
        book: Phrasebook = values.phrasebook
        self.version = book.version
        self.guide = tuple(each.id for each in values.taxonomy.categories.values() if each.guide)
        self._gate = compiled(book.gate)
        self._weak = compiled(book.weak)
        self._context = compiled(book.context)
        self._concerns = compiled(book.concerns)
        self._hints = compiled(book.hints)
        self._rewrite = Rewriter(book.actors)
        self._places = Gazetteer(places, self._stands_for_actor)
        self._book = book
        least = dict.fromkeys(self.guide, LEAST_P)
        self._nothing = Observation(False, (), least, {})

    # Hundreds of patterns: compiled for the languages that are read, and not at all where nothing is read.

    @cached_property
    def _english(self) -> list[_Category]:
        return [_Category(each, self._book.frames, "en") for each in self._book.categories]

    @cached_property
    def _korean(self) -> list[_Category]:
        return [_Category(each, self._book.frames, "ko") for each in self._book.categories]

    @cached_property
    def _by_id(self) -> dict[str, _Category]:
        return {each.words.category: each for each in self._english}

    def observe(self, texts: Sequence[Text]) -> list[Observation]:
        """One observation per text, in order."""
        return [self._observe(text) for text in texts]

    def relevant(self, text: Text) -> bool:
        """Whether the text may concern the DPRK at all (cheap; never false for one the rules tag)."""
        return any(self._passes(part[:LONGEST]) for part in (text.title, text.summary))

    def _passes(self, part: str) -> bool:
        if self._gate.search(part) is not None:
            return True
        return self._weak.search(part) is not None and self._context.search(part) is not None

    def _stands_for_actor(self, name: str) -> bool:
        """Whether a place's name is also read as a government ("Pyongyang says")."""
        return self._rewrite(name).text.isupper()

    def readings(self, text: Text) -> tuple[bool, Canonical, str, list[Reading]]:
        """Whether the text concerns the DPRK, its canonical form, language and the categories with p > 0."""
        title = self._rewrite(plain(text.title))
        lang = "ko" if is_korean(title.source) else "en"
        concerns = self._concerns.search(title.text) is not None
        found = self._read(title, lang) if concerns or self._hints.search(title.text) else []
        if any(each.p >= THRESHOLD for each in found) or not text.summary:
            return concerns, title, lang, found
        both = self._rewrite(plain(f"{text.title}. {text.summary}"))
        if not self._concerns.search(both.text):
            return concerns, title, lang, found
        if concerns and not self._hints.search(title.text):
            return True, both, lang, found
        lesser = [
            Reading(each.category, each.p * FROM_SUMMARY, each.p_mode, each.subtypes, each.words, each.mode_words)
            for each in self._read(both, lang)
        ]
        return True, both, lang, lesser

    def _read(self, canonical: Canonical, lang: str) -> list[Reading]:
        readings = (each.read(canonical) for each in (self._korean if lang == "ko" else self._english))
        return [each for each in readings if each is not None]

    def _observe(self, text: Text) -> Observation:
        if not self.relevant(text):
            return self._nothing
        concerns, canonical, lang, readings = self.readings(text)
        p = dict.fromkeys(self.guide, LEAST_P)
        p |= {each.category: each.p for each in readings if each.category in p}
        said = [each for each in readings if each.p >= THRESHOLD]
        mentions = tuple(self.mention(each.category, each.p, each.p_mode, each, text, canonical, lang) for each in said)
        return Observation(concerns or bool(mentions), mentions, p, leading(mentions, self.guide))

    def mention(
        self,
        category: str,
        p: float,
        p_mode: tuple[tuple[Mode, float], ...],
        reading: Reading | None,
        text: Text,
        canonical: Canonical,
        lang: str,
    ) -> Mention:
        """A mention with everything read from around it; ``reading`` is the rules' own, None where they have none."""
        words: dict[str, str] = {}
        if reading is not None:
            words |= {"category": reading.words, "mode": reading.mode_words}
        mode = max(p_mode, key=lambda pair: pair[1])[0]
        kind = self._by_id.get(category)
        source, lowered = canonical.source, canonical.text
        subtype, weapon, count, unit = self._subtype(reading, mode, words), "", None, ""
        if kind is not None:
            named = kind.extractor.weapon(lowered)
            if named is not None:
                weapon, words["weapon"] = named[0].id, named[1]
            if not subtype:
                told = kind.extractor.subtype(lowered, mode)
                if told is not None:
                    subtype, words["subtype"] = told.value, told.words
                elif named is not None:
                    subtype = named[0].subtype
            counted = kind.extractor.count(lowered)
            if counted is not None:
                count, unit, words["count"] = counted
        places = self._places.find(source)
        zone = self.taxonomy.zone_of(category, subtype)
        if places and kind is not None and kind.words.placed:
            zone = places[0][0].zone
            words["place"] = places[0][1]
        acts = self.taxonomy.effect(category, subtype, mode).act
        ahead = mode == "expected" and acts != "opens"
        cues = day_cues(source, lang)
        if kind is None or not kind.words.state_media:
            cues = tuple(cue for cue in cues if cue.kind != "state_media")
        if cues:
            words["days"] = "; ".join(cue.words for cue in cues)
        hours = kind.words.hours if kind is not None else ()
        days = day_weights(text.published, zone, text.zone, cues, ahead, hours)
        ids = tuple(place.id for place, _ in places)
        kept = tuple((key, value) for key, value in words.items() if value)
        return Mention(category, subtype, mode, round(p, 4), p_mode, days, zone, ids, count, unit, weapon, kept)

    def _subtype(self, reading: Reading | None, mode: Mode, words: dict[str, str]) -> str:
        """The subtype of the strongest phrase that speaks for this mode; empty where none names one."""
        own = [each for each in reading.subtypes if each[0] == mode] if reading is not None else []
        if not own:
            return ""
        _, _, subtype, words["subtype"] = max(own, key=lambda each: each[1])
        return subtype


def leading(mentions: Sequence[Mention], guide: Sequence[str]) -> dict[str, float]:
    """The item's mode probabilities: the mean over its guide mentions, weighted by p; empty without one."""
    counted = [each for each in mentions if each.category in guide]
    total = sum(each.p for each in counted)
    if total <= 0.0:
        return {}
    shares: dict[str, float] = dict.fromkeys(MODES, 0.0)
    for each in counted:
        for mode, share in each.p_mode:
            shares[mode] += each.p * share / total
    return {mode: round(share, 4) for mode, share in shares.items()}
