"""Training: from the corpus (and labelled public texts joined by hash) to a model folder with its figures."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED

from tracker.classify.cards import card
from tracker.classify.evaluation import evaluate
from tracker.classify.features import document
from tracker.classify.model import ALLOWED_TYPES, FORMAT, MANIFEST_FILE, MODEL_FILE, ModelReader, read_manifest
from tracker.classify.records import text_from
from tracker.classify.rules import RulesReader
from tracker.core.errors import ArtefactError, RefusedError, SourceError
from tracker.core.observations import MODES, Text

SEED = 20200101
NEAR = 0.8
"""Word-Jaccard from which a training text counts as a copy of a dev text and is left out (models/README.md)."""

WORD = r"(?u)[§\w]+"
"""What counts as one word of a document: the rules' findings start with §."""

THRESHOLD = 0.5

FOLDS = 5
"""Folds of the calibration. They are cut in order, so the examples come in the order of their hashes."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text to learn from."""

    text: Text
    tags: frozenset[str]
    mode: str
    origin: str


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What a training run made. ``metrics`` as in metrics.json; ``lines`` are sentences for the operator."""

    folder: Path
    examples: int
    dropped: int
    metrics: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()


def normalised_text(text: str) -> str:
    """NFKC, lower case, white space collapsed: the form whose sha256 keys a label."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def text_key(text: str) -> str:
    """sha256 (hex) of the normalised text."""
    return hashlib.sha256(normalised_text(text).encode()).hexdigest()


def _rows(path: Path) -> Iterable[tuple[int, Mapping[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as trouble:
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


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl")) if folder.is_dir() else []


def read_corpus(folder: Path) -> list[Example]:
    """The project's own training texts. Raises SourceError naming the first line that cannot be used."""
    examples = []
    for path in _files(folder):
        for number, values in _rows(path):
            try:
                tags = frozenset(str(tag) for tag in values["tags"])
                examples.append(Example(text_from(values), tags, str(values.get("mode") or ""), f"corpus/{path.name}"))
            except (KeyError, TypeError, ValueError) as trouble:
                raise SourceError(f"{path} line {number} is no corpus text ({trouble})") from trouble
    return examples


def read_labels(folder: Path, texts: Sequence[Path]) -> list[Example]:
    """Labels joined to public texts by hash; a label whose text is not given is simply not used."""
    labels: dict[str, tuple[frozenset[str], str, str]] = {}
    for path in _files(folder):
        for number, values in _rows(path):
            try:
                tags = frozenset(str(tag) for tag in values["tags"])
                labels[str(values["sha256"])] = (tags, str(values.get("mode") or ""), f"labels/{path.name}")
            except (KeyError, TypeError) as trouble:
                raise SourceError(f"{path} line {number} is no label ({trouble})") from trouble
    found: dict[str, Example] = {}
    for path in texts if labels else ():
        for _, values in _rows(path):
            title = values.get("title") or values.get("text")
            key = text_key(title) if isinstance(title, str) else ""
            if key in labels and key not in found:
                tags, mode, origin = labels[key]
                found[key] = Example(text_from({**values, "summary": ""}), tags, mode, origin)
    return list(found.values())


def _word_set(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", normalised_text(text)))


def without_copies(examples: Sequence[Example], held_out: Iterable[str]) -> tuple[list[Example], int]:
    """The examples that are no near copy (word-Jaccard ``NEAR`` or more) of a held-out text, and how many were."""
    held = [words for words in map(_word_set, held_out) if words]
    by_word: dict[str, list[int]] = {}
    for place, words in enumerate(held):
        for word in words:
            by_word.setdefault(word, []).append(place)
    kept = []
    for example in examples:
        words = _word_set(example.text.title)
        shared = Counter(place for word in words for place in by_word.get(word, ()))
        near = any(common / (len(words) + len(held[place]) - common) >= NEAR for place, common in shared.items())
        if not near:
            kept.append(example)
    return kept, len(examples) - len(kept)


def _documents(rules: RulesReader, examples: Sequence[Example]) -> list[str]:
    read = (rules.readings(each.text) for each in examples)
    return [document(canonical, concerns, found) for concerns, canonical, _, found in read]


def _fitted(documents: Sequence[str], examples: Sequence[Example], categories: Sequence[str]) -> dict[str, Any]:
    import numpy
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import FeatureUnion

    vectors = FeatureUnion(
        [
            ("words", TfidfVectorizer(
                lowercase=False, token_pattern=WORD, ngram_range=(1, 2), min_df=2, sublinear_tf=True,
            )),
            ("characters", TfidfVectorizer(
                lowercase=False, analyzer="char_wb", ngram_range=(2, 5), min_df=4, max_features=20000,
                sublinear_tf=True,
            )),
        ],
        transformer_weights={"words": 1.0, "characters": 0.6},
    )  # fmt: skip
    matrix = vectors.fit_transform(documents)
    wanted = numpy.array([[int(name in each.tags) for name in categories] for each in examples])

    def logistic(c: float) -> Any:
        return LogisticRegression(C=c, class_weight="balanced", max_iter=2000, random_state=SEED)

    by_category = OneVsRestClassifier(CalibratedClassifierCV(logistic(4.0), method="sigmoid", cv=FOLDS, ensemble=False))
    by_category.fit(matrix, wanted)
    spoken = [place for place, each in enumerate(examples) if each.mode in MODES]
    by_mode = CalibratedClassifierCV(logistic(2.0), method="sigmoid", cv=FOLDS, ensemble=False)
    by_mode.fit(matrix[spoken], [examples[place].mode for place in spoken])
    return {"vectors": vectors, "categories": by_category, "modes": by_mode}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, values: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def train(
    corpus_folder: Path,
    labels_folder: Path,
    texts: Sequence[Path],
    out: Path,
    dev: Path | None,
    rules: RulesReader,
) -> TrainReport:
    """Train, save and measure a model; the same inputs give the same predictions.

    ``out`` must not exist yet: a model folder never changes once it is made. Without ``dev`` nothing is held
    out and nothing measured. Raises RefusedError, SourceError or ArtefactError.
    """
    if (out / MODEL_FILE).exists():
        raise RefusedError(f"{out} already holds a model; models are never changed, give the next number")
    examples = read_corpus(corpus_folder) + read_labels(labels_folder, texts)
    held_out = [str(values.get("text") or values.get("title") or "") for _, values in _rows(dev)] if dev else []
    examples, dropped = without_copies(examples, held_out)
    examples.sort(key=lambda each: text_key(each.text.title + each.text.summary))
    categories = tuple(rules.guide)
    thin = [name for name in categories if sum(name in each.tags for each in examples) < 10]
    if thin:
        raise SourceError(f"too few examples of {', '.join(thin)} to learn from; add texts to {corpus_folder}")
    parts = _fitted(_documents(rules, examples), examples, categories)
    manifest = _save(out, parts, examples, categories, rules, corpus_folder, labels_folder, dropped)
    metrics = _measured(out, rules, dev) if dev is not None else {}
    _write(out / "metrics.json", metrics)
    (out / "CARD.md").write_text(card(manifest, metrics), encoding="utf-8")
    return TrainReport(out, len(examples), dropped, metrics, tuple(_lines(out, len(examples), dropped, metrics)))


def _save(
    out: Path, parts: Mapping[str, Any], examples: Sequence[Example], categories: Sequence[str],
    rules: RulesReader, corpus_folder: Path, labels_folder: Path, dropped: int,
) -> Mapping[str, Any]:  # fmt: skip
    import sklearn
    import skops
    from skops.io import dump, get_untrusted_types

    out.mkdir(parents=True, exist_ok=True)
    dump(dict(parts), out / MODEL_FILE, compression=ZIP_DEFLATED, compresslevel=9)
    foreign = sorted(set(get_untrusted_types(file=out / MODEL_FILE)) - ALLOWED_TYPES)
    if foreign:
        raise ArtefactError(f"the trained model holds types that would not load again: {', '.join(foreign)}")
    inputs = [*_files(corpus_folder), *_files(labels_folder)]
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "name": out.name,
        "model_sha256": _sha256(out / MODEL_FILE),
        "versions": {"scikit-learn": sklearn.__version__, "skops": skops.__version__},
        "seed": SEED,
        "categories": list(categories),
        "thresholds": dict.fromkeys(categories, THRESHOLD),
        "phrasebook": rules.version,
        "trained_on": {f"{path.parent.name}/{path.name}": _sha256(path) for path in inputs},
        "examples": dict(sorted(Counter(each.origin for each in examples).items())),
        "tags": dict(sorted(Counter(tag for each in examples for tag in each.tags).items())),
        "modes": dict(sorted(Counter(each.mode or "none" for each in examples).items())),
        "left_out_as_near_copies_of_dev": dropped,
    }
    _write(out / MANIFEST_FILE, manifest)
    return manifest


def _measured(out: Path, rules: RulesReader, dev: Path) -> Mapping[str, Any]:
    reader = ModelReader(out, read_manifest(out), rules)
    return {
        "dev_sha256": _sha256(dev),
        "model": evaluate(reader, dev, rules.guide).as_dict(),
        "rules": evaluate(rules, dev, rules.guide).as_dict(),
    }


def _lines(out: Path, examples: int, dropped: int, metrics: Mapping[str, Any]) -> Iterable[str]:
    yield f"{out.name}: trained on {examples} texts; {dropped} left out as near copies of dev texts"
    for name in ("model", "rules"):
        if name in metrics:
            each = metrics[name]
            yield (
                f"{name}: categories micro-F1 {each['micro_f1']:.3f}, macro-F1 {each['macro_f1']:.3f}; "
                f"mode macro-F1 {each['mode_macro_f1']:.3f}"
            )
    if metrics:
        model, rules = (
            (float(metrics[name]["micro_f1"]), float(metrics[name]["mode_macro_f1"])) for name in ("model", "rules")
        )
        # A tie goes to the rules: what can be read can be corrected phrase by phrase.
        chosen = "the model" if model > rules else "the rules"
        yield (
            f"the model's micro-F1 is {model[0] - rules[0]:+.4f} against the rules', its mode macro-F1 "
            f"{model[1] - rules[1]:+.4f}: {chosen} should be the active observer, see config/observers.toml"
        )
