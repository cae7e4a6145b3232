"""The trained classifier: loaded by audit, never by trust, and asked only about texts that pass the gate."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.classify.features import Features, spoken
from tracker.classify.looks import Look, Reason
from tracker.classify.phrasing import THRESHOLD, Reading
from tracker.classify.rules import LEAST_P, RulesReader, leading
from tracker.core.errors import ArtefactError
from tracker.core.observations import MODES, Mode, Observation, Text

if TYPE_CHECKING:
    from tracker.classify.table import Table

MODEL_FILE = "model.skops"
MANIFEST_FILE = "manifest.json"
FORMAT = 2
"""Raised when the layout of a model folder changes; an older folder is then refused, not misread."""

PARTS = {"words", "rarity", "categories", "modes"}
"""The estimators of a model: the vocabulary, inverse document frequency, one classifier a category, one of modes."""

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
    if not isinstance(parts, dict) or set(parts) != PARTS:
        raise ArtefactError(f"{path} does not hold what a model of this program holds; train it anew")
    return parts


class ModelReader:
    """Implements ``core.ports.Reader``: the model decides the guide's categories and the mode, the rules the rest.

    Relevance comes first: the rules' gate, then whether the text names the North or speaks of it without the
    name. What passes neither costs no prediction and is never tagged, whatever its words look like.
    """

    def __init__(self, folder: Path, manifest: Manifest, rules: RulesReader) -> None:
        self._folder, self._manifest, self._rules = folder, manifest, rules
        self._loaded: tuple[Table, Features[int]] | None = None
        self._nothing = Observation(False, (), dict.fromkeys(rules.guide, LEAST_P), {})
        self._column = {name: column for column, name in enumerate(manifest.categories)}
        self._least = {name: manifest.thresholds.get(name, THRESHOLD) for name in manifest.categories}

    @property
    def _model(self) -> tuple[Table, Features[int]]:
        """The table and how it sees texts, loaded when the first text is asked about."""
        if self._loaded is None:
            from tracker.classify.table import Table

            table = Table(load(self._folder, self._manifest))
            self._loaded = table, Features(table.numbers)
            gc.freeze()  # phrases and table stay for good: the collector need not walk through them again and again
        return self._loaded

    def observe(self, texts: Sequence[Text]) -> list[Observation]:
        """One observation per text, in order; the model is loaded when the first text is asked about."""
        observations = [self._nothing] * len(texts)
        looks = [(place, self._rules.look(text)) for place, text in enumerate(texts) if self._rules.relevant(text)]
        asked = [(place, look) for place, look in looks if look.admitted]
        if not asked:
            return observations
        table, features = self._model
        answer = table.ask([look.seen_by(features) for _, look in asked])
        columns = [table.modes.index(mode) for mode in MODES]
        modes = answer.modes[:, columns].tolist()
        # Of most categories the rules say nothing: mixed and rounded for the whole batch, the others one by one.
        silent = (answer.categories * (1.0 - RULES_SHARE) + RULES_SHARE * LEAST_P).round(4).tolist()
        for (place, look), chances, unsaid, shares in zip(
            asked, answer.categories.tolist(), silent, modes, strict=True
        ):
            p = dict(zip(self._manifest.categories, unsaid, strict=True))
            for each in look.readings:
                if each.category in p:
                    chance = chances[self._column[each.category]]
                    p[each.category] = round((1.0 - RULES_SHARE) * chance + RULES_SHARE * each.p, 4)
            observations[place] = self._observation(texts[place], look, p, shares)
        return observations

    def _observation(self, text: Text, look: Look, p: dict[str, float], shares: Sequence[float]) -> Observation:
        """``p`` is of the model and the rules together, ``shares`` those the model gives to ``MODES``."""
        least = self._least
        likely = [name for name, chance in p.items() if chance >= least[name]]
        # Categories beyond the guide have no labels to learn from; the rules speak for them.
        beyond = [each for each in look.readings if each.p >= THRESHOLD and each.category not in p]
        if not likely and not beyond:
            return Observation(look.concerns, (), p, {}, self._rules.days_named(text, look))
        scene = self._rules.scene(text, look)
        found = {each.category: each for each in look.readings}
        mentions = [
            self._rules.mention(name, p[name], blended(shares, found.get(name)), found.get(name), scene)
            for name in likely
        ]
        mentions += [self._rules.mention(each.category, each.p, each.p_mode, each, scene) for each in beyond]
        mentions.sort(key=lambda each: (-each.p, each.category))
        return Observation(True, tuple(mentions), p, leading(mentions, self._rules.guide))

    def explain(self, text: Text, most: int = 6) -> list[Reason]:
        """What spoke for and against each category the text may be of, and for its mode, strongest first."""
        look = self._rules.look(text) if self._rules.relevant(text) else None
        if look is None or not look.admitted:
            return [Reason("", "the text neither names the North nor speaks of it", 0.0)]
        table, features = self._model
        answer = table.ask([look.seen_by(features)])
        reasons = []
        for column, (name, chance) in enumerate(zip(self._manifest.categories, answer.categories[0], strict=True)):
            if chance >= EXPLAINED:
                found = table.reasons(look.features, column, most)
                reasons += [Reason(name, spoken(feature), round(weight, 3)) for feature, weight in found]
        mode = table.modes[int(answer.modes[0].argmax())]
        found = table.reasons(look.features, table.mode_column(mode), most)
        return reasons + [Reason(mode, spoken(feature), round(weight, 3)) for feature, weight in found]


RULES_SHARE, RULES_MODE_SHARE = 0.3, 0.4
"""How much the rules' own probability and mode count beside the model's, where they speak for the category. Chosen on
folds of the labelled titles by time and on the dev file: two readers that err differently err less together."""

EXPLAINED = 0.05
"""A category less likely than this is not worth explaining."""


def blended(shares: Sequence[float], reading: Reading | None) -> tuple[tuple[Mode, float], ...]:
    """Mode probabilities of one mention: the model's ``shares`` of ``MODES``, mixed with the rules' where they find the
    category."""
    if reading is None or reading.p < THRESHOLD:
        return tuple([(mode, round(share, 4)) for mode, share in zip(MODES, shares, strict=True)])
    model_share = 1.0 - RULES_MODE_SHARE
    return tuple(
        [
            (mode, round(model_share * share + RULES_MODE_SHARE * ruled, 4))
            for share, (mode, ruled) in zip(shares, reading.p_mode, strict=True)
        ]
    )
