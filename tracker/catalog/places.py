"""Reader of config/places.toml: the gazetteer of this subject."""

from __future__ import annotations

from pathlib import Path

from tracker.catalog.tables import Table, read_toml
from tracker.core.errors import Problem
from tracker.core.places import Place

FILE = "places.toml"


def read_places(folder: Path) -> tuple[tuple[Place, ...], list[Problem]]:
    """The places of ``folder``/places.toml in their order and every problem; none when there is one.

    A spelling belongs to one place only, whatever its case.
    """
    problems: list[Problem] = []
    top = read_toml(folder / FILE, folder, problems)
    if top is None:
        return (), problems
    places: list[Place] = []
    ids: set[str] = set()
    spelt: dict[str, str] = {}
    for entry in top.tables("places"):
        place = _place(entry)
        if place.id in ids:
            entry.problem("id", f"{place.id!r} is taken already; give every place its own")
        ids.add(place.id)
        for spelling in place.spellings:
            other = spelt.setdefault(spelling.casefold(), place.id)
            if other != place.id:
                entry.problem("spellings", f"{spelling!r} means {other!r} already; leave it with one of the two")
        places.append(place)
    if not places and not problems:
        top.problem("places", "no [[places]] table is there; restore the file from the repository")
    top.done()
    return (() if problems else tuple(places)), problems


def _place(entry: Table) -> Place:
    key, name = entry.text("id"), entry.text("name")
    place = Place(
        id=key,
        name=name,
        zone=entry.zone("zone"),
        lat=entry.number("lat", low=-90, high=90),
        lon=entry.number("lon", low=-180, high=180),
        group=entry.text("group", key) or key,
        spellings=tuple(dict.fromkeys((name, *entry.texts("spellings", ())))),
        site=entry.flag("site", False),
    )
    entry.done()
    return place
