"""Reader of config/reference and config/databases: one CSV of facts and one TOML header a table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from pathlib import Path

from tracker.catalog.tables import Row, Table, day_from, is_zone, label_of, nearest, read_csv, read_toml
from tracker.core.coverage import DeclaredCoverage
from tracker.core.errors import Problem
from tracker.core.references import DEFAULT_LAG_DAYS, ReferenceRow, ReferenceTable

FOLDER = "reference"
DATABASES = "databases"
"""What public databases say, in tables of the same form: compared with the facts, never counted as facts."""

COLUMNS = (
    "row_key", "date", "last_date", "zone", "category", "subtype", "count", "unit", "place", "weapon",
    "outcome", "occurred", "certainty", "published_on", "publisher", "title", "cited_date", "url", "note",
)  # fmt: skip

CERTAINTIES = ("high", "medium", "low")

Known = Mapping[str, Collection[str]]
"""Categories of the taxonomy, each with the subtype and group ids it knows."""


def read_references(
    folder: Path, known: Known | None = None, strict: bool = False, inside: str = FOLDER
) -> tuple[tuple[ReferenceTable, ...], list[Problem]]:
    """All tables of ``folder``/``inside``, in order of name, and every problem of every file.

    ``folder`` is the config folder. A table with a problem is left out whole. No folder or no files means no
    tables and no problem. A CSV that is empty or has no rows is a problem; a header without its CSV is one
    only when ``strict``. With ``known``, categories and subtypes must be of it.
    """
    home = folder / inside
    problems: list[Problem] = []
    if strict:
        for header in sorted(home.glob("*.toml")):
            if not header.with_suffix(".csv").exists():
                message = f"its table {header.stem}.csv is missing; restore it, or remove this header too"
                problems.append(Problem(label_of(header, folder), "", "", message))
    tables: list[ReferenceTable] = []
    for path in sorted(home.glob("*.csv")):
        noted: list[Problem] = []
        table = _read_table(path, folder, known, noted)
        problems += noted
        if table is not None and not noted:
            tables.append(table)
    return tuple(tables), problems


def _read_table(path: Path, root: Path, known: Known | None, problems: list[Problem]) -> ReferenceTable | None:
    file = label_of(path, root)
    rows = _facts(path.stem, file, read_csv(path, COLUMNS, root, problems), known, problems)
    header = read_toml(path.with_suffix(".toml"), root, problems)
    if header is None:
        return None
    title, vintage = header.text("title"), header.text("vintage")
    lag = header.whole("default_lag_days", DEFAULT_LAG_DAYS, 0, 3660)
    coverage = [_coverage(path.stem, each, lag, known) for each in header.tables("coverage", "category")]
    header.done()
    return ReferenceTable(path.stem, rows, tuple(coverage), vintage, lag, title=title)


def _coverage(table: str, entry: Table, lag: int, known: Known | None) -> DeclaredCoverage:
    category = entry.text("category", among=known)
    subtypes = entry.texts("subtypes", ())
    for subtype in subtypes:
        if known is not None and category in known and subtype not in known[category]:
            entry.problem("subtypes", f"{subtype!r} is not known; {nearest(subtype, known[category])}")
    first, last = entry.day("first"), entry.day("last")
    if last < first:
        entry.problem("last", f"is {last}, before first ({first}); swap or mend them")
    found = DeclaredCoverage(
        table=table,
        category=category,
        subtypes=subtypes,
        zone=entry.zone("zone"),
        first_on=first,
        last_on=last,
        p_miss=entry.number("p_miss", low=0.0, high=1.0),
        lag_days=entry.whole("lag_days", lag, 0, 3660),
        p_miss_source=entry.text("p_miss_source"),
    )
    entry.done()
    return found


def _facts(
    table: str, file: str, rows: list[Row], known: Known | None, problems: list[Problem]
) -> tuple[ReferenceRow, ...]:
    facts: list[ReferenceRow] = []
    lines: dict[str, int] = {}
    for row in rows:
        noted = _Noted(file, row, problems)
        if row["row_key"] in lines:
            noted(
                "row_key",
                f"{row['row_key']!r} stands on line {lines[row['row_key']]} already; give it its own",
            )
        lines.setdefault(row["row_key"], row.line)
        facts.append(_fact(table, row, known, noted))
    return tuple(facts)


class _Noted:
    """Notes problems of one row, named after its key and line."""

    def __init__(self, file: str, row: Row, problems: list[Problem]) -> None:
        self._file, self._problems = file, problems
        self._table = f"{row['row_key'] or 'row'} (line {row.line})"

    def __call__(self, key: str, message: str) -> None:
        self._problems.append(Problem(self._file, self._table, key, message))


def _fact(table: str, row: Row, known: Known | None, noted: _Noted) -> ReferenceRow:
    """The row as a value; where a problem was noted its fields are stand-ins, and the table is left out."""
    if not row["row_key"]:
        noted("row_key", "is empty; give the row a key that will never change")
    day = day_from(row["date"])
    if day is None:
        noted("date", f"is {row['date']!r}; it must be a day such as 2020-03-02")
    last = day_from(row["last_date"]) if row["last_date"] else day
    if last is None and row["last_date"]:
        noted("last_date", f"is {row['last_date']!r}; it must be a day such as 2020-03-02, or empty for one day")
    if day is not None and last is not None and last < day:
        noted("last_date", f"is {last}, before date ({day}); swap or mend them")
    if not is_zone(row["zone"]):
        noted("zone", f"{row['zone']!r} is no IANA zone; give one such as Asia/Seoul or America/New_York")
    if row["occurred"] not in ("yes", "no"):
        noted("occurred", f"is {row['occurred']!r}; it must be yes or no")
    if row["certainty"] not in CERTAINTIES:
        noted("certainty", f"is {row['certainty']!r}; it must be one of {', '.join(CERTAINTIES)}")
    _check_kind(row, known, noted)
    published = day_from(row["published_on"]) if row["published_on"] else None
    if published is None and row["published_on"]:
        noted("published_on", f"is {row['published_on']!r}; it must be a day such as 2020-03-02, or empty")
    if published is not None and day is not None and published < day - timedelta(days=1):
        noted("published_on", f"is {published}, before the event itself ({day}); mend one of them")
    _check_citation(row, noted)
    return ReferenceRow(
        table=table,
        row_key=row["row_key"],
        on=day or last or date.min,
        last_on=last or day or date.min,
        zone=row["zone"],
        category=row["category"],
        subtype=row["subtype"],
        count=_count(row, noted),
        unit=row["unit"],
        place=row["place"],
        weapon=row["weapon"],
        outcome=row["outcome"],
        occurred=row["occurred"] == "yes",
        certainty=row["certainty"],
        published_on=published,
        citation_publisher=row["publisher"],
        citation_title=row["title"],
        citation_date=row["cited_date"],
        citation_url=row["url"],
        note=row["note"],
    )


def _count(row: Row, noted: _Noted) -> int | None:
    if not row["count"]:
        return None
    if not (row["count"].isascii() and row["count"].isdigit()):
        noted("count", f"is {row['count']!r}; it must be a whole number, or empty when nothing is counted")
        return None
    if not row["unit"]:
        noted("unit", "is empty beside a count; say what is counted")
    return int(row["count"])


def _check_kind(row: Row, known: Known | None, noted: _Noted) -> None:
    if not row["category"]:
        noted("category", "is empty; give a category of taxonomy.toml")
    elif known is not None and row["category"] not in known:
        noted("category", f"{row['category']!r} is not known; {nearest(row['category'], known)}")
    elif known is not None and row["subtype"] and row["subtype"] not in known[row["category"]]:
        noted("subtype", f"{row['subtype']!r} is not known; {nearest(row['subtype'], known[row['category']])}")


def _check_citation(row: Row, noted: _Noted) -> None:
    """A fact nobody can look up is not shipped: publisher, and a title, a date or an address."""
    if not row["publisher"]:
        noted("publisher", "is empty; a row needs a source: publisher, and a title, a date or an address")
    elif not (row["title"] or row["cited_date"] or row["url"]):
        noted("title", "the source cannot be opened; give its title, its date or its address")
    if row["url"] and not row["url"].startswith(("https://", "http://")):
        noted("url", f"is {row['url']!r}; it must begin with https:// or http://, or be empty")
