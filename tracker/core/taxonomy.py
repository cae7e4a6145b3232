"""Categories, subtypes and what a mention of each (category, subtype, mode) does to the timeline.

The ids are data from ``config/taxonomy.toml``; no category is named in code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

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
    actor: str = ""
    """Who acts in every event of the kind ("North Korea"); empty where it may be one or another."""
    event_units: tuple[str, ...] = ()
    """Units of which each event is one, whatever else it counts: a launch of three missiles is one salvo."""


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

    def hours_of(self, category: str) -> tuple[float, ...]:
        """How often events of a category keep each local hour; empty where none is known."""
        kind = self.categories.get(category)
        return kind.hours if kind is not None else ()

    def groups_of(self, category: str, subtype: str) -> frozenset[str]:
        """The subtype itself and the families it belongs to; empty for an unknown or empty subtype."""
        kind = self.categories.get(category)
        inner = kind.subtypes.get(subtype) if kind is not None else None
        return frozenset({subtype, *inner.groups}) if inner is not None else frozenset()
