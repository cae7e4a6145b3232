"""What may be asked of an archive, and how."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from archives_world import FEED, LIST

from tracker.core.errands import Manners, Wanted, errand
from tracker.core.errors import RefusedError, SettingsError, TrackerError
from tracker.settings import read_settings

TODAY = date(2020, 6, 1)
ARCHIVES = (replace(LIST, first_on=date(2017, 1, 1)), replace(FEED, id="lobby"))
SPRING = Wanted("stacks", date(2020, 3, 1), date(2020, 3, 31))


def test_an_errand_ends_yesterday_where_nothing_is_said() -> None:
    asked = errand(ARCHIVES, Wanted("stacks", date(2020, 5, 1)), Manners(), TODAY)
    assert (asked.until_on, asked.days) == (date(2020, 5, 31), 31)


def test_each_edition_has_its_query_and_one_s_own_goes_to_one() -> None:
    march = replace(SPRING, archive="lobby")
    assert [each.query for each in errand(ARCHIVES, march, Manners(), TODAY).editions] == ["boats", "배"]
    own = errand(ARCHIVES, replace(march, query=" big  boats "), Manners(), TODAY).editions
    assert [(each.lang, each.query) for each in own] == [("en", "big boats")]
    korean = errand(ARCHIVES, replace(march, query="큰 배", lang="ko"), Manners(), TODAY).editions
    assert [(each.lang, each.query, each.parameters) for each in korean] == [("ko", "큰 배", (("hl", "ko"),))]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (replace(SPRING, archive="attic"), "no archive 'attic' .* known: stacks, lobby"),
        (replace(SPRING, until_on=date(2020, 2, 29)), "lies behind"),
        (replace(SPRING, until_on=TODAY), "2020-05-31 is the last day"),
        (replace(SPRING, until_on=date(2030, 1, 1)), "2020-05-31 is the last day"),
        (replace(SPRING, since_on=date(2016, 12, 31)), "nothing before 2017-01-01"),
        (replace(SPRING, lang="fr"), "no edition 'fr'"),
        (replace(SPRING, query="x" * 501), "longer than 500"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(wanted: Wanted, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        errand(ARCHIVES, wanted, Manners(), TODAY)


def test_a_public_archive_is_not_pressed() -> None:
    def near(url: str) -> bool:
        return "127.0.0.1" in url

    public = (replace(LIST, url="https://stacks.example/doc"),)
    with pytest.raises(SettingsError, match="wants 5 s"):
        errand(public, SPRING, Manners(spacing_s=1, near=near), TODAY)
    assert errand(public, SPRING, Manners(spacing_s=9, near=near), TODAY).archive.spacing_s == 9
    moved = Manners({"stacks": "http://127.0.0.1:9/doc"}, 0, near)
    assert errand(public, SPRING, moved, TODAY).archive.spacing_s == 0
    assert errand(public, SPRING, moved, TODAY).archive.url == "http://127.0.0.1:9/doc"
    with pytest.raises(SettingsError, match=r"names attic, which .* known: stacks"):
        errand(public, SPRING, Manners({"attic": "http://127.0.0.1/"}), TODAY)


def test_the_settings_name_other_addresses() -> None:
    told = read_settings(
        {
            "TRACKER_BACKFILL_URLS": "one=http://127.0.0.1:1/a?b=c,d=e, two=https://two.example/",
            "TRACKER_FETCH_ALLOW": "10.0.0.0/8",
        }
    )
    assert told.backfill_urls == {"one": "http://127.0.0.1:1/a?b=c,d=e", "two": "https://two.example/"}
    assert told.backfill_spacing_s is None
    near = [url for url in ("http://127.0.0.1:1/", "http://localhost/", "http://10.1.2.3/") if told.is_near(url)]
    assert len(near) == 3
    assert not any(
        map(told.is_near, ("https://stacks.example/", "http://11.1.1.1/", "http://[/", "http://localhost.example/"))
    )


@pytest.mark.parametrize("value", ["gdelt", "gdelt=", "gdelt=ftp://x/", "gdelt=http://", "=http://x"])
def test_an_address_that_is_none_is_an_error(value: str) -> None:
    with pytest.raises(TrackerError, match="TRACKER_BACKFILL_URLS"):
        read_settings({"TRACKER_BACKFILL_URLS": value})
