"""When silence counts: declared tables, heard days, and the real stream that hears nothing."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging_world import BALLISTIC, NOW, SEOUL, TAXONOMY, declared

from tracker.core.coverage import (
    HEARD_P_MISS,
    Coverage,
    DeclaredCoverage,
    HeardDay,
    Silence,
    gaps_of,
)
from tracker.core.days import DateSpan, end_of, start_of
from tracker.core.hearing import Ear, Told, heard_days
from tracker.core.timeline import View

YEAR = DateSpan(date(2020, 1, 1), date(2020, 12, 31))
STREAM = Path(__file__).resolve().parents[2] / "shared" / "replay" / "dev_stream.jsonl.gz"


def ask(
    coverage: Coverage,
    category: str = "nuclear_test",
    subtypes: tuple[str, ...] = (),
    window: DateSpan = YEAR,
    view: View = "all",
    as_of: datetime = NOW,
) -> Silence:
    return coverage.silence(category, subtypes, window, SEOUL, view, as_of, TAXONOMY)


def heard(days: list[date]) -> tuple[HeardDay, ...]:
    return tuple(HeardDay(day, 2, end_of(day, SEOUL)) for day in days)


def test_a_declared_year_counts_from_its_lag_on() -> None:
    coverage = Coverage((), (declared("nuclear_test", "2019-01-01", "2021-12-31", p_miss=0.001),))
    found = ask(coverage)
    assert found.counts
    assert found.share == 1
    assert found.gaps == ()
    assert found.p_miss == 0.001
    assert found.tables == ("made-up",)
    assert found.assumed
    assert found.known_on == date(2020, 12, 31)  # 95 % and no gap over 14 days by then, with a lag of 14


def test_what_is_not_yet_known_does_not_count() -> None:
    coverage = Coverage((), (declared("nuclear_test", "2020-01-01", "2020-12-31"),))
    early = ask(coverage, as_of=datetime(2020, 12, 1, tzinfo=UTC))
    assert not early.counts
    assert early.gaps == (DateSpan(date(2020, 11, 17), date(2020, 12, 31)),)
    assert early.known_on is None


def test_a_table_is_known_no_sooner_than_its_rows_would_be() -> None:
    coverage = Coverage((), (declared("nuclear_test", "2020-01-01", "2020-12-31"),))
    one = DateSpan(date(2020, 5, 1), date(2020, 5, 1))
    known_at = end_of(date(2020, 5, 15), SEOUL)
    assert not ask(coverage, window=one, as_of=known_at - timedelta(seconds=1)).counts
    assert ask(coverage, window=one, as_of=known_at).counts


def test_views_admit_their_own_basis_only() -> None:
    days = list(YEAR)
    coverage = Coverage(heard(days), (declared("nuclear_test", "2020-01-01", "2020-12-31"),))
    assert ask(coverage, view="news").basis == ("heard",)
    assert ask(coverage, view="news").p_miss == pytest.approx(HEARD_P_MISS)
    assert ask(coverage, view="reference").basis == ("declared",)
    assert ask(coverage, view="all").p_miss == pytest.approx(0.02)
    assert not ask(Coverage(heard(days)), view="reference").counts
    assert not ask(Coverage((), coverage.declared), view="news").counts


def test_nobody_is_heard_about_what_no_reader_can_tell() -> None:
    audible = {"missile_test": frozenset({*BALLISTIC}), "war": frozenset[str]()}
    coverage = Coverage(heard(list(YEAR)), audible=audible)
    assert ask(coverage, "missile_test", ("ballistic",)).counts
    assert ask(coverage, "war").counts
    assert not ask(coverage, "missile_test", ("CRUISE",)).counts
    assert not ask(coverage, "development", ("new_system",)).counts
    assert not coverage.can_tell("development", ("new_system",), TAXONOMY)
    tables = (declared("development", "2020-01-01", "2020-12-31"),)
    assert Coverage((), tables, audible).can_tell("development", ("new_system",), TAXONOMY)


@pytest.mark.parametrize(
    ("promised", "asked", "counts"),
    [
        (("ballistic",), ("ballistic",), True),
        (("ballistic",), ("ICBM",), True),
        (("ballistic",), ("ICBM", "SLV"), True),
        (("ballistic",), ("ICBM", "CRUISE"), False),
        (("ICBM",), ("ballistic",), False),
        (BALLISTIC, ("ballistic",), True),
        ((), ("CRUISE",), True),
        (("ballistic",), (), False),
        ((*BALLISTIC, "CRUISE", "SAM"), (), False),
        ((), (), True),
    ],
)
def test_a_table_covers_what_it_promises(promised: tuple[str, ...], asked: tuple[str, ...], counts: bool) -> None:
    coverage = Coverage((), (declared("missile_test", "2020-01-01", "2020-12-31", promised),))
    assert ask(coverage, "missile_test", asked).counts is counts


def test_the_surer_of_two_tables_is_taken() -> None:
    rows = (
        declared("missile_test", "2020-01-01", "2020-12-31", ("ballistic",), 0.02),
        declared("missile_test", "2020-01-01", "2020-12-31", ("ICBM",), 0.005),
    )
    assert ask(Coverage((), rows), "missile_test", ("ICBM",)).p_miss == pytest.approx(0.005)
    assert ask(Coverage((), rows), "missile_test", ("SLV",)).p_miss == pytest.approx(0.02)


def test_another_zone_loses_the_edge_day() -> None:
    row = DeclaredCoverage("t", "sanctions", (), "America/New_York", date(2020, 1, 1), date(2020, 12, 31), 0, 14)
    assert row.span_in(SEOUL) == DateSpan(date(2020, 1, 2), date(2020, 12, 31))
    assert row.span_in("America/New_York") == YEAR
    one = DeclaredCoverage("t", "sanctions", (), SEOUL, date(2020, 1, 1), date(2020, 1, 1), 0, 14)
    assert one.span_in("America/New_York") is None


@pytest.mark.parametrize(("hole", "counts"), [(14, True), (15, False)])
def test_a_gap_of_fourteen_days_is_borne_and_one_more_is_not(hole: int, counts: bool) -> None:
    days = [day for place, day in enumerate(YEAR) if not 100 <= place < 100 + hole]
    found = ask(Coverage(heard(days)))
    assert found.counts is counts
    assert [span.days for span in found.gaps] == [hole]


def test_ninety_five_per_cent_are_needed_however_spread() -> None:
    sparse = [day for place, day in enumerate(YEAR) if place % 15]
    found = ask(Coverage(heard(sparse)))
    assert 0.93 < found.share < 0.94
    assert not found.counts


@given(st.sets(st.integers(0, 99)))
def test_gaps_and_covered_days_make_the_window(places: set[int]) -> None:
    window = DateSpan(date(2020, 1, 1), date(2020, 4, 9))
    covered = {window.first + timedelta(days=place) for place in places}
    gaps = gaps_of(window, covered)
    missing = {day for gap in gaps for day in gap}
    assert missing | covered == set(window)
    assert not missing & covered
    assert all((later.first - sooner.last).days > 1 for sooner, later in pairwise(gaps))


@given(st.sets(st.integers(0, 99)), st.sets(st.integers(0, 99)))
def test_more_heard_days_never_uncover(some: set[int], more: set[int]) -> None:
    window = DateSpan(date(2020, 1, 1), date(2020, 4, 9))

    def covered(places: set[int]) -> Silence:
        days = [window.first + timedelta(days=place) for place in sorted(places)]
        return ask(Coverage(heard(days)), window=window)

    before, after = covered(some), covered(some | more)
    assert after.share >= before.share
    assert after.counts or not before.counts


def test_a_day_is_heard_by_two_who_report_on_the_subject() -> None:
    start = date(2020, 1, 1)
    rows = [Told(who, start + timedelta(days=d), 1, 1) for who in ("a", "b") for d in range(5)]
    rows += [Told(who, start + timedelta(days=5), 3, 0) for who in ("a", "b")]
    assert [day.on for day in heard_days(rows, {}, SEOUL)] == [start + timedelta(days=5)]
    assert heard_days(rows, {}, SEOUL)[0].known_at == end_of(start + timedelta(days=5), SEOUL)


def test_the_day_itself_and_days_long_past_do_not_count() -> None:
    day = date(2020, 6, 1)
    same_day = [Told(who, day, 9, 9) for who in ("a", "b")]
    assert heard_days(same_day, {}, SEOUL) == ()
    for back, found in ((60, 1), (61, 0)):
        old = [Told(who, day - timedelta(days=back), 5, 5) for who in ("a", "b")]
        today = [Told(who, day, 1, 0) for who in ("a", "b")]
        assert len(heard_days(old + today, {}, SEOUL)) == found


def test_one_publisher_alone_is_not_heard() -> None:
    rows = [Told("a", date(2020, 1, 1) + timedelta(days=d), 2, 2) for d in range(30)]
    assert heard_days(rows, {}, SEOUL) == ()


def test_a_feed_is_heard_on_days_listened_to_the_end_and_lost_none_of() -> None:
    start = date(2020, 1, 1)
    last, half = start + timedelta(days=5), start + timedelta(days=6)
    rows = [Told(who, start + timedelta(days=d), 1, 1, f"feed-{who}") for who in ("a", "b") for d in range(7)]
    noon = start_of(half, SEOUL) + timedelta(hours=12)

    def found(**lost: tuple[tuple[datetime, datetime], ...]) -> list[date]:
        ears = {f"feed-{who}": Ear(noon, lost.get(who, ())) for who in ("a", "b")}
        return [day.on for day in heard_days(rows, ears, SEOUL)]

    assert found() == [last], "the sixth was listened to; the seventh only until noon"
    night = start_of(last, SEOUL) + timedelta(hours=1)
    assert found(a=((night, night + timedelta(hours=2)),)) == [], "stories of that night were lost by one of the two"
    assert found(a=((night - timedelta(days=1), night - timedelta(hours=2)),)) == [last], "the loss was the day before"
    assert heard_days(rows, {}, SEOUL) == (), "feeds that never answered prove nothing"


def test_a_day_read_out_of_a_backlog_is_known_when_it_was_read() -> None:
    start = date(2020, 1, 1)
    read_at = end_of(start + timedelta(days=30), SEOUL)
    rows = [Told(who, start + timedelta(days=d), 1, 1, "feed", read_at) for who in ("a", "b") for d in range(6)]
    assert [day.known_at for day in heard_days(rows, {"feed": Ear(read_at)}, SEOUL)] == [read_at]


def test_ten_years_are_asked_quickly() -> None:
    window = DateSpan(date(2011, 1, 1), date(2020, 12, 31))
    coverage = Coverage(heard(list(window)), (declared("nuclear_test", "2010-01-01", "2020-12-31"),))
    began = datetime.now(UTC)
    assert ask(coverage, window=window).counts
    assert (datetime.now(UTC) - began).total_seconds() < 0.5


def test_the_real_stream_does_not_cover_the_summer_of_2019() -> None:
    if not STREAM.exists():
        pytest.skip(f"{STREAM} is not beside this checkout, so the real stream cannot be asked")
    concerns = re.compile(r"north korea|\bdprk\b|n\. ?korea|pyongyang|kim jong", re.IGNORECASE)
    social = ("reddit", "redd.it", "youtu", "twitter", "imgur", "facebook", "t.co")
    items: Counter[tuple[str, date]] = Counter()
    about: Counter[tuple[str, date]] = Counter()
    with gzip.open(STREAM, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            host = urlsplit(row.get("url") or "").netloc.removeprefix("www.")
            if not host or any(word in host for word in social):
                continue
            key = (host, date.fromisoformat(row["published"][:10]))
            items[key] += 1
            about[key] += bool(concerns.search(row["title"]))
    observed = [Told(host, day, count, about[host, day]) for (host, day), count in items.items()]
    found = heard_days(observed, {}, SEOUL)
    summer = DateSpan(date(2019, 7, 1), date(2019, 9, 9))
    silence = ask(Coverage(found), "missile_test", ("ballistic",), summer, "news")
    assert not silence.counts
    assert silence.share < 0.5
