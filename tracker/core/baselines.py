"""Baselines: cited series by year, half-year or date, which forecasts are compared with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Series:
    """A named series of cited values in ``unit``.

    ``values`` holds (period, value, citation) in order of period; a period is a label such as "2019",
    "2012H1" or "2020-01", compared as text.
    """

    id: str
    label: str
    unit: str
    values: tuple[tuple[str, float, str], ...] = ()

    def value(self, period: str) -> float | None:
        """The value of that period; None where the series has none (never a guess from its neighbours)."""
        return next((value for label, value, _ in self.values if label == period), None)

    def citation(self, period: str) -> str:
        """Where that period's value stands; empty where the series has none."""
        return next((citation for label, _, citation in self.values if label == period), "")

    @property
    def periods(self) -> tuple[str, ...]:
        return tuple(label for label, _, _ in self.values)
