"""The pages as a reader meets them: what they say, how they are built, and that hostile text stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from doors_record import DOCUMENT, LABELS, Record, at, card, event, piece, verdict
from hypothesis import given
from hypothesis import strategies as st
from web_asking import PAGES, ask

from tracker.core import scoring
from tracker.core.details import Document, EventDetail, ForecastCard, HistoryLine
from tracker.core.timeline import Timeline
from tracker.core.verdicts import Reason
from tracker.outputs.board import board
from tracker.outputs.chart import LEFT, MARGIN_DAYS, RIGHT, WIDTH, panels, x_of
from tracker.outputs.pages import accuracy, notes, summary

VOID = {"meta", "link", "br", "circle", "rect", "path", "line"}
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e{{ 7*7 }}'


class Page(HTMLParser):
    """What a page really is made of; raises when its tags do not nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(html)
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> Iterator[dict[str, str]]:
        return (attrs for name, attrs in self.found if name == tag)

    def count(self, tag: str) -> int:
        return sum(1 for _ in self.all(tag))


def page(path: str = "/", record: Record | None = None) -> Page:
    answer = ask(path, record)
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


def test_the_scoreboard_says_how_the_claims_came_out() -> None:
    words = page().words
    assert "Of 2 scored items, 1 held and 1 did not." in words
    assert "Mean Brier score 0.290" in words
    assert "against 0.250 for the base rates; n = 2" in words
    assert "Caution: n = 2 items" in words
    assert "Comets will be seen again (f1)." in words
    assert "Two fewer sightings would flip it." in words
    assert "Cannot be checked" in words
    assert "18 of 20 feeds answered" in words
    assert "still to do: read (3)" in words


def test_a_claim_unfolds_to_its_reasons_events_and_articles() -> None:
    made = page()
    for words in (
        "Two sightings in 2020.",
        "Photographs count.",
        "At least one sighting.",
        "news and reference tables differ",
    ):
        assert words in made.words
    links = {attrs["href"]: attrs.get("rel") for attrs in made.all("a")}
    assert "/events/e-2020" in links
    assert links["https://herald.example/b"] == "noopener noreferrer nofollow"


def test_the_timeline_draws_both_years_with_the_same_rows_and_the_documents_day() -> None:
    made = page()
    titles = re.findall(r"<title>(.*?)</title>", ask("/").text)
    assert sum("Two comets over Old Hill" in each for each in titles) == 3
    assert "4 July 2017 · Comet sighting: bright comet · 2 comets" in " ".join(titles)
    assert made.words.count("document: 31 December 2019") == 1
    assert "The events of 2017 as a table" in made.words
    assert made.count("svg") == 2 + 3 + 6, "two years and their legend; two plots of the scores and theirs"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?evidence=news",
        "/?evidence=reference",
        "/events/e-2020",
        "/events/e-fair",
        "/indicators",
        "/indicators?years=2017-2020",
        "/forecasts/f1",
    ],
)
def test_pages_are_built_for_everyone(path: str) -> None:
    made = page(path)
    assert next(made.all("html"))["lang"] == "en"
    for landmark in ("header", "main", "footer", "h1", "title"):
        assert made.count(landmark) >= 1, landmark
    assert made.count("h1") == 1
    assert made.count("script") == 0
    assert not [attrs for _, attrs in made.found if "style" in attrs or any(name.startswith("on") for name in attrs)]
    assert made.count("table") == made.count("caption")
    assert all(attrs.get("scope") in ("col", "row") for attrs in made.all("th"))
    labelled = [attrs["aria-labelledby"] for attrs in made.all("section")]
    known = [attrs["id"] for _, attrs in made.found if "id" in attrs]
    assert len(set(known)) == len(known)
    assert set(labelled) <= set(known)
    for attrs in made.all("svg"):
        assert attrs.get("aria-label") or attrs.get("aria-hidden") == "true"


def test_codes_are_never_shown() -> None:
    words = page().words + page("/events/e-2020").words
    for code in ("not_checkable", "awaiting_data", "p_occurred", "state_media", "bugle ", "claim_held"):
        assert code not in words


def test_hostile_text_stays_text() -> None:
    bad = event("b", title=HOSTILE, place=HOSTILE, subtype=HOSTILE, sources=(HOSTILE,))
    pieces = (
        piece("b", "1", at(2), title=HOSTILE, reason=HOSTILE, publisher=HOSTILE),
        piece("b", "2", at(2), title="", url="javascript:alert(1)", publisher="x"),
    )
    detail = EventDetail(bad, pieces, history=(HistoryLine(at(2), HOSTILE, HOSTILE, HOSTILE),))
    record = Record(
        events=(Record().events[0], bad),
        details={"b": detail},
        judged=(verdict("f1", events=("b",), margin=HOSTILE, reasons=(Reason("r", HOSTILE),)),),
        cards=(card("f1", paraphrase=HOSTILE, locator=HOSTILE),),
    )
    for path in ("/", "/events/b"):
        made = page(path, record)
        assert made.count("script") == made.count("img") == 0
        assert "\u202e" not in made.words
        assert "{{ 7*7 }}" in made.words
        assert all(attrs["href"].startswith(("https://", "/", "#")) for attrs in made.all("a"))


def test_an_event_page_tells_everything_behind_it() -> None:
    words = page("/events/e-2020").words
    for told in (
        "2 March 2020",
        "Old Hill",
        "corroborated by 2 independent sources",
        "very likely (90",
        "The Bugle",
        "same day, same place",
        "count: the news says 2, the reference table 3",
        "date: the news says 2 March 2020, the reference table 1 March 2020",
        "two words match",
    ):
        assert told in words


@pytest.mark.parametrize(("path", "status"), [("/events/nothing", 404), ("/nothing", 404), ("/?evidence=rumours", 422)])
def test_trouble_is_a_page_too(path: str, status: int) -> None:
    answer = ask(path)
    assert answer.status_code == status
    assert Page(answer.text).count("h1") == 1


def test_a_page_can_be_asked_about_without_its_body() -> None:
    answer = ask("/", method="HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"] == ask("/").headers["etag"]


class Empty(Record):
    def documents(self) -> tuple[Document, ...]:
        return ()


def test_an_empty_record_says_what_to_do() -> None:
    record = Empty(events=(), judged=(), cards=())
    words = page("/", record).words
    assert "No scored claim has been judged yet." in words
    assert "./run judge" in words


def test_the_lack_of_a_news_archive_is_said_only_where_it_is_lacking() -> None:
    timeline = Timeline(at(1), "news", (event("a", date(2017, 7, 4)),))
    (told,) = notes("all", timeline, (), (2017, 2020), DOCUMENT.dated_on)
    assert told == "Without a news archive the 2020 verdicts rest on reference tables alone."
    (told,) = notes("all", replace(timeline, events=()), (), (2017, 2020), DOCUMENT.dated_on)
    assert told.endswith("rest on reference tables alone; so does the record of 2017.")
    both = replace(timeline, events=(*timeline.events, event("b")))
    assert notes("all", both, (), (2017, 2020), DOCUMENT.dated_on) == ()
    (told,) = notes("news", timeline, (), (2017, 2020), DOCUMENT.dated_on)
    assert "news alone cannot decide" in told
    (told,) = notes("all", both, (verdict("f", verdict="awaiting_data"),), (2017, 2020))
    assert told.startswith("1 verdict waits for data")


@given(st.lists(st.sampled_from([True, False, None]), max_size=20))
def test_the_summary_counts_every_scored_item_once(outcomes: list[bool | None]) -> None:
    verdicts = [verdict(f"f{n}", claim_held=held) for n, held in enumerate(outcomes)]
    made = board(verdicts, (), {}, LABELS)
    tally = made.tally
    assert tally.held + tally.failed + tally.undecided == tally.items == len(outcomes)
    assert sum(len(claim.scored) for claim in made.scored) == len(outcomes)
    assert summary(tally).endswith(".")


def test_the_mean_is_over_items_that_both_sides_have() -> None:
    alone = verdict("f2", p_reference=None)
    told = accuracy(scoring.scores([verdict("f1"), alone]))
    assert "n = 1" in told
    assert "better than" in told
    assert accuracy(scoring.scores([alone])) == ""


def test_a_verdict_without_a_card_is_still_shown() -> None:
    made = board([verdict("f9")], (), {}, LABELS)
    assert made.scored[0].card == ForecastCard("f9", "F9", "", "Claim F9", "", "forecast")


@given(st.dates(date(2017, 1, 1), date(2020, 12, 31)))
def test_marks_lie_in_the_panel_and_in_order_of_days(day: date) -> None:
    x = x_of(day, day.year)
    assert LEFT < x < WIDTH - RIGHT
    assert day == date(day.year, 12, 31) or x < x_of(day + timedelta(days=1), day.year)


def test_the_document_is_drawn_only_where_its_day_is() -> None:
    drawn = panels([event("a"), event("b", date(2017, 7, 4))], (2017, 2020), LABELS, DOCUMENT.dated_on)
    assert [panel.document_x is not None for panel in drawn] == [False, True]
    assert drawn[0].rows[0].y == drawn[1].rows[0].y
    edge = date(2020, 1, 1) - timedelta(days=MARGIN_DAYS + 1)
    assert panels([event("a")], (2020,), LABELS, edge)[0].document_x is None


def test_rows_keep_their_shape_and_colour_in_every_panel() -> None:
    drawn = panels([event("a"), event("f", date(2017, 7, 4), category="fair")], (2017, 2020), LABELS, None)
    looks = [[(row.label, row.shape, row.colour) for row in panel.rows] for panel in drawn]
    assert looks[0] == looks[1]
    assert len({row.shape for row in drawn[0].rows}) == 2
    assert [row.total for row in drawn[0].rows] == [0, 1]


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_and_marks_stand_out_from_the_paper() -> None:
    style = PAGES.stylesheet
    named = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", style))
    marks = re.findall(r"\.c\d \{ --c: (#[0-9a-f]{6}); \}", style)
    assert len(marks) == 8

    def contrast(one: str, other: str) -> float:
        bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
        return (bright + 0.05) / (dark + 0.05)

    for text in ("ink", "faint", "link", "held", "failed", "wait"):
        assert contrast(named[text], named["paper"]) >= 4.5, text
        assert contrast(named[text], named["wash"]) >= 4.5, text
    assert all(contrast(colour, named["paper"]) >= 4.5 for colour in marks)


def test_the_feeds_page_shows_the_ill_ones_first_and_trusts_no_words() -> None:
    page = ask("/feeds")
    assert page.status_code == 200
    assert page.text.index("The gazette") < page.text.index("The herald")
    assert "walled" in page.text
    assert "&lt;b&gt;wall&lt;/b&gt;" in page.text
    assert "<b>wall</b>" not in page.text
    assert 'href="/feeds"' in ask("/").text
