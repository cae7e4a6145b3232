"""What a trained model is measured against: the rules, plain TF-IDF, the majority, and the model before it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tracker.classify.evaluation import Labelled, Report, measured, read_labelled
from tracker.classify.examples import Example, Label
from tracker.classify.model import ModelReader, read_manifest
from tracker.classify.reliability import best_threshold, costs
from tracker.classify.rules import RulesReader, leading
from tracker.core.errors import ArtefactError
from tracker.core.observations import MODES, Mention, Observation


def chosen_thresholds(reader: ModelReader, rows: Sequence[Labelled], guide: Sequence[str]) -> dict[str, float]:
    """Per category the threshold of the best F1 on the dev rows; 0.5 where they hold too few of it."""
    seen = reader.observe([row.text for row in rows])
    tags = [row.tags for row in rows]
    counts = Counter(tag for row in rows for tag in row.tags)
    return {name: best_threshold(found, counts[name]) for name, found in costs(tags, seen, guide).items()}


def trial(
    out: Path, rules: RulesReader, dev: Path, examples: Sequence[Example], former: Path | None = None
) -> Mapping[str, Any]:
    """The figures of everybody on the dev file. A former model that cannot be read any more is left out."""
    rows = read_labelled(dev)
    texts = [row.text for row in rows]
    readers: dict[str, Report] = {
        "model": measured(rows, ModelReader(out, read_manifest(out), rules).observe(texts), rules.guide),
        "rules": measured(rows, rules.observe(texts), rules.guide),
        "tfidf": measured(rows, _tfidf(examples, rows, rules.guide), rules.guide),
        "majority": measured(rows, _majority(examples, rows, rules.guide), rules.guide),
    }
    if former is not None and former != out:
        with suppress(ArtefactError):
            before = ModelReader(former, read_manifest(former), rules)
            readers["former"] = measured(rows, before.observe(texts), rules.guide)
    digest = hashlib.sha256(dev.read_bytes()).hexdigest()
    return {"dev_sha256": digest, **{name: report.as_dict() for name, report in readers.items()}}


def _observation(chances: Mapping[str, float], shares: Mapping[str, float], guide: Sequence[str]) -> Observation:
    p_mode = tuple((mode, shares.get(mode, 0.0)) for mode in MODES)
    mode = max(p_mode, key=lambda pair: pair[1])[0]
    mentions = tuple(Mention(name, "", mode, p, p_mode, (), "UTC") for name, p in chances.items() if p >= 0.5)
    return Observation(bool(mentions), mentions, dict(chances), leading(mentions, guide))


def _tfidf(examples: Sequence[Example], rows: Sequence[Labelled], guide: Sequence[str]) -> list[Observation]:
    """The baseline of the field: TF-IDF of words and characters with logistic regression, on the same texts."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import FeatureUnion

    vectors = FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)),
            ("letters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=4, max_features=30_000)),
        ]
    )
    matrix = vectors.fit_transform([f"{each.text.title} {each.text.summary}" for each in examples])
    asked = vectors.transform([f"{row.text.title} {row.text.summary}" for row in rows])
    chances = {}
    for name in guide:
        classifier = LogisticRegression(C=10.0, solver="liblinear")
        chances[name] = classifier.fit(matrix, [name in each.tags for each in examples]).predict_proba(asked)[:, 1]
    spoken = [place for place, each in enumerate(examples) if each.mode in MODES]
    modes = LogisticRegression(C=10.0, max_iter=300).fit(matrix[spoken], [examples[place].mode for place in spoken])
    shares = modes.predict_proba(asked)
    return [
        _observation(
            {name: float(chances[name][k]) for name in guide},
            dict(zip((str(each) for each in modes.classes_), map(float, shares[k]), strict=True)),
            guide,
        )
        for k in range(len(rows))
    ]


def _majority(examples: Sequence[Example], rows: Sequence[Labelled], guide: Sequence[str]) -> list[Observation]:
    """Everything is of the commonest category and the commonest mode."""
    tags = Counter(tag for each in examples for tag in each.tags)
    modes = Counter(each.mode for each in examples if each.mode in MODES)
    name, mode = max(guide, key=lambda each: tags[each]), max(MODES, key=lambda each: modes[each])
    return [_observation({name: 1.0}, {mode: 1.0}, guide)] * len(rows)


def agreement(readings: Sequence[Sequence[Label]], guide: Sequence[str]) -> dict[str, float]:
    """Cohen's kappa between the first and the later readings of the same texts: per category, and of the mode
    where both give one. Empty where nothing was read twice."""
    first: dict[str, Label] = {}
    pairs: list[tuple[Label, Label]] = []
    for labels in readings:
        for label in labels:
            known = first.setdefault(label.key, label)
            if known is not label:
                pairs.append((known, label))
    if not pairs:
        return {}
    found = {name: kappa([(name in a.tags, name in b.tags) for a, b in pairs]) for name in guide}
    found["mode"] = kappa([(a.mode, b.mode) for a, b in pairs if a.mode and b.mode])
    return {"texts": float(len(pairs)), **{name: round(value, 3) for name, value in found.items()}}


def kappa(pairs: Sequence[tuple[object, object]]) -> float:
    """Cohen's kappa of two readers; 1 where they always agree, 0 where no more than by chance."""
    if not pairs:
        return 0.0
    n = len(pairs)
    same = sum(a == b for a, b in pairs) / n
    ones, others = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(times * others[value] for value, times in ones.items()) / n**2
    return (same - chance) / (1.0 - chance) if chance < 1.0 else 1.0
