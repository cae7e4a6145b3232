"""When a text says it was published, in the shapes that publishers write."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.days import Published, day_of
from tracker.sources.stamps import read_stamp

SEOUL = "Asia/Seoul"


@pytest.mark.parametrize(
    ("raw", "zone", "utc"),
    [
        # shapes of the feeds of this mission that a common reader gets wrong
        ("26-08-14  10:30", "Europe/Vienna", "2026-08-14 08:30"),
        ("2026년 08월 14일 10:30:00", SEOUL, "2026-08-14 01:30"),
        ("2026년 08월 14일 10:30:00", "UTC", "2026-08-14 01:30"),
        ("2026년 8월 14일 오후 3시 20분", "UTC", "2026-08-14 06:20"),
        ("2026.08.14 15:20", SEOUL, "2026-08-14 06:20"),
        ("2026. 8. 14. 오후 3:20", SEOUL, "2026-08-14 06:20"),
        ("2026-08-14 오후 3:20:00", SEOUL, "2026-08-14 06:20"),
        ("2026/08/14(금) 15:20", SEOUL, "2026-08-14 06:20"),
        ("입력 2026-08-14 15:20", SEOUL, "2026-08-14 06:20"),
        ("2026年8月14日 15時20分", "Asia/Tokyo", "2026-08-14 06:20"),
        ("Fri, 14 Aug 2026 15:20:00 KST", "UTC", "2026-08-14 06:20"),
        ("Fri, 14 Aug 2026 15:20:00 JST", "UTC", "2026-08-14 06:20"),
        ("Fri, 14 Aug 2026 15:20:00 HKT", "UTC", "2026-08-14 07:20"),
        ("Fri, 14 Aug 2026 15:20:00 MSK", "UTC", "2026-08-14 12:20"),
        ("Fri, 14 Aug 2026 15:20:00 EDT", "UTC", "2026-08-14 19:20"),
        ("Fri, 14 Feb 2026 15:20:00 EST", SEOUL, "2026-02-14 20:20"),
        ("Fri,14 Aug 2026 15:20:00 +0900", "UTC", "2026-08-14 06:20"),
        ("August 14, 2026 - 15:20", "UTC", "2026-08-14 15:20"),
        # ISO 8601 and its relatives
        ("2026-08-14T06:20:00Z", SEOUL, "2026-08-14 06:20"),
        ("2026-08-14T15:20:00+09:00", "UTC", "2026-08-14 06:20"),
        ("2026-08-14T15:20:00+0900", "UTC", "2026-08-14 06:20"),
        ("2026-08-14t06:20z", SEOUL, "2026-08-14 06:20"),
        ("2026-08-14 15:20:00.123456789 +09", "UTC", "2026-08-14 06:20"),
        ("2026-08-14T15:20", SEOUL, "2026-08-14 06:20"),
        ("2026-08-14T24:00:00Z", "UTC", "2026-08-15 00:00"),
        ("20260814T062000Z", SEOUL, "2026-08-14 06:20"),
        ("20260814152000", SEOUL, "2026-08-14 06:20"),
        ("2026-08-14T15:20:00+09:00[Asia/Seoul]", "UTC", "2026-08-14 06:20"),
        ("1786688400", SEOUL, "2026-08-14 06:20"),
        ("1786688400000", SEOUL, "2026-08-14 06:20"),
        # RFC 822 as it is really written, and what programs print
        ("Fri, 14 Aug 2026 06:20 GMT", SEOUL, "2026-08-14 06:20"),
        ("14 Aug 26 06:20:00 UT", SEOUL, "2026-08-14 06:20"),
        ("Fri Aug 14 15:20:00 KST 2026", "UTC", "2026-08-14 06:20"),
        ("Fri Aug 14 2026 15:20:00 GMT+0900 (Korean Standard Time)", "UTC", "2026-08-14 06:20"),
        ("Fri, 14 Aug 2026 02:20:00 America/New_York", "UTC", "2026-08-14 06:20"),
        ("8/14/2026 3:20:00 PM", SEOUL, "2026-08-14 06:20"),
        ("Aug. 14, 2026, 2:20 a.m. ET", "UTC", "2026-08-14 06:20"),
        ("Fr, 14 Aug 2026 08.20 MESZ", "UTC", "2026-08-14 06:20"),
        ("14 août 2026 08h20", "Europe/Paris", "2026-08-14 06:20"),
        ("14.08.2026 08:20", "Europe/Berlin", "2026-08-14 06:20"),
        ("Fri Aug 14 15:20:00 +0900 2026", "UTC", "2026-08-14 06:20"),
        ("Fri, 14, Aug 2026 6:20", "UTC", "2026-08-14 06:20"),
        ("Fri, 2026/08/14 02:20:00 EDT", "UTC", "2026-08-14 06:20"),
        ("2026-08-14 06:20:00.0", "UTC", "2026-08-14 06:20"),
        ("2026-augusztus-14T6:20-00:00", "UTC", "2026-08-14 06:20"),
        ("Παρ, 14 Αυγ 2026 06:20:00 GMT", SEOUL, "2026-08-14 06:20"),
        ("pt, 14 sierpnia 2026 08:20:00 +0200", "UTC", "2026-08-14 06:20"),
        ("út 11. srpna 2026 08:20", "Europe/Prague", "2026-08-11 06:20"),
        ("14 августа 2026 г. 09:20", "Europe/Moscow", "2026-08-14 06:20"),
        ("Last updated on Fri, 14 Aug 2026 06:20", "UTC", "2026-08-14 06:20"),
        ('Fri, 14 Aug 2026 06.20.00 "GMT"', SEOUL, "2026-08-14 06:20"),
        ("2026-08-14T01:20:00-05:00Z", "UTC", "2026-08-14 06:20"),
        ("1786688400.25", SEOUL, "2026-08-14 06:20:00.250"),
        # RFC 822's zones of one letter, and names that are zones only behind a clock
        ("Fri, 14 Aug 2026 06:20:00 Z", SEOUL, "2026-08-14 06:20"),
        ("Fri, 14 Aug 2026 05:20:00 A", SEOUL, "2026-08-14 06:20"),
        ("Fri, 14 Aug 2026 18:20:00 Y", SEOUL, "2026-08-14 06:20"),
        ("Fri, 14 Aug 2026 03:20:00 AT", SEOUL, "2026-08-14 06:20"),
        ("14 Aug 2026 at 06:20", "UTC", "2026-08-14 06:20"),
        # the day of the week decides which of two days it is, else the feed's own zone
        ("Sat, 11 04 2026 08:20:00 +0200", "UTC", "2026-04-11 06:20"),
        ("Wed, 11/04/2026 07:20", "Europe/Vienna", "2026-11-04 06:20"),
        ("11/04/2026 08:20", "Europe/Vienna", "2026-04-11 06:20"),
        ("04/11/2026 02:20", "America/New_York", "2026-04-11 06:20"),
        ("Fri, 14 Aug 2026 14:20 CST", "Asia/Shanghai", "2026-08-14 06:20"),
        ("Fri, 14 Aug 2026 00:20 CST", "UTC", "2026-08-14 06:20"),
    ],
)
def test_a_clock_gives_an_instant(raw: str, zone: str, utc: str) -> None:
    assert read_stamp(raw, zone) == Published.instant(datetime.fromisoformat(utc).replace(tzinfo=UTC), raw)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-08-14", "20260814", "2026.08.14", "2026. 8. 14.", "2026년 8월 14일", "14 August 2026",
        "14th of August 2026", "Fri, 14 Aug 2026", "2026-226", "2026226", "260814",
        "Fri Aug 14, 2026", "Fri, 14 Aug 2026 3:20 p", "08/14/2026", "14/08/2026", "2026-08-14+09:00",
        "Fri, 14 Aug 2026 15:20:00 XQT",  # a zone nobody knows: the day is all that is certain
    ],
)  # fmt: skip
def test_a_date_alone_gives_the_day_in_the_publishers_zone(raw: str) -> None:
    published = read_stamp(raw, SEOUL)
    assert published == Published.day(date(2026, 8, 14), SEOUL, raw)
    assert published.first_at == datetime(2026, 8, 13, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "", " ", "now", "yesterday", "2026", "2026-08", "August 2026", "15:20", "3/4/2020", "2020-02-30", "31 Jun 2026",
        "Fri, 14 Aug 2026 25:20:00 GMT", "2026-08-14 15:61", "1970-01-01T00:00:00Z", "0001-01-01", "0", "2026-13-01",
        "Fri, 14 Aug 2026 15:20:00 GMT 2027", "9999-12-31", "2026-366", "201012", "44197", "Sat, 3/4/2020", "1" * 400,
    ],
)  # fmt: skip
def test_what_is_not_clear_is_unknown(raw: str) -> None:
    published = read_stamp(raw, SEOUL)
    assert published.precision == "none"
    assert published.first_at is None
    assert raw.startswith(published.raw)


def test_a_limit_refuses_what_lies_beyond_it() -> None:
    limit = datetime(2026, 8, 14, tzinfo=UTC)
    assert read_stamp("2026-08-13T23:00:00Z", "UTC", limit).precision == "instant"
    assert read_stamp("2026-08-14T00:00:01Z", "UTC", limit) == Published.unknown("2026-08-14T00:00:01Z")


def test_a_zone_that_does_not_exist_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        read_stamp("2026-08-14", "Asia/Nowhere")


PIECES = st.lists(
    st.sampled_from(
        ["2026", "26", "14", "08", "8", "Aug", "August", " ", ",", "-", "/", ":", ".", "15:20", "+0900", "KST", "Z",
         "년", "월", "일", "오후", "pm", "T", "99", "0", "Fri", "(", "Europe/Brussels", "1970"]
    ),
    max_size=10,
).map("".join)  # fmt: skip


@given(st.text() | PIECES, st.sampled_from(["UTC", SEOUL, "America/New_York"]))
def test_any_string_gives_an_answer(raw: str, zone: str) -> None:
    published = read_stamp(raw, zone)
    assert (published.first_at is None) == (published.precision == "none")
    if published.precision == "instant":
        assert published.first_at == published.last_at


@given(
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.sampled_from(["%Y-%m-%d", "%d %b %Y", "%Y.%m.%d", "%Y년 %m월 %d일"]),
)
def test_the_day_is_always_the_one_in_the_string(on: date, shape: str) -> None:
    published = read_stamp(on.strftime(shape), SEOUL)
    assert published.first_at is not None
    assert day_of(published.first_at, SEOUL) == on


@given(st.integers(10**9, 4 * 10**9), st.integers(-12, 14))
def test_an_offset_is_taken_off(seconds: int, hours: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    raw = f"{moment:%a, %d %b %Y %H:%M:%S} {'-' if hours < 0 else '+'}{abs(hours):02d}00"
    assert read_stamp(raw, SEOUL).first_at == moment - timedelta(hours=hours)
