"""config/archives.toml: what a good table comes to, and every problem of a bad one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tracker.catalog.archives import read_archives

ROOT = Path(__file__).resolve().parents[1]

ARCHIVE = """
[[archives]]
id = "stacks"
title = "The stacks"
url = "https://stacks.example/doc"
answers = "article_list"
stamp = "%Y%m%d%H%M%S"
last_included = true
step_s = 1
longest_s = 604800
shortest_s = 60
most_records = 250
suspect_records = 240
spacing_s = 5
requests_per_day = 100
attempts = 3
longest_wait_s = 60
first_on = 2017-01-01
zone = "UTC"
wall_page = false
busy_words = ["Slow Down"]
evidence = "seen"
note = "A trap."

[archives.parameters]
query = "{query}"
from = "{since}"
to = "{until}"

[[archives.editions]]
lang = "en"
query = "boats"
"""


def test_a_good_archive(tmp_path: Path) -> None:
    (tmp_path / "archives.toml").write_text(ARCHIVE, encoding="utf-8")
    (archive,), problems = read_archives(tmp_path)
    assert problems == []
    assert (archive.id, archive.first_on, archive.spacing_s) == ("stacks", date(2017, 1, 1), 5.0)
    assert archive.busy_words == ("slow down",)
    assert archive.parameters == (("query", "{query}"), ("from", "{since}"), ("to", "{until}"))
    assert archive.note == "A trap. Evidence: seen"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('id = "stacks"', 'id = "The Stacks"', "archives[The Stacks] id: 'The Stacks' must be lower-case"),
        ('url = "https://stacks.example/doc"', 'url = "stacks.example"', "url: 'stacks.example' is no web address"),
        ('"article_list"', '"list"', "answers: 'list' is not known"),
        ("suspect_records = 240", "suspect_records = 251", "suspect_records: is 251; at most most_records"),
        ("step_s = 1", "step_s = 7", "shortest_s: is 60; it must be a whole number of steps of 7 s"),
        ("longest_s = 604800", "longest_s = 30", "shortest_s: is longer than longest_s"),
        ("spacing_s = 5", "spacing_s = -1", "spacing_s: is -1"),
        ("requests_per_day = 100", "requests_per_day = 0", "requests_per_day: is 0"),
        ('to = "{until}"', 'to = "{untill}"', "to: {untill} is not known"),
        ('to = "{until}"', 'to = "{until"', "has a brace that is not closed"),
        ('to = "{until}"', "", "none of them holds {until}"),
        ('[[archives.editions]]\nlang = "en"\nquery = "boats"\n', "", "no [[archives.editions]] table"),
        ('query = "boats"', 'query = "boats"\n[[archives.editions]]\nlang = "en"\nquery = "x"', "'en' stands twice"),
        ('query = "boats"', f'query = "{"x" * 501}"', "longer than 500"),
        ("attempts = 3", "atempts = 3", "did you mean 'attempts'?"),
        ('zone = "UTC"', 'zone = "GMT+99"', "is no IANA zone"),
        ("first_on = 2017-01-01", 'first_on = "early"', "it must be a day"),
    ],
)
def test_a_bad_archive(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in ARCHIVE
    (tmp_path / "archives.toml").write_text(ARCHIVE.replace(old, new), encoding="utf-8")
    archives, problems = read_archives(tmp_path)
    assert archives == ()
    assert expected in "\n".join(map(str, problems))


def test_two_archives_may_not_share_an_id(tmp_path: Path) -> None:
    (tmp_path / "archives.toml").write_text(ARCHIVE + ARCHIVE, encoding="utf-8")
    assert "'stacks' stands twice" in str(read_archives(tmp_path)[1][0])


def test_a_home_without_archives_still_starts(tmp_path: Path) -> None:
    assert read_archives(tmp_path) == ((), [])


def test_the_shipped_archives_keep_the_manners_they_were_asked_for() -> None:
    archives, problems = read_archives(ROOT / "config")
    assert problems == []
    manners = {archive.answers: (archive.most_records, archive.spacing_s >= 5) for archive in archives}
    assert manners == {"article_list": (250, True), "feed": (100, True)}
    assert {edition.lang for archive in archives for edition in archive.editions} == {"en", "ko"}
