"""The rules observer: the phrases of the taxonomy, weighed.

Every category's probability is that of its best phrase, held down by phrases that speak against it. The mode
is a small log-linear model: what phrases and ways of speaking (frames) weigh for each mode is added up. Only
0.4 % of a real stream is about the DPRK, so a cheap gate comes first and everything else costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from tracker.classify.canonical import LONGEST, Canonical, Rewriter, plain
from tracker.classify.extraction import Gazetteer, Parties
from tracker.classify.gate import Gate
from tracker.classify.looks import Look, Reason
from tracker.classify.phrasing import THRESHOLD, Phrasing, Reading
from tracker.classify.scripts import language, simplified
from tracker.core.dating import DayCue, Outlook, day_weights
from tracker.core.day_words import day_cues
from tracker.core.days import DayWeights
from tracker.core.observations import MODES, Mention, Mode, Observation, Text
from tracker.core.phrases import Phrasebook, TaxonomyFile
from tracker.core.places import Place

LEAST_P = 0.002
"""What the rules say of a category no phrase speaks for: they miss some, so not zero."""

FROM_SUMMARY = 0.85
"""What a phrase found only in the summary keeps of its probability: the guide labels the headline first."""


class RulesReader:
    """Implements ``core.ports.Reader`` with the phrasebook alone; needs no artefact."""

    def __init__(self, values: TaxonomyFile, places: Sequence[Place]) -> None:
        self.taxonomy = values.taxonomy
        book: Phrasebook = values.phrasebook
        self.version = book.version
        self.guide = tuple(each.id for each in values.taxonomy.categories.values() if each.guide)
        self._gate = Gate(book.gate, book.weak, book.context)
        self._rewrite = Rewriter(book.actors)
        self._parties = Parties(book.actors)
        self._places = Gazetteer(places, self._stands_for_actor)
        self._book = book
        self._spoken: dict[str, Phrasing] = {}
        self._words = {each.category: each for each in book.categories}
        least = dict.fromkeys(self.guide, LEAST_P)
        self._nothing = Observation(False, (), least, {})

    # Hundreds of patterns: compiled for the languages that are read, and not at all where nothing is read.

    @cached_property
    def _english(self) -> Phrasing:
        return self._phrasing("en")

    def _phrasing(self, lang: str) -> Phrasing:
        if lang not in self._spoken:
            self._spoken[lang] = Phrasing(self._book, lang)
        return self._spoken[lang]

    def observe(self, texts: Sequence[Text]) -> list[Observation]:
        """One observation per text, in order."""
        return [self._observe(text) for text in texts]

    def relevant(self, text: Text) -> bool:
        """Whether the text may concern the DPRK at all (cheap; never false for one the rules tag)."""
        passes = self._gate.passes
        return passes(text.title[:LONGEST]) or (text.summary != "" and passes(text.summary[:LONGEST]))

    def _stands_for_actor(self, name: str) -> bool:
        """Whether a place's name is also read as a government ("Pyongyang says")."""
        return self._rewrite(name).text.isupper()

    def look(self, text: Text) -> Look:
        """One look at a text: whether it concerns the DPRK, its canonical form and language, what phrases say.

        The summary is read with the title only where the title alone says nothing (the guide labels headlines).
        """
        source = plain(text.title)
        lang = language(source, text.lang)
        title = self._told(source, lang)
        phrasing = self._phrasing(lang)
        met = phrasing.met(title.text)
        concerns, hinted = phrasing.concerns(title.text, met), phrasing.hints(title.text, met)
        found = phrasing.read(title, met) if concerns or hinted else []
        if not text.summary or any(each.p >= THRESHOLD for each in found):
            return Look(concerns, hinted, title, lang, found)
        both = self._told(plain(f"{text.title}. {text.summary}"), lang)
        met = phrasing.met(both.text)
        if not phrasing.concerns(both.text, met):
            return Look(concerns, hinted, title, lang, found)
        if concerns and not hinted:
            return Look(True, hinted, both, lang, found)
        lesser = [each._replace(p=each.p * FROM_SUMMARY) for each in phrasing.read(both, met)]
        return Look(True, hinted, both, lang, lesser)

    def _told(self, source: str, lang: str) -> Canonical:
        canonical = self._rewrite(source)
        return simplified(canonical) if lang == "zh" else canonical

    def _observe(self, text: Text) -> Observation:
        if not self.relevant(text):
            return self._nothing
        look = self.look(text)
        p = dict.fromkeys(self.guide, LEAST_P)
        p |= {each.category: each.p for each in look.readings if each.category in p}
        said = [each for each in look.readings if each.p >= THRESHOLD]
        scene = self.scene(text, look) if said else None
        mentions = (
            tuple(self.mention(each.category, each.p, each.p_mode, each, scene) for each in said) if scene else ()
        )
        days = () if mentions else self.days_named(text, look)
        return Observation(look.concerns or bool(mentions), mentions, p, leading(mentions, self.guide), days)

    def explain(self, text: Text, most: int = 6) -> list[Reason]:
        """What spoke for each category and mode: the phrases that matched and their weights, strongest first."""
        if not self.relevant(text):
            return [Reason("", "the text names neither the North nor anything of its subject", 0.0)]
        reasons = []
        for reading in self.look(text).readings:
            told = sorted(reading.told, key=lambda each: -abs(each[1]))[:most]
            reasons += [
                Reason(f"{reading.category} {of}" if of in MODES else of, f"“{words}”", weight)
                for of, weight, words in told
            ]
        return reasons or [Reason("", "no phrase of the taxonomy stands in it", 0.0)]

    def days_named(self, text: Text, look: Look) -> DayWeights:
        """The days that the words of a text without an event name, by the clocks of the North; empty without words."""
        if not look.concerns:
            return ()
        cues = tuple(cue for cue in day_cues(look.canonical.source, look.lang) if cue.kind != "state_media")
        home = self.taxonomy.categories[self.guide[0]].zone
        return day_weights(text.published, home, text.zone, cues, "open") if cues else ()

    def scene(self, text: Text, look: Look) -> Scene:
        """What stands around every event of a text, whatever its category."""
        canonical = look.canonical
        actors, acting = self._parties.find(canonical)
        return Scene(
            text, canonical, self._places.find(canonical.source), actors, acting, day_cues(canonical.source, look.lang)
        )

    def mention(
        self, category: str, p: float, p_mode: tuple[tuple[Mode, float], ...], reading: Reading | None, scene: Scene
    ) -> Mention:
        """A mention with everything read from around it; ``reading`` is the rules' own, None where they have none."""
        words: dict[str, str] = {}
        subtype, weapon, count, unit, outcome = "", "", None, "", ""
        mode = likeliest(p_mode)
        if reading is not None:
            words["category"], words["mode"] = reading.words, reading.mode_words
            subtype, words["subtype"] = reading.subtype(mode)
        kind = self._words.get(category)
        if kind is not None:
            around = self._english.extractors[category].read(scene.canonical.text, mode, bool(subtype))
            if around.weapon is not None:
                weapon, words["weapon"] = around.weapon[0].id, around.weapon[1]
            if around.subtype is not None:
                subtype, words["subtype"] = around.subtype.value, around.subtype.words
            elif around.weapon is not None and not subtype:
                subtype = around.weapon[0].subtype
            if around.outcome is not None:
                outcome, words["outcome"] = around.outcome.value, around.outcome.words
            if around.counted is not None:
                count, unit, words["count"] = around.counted
        zone = self.taxonomy.zone_of(category, subtype)
        if scene.places and kind is not None and kind.placed:
            zone, words["place"] = scene.places[0][0].zone, scene.places[0][1]
        far = kind is not None and kind.state_media
        cues = scene.cues
        if cues and not far:
            cues = tuple(cue for cue in cues if cue.kind != "state_media")
        if cues:
            words["days"] = "; ".join(cue.words for cue in cues)
        outlook = outlook_of(mode, self.taxonomy.effect(category, subtype, mode).act)
        hours = kind.hours if kind is not None else ()
        days = day_weights(scene.text.published, zone, scene.text.zone, cues, outlook, hours, far)
        words["actors"] = scene.acting
        kept = tuple([pair for pair in words.items() if pair[1]])
        places = tuple([place.id for place, _ in scene.places])
        return Mention(
            category, subtype, mode, round(p, 4), p_mode, days, zone, places, count, unit, weapon, kept, scene.actors,
            outcome,
        )  # fmt: skip


class Scene(NamedTuple):
    """What stands around the events of one text, read once for all of them: ``acting`` are the words of the actors."""

    text: Text
    canonical: Canonical
    places: tuple[tuple[Place, str], ...]
    actors: tuple[str, ...]
    acting: str
    cues: tuple[DayCue, ...]


def likeliest(p_mode: Sequence[tuple[Mode, float]]) -> Mode:
    """The mode of the greatest probability, the first on a tie."""
    return max(p_mode, key=itemgetter(1))[0]


def outlook_of(mode: Mode, act: str) -> Outlook:
    """Where the event's day is to be looked for: a threat or an offer is made on the day it is spoken."""
    if mode == "expected" and act != "opens":
        return "ahead"
    return "open" if mode == "commentary" else "past"


def leading(mentions: Sequence[Mention], guide: Sequence[str]) -> dict[str, float]:
    """The item's mode probabilities: the mean over its guide mentions, weighted by p; empty without one."""
    counted = [each for each in mentions if each.category in guide]
    if len(counted) == 1 and counted[0].p > 0.0:
        return {mode: round(share, 4) for mode, share in counted[0].p_mode}
    total = sum(each.p for each in counted)
    if total <= 0.0:
        return {}
    shares: dict[str, float] = dict.fromkeys(MODES, 0.0)
    for each in counted:
        for mode, share in each.p_mode:
            shares[mode] += each.p * share / total
    return {mode: round(share, 4) for mode, share in shares.items()}
