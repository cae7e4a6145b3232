"""Reads config/digests.toml: one [[digests]] table for each recurring report."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import cast, get_args

from tracker.catalog.tables import Table, nearest, read_toml
from tracker.core.digests import Digest
from tracker.core.errors import Problem
from tracker.core.timeline import View

FILE = "digests.toml"
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""An id stands in Message-IDs and in the database: short, lower case, no blanks."""

LONGEST_DAYS = 31


def read_digests(folder: Path, categories: Collection[str] | None = None) -> tuple[tuple[Digest, ...], list[Problem]]:
    """The digests of ``folder``/digests.toml in their order, and every problem found.

    ``categories`` are the ids that the taxonomy knows; None leaves a digest's categories unchecked. A digest
    with a problem is left out; when there is any problem the caller should not start.
    """
    problems: list[Problem] = []
    top = read_toml(folder / FILE, folder, problems)
    if top is None:
        return (), problems
    found: dict[str, Digest] = {}
    for table in top.tables("digests"):
        count = len(problems)
        digest = _digest(table, categories)
        if digest.id in found:
            table.problem("id", f"{digest.id!r} stands twice; give each digest its own id")
        if len(problems) == count:
            found[digest.id] = digest
    top.done()
    return tuple(found.values()), problems


def _digest(table: Table, categories: Collection[str] | None) -> Digest:
    digest = Digest(
        id=table.text("id"),
        title=table.text("title"),
        view=cast(View, table.text("evidence", among=get_args(View))),
        zone=table.zone("zone"),
        cutoff_hour=table.whole("cutoff_hour", low=0, high=23),
        days_back=table.whole("days_back", 1, low=1, high=LONGEST_DAYS),
        categories=table.texts("categories", ()),
    )
    if digest.id and not ID.fullmatch(digest.id):
        table.problem("id", f"{digest.id!r} must be lower-case letters, digits and hyphens, at most 40")
    if any(ord(each) < 32 for each in digest.title):
        table.problem("title", "must be one line; it becomes the subject of a mail")
    for category in digest.categories:
        if categories is not None and category not in categories:
            table.problem("categories", f"{category!r} is no category; {nearest(category, categories)}")
    table.done()
    return digest
