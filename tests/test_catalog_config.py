"""The other readers of config/, on small files: feeds, publishers, places, baselines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tracker.catalog.baselines import read_baselines
from tracker.catalog.feeds import read_feeds
from tracker.catalog.places import read_places
from tracker.catalog.placing import read_placing
from tracker.catalog.publishers import read_publishers
from tracker.core.errors import Problem
from tracker.core.wires import print_of

FEED = """
[[feeds]]
id = "one"
title = "One"
url = "https://example.org/rss"
publisher = "somebody"
lang = "en"
zone = "Asia/Seoul"
dprk_only = true
interval_s = 900
expect_days = 0.5
fallback = "https://example.org/other"
evidence = "seen"
note = "A trap."
"""
PUBLISHER = '[[publishers]]\nid = "one"\nname = "One"\nkind = "outlet"\nzone = "UTC"\nhosts = ["one.example"]\n'
PLACE = '[[places]]\nid = "one"\nname = "One"\nzone = "Asia/Seoul"\nlat = 39.1\nlon = 125.2\nspellings = ["Uno"]\n'
SERIES = '[[series]]\nid = "days"\nlabel = "Days"\nunit = "day"\n'
VALUES = "series,period,value,unit,publisher,title,date,url,note\n"


def said(problems: list[Problem]) -> str:
    return "\n".join(map(str, problems))


def test_a_good_feed(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(FEED, encoding="utf-8")
    (feed,), problems = read_feeds(tmp_path, {"somebody"})
    assert problems == []
    assert (feed.id, feed.interval_s, feed.expect_days, feed.dprk_only) == ("one", 900, 0.5, True)
    assert feed.note == "A trap. Evidence: seen"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('id = "one"', 'id = "One Two"', "must be lower-case words joined by hyphens"),
        ("interval_s = 900", "interval_s = 10", "interval_s: is 10; it must lie from 300"),
        ('url = "https://example.org/rss"', 'url = "example.org/rss"', "is no web address"),
        ('url = "https://example.org/rss"', 'url = "file:///etc/passwd"', "is no web address"),
        ('url = "https://example.org/rss"', 'url = "https://[/"', "is no web address"),
        ('publisher = "somebody"', 'publisher = "sombody"', "did you mean 'somebody'?"),
        ("dprk_only = true", 'dprk_only = "yes"', "must be true or false"),
        ('zone = "Asia/Seoul"', 'zone = "KST+9"', "is no IANA zone"),
        ("expect_days = 0.5", "expect_day = 0.5", "did you mean 'expect_days'?"),
        ("/other", "/rss", "is the same address as url"),
    ],
)
def test_a_bad_feed(tmp_path: Path, old: str, new: str, expected: str) -> None:
    (tmp_path / "feeds.toml").write_text(FEED.replace(old, new), encoding="utf-8")
    feeds, problems = read_feeds(tmp_path, {"somebody"})
    assert feeds == ()
    assert expected in said(problems)


def test_two_feeds_may_not_share_id_or_address(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(FEED + FEED + FEED.replace('"one"', '"two"'), encoding="utf-8")
    _, problems = read_feeds(tmp_path)
    assert "'one' is taken already" in said(problems)
    assert "feed 'one' polls this address already" in said(problems)


def test_publishers(tmp_path: Path) -> None:
    path = tmp_path / "publishers.toml"
    path.write_text(PUBLISHER, encoding="utf-8")
    directory, problems = read_publishers(tmp_path)
    assert problems == []
    assert directory.find("https://sub.one.example/x/1").id == "one"
    two = PUBLISHER.replace('id = "one"', 'id = "two"').replace('"outlet"', '"paper"')
    path.write_text(PUBLISHER + two + PUBLISHER.replace("one.example", "www.three.example"), encoding="utf-8")
    directory, problems = read_publishers(tmp_path)
    assert directory.by_host == {}
    for expected in (
        "'one.example' stands with 'one' already",
        "'one' is taken already",
        "'www.three.example' is no bare host",
        "'paper' is not known",
    ):
        assert expected in said(problems)


def test_unknown_is_no_kind_to_choose(tmp_path: Path) -> None:
    (tmp_path / "publishers.toml").write_text(PUBLISHER.replace('"outlet"', '"unknown"'), encoding="utf-8")
    assert "'unknown' is not known" in said(read_publishers(tmp_path)[1])


def test_places(tmp_path: Path) -> None:
    path = tmp_path / "places.toml"
    path.write_text(PLACE, encoding="utf-8")
    (place,), problems = read_places(tmp_path)
    assert problems == []
    assert (place.group, place.spellings) == ("one", ("One", "Uno"))
    other = PLACE.replace('"one"', '"two"').replace('"One"', '"Two"').replace("39.1", "139.1").replace("Uno", "UNO")
    path.write_text(PLACE + other, encoding="utf-8")
    places, problems = read_places(tmp_path)
    assert places == ()
    assert "'UNO' means 'one' already" in said(problems)
    assert "lat: is 139.1; it must lie from -90 to 90" in said(problems)


def test_baselines(tmp_path: Path) -> None:
    home = tmp_path / "baselines"
    home.mkdir()
    (home / "series.toml").write_text(SERIES, encoding="utf-8")
    (home / "days.csv").write_text(
        VALUES + "days,2013,3,day,Somebody,A list,,,\ndays,2012H2,-1.5,day,Somebody,,2020,,a note\n",
        encoding="utf-8",
    )
    (series,), problems = read_baselines(tmp_path)
    assert problems == []
    assert (series.value("2013"), series.value("2012H2"), series.value("2014")) == (3.0, -1.5, None)
    assert series.periods == ("2012H2", "2013")
    assert series.citation("2012H2") == "Somebody, 2020, a note"
    assert series.citation("2014") == ""


def test_bad_baselines(tmp_path: Path) -> None:
    home = tmp_path / "baselines"
    home.mkdir()
    (home / "series.toml").write_text(SERIES + SERIES.replace('"days"', '"empty"'), encoding="utf-8")
    rows = [
        "day,2013,3,day,Somebody,A list,,,",
        "days,2013,many,day,Somebody,A list,,,",
        "days,2013,nan,week,Somebody,A list,,,",
        "days,13,1,day,Somebody,,,,",
    ]
    (home / "days.csv").write_text(VALUES + "\n".join(rows) + "\n", encoding="utf-8")
    series, problems = read_baselines(tmp_path)
    assert series == ()
    for expected in (
        "'day' is not declared in series.toml; did you mean 'days'?",
        "is 'many'; it must be a number",
        "is 'nan'; it must be a number",
        "is 'week', but series.toml says 'day'",
        "2013 has a value already",
        "is '13'; it must look like",
        "needs a source",
        "series[empty] id: has no value",
    ):
        assert expected in said(problems)


@pytest.mark.parametrize("reader", [read_feeds, read_publishers, read_places, read_baselines])
def test_a_missing_file_is_a_problem(tmp_path: Path, reader: Callable[[Path], tuple[object, list[Problem]]]) -> None:
    _, problems = reader(tmp_path)
    assert "is missing; restore it" in said(problems)


@pytest.mark.parametrize("name", ["feeds", "publishers", "places"])
def test_a_file_without_tables_is_a_problem(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.toml").write_text("", encoding="utf-8")
    reader = {"feeds": read_feeds, "publishers": read_publishers, "places": read_places}[name]
    assert f"no [[{name}]] table is there" in said(reader(tmp_path)[1])


SHIPPED = Path(__file__).parents[1] / "config"


def test_the_shipped_wording_knows_what_desks_put_for_one_another() -> None:
    policy, problems = read_placing(SHIPPED)
    assert policy is not None
    assert problems == []
    for words in (
        "halts halting stops stopping freezes pauses suspension suspended",
        "nukes nuke atomic nuclear",
        "2nd second",
    ):
        stems = {print_of(word, policy.wording).stems for word in words.split()}
        assert len(stems) == 1, words
    icbm, spelt = "North Korea tests ICBM", "North Korea tests intercontinental ballistic missile"
    assert print_of(icbm, policy.wording).stems == print_of(spelt, policy.wording).stems


@pytest.mark.parametrize(
    ("said", "wrong", "named"),
    [
        ("half_words = 4.0", "half_words = 0", "half_words"),
        ("amount_share = 0.563", "amount_share = 2", "amount_share"),
        ('{ name = "first", stems = ["1st"] }', '{ name = "first" }', "stems"),
        ('{ name = "first", stems = ["1st"] }', '{ name = "first", stems = ["1st"], words = 1 }', "words"),
    ],
)
def test_a_wrong_wording_is_told_by_its_key(tmp_path: Path, said: str, wrong: str, named: str) -> None:
    text = (SHIPPED / "placing.toml").read_text(encoding="utf-8")
    assert said in text
    (tmp_path / "placing.toml").write_text(text.replace(said, wrong), encoding="utf-8")
    _, (problem,) = read_placing(tmp_path)
    assert named in str(problem)
