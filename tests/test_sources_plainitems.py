"""The quick way through plain items says what the thorough way says, and declines what is not plain."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.sources import xmlfeeds
from tracker.sources.plainitems import plain_entry, plain_item

SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/"'
)
texts = st.sampled_from(
    ["", " ", "Talks resume", "<p>Grain &amp; rice</p>", "https://a.example/1", "id-7", " padded\n"]
)
rss_names = st.sampled_from(
    ["title", "link", "guid", "pubDate", "description", "content:encoded", "source", "category", "dc:creator",
     "dc:date", "media:content", "author", "updated"]
)  # fmt: skip
atom_names = st.sampled_from(["title", "id", "published", "updated", "summary", "content", "author", "category"])
attributes = st.sampled_from(
    ["", ' isPermaLink="false"', ' isPermaLink="true"', ' url="https://b.example/"', ' type="html"', ' type="xhtml"',
     ' xml:base="https://c.example/"', ' mode="base64"']
)  # fmt: skip
links = st.sampled_from(
    ["", '<link href="/1"/>', '<link rel="alternate" type="text/html" href="https://a.example/1"/>',
     '<link rel="self" href="https://a.example/feed"/>', '<link href="">text</link>', "<link>https://a.example/2</link>"]
)  # fmt: skip
BASE = "https://a.example/feed"


def element(name: str, given: str, text: str) -> str:
    return f"<{name}{given}>{escape(text)}</{name}>"


rss_items = st.lists(st.builds(element, rss_names, attributes, texts), max_size=9).map("".join)
atom_entries = st.builds(
    lambda parts, link, more: "".join(parts) + link + more,
    st.lists(st.builds(element, atom_names, attributes, texts), max_size=7),
    links,
    links,
)
TITLED = "<title>Talks resume</title><description>Grain arrives</description>"


def item_of(inside: str) -> ET.Element:
    found = ET.fromstring(f"<rss {SPACES}><item>{inside}</item></rss>").find("item")  # noqa: S314 - our own text
    assert found is not None
    return found


def entry_of(inside: str) -> ET.Element:
    return ET.fromstring(f'<entry xmlns="http://www.w3.org/2005/Atom">{inside}</entry>')  # noqa: S314


@given(rss_items)
def test_a_plain_item_is_read_as_any_item(inside: str) -> None:
    for each in (inside, TITLED + inside):
        quick = plain_item(item_of(each), BASE, "en")
        assert quick is None or quick == xmlfeeds._rss_item(item_of(each), BASE, "en")


@given(atom_entries)
def test_a_plain_entry_is_read_as_any_entry(inside: str) -> None:
    for each in (inside, "<title>t</title><summary>s</summary>" + inside):
        quick = plain_entry(entry_of(each), BASE, "", "en")
        assert quick is None or quick == xmlfeeds._atom_entry(entry_of(each), BASE, "", "en")


@pytest.mark.parametrize(
    "inside",
    [
        TITLED,
        TITLED + "<link>/1</link><guid>https://a.example/1</guid><pubDate>Fri, 14 Aug 2026 10:00:00 GMT</pubDate>",
        TITLED + '<guid isPermaLink="false">7</guid><source url="https://b.example/">B</source><category>x</category>',
    ],
)
def test_what_is_usual_is_plain(inside: str) -> None:
    assert plain_item(item_of(inside), BASE, "") is not None


@pytest.mark.parametrize(
    "inside",
    [
        "<title>t</title>",
        TITLED + "<title>twice</title>",
        TITLED + "<dc:date>2026-08-14</dc:date>",
        TITLED + "<link><b>x</b></link>",
        '<title type="html">t</title><description>d</description>',
    ],
)
def test_what_is_not_usual_is_declined(inside: str) -> None:
    assert plain_item(item_of(inside), BASE, "") is None
