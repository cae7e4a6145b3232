"""Reader of config/baselines: cited series of yearly figures."""

from __future__ import annotations

import math
import re
from pathlib import Path

from tracker.catalog.tables import Row, label_of, nearest, read_csv, read_toml
from tracker.core.baselines import Series
from tracker.core.errors import Problem

FOLDER = "baselines"
HEADER = "series.toml"

COLUMNS = ("series", "period", "value", "unit", "publisher", "title", "date", "url", "note")

PERIOD = re.compile(r"\d{4}(?:H[12]|-\d\d(?:-\d\d)?)?")


def read_baselines(folder: Path) -> tuple[tuple[Series, ...], list[Problem]]:
    """All series of ``folder``/baselines in order of id and every problem; none when there is one.

    ``series.toml`` declares id, label and unit; the CSV files beside it hold the values, each cited.
    """
    home = folder / FOLDER
    problems: list[Problem] = []
    top = read_toml(home / HEADER, folder, problems)
    if top is None:
        return (), problems
    declared: dict[str, tuple[str, str]] = {}
    for entry in top.tables("series"):
        key = entry.text("id")
        if key in declared:
            entry.problem("id", f"{key!r} is taken already; give every series its own")
        declared[key] = (entry.text("label"), entry.text("unit"))
        entry.done()
    top.done()
    values: dict[str, dict[str, tuple[float, str]]] = {key: {} for key in declared}
    for path in sorted(home.glob("*.csv")):
        for row in read_csv(path, COLUMNS, folder, problems):
            _take(row, label_of(path, folder), declared, values, problems)
    for key, found in values.items():
        if not found:
            message = "has no value in any CSV beside this file; add them or remove the series"
            problems.append(Problem(label_of(home / HEADER, folder), f"series[{key}]", "id", message))
    if problems:
        return (), problems
    series = (
        Series(key, label, unit, tuple((period, *values[key][period]) for period in sorted(values[key])))
        for key, (label, unit) in sorted(declared.items())
    )
    return tuple(series), problems


def _take(
    row: Row,
    file: str,
    declared: dict[str, tuple[str, str]],
    values: dict[str, dict[str, tuple[float, str]]],
    problems: list[Problem],
) -> None:
    def note(key: str, message: str) -> None:
        problems.append(Problem(file, f"{row['series'] or 'row'} {row['period']} (line {row.line})", key, message))

    series, period = row["series"], row["period"]
    number = _number(row["value"])
    if number is None:
        note("value", f"is {row['value']!r}; it must be a number")
    if not PERIOD.fullmatch(period):
        note("period", f"is {period!r}; it must look like 2019, 2012H1, 2020-01 or 2020-01-31")
    if not (row["publisher"] and (row["title"] or row["date"] or row["url"])):
        note("publisher", "the value needs a source: publisher, and a title, a date or an address")
    if series not in declared:
        note("series", f"{series!r} is not declared in {HEADER}; {nearest(series, declared)}")
        return
    if row["unit"] != declared[series][1]:
        note("unit", f"is {row['unit']!r}, but {HEADER} says {declared[series][1]!r}; make them agree")
    if period in values[series]:
        note("period", f"{period} has a value already; keep one of the two")
    cited = ", ".join(row[key] for key in ("publisher", "title", "date", "url", "note") if row[key])
    values[series][period] = (number or 0.0, cited)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
