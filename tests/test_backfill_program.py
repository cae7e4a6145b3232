"""The backfill verb as a person gives it: against a faulty archive on loopback, killed, stopped and refused."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from river import make_home
from test_program import Done, program, start

from tracker.bench.archives_server import ArchivesServer, simulated

SINCE, DAYS = date(2017, 3, 1), 60
SPAN = ("--since", "2017-03-01", "--until", "2017-04-29")
ARTICLES = simulated(1_500, SINCE, DAYS)
MILD = {"busy": 0.05, "broken_off": 0.04, "reset": 0.03, "odd_signs": 0.1}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path, reference=False)


def near(server: ArchivesServer, **more: str) -> dict[str, str]:
    return {
        "TRACKER_FETCH_ALLOW": "127.0.0.0/8",
        "TRACKER_BACKFILL_URLS": f"gdelt={server.list_url},googlenews={server.feed_url}",
        "TRACKER_BACKFILL_SPACING_S": "0",
        **more,
    }


def told(done: Done) -> dict[str, object]:
    found: dict[str, object] = json.loads(done.stdout)
    return found


def kept(home: Path, wanted: str) -> list[str]:
    database = sqlite3.connect(home / "data" / "tracker.sqlite3")
    try:
        return [str(value) for (value,) in database.execute(f"select {wanted} from revisions order by 1")]
    finally:
        database.close()


def test_a_killed_backfill_keeps_every_article_once(home: Path) -> None:
    with ArchivesServer(ARTICLES, MILD).running() as server:
        with start(home, "backfill", "gdelt", *SPAN, "--json", **near(server)) as running:
            while running.poll() is None and len(server.tally.served) < 500:
                os.sched_yield()
            assert running.poll() is None, running.communicate()
            os.kill(running.pid, signal.SIGKILL)
        done = program(home, "backfill", "gdelt", *SPAN, "--json", **near(server))
        assert done.returncode == 0, done.stderr
        again = told(program(home, "backfill", "gdelt", *SPAN, "--json", **near(server)))
    report = told(done)
    assert (report["complete"], report["stopped"], report["left"], report["thin"]) == (True, None, 0, 0)
    assert 0 < int(str(report["added"])) < len(ARTICLES)
    assert kept(home, "url") == sorted(article.url for article in ARTICLES)
    assert kept(home, "title") == sorted(article.title for article in ARTICLES)
    assert server.tally.repeated <= 1
    assert (again["requests"], again["added"], again["complete"]) == (0, 0, True)


def test_two_archives_mix(home: Path) -> None:
    few = simulated(300, SINCE, DAYS)
    with ArchivesServer(few, {}).running() as server:
        first = told(program(home, "backfill", "gdelt", *SPAN, "--json", **near(server)))
        second = told(program(home, "backfill", "googlenews", *SPAN, "--json", **near(server)))
    assert (first["added"], second["added"], second["known"]) == (300, 300, 300)
    assert [run["lang"] for run in second["runs"]] == ["en", "ko"]  # type: ignore[attr-defined]
    assert len(set(kept(home, "title"))) == 300
    assert set(kept(home, "lang")) == {"en"}
    assert {value for value in kept(home, "publisher") if not re.fullmatch(r"paper\d+\.example", value)} == set()


def test_the_rest_of_the_river_follows_and_nobody_is_mailed(home: Path) -> None:
    launch = simulated(3, SINCE, 1)
    with ArchivesServer(launch, {}).running() as server:
        done = program(home, "backfill", "gdelt", "--since", "2017-03-01", "--until", "2017-03-01", **near(server))
    assert done.returncode == 0
    assert "3 new items, 0 known" in done.stdout
    database = sqlite3.connect(home / "data" / "tracker.sqlite3")
    assert database.execute("select count(*) from observations").fetchone() == (3,)
    assert database.execute("select count(*) from issues").fetchone() == (0,)
    database.close()


def test_a_spent_budget_says_how_to_go_on(home: Path) -> None:
    table = home / "config" / "archives.toml"
    table.write_text(table.read_text("utf-8").replace("requests_per_day = 5000", "requests_per_day = 2"), "utf-8")
    with ArchivesServer(ARTICLES, {}).running() as server:
        done = program(home, "backfill", "gdelt", *SPAN, **near(server))
        machine = program(home, "backfill", "gdelt", *SPAN, "--json", **near(server))
    assert done.returncode == machine.returncode == 0
    assert "give the same command tomorrow" in " ".join(done.stderr.split())
    assert (told(machine)["stopped"], told(machine)["requests"], told(machine)["complete"]) == ("budget", 0, False)


def test_a_query_at_fault_ends_with_a_clear_sentence(home: Path) -> None:
    with ArchivesServer(ARTICLES, {}).running() as server:
        done = program(home, "backfill", "gdelt", *SPAN, "--query", "x", "--json", **near(server))
    assert done.returncode == 1
    report = told(done)
    assert (report["stopped"], report["requests"], report["query"]) == ("query", 2, "x")
    assert "Your query was too short or too long" in str(report["error"])


def test_the_config_s_own_address_is_asked(home: Path) -> None:
    table = home / "config" / "archives.toml"
    with ArchivesServer(simulated(20, SINCE, 2), {}).running() as server:
        text = re.sub(r'url = "https://api\.[^"]+"', f'url = "{server.list_url}"', table.read_text("utf-8"))
        table.write_text(text.replace("spacing_s = 5", "spacing_s = 0"), "utf-8")
        asked = ("backfill", "gdelt", "--since", "2017-03-01", "--until", "2017-03-02", "--json")
        assert told(program(home, *asked, TRACKER_FETCH_ALLOW="127.0.0.0/8"))["added"] == 20
        barred = program(home, *asked, "--query", "another")
    assert barred.returncode == 1
    assert "not on the public internet" in str(told(barred)["error"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("attic", "--since", "2017-03-01"), "known: gdelt, googlenews"),
        (("gdelt", "--since", "2017-03-02", "--until", "2017-03-01"), "lies behind"),
        (("gdelt", "--since", "2017-03-01", "--until", "2999-01-01"), "is the last day that can be asked for"),
        (("gdelt", "--since", "2016-03-01", "--until", "2017-03-01"), "knows nothing before 2017-01-01"),
    ],
)
def test_what_cannot_be_asked_for_is_said_in_one_sentence(home: Path, asked: tuple[str, ...], said: str) -> None:
    done = program(home, "backfill", *asked, "--json")
    assert done.returncode == 1
    assert said in str(told(done)["error"])


def test_a_day_that_is_none_is_misuse(home: Path) -> None:
    assert program(home, "backfill", "gdelt", "--since", "2017-02-30").returncode == 2
    assert program(home, "backfill", "gdelt").returncode == 2


def test_check_covers_the_archives(home: Path) -> None:
    table = home / "config" / "archives.toml"
    table.write_text(table.read_text("utf-8").replace("most_records = 250", 'most_records = "many"'), "utf-8")
    problems = told(program(home, "check", "--json"))["problems"]
    where = [(each["file"], each["table"], each["key"]) for each in problems]  # type: ignore[attr-defined]
    assert ("archives.toml", "archives[gdelt]", "most_records") in where
