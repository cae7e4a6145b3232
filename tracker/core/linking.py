"""Joining the lanes: which news event and which reference event are the same, and where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tracker.core.events import Event
from tracker.core.placing import compatible
from tracker.core.taxonomy import Category


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which the two lanes disagree, each side's value in words."""

    field: str
    news: str
    reference: str


@dataclass(frozen=True, slots=True)
class Link:
    news: str
    reference: str
    differences: tuple[Difference, ...]


def link(
    news: Sequence[Event], reference: Sequence[Event], categories: Mapping[str, Category], link_days: int
) -> tuple[Link, ...]:
    """Pair events one to one, nearest days first, ties by id; what is retracted or below 0.5 never joins.

    A lead may: the table is the second source that it lacked.
    """
    by_category: dict[str, list[Event]] = {}
    for event in news:
        if event.credible:
            by_category.setdefault(event.category, []).append(event)
    pairs = []
    for known in reference:
        if not known.listed:  # an analyst took it out
            continue
        for heard in by_category.get(known.category, ()):
            gap = abs((heard.on - known.on).days)
            inside = heard.first_on <= known.last_on and known.first_on <= heard.last_on
            if (gap <= link_days or inside) and _alike(categories[known.category], heard.subtype, known.subtype):
                stated = 0 if heard.subtype == known.subtype else 1
                pairs.append((gap, stated, known.id, heard.id, heard, known))
    taken: set[str] = set()
    links = []
    for _, _, known_id, heard_id, heard, known in sorted(pairs, key=lambda pair: pair[:4]):
        if known_id not in taken and heard_id not in taken:
            taken |= {known_id, heard_id}
            links.append(Link(heard_id, known_id, differences(heard, known)))
    return tuple(sorted(links, key=lambda found: found.reference))


def _alike(category: Category, heard: str, known: str) -> bool:
    return compatible(category, heard, known) or category.are_whole_and_part(heard, known)


def differences(news: Event, reference: Event) -> tuple[Difference, ...]:
    """Where an event of the news and one of a table that are taken for the same disagree."""
    found = []
    if not reference.first_on <= news.on <= reference.last_on:
        found.append(Difference("date", news.on.isoformat(), reference.on.isoformat()))
    counted = news.count is not None and reference.count is not None and news.unit == reference.unit
    if counted and news.count != reference.count:
        found.append(Difference("count", str(news.count), str(reference.count)))
    if news.subtype and reference.subtype and news.subtype != reference.subtype:
        found.append(Difference("type", news.subtype, reference.subtype))
    return tuple(found)


def join(news: Sequence[Event], reference: Sequence[Event], links: Sequence[Link]) -> tuple[Event, ...]:
    """The ``all`` view: a linked pair is one event, under the reference event's id and on its day, confirmed by
    two ways of knowing; the rest of both lanes stands as it is. In order of day, then id."""
    by_id = {event.id: event for event in (*news, *reference)}
    joined = []
    used: set[str] = set()
    for found in links:
        heard, known = by_id.get(found.news), by_id.get(found.reference)
        if heard is None or known is None:
            continue
        used |= {heard.id, known.id}
        joined.append(
            replace(
                known,
                lane="joined",
                subtype=known.subtype or heard.subtype,
                status="confirmed",
                p_occurred=round(1 - (1 - heard.p_occurred) * (1 - known.p_occurred), 4),
                count=known.count if known.count is not None else heard.count,
                unit=known.unit if known.count is not None else heard.unit,
                place=known.place or heard.place,
                wires=heard.wires,
                primaries=heard.primaries,
                sources=tuple(dict.fromkeys((*known.sources, *heard.sources))),
                known_at=min(known.known_at, heard.known_at),
                members=(heard.id, known.id),
                said=tuple(dict.fromkeys((*known.said, *heard.said))),
            )
        )
    rest = [event for event in (*news, *reference) if event.id not in used]
    return tuple(sorted((*joined, *rest), key=lambda event: (event.on, event.id)))
