"""Values in words, and hostile text made harmless."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from doors_record import LABELS, event
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.words import (
    P_WORDS,
    count_words,
    distance_words,
    href,
    instant_words,
    listed_words,
    locator_words,
    p_words,
    percent,
    plain,
    span_words,
    status_words,
    when_words,
)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2020-03-02", "2020-03-02", "2 March 2020"),
        ("2020-03-02", "2020-03-03", "2 or 3 March 2020"),
        ("2020-03-02", "2020-03-05", "2-5 March 2020"),
        ("2020-03-31", "2020-04-01", "31 March to 1 April 2020"),
        ("2019-12-31", "2020-01-01", "31 December 2019 to 1 January 2020"),
    ],
)
def test_spans(first: str, last: str, said: str) -> None:
    assert span_words(date.fromisoformat(first), date.fromisoformat(last)) == said


def test_the_day_of_an_event_names_its_span_only_when_it_is_open() -> None:
    assert when_words(event("e")) == "2 March 2020"
    assert when_words(event("e", first_on=date(2020, 3, 1))) == "2 March 2020 (or within 1 or 2 March 2020)"


@pytest.mark.parametrize(
    ("count", "unit", "said"),
    [
        (None, "missile", ""),
        (1, "missile", "1 missile"),
        (2, "launch_day", "2 launch days"),
        (3, "entity", "3 entities"),
        (2, "", "2 counted"),
        (2, "days", "2 days"),
    ],
)
def test_counts(count: int | None, unit: str, said: str) -> None:
    assert count_words(count, unit) == said


@pytest.mark.parametrize(
    ("status", "wires", "lane", "said"),
    [
        ("reported", 1, "news", "reported by one source"),
        ("corroborated", 3, "news", "corroborated by 3 independent sources"),
        ("confirmed", 1, "news", "confirmed by an official source (one source)"),
        ("confirmed", 2, "joined", "confirmed: in a reference table and reported by 2 independent news sources"),
        ("confirmed", 1, "reference", "recorded in a reference table"),
        ("retracted", 0, "news", "retracted: no source stands by it"),
    ],
)
def test_status(status: str, wires: int, lane: str, said: str) -> None:
    assert status_words(status, wires, lane) == said  # type: ignore[arg-type]


@given(st.floats(0, 1))
def test_every_probability_has_words_and_only_certainty_is_shown_as_such(p: float) -> None:
    assert p_words(p) in {words for _, words in P_WORDS}
    assert (percent(p) == "100\u00a0%") == (p == 1)
    assert (percent(p) == "0\u00a0%") == (p == 0)


def test_words_follow_the_published_bands() -> None:
    assert [p_words(p) for p in (0.97, 0.8, 0.55, 0.5, 0.2, 0.05, 0.01)] == [words for _, words in P_WORDS]


@given(st.text(alphabet=st.characters(), max_size=60))
def test_plain_text_is_one_line_without_anything_invisible(text: str) -> None:
    tamed = plain(text)
    kinds = {unicodedata.category(each) for each in tamed if each not in "\u200c\u200d"}
    assert kinds.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert plain(tamed) == tamed
    tamed.encode()


def test_plain_text_keeps_what_scripts_need() -> None:
    assert plain("미사일 \u202e발사\u202c\n\t2\u00a0%") == "미사일 발사 2\u00a0%"
    assert plain("a\u200db") == "a\u200db"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT://bugle.example/%0aalert(1)",
        "data:text/html,x",
        "//bugle.example/a",
        "/a",
        "http://",
        "https://user:pass@bugle.example/",
        "https://bugle.example/a b",
        "https://bugle.example/\u202ea",
        "https://[::1",
        " https://bugle.example/",
        "java\nscript:alert(1)",
        "ftp://bugle.example/",
        "",
    ],
)
def test_only_plain_web_addresses_are_linked(url: str) -> None:
    assert href(url) == ""


@given(st.text(max_size=40))
def test_whatever_is_linked_is_a_web_address(url: str) -> None:
    assert href(url) == "" or href(url).lower().startswith(("http://", "https://"))
    assert href("https://bugle.example/a?b=c#d") == "https://bugle.example/a?b=c#d"


def test_labels_never_show_a_code() -> None:
    assert LABELS.kind(event("e")) == "Comet sighting: bright comet"
    assert LABELS.category("dust_storm") == "dust storm"
    assert LABELS.publisher("") == "publisher unknown"
    assert LABELS.weight("dust_storm") == 0


def test_instants_are_told_on_the_clock_of_a_zone() -> None:
    assert instant_words(event("e").known_at, "Asia/Seoul") == "2 March 2020, 12:00 KST"


def test_lists_read_as_a_sentence_does() -> None:
    assert [listed_words(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_a_locator_is_told_in_words() -> None:
    assert locator_words("h1; h1 b2 s1") == "heading 1; heading 1, bullet 2, sentence 1"
    assert locator_words("the title") == "the title"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"), (-59, "now"), (-61, "1 min ago"), (119 * 60, "in 119 min"), (-7200, "2 h ago"),
        (47.9 * 3600, "in 47 h"), (-48 * 3600, "2 days ago"),
    ],
)  # fmt: skip
def test_a_distance_is_said_in_the_unit_one_thinks_in(seconds: float, words: str) -> None:
    now = datetime(2026, 8, 14, 10, tzinfo=UTC)
    assert distance_words(now + timedelta(seconds=seconds), now) == words
