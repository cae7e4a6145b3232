"""Labelled texts to learn from: the project's own, and public ones joined to their labels by hash."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.classify.records import text_from
from tracker.core.errors import SourceError
from tracker.core.observations import Text

NEAR = 0.8
"""Word-Jaccard from which a training text counts as a copy of a held-out text and is left out (models/README.md)."""

OWN = "corpus/"
"""The origin of the project's own texts begins so."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text. ``mode`` is empty where no tag applies; ``origin`` names the folder and file of the label."""

    text: Text
    tags: frozenset[str]
    mode: str
    origin: str

    @property
    def own(self) -> bool:
        """Whether the text was written for this project."""
        return self.origin.startswith(OWN)


def normalised_text(text: str) -> str:
    """NFKC, lower case, white space collapsed: the form whose sha256 keys a label."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def text_key(text: str) -> str:
    """sha256 (hex) of the normalised text."""
    return hashlib.sha256(normalised_text(text).encode()).hexdigest()


def rows_of(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The objects of a JSON lines file (``.gz`` too) with their line numbers. Raises SourceError for any other line."""
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        lines = content.decode("utf-8").splitlines()
    except (OSError, EOFError, UnicodeDecodeError) as trouble:
        raise SourceError(f"{path} cannot be read as UTF-8 text: {trouble}") from trouble
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                values = json.loads(line)
            except ValueError as trouble:
                raise SourceError(f"{path} line {number} is not JSON: {trouble}") from trouble
            if not isinstance(values, dict):
                raise SourceError(f"{path} line {number} is not a JSON object")
            yield number, values


def label_files(folder: Path) -> list[Path]:
    """The JSON lines files directly in a folder, in the order of their names; none where there is no folder."""
    return sorted(folder.glob("*.jsonl")) if folder.is_dir() else []


def read_corpus(folder: Path) -> list[Example]:
    """The project's own training texts. Raises SourceError naming the first line that cannot be used."""
    examples = []
    for path in label_files(folder):
        for number, values in rows_of(path):
            try:
                tags = frozenset(str(tag) for tag in values["tags"])
                examples.append(Example(text_from(values), tags, str(values.get("mode") or ""), f"{OWN}{path.name}"))
            except (KeyError, TypeError, ValueError) as trouble:
                raise SourceError(f"{path} line {number} is no corpus text ({trouble})") from trouble
    return examples


@dataclass(frozen=True, slots=True)
class Label:
    """One reading of one text. ``summary``: the summary was read with the title."""

    key: str
    tags: frozenset[str]
    mode: str
    labeller: str
    origin: str
    summary: bool = False


def read_label_file(path: Path) -> list[Label]:
    """The labels of one file. Raises SourceError naming the first line that is none."""
    found = []
    for number, values in rows_of(path):
        try:
            tags = frozenset(str(tag) for tag in values["tags"])
            origin, mode = f"labels/{path.name}", str(values.get("mode") or "")
            labeller, summary = str(values.get("labeller") or ""), bool(values.get("summary"))
            found.append(Label(str(values["sha256"]), tags, mode, labeller, origin, summary))
        except (KeyError, TypeError) as trouble:
            raise SourceError(f"{path} line {number} is no label ({trouble})") from trouble
    return found


def read_labels(folder: Path, texts: Sequence[Path]) -> list[Example]:
    """Labels joined to public texts by hash; a label whose text is not given is simply not used.

    Where a text was read more than once the first file's label counts; the others measure agreement.
    """
    labels: dict[str, Label] = {}
    for path in label_files(folder):
        for label in read_label_file(path):
            labels.setdefault(label.key, label)
    found: dict[str, Example] = {}
    for path in texts if labels else ():
        for _, values in rows_of(path):
            title = values.get("title") or values.get("text")
            known = labels.get(text_key(title)) if isinstance(title, str) and title.strip() else None
            if known is not None and known.key not in found:
                shown = values if known.summary else {**values, "summary": ""}
                found[known.key] = Example(text_from(shown), known.tags, known.mode, known.origin)
    return list(found.values())


def word_set(text: str) -> frozenset[str]:
    """The distinct words of the normalised text."""
    return frozenset(re.findall(r"\w+", normalised_text(text)))


def without_copies(examples: Sequence[Example], held_out: Iterable[str]) -> tuple[list[Example], int]:
    """The examples that are no near copy (word-Jaccard ``NEAR`` or more) of a held-out text, and how many were."""
    held = [words for words in map(word_set, held_out) if words]
    by_word: dict[str, list[int]] = {}
    for place, words in enumerate(held):
        for word in words:
            by_word.setdefault(word, []).append(place)
    kept = []
    for example in examples:
        words = word_set(example.text.title)
        shared = Counter(place for word in words for place in by_word.get(word, ()))
        near = any(common / (len(words) + len(held[place]) - common) >= NEAR for place, common in shared.items())
        if not near:
            kept.append(example)
    return kept, len(examples) - len(kept)
