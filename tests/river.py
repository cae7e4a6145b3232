"""A small home with a river in it: invented texts, a clock that stands still, and the program in this process."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tracker.app import App
from tracker.settings import read_settings

ROOT = Path(__file__).resolve().parents[1]

NOW = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)


class StillClock:
    """A clock that moves only when told to."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_(self, **amount: float) -> None:
        self.at += timedelta(**amount)


def make_home(folder: Path, reference: bool = True) -> Path:
    """A home with a copy of the config, in which the rules read; without reference tables when asked.

    The river is the same whoever reads; the rules need no artefact and no seconds to load.
    """
    home = folder / "home"
    home.mkdir(parents=True)
    shutil.copytree(ROOT / "config", home / "config")
    observers = home / "config" / "observers.toml"
    said = observers.read_text(encoding="utf-8")
    assert 'active = "headlines"' in said
    observers.write_text(said.replace('active = "headlines"', 'active = "rules"'), encoding="utf-8")
    if not reference:
        for path in (home / "config" / "reference").iterdir():
            path.unlink()
    return home


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"TRACKER_HOME": str(home), "TRACKER_DATA": str(home / "data"), **more}


def make_app(home: Path, clock: StillClock | None = None, **more: str) -> App:
    return App(read_settings(environment(home, **more)), clock or StillClock())


def row(title: str, published: str, url: str, source: str = "made-up", summary: str = "") -> dict[str, str]:
    return {"title": title, "summary": summary, "published": published, "url": url, "source": source}


LAUNCH = [
    row(
        "North Korea fires ballistic missile into the sea, Seoul says",
        "2024-03-04T22:40:00Z",
        "https://www.reuters.com/a/1",
    ),
    row("N. Korea launches a missile toward the East Sea", "2024-03-04T23:05:00Z", "https://en.yna.co.kr/view/1"),
    row(
        "Tokyo: Pyongyang fired one ballistic missile early Tuesday",
        "2024-03-05T00:10:00Z",
        "https://www.bbc.com/news/1",
    ),
]
"""One launch on the morning of 5 March 2024 in Korea, told by three outlets."""

OTHER = [
    row("Local bakery wins a prize for its bread", "2024-03-05T09:00:00Z", "https://www.reuters.com/a/2"),
    row("North Korea says it will never give up its weapons", "2024-03-06T09:00:00Z", "https://www.bbc.com/news/2"),
]


def write_archive(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    return path


def flow(app: App, archive: Path) -> None:
    """An archive through all steps."""
    app.prepare()
    app.take(archive, None)
    app.read()
    app.place()
    app.judge()
