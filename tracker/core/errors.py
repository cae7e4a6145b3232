"""The exception tree. Every message says what is wrong and what to do next.

TrackerError
├── ConfigError      files under config/ (all problems at once)
├── SettingsError    environment variables
├── StoreError       the database
│   ├── SchemaError  the schema is older or newer than this program
│   └── BusyError    another process holds the database
├── SourceError      an archive or document that cannot be read at all
├── ArtefactError    a model folder that is missing, foreign or tampered with
└── RefusedError     a command that would make the record worse
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class TrackerError(Exception):
    """Base of all expected trouble; ``str()`` is one sentence for the operator."""


class SettingsError(TrackerError):
    """A setting (environment variable) is unknown or has a value that cannot be used."""


class StoreError(TrackerError):
    """The database cannot be used as asked."""


class SchemaError(StoreError):
    """The database schema does not match this program."""


class BusyError(StoreError):
    """Another process holds the database for longer than the busy limit."""


class SourceError(TrackerError):
    """An archive or document cannot be read at all (single bad rows are quarantined instead)."""


class ArtefactError(TrackerError):
    """A model folder is missing, foreign or tampered with."""


class RefusedError(TrackerError):
    """The command is understood and refused, because it would lose or falsify something."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a configuration file: where it is and what would mend it."""

    file: str
    table: str
    key: str
    message: str

    def __str__(self) -> str:
        where = " ".join(part for part in (self.table, self.key) if part)
        return f"{self.file}: {where}: {self.message}" if where else f"{self.file}: {self.message}"


class ConfigError(TrackerError):
    """One or more mistakes under config/; carries all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
