"""How an item is recognised again, and when two texts are one."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.addresses import canonical_url, host_of
from tracker.core.days import Published
from tracker.core.items import (
    Entry,
    content_hash,
    item_key,
    normalise_text,
    plausible,
    title_fingerprint,
    without_outlet,
)

STAMP = Published.instant(datetime(2020, 3, 2, 4, 0, tzinfo=UTC), "2020-03-02T04:00:00Z")
ENTRY = Entry("g-1", "https://example.org/a", "Two projectiles fired eastward", "A short text.", STAMP, "Example")

urls = st.one_of(
    st.text(max_size=60),
    st.builds(
        "{}://{}{}{}/{}?{}#{}".format,
        st.sampled_from(["http", "https", "HTTP", "ftp"]),
        st.sampled_from(["", "www.", "m.", "amp.www.", "mobile."]),
        st.sampled_from(["example.org", "Example.CO.KR", "co.kr", "북한.kr", "[::1]", "a_b.net", "google.com"]),
        st.sampled_from(["", ":80", ":443", ":8080", ":x"]),
        st.text("aZ/%2e1.~ 한amp", max_size=24),
        st.text("a=b&utm_%4~+ 한", max_size=20),
        st.text(max_size=5),
    ),
)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTP://WWW.Example.org:80/News/?utm_source=x&id=7#top", "https://example.org/News?id=7"),
        ("https://example.org", "https://example.org"),
        ("https://example.org/", "https://example.org"),
        ("https://m.example.org/a/amp/", "https://example.org/a"),
        ("https://example.org/a.amp?outputType=amp", "https://example.org/a"),
        ("https://www.google.com/amp/s/www.example.org/story", "https://example.org/story"),
        ("https://example-org.cdn.ampproject.org/c/s/example.org/story", "https://example.org/story"),
        ("https://example.org/%7Euser/%ed%95%9c", "https://example.org/~user/%ED%95%9C"),
        ("https://example.org/한", "https://example.org/%ED%95%9C"),
        ("https://example.org/?b=2&a=1&fbclid=zzz", "https://example.org?a=1&b=2"),
        ("https://user:secret@example.org/a", "https://example.org/a"),
        ("https://m.co.kr/a", "https://m.co.kr/a"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ("tag:example.org,2020:1", "tag:example.org,2020:1"),
        ("http://[broken", "http://[broken"),
        ("", ""),
    ],
)
def test_one_page_has_one_address(written: str, canonical: str) -> None:
    assert canonical_url(written) == canonical


def test_different_pages_keep_different_addresses() -> None:
    pages = [
        "https://example.org/a?id=1",
        "https://example.org/a?id=2",
        "https://example.org/A",
        "https://example.org:8080/a",
    ]
    assert len({canonical_url(page) for page in pages}) == len(pages)


@given(urls)
def test_canonical_url_is_idempotent(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once


def test_a_tower_of_carriers_is_unfolded_without_recursion() -> None:
    assert (
        canonical_url("https://google.com/amp/s/" * 1 + "google.com/amp/s/" * 150 + "example.org/x")
        == "https://example.org/x"
    )


@given(st.text())
def test_host_of_never_raises(text: str) -> None:
    assert isinstance(host_of(text), str)


@given(st.text())
def test_normalised_text_has_single_spaces_and_stays_the_same_size_or_less_in_words(text: str) -> None:
    assert "  " not in normalise_text(text)
    assert normalise_text(f"  {text}\t") == normalise_text(text)
    assert normalise_text(text) == " ".join(unicodedata.normalize("NFKC", text).lower().split())


@pytest.mark.parametrize(
    ("title", "outlet", "bare"),
    [
        ("Two projectiles fired eastward - Example News", "Example News", "Two projectiles fired eastward"),
        ("Two projectiles fired eastward - example news", "Example News", "Two projectiles fired eastward"),
        ("Two projectiles fired eastward - Example News", "Other", "Two projectiles fired eastward - Example News"),
        ("Two projectiles fired eastward | The Example Times", "", "Two projectiles fired eastward"),
        ("Kim offers talks - report", "", "Kim offers talks - report"),
        ("Seoul - Tokyo", "", "Seoul - Tokyo"),
        ("발사체 두 발을 쏘았다 - 보기신문", "", "발사체 두 발을 쏘았다"),
    ],
)
def test_an_outlet_tail_comes_off_and_nothing_else(title: str, outlet: str, bare: str) -> None:
    assert without_outlet(title, outlet) == bare


def test_fingerprint_ignores_outlet_case_and_spacing_but_no_word() -> None:
    first = title_fingerprint("Two projectiles  fired eastward - Example News")
    assert first == title_fingerprint("two PROJECTILES fired eastward | Sample Post")
    assert first != title_fingerprint("Three projectiles fired eastward")


@given(st.text(), st.text())
def test_fingerprint_is_a_function_of_the_title(a: str, b: str) -> None:
    assert title_fingerprint(a) == title_fingerprint(a)
    assert len(title_fingerprint(b)) == 16


def test_feed_entries_are_known_by_guid_then_address_then_words() -> None:
    key = item_key("feed", ENTRY)
    assert item_key("feed", replace(ENTRY, title="Edited", url="https://example.org/b")) == key
    assert item_key("feed", replace(ENTRY, guid="g-2")) != key
    by_url = item_key("feed", replace(ENTRY, guid=""))
    assert by_url == item_key("feed", replace(ENTRY, guid="", title="Edited", url="http://www.example.org/a/"))
    by_words = item_key("feed", replace(ENTRY, guid="", url=""))
    assert by_words != item_key("feed", replace(ENTRY, guid="", url="", published=Published.unknown("later")))
    assert len({key, by_url, by_words}) == 3


def test_archive_rows_with_another_title_are_other_items() -> None:
    key = item_key("archive", ENTRY)
    assert key == item_key("archive", replace(ENTRY, url="http://www.example.org/a?utm_source=x", guid="other"))
    assert key != item_key("archive", replace(ENTRY, title="Denial of a launch report"))
    assert key != item_key("archive", replace(ENTRY, source="Other"))


def test_opaque_links_are_never_part_of_the_key() -> None:
    carried = replace(ENTRY, url="https://news.google.com/rss/articles/AAA?oc=5", source_url="https://example.org")
    again = replace(carried, url="https://news.google.com/rss/articles/BBB?oc=5", guid="BBB")
    assert item_key("feed", carried) == item_key("feed", again)
    assert item_key("feed", carried) != item_key(
        "feed", replace(again, source="Other", source_url="https://other.example")
    )


@given(st.text(), st.text(), st.text(), st.sampled_from(["feed", "archive"]))
def test_keys_and_hashes_fit_their_columns(guid: str, url: str, title: str, kind: str) -> None:
    entry = Entry(guid, url, title, "", Published.unknown())
    assert len(item_key(kind, entry)) == len(content_hash(entry)) == 64


def test_content_hash_sees_words_and_figures_but_not_the_age_of_the_page() -> None:
    plain = content_hash(ENTRY)
    assert content_hash(replace(ENTRY, title="TWO projectiles fired  eastward", url="elsewhere", guid="x")) == plain
    assert content_hash(replace(ENTRY, summary="A short text")) != plain
    assert content_hash(replace(ENTRY, summary="Launch at 06:37 on Monday")) != content_hash(
        replace(ENTRY, summary="Launch at 06:41 on Monday")
    )
    for early, late in [
        ("A text. Updated 10:32 GMT", "A text. Updated 11:40 GMT"),
        ("A text. Last updated: 14 Aug 2026, 10:32 am KST", "A text. Last updated: 15 Aug 2026, 9:02 pm KST"),
        ("A text, 5 minutes ago", "A text, 2 hours ago"),
        ("본문 3시간 전", "본문 12분 전"),
    ]:
        assert content_hash(replace(ENTRY, summary=early)) == content_hash(replace(ENTRY, summary=late))


def test_a_stamp_from_the_future_becomes_unknown_and_keeps_its_words() -> None:
    assert STAMP.first_at is not None
    assert plausible(STAMP, STAMP.first_at - timedelta(days=1)) == STAMP
    assert plausible(STAMP, STAMP.first_at - timedelta(days=3)) == Published.suspect(STAMP.raw)
    assert plausible(Published.unknown("x"), STAMP.first_at) == Published.unknown("x")
