"""Training: from the corpus (and labelled public texts joined by hash) to a model folder with its figures."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED

from tracker.classify.cards import card
from tracker.classify.evaluation import read_labelled
from tracker.classify.examples import (
    Example,
    label_files,
    read_corpus,
    read_label_file,
    read_labels,
    rows_of,
    text_key,
    without_copies,
)  # fmt: skip
from tracker.classify.model import ALLOWED_TYPES, FORMAT, MANIFEST_FILE, MODEL_FILE, PARTS, ModelReader, read_manifest
from tracker.classify.rules import RulesReader
from tracker.classify.table import packed
from tracker.classify.trials import agreement, chosen_thresholds, trial
from tracker.core.errors import ArtefactError, RefusedError, SourceError
from tracker.core.observations import MODES

SEED = 20200101

SELDOM = 3
"""A feature in fewer training texts than this is not kept."""

OWN_WEIGHT = 0.4
"""What a text written for the project counts beside a real one: there are more of them, and they are not the news."""

C_CATEGORY, C_MODE = 60.0, 15.0
"""Inverse regularisation, chosen on folds of the labelled titles by month (docs/decisions/0017)."""

FOLDS = 5
"""Folds of the calibration."""


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What a training run made. ``metrics`` as in metrics.json; ``lines`` are sentences for the operator."""

    folder: Path
    examples: int
    dropped: int
    metrics: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()


def fold_of(example: Example) -> str:
    """The group an example is held out with: a month of titles, a stretch of one corpus file.

    Near copies of one story, and texts written in one sitting, must never stand on both sides of a fold.
    """
    at = example.text.published.first_at
    if example.own or at is None:
        return f"{example.origin} {text_key(example.text.title)[:1]}" if not example.own else example.origin
    return f"{at:%Y-%m}"


def folds(examples: Sequence[Example], count: int) -> list[tuple[list[int], list[int]]]:
    """(train, test) places of ``count`` folds in which every group of ``fold_of`` stands on one side only.

    Groups go to the fold that is emptiest, the greatest first; the same examples give the same folds.
    """
    groups: dict[str, list[int]] = {}
    for place, example in enumerate(examples):
        groups.setdefault(fold_of(example), []).append(place)
    parts: list[list[int]] = [[] for _ in range(count)]
    for _, members in sorted(groups.items(), key=lambda each: (-len(each[1]), each[0])):
        min(parts, key=len).extend(members)
    every = range(len(examples))
    cut = []
    for part in parts:
        held = set(part)
        cut.append(([place for place in every if place not in held], sorted(part)))
    return [(train, test) for train, test in cut if test]


def fitted(
    documents: Sequence[Iterable[str]], examples: Sequence[Example], categories: Sequence[str]
) -> dict[str, Any]:
    """The estimators of a model (``model.PARTS``), fitted and calibrated on the examples' features."""
    import numpy
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegression

    seen = Counter(each for document in documents for each in document)
    kept = [{each: 1.0 for each in sorted(document) if seen[each] >= SELDOM} for document in documents]
    words, rarity = DictVectorizer(), TfidfTransformer()
    matrix = rarity.fit_transform(words.fit_transform(kept))
    weights = numpy.array([OWN_WEIGHT if each.own else 1.0 for each in examples])

    def calibrated(c: float, places: Sequence[int], wanted: Sequence[Any]) -> Any:
        classifier = LogisticRegression(C=c, max_iter=2000, random_state=SEED)
        held = _usable(folds([examples[place] for place in places], FOLDS), wanted)
        calibration = CalibratedClassifierCV(classifier, method="sigmoid", cv=held, ensemble=False)
        return slim(calibration.fit(matrix[list(places)], wanted, sample_weight=weights[list(places)]))

    def slim(calibration: Any) -> Any:
        """Weights as single floats, four digits, and the folds forgotten: more only swells the file, and the places of
        a hundred thousand folded texts take it half a minute to load."""
        calibration.cv = FOLDS
        estimator = calibration.calibrated_classifiers_[0].estimator
        estimator.coef_ = numpy.round(estimator.coef_, 4).astype(numpy.float32)
        return calibration

    every = range(len(examples))
    by_category = [calibrated(C_CATEGORY, every, [int(name in each.tags) for each in examples]) for name in categories]
    spoken = [place for place in every if examples[place].mode in MODES]
    by_mode = calibrated(C_MODE, spoken, [examples[place].mode for place in spoken])
    return dict(zip(sorted(PARTS), (by_category, by_mode, rarity, packed(words.feature_names_)), strict=True))


def _usable(cut: list[tuple[list[int], list[int]]], wanted: Sequence[Any]) -> Any:
    """The folds, or plain ones where a fold would lack a class (few examples, as in a trial)."""
    classes = set(wanted)
    if all({wanted[place] for place in part} == classes for pair in cut for part in pair):
        return cut
    return FOLDS


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
    former: Path | None = None,
    also: Sequence[Example] = (),
) -> TrainReport:
    """Train, save and measure a model; the same inputs give the same predictions.

    ``out`` must not exist yet: a model folder never changes once it is made. Without ``dev`` nothing is held
    out and nothing measured. ``also`` are further examples (analysts' answers). A model that reads the dev file
    worse than ``former`` is not kept. Raises RefusedError, SourceError or ArtefactError.
    """
    if (out / MODEL_FILE).exists():
        raise RefusedError(f"{out} already holds a model; models are never changed, give the next number")
    examples = latest([*read_corpus(corpus_folder), *read_labels(labels_folder, texts), *also])
    held_out = [str(values.get("text") or values.get("title") or "") for _, values in rows_of(dev)] if dev else []
    examples, dropped = without_copies(examples, held_out)
    examples.sort(key=lambda each: text_key(each.text.title + each.text.summary))
    categories = tuple(rules.guide)
    thin = [name for name in categories if sum(name in each.tags for each in examples) < 10]
    thin += [mode for mode in MODES if sum(mode == each.mode for each in examples) < 10]
    if thin:
        raise SourceError(f"too few examples of {', '.join(thin)} to learn from; add texts to {corpus_folder}")
    parts = fitted([rules.look(each.text).features for each in examples], examples, categories)
    manifest = saved(out, parts, examples, categories, rules, corpus_folder, labels_folder, dropped)
    metrics: dict[str, Any] = {}
    if dev is not None:
        thresholds = chosen_thresholds(ModelReader(out, read_manifest(out), rules), read_labelled(dev), categories)
        manifest = {**manifest, "thresholds": thresholds}
        _write(out / MANIFEST_FILE, manifest)
        metrics |= trial(out, rules, dev, examples, former)
    metrics["agreement"] = agreement([read_label_file(path) for path in label_files(labels_folder)], categories)
    _write(out / "metrics.json", metrics)
    (out / "CARD.md").write_text(card(manifest, metrics), encoding="utf-8")
    report = TrainReport(out, len(examples), dropped, metrics, tuple(_lines(out, len(examples), dropped, metrics)))
    if "former" in metrics and quality(metrics["model"]) < quality(metrics["former"]):
        shutil.rmtree(out)
        raise RefusedError(
            "\n".join(report.lines) + f"\nthe new model reads the dev file worse than {former.name if former else ''}: "
            "it was not kept; add labels or texts, or name another file with --dev"
        )
    return report


def latest(examples: Sequence[Example]) -> list[Example]:
    """Each text once, by its last example: an analyst's answer comes after, and goes before, an earlier label."""
    return list({text_key(f"{each.text.title} {each.text.summary}"): each for each in examples}.values())


def saved(
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
    inputs = [*label_files(corpus_folder), *label_files(labels_folder)]
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "name": out.name,
        "model_sha256": _sha256(out / MODEL_FILE),
        "versions": {"scikit-learn": sklearn.__version__, "skops": skops.__version__},
        "seed": SEED,
        "categories": list(categories),
        "thresholds": dict.fromkeys(categories, 0.5),
        "phrasebook": rules.version,
        "trained_on": {f"{path.parent.name}/{path.name}": _sha256(path) for path in inputs},
        "examples": dict(sorted(Counter(each.origin for each in examples).items())),
        "tags": dict(sorted(Counter(tag for each in examples for tag in each.tags).items())),
        "modes": dict(sorted(Counter(each.mode or "none" for each in examples).items())),
        "left_out_as_near_copies_of_dev": dropped,
    }
    _write(out / MANIFEST_FILE, manifest)
    return manifest


def _lines(out: Path, examples: int, dropped: int, metrics: Mapping[str, Any]) -> Iterable[str]:
    yield f"{out.name}: trained on {examples} texts; {dropped} left out as near copies of dev texts"
    read_twice = metrics.get("agreement")
    if read_twice:
        told = ", ".join(f"{name} {value:.2f}" for name, value in read_twice.items() if name != "texts")
        yield f"two readings of {read_twice['texts']:.0f} texts agree (Cohen's kappa): {told}"
    for name in ("majority", "tfidf", "rules", "former", "model"):
        if name in metrics:
            each = metrics[name]
            yield (
                f"{name}: categories micro-F1 {each['micro_f1']:.3f}, macro-F1 {each['macro_f1']:.3f}; mode macro-F1 "
                f"{each['mode_of_tagged_f1']:.3f} over tagged rows, {each['mode_macro_f1']:.3f} over all; "
                f"calibration error {each['calibration_error']:.3f}"
            )


def quality(report: Mapping[str, Any]) -> float:
    """One figure to compare models by: the mean of the three macro and micro F1 the project is judged by."""
    return (float(report["micro_f1"]) + float(report["macro_f1"]) + float(report["mode_of_tagged_f1"])) / 3.0
