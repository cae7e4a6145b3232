"""What changed, over a real river: the verb, the digest and the feed tell the same, and a closed day stays closed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from river import LAUNCH, OTHER, StillClock, flow, make_app, make_home, row, write_archive
from test_program import program

from tracker.app import App
from tracker.core.digests import window

BEFORE, AFTER = datetime(2024, 3, 4, 22, 50, tzinfo=UTC), datetime(2024, 3, 5, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path, reference=False)


@pytest.fixture
def told(home: Path, tmp_path: Path) -> App:
    app = make_app(home, StillClock(datetime(2024, 3, 6, 3, tzinfo=UTC)))
    flow(app, write_archive(tmp_path / "news.jsonl", [*LAUNCH, *OTHER[:1]]))
    return app


def test_an_event_opens_and_is_corroborated(told: App) -> None:
    (event,) = told.timeline("news").events
    (opened,) = told.changes("news", datetime(2024, 3, 4, tzinfo=UTC), BEFORE)
    assert (opened.kinds, opened.event.id) == (("opened",), event.id)
    (grown,) = told.changes("news", BEFORE, AFTER)
    assert grown.kinds[0] == "corroborated"
    assert grown.at == datetime(2024, 3, 5, 0, 10, tzinfo=UTC)
    assert told.changes("news", AFTER, told.present()) == ()


def test_the_digest_tells_the_same_changes(told: App) -> None:
    digest = told.beliefs.digest()
    for day in (datetime(2024, 3, 4).date(), datetime(2024, 3, 5).date()):  # noqa: DTZ001 - only its day is meant
        issue = told.issue(digest, day)
        changes = told.changes(digest.view, *window(digest, day))
        assert {line.event_id for line in issue.new} == {each.event.id for each in changes if each.was is None}
        said = {line.event_id: line.changes for line in issue.changed}
        assert said == {
            each.event.id: tuple(one.text for one in each.changes) for each in changes if each.was is not None
        }


def test_a_closed_day_stays_closed_and_today_grows(home: Path, told: App, tmp_path: Path) -> None:
    first = told.recent_changes("news", 7)
    assert [on.isoformat() for on, _ in first][:2] == ["2024-03-06", "2024-03-05"]
    closed = first[1:]
    assert [each.kinds for _, changes in closed for each in changes] == [("opened",)]
    later = row("North Korea fires two artillery shells near border island, Seoul says", "2024-03-06T02:00:00Z",
                "https://www.ft.com/b")  # fmt: skip
    flow(told, write_archive(tmp_path / "later.jsonl", [later]))
    second = told.recent_changes("news", 7)
    assert second[1:] == closed
    assert told.recent_changes("news", 7) is second, "kept until the record moves"
    assert make_app(home, StillClock(told.present())).recent_changes("news", 7) == second


def test_the_verb_prints_the_document_and_its_words(home: Path, told: App) -> None:
    told.close()
    done = program(home, "changes", "--since", "2024-03-04", "--until", "2024-03-05T12:00:00Z", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["since"], document["until"]) == ("2024-03-03T15:00:00Z", "2024-03-05T12:00:00Z")
    (one,) = document["changes"]
    assert (one["kinds"], one["was"], one["event"]["on"]) == (["opened"], None, "2024-03-05")
    assert "1 events changed" in program(home, "changes", "--since", "2024-03-04").stdout
    assert program(home, "changes", "--since", "yesterday").returncode == 2
    assert program(home, "changes", "--since", "2024-03-05", "--until", "2024-03-04").returncode == 2
    assert program(home, "changes").returncode == 2
