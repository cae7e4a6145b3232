"""Reads ``config/observers.toml``: which observers exist and which one is active."""

from __future__ import annotations

import re
from pathlib import Path

from tracker.catalog.tables import Table, nearest, read_toml
from tracker.core.errors import Problem
from tracker.core.observations import ObserverKind
from tracker.core.observers import ObserverSetting, ObserversFile

KINDS: tuple[ObserverKind, ...] = ("rules", "model")


def read_observers(folder: Path) -> tuple[ObserversFile, list[Problem]]:
    """The observers of a config folder, with every problem; after a problem the value must not be used."""
    problems: list[Problem] = []
    top = read_toml(folder / "observers.toml", folder, problems)
    if top is None:
        fallback = ObserverSetting("", KINDS[0])
        return ObserversFile(fallback, (fallback,)), problems
    active = top.text("active")
    known = {each.id: each for each in (_observer(table) for table in top.tables("observers"))}
    if active not in known:
        top.problem("active", f"{active!r} is not one of the observers; {nearest(active, known)}")
    top.done()
    chosen = known.get(active, ObserverSetting(active, KINDS[0]))
    return ObserversFile(chosen, tuple(known.values())), sorted(problems)


def _observer(table: Table) -> ObserverSetting:
    name, kind = table.text("id"), table.text("kind", among=KINDS)
    artefact = table.text("artefact", "")
    if kind == "model" and not re.fullmatch(r"[a-z][a-z0-9-]*-\d{4}", artefact):
        table.problem("artefact", f"is {artefact!r}; name the model's folder under models/, such as headlines-0001")
    if kind == "rules" and artefact:
        table.problem("artefact", "is only for models; remove it")
    table.done()
    return ObserverSetting(name, next((each for each in KINDS if each == kind), KINDS[0]), artefact)
