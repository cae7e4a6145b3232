"""From a publisher's bytes to entries in plain text."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.errors import SourceError
from tracker.sources.anyfeeds import read_any
from tracker.sources.documents import conformance, parse, parse_record, read_document
from tracker.sources.encodings import decode
from tracker.sources.markup import clean, plain_text
from tracker.sources.xmlfeeds import read_xml

FEEDS = Path(__file__).parent / "fixtures" / "feeds"
SAMPLES = sorted(path for path in FEEDS.iterdir() if path.suffix != ".expected")
ITEM = "<item><title>{}</title><link>https://example.org/1</link><guid>g</guid></item>"


def rss(inside: str, head: str = '<?xml version="1.0"?>') -> str:
    return f'{head}<rss version="2.0"><channel><title>t</title>{inside}</channel></rss>'


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_golden_documents(path: Path) -> None:
    expected = Path(f"{path}.expected")
    assert expected.exists(), f"{expected} is missing: look at what parse_record gives, then keep it"
    record = parse_record(path.name, path.read_bytes(), zone="Asia/Seoul")
    assert record["error"] is None
    assert record["entries"] == json.loads(expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["rss_plain.xml", "atom_blog.xml", "rdf_agency.xml", "carrier.xml"])
def test_both_readers_of_xml_find_the_same_entries(name: str) -> None:
    text = (FEEDS / name).read_text(encoding="utf-8")
    quick, slow = read_xml(text, ""), read_any(text, "https://desk.example.org/")
    assert quick is not None
    same = [[draft.entry("UTC", "") for draft in drafts.entries] for drafts in (quick, slow)]
    told = [
        [(entry.guid, entry.title, entry.summary, entry.published, entry.source) for entry in found] for found in same
    ]
    assert told[0] == told[1]


def test_a_carrier_gives_the_outlet_and_the_bare_title() -> None:
    (entry,) = parse((FEEDS / "carrier.xml").read_bytes())
    assert (entry.source, entry.source_url) == ("Example Herald", "https://www.herald.example")
    assert entry.title == "Two objects reported over the sea"
    assert entry.summary == ""


SY = "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'"


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("", None),
        ("<ttl>30</ttl>", 1800),
        ("<ttl> 0 </ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>99999999</ttl>", 31 * 86_400),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", 3600),
        ("<sy:updatePeriod> Daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 21_600),
        ("<sy:updateFrequency>2</sy:updateFrequency>", 43_200),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>9999</sy:updateFrequency>", 60),
        ("<sy:updatePeriod>fortnightly</sy:updatePeriod>", None),
        ("<ttl>15</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 3600),
    ],
)
@pytest.mark.parametrize("broken", ["", "</wrong>"])
def test_a_feed_tells_how_often_it_changes(told: str, seconds: int | None, broken: str) -> None:
    data = rss(told + broken + ITEM.format("x")).replace("<rss", f"<rss {SY}").encode()
    assert read_document(data).update_s == seconds


def test_a_news_sitemap_names_its_outlet() -> None:
    found = parse((FEEDS / "news_sitemap.xml").read_bytes())
    assert {entry.source for entry in found} == {"Map"}


def test_language_and_zone_are_the_feeds_own() -> None:
    data = rss("<language>ko</language><item><title>x</title><pubDate>2026-08-14 15:20</pubDate></item>").encode()
    (own,) = parse(data, zone="Asia/Seoul")
    (given_,) = parse(data, zone="UTC", lang="en")
    assert (own.lang, given_.lang) == ("ko", "en")
    assert own.published.first_at is not None
    assert given_.published.first_at is not None
    assert (given_.published.first_at - own.published.first_at).total_seconds() == 9 * 3600


@pytest.mark.parametrize("charset", ["euc-kr", "utf-8", "utf-16", "shift_jis"])
@pytest.mark.parametrize("labelled", ["document", "transport"])
def test_alphabets(charset: str, labelled: str) -> None:
    word = "ミサイル" if charset == "shift_jis" else "미사일"
    head = f'<?xml version="1.0" encoding="{charset}"?>' if labelled == "document" else '<?xml version="1.0"?>'
    data = rss(ITEM.format(word), head).encode(charset)
    (entry,) = parse(data, f"text/xml; charset={charset}" if labelled == "transport" else "text/xml")
    assert entry.title == word


def test_wrong_labels_do_not_spoil_the_text() -> None:
    title = "“미사일” – three"
    utf8 = rss(ITEM.format(title)).encode()
    for content_type in ("text/xml; charset=iso-8859-1", "text/xml; charset=utf-16", "text/xml; charset=no-such"):
        assert parse(utf8, content_type)[0].title == title
    latin = rss(ITEM.format("It\x92s \x93here\x94"), '<?xml version="1.0" encoding="iso-8859-1"?>').encode("latin-1")
    assert parse(latin)[0].title == "It’s “here”"
    assert "발사" in decode(rss(ITEM.format("미사일 발사")).encode()[:-40] + b"\xff</rss>")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"<!DOCTYPE html><html><body>Hello</body></html>", "web page"),
        (b"<html><head><title>Sign in</title></head></html>", "web page"),
        (b"Not found", "plain text"),
        (b'{"message": "no"}', "no feed"),
        (b'{"items": [', "JSON"),
        (b'{"items":' + b"[" * 100_000, "JSON"),
        (b'{"items":' + b"[" * 700_000, "brackets"),
        (b"<note><to>you</to></note>", "no feed"),
        (bytes(range(256)), "no feed"),
    ],
)
def test_what_is_no_feed_is_said_to_be_none(data: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        parse(data)
    record = parse_record("name", data)
    assert record["path"] == "name"
    assert record["entries"] == []
    assert words in record["error"]


@pytest.mark.parametrize("data", [rss(""), '<feed xmlns="http://www.w3.org/2005/Atom"/>', '{"items": []}'])
def test_a_feed_without_entries_is_a_feed(data: str) -> None:
    assert parse(data.encode()) == ()


def nested(opening: str, closing: str, depth: int = 100_000) -> bytes:
    return rss(f"<item><title>x</title><description>{opening * depth}{closing * depth}</description></item>").encode()


@pytest.mark.parametrize(
    "data",
    [
        nested("<b>", "</b>"),
        nested("<b>", ""),
        nested("<a:b xmlns:a='u'>", ""),
        rss("<item>" * 5000 + "<title>x</title>" + "<b>" * 300).encode(),
        b"<rss><channel>" + b"<item><title>a</title></item>" * 20_001 + b"</channel></rss>",
    ],
)
def test_traps_are_refused_quickly(data: bytes) -> None:
    start = time.process_time()
    with pytest.raises(SourceError):
        parse(data)
    assert time.process_time() - start < 3


def test_thousands_of_attributes_cost_little() -> None:
    many = " ".join(f'a{n}="1"' for n in range(20_000))
    start = time.process_time()
    found = [parse(rss(f"<item><title {many}>x</title>{end}").encode()) for end in ("</item>", "", "</b>")]
    assert [entry.title for (entry,) in found] == ["x", "x", "x"]
    assert time.process_time() - start < 3


def test_entities_of_a_document_type_neither_grow_nor_read_files() -> None:
    bomb = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    data = rss(
        ITEM.format("boom &m; &x;"), f'<!DOCTYPE rss [<!ENTITY a "lol">{bomb}<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    )
    (entry,) = parse(data.encode())
    assert "root:" not in entry.title
    assert len(entry.title) < 100


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>One <b>wo</b>rd.</p><p>Two</p><script>alert(1)</script>", "One word. Two"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("a < b and c > d", "a < b and c > d"),
        ("&lt;img src=x onerror=alert(1)&gt;seen", "seen"),
        ("<style>p{}</style><iframe src=x></iframe>kept", "kept"),
        ("&lt;![CDATA[북한 발사]]&gt;", "북한 발사"),
        ("zero\u200bwidth \u202eevil\u202c \ud800lone\x00\x07 bell", "zerowidth evil lone bell"),
        ("tab\tand\nline\u3000wide", "tab and line wide"),
        ("", ""),
    ],
)
def test_plain_text(markup: str, words: str) -> None:
    assert plain_text(markup) == words


PARTS = [
    "<b>",
    "</b>",
    "<",
    "&lt;",
    "&amp;",
    "script",
    "<script>",
    "x",
    " ",
    "<!--",
    "-->",
    "&#60;",
    "<p",
    ">",
    "<svg>",
    "&",
]
FRAGMENTS = st.lists(st.sampled_from(PARTS), max_size=10).map("".join)


@given(st.text() | FRAGMENTS)
def test_no_markup_comes_through(markup: str) -> None:
    words = plain_text(markup)
    assert not re.search(r"<[/a-zA-Z!?]", words)
    assert words == clean(words)
    assert words.encode("utf-8").decode("utf-8") == words


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "text/xml; charset=euc-kr", "application/json", "text/xml; charset=rot13"]),
)
def test_any_bytes_give_an_answer(data: bytes, content_type: str) -> None:
    record = parse_record("x", data, content_type, "https://example.org/")
    assert record["error"] or isinstance(record["entries"], list)


def test_addresses_are_absolute_and_never_scripts() -> None:
    links = ("/a", "javascript:alert(1)", "b?c=1&amp;d=2", "data:text/html,x")
    items = "".join(f"<item><title>x</title><link>{link}</link></item>" for link in links)
    found = [entry.url for entry in parse(rss(items).encode(), base_url="https://example.org/feed/")]
    assert found == ["https://example.org/a", "", "https://example.org/feed/b?c=1&d=2", ""]


def test_conformance_answers_with_the_shape_of_the_parse_verb() -> None:
    (entry,) = conformance(rss(ITEM.format("x")).encode())
    assert list(entry) == ["id", "url", "title", "summary", "published", "precision"]
    assert list(entry.values()) == ["g", "https://example.org/1", "x", "", None, "none"]
    assert conformance(b"<html>") == []


def test_a_stamp_far_ahead_is_called_suspect_and_still_told() -> None:
    data = (
        b"<rss><channel><item><title>t</title><pubDate>Fri, 14 Aug 2026 10:00:00 GMT</pubDate></item></channel></rss>"
    )
    for days, precision in ((1, "instant"), (3, "suspect")):
        now = datetime(2026, 8, 14, 10, tzinfo=UTC) - timedelta(days=days)
        (entry,) = parse_record("x", data, now=now)["entries"]
        assert (entry["published"], entry["precision"]) == ("2026-08-14T10:00:00Z", precision)
