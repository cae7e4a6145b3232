"""The program as a person starts it: spawned, over loopback, killed and stopped."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
from pytest_httpserver import HTTPServer
from river import LAUNCH, OTHER, ROOT, environment, make_home, row, write_archive

from tracker.cli.main import run

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><link>https://www.reuters.com/</link>
<item><guid>1</guid><title>North Korea fires a ballistic missile, military says</title>
<link>https://www.reuters.com/a/b1</link><pubDate>Wed, 05 Mar 2025 08:00:00 KST</pubDate></item>
<item><guid>2</guid><title>&lt;script&gt;alert(1)&lt;/script&gt;Rain expected on Friday</title>
<link>javascript:alert(1)</link><pubDate>Wed, 05 Mar 2025 09:00:00 KST</pubDate></item></channel></rss>"""


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


def program(home: Path, *arguments: str, **more: str) -> Done:
    """The program's own entry point in this process: starting Python anew for each question takes seconds."""
    out, err = io.StringIO(), io.StringIO()
    before = dict(os.environ)
    os.environ.update(environment(home, **more))
    code: object = 0
    try:
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            mock.patch.object(sys, "argv", ["./run", *arguments]),
        ):
            run()
    except SystemExit as stop:
        code = stop.code
    finally:
        os.environ.clear()
        os.environ.update(before)
    return Done(code if isinstance(code, int) else 0 if code is None else 1, out.getvalue(), err.getvalue())


def start(home: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "tracker", *arguments],
        env=surroundings(home, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def surroundings(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    return {**kept, "PYTHONPATH": str(ROOT), **environment(home, **more)}


def feed_table(id_: str, url: str) -> str:
    return (
        f'[[feeds]]\nid = "{id_}"\ntitle = "{id_}"\nurl = "{url}"\npublisher = "reuters"\nlang = "en"\n'
        'zone = "Asia/Seoul"\ndprk_only = false\ninterval_s = 900\nexpect_days = 2\nfallback = ""\n'
        'evidence = "a test"\nnote = "a test"\n'
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path)


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def fed(home: Path, httpserver: HTTPServer) -> Path:
    """A home whose feeds are one that answers, one of each trouble, all on loopback."""
    httpserver.expect_request("/good").respond_with_data(FEED, content_type="application/rss+xml")
    httpserver.expect_request("/page").respond_with_data("<html><body>Hello</body></html>", content_type="text/html")
    httpserver.expect_request("/broken").respond_with_data("", status=500)
    httpserver.expect_request("/nothing").respond_with_data("", status=200)
    urls = {name: httpserver.url_for(f"/{name}") for name in ("good", "page", "broken", "nothing")}
    urls["away"] = f"http://127.0.0.1:{closed_port()}/feed"
    tables = "".join(feed_table(f"a-{name}", url) for name, url in urls.items())
    (home / "config" / "feeds.toml").write_text(tables, encoding="utf-8")
    return home


LOOPBACK = {"TRACKER_FETCH_ALLOW": "127.0.0.0/8"}


def test_once_tells_what_came_of_every_feed(fed: Path) -> None:
    done = program(fed, "up", "--once", "--json", **LOOPBACK)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["feeds"]["tried"], summary["feeds"]["answered"]) == (5, 1)
    trouble = {each["id"]: each["outcome"] for each in summary["feeds"]["unreachable"]}
    assert trouble["a-page"] == "not_a_feed"
    assert trouble["a-broken"] == "http_error"
    assert trouble["a-away"] == "unreachable"
    assert summary["items"]["added"] == 2
    assert summary["verdicts"]["in_force"] > 0
    feeds = {each["id"]: each for each in json.loads(program(fed, "feeds", "--json").stdout)["feeds"]}
    assert feeds["a-good"]["outcome"] == "ok"
    assert feeds["a-good"]["verified"]
    assert all(each["next_due_at"] for each in feeds.values())
    with sqlite3.connect(fed / "data" / "tracker.sqlite3") as db:
        rows = db.execute("select title, published_first_at, url from revisions order by seq").fetchall()
    db.close()
    assert rows[0][1].startswith("2025-03-04 23:00:00"), "KST is nine hours ahead of UTC"
    assert "script" not in rows[1][0]
    again = json.loads(program(fed, "up", "--once", "--json", **LOOPBACK).stdout)
    assert again["feeds"]["tried"] == 0, "nothing is due again so soon"


def test_words_for_people_name_the_feeds_in_trouble(fed: Path) -> None:
    done = program(fed, "up", "--once", **LOOPBACK)
    assert done.returncode == 0
    assert "5 tried, 1 answered, 4 with trouble" in done.stdout
    assert "a-away" in done.stdout
    assert "they stay due" in done.stdout


def counted(home: Path, table: str) -> int:
    """Rows of a table, 0 while there is none."""
    file = home / "data" / "tracker.sqlite3"
    if not file.exists():
        return 0
    db = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)
    try:
        return int(db.execute(f"select count(*) from {table}").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        db.close()


def until(ready: Callable[[], bool], what: str, limit_s: float = 30) -> None:
    deadline = time.monotonic() + limit_s
    while not ready():
        assert time.monotonic() < deadline, f"waited {limit_s} s for {what}"
        time.sleep(0.01)


def figures(home: Path) -> list[object]:
    with sqlite3.connect(home / "data" / "tracker.sqlite3") as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        events = db.execute("select id, on_day, wires, p_occurred from events where lane='news' order by id").fetchall()
    db.close()
    tables = ("items", "revisions", "observations", "mentions", "evidence", "events", "verdicts")
    return [*(counted(home, table) for table in tables), events]


def test_a_killed_import_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """Killed three times: as items come in, as they are read, as they are placed."""
    launch, other = "North Korea fires missile, report", "Talks go on about trade, report"
    rows = [
        row(
            f"{launch if number % 20 == 0 else other} {number}",
            f"2024-03-{1 + number % 28:02d}T03:{number % 60:02d}:00Z",
            f"https://www.reuters.com/a/{number}",
        )
        for number in range(6_000)
    ]
    archive = write_archive(tmp_path / "big.jsonl", rows)
    whole, killed = make_home(tmp_path / "whole"), make_home(tmp_path / "killed")
    assert program(whole, "import", str(archive)).returncode == 0
    for table in ("revisions", "observations", "evidence"):
        before = counted(killed, table)
        running = start(killed, "import", str(archive))
        until(lambda table=table, before=before: counted(killed, table) > before, f"{table} to grow")  # type: ignore[misc]
        running.kill()
        running.communicate(timeout=30)
    assert program(killed, "import", str(archive)).returncode == 0
    assert counted(whole, "items") == 6_000
    assert figures(killed) == figures(whole)


class Running:
    def __init__(self, process: subprocess.Popen[str], base: str) -> None:
        self.process, self.base = process, base

    def get(self, path: str) -> tuple[int, dict[str, object]]:
        try:
            with urllib.request.urlopen(self.base + path, timeout=20) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as trouble:
            with trouble:
                return trouble.code, json.load(trouble)


@pytest.fixture
def running(fed: Path) -> Iterator[Running]:
    process = start(fed, "up", "--port", "0", **LOOPBACK)
    assert process.stderr is not None
    base = ""
    for line in process.stderr:
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found:
            base = found.group()
            break
    assert base, "the program said where its page is"
    yield Running(process, base)
    if process.poll() is None:
        process.kill()
    process.communicate(timeout=30)


def test_the_service_answers_and_stops_cleanly(running: Running, fed: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        status, health = running.get("/api/v1/health")
        if health["items"] == 2:
            break
        time.sleep(0.2)
    assert health["items"] == 2, health
    assert status == 503, "four of five feeds fail, and health says so"
    status, events = running.get("/api/v1/events?evidence=reference&from=2020-01-01&to=2020-12-31")
    assert status == 200
    assert events["events"]
    assert running.get("/api/v1/forecasts")[1]["forecasts"]
    assert running.get("/api/v1/events/none-such")[0] == 404
    second = program(fed, "up", "--port", running.base.rsplit(":", 1)[1])
    assert second.returncode == 1
    assert "cannot be listened on" in second.stderr
    copy = fed / "copy.sqlite3"
    assert program(fed, "db", "backup", str(copy)).returncode == 0
    refused = program(fed, "db", "restore", str(copy))
    assert refused.returncode == 1
    assert "stop it first" in refused.stderr
    running.process.send_signal(signal.SIGTERM)
    _, rest = running.process.communicate(timeout=30)
    assert running.process.returncode == 0, rest
    assert "Traceback" not in rest
    assert program(fed, "db", "restore", str(copy)).returncode == 0
    assert json.loads(program(fed, "timeline", "--evidence", "reference", "--json").stdout)["events"]


def test_backup_and_restore_bring_the_record_back(home: Path, tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "a.jsonl", [*LAUNCH, *OTHER])
    assert program(home, "import", str(archive)).returncode == 0
    before = program(home, "timeline", "--json").stdout
    copy = tmp_path / "copy.sqlite3"
    assert program(home, "db", "backup", str(copy)).returncode == 0
    assert program(home, "db", "backup", str(copy)).returncode == 1, "an existing file is never overwritten"
    (home / "data" / "tracker.sqlite3").write_bytes(b"gone")
    assert program(home, "db", "restore", str(copy)).returncode == 0
    assert program(home, "timeline", "--json").stdout == before
    assert program(home, "db", "restore", str(archive)).returncode == 1
    with sqlite3.connect(tmp_path / "stranger.sqlite3") as db:
        db.execute("create table x (a)")
    db.close()
    assert "no backup of this program" in program(home, "db", "restore", str(tmp_path / "stranger.sqlite3")).stderr
    assert program(home, "timeline", "--json").stdout == before


def test_check_names_every_problem_at_once(home: Path) -> None:
    assert program(home, "check").returncode == 0
    feeds = home / "config" / "feeds.toml"
    feeds.write_text(
        feeds.read_text(encoding="utf-8") + feed_table("x", "ftp://x") + "colour = 'red'\n", encoding="utf-8"
    )
    placing = home / "config" / "placing.toml"
    placing.write_text(placing.read_text(encoding="utf-8").replace("link_days = 2", "link_dayz = 2"), encoding="utf-8")
    (home / "config" / "reference" / "launches.csv").write_text("", encoding="utf-8")
    done = program(home, "check", "--json")
    assert done.returncode == 1
    problems = json.loads(done.stdout)["problems"]
    files = {each["file"] for each in problems}
    assert {"feeds.toml", "placing.toml", "reference/launches.csv"} <= files
    assert any("link_days" in each["message"] or each["key"] == "link_days" for each in problems)
    started = program(home, "up", "--once")
    assert started.returncode == 1
    assert "nothing was started" in started.stderr
    assert counted(home, "reference_rows") == 0, "nothing is half-loaded"


def test_check_loads_the_models(home: Path) -> None:
    shutil.copytree(ROOT / "models", home / "models")
    shutil.copytree(ROOT / "migrations", home / "migrations")
    assert program(home, "check").returncode == 0
    (artefact,) = (home / "models").glob("*/model.skops")
    artefact.write_bytes(artefact.read_bytes() + b"x")
    done = program(home, "check", "--json")
    assert done.returncode == 1
    assert [each["file"] for each in json.loads(done.stdout)["problems"]] == ["models"]


def test_misuse_and_unknown_settings(home: Path) -> None:
    assert program(home, "timeline", "--evidence", "rumours").returncode == 2
    assert program(home, "no-such-verb").returncode == 2
    assert program(home, "digest", "--date", "9999-12-31").returncode == 2
    assert json.loads(program(home, "forecasts", "F99", "--json").stdout)["error"]
    unknown = program(home, "timeline", TRACKER_PROT="1")
    assert unknown.returncode == 1
    assert "did you mean TRACKER_PORT" in unknown.stderr


def test_machine_output_is_one_document(home: Path, tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "a.jsonl", LAUNCH)
    done = program(home, "import", str(archive), "--json")
    report = json.loads(done.stdout)
    assert {"lines", "added", "known", "quarantined", "mentions", "events", "seconds"} <= set(report)
    assert done.stderr == ""
    document = json.loads(program(home, "forecasts", "--json").stdout)
    scored = [result for each in document["forecasts"] for result in each["results"] if result["scored"]]
    assert len(scored) == 15
    one = json.loads(program(home, "forecasts", "F25", "--evidence", "news", "--json").stdout)
    assert [each["ref"] for each in one["forecasts"]] == ["F25"]
    assert one["forecasts"][0]["results"][0]["verdict"] == "awaiting_data"


def test_a_history_says_what_changed_a_claim(home: Path) -> None:
    done = program(home, "forecasts", "F29b", "--history", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["evidence"], told["first"], told["last"]) == ("all", "2020-01-01", "2021-01-15")
    (history,) = told["histories"]
    assert len(history["days"]) == 381
    assert history["days"][0] == {"on": "2020-01-01", "verdict": "open", "p_yes": None, "outlook": 0.8}
    for on in ("2020-02-29", "2020-03-20", "2020-12-31"):
        shown = json.loads(program(home, "forecasts", "F29b", "--as-of", on, "--json").stdout)
        (result,) = shown["forecasts"][0]["results"]
        day = next(each for each in history["days"] if each["on"] == on)
        assert (day["verdict"], day["p_yes"]) == (result["verdict"], result["p_yes"])
    came = [change for change in history["changes"] if (change["before"], change["after"]) == ("open", "yes")]
    assert [cause["data"]["on"] for change in came for cause in change["causes"]] == ["2020-03-02"]
    plain = program(home, "forecasts", "F30", "--history", "--from", "2020-06-01", "--to", "2020-08-01")
    assert "F30 [each-half-year, H2] 2020-06-01 to 2020-08-01" in plain.stdout
    assert "still open, outlook" in plain.stdout
    assert program(home, "forecasts", "F99", "--history").returncode == 1
    assert program(home, "forecasts", "--from", "2020-06-01").returncode == 2
    assert program(home, "forecasts", "--history", "--as-of", "2020-06-01").returncode == 2
    assert program(home, "forecasts", "--history", "--from", "2020-06-02", "--to", "2020-06-01").returncode == 2
