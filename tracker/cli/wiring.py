"""How a verb gets the wired program."""

from __future__ import annotations

from tracker.app import App
from tracker.settings import read_settings


def wired() -> App:
    """The program as the environment describes it; raises SettingsError with every bad variable."""
    return App(read_settings())
