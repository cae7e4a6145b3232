"""Corrections whose event is gone: the check names them, the health counts them, and nothing is ill for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from doors_record import Record
from river import make_app, make_home
from test_corrections import asked
from test_program import program
from web_asking import ask

from tracker.core.details import Health
from tracker.outputs.pages import health_line

ADDED = "made-up-{day},{day},,Asia/Seoul,nuclear_test,,1,test,,,,yes,high,,Nobody,A made-up test,,,\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one made-up event, which an analyst dismissed; another was affirmed."""
    made = make_home(tmp_path)
    with (made / "config" / "reference" / "nuclear_tests.csv").open("a", encoding="utf-8") as rows:
        rows.write(ADDED.format(day="2020-05-08"))
    app = make_app(made)
    app.ready()
    tests = {event.on.year: event for event in app.timeline("all").events if event.category == "nuclear_test"}
    app.desk.correct(asked("dismiss", tests[2020].id))
    app.desk.correct(asked("affirm", tests[2017].id))
    app.close()
    return made


def redate(home: Path) -> None:
    """Another row takes the made-up one's place: the event that was dismissed is no more."""
    path = home / "config" / "reference" / "nuclear_tests.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2020-05-08", "2021-07-09"), encoding="utf-8")


def lost(home: Path) -> tuple[int, int, bool]:
    """The exit code of the check, how many corrections the health counts, and whether it calls itself well."""
    app = make_app(home)
    app.ready()
    health = app.health()
    app.close()
    return program(home, "check").returncode, health.corrections_lost, any("orrection" in p for p in health.problems)


def test_while_every_event_is_there_all_is_in_order(home: Path) -> None:
    assert lost(home) == (0, 0, False)


def test_a_correction_whose_event_is_gone_is_named_and_counted(home: Path) -> None:
    redate(home)
    assert lost(home) == (1, 1, False)
    done = program(home, "check", "--json")
    (problem,) = json.loads(done.stdout)["problems"]
    assert (problem["file"], problem["table"], problem["key"]) == ("corrections", "number 1", "dismiss")
    assert "by R. Reader no longer applies: there is no event" in problem["message"]
    assert "./run correct withdraw 1" in problem["message"]
    kept = program(home, "correct", "withdraw", "1", "--by", "R. Reader", "--reason", "the row is gone")
    assert kept.returncode == 0, kept.stderr
    assert lost(home) == (0, 0, False)


def test_a_home_without_a_database_has_no_corrections(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    assert program(home, "check").returncode == 0
    assert not (home / "data" / "tracker.sqlite3").exists(), "a check makes nothing"


def test_the_doors_show_how_many_are_lost() -> None:
    record = Record(state=Health(True, corrections_lost=2))
    answer = ask("/api/v1/health", record)
    assert (answer.status_code, answer.json()["corrections_lost"]) == (200, 2)
    assert "2 corrections no longer apply (./run check names them)" in health_line(record.state, "UTC")
    assert "1 correction no longer applies" in health_line(Health(True, corrections_lost=1), "UTC")
    assert "correction" not in health_line(Health(True), "UTC")
