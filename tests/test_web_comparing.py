"""Disagreements and changes at the web door: JSON, a page, and an Atom feed that hostile text cannot break."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import feedparser
import pytest
from doors_record import Record, at, event, finding, side
from test_web_pages import HOSTILE, Page, page
from web_asking import ask

from tracker.core.discrepancies import Cited

ATOM = "{http://www.w3.org/2005/Atom}"
RECONCILE, CHANGES = "/api/v1/reconcile", "/api/v1/changes"


def recent(*events: object) -> Record:
    return Record(events=tuple(events))  # type: ignore[arg-type]


def test_the_document_of_reconciliation_has_the_agreed_shape() -> None:
    document = ask(f"{RECONCILE}?as_of=2020-03-31").json()
    assert set(document) == {"as_of", "compared", "totals", "findings"}
    assert document["as_of"] == "2020-03-31"
    assert document["compared"] == {"news": 3, "reference": 1, "linked": 1, "databases": ["The star atlas"]}
    assert document["totals"] == {"date": 1, "only_news": 1, "only_reference": 1}
    first = document["findings"][0]
    assert [each["basis"] for each in first["sides"]] == ["news", "table"]
    assert first["sides"][1]["sources"][0]["key"] == "table-1"


def test_findings_are_chosen_by_day_and_category() -> None:
    assert ask(f"{RECONCILE}?from=2020-03-04").json()["findings"] == []
    assert len(ask(f"{RECONCILE}?category=comet&to=2020-03-03").json()["findings"]) == 3


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"{RECONCILE}?category=comit", "did you mean 'comet'?"),
        (f"{RECONCILE}?from=2020-02-30", "from"),
        (f"{RECONCILE}?from=2020-03-02&to=2020-03-01", "swap them"),
        (f"{RECONCILE}?kind=date", "kind"),
        (f"{CHANGES}", "since"),
        (f"{CHANGES}?since=yesterday", "give a day such as"),
        (f"{CHANGES}?since=2020-03-02T06:00:00", "give a day such as"),
        (f"{CHANGES}?since=0001-01-01", "give a day such as"),
        (f"{CHANGES}?since=1850-01-01", "give a year from 1900"),
        (f"{CHANGES}?since=2020-02-30", "give a day such as"),
        (f"{CHANGES}?since=2020-03-02&until=2020-03-01", "swap them"),
        (f"{CHANGES}?since=2020-03-02&evidence=rumour", "evidence"),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused_in_words(path: str, said: str) -> None:
    answer = ask(path)
    assert answer.status_code == 422
    assert any(said in each for each in answer.json()["errors"]), answer.json()


def test_changes_between_two_instants() -> None:
    record = recent(event("old", known_at=at(1)), event("new", known_at=at(3)))
    document = ask(f"{CHANGES}?since=2020-03-02T00:00:00Z&until=2020-03-04", record).json()
    assert (document["since"], document["until"]) == ("2020-03-02T00:00:00Z", "2020-03-03T15:00:00Z")
    (one,) = document["changes"]
    assert (one["event"]["id"], one["was"], one["kinds"]) == ("new", None, ["opened"])
    assert ask(f"{CHANGES}?since=2020-03-02T09:00:00+09:00&until=2020-03-04", record).json() == document
    assert ask(f"{CHANGES}?since=2020-03-05", record).json()["changes"] == []


def test_the_page_says_what_disagrees_with_links_to_both_sides() -> None:
    made = page("/reconcile")
    assert "Where the sources disagree" in made.words
    assert "the news dates it 2 March 2020" in made.words
    assert "The Herald" in made.words
    links = {each.get("href", "") for each in made.all("a")}
    assert {"/events/e-news", "/events/e-table", "https://herald.example/c"} <= links
    assert made.count("details") == 2, "what only the news has and what nobody could hear are folded away"
    assert "Nothing disagrees here." in page("/reconcile", Record(findings=())).words


def test_hostile_text_stays_text_on_the_page() -> None:
    bad = Cited(HOSTILE, HOSTILE, "javascript:alert(1)", HOSTILE)
    sides = (side("news", says=HOSTILE, event='"><b>', cited=(bad,)), side("database", name=HOSTILE, cited=(bad,)))
    made = page("/reconcile", Record(findings=(finding("x", text=HOSTILE, sides=sides, notes=(HOSTILE,)),)))
    assert made.count("script") == 0
    assert made.count("img") == 0
    assert not [each for each in made.all("a") if each.get("href", "").startswith("javascript")]
    assert "{{ 7*7 }}" in made.words
    assert "\u202e" not in made.words


def entries(record: Record | None = None, path: str = "/changes.atom") -> tuple[str, list[ElementTree.Element]]:
    answer = ask(path, record)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.text)  # noqa: S314 - our own document; a broken one must fail here
    return answer.text, root.findall(f"{ATOM}entry")


def test_every_page_leads_to_the_feed() -> None:
    for path in ("/", "/feeds", "/reconcile", "/events/e-2020"):
        found = [each for each in page(path).all("link") if each.get("rel") == "alternate"]
        assert [(each["type"], each["href"]) for each in found] == [("application/atom+xml", "/changes.atom")]


def test_the_feed_has_an_entry_for_each_event_and_day_and_stays_the_same() -> None:
    record = recent(event("a", known_at=at(1)), event("b", known_at=at(3)))
    text, found = entries(record)
    assert len(found) == 2
    read = feedparser.parse(text)
    assert not read.bozo
    assert [each.title for each in read.entries] == ["New: Comet sighting: bright comet, 2 March 2020"] * 2
    assert [each.link for each in read.entries] == ["/events/b", "/events/a"]
    ids = [each.findtext(f"{ATOM}id") for each in found]
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", each or "") for each in ids)
    assert len(set(ids)) == 2
    assert all(re.fullmatch(r"[\d-]{10}T[\d:.]+Z", each.findtext(f"{ATOM}updated") or "") for each in found)
    assert entries(record)[0] == text, "asked again, the same bytes"
    assert ask("/changes.atom", record).headers["etag"] == ask("/changes.atom", record).headers["etag"]
    assert entries(record, "/changes.atom?evidence=news")[0] != text
    grown = replace(record, events=(*record.events, event("c", date(2020, 3, 3), known_at=at(3, 20))))
    assert set(ids) < {each.findtext(f"{ATOM}id") for each in entries(grown)[1]}


def test_hostile_text_stays_text_in_the_feed() -> None:
    broken = HOSTILE + "\x00\x0b\x1b\ufffe\ud800]]>&amp;<!--"
    bad = event('x"><b>', known_at=at(3), title=broken, sources=(broken,), place=broken)
    text, (entry,) = entries(recent(bad))
    names = {each.tag.partition("}")[2] for each in entry.iter()}
    assert names == {"entry", "id", "title", "updated", "link", "content", "div", "ul", "li", "p", "i"}
    words = "".join(entry.itertext())
    assert "<script>alert(1)</script>" in words
    assert "\u202e" not in text
    assert not feedparser.parse(text).bozo


def test_nothing_changed_is_a_feed_all_the_same() -> None:
    text, found = entries(recent())
    assert found == []
    assert not feedparser.parse(text).bozo
    assert ask("/changes.atom?evidence=rumour").status_code == 422
    assert isinstance(page("/reconcile"), Page)
