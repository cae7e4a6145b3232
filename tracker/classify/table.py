"""A trained model folded into one table: a row of weights for every feature, one column for every question.

What scikit-learn trained is linear from end to end (indicator features, inverse document frequency, length
norm, logistic regression, a sigmoid for calibration). So asking it is adding up the rows of the features a
text has; the table does that for a batch at once, gives the same probabilities as the estimators (a test holds
it), and shows what each feature contributed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray

from tracker.classify.features import PAIRS

Floats = NDArray[numpy.float64]


def packed(words: Sequence[str]) -> NDArray[numpy.uint8]:
    """A vocabulary as one array of bytes, a line each: a file of fifty thousand strings takes half a minute to load."""
    return numpy.frombuffer("\n".join(words).encode(), dtype=numpy.uint8).copy()


def unpacked(lines: NDArray[numpy.uint8]) -> list[str]:
    """The vocabulary behind ``packed``, in the order of the columns."""
    return lines.tobytes().decode().split("\n")


class Answer(NamedTuple):
    """Probabilities of a batch: ``categories`` (texts, categories) each for itself, ``modes`` (texts, modes) that
    sum to 1 in each row."""

    categories: Floats
    modes: Floats


class Numbers:
    """The features of a vocabulary by their places in it; ``unknown``, the place after the last, for all others."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.unknown = len(vocabulary)
        self._place = {word: place for place, word in enumerate(vocabulary)}
        self._following: dict[str, dict[str, int]] = {}
        for word, place in self._place.items():
            if word[:2] in PAIRS:
                cut = word.rfind(PAIRS[word[:2]]) + 1
                self._following.setdefault(word[:cut], {})[word[cut:]] = place

    def one(self, feature: str) -> int:
        """The place of one feature."""
        return self._place.get(feature, self.unknown)

    def following(self, opening: str) -> Mapping[str, int]:
        """The places of the features that begin so, by the form that follows."""
        return self._following.get(opening, {})

    def known(self, features: Iterable[str]) -> list[str]:
        """Those of the features that have a place, in alphabetical order."""
        return sorted(each for each in features if each in self._place)


class Table:
    """The folded model. ``parts`` are the estimators as ``training`` fits them."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        vocabulary = unpacked(parts["words"])
        rarity = numpy.asarray(parts["rarity"].idf_, dtype=numpy.float64)
        asked = [each.calibrated_classifiers_[0] for each in parts["categories"]]
        spoken = parts["modes"].calibrated_classifiers_[0]
        weights = numpy.vstack([*(each.estimator.coef_ for each in asked), spoken.estimator.coef_])
        self._columns = len(asked)
        self.modes = [str(each) for each in parts["modes"].classes_]
        self.numbers = Numbers(vocabulary)
        # One row more, of zeros, for features that are not known and texts without any.
        folded = numpy.zeros((len(vocabulary) + 1, weights.shape[0] + 1), dtype=numpy.float64)
        folded[:-1, :-1] = (weights * rarity).T
        folded[:-1, -1] = rarity**2
        # Single floats are all that is kept of a weight, but they are added up as doubles: so they are held as such.
        self._rows = folded.astype(numpy.float32).astype(numpy.float64)
        estimators = [*(each.estimator for each in asked), spoken.estimator]
        self._intercepts = numpy.concatenate([each.intercept_ for each in estimators])
        calibrators = [*(each.calibrators[0] for each in asked), *spoken.calibrators]
        self._slopes = numpy.array([each.a_ for each in calibrators])
        self._offsets = numpy.array([each.b_ for each in calibrators])

    def ask(self, texts: Sequence[Collection[int]]) -> Answer:
        """The probabilities for each text's features, given by their ``numbers``, each once; one never seen in training
        says nothing."""
        rows: list[int] = []
        starts: list[int] = []
        for features in texts:
            starts.append(len(rows))
            rows += features or (self.numbers.unknown,)
        chosen = self._rows.take(numpy.fromiter(rows, numpy.intp, len(rows)), axis=0)
        sums = numpy.add.reduceat(chosen, starts, axis=0)
        norms = numpy.sqrt(sums[:, -1:])
        scores = sums[:, :-1] / numpy.where(norms > 0.0, norms, 1.0) + self._intercepts
        chances = 1.0 / (1.0 + numpy.exp(self._slopes * scores + self._offsets))
        modes = chances[:, self._columns :]
        return Answer(chances[:, : self._columns], modes / modes.sum(axis=1, keepdims=True))

    def reasons(self, features: AbstractSet[str], column: int, most: int) -> list[tuple[str, float]]:
        """The features that weigh most for one question (categories first, then modes), strongest first.

        Weights are in nats after calibration: what the feature adds to the log-odds.
        """
        known = self.numbers.known(features)
        if not known:
            return []
        rows = self._rows[[self.numbers.one(each) for each in known]]
        weights = -self._slopes[column] * rows[:, column] / numpy.sqrt(rows[:, -1].sum())
        order = sorted(range(len(known)), key=lambda each: (-abs(weights[each]), known[each]))[:most]
        return [(known[each], float(weights[each])) for each in order]

    def mode_column(self, mode: str) -> int:
        """The column in which a mode is asked for."""
        return self._columns + self.modes.index(mode)
