"""The phrasebook: what the rules observer looks for, as values from the reviewed taxonomy file.

Patterns are regular expressions over *canonical* text: lower case, with the names of actors (in all their
spellings) rewritten to upper-case tokens, so that a phrase needs only one form. Fragments are already filled
in. Nothing here matches anything; ``tracker.classify.rules`` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tracker.core.observations import Mode
from tracker.core.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Actor:
    """A name in all its spellings and the token it becomes. Rewriting tries actors in file order."""

    token: str
    pattern: str
    label: str = ""
    """Who it is, for people; empty for names that are no party to anything."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Words that tell how it ended."""

    id: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Evidence for a category. ``p`` is the probability (0..1) of the category when only this matches;
    ``at_most`` instead limits the category's probability. ``weight`` is the evidence for ``mode`` in nats.
    Where ``unless`` matches the text, the phrase does not count."""

    pattern: str
    p: float = 0.0
    at_most: float = 1.0
    mode: Mode | None = None
    weight: float = 0.0
    subtype: str = ""
    unless: str = ""
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class Frame:
    """A way of speaking that shifts the mode of whatever is spoken of: a question, a plan, a memory.

    ``only`` names the categories it counts for; empty means all.
    """

    pattern: str
    mode: Mode
    weight: float
    only: tuple[str, ...] = ()
    unless: str = ""
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class SubtypeWords:
    """Words that tell the subtype, tried in file order, for the listed modes (empty: all)."""

    subtype: str
    pattern: str
    modes: tuple[Mode, ...] = ()


@dataclass(frozen=True, slots=True)
class CountPattern:
    """A pattern with a group ``n`` that holds a number or number word, counted in ``unit``."""

    pattern: str
    unit: str


@dataclass(frozen=True, slots=True)
class WeaponName:
    """A weapon by name, and the subtype it belongs to (may be empty)."""

    id: str
    pattern: str
    subtype: str = ""


@dataclass(frozen=True, slots=True)
class CategoryWords:
    """All that the rules know of one category.

    ``gate`` must match before any phrase is tried. ``prior`` is the starting evidence for each mode in nats.
    ``placed``: a place named with it is where it happened (and gives the zone). ``state_media``: state media
    report it on the day after. ``hours``: relative frequency of each local hour of the day (24, or empty).
    """

    category: str
    gate: str
    prior: Mapping[Mode, float] = field(default_factory=dict)
    phrases: tuple[Phrase, ...] = ()
    subtypes: tuple[SubtypeWords, ...] = ()
    counts: tuple[CountPattern, ...] = ()
    weapons: tuple[WeaponName, ...] = ()
    placed: bool = False
    state_media: bool = False
    hours: tuple[float, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """``gate`` finds, in the text as it came, names that may concern the DPRK (cheap); ``weak`` words do so only
    where ``context`` stands beside them. ``concerns`` decides on the canonical text that it does; ``hints`` admit
    a text that names the subject without the country."""

    gate: str
    weak: str
    context: str
    concerns: str
    hints: str
    actors: tuple[Actor, ...]
    categories: tuple[CategoryWords, ...]
    frames: tuple[Frame, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True)
class TaxonomyFile:
    """What ``config/taxonomy.toml`` holds: the categories and effects, and the words they are known by."""

    taxonomy: Taxonomy
    phrasebook: Phrasebook

    @property
    def audible(self) -> Mapping[str, frozenset[str]]:
        """Per category the subtypes these words can tell, the unstated one ("") included; a threat or a refusal told of
        one category stands in the category that it opens an event in."""
        told = {
            each.category: {
                "",
                *(words.subtype for words in each.subtypes),
                *(phrase.subtype for phrase in each.phrases),
                *(weapon.subtype for weapon in each.weapons),
            }
            for each in self.phrasebook.categories
        }
        opened = [
            (effect.category, effect.subtype or subtype)
            for (category, subtype, _), effect in self.taxonomy.effects.items()
            if effect.act == "opens" and effect.category not in ("", category) and subtype in told.get(category, ())
        ]
        for category, subtype in opened:
            told.setdefault(category, {""}).add(subtype)
        return {category: frozenset(kinds) for category, kinds in told.items()}
