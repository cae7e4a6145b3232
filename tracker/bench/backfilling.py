"""The backfill bench: a simulated year behind a faulty archive, the program killed three times on its way."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tracker.bench.archives_server import FAULTS, ArchivesServer, Article, simulated
from tracker.bench.results import Figure, Order, Result
from tracker.catalog.archives import read_archives
from tracker.core.backfill import Archive
from tracker.core.errors import RefusedError
from tracker.settings import CHECKOUT

SINCE, DAYS = date(2017, 1, 1), 365
LIST_ARTICLES, FEED_ARTICLES = 50_000, 8_000
"""A year as full as the news about one country gets; the feed archive gives so little a day that more would be
cut off at its shortest slice, which is a matter of the archive and not of this program."""

KILLS = (0.2, 0.5, 0.8)
"""Shares of the articles handed out at which the program is killed."""

LONGEST_S = 900.0
FETCH_TIMEOUT_S = "2"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a year came to. ``asking_s`` ends with the last good answer, ``seconds`` with the program."""

    articles: int
    kept: int
    twice: int
    lost: int
    windows: int
    repeated: int
    requests: int
    faults: Mapping[str, int]
    kills: int
    asking_s: float
    seconds: float
    peak_mb: float
    cpu_s: float
    again: Mapping[str, object]
    told: Mapping[str, object]


def run(order: Order) -> Result:
    """Both archives' years, each against what the server knows it handed out."""
    archives, problems = read_archives(CHECKOUT / "config")
    if problems:
        raise RefusedError("config/archives.toml has a problem; ./run check names it")
    figures: list[Figure] = []
    notes = [
        f"faults, share of requests: {', '.join(f'{name} {share:g}' for name, share in FAULTS.items())}",
        "no peer: none of the readers compared elsewhere asks dated archives",
        "asking ends with the last answer; the whole also reads, places and judges what came, as import does",
    ]
    for archive in archives:
        of_list = archive.answers == "article_list"
        articles = simulated(order.sized(LIST_ARTICLES if of_list else FEED_ARTICLES, 300), SINCE, DAYS)
        order.say(f"{archive.title}: {len(articles)} articles")
        if not of_list:
            articles = _within_a_day(articles, archive.most_records)
        outcome = year(archive, articles, KILLS, order)
        figures += _figures(archive.title, outcome)
        notes.append(f"{archive.title} faults met: {dict(outcome.faults)}")
    return Result("backfill", tuple(figures), tuple(notes))


def _within_a_day(articles: Sequence[Article], most: int) -> tuple[Article, ...]:
    """The articles without those that a day's answer could not hold."""
    count: dict[date, int] = {}
    kept = []
    for article in articles:
        day = article.seen_at.date()
        count[day] = count.get(day, 0) + 1
        if count[day] < most:
            kept.append(article)
    return tuple(kept)


def _figures(title: str, outcome: Outcome) -> list[Figure]:
    kept = f"{title}: articles kept"
    whole = outcome.kept == outcome.articles and not outcome.lost and not outcome.twice
    return [
        Figure(kept, "articles", outcome.kept, floor=f"{outcome.articles}, each once", held=whole),
        Figure(f"{title}: lost", "articles", outcome.lost, floor="0", held=outcome.lost == 0),
        Figure(f"{title}: kept twice", "articles", outcome.twice, floor="0", held=outcome.twice == 0),
        Figure(
            f"{title}: slices answered again",
            "slices",
            outcome.repeated,
            floor=f"at most one for each of {outcome.kills} kills and {outcome.faults.get('slow', 0)} slow answers",
            held=outcome.repeated <= outcome.kills + outcome.faults.get("slow", 0),
        ),
        Figure(
            f"{title}: added by the command given again",
            "articles",
            int(str(outcome.again["added"])),
            floor="0, with no request",
            held=outcome.again["added"] == 0 and outcome.again["requests"] == 0,
        ),
        Figure(f"{title}: requests", "requests", outcome.requests),
        Figure(f"{title}: slices", "slices", int(str(outcome.told["slices"]))),
        Figure(f"{title}: asking", "s", round(outcome.asking_s, 1)),
        Figure(f"{title}: asking, reading, placing, judging", "s", round(outcome.seconds, 1)),
        Figure(f"{title}: CPU of the program, four starts", "s", round(outcome.cpu_s, 1)),
        Figure(f"{title}: peak memory of the program", "MB", round(outcome.peak_mb)),
    ]  # fmt: skip


def year(archive: Archive, articles: tuple[Article, ...], kills: Sequence[float], order: Order) -> Outcome:
    """Backfill the articles' year through the spawned program, killing it when shares of them were handed out."""
    began = time.monotonic()
    asked_s = 0.0
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    before_s = before.ru_utime + before.ru_stime
    with ArchivesServer(articles).running() as server, _home(archive, server) as environ:
        for share in kills:
            with _started(archive, environ) as program:
                while program.poll() is None and len(server.tally.served) < share * len(articles):
                    time.sleep(0.002)
                    _in_time(began)
                if program.poll() is None:
                    order.say(f"kill -9 after {len(server.tally.served)} of {len(articles)}")
                    os.kill(program.pid, signal.SIGKILL)
        with _started(archive, environ) as program:
            seen = -1
            while program.poll() is None:
                if seen != (seen := server.tally.requests):
                    asked_s = time.monotonic() - began
                time.sleep(0.01)
                _in_time(began)
            told = _told(program)
        seconds = time.monotonic() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        kept = _kept(Path(environ["TRACKER_DATA"]))
        requests = server.tally.requests
        with _started(archive, environ) as program:
            again = _told(program)
    titles = {each.title for each in articles}
    return Outcome(
        articles=len(articles),
        kept=len(kept),
        twice=len(kept) - len(set(kept)),
        lost=len(titles - set(kept)),
        windows=len(server.tally.windows),
        repeated=server.tally.repeated,
        requests=requests,
        faults=server.tally.faults,
        kills=len(kills),
        asking_s=asked_s,
        seconds=seconds,
        peak_mb=used.ru_maxrss / 1024,
        cpu_s=used.ru_utime + used.ru_stime - before_s,
        again=again,
        told=told,
    )


def _in_time(began: float) -> None:
    if time.monotonic() - began > LONGEST_S:
        raise RefusedError(f"the backfill bench did not end within {LONGEST_S:.0f} s")


@contextmanager
def _home(archive: Archive, server: ArchivesServer) -> Iterator[dict[str, str]]:
    """The environment of a home of its own whose archive is the server."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(CHECKOUT / "config", home / "config")
        url = server.list_url if archive.answers == "article_list" else server.feed_url
        own = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
        yield {
            **own,
            "PYTHONPATH": str(CHECKOUT),
            "TRACKER_HOME": str(home),
            "TRACKER_DATA": str(home / "data"),
            "TRACKER_FETCH_ALLOW": "127.0.0.0/8",
            "TRACKER_FETCH_TIMEOUT_S": FETCH_TIMEOUT_S,
            "TRACKER_BACKFILL_URLS": f"{archive.id}={url}",
            "TRACKER_BACKFILL_SPACING_S": "0",
        }


@contextmanager
def _started(archive: Archive, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [
        sys.executable,
        "-P",
        "-m",
        "tracker",
        "backfill",
        archive.id,
        "--json",
        "--lang",
        archive.editions[0].lang,
    ]
    command += ["--since", SINCE.isoformat(), "--until", (SINCE + timedelta(days=DAYS - 1)).isoformat()]
    # The command is this program's own, put together above.
    with subprocess.Popen(  # noqa: S603
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        try:
            yield program
        finally:
            if program.poll() is None:
                program.kill()


def _told(program: subprocess.Popen[str]) -> Mapping[str, object]:
    out, err = program.communicate(timeout=LONGEST_S)
    if program.returncode != 0:
        raise RefusedError(f"the program ended with {program.returncode}: {(out + err)[-500:]}")
    told: Mapping[str, object] = json.loads(out)
    return told


def _kept(data: Path) -> list[str]:
    """The titles kept, one for each item."""
    with sqlite3.connect(data / "tracker.sqlite3") as database:
        rows = database.execute("select r.title from items i join revisions r on r.item_id = i.id").fetchall()
    database.close()
    return [str(title) for (title,) in rows]
