"""How a claim stood day by day, as the API tells it and its page draws it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from doors_record import Record, story, verdict
from hypothesis import given
from hypothesis import strategies as st
from test_web_pages import page
from web_asking import ask

from tracker.core.claim_histories import Moment
from tracker.outputs.plots import PAST_FOOT, PAST_LEFT, PAST_RIGHT, PAST_TOP, past_plot


def test_the_api_tells_each_day_and_what_changed_it() -> None:
    answer = ask("/api/v1/forecasts/f1/history?evidence=news")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["evidence"], told["first"], told["last"]) == ("news", "2020-01-01", "2020-04-29")
    (only,) = told["histories"]
    assert len(only["days"]) == 120
    assert only["days"][0] == {"on": "2020-01-01", "verdict": "open", "p_yes": None, "outlook": 0.8}
    last = only["changes"][-1]
    assert (last["on"], last["before"], last["after"]) == ("2020-03-02", "open", "yes")
    assert last["causes"][0]["data"]["event"] == "e-2020"


def test_a_claim_is_found_by_its_ref_too() -> None:
    assert ask("/api/v1/forecasts/F1/history").json() == ask("/api/v1/forecasts/f1/history").json()
    assert page("/forecasts/F1").words == page("/forecasts/f1").words


@pytest.mark.parametrize(
    ("path", "status"),
    [("nothing/history", 404), ("f1/history?evidence=all,news", 422), ("f1/history?as_of=2020-03-02", 422)],
)
def test_a_mistaken_question_about_a_history_is_a_problem(path: str, status: int) -> None:
    answer = ask(f"/api/v1/forecasts/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_the_page_draws_it_and_lists_every_step() -> None:
    made = page("/forecasts/f1")
    assert "How it stood day by day: 1 turn since 1 January 2020" in made.words
    assert "2 March 2020: came true, " in made.words
    assert "Now known: <b>a fair</b>." in made.words, "as text: its markup is not ours"
    drawn = [attrs for attrs in made.all("svg") if "day by day" in attrs["aria-label"]]
    assert len(drawn) == 1
    assert "from still open on 1 January 2020 to came true on 29 April 2020" in drawn[0]["aria-label"]
    assert len([attrs for attrs in made.all("path") if attrs.get("class") in ("sure", "outlook")]) == 2


def test_as_of_a_day_the_page_tells_nothing_later() -> None:
    made = page("/forecasts/f1?as_of=2020-02-15")
    assert "How it stood day by day" in made.words
    assert "2 March 2020: came true" not in made.words
    assert "How it stood" not in page("/forecasts/f1?as_of=2019-12-01").words


def test_what_never_had_a_probability_has_no_plot() -> None:
    plain = verdict("f1", verdict="not_checkable", claim_held=None, p_yes=None)
    moments = tuple(replace(each, verdict="not_checkable", outlook=None) for each in story(plain).moments)
    assert past_plot(replace(story(plain), moments=moments)) is None
    record = Record(judged=(verdict("f1"),))
    assert record.history("all", "f2") == ()


@given(st.lists(st.tuples(st.none() | st.floats(0, 1), st.none() | st.floats(0, 1)), min_size=1, max_size=400))
def test_lines_and_days_keep_within_the_plot(days: list[tuple[float | None, float | None]]) -> None:
    told = story(verdict("f1"))
    moments = tuple(Moment(date(2020, 1, 1) + timedelta(days=n), "open", *each) for n, each in enumerate(days))
    plot = past_plot(replace(told, moments=moments, changes=told.changes[:1]))
    assert (plot is None) == all(one is None and other is None for one, other in days)
    if plot is None:
        return
    runs = sum(1 for n, (p, _) in enumerate(days) if p is not None and (n == 0 or days[n - 1][0] is None))
    assert len(plot.sure) == runs
    for path in (*plot.sure, *plot.outlook):
        for step in path.replace("M", " M").replace("H", " H").replace("V", " V").split():
            at = float(step[1:]) if step[0] in "MHV" else float(step)
            low, high = (PAST_TOP, PAST_FOOT) if step[0] not in "MH" else (PAST_LEFT, PAST_RIGHT)
            assert low <= at <= high, path
    assert len(plot.ticks) <= 3
    assert [x for x, *_ in plot.ticks] == sorted({x for x, *_ in plot.ticks})
