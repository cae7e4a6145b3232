"""How a verb gets the wired program, and how it is put down again."""

from __future__ import annotations

from tracker.app import App
from tracker.cli.terminal import warn
from tracker.settings import read_settings

_open: list[App] = []


def wired() -> App:
    """The program as the environment describes it; raises SettingsError with every bad variable."""
    app = App(read_settings())
    app.warn = warn
    _open.append(app)
    return app


def put_down() -> None:
    """Close what this process wired."""
    while _open:
        _open.pop().close()
