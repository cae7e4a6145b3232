"""Reads ``config/forecasts/verbal.toml``: what tables take words of probability to mean, and which phrases of different
tables say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tracker.catalog.tables import Table, nearest, read_toml
from tracker.core.errors import Problem
from tracker.core.forecasts import Phrase, VerbalBand, VerbalTables
from tracker.core.verdicts import Implied

VERBAL_FILE = "verbal.toml"


@dataclass(frozen=True, slots=True)
class Verbal:
    """The tables by id, the short names of those that are published, and the families: phrases by table that say the
    same, as people who compared the tables have it."""

    tables: VerbalTables = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    families: Sequence[Mapping[str, str]] = ()

    def phrase(self, cited: str, table: Table) -> Phrase | None:
        """The band of "table: phrase"; None after noting that there is none."""
        name, _, words = (part.strip() for part in cited.partition(":"))
        if name not in self.tables:
            table.problem("tables", f"{name!r} is no table of {VERBAL_FILE}; {nearest(name, self.tables)}")
            return None
        if words not in self.tables[name]:
            table.problem("tables", f"{words!r} is no phrase of {name}; {nearest(words, self.tables[name])}")
        return self.tables[name].get(words)

    def retold(self, cited: Sequence[str], inverted: bool) -> tuple[VerbalBand, ...]:
        """The band each published table gives to words that another was cited for, its middle in the middle; tables
        that have no such phrase are left out. ``inverted``: the words speak of the opposite."""
        family = next((each for words in cited for each in self.families if self._holds(each, words)), {})
        found = []
        for table, name in self.names.items():
            band = self.tables[table].get(family[table]) if table in family else None
            if band is not None:
                low, high = (1 - band.high, 1 - band.low) if inverted else (band.low, band.high)
                ends = (round(p, 9) for p in (low, (low + high) / 2, high))
                found.append(VerbalBand(table, name, Implied(*ends)))
        return tuple(found)

    @staticmethod
    def _holds(family: Mapping[str, str], cited: str) -> bool:
        name, _, words = (part.strip() for part in cited.partition(":"))
        return family.get(name) == words


def read_verbal(path: Path, root: Path, problems: list[Problem]) -> Verbal:
    """The file as a value; every mistake is noted."""
    top = read_toml(path, root, problems)
    if top is None:
        return Verbal()
    tables: dict[str, dict[str, Phrase]] = {}
    names: dict[str, str] = {}
    for each in top.tables("tables"):
        name, short = each.text("id"), each.text("name", "")
        for key in ("title", "source"):
            each.text(key)
        each.text("note", "")
        tables[name] = _phrases(each)
        if short:
            names[name] = short
        each.done()
    families = [_family(each, tables) for each in top.tables("families")]
    top.done()
    return Verbal(tables, names, families)


def _phrases(table: Table) -> dict[str, Phrase]:
    phrases: dict[str, Phrase] = {}
    for inner in table.tables("phrases", "phrase"):
        low, high = inner.number("low", low=0, high=1), inner.number("high", low=0, high=1)
        if low > high:
            inner.problem("low", f"{low:g} is above high ({high:g}); a band runs from low to high")
        phrases[inner.text("phrase")] = Phrase(low, high)
        inner.done()
    return phrases


def _family(table: Table, tables: VerbalTables) -> dict[str, str]:
    """A phrase for each table that has one."""
    found: dict[str, str] = {}
    for name in tables:
        words = table.text(name, "")
        if words and words not in tables[name]:
            table.problem(name, f"{words!r} is no phrase of {name}; {nearest(words, tables[name])}")
        elif words:
            found[name] = words
    table.done()
    return found
