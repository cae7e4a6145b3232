"""What an analyst is asked first, and what becomes of her answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from river import flow, make_app, make_home, row, write_archive

from tracker.app import App
from tracker.core.errors import RefusedError
from tracker.core.review import Doubt, doubt, queue


def test_the_unsure_reading_is_asked_about_before_the_sure_one() -> None:
    assert doubt({"talks": 0.5}, {"occurred": 1.0}) > doubt({"talks": 0.95}, {"occurred": 1.0})
    assert doubt({"talks": 0.95}, {"occurred": 0.5, "denied": 0.5}) > doubt({"talks": 0.95}, {"occurred": 1.0})
    assert doubt({}, {}) == 0.0


def item(seq: int, title: str, bits: float) -> Doubt:
    return Doubt(seq, title, "2026-11-25", {}, {}, bits)


def test_one_story_is_asked_about_once() -> None:
    items = [
        item(1, "North fires missile off east coast", 1.0),
        item(2, "North fires missile off its east coast", 1.2),
        item(3, "Envoys meet in Stockholm", 0.4),
    ]
    assert [each.seq for each in queue(items, 10)] == [2, 3]
    assert [each.seq for each in queue(items, 1)] == [2]


@given(st.lists(st.floats(0.0, 9.0), max_size=30), st.integers(1, 10))
def test_the_queue_is_in_order_and_no_longer_than_asked(bits: list[float], most: int) -> None:
    found = queue([item(k, f"story {k} of its own {k * 7} words{k}", each) for k, each in enumerate(bits)], most)
    assert len(found) <= most
    assert [each.bits for each in found] == sorted((each.bits for each in found), reverse=True)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = make_app(make_home(tmp_path, reference=False))
    rows = [
        row("North Korea fires two missiles from Wonsan", "2020-03-02T05:00:00Z", "https://one.example/a"),
        row("Could the summit with North Korea still take place?", "2020-03-03T05:00:00Z", "https://one.example/b"),
    ]
    flow(app, write_archive(tmp_path / "rows.jsonl", rows))
    yield app
    app.close()


def test_answers_are_kept_leave_the_queue_and_are_learnt_from(app: App) -> None:
    asked = app.doubts(10)
    assert {each.title.split()[0] for each in asked} == {"North", "Could"}
    answers = [{"seq": asked[0].seq, "tags": ["talks"], "mode": "commentary"}]
    assert app.keep_answers(answers, "R. Reader") == 1
    assert app.keep_answers(answers, "R. Reader") == 0
    assert [each.seq for each in app.doubts(10)] == [asked[1].seq]
    (learnt,) = app.answered()
    assert (learnt.text.title, learnt.tags, learnt.mode) == (asked[0].title, frozenset({"talks"}), "commentary")
    assert not learnt.own


@pytest.mark.parametrize(
    ("answer", "by", "saying"),
    [
        ({"seq": 999_999, "tags": [], "mode": ""}, "R.", "no item 999999"),
        ({"seq": 1, "tags": ["gossip"], "mode": "occurred"}, "R.", "tags must be"),
        ({"seq": 1, "tags": ["talks"], "mode": "maybe"}, "R.", "mode must be"),
        ({"seq": 1, "tags": []}, " ", "needs a name"),
        ("talks", "R.", "JSON object"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_and_nothing_kept(
    app: App, answer: object, by: str, saying: str
) -> None:
    good = {"seq": app.doubts(1)[0].seq, "tags": [], "mode": ""}
    with pytest.raises(RefusedError, match=saying):
        app.keep_answers([good, answer], by)
    assert app.answered() == []
