"""Reads config/alerts.toml: one [[alerts]] table for each address and kind of event."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import cast

from tracker.catalog.tables import Table, nearest, read_toml
from tracker.core.alerts import RANKS, Alert
from tracker.core.errors import Problem
from tracker.core.events import LISTED_P, Status

FILE = "alerts.toml"
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
LONGEST_ADDRESS = 254


def read_alerts(
    folder: Path, known: Mapping[str, Collection[str]] | None = None
) -> tuple[tuple[Alert, ...], list[Problem]]:
    """The alerts of ``folder``/alerts.toml in their order, and every problem found.

    ``known`` are the taxonomy's categories, each with its subtype and group ids; None leaves them unchecked. No
    file means no alerts and is no problem: an older home has none.
    """
    problems: list[Problem] = []
    if not (folder / FILE).exists():
        return (), problems
    top = read_toml(folder / FILE, folder, problems)
    if top is None:
        return (), problems
    found: list[Alert] = []
    for table in top.tables("alerts", "address"):
        count = len(problems)
        alert = _alert(table, known)
        if alert in found:
            table.problem("", "stands twice; remove one")
        if len(problems) == count:
            found.append(alert)
    top.done()
    return tuple(found), problems


def _alert(table: Table, known: Mapping[str, Collection[str]] | None) -> Alert:
    alert = Alert(
        address=table.text("address"),
        # Below what a timeline lists nobody is told: such an event is more likely not to have been one.
        p_min=table.number("p_min", low=LISTED_P, high=1.0),
        category=table.text("category", ""),
        subtype=table.text("subtype", ""),
        status=cast(Status, table.text("status", "reported", among=tuple(RANKS))),
    )
    if alert.address and (len(alert.address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(alert.address)):
        table.problem("address", f"{alert.address[:80]!r} is no mail address that can be used; give name@example.org")
    if known is not None and alert.category and alert.category not in known:
        table.problem("category", f"{alert.category!r} is no category; {nearest(alert.category, known)}")
    if alert.subtype and not alert.category:
        table.problem("subtype", "stands without a category; say which category it is of")
    elif known is not None and alert.subtype and alert.subtype not in known.get(alert.category, (alert.subtype,)):
        table.problem("subtype", f"{alert.subtype!r} is not known; {nearest(alert.subtype, known[alert.category])}")
    table.done()
    return alert
