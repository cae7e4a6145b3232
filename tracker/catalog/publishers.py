"""Reader of config/publishers.toml: who is who among the publishers, by host and by name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from tracker.catalog.tables import Table, read_toml
from tracker.core.errors import Problem
from tracker.core.publishers import UNKNOWN, Directory, Publisher, PublisherKind, name_key

FILE = "publishers.toml"

KINDS: dict[str, PublisherKind] = {kind: kind for kind in get_args(PublisherKind) if kind != UNKNOWN.kind}


def read_publishers(folder: Path) -> tuple[Directory, list[Problem]]:
    """The directory of ``folder``/publishers.toml and every problem in it; empty when there is one."""
    problems: list[Problem] = []
    top = read_toml(folder / FILE, folder, problems)
    if top is None:
        return Directory({}, {}), problems
    by_host: dict[str, Publisher] = {}
    by_name: dict[str, Publisher] = {}
    ids: set[str] = {UNKNOWN.id}
    entries = top.tables("publishers")
    if not entries and not problems:
        top.problem("publishers", "no [[publishers]] table is there; restore the file from the repository")
    for entry in entries:
        publisher, names = _publisher(entry)
        if publisher.id in ids:
            entry.problem("id", f"{publisher.id!r} is taken already; give every publisher its own")
        ids.add(publisher.id)
        _claim(entry, "hosts", publisher.hosts, publisher, by_host)
        _claim(entry, "names", dict.fromkeys(name_key(name) for name in names), publisher, by_name)
    top.done()
    return (Directory({}, {}) if problems else Directory(by_host, by_name)), problems


def _publisher(entry: Table) -> tuple[Publisher, tuple[str, ...]]:
    name = entry.text("name")
    publisher = Publisher(
        id=entry.text("id"),
        name=name,
        kind=KINDS.get(entry.text("kind", among=KINDS), UNKNOWN.kind),
        zone=entry.zone("zone"),
        hosts=entry.texts("hosts"),
        lang=entry.text("lang", "en"),
        hosting=entry.flag("hosting", False),
    )
    names = (name, *entry.texts("names", ()))
    for host in publisher.hosts:
        if not re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z0-9-]+", host) or host.startswith("www."):
            entry.problem("hosts", f"{host!r} is no bare host; write it as in bbc.co.uk, without www or a path")
    entry.done()
    return publisher, names


def _claim(
    entry: Table,
    key: str,
    words: tuple[str, ...] | dict[str, None],
    who: Publisher,
    taken: dict[str, Publisher],
) -> None:
    for word in words:
        other = taken.setdefault(word, who)
        if other is not who:
            entry.problem(key, f"{word!r} stands with {other.id!r} already; leave it with one of the two")
