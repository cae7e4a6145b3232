"""The trained classifier: loaded by audit, never by trust, and asked only about texts that pass the gate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracker.classify.features import document
from tracker.classify.phrasing import Reading
from tracker.classify.rules import LEAST_P, RulesReader, leading
from tracker.core.errors import ArtefactError
from tracker.core.observations import MODES, Mode, Observation, Text

MODEL_FILE = "model.skops"
MANIFEST_FILE = "manifest.json"
FORMAT = 1
"""Raised when the layout of a model folder changes; an older folder is then refused, not misread."""

ALLOWED_TYPES = frozenset({"sklearn.calibration._CalibratedClassifier", "sklearn.calibration._SigmoidCalibration"})
"""Types beyond skops' own list that a model may hold: the two that carry the calibration, and no other."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model folder says of itself. ``thresholds`` are per category, 0..1."""

    name: str
    model_sha256: str
    sklearn: str
    categories: tuple[str, ...]
    thresholds: Mapping[str, float]
    format: int = FORMAT
    details: Mapping[str, Any] = field(default_factory=dict)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a model folder. Raises ArtefactError in one sentence when it cannot be used."""
    path = folder / MANIFEST_FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest(
            str(values["name"]),
            str(values["model_sha256"]),
            str(values["versions"]["scikit-learn"]),
            tuple(str(each) for each in values["categories"]),
            {str(name): float(value) for name, value in values["thresholds"].items()},
            int(values["format"]),
            values,
        )
    except FileNotFoundError as trouble:
        raise ArtefactError(
            f"there is no model at {folder}; train one, or choose the rules in observers.toml"
        ) from trouble
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as trouble:
        raise ArtefactError(f"{path} is no manifest this program can read ({trouble}); restore the folder") from trouble
    if manifest.format != FORMAT:
        raise ArtefactError(f"{path} has format {manifest.format}, this program reads {FORMAT}; train the model anew")
    return manifest


def load(folder: Path, manifest: Manifest) -> dict[str, Any]:
    """The estimators of a model folder, after hash, version and types have been checked.

    Raises ArtefactError when the file is missing, was changed, was made by another scikit-learn or holds any
    type that is not allowed by name.
    """
    import sklearn
    from skops.io import get_untrusted_types
    from skops.io import load as skops_load

    path = folder / MODEL_FILE
    try:
        content = path.read_bytes()
    except OSError as trouble:
        raise ArtefactError(f"{path} cannot be read ({trouble}); restore the folder or choose the rules") from trouble
    if hashlib.sha256(content).hexdigest() != manifest.model_sha256:
        raise ArtefactError(f"{path} is not the file its manifest describes; restore the folder from the repository")
    if sklearn.__version__.split(".")[:2] != manifest.sklearn.split(".")[:2]:
        raise ArtefactError(
            f"{path} was made by scikit-learn {manifest.sklearn}, this is {sklearn.__version__}; train it anew"
        )
    try:
        foreign = sorted(set(get_untrusted_types(file=path)) - ALLOWED_TYPES)
        if foreign:
            raise ArtefactError(f"{path} holds types that are not allowed ({', '.join(foreign)}); do not use it")
        parts = skops_load(path, trusted=sorted(ALLOWED_TYPES))
    except ArtefactError:
        raise
    except Exception as trouble:  # a tampered archive may fail in any way; the outcome is the same sentence
        raise ArtefactError(f"{path} cannot be loaded ({type(trouble).__name__}); restore the folder") from trouble
    if not isinstance(parts, dict) or set(parts) != {"vectors", "categories", "modes"}:
        raise ArtefactError(f"{path} does not hold what a model of this program holds; train it anew")
    return parts


class ModelReader:
    """Implements ``core.ports.Reader``: the model decides categories and mode, the rules read the rest."""

    def __init__(self, folder: Path, manifest: Manifest, rules: RulesReader) -> None:
        self._folder, self._manifest, self._rules = folder, manifest, rules
        self._parts: dict[str, Any] | None = None
        self._nothing = Observation(False, (), dict.fromkeys(rules.guide, LEAST_P), {})

    def observe(self, texts: Sequence[Text]) -> list[Observation]:
        """One observation per text, in order; the model is loaded when the first text passes the gate."""
        observations = [self._nothing] * len(texts)
        asked = [place for place, text in enumerate(texts) if self._rules.relevant(text)]
        if not asked:
            return observations
        read = [self._rules.readings(texts[place]) for place in asked]
        documents = [document(canonical, concerns, found) for concerns, canonical, _, found in read]
        chances, modes = self._predicted(documents)
        for k, place in enumerate(asked):
            concerns, canonical, lang, found = read[k]
            by_category = {each.category: each for each in found}
            p = {name: float(chances[k][i]) for i, name in enumerate(self._manifest.categories)}
            if not concerns and not found:
                p = dict.fromkeys(p, LEAST_P)
            mentions = []
            for name, chance in p.items():
                if chance < self._manifest.thresholds.get(name, 0.5):
                    continue
                reading = by_category.get(name)
                p_mode = blended(modes[k], reading)
                mentions.append(self._rules.mention(name, chance, p_mode, reading, texts[place], canonical, lang))
            chosen = tuple(sorted(mentions, key=lambda each: (-each.p, each.category)))
            rounded = {name: round(chance, 4) for name, chance in p.items()}
            guide = self._rules.guide
            observations[place] = Observation(concerns or bool(chosen), chosen, rounded, leading(chosen, guide))
        return observations

    def _predicted(self, documents: Sequence[str]) -> tuple[Any, list[dict[Mode, float]]]:
        if self._parts is None:
            self._parts = load(self._folder, self._manifest)
        vectors = self._parts["vectors"].transform(documents)
        classes = [str(each) for each in self._parts["modes"].classes_]
        shares = self._parts["modes"].predict_proba(vectors)
        modes = [
            {mode: float(row[classes.index(mode)]) if mode in classes else 0.0 for mode in MODES} for row in shares
        ]
        return self._parts["categories"].predict_proba(vectors), modes


RULES_SHARE = 0.5
"""How much the rules' mode counts beside the model's where both speak (chosen on the dev file)."""


def blended(model: Mapping[Mode, float], reading: Reading | None) -> tuple[tuple[Mode, float], ...]:
    """Mode probabilities of one mention: the model's, mixed with the rules' own where they found the category."""
    rules = dict(reading.p_mode) if reading is not None and reading.p >= 0.5 else None
    if rules is None:
        return tuple((mode, round(model[mode], 4)) for mode in MODES)
    return tuple((mode, round((1.0 - RULES_SHARE) * model[mode] + RULES_SHARE * rules[mode], 4)) for mode in MODES)
