"""Reads config/archives.toml: one [[archives]] table for each dated archive that can be asked for the past."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from string import Formatter
from typing import cast, get_args
from urllib.parse import urlsplit

from tracker.catalog.tables import Table, read_toml
from tracker.core.backfill import AnswerKind, Archive, Edition
from tracker.core.errands import LONGEST_QUERY
from tracker.core.errors import Problem

FILE = "archives.toml"
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
DAY_S = 86_400
_MARKS = frozenset({"query", "since", "until"})


def read_archives(folder: Path) -> tuple[tuple[Archive, ...], list[Problem]]:
    """The archives of ``folder``/archives.toml in their order and every problem; none when there is one.

    A home without the file has no archives, which is no problem: homes made before the verb still start.
    """
    problems: list[Problem] = []
    if not (folder / FILE).exists():
        return (), problems
    top = read_toml(folder / FILE, folder, problems)
    if top is None:
        return (), problems
    found: dict[str, Archive] = {}
    for table in top.tables("archives"):
        archive = _archive(table)
        if archive.id in found:
            table.problem("id", f"{archive.id!r} stands twice; give each archive its own id")
        found[archive.id] = archive
    top.done()
    return (() if problems else tuple(found.values())), problems


def _archive(table: Table) -> Archive:
    step_s = table.whole("step_s", low=1, high=DAY_S)
    archive = Archive(
        id=table.text("id"),
        title=table.text("title"),
        url=table.text("url"),
        answers=cast(AnswerKind, table.text("answers", among=get_args(AnswerKind))),
        parameters=_texts(table.table("parameters", default=False)),
        stamp=table.text("stamp"),
        last_included=table.flag("last_included"),
        editions=tuple(_edition(each) for each in table.tables("editions", "lang")),
        most_records=table.whole("most_records", low=2, high=100_000),
        suspect_records=table.whole("suspect_records", low=2, high=100_000),
        step_s=step_s,
        longest_s=table.whole("longest_s", low=1, high=366 * DAY_S),
        shortest_s=table.whole("shortest_s", low=1, high=366 * DAY_S),
        spacing_s=table.number("spacing_s", low=0, high=3600),
        requests_per_day=table.whole("requests_per_day", low=1, high=1_000_000),
        attempts=table.whole("attempts", low=1, high=100),
        longest_wait_s=table.whole("longest_wait_s", low=1, high=DAY_S),
        first_on=_first_on(table),
        zone=table.zone("zone"),
        wall_page=table.flag("wall_page"),
        busy_words=tuple(word.lower() for word in table.texts("busy_words", ())),
        languages=dict(_texts(table.table("languages"))),
        note=" ".join(f"{table.text('note', '')} Evidence: {table.text('evidence')}".split()),
    )
    _check(table, archive)
    table.done()
    return archive


def _edition(table: Table) -> Edition:
    edition = Edition(table.text("lang"), table.text("query"), _texts(table.table("parameters")))
    if len(edition.query) > LONGEST_QUERY:
        table.problem("query", f"is longer than {LONGEST_QUERY} characters")
    table.done()
    return edition


def _texts(table: Table) -> tuple[tuple[str, str], ...]:
    return tuple((name, table.text(name, "")) for name in table.values)


def _first_on(table: Table) -> date | None:
    return table.day("first_on") if table.has("first_on") else None


def _check(table: Table, archive: Archive) -> None:
    """What one value alone cannot tell."""
    if archive.id and not ID.fullmatch(archive.id):
        table.problem("id", f"{archive.id!r} must be lower-case words joined by hyphens")
    if archive.url and not is_web_address(archive.url):
        table.problem("url", f"{archive.url!r} is no web address; it must begin with https:// or http://")
    if not archive.editions:
        table.problem("editions", "no [[archives.editions]] table is there; give at least one lang and query")
    langs = [each.lang for each in archive.editions]
    for lang in sorted({lang for lang in langs if langs.count(lang) > 1}):
        table.problem("editions", f"{lang!r} stands twice; give each edition its own lang")
    _check_marks(table, archive)
    if archive.suspect_records > archive.most_records:
        table.problem("suspect_records", f"is {archive.suspect_records}; at most most_records may stand here")
    for key, length in (("longest_s", archive.longest_s), ("shortest_s", archive.shortest_s)):
        if archive.step_s and length % archive.step_s:
            table.problem(key, f"is {length}; it must be a whole number of steps of {archive.step_s} s")
    if archive.shortest_s > archive.longest_s:
        table.problem("shortest_s", "is longer than longest_s")


def _check_marks(table: Table, archive: Archive) -> None:
    named: set[str] = set()
    for name, value in archive.parameters:
        try:
            marks = {mark for _, mark, _, _ in Formatter().parse(value) if mark is not None}
        except ValueError:
            table.problem("parameters", f"{name}: {value!r} has a brace that is not closed")
            continue
        for mark in sorted(marks - _MARKS):
            table.problem("parameters", f"{name}: {{{mark}}} is not known; known: {{query}}, {{since}}, {{until}}")
        named |= marks
    for mark in sorted(_MARKS - named):
        table.problem("parameters", f"none of them holds {{{mark}}}, so every slice would be asked alike")


def is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in address
    except ValueError:
        return False
