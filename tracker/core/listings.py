"""Two lists of the same kind of facts laid beside each other: which rows are of one happening, which stand alone.

Rows are paired by kind and by nearness of days, one to one, as a person would do with two printed tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.core.coverage import DeclaredCoverage
from tracker.core.days import DateSpan
from tracker.core.placing import compatible
from tracker.core.references import ReferenceRow, ReferenceTable
from tracker.core.taxonomy import Category, Taxonomy

PAIR_DAYS = 3
"""How far apart two lists may date one happening. A clock's zone moves a day by one; the largest slip met in a
public database is three (a launch of 9 March 2020 that stands under 6 March)."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A list of ours beside another: rows of one happening, and the rows of either that stand alone."""

    pairs: tuple[tuple[ReferenceRow, ReferenceRow], ...]
    ours: tuple[ReferenceRow, ...]
    theirs: tuple[ReferenceRow, ...]


def gap_days(one: DateSpan, other: DateSpan) -> int:
    """Days between two spans; 0 where they share a day."""
    return max((one.first - other.last).days, (other.first - one.last).days, 0)


def span_of_row(row: ReferenceRow) -> DateSpan:
    return DateSpan(row.on, row.last_on)


def lay_beside(
    ours: Sequence[ReferenceRow], theirs: Sequence[ReferenceRow], categories: Mapping[str, Category]
) -> Beside:
    """Pair rows of one category whose kinds do not exclude each other: nearest days first, then those that agree
    in kind and place, ties by key. Rows of what did not occur are left out."""
    mine = [row for row in ours if row.occurred]
    other = [row for row in theirs if row.occurred]
    near: dict[tuple[str, date], list[ReferenceRow]] = {}
    for row in other:
        for back in range(-PAIR_DAYS, (row.last_on - row.on).days + PAIR_DAYS + 1):
            near.setdefault((row.category, row.on + timedelta(days=back)), []).append(row)
    scored = []
    for row in mine:
        seen: set[str] = set()
        for day in span_of_row(row):
            for each in near.get((row.category, day), ()):
                if each.row_key in seen or not _alike(categories[row.category], row.subtype, each.subtype):
                    continue
                seen.add(each.row_key)
                gap = gap_days(span_of_row(row), span_of_row(each))
                differ = (row.subtype != each.subtype) + (row.place != each.place)
                scored.append((gap, differ, row.table, row.row_key, each.row_key, row, each))
    taken: set[tuple[str, str]] = set()
    pairs = []
    for *_, row, each in sorted(scored, key=lambda found: found[:5]):
        keys = {("ours", f"{row.table} {row.row_key}"), ("theirs", each.row_key)}
        if not keys & taken:
            taken |= keys
            pairs.append((row, each))
    left = tuple(row for row in mine if ("ours", f"{row.table} {row.row_key}") not in taken)
    right = tuple(row for row in other if ("theirs", row.row_key) not in taken)
    return Beside(tuple(sorted(pairs, key=lambda pair: (pair[0].on, pair[0].row_key))), left, right)


def _alike(category: Category, one: str, other: str) -> bool:
    return compatible(category, one, other) or compatible(category, other, one)


def promises(
    table: ReferenceTable, category: str, subtype: str, days: DateSpan, taxonomy: Taxonomy
) -> DeclaredCoverage | None:
    """The declaration by which a list should hold such an event on all these days; None where it promises none."""
    for row in table.coverage:
        inside = row.first_on <= days.first and days.last <= row.last_on
        if inside and row.includes(category, (subtype,) if subtype else (), taxonomy):
            return row
    return None
