"""Reads ``config/indicators.toml``: the counts of a year and when a year looks like another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from tracker.catalog.rules import RuleBook, read_measure
from tracker.catalog.tables import Table, nearest, read_toml
from tracker.core.baselines import Series
from tracker.core.errors import Problem
from tracker.core.indicators import Elsewhere, Indicator, IndicatorBook, Likeness
from tracker.core.shapes import FIRST_YEAR, LAST_YEAR
from tracker.core.taxonomy import Taxonomy

FILE = "indicators.toml"


def read_indicators(
    folder: Path, taxonomy: Taxonomy, series: Mapping[str, Series], places: Collection[str] | None = None
) -> tuple[IndicatorBook | None, list[Problem]]:
    """The rows and tests, and every problem at once; None while there is one."""
    problems: list[Problem] = []
    top = read_toml(folder / FILE, folder, problems)
    if top is None:
        return None, problems
    book = RuleBook(taxonomy, series, places)
    rows = tuple(_read_row(each, book) for each in top.tables("indicators"))
    _check_ids(top, rows)
    likeness = _read_likeness(top.table("likeness", default=False), rows)
    made = IndicatorBook(rows, likeness, _years(top, "years"), top.zone("zone"))
    top.done()
    return (None if problems else made), problems


def _read_row(table: Table, book: RuleBook) -> Indicator:
    name, label, note = table.text("id"), table.text("label"), table.text("note", "")
    elsewhere = tuple(_read_elsewhere(each) for each in table.tables("elsewhere", "source"))
    if table.has("measure") == table.has("series"):
        table.problem("measure", "give either measure, what is counted, or series, what was published")
    measure = read_measure(table.table("measure"), book) if table.has("measure") else None
    series = book.series_id(table, "series", "")
    table.done()
    return Indicator(name, label, measure, series, note, elsewhere)


def _read_elsewhere(table: Table) -> Elsewhere:
    found = Elsewhere(_year(table, "year"), table.number("count", low=0), table.text("source"), table.text("note", ""))
    table.done()
    return found


def _read_likeness(table: Table, rows: tuple[Indicator, ...]) -> Likeness:
    counted, strategic, close = (_ids(table, key, rows) for key in ("counted", "strategic", "nearest"))
    found = Likeness(
        baseline=_year(table, "baseline"),
        among=_years(table, "among"),
        share=table.number("share", low=0, high=1),
        needed=table.whole("needed", low=1),
        counted=counted,
        strategic=strategic,
        nearest=close,
    )
    if found.needed > len(counted):
        table.problem("needed", f"is {found.needed}, and only {len(counted)} are counted; no year could reach it")
    if found.among and found.baseline not in found.among:
        table.problem("among", f"does not hold the baseline {found.baseline}; no year could be nearest to it")
    table.done()
    return found


def _ids(table: Table, key: str, rows: tuple[Indicator, ...]) -> tuple[str, ...]:
    """Ids of rows that count events; a published series cannot be compared as a count."""
    known = {row.id for row in rows if row.measure is not None}
    named = table.texts(key)
    for each in named:
        if each not in known:
            table.problem(key, f"{each!r} is no indicator with a measure; {nearest(each, known)}")
    return named


def _check_ids(top: Table, rows: tuple[Indicator, ...]) -> None:
    if not rows:
        top.problem("indicators", "is missing; give each row as an [[indicators]] table")
    ids = [row.id for row in rows]
    for twice in sorted({each for each in ids if each and ids.count(each) > 1}):
        top.problem("indicators", f"{twice!r} stands twice; each row has its own id")


def _year(table: Table, key: str) -> int:
    year = table.whole(key)
    if not FIRST_YEAR < year <= LAST_YEAR:
        table.problem(key, f"is {year}; give a year from {FIRST_YEAR + 1} to {LAST_YEAR}")
    return year


def _years(table: Table, key: str) -> tuple[int, ...]:
    value = table.values.get(key) if table.has(key) else None
    years = value if isinstance(value, list) else []
    good = tuple(each for each in years if isinstance(each, int) and FIRST_YEAR < each <= LAST_YEAR)
    if not good or len(good) != len(years):
        table.problem(key, "must be a list of years such as [2017, 2020]")
    return good
