"""Histories and corrections: each day tells what analysts had said by its end, as a question as of that day does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from unittest import mock

import pytest
from river import NOW, StillClock, flow, make_app, make_home, row, write_archive
from test_corrections import asked

from tracker import comparisons
from tracker.app import App
from tracker.core.corrections import Correction
from tracker.core.days import end_of
from tracker.core.events import Event
from tracker.core.timeline import View

ROWS = [
    row("North Korea fires two ballistic missiles into the sea", "2020-03-02T04:00:00Z", "https://www.reuters.com/a/3"),
    row("North Korea fires ballistic missile, Seoul says", "2020-03-21T01:00:00Z", "https://www.bbc.com/news/4"),
    row("North Korea fires ballistic missile into the sea", "2020-10-05T01:00:00Z", "https://www.bbc.com/news/5"),
    row("Pyongyang launches ballistic missile, Tokyo says", "2020-10-05T03:00:00Z", "https://apnews.com/article/6"),
    row("North Korea fires ballistic missile off east coast", "2020-10-25T01:00:00Z", "https://www.bbc.com/news/7"),
]
FIRST, LAST = date(2024, 5, 31), date(2024, 6, 12)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def app(tmp_path: Path, clock: StillClock) -> Iterator[App]:
    made = make_app(make_home(tmp_path), clock)
    flow(made, write_archive(tmp_path / "rows.jsonl", ROWS))
    yield made
    made.close()


def launch(app: App, on: date) -> Event:
    return next(event for event in app.timeline("all").events if event.on == on and event.category == "missile_test")


def correct(app: App, clock: StillClock) -> list[Correction]:
    """One correction of each kind, a day apart, two of them withdrawn later."""
    march = [date(2020, 3, day) for day in (2, 9, 21)]
    news = [date(2020, 10, day) for day in (5, 25)]
    changes: list[Callable[[], object]] = [
        lambda: asked("dismiss", launch(app, march[0]).id),
        lambda: asked("redate", launch(app, march[1]).id, on=date(2020, 7, 9)),
        lambda: asked("relabel", launch(app, march[2]).id, subtype="ICBM"),
        lambda: asked("merge", launch(app, news[1]).id, into=launch(app, news[0]).id),
        lambda: asked(
            "split", launch(app, news[0]).id, keys=(app.desk.history(launch(app, news[0]).id).evidence[0].key,)
        ),
        lambda: asked(
            "add", category="nuclear_test", title="A test", urls=("https://apnews.com/article/x",), on=date(2020, 5, 8)
        ),
        lambda: asked("relabel", launch(app, date(2020, 7, 9)).id, category="sanctions", subtype="designation"),
        lambda: asked("withdraw", correction=1),
        lambda: asked("withdraw", correction=3),
    ]
    made = []
    for change in changes:
        made.append(app.desk.correct(change()).entry)  # type: ignore[arg-type]
        clock.pass_(days=1)
    return made


@pytest.mark.parametrize("view", ["all", "news", "reference"])
def test_each_day_of_a_history_has_the_corrections_made_by_then(app: App, clock: StillClock, view: View) -> None:
    made = correct(app, clock)
    assert [entry.at for entry in made] == [NOW + timedelta(days=past) for past in range(len(made))]
    clock.pass_(days=10)
    told = {(each.ref, each.reading, each.window): each for each in app.histories(view, (), FIRST, LAST)}
    moved = {key for key, each in told.items() if len(each.changes) > 1}
    assert view == "news" or {"F18", "F29b", "F29c", "F29d", "F30"} & {ref for ref, *_ in moved}
    for past in range((LAST - FIRST).days + 1):
        on = FIRST + timedelta(days=past)
        for verdict in app.verdicts(view, end_of(on, "Asia/Seoul")):
            moment = told[verdict.ref, verdict.reading, verdict.window].moments[past]
            assert (moment.on, moment.verdict) == (on, verdict.verdict), verdict.ref
            assert moment.p_yes == pytest.approx(verdict.p_yes, abs=1e-4), verdict.ref


def test_a_correction_that_decides_is_named_as_the_cause(app: App, clock: StillClock) -> None:
    correct(app, clock)
    clock.pass_(days=10)
    (told,) = app.histories("all", ["F29c"], FIRST, LAST)
    assert [(change.on, change.before, change.after) for change in told.changes[1:]] == [
        (date(2024, 6, 6), "no", "yes"),
    ]
    assert "8 May 2020" in told.changes[1].causes[0].text
    (alone,) = app.histories("all", ["F29c"])
    assert len(alone.changes) == 2, "the days of 2020 are as they were known then: nobody had said so yet"
    assert {moment.verdict for moment in alone.moments} == {"open", "no"}


def test_a_claim_s_history_is_made_once_until_the_record_or_the_day_moves(app: App, clock: StillClock) -> None:
    app.ready()
    with mock.patch.object(comparisons, "told", wraps=comparisons.told) as making:
        first = app.history("all", "ballistic-test")
        assert first
        assert app.history("all", "ballistic-test") is first
        assert making.call_count == 1
        app.history("news", "ballistic-test")
        assert making.call_count == 2
        app.desk.correct(asked("affirm", launch(app, date(2020, 3, 2)).id))
        app.history("all", "ballistic-test")
        assert making.call_count == 3
        clock.pass_(days=1)
        app.history("all", "ballistic-test")
        assert making.call_count == 4
        assert app.history("all", "no-such-claim") == ()
        assert making.call_count == 4
