"""Reference tables: what is refused and in which words, and what a row is known to say and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.catalog.references import COLUMNS, read_references
from tracker.core.references import ReferenceRow, ReferenceTable, coverages

GOOD = {
    "row_key": "k1",
    "date": "2020-03-02",
    "zone": "Asia/Seoul",
    "category": "launch",
    "subtype": "short",
    "count": "2",
    "unit": "missile",
    "occurred": "yes",
    "certainty": "high",
    "publisher": "A database",
    "url": "https://example.org/db",
}
HEADER = """
title = "T"
vintage = "2020"
default_lag_days = 10
[[coverage]]
category = "launch"
subtypes = ["family"]
zone = "Asia/Seoul"
first = 2020-01-01
last = 2020-12-31
p_miss = 0.02
p_miss_source = "a comparison"
"""
KNOWN = {"launch": {"short", "family"}, "talk": {"letter"}}


def config(folder: Path, *rows: dict[str, str], header: str | None = HEADER, name: str = "facts") -> Path:
    home = folder / "reference"
    home.mkdir(exist_ok=True)
    lines = [",".join(COLUMNS)]
    lines += [",".join('"' + row.get(column, "").replace('"', '""') + '"' for column in COLUMNS) for row in rows]
    (home / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if header is not None:
        (home / f"{name}.toml").write_text(header, encoding="utf-8")
    return folder


def test_a_good_table(tmp_path: Path) -> None:
    folder = config(tmp_path, GOOD | {"row_key": "k2", "date": "2020-03-09"}, GOOD)
    (table,), problems = read_references(folder, KNOWN, strict=True)
    assert problems == []
    assert [row.row_key for row in table.rows] == ["k1", "k2"], "in order of day"
    first = table.rows[0]
    assert (first.on, first.last_on, first.count, first.unit) == (
        date(2020, 3, 2),
        date(2020, 3, 2),
        2,
        "missile",
    )
    assert first.citation == "A database, https://example.org/db"
    (covered,) = coverages([table])
    assert (covered.table, covered.subtypes, covered.p_miss, covered.lag_days) == (
        "facts",
        ("family",),
        0.02,
        10,
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"row_key": ""}, "row_key: is empty"),
        ({"date": "2.3.2020"}, "date: is '2.3.2020'"),
        ({"date": "2020-02-30"}, "date: is '2020-02-30'"),
        ({"last_date": "2020-03-01"}, "last_date: is 2020-03-01, before date"),
        ({"zone": "Korea/Seoul"}, "zone: 'Korea/Seoul' is no IANA zone"),
        ({"category": "lunch"}, "category: 'lunch' is not known; did you mean 'launch'?"),
        ({"subtype": "shrot"}, "subtype: 'shrot' is not known; did you mean 'short'?"),
        ({"count": "several"}, "count: is 'several'; it must be a whole number"),
        ({"count": "-1"}, "count: is '-1'"),
        ({"count": "²"}, "count: is '²'"),
        ({"unit": ""}, "unit: is empty beside a count"),
        ({"occurred": "maybe"}, "occurred: is 'maybe'; it must be yes or no"),
        ({"occurred": ""}, "occurred: is ''"),
        ({"certainty": "unverified"}, "certainty: is 'unverified'"),
        ({"publisher": ""}, "publisher: is empty"),
        ({"url": ""}, "title: the source cannot be opened"),
        ({"url": "see the paper"}, "url: is 'see the paper'"),
        ({"published_on": "2020"}, "published_on: is '2020'"),
        ({"published_on": "2020-02-29"}, "published_on: is 2020-02-29, before the event itself"),
    ],
)
def test_a_bad_cell_is_named_and_the_table_left_out(tmp_path: Path, change: dict[str, str], said: str) -> None:
    tables, problems = read_references(config(tmp_path, GOOD | change), KNOWN)
    assert tables == ()
    assert said in "\n".join(map(str, problems))
    assert all(problem.file == "reference/facts.csv" for problem in problems)


def test_every_problem_at_once(tmp_path: Path) -> None:
    folder = config(tmp_path, GOOD, GOOD, GOOD | {"row_key": "k3", "date": "", "zone": "", "occurred": "x"})
    config(folder, GOOD, header="title = 1\ntypo = 2\n", name="other")
    tables, problems = read_references(folder, KNOWN)
    said = "\n".join(map(str, problems))
    assert tables == ()
    assert "'k1' stands on line 2 already" in said
    assert sum("k3 (line 4)" in str(problem) for problem in problems) == 3
    for expected in ("title: is 1", "vintage: is missing", "typo: is not a key"):
        assert f"reference/other.toml: {expected}" in said


def test_headers_are_checked(tmp_path: Path) -> None:
    bad = HEADER.replace("2020-12-31", "2019-12-31").replace("0.02", "2").replace('"family"', '"famly"')
    _, problems = read_references(config(tmp_path, GOOD, header=bad), KNOWN)
    said = "\n".join(map(str, problems))
    assert "coverage[launch] last: is 2019-12-31, before first" in said
    assert "coverage[launch] p_miss: is 2; it must lie from 0 to 1" in said
    assert "'famly' is not known; did you mean 'family'?" in said


def test_missing_things(tmp_path: Path) -> None:
    assert read_references(tmp_path) == ((), []), "no folder, no tables, no problem"
    (tmp_path / "reference").mkdir()
    assert read_references(tmp_path, strict=True) == ((), [])
    (tmp_path / "reference" / "alone.toml").write_text(HEADER, encoding="utf-8")
    assert read_references(tmp_path) == ((), []), "a header alone is left alone"
    _, (problem,) = read_references(tmp_path, strict=True)
    assert "its table alone.csv is missing" in str(problem)
    config(tmp_path, GOOD, header=None, name="headless")
    assert "reference/headless.toml: is missing" in str(read_references(tmp_path)[1][0])


@pytest.mark.parametrize("text", ["", "\n", ",".join(COLUMNS) + "\n"])
def test_an_emptied_table_is_refused(tmp_path: Path, text: str) -> None:
    config(tmp_path, GOOD)
    (tmp_path / "reference" / "facts.csv").write_text(text, encoding="utf-8")
    tables, (problem,) = read_references(tmp_path)
    assert tables == ()
    assert "restore its rows" in str(problem)


ROW = ReferenceRow("t", "k", date(2020, 3, 2), date(2020, 3, 3), "Asia/Seoul", "launch")


def test_when_a_row_is_known() -> None:
    assert ROW.known_at(14) == (datetime(2020, 3, 17, 15, tzinfo=UTC), True)
    cited = replace(ROW, published_on=date(2020, 4, 1))
    assert cited.known_at(14) == (datetime(2020, 4, 1, 15, tzinfo=UTC), False)
    west = replace(ROW, published_on=date(2020, 3, 1))
    assert west.known_at(14) == (datetime(2020, 3, 2, 15, tzinfo=UTC), False), "never before its own day"


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.integers(0, 400))
def test_a_row_is_never_known_before_its_day_has_ended(day: date, lag: int) -> None:
    row = replace(ROW, on=day, last_on=day)
    assert row.known_at(lag)[0] > datetime.combine(day, datetime.min.time(), UTC)
    assert row.known_at(lag + 1)[0] > row.known_at(lag)[0]


@given(st.sampled_from(["note", "outcome", "place", "citation_url"]), st.text(min_size=1))
def test_another_word_is_another_row_and_another_version(name: str, text: str) -> None:
    other = replace(ROW, **{name: text})
    assert other.content_hash != ROW.content_hash
    assert ReferenceTable("t", (other,)).version != ReferenceTable("t", (ROW,)).version
    assert replace(other, **{name: ""}).content_hash == ROW.content_hash


def test_the_version_does_not_depend_on_the_order_of_rows() -> None:
    later = replace(ROW, row_key="later", on=date(2021, 1, 1), last_on=date(2021, 1, 1))
    assert ReferenceTable("t", (ROW, later)).version == ReferenceTable("t", (later, ROW)).version
    assert ReferenceTable("t", (ROW,), vintage="2020").version != ReferenceTable("t", (ROW,)).version
