"""The shipped data: valid, consistent with itself, and with the counts it was checked for."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from tracker.catalog.baselines import read_baselines
from tracker.catalog.feeds import read_feeds
from tracker.catalog.places import read_places
from tracker.catalog.publishers import read_publishers
from tracker.catalog.references import read_references
from tracker.catalog.taxonomy import read_taxonomy
from tracker.core.baselines import Series
from tracker.core.references import ReferenceRow, ReferenceTable

CONFIG = Path(__file__).resolve().parents[1] / "config"
YEARS = [str(year) for year in range(2012, 2020)]


@pytest.fixture(scope="module")
def tables() -> dict[str, ReferenceTable]:
    taxonomy, problems = read_taxonomy(CONFIG)
    assert problems == []
    known: dict[str, set[str]] = {}
    for id_, category in taxonomy.taxonomy.categories.items():
        known[id_] = set(category.subtypes) | {
            group for subtype in category.subtypes.values() for group in subtype.groups
        }
    found, problems = read_references(CONFIG, known, strict=True)
    assert problems == []
    return {table.name: table for table in found}


@pytest.fixture(scope="module")
def series() -> dict[str, Series]:
    found, problems = read_baselines(CONFIG)
    assert problems == []
    return {each.id: each for each in found}


def ballistic(tables: dict[str, ReferenceTable]) -> list[ReferenceRow]:
    return [row for row in tables["launches"].rows if row.subtype not in ("CRUISE", "SAM", "MLRS", "")]


def test_launch_days_and_missiles_by_year(tables: dict[str, ReferenceTable]) -> None:
    rows = ballistic(tables)
    days = Counter(row.on.year for row in rows)
    missiles: Counter[int] = Counter()
    for row in rows:
        missiles[row.on.year] += row.count or 0
    assert days == {2016: 15, 2017: 15, 2019: 14, 2020: 4, 2021: 4}
    assert missiles == {2016: 24, 2017: 21, 2019: 27, 2020: 9, 2021: 6}
    assert len({row.on for row in rows}) == len(rows), "one row is one launch day"


def test_known_traps(tables: dict[str, ReferenceTable]) -> None:
    by_day = {row.on: row for row in tables["launches"].rows}
    assert date(2017, 5, 14) in by_day
    assert date(2017, 5, 15) not in by_day
    assert by_day[date(2019, 9, 10)].count == 3
    assert date(2019, 9, 9) not in by_day
    assert [row.on for row in tables["launches"].rows if row.subtype == "ICBM"] == [
        date(2017, 7, 4),
        date(2017, 7, 28),
        date(2017, 11, 29),
    ]
    over = [row.on for row in tables["launches"].rows if row.outcome == "flew over Japan"]
    assert over == [date(2017, 8, 29), date(2017, 9, 15)]
    assert by_day[date(2020, 7, 6)].certainty == "low"
    assert {row.on for row in ballistic(tables) if row.on.year == 2020} == {
        date(2020, 3, day) for day in (2, 9, 21, 29)
    }


def test_the_other_tables_count_as_checked(tables: dict[str, ReferenceTable]) -> None:
    assert [row.on.year for row in tables["nuclear_tests"].rows] == [2006, 2009, 2013, 2016, 2016, 2017]
    kinds = Counter((row.subtype, row.on.year) for row in tables["sanctions"].rows)
    assert [kinds["unsc_resolution", year] for year in range(2016, 2021)] == [2, 4, 0, 0, 0]
    assert (kinds["designation", 2017], kinds["designation", 2020]) == (9, 4)
    assert (kinds["us_measure", 2017], kinds["us_measure", 2020]) == (2, 0)
    designated = [row for row in tables["sanctions"].rows if row.subtype == "designation" and row.on.year == 2020]
    assert sum(row.count or 0 for row in designated) == 12
    contacts = Counter(row.on.year for row in tables["talks"].rows if row.subtype == "us_contact")
    assert contacts == {2017: 3}
    threats = Counter(row.on.year for row in tables["incidents"].rows if row.subtype == "leader_threat")
    assert threats == {2017: 5, 2020: 1}


def test_no_launch_stands_in_two_tables(tables: dict[str, ReferenceTable]) -> None:
    category = tables["launches"].rows[0].category
    others = [row for name, table in tables.items() if name != "launches" for row in table.rows]
    assert all(row.category != category for row in others)


def test_rows_point_to_known_places_and_days(tables: dict[str, ReferenceTable]) -> None:
    places, problems = read_places(CONFIG)
    assert problems == []
    known = {place.id for place in places} | {""}
    rows = [row for table in tables.values() for row in table.rows]
    assert {row.place for row in rows} <= known
    assert all(row.occurred for row in rows)
    assert all((row.last_on - row.on).days <= 61 for row in rows)
    assert sum(not row.citation_url for row in rows) < len(rows) / 10, "nearly every row has an address"


def test_coverage_is_declared_where_claims_need_silence(tables: dict[str, ReferenceTable]) -> None:
    declared = [each for table in tables.values() for each in table.coverage]
    assert all(0 < each.p_miss <= 0.2 and len(each.p_miss_source) > 25 for each in declared)
    year = [each for each in declared if each.first_on <= date(2020, 1, 1) and each.last_on >= date(2020, 12, 31)]
    assert len({each.category for each in year}) >= 13


def test_baselines_agree_with_the_launch_table(tables: dict[str, ReferenceTable], series: dict[str, Series]) -> None:
    rows = ballistic(tables)
    for year in range(2016, 2020):
        of_year = [row for row in rows if row.on.year == year]
        assert series["ballistic_launch_days"].value(str(year)) == len(of_year)
        assert series["ballistic_missiles"].value(str(year)) == sum(row.count or 0 for row in of_year)
        icbm = [row for row in of_year if row.subtype == "ICBM"]
        assert series["icbm_test_days"].value(str(year)) == len(icbm)
        for half, months in (("H1", range(1, 7)), ("H2", range(7, 13))):
            days = [row for row in of_year if row.on.month in months]
            assert series["ballistic_launch_days_half"].value(f"{year}{half}") == len(days)
    for year in range(2006, 2020):
        tests = [row for row in tables["nuclear_tests"].rows if row.on.year == year]
        assert series["nuclear_tests"].value(str(year)) == len(tests)


def test_base_rates_that_the_claims_rest_on(series: dict[str, Series]) -> None:
    def values(name: str, periods: list[str]) -> list[float]:
        found = [series[name].value(period) for period in periods]
        assert None not in found
        return [value for value in found if value is not None]

    days = values("ballistic_launch_days", YEARS)
    assert sum(after > before for before, after in pairwise(days)) == 4
    assert sum(value > 0 for value in days) == 7
    halves = values("ballistic_launch_days_half", [year + half for year in YEARS for half in ("H1", "H2")])
    assert sum(value > 0 for value in halves) == 13
    assert sum(value > 0 for value in values("icbm_test_days", YEARS)) == 1
    assert sum(value > 0 for value in values("nuclear_tests", YEARS)) == 3
    assert values("looks_like_2017", YEARS) == [0, 0, 0, 0, 0, 1, 0, 0]
    assert values("sipri_warheads", [str(year) for year in range(2016, 2022)]) == [10, 15, 15, 25, 35, 45]


def test_feeds_name_known_publishers_and_include_queries() -> None:
    directory, problems = read_publishers(CONFIG)
    assert problems == []
    feeds, problems = read_feeds(CONFIG, {publisher.id for publisher in directory.by_host.values()})
    assert problems == []
    assert len(feeds) >= 18
    assert {"en", "ko"} <= {feed.lang for feed in feeds}
    carried = [feed for feed in feeds if directory.find(feed.url).kind == "carrier"]
    assert {feed.lang for feed in carried} >= {"en", "ko"}
    assert any(feed.fallback for feed in feeds)


def test_places_hold_both_languages_and_lie_where_they_should() -> None:
    places, problems = read_places(CONFIG)
    assert problems == []
    assert len(places) >= 40
    for place in places:
        assert any("가" <= sign <= "힣" for spelling in place.spellings for sign in spelling), place.id
        if place.zone == "Asia/Seoul":
            assert 33 < place.lat < 43.1, place.id
            assert 124 < place.lon < 131, place.id
    groups = Counter(place.group for place in places)
    assert groups["wonsan"] == 3
    assert groups["hamhung"] == 5
