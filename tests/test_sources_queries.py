"""What archives answer, damage and walls included, and what it is read as."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from archives_world import FEED, LIST, START
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.backfill import Answer, Archive, Slice
from tracker.core.errors import SourceError
from tracker.core.polling import FetchOutcome
from tracker.sources.articlelists import MOST_DAMAGED, read_article_list
from tracker.sources.queries import HttpArchivist, address_of
from tracker.sources.retrieved import Retrieved

WEEK = Slice(START, START + timedelta(days=7))

RECORD = {
    "url": "https://www.reuters.com/a/1",
    "title": "Boats leave harbour , say witnesses ; no one hurt .",
    "seendate": "20170103T101500Z",
    "domain": "reuters.com",
    "language": "English",
    "sourcecountry": "United Kingdom",
}

ITEM = """<item><title>Boats leave harbour - Paper One</title><link>https://news.google.com/rss/articles/CBM1</link>
<pubDate>Tue, 03 Jan 2017 10:15:00 GMT</pubDate><source url="https://one.example">Paper One</source></item>"""
RSS = f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{ITEM}</channel></rss>'


class Wire:
    """A retriever that hands over one answer and notes what it was asked."""

    def __init__(self, found: Retrieved) -> None:
        self.found = found
        self.asked = ""

    def retrieve(self, url: str) -> Retrieved:
        self.asked = url
        return self.found


def answer(body: str, archive: Archive = LIST, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    wire = Wire(Retrieved("http://127.0.0.1/doc", status, named, body.encode()))
    return HttpArchivist(wire).ask(archive, archive.editions[0], WEEK)


def listed(*records: object) -> str:
    return json.dumps({"articles": list(records)})


def test_the_address_is_the_query_s() -> None:
    asked = parse_qs(urlsplit(address_of(LIST, replace(LIST.editions[0], query='"a b" & c'), WEEK)).query)
    assert asked == {"query": ['"a b" & c'], "start": ["20170101000000"], "end": ["20170107235959"]}
    assert address_of(replace(LIST, url="http://x.example/?key=1"), LIST.editions[0], WEEK).startswith(
        "http://x.example/?key=1&query=boats&start="
    )


def test_a_record_becomes_an_entry_seen_at_its_instant() -> None:
    found = answer(listed(RECORD))
    (entry,) = found.entries
    assert (found.outcome, entry.url, entry.source, entry.lang) == ("ok", RECORD["url"], "reuters.com", "en")
    assert entry.title == "Boats leave harbour, say witnesses; no one hurt."
    assert entry.published.known_at == datetime(2017, 1, 3, 10, 15, tzinfo=UTC)
    assert (entry.published.precision, entry.published.raw) == ("instant", "2017-01-03T10:15:00Z")


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("N . Korea says 9 . 5 of .com firms", "N. Korea says 9. 5 of .com firms"),
        ("He asked : why ( not ) ?", "He asked: why ( not)?"),
        ("Up 10 % , then down", "Up 10%, then down"),
        ("Wait ... what", "Wait... what"),
        ("A - b &amp; c", "A - b & c"),
    ],
)
def test_only_blanks_before_punctuation_go(title: str, read: str) -> None:
    (entry,), _ = read_article_list(listed({**RECORD, "title": title}), "UTC", {})
    assert entry.title == read
    assert entry.title.replace(" ", "") == title.replace("&amp;", "&").replace(" ", "")


@pytest.mark.parametrize("body", ["{}", '{"articles": []}', "\ufeff{ }\n"])
def test_nothing_found_is_an_answer(body: str) -> None:
    assert (answer(body).outcome, answer(body).records) == ("ok", 0)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({**RECORD, "title": " "}, "no title"),
        ({**RECORD, "url": "javascript:alert(1)"}, "no web address"),
        ({**RECORD, "url": ""}, "no web address"),
        ({**RECORD, "seendate": "20170231T101500Z"}, "date cannot be read"),
        ({**RECORD, "seendate": ""}, "date cannot be read"),
        ({"title": 5}, "no title"),
        ("words", "no object"),
        (None, "no object"),
    ],
)
def test_what_cannot_become_an_entry_is_set_aside(record: object, reason: str) -> None:
    found = answer(listed(RECORD, record))
    assert (len(found.entries), len(found.unreadable), found.records) == (1, 1, 2)
    assert reason in found.unreadable[0].reason


def test_control_signs_and_stray_backslashes_are_mended() -> None:
    text = listed(RECORD, {**RECORD, "title": "Second"}).replace("leave harbour", "leave\x01 \\& \\x har\\u0062our")
    entries, aside = read_article_list(text, "UTC", {})
    assert [entry.title for entry in entries] == ["Boats leave & x harbour, say witnesses; no one hurt.", "Second"]
    assert aside == ()


def test_a_record_that_is_no_json_leaves_the_others() -> None:
    text = listed(RECORD, {**RECORD, "title": "Second"}, {**RECORD, "title": "Third"})
    entries, aside = read_article_list(text.replace('"Second"', '"Sec"ond"'), "UTC", {})
    assert [entry.title for entry in entries][1:] == ["Third"]
    assert [each.reason for each in aside] == ["the record is not JSON"]
    assert 'Sec"ond' in aside[0].excerpt
    entries, aside = read_article_list(text.replace('"Third"', '"Thi"rd"'), "UTC", {})
    assert (len(entries), len(aside)) == (2, 1)


@given(st.integers(1, 10_000), st.booleans())
def test_a_list_that_breaks_off_is_never_an_answer(cut: int, odd: bool) -> None:
    text = listed(*({**RECORD, "title": f"Boat {n}"} for n in range(20)))
    text = text.replace("Boat 3", "Boat \\& 3") if odd else text
    with pytest.raises(SourceError):
        read_article_list(text[: 1 + cut % (len(text) - 3)], "UTC", {})


def test_a_list_of_damage_ends_in_time() -> None:
    with pytest.raises(SourceError, match="damaged records"):
        read_article_list('{"articles":[' + '{"a"},' * (MOST_DAMAGED + 10) + "{}]}", "UTC", {})


@pytest.mark.parametrize(
    ("body", "archive", "outcome"),
    [
        ("<!DOCTYPE html><html><body>Your query was too short.</body></html>", LIST, "page"),
        ("The specified phrase is too short.", LIST, "page"),
        ("Please limit requests to one every 5 seconds.", LIST, "busy"),
        ("", LIST, "broken"),
        ('{"error": "no"}', LIST, "broken"),
        (listed(RECORD)[:-40], LIST, "broken"),
        ("[" * 100_000, LIST, "page"),
        ('{"articles":' + "[" * 100_000, LIST, "broken"),
        ("<html><body>Before you continue</body></html>", FEED, "busy"),
        ("Sorry, unusual traffic", FEED, "busy"),
        ("", FEED, "broken"),
        (RSS[:-40], FEED, "broken"),
        (RSS.replace("</rss>", ""), FEED, "broken"),
        (RSS, FEED, "ok"),
        (RSS + "<!-- kept -->\n", FEED, "ok"),
    ],
)
def test_words_instead_of_an_answer(body: str, archive: Archive, outcome: str) -> None:
    found = answer(body, archive)
    assert found.outcome == outcome
    assert bool(found.detail) is (outcome != "ok")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (429, "busy"),
        (503, "busy"),
        (403, "busy"),
        (400, "refused"),
        (404, "unreachable"),
        (500, "broken"),
        (302, "broken"),
    ],
)
def test_a_status_that_brings_nothing(status: int, outcome: str) -> None:
    found = answer("", status=status, retry_after="120")
    assert found.outcome == outcome
    assert str(status) in found.detail
    assert found.retry_after_s == (120 if outcome == "busy" else None)


@pytest.mark.parametrize(
    ("trouble", "status", "outcome"),
    [
        ("timeout", None, "unreachable"),
        ("timeout", 200, "broken"),
        ("unreachable", None, "unreachable"),
        ("refused_address", None, "barred"),
        ("too_large", 200, "broken"),
        ("http_error", 302, "broken"),
    ],
)
def test_trouble_on_the_way(trouble: FetchOutcome, status: int | None, outcome: str) -> None:
    wire = Wire(Retrieved("http://127.0.0.1/", status, trouble=trouble, detail="in words"))
    found = HttpArchivist(wire).ask(LIST, LIST.editions[0], WEEK)
    assert (found.outcome, found.detail) == (outcome, "in words")


def test_an_entry_of_a_feed_names_its_outlet() -> None:
    found = answer(RSS, FEED, content_type="application/rss+xml")
    (entry,) = found.entries
    assert (entry.title, entry.source, entry.source_url) == ("Boats leave harbour", "Paper One", "https://one.example")
    assert entry.published.known_at == datetime(2017, 1, 3, 10, 15, tzinfo=UTC)
    assert entry.lang == "en"
