"""What a bench was asked and what it found, as values."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The folder from which benches start processes of their own."""


@dataclass(frozen=True, slots=True)
class Order:
    """``scale`` 1.0 is the size that the published figures are of; less is a quicker look. ``say`` tells progress.
    ``corpus`` is a folder of real feed documents, where there is one."""

    scale: float = 1.0
    say: Callable[[str], None] = lambda _: None
    corpus: Path | None = None

    def sized(self, count: int, least: int = 1) -> int:
        """``count`` at this scale, at least ``least``."""
        return max(least, round(count * self.scale))


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a bench: ours beside the peers', in ``unit``. ``ratio`` is named in ``ratio_of``; ``held`` says
    whether ``floor`` (words) was passed, None where there is none."""

    measure: str
    unit: str
    ours: float | int | str
    peers: Mapping[str, float | int | str] = field(default_factory=dict)
    ratio: float | None = None
    ratio_of: str = ""
    floor: str = ""
    held: bool | None = None


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether every floor that was measured was passed."""
        return all(figure.held is not False for figure in self.figures)


def machine() -> str:
    """The machine in one line, without its name or its folders."""
    cores = os.cpu_count() or 1
    return f"{platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}"
