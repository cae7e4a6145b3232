"""Cross-fitted reading: every month of a stream is read by a model that saw no labelled text of that month."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tracker.classify.examples import Example, read_corpus, read_labels, rows_of, without_copies
from tracker.classify.model import MANIFEST_FILE, ModelReader, read_manifest
from tracker.classify.rules import RulesReader
from tracker.classify.training import fitted, latest, saved
from tracker.core.observations import Observation, Text

FOLDS = 6
"""Months are held out by their number modulo this: neighbours never together, so that a story that runs over the end
of a month is not seen whole."""


def fold_of(text: Text) -> int | None:
    """The fold of a text's month, None for an undated one."""
    at = text.published.first_at
    return None if at is None else (at.year * 12 + at.month) % FOLDS


class CrossReader:
    """Reads as the shipped model would, had it been trained without the month of each text."""

    def __init__(self, models: Sequence[ModelReader]) -> None:
        self._models = models

    def observe(self, texts: Sequence[Text]) -> list[Observation]:
        by_fold: dict[int, list[int]] = {}
        for place, text in enumerate(texts):
            by_fold.setdefault(fold_of(text) or 0, []).append(place)
        found: dict[int, Observation] = {}
        for fold, places in by_fold.items():
            found |= zip(places, self._models[fold].observe([texts[place] for place in places]), strict=True)
        return [found[place] for place in range(len(texts))]

    def explain(self, text: Text) -> Sequence[tuple[str, str, float]]:
        """As the model of the text's month has it."""
        return self._models[fold_of(text) or 0].explain(text)


def cross_fit(
    models: Path, texts: Sequence[Path], dev: Path, shipped: Path, rules: RulesReader, out: Path
) -> CrossReader:
    """Train one model a fold into ``out``, with the shipped model's thresholds. Minutes of work."""
    examples = latest([*read_corpus(models / "corpus"), *read_labels(models / "labels", texts)])
    held_out = [str(values.get("text") or values.get("title") or "") for _, values in rows_of(dev)]
    examples, dropped = without_copies(examples, held_out)
    thresholds = dict(read_manifest(shipped).thresholds)
    documents = [list(rules.look(each.text).features) for each in examples]
    readers = []
    for fold in range(FOLDS):
        kept = [place for place, each in enumerate(examples) if each.own or fold_of(each.text) != fold]
        mine: list[Example] = [examples[place] for place in kept]
        parts = fitted([documents[place] for place in kept], mine, tuple(rules.guide))
        folder = out / f"fold-{fold:04d}"
        manifest = saved(folder, parts, mine, tuple(rules.guide), rules, models / "corpus", models / "labels", dropped)
        text = json.dumps({**manifest, "thresholds": thresholds})
        (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")
        readers.append(ModelReader(folder, read_manifest(folder), rules))
    return CrossReader(readers)
