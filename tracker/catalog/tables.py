"""One TOML or CSV file being read: typed getters that note every problem and go on."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

from tracker.core.days import zone as iana_zone
from tracker.core.errors import Problem


def label_of(path: Path, root: Path) -> str:
    """How a problem names a file: relative to the config folder, with forward slashes."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def nearest(word: str, known: Collection[str]) -> str:
    """A clause that names the nearest known word, or all of them while they are few."""
    close = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if 0 < len(known) <= 24:
        return "known: " + ", ".join(sorted(known))
    return "no known one is near it"


def day_from(text: str) -> date | None:
    """A calendar day written YYYY-MM-DD; None for anything else (20200302 and 2020-W10-1 included)."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def is_zone(name: str) -> bool:
    """Whether that is the name of an IANA zone."""
    try:
        iana_zone(name)
    except (KeyError, ValueError, OSError):  # ValueError: "../x"; OSError: the name of a folder, "America"
        return False
    return True


@dataclass(slots=True)
class Table:
    """One table of a TOML file. Every getter returns a usable value of its type even when it notes a problem.

    ``name`` says which table in problems. Call ``done()`` last: it reports the keys nobody asked for.
    """

    values: Mapping[str, object]
    file: str
    name: str
    problems: list[Problem]
    asked: set[str] = field(default_factory=set)

    def problem(self, key: str, message: str) -> None:
        self.problems.append(Problem(self.file, self.name, key, message))

    def has(self, key: str) -> bool:
        """Whether the key stands in the table; it counts as asked for."""
        self.asked.add(key)
        return key in self.values

    def _get(self, key: str, required: bool, wanted: str) -> object | None:
        if self.has(key):
            return self.values[key]
        if required:
            self.problem(key, f"is missing; give {wanted}")
        return None

    def text(self, key: str, default: str | None = None, among: Collection[str] | None = None) -> str:
        """A string; not empty unless a default is given. ``among`` is the closed set it must be of."""
        value = self._get(key, default is None, "a text in quotes")
        if value is None:
            return default or ""
        if not isinstance(value, str):
            self.problem(key, f"is {value!r}; it must be a text in quotes")
            return default or ""
        if default is None and not value.strip():
            self.problem(key, "is empty; give a text")
        elif among is not None and value not in among:
            self.problem(key, f"{value!r} is not known; {nearest(value, among)}")
        return value

    def number(
        self, key: str, default: float | None = None, low: float | None = None, high: float | None = None
    ) -> float:
        """A number from ``low`` to ``high`` (both included)."""
        value = self._get(key, default is None, "a number")
        if value is None:
            return default or 0.0
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.problem(key, f"is {value!r}; it must be a number without quotes")
            return default or 0.0
        if value != value or (low is not None and value < low) or (high is not None and value > high):
            self.problem(key, f"is {value}; it must lie {_bounds(low, high)}")
        return float(value)

    def whole(self, key: str, default: int | None = None, low: int | None = None, high: int | None = None) -> int:
        """A whole number from ``low`` to ``high`` (both included)."""
        value = self._get(key, default is None, "a whole number")
        if value is None:
            return default or 0
        if isinstance(value, bool) or not isinstance(value, int):
            self.problem(key, f"is {value!r}; it must be a whole number without quotes")
            return default or 0
        if (low is not None and value < low) or (high is not None and value > high):
            self.problem(key, f"is {value}; it must lie {_bounds(low, high)}")
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        """true or false."""
        value = self._get(key, default is None, "true or false")
        if value is None:
            return bool(default)
        if not isinstance(value, bool):
            self.problem(key, f"is {value!r}; it must be true or false without quotes")
            return bool(default)
        return value

    def texts(self, key: str, default: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of texts, none of them empty."""
        value = self._get(key, default is None, 'a list such as ["one", "two"]')
        if value is None:
            return tuple(default or ())
        if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
            self.problem(key, 'must be a list of texts such as ["one", "two"]')
            return tuple(default or ())
        return tuple(value)

    def day(self, key: str) -> date:
        """A calendar day, written 2020-03-02 with or without quotes; 1 January of year 1 after a problem."""
        value = self._get(key, True, "a day such as 2020-03-02")
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        found = day_from(value) if isinstance(value, str) else None
        if found is None and value is not None:
            self.problem(key, f"is {value!r}; it must be a day such as 2020-03-02")
        return found or date.min

    def zone(self, key: str, default: str | None = None) -> str:
        """The name of an IANA zone; "UTC" after a problem."""
        value = self.text(key, default)
        if value and not is_zone(value):
            self.problem(key, f"{value!r} is no IANA zone; give one such as Asia/Seoul or America/New_York")
        return value if value and is_zone(value) else "UTC"

    def table(self, key: str, default: bool = True) -> Table:
        """A table inside this one; an empty one when it is missing (a problem unless ``default``)."""
        value = self._get(key, not default, "a table")
        if value is not None and not isinstance(value, dict):
            self.problem(key, "must be a table")
            value = None
        return Table(value or {}, self.file, f"{self.name}.{key}" if self.name else key, self.problems)

    def tables(self, key: str, name: str = "id") -> list[Table]:
        """The ``[[key]]`` tables, each named after its ``name`` key in problems; none when missing."""
        value = self._get(key, False, "")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.problem(key, f"must be written as [[{key}]] tables")
            return []
        prefix = f"{self.name}.{key}" if self.name else key
        return [
            Table(each, self.file, f"{prefix}[{_name_of(each.get(name), place)}]", self.problems)
            for place, each in enumerate(value, 1)
        ]

    def done(self) -> None:
        """Report every key that nobody asked for, with the nearest one that is known."""
        for key in self.values:
            if key not in self.asked:
                self.problem(key, f"is not a key of this table; {nearest(key, self.asked)}")


def _bounds(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"from {low:g} to {high:g}"
    return f"at {low:g} or above" if low is not None else f"at {high:g} or below"


def _name_of(value: object, place: int) -> str:
    return value if isinstance(value, str) and value else str(place)


def read_toml(path: Path, root: Path, problems: list[Problem]) -> Table | None:
    """The top table of a TOML file; None after noting why there is none."""
    file = label_of(path, root)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.append(Problem(file, "", "", "is missing; restore it from the repository"))
    except (OSError, UnicodeDecodeError) as trouble:
        problems.append(Problem(file, "", "", f"cannot be read as UTF-8 text: {trouble}"))
    except (tomllib.TOMLDecodeError, RecursionError) as trouble:
        problems.append(Problem(file, "", "", f"is not valid TOML: {trouble}"))
    else:
        return Table(values, file, "", problems)
    return None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a CSV file by column, stripped; ``line`` is where it ends in the file (1-based)."""

    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]


def read_csv(path: Path, columns: tuple[str, ...], root: Path, problems: list[Problem]) -> list[Row]:
    """The rows of a CSV file whose header must be exactly ``columns``; problems noted, bad rows left out.

    A file that is empty or holds only its header is a problem: facts do not vanish by themselves.
    """
    file = label_of(path, root)

    def note(table: str, key: str, message: str) -> None:
        problems.append(Problem(file, table, key, message))

    try:
        with path.open(encoding="utf-8", newline="") as handle:
            reader = csv.reader(handle, strict=True)
            lines = [(reader.line_num, cells) for cells in reader if cells]
    except FileNotFoundError:
        note("", "", "is missing; restore it from the repository")
        return []
    except (OSError, UnicodeDecodeError, csv.Error) as trouble:
        note("", "", f"cannot be read as UTF-8 CSV: {trouble}")
        return []
    if not lines:
        note("", "", "is empty; restore its rows, or remove the file if it is meant to go")
        return []
    header = tuple(cell.strip() for cell in lines[0][1])
    if header != columns:
        for column in header:
            if column not in columns:
                note("header", column, f"is not a known column; {nearest(column, columns)}")
        missing = [column for column in columns if column not in header]
        order = ",".join(columns)
        note("header", "", f"lacks {', '.join(missing)}" if missing else f"must read, in this order: {order}")
        return []
    if len(lines) == 1:
        note("", "", "has a header but no rows; restore its rows, or remove the file if it is meant to go")
        return []
    rows: list[Row] = []
    for line, cells in lines[1:]:
        if len(cells) != len(columns):
            note(
                f"line {line}",
                "",
                f"has {len(cells)} cells, the header {len(columns)}; check its commas and quotes",
            )
            continue
        rows.append(Row(line, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
    return rows
