"""Measuring a reader on labelled headlines: precision, recall and F1 per category and mode, with intervals."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tracker.classify.records import text_from
from tracker.classify.reliability import Bin, Cost, bins, calibration_error, costs, predictions
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
    mode_of_tagged: Figures = field(default_factory=lambda: Figures(0, 0.0, 0.0, 0.0))
    """The same over the rows that carry a category; ``mode_macro`` counts a mode said of any other row as wrong."""
    confusion: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Modes of the labels against the modes said ("" where nothing was said)."""
    bins: Sequence[Bin] = ()
    costs: Mapping[str, Sequence[Cost]] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Rows and micro-F1 by source and by year."""

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

        totals = {
            "micro": self.micro,
            "macro": self.macro,
            "mode_macro": self.mode_macro,
            "mode_of_tagged": self.mode_of_tagged,
        }
        return {
            "rows": self.rows,
            "sha256": self.sha256,
            **{f"{name}_f1": round(each.f1, 4) for name, each in totals.items()},
            **{f"{name}_interval": [round(each.low, 4), round(each.high, 4)] for name, each in totals.items()},
            "categories": {name: plain(each) for name, each in self.categories.items()},
            "modes": {name: plain(each) for name, each in self.modes.items()},
            "confusion": {name: dict(said) for name, said in self.confusion.items()},
            "calibration_error": round(calibration_error(self.bins), 4),
            "reliability": [{"said": round(b.said, 4), "right": round(b.right, 4), "n": b.n} for b in self.bins],
            "thresholds": {name: [each._asdict() for each in found] for name, found in self.costs.items()},
            "parts": {name: dict(each) for name, each in self.parts.items()},
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
Counts = tuple[int, int, int]
"""Hits, false ones and missed ones of one class."""


def _f1(hit: int, extra: int, missed: int) -> float:
    return 2 * hit / (2 * hit + extra + missed) if hit else 0.0


def _figures(counts: Counts, f1s: Sequence[float]) -> Figures:
    hit, extra, missed = counts
    precision = hit / (hit + extra) if hit + extra else 0.0
    recall = hit / (hit + missed) if hit + missed else 0.0
    return Figures(hit + missed, precision, recall, _f1(*counts), *_interval(f1s))


def _interval(values: Sequence[float]) -> tuple[float, float]:
    """The middle 95 % of resampled values."""
    ordered = sorted(values)
    return ordered[int(0.025 * len(ordered))], ordered[int(0.975 * (len(ordered) - 1))]


class _Tally:
    """Labels against what was said, class by class, over the rows and over bootstrap resamples of them."""

    def __init__(self, pairs: Pairs, names: Sequence[str], seed: int, resamples: int) -> None:
        import numpy

        self.names = names
        cells = [[value for name in names for value in _cell(name in gold, name in said)] for gold, said in pairs]
        table = numpy.array(cells, dtype=numpy.int64)
        rows = len(pairs)
        weights = numpy.random.default_rng(seed).multinomial(rows, [1.0 / rows] * rows, size=resamples)
        self._drawn: list[list[int]] = (weights @ table).tolist()
        self.totals: list[Counts] = self._split(table.sum(axis=0).tolist())

    def _split(self, flat: Sequence[int]) -> list[Counts]:
        return [(flat[k], flat[k + 1], flat[k + 2]) for k in range(0, len(flat), 3)]

    def each(self) -> dict[str, Figures]:
        """The figures of every class."""
        drawn = [self._split(flat) for flat in self._drawn]
        return {
            name: _figures(self.totals[k], [_f1(*counts[k]) for counts in drawn]) for k, name in enumerate(self.names)
        }

    def micro(self) -> Figures:
        """The figures over all classes together."""
        return _figures(_summed(self.totals), [_f1(*_summed(self._split(flat))) for flat in self._drawn])

    def macro(self) -> Figures:
        """The mean F1 of the classes; precision and recall are left at 0, their means say little."""
        drawn = [_mean_f1(self._split(flat)) for flat in self._drawn]
        n = sum(hit + missed for hit, _, missed in self.totals)
        return Figures(n, 0.0, 0.0, _mean_f1(self.totals), *_interval(drawn))


def _cell(gold: bool, said: bool) -> Counts:
    return int(gold and said), int(said and not gold), int(gold and not said)


def _summed(counts: Sequence[Counts]) -> Counts:
    return sum(c[0] for c in counts), sum(c[1] for c in counts), sum(c[2] for c in counts)


def _mean_f1(counts: Sequence[Counts]) -> float:
    return sum(_f1(*each) for each in counts) / len(counts)


def measured(
    rows: Sequence[Labelled],
    observations: Sequence[Observation],
    guide: Sequence[str],
    seed: int = 0,
    resamples: int = RESAMPLES,
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
    by_tag, by_mode = _Tally(tags, guide, seed, resamples), _Tally(modes, MODES, seed, resamples)
    tagged = [pair for pair in modes if pair[0]]
    wanted = [row.tags for row in rows]
    return Report(
        len(rows),
        "",
        by_tag.each(),
        by_mode.each(),
        by_tag.micro(),
        by_tag.macro(),
        by_mode.macro(),
        _Tally(tagged, MODES, seed, resamples).macro() if tagged else Figures(0, 0.0, 0.0, 0.0),
        _confusion(modes),
        bins(predictions(wanted, observations, guide)),
        costs(wanted, observations, guide),
        _parts(rows, tags, guide),
    )


def _confusion(modes: Pairs) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for gold, said in modes:
        row = found.setdefault(next(iter(gold), ""), {})
        name = next(iter(said), "")
        row[name] = row.get(name, 0) + 1
    return found


def _parts(rows: Sequence[Labelled], tags: Pairs, guide: Sequence[str]) -> dict[str, dict[str, float]]:
    """Micro-F1 of each source and year."""
    groups: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        at = row.text.published.first_at
        for name in (row.text.publisher and f"source {row.text.publisher}", at and f"year {at.year}"):
            if name:
                groups.setdefault(str(name), []).append(place)
    found = {}
    for name, places in sorted(groups.items()):
        pairs = [tags[place] for place in places]
        cells = [_cell(each in gold, each in said) for gold, said in pairs for each in guide]
        found[name] = {"rows": len(places), "micro_f1": round(_f1(*_summed(cells)), 4)}
    return found


def leading_mode(observation: Observation) -> str:
    """The item's likeliest mode; empty where the observation has none."""
    return max(observation.p_mode, key=lambda mode: observation.p_mode[mode], default="")


def evaluate(reader: Reader, path: Path, guide: Sequence[str], seed: int = 0) -> Report:
    """Read a labelled file and measure the reader on it. Raises SourceError when the file cannot be used whole."""
    rows = read_labelled(path)
    report = measured(rows, reader.observe([row.text for row in rows]), guide, seed)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return replace(report, sha256=digest)
