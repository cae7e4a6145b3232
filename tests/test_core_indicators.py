"""Typed counts by year: cells, what sources differ in, and the tests of likeness, as shipped and made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from doors_record import BOOK, TAXONOMY, at, event, piece
from hypothesis import given
from hypothesis import strategies as st
from river import StillClock, make_app, make_home

from tracker.app import App
from tracker.catalog.indicators import read_indicators
from tracker.core.baselines import Series
from tracker.core.coverage import Coverage, DeclaredCoverage
from tracker.core.events import Event
from tracker.core.indicators import Cell, Sheet, sheet, with_differing
from tracker.core.tallies import Grounds, prepare
from tracker.core.timeline import Timeline
from tracker.core.years import read_years

EVERY_YEAR = tuple(
    DeclaredCoverage("made-up", category, (), "Asia/Seoul", date(2016, 1, 1), date(2020, 12, 31), 0.01, 14)
    for category in ("comet", "fair")
)


def grounds(events: list[Event], declared: tuple[DeclaredCoverage, ...] = EVERY_YEAR) -> Grounds:
    nights = Series("nights", "Clear nights", "night", (("2017", 80.0, "The Almanac 2018"),))
    now = at(1, year=2022)
    seen = Timeline(now, "all", tuple(sorted(events, key=lambda each: (each.on, each.id))))
    return prepare(seen, Coverage((), declared), {"nights": nights}, TAXONOMY, now, date.min)


def comet(on: str, count: int = 1, **changes: object) -> Event:
    return event(f"c-{on}", date.fromisoformat(on), count=count, **changes)


def cells(made: Sheet) -> dict[tuple[str, int], Cell]:
    return {(cell.indicator, cell.year): cell for _, many in made.rows for cell in many}


def test_a_cell_counts_in_its_unit_and_names_its_events() -> None:
    made = cells(sheet(BOOK, (2017, 2020), grounds([comet("2017-07-04", 4), comet("2020-03-02", 3)])))
    assert (made["C1", 2017].count, made["C1", 2020].count) == (4, 3)
    assert made["C1", 2020].ratio == 0.75
    assert made["C1", 2017].ratio is None, "the baseline is not beside itself"
    assert [each.id for each in made["C1", 2020].events] == ["c-2020-03-02"]
    assert [each.count for each in made["C1", 2020].elsewhere] == [3]
    assert (made["C2", 2020].count, made["C2", 2020].ratio) == (0, None)


def test_without_coverage_a_count_is_only_a_lower_bound() -> None:
    made = cells(sheet(BOOK, (2017, 2020), grounds([comet("2020-03-02", 3)], ())))
    assert made["C1", 2020].state == "at_least"
    assert made["C1", 2020].at_most is None
    assert made["C1", 2020].ratio is None


def test_a_disputed_event_leaves_a_range() -> None:
    events = [comet("2020-03-02", 3), comet("2020-05-02", 2, status="disputed", p_occurred=0.5)]
    cell = cells(sheet(BOOK, (2020,), grounds(events)))["C1", 2020]
    assert (cell.state, cell.count, cell.at_most) == ("between", 3, 5)


def test_a_published_figure_is_shown_with_where_it_stands() -> None:
    made = cells(sheet(BOOK, (2017, 2020), grounds([])))
    assert (made["C3", 2017].count, made["C3", 2017].citation) == (80.0, "The Almanac 2018")
    assert made["C3", 2020].state == "none"


def test_sources_that_count_differently_stand_side_by_side() -> None:
    bare = sheet(BOOK, (2020,), grounds([comet("2020-03-02", 3), comet("2020-04-02", 1)]))
    said = [
        piece("c", "a", at(2), count=3, unit="comet", publisher="bugle"),
        piece("c", "b", at(2), count=5, unit="comet", publisher="herald"),
        piece("c", "c", at(2), count=2, unit="comet", publisher="gone", role="superseded"),
        piece("c", "d", at(2), count=90, unit="visitor", publisher="other"),
    ]
    cell = cells(with_differing(bare, {"c-2020-03-02": said}))["C1", 2020]
    (differing,) = cell.differing
    assert differing.said == ((3, "bugle"), (5, "herald"))
    assert (cell.count, cell.low, cell.high) == (4, 4, 6)


def test_both_tests_of_likeness() -> None:
    alike = [comet("2017-07-04", 4), comet("2020-03-02", 3)]
    threshold, nearest = sheet(BOOK, (2020,), grounds(alike)).tests
    assert threshold.holds is True
    assert threshold.figures == {"reaching": 1, "waiting": 0, "needed": 1, "of": 2}
    assert nearest.holds is True
    assert nearest.figures == {"2017": pytest.approx(0.25), "2018": pytest.approx(0.75)}
    unlike = sheet(BOOK, (2020,), grounds(alike[:1])).tests
    assert [test.holds for test in unlike] == [False, False]
    assert [test.holds for test in sheet(BOOK, (2020,), grounds(alike[:1], ())).tests] == [None, None]
    assert sheet(BOOK, (2017,), grounds(alike)).tests == ()


@given(st.lists(st.integers(1, 9), max_size=6))
def test_an_event_of_another_year_or_kind_changes_no_cell(counts: list[int]) -> None:
    events = [comet(f"2020-0{place + 1}-02", count) for place, count in enumerate(counts)]
    more = [*events, event("x", date(2015, 3, 2)), event("y", date(2020, 3, 3), category="unknown")]
    assert sheet(BOOK, (2020,), grounds(events)) == sheet(BOOK, (2020,), grounds(more))
    assert cells(sheet(BOOK, (2020,), grounds(events)))["C1", 2020].count == sum(counts)


@pytest.mark.parametrize(
    ("words", "years"),
    [
        (["2017,2020"], (2017, 2020)),
        (["2017", "2020"], (2017, 2020)),
        (["2016-2018 2017"], (2016, 2017, 2018)),
        (["2019..2020"], (2019, 2020)),
        ([""], ()),
    ],
)
def test_years_are_read_as_people_write_them(words: list[str], years: tuple[int, ...]) -> None:
    assert read_years(words) == years


@pytest.mark.parametrize("words", ["twenty", "2020-2017", "1200", "1950-2100", "2020-03-02"])
def test_what_names_no_year_says_what_to_write(words: str) -> None:
    with pytest.raises(ValueError, match="year"):
        read_years([words])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    made = make_app(make_home(tmp_path_factory.mktemp("counts")), StillClock(datetime(2024, 6, 1, tzinfo=UTC)))
    made.ready()
    return made


def test_2017_beside_2020_on_the_shipped_tables(app: App) -> None:
    made = cells(app.indicators((2017, 2020)))
    counts = {id_: (made[id_, 2017].count, made[id_, 2020].count) for id_, year in made if year == 2020}
    assert {f"I{n}": counts[f"I{n}"] for n in range(1, 13)} == {
        "I1": (15, 4),
        "I2": (21, 9),
        "I3": (3, 0),
        "I4": (1, 0),
        "I5": (2, 0),
        "I6": (4, 0),
        "I7": (9, 4),
        "I8": (112, 12),
        "I9": (5, 1),
        "I10": (5, 1),
        "I11": (3, 0),
        "I12": (2, 0),
    }
    assert all(made[f"I{n}", year].state == "counted" for n in range(1, 13) for year in (2017, 2020))


def test_2020_does_not_look_like_2017_by_either_test(app: App) -> None:
    threshold, nearest = app.indicators((2017, 2020)).tests
    assert threshold.holds is False
    assert threshold.figures["reaching"] == 0
    assert nearest.holds is False
    assert max(nearest.figures, key=lambda year: nearest.figures[year]) == "2017", "the farthest of all"
    assert nearest.figures["2018"] == pytest.approx(0.43, abs=0.01)
    assert nearest.figures["2017"] == pytest.approx(1.73, abs=0.01)


def test_the_tests_agree_with_the_claim_that_rests_on_them(app: App) -> None:
    tests = {test.kind: test.holds for test in app.indicators((2020,)).tests}
    claim = {each.reading: each.claim_held for each in app.verdicts("all") if each.ref == "F25"}
    assert claim["twelve-indicators"] == tests["threshold"]
    assert claim["nearest-year"] == tests["nearest"]


def test_every_cell_links_to_events_that_can_be_opened(app: App) -> None:
    made = app.indicators((2017, 2020))
    assert len(made.events) > 40
    assert all(app.event(each.id) is not None for each in made.events)


def test_news_alone_counts_nothing_without_an_archive(app: App) -> None:
    made = cells(app.indicators((2020,), "news"))
    assert made["I1", 2020].state == "at_least"
    assert made["I1", 2020].count == 0


def test_as_of_the_summer_the_autumn_is_not_known(app: App) -> None:
    made = cells(app.indicators((2020,), "all", datetime(2020, 7, 1, tzinfo=UTC)))
    assert made["I1", 2020].count == 4
    assert made["I1", 2020].state == "at_least", "the year still runs"
    assert made["I7", 2020].count == 2


def test_every_mistake_in_the_file_is_named_at_once(app: App, tmp_path: Path) -> None:
    text = (app.settings.config_folder / "indicators.toml").read_text(encoding="utf-8")
    spoilt = (
        text.replace("needed = 6", "needed = 60")
        .replace('nearest = ["I1"', 'nearest = ["I16"')
        .replace('category = "nuclear_test"', 'category = "nuclear_tset"')
        .replace("baseline = 2017", "baseline = 2015")
        .replace('id = "I9"', 'id = "I8"')
        .replace('series = "sipri_warheads"', 'series = "sipri_warhead"')
    )
    (tmp_path / "indicators.toml").write_text(spoilt, encoding="utf-8")
    beliefs = app.beliefs
    book, problems = read_indicators(tmp_path, beliefs.taxonomy, beliefs.series)
    assert book is None
    said = "\n".join(str(each) for each in problems)
    for words in ("only 12 are counted", "'I16'", "did you mean 'nuclear_test'?", "2015", "stands twice", "'sipri_war"):
        assert words in said
    assert replace(BOOK, years=(2020,)).years == (2020,)
