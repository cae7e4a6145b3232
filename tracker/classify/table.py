"""A trained model folded into one table: a row of weights for every feature, one column for every question.

What scikit-learn trained is linear from end to end (indicator features, inverse document frequency, length
norm, logistic regression, a sigmoid for calibration). So asking it is adding up the rows of the features a
text has; the table does that for a batch at once, gives the same probabilities as the estimators (a test holds
it), and shows what each feature contributed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray

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
        self._place = {word: place for place, word in enumerate(vocabulary)}
        # One row more, of zeros, for texts without any known feature.
        self._empty = len(vocabulary)
        folded = numpy.zeros((len(vocabulary) + 1, weights.shape[0] + 1), dtype=numpy.float64)
        folded[:-1, :-1] = (weights * rarity).T
        folded[:-1, -1] = rarity**2
        self._rows = folded.astype(numpy.float32)
        estimators = [*(each.estimator for each in asked), spoken.estimator]
        self._intercepts = numpy.concatenate([each.intercept_ for each in estimators])
        calibrators = [*(each.calibrators[0] for each in asked), *spoken.calibrators]
        self._slopes = numpy.array([each.a_ for each in calibrators])
        self._offsets = numpy.array([each.b_ for each in calibrators])

    def ask(self, texts: Sequence[AbstractSet[str]]) -> Answer:
        """The probabilities for each text's features; features never seen in training are passed over."""
        place = self._place
        rows: list[int] = []
        starts: list[int] = []
        for features in texts:
            starts.append(len(rows))
            known = [place[each] for each in features if each in place]
            rows += known or [self._empty]
        sums = numpy.add.reduceat(self._rows[rows], starts, axis=0, dtype=numpy.float64)
        norms = numpy.sqrt(sums[:, -1:])
        scores = sums[:, :-1] / numpy.where(norms > 0.0, norms, 1.0) + self._intercepts
        chances = 1.0 / (1.0 + numpy.exp(self._slopes * scores + self._offsets))
        modes = chances[:, self._columns :]
        return Answer(chances[:, : self._columns], modes / modes.sum(axis=1, keepdims=True))

    def reasons(self, features: AbstractSet[str], column: int, most: int) -> list[tuple[str, float]]:
        """The features that weigh most for one question (categories first, then modes), strongest first.

        Weights are in nats after calibration: what the feature adds to the log-odds.
        """
        known = sorted(each for each in features if each in self._place)
        if not known:
            return []
        rows = self._rows[[self._place[each] for each in known]].astype(numpy.float64)
        weights = -self._slopes[column] * rows[:, column] / numpy.sqrt(rows[:, -1].sum())
        order = sorted(range(len(known)), key=lambda each: (-abs(weights[each]), known[each]))[:most]
        return [(known[each], float(weights[each])) for each in order]

    def mode_column(self, mode: str) -> int:
        """The column in which a mode is asked for."""
        return self._columns + self.modes.index(mode)
