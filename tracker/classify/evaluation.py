"""Measuring a reader on labelled headlines: precision, recall and F1 per category and mode, with intervals."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tracker.classify.records import text_from
from tracker.core.errors import SourceError
from tracker.core.observations import MODES, Observation, Text
from tracker.core.ports import Reader

RESAMPLES = 1000
"""Bootstrap resamples of the rows; the interval is the middle 95 %."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled text. ``mode`` is empty where no tag applies."""

    text: Text
    tags: frozenset[str]
    mode: str
    row: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one class and what follows from them. ``low`` and ``high`` bound F1 (bootstrap, 95 %)."""

    n: int
    precision: float
    recall: float
    f1: float
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """How well a reader agrees with labels. ``sha256`` is of the file the labels stood in."""

    rows: int
    sha256: str
    categories: Mapping[str, Figures] = field(default_factory=dict)
    modes: Mapping[str, Figures] = field(default_factory=dict)
    micro: Figures = field(default_factory=lambda: Figures(0, 0.0, 0.0, 0.0))
    macro: Figures = field(default_factory=lambda: Figures(0, 0.0, 0.0, 0.0))
    mode_macro: Figures = field(default_factory=lambda: Figures(0, 0.0, 0.0, 0.0))

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON, rounded to 4 places; ``interval`` is of F1."""

        def plain(figures: Figures) -> dict[str, object]:
            return {
                "n": figures.n,
                "precision": round(figures.precision, 4),
                "recall": round(figures.recall, 4),
                "f1": round(figures.f1, 4),
                "interval": [round(figures.low, 4), round(figures.high, 4)],
            }

        totals = {"micro": self.micro, "macro": self.macro, "mode_macro": self.mode_macro}
        return {
            "rows": self.rows,
            "sha256": self.sha256,
            **{f"{name}_f1": round(each.f1, 4) for name, each in totals.items()},
            **{f"{name}_interval": [round(each.low, 4), round(each.high, 4)] for name, each in totals.items()},
            "categories": {name: plain(each) for name, each in self.categories.items()},
            "modes": {name: plain(each) for name, each in self.modes.items()},
        }


def read_labelled(path: Path) -> list[Labelled]:
    """Labelled rows of a JSON lines file (text or title, summary, published, tags, status or mode).

    Raises SourceError naming the first line that cannot be used: a figure over part of a file would mislead.
    """
    rows: list[Labelled] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as trouble:
        raise SourceError(f"{path} cannot be read as UTF-8 text: {trouble}") from trouble
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
            tags = frozenset(str(tag) for tag in values["tags"])
            rows.append(
                Labelled(text_from(values), tags, str(values.get("status") or values.get("mode") or ""), number)
            )
        except (ValueError, KeyError, TypeError, AttributeError) as trouble:
            raise SourceError(
                f"{path} line {number} is not a labelled headline ({trouble}); mend or remove it"
            ) from trouble
    if not rows:
        raise SourceError(f"{path} holds no labelled headlines")
    return rows


Pairs = Sequence[tuple[frozenset[str], frozenset[str]]]


def _counts(pairs: Pairs, name: str) -> tuple[int, int, int]:
    hit = sum(name in gold and name in said for gold, said in pairs)
    return hit, sum(name in said for _, said in pairs) - hit, sum(name in gold for gold, _ in pairs) - hit


def _f1(hit: int, extra: int, missed: int) -> float:
    return 2 * hit / (2 * hit + extra + missed) if hit else 0.0


def _figures(hit: int, extra: int, missed: int) -> Figures:
    precision = hit / (hit + extra) if hit + extra else 0.0
    recall = hit / (hit + missed) if hit + missed else 0.0
    return Figures(hit + missed, precision, recall, _f1(hit, extra, missed))


def _micro(pairs: Pairs, names: Sequence[str]) -> tuple[int, int, int]:
    counts = [_counts(pairs, name) for name in names]
    return sum(c[0] for c in counts), sum(c[1] for c in counts), sum(c[2] for c in counts)


def _macro(pairs: Pairs, names: Sequence[str]) -> float:
    return sum(_f1(*_counts(pairs, name)) for name in names) / len(names)


def _interval(pairs: Pairs, measure: Callable[[Pairs], float], seed: int) -> tuple[float, float]:
    draw = random.Random(seed)  # noqa: S311 - resampling, not secrecy
    values = sorted(measure(draw.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES))
    return values[int(0.025 * RESAMPLES)], values[int(0.975 * RESAMPLES) - 1]


def _bounded(figures: Figures, pairs: Pairs, measure: Callable[[Pairs], float], seed: int) -> Figures:
    low, high = _interval(pairs, measure, seed)
    return Figures(figures.n, figures.precision, figures.recall, figures.f1, low, high)


def measured(
    rows: Sequence[Labelled], observations: Sequence[Observation], guide: Sequence[str], seed: int = 0
) -> Report:
    """The figures of observations against labels, over the annotation guide's categories.

    The mode is one for the item: the likeliest of the observation's, none where it names no guide category.
    A row without a tag has no mode; a mode said of it counts as wrong.
    """
    said = [frozenset(m.category for m in o.mentions if m.category in guide) for o in observations]
    tags: Pairs = [(row.tags, each) for row, each in zip(rows, said, strict=True)]
    modes: Pairs = [
        (frozenset({row.mode} - {""}), frozenset({leading_mode(o)} if each else ()))
        for row, o, each in zip(rows, observations, said, strict=True)
    ]
    hit, extra, missed = _micro(tags, guide)
    micro = _bounded(_figures(hit, extra, missed), tags, lambda some: _f1(*_micro(some, guide)), seed)
    macro = Figures(micro.n, 0.0, 0.0, _macro(tags, guide))
    mode_macro = Figures(sum(bool(gold) for gold, _ in modes), 0.0, 0.0, _macro(modes, MODES))
    categories = {
        name: _bounded(_figures(*_counts(tags, name)), tags, lambda some, name=name: _f1(*_counts(some, name)), seed)  # type: ignore[misc]
        for name in guide
    }
    by_mode: dict[str, Figures] = {
        name: _bounded(_figures(*_counts(modes, name)), modes, lambda some, name=name: _f1(*_counts(some, name)), seed)  # type: ignore[misc]
        for name in MODES
    }
    return Report(
        len(rows), "", categories, by_mode, micro,
        _bounded(macro, tags, lambda some: _macro(some, guide), seed),
        _bounded(mode_macro, modes, lambda some: _macro(some, MODES), seed),
    )  # fmt: skip


def leading_mode(observation: Observation) -> str:
    """The item's likeliest mode; empty where the observation has none."""
    return max(observation.p_mode, key=lambda mode: observation.p_mode[mode], default="")


def evaluate(reader: Reader, path: Path, guide: Sequence[str], seed: int = 0) -> Report:
    """Read a labelled file and measure the reader on it. Raises SourceError when the file cannot be used whole."""
    rows = read_labelled(path)
    report = measured(rows, reader.observe([row.text for row in rows]), guide, seed)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Report(report.rows, digest, report.categories, report.modes, report.micro, report.macro, report.mode_macro)
