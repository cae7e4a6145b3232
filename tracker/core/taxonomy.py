"""Categories, subtypes and what a mention of each (category, subtype, mode) does to the timeline.

The ids are data from ``config/taxonomy.toml``; no category is named in code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tracker.core.events import LISTED_P
from tracker.core.observations import Mode

Act = Literal["opens", "lowers", "context", "ignores"]
"""opens: may open an event or support one; lowers: speaks against a specific event; context: attaches
without weight; ignores: leaves the timeline alone."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a mention does. ``category`` and ``subtype`` name the event it opens (only for ``opens``); an empty
    ``subtype`` there keeps the mention's own."""

    act: Act
    category: str = ""
    subtype: str = ""


@dataclass(frozen=True, slots=True)
class Subtype:
    """A kind within a category; ``groups`` are wider families a forecast may ask for ("ballistic")."""

    id: str
    label: str
    groups: tuple[str, ...] = ()
    distinct: bool = False
    """True when it is never the same event as one of another subtype (a resolution and a designation)."""
    zone: str = ""
    """Overrides the category's zone (the acting body's seat), empty to inherit."""
    part_of: tuple[str, ...] = ()
    """Subtypes that have such a thing as a part: an arrival and a declaration belong to the leaders' meeting."""
    lasts: bool = False
    """Whether it may go on for days (a visit): reports of neighbouring days may then be of one."""
    lone_p: float | None = None
    """From which p an event of this subtype on one wire is listed; None: the category's."""
    per_year: float | None = None
    """How many new events of this subtype an eventful year brings, where it is known apart; None: the category's."""
    actor: str = ""
    """Who acts, where it is not who acts in the category; empty to inherit."""


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of event. ``window_days``: how far apart two reports' days may lie and still be one event;
    ``echo_days``: for how long after an event a vague report is taken for an echo of it rather than a new one;
    ``weight``: its place in the digest (greater first); ``guide``: one of the annotation guide's tags."""

    id: str
    label: str
    zone: str
    unit: str
    window_days: int
    echo_days: int
    weight: float
    guide: bool
    subtypes: Mapping[str, Subtype] = field(default_factory=dict)
    per_year: float = 18.0
    """How many new events of the kind an eventful year brings: how ready placing is to see another one."""
    hours: tuple[float, ...] = ()
    """24 relative frequencies of the local hour such events take place at; empty where none is known."""
    at_sites: bool = False
    """Whether it takes place at the sites of the gazetteer only (``places.Place.site``)."""
    lone_p: float = LISTED_P
    """From which p an event of it is listed (0.5 or more) that one wire of few publishers has, none official."""
    actor: str = ""
    """Who acts in every event of the kind ("North Korea"); empty where it may be one or another."""
    event_units: tuple[str, ...] = ()
    """Units of which each event is one, whatever else it counts: a launch of three missiles is one salvo."""

    def are_whole_and_part(self, one: str, other: str) -> bool:
        """Whether one subtype is a part of what the other is."""
        return self._is_part(one, other) or self._is_part(other, one)

    def _is_part(self, part: str, whole: str) -> bool:
        kind = self.subtypes.get(part)
        return kind is not None and whole in kind.part_of and whole in self.subtypes

    def lasts(self, one: str, other: str) -> bool:
        """Whether events of both subtypes may go on for days."""
        first, second = self.subtypes.get(one), self.subtypes.get(other)
        return first is not None and first.lasts and second is not None and second.lasts

    def lone_p_of(self, subtype: str) -> float:
        """From which p an event of one subtype on one wire is listed."""
        kind = self.subtypes.get(subtype)
        return self.lone_p if kind is None or kind.lone_p is None else kind.lone_p

    def parts_of(self, whole: str) -> frozenset[str]:
        """The subtypes that a subtype may have as parts."""
        return frozenset(name for name, kind in self.subtypes.items() if whole in kind.part_of)

    def rate_of(self, subtype: str) -> float:
        """New events a year of one subtype."""
        kind = self.subtypes.get(subtype)
        return self.per_year if kind is None or kind.per_year is None else kind.per_year


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All categories and the effect table; ``version`` is a hash of what placing depends on."""

    categories: Mapping[str, Category]
    effects: Mapping[tuple[str, str, str], Effect]
    version: str = ""

    def effect(self, category: str, subtype: str, mode: Mode) -> Effect:
        """The effect of a mention; a row for the subtype wins over the category's row ("*" = any)."""
        for key in ((category, subtype, mode), (category, "*", mode)):
            found = self.effects.get(key)
            if found is not None:
                return found
        return Effect("ignores")

    def zone_of(self, category: str, subtype: str) -> str:
        """The zone an event's day is counted in when no place says otherwise: the acting body's seat."""
        kind = self.categories[category]
        inner = kind.subtypes.get(subtype)
        return inner.zone if inner is not None and inner.zone else kind.zone

    def actor_of(self, category: str, subtype: str) -> str:
        """Who acts in such an event; empty where its kind does not say."""
        kind = self.categories[category]
        inner = kind.subtypes.get(subtype)
        return inner.actor if inner is not None and inner.actor else kind.actor

    def groups_of(self, category: str, subtype: str) -> frozenset[str]:
        """The subtype itself and the families it belongs to; empty for an unknown or empty subtype."""
        kind = self.categories.get(category)
        inner = kind.subtypes.get(subtype) if kind is not None else None
        return frozenset({subtype, *inner.groups}) if inner is not None else frozenset()
