"""One look at a text: everything both readers need of it, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from tracker.classify.canonical import Canonical
from tracker.classify.features import F, Features, Names
from tracker.classify.phrasing import Reading


class Reason(NamedTuple):
    """Why a text was read so: ``of`` is the category or mode, ``words`` say what spoke, ``weight`` how much (nats)."""

    of: str
    words: str
    weight: float


@dataclass(frozen=True)
class Look:
    """``concerns``: the text names a DPRK actor or place; ``hinted``: it speaks of the subject without the name.

    ``readings`` are the rules' own, of any probability.
    """

    concerns: bool
    hinted: bool
    canonical: Canonical
    lang: str
    readings: Sequence[Reading]

    @property
    def admitted(self) -> bool:
        """Whether the text is one to be read at all."""
        return self.concerns or self.hinted

    @cached_property
    def features(self) -> set[str]:
        """What the model sees of it, by name."""
        return self.seen_by(_NAMED)

    def seen_by(self, features: Features[F]) -> set[F]:
        """What the model sees of it, by whatever it calls features."""
        return features.of(self.canonical, self.concerns, self.lang, self.readings)


_NAMED = Features(Names())
