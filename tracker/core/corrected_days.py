"""The timeline of one day after another with the corrections that had been made by each of them.

Corrections are laid over whole lanes, so a day's timeline is made anew only where the record moved or a correction
came; before the first one it is the machine's, at no cost.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime

from tracker.core.corrections import Correction, standing
from tracker.core.events import Event, Lane
from tracker.core.linking import join, link
from tracker.core.overlay import Overlay, named, overlay, regrouped
from tracker.core.taxonomy import Taxonomy
from tracker.core.unfolding import Days, Unfolding
from tracker.core.wires import Wording

ByCategory = Mapping[str, tuple[Event, ...]]


class CorrectedDays:
    """Days of the machine's timeline (``machine``) with a journal laid over them. Ask for instants in rising order.

    ``journal``: entries in the order in which they were made; one counts from its own instant on, and a withdrawal
    from the withdrawal's. ``wording`` and ``link_days`` are those of placing.
    """

    def __init__(
        self, machine: Unfolding, journal: Sequence[Correction], taxonomy: Taxonomy, wording: Wording, link_days: int
    ) -> None:
        self._machine = machine
        self._journal = tuple(journal)
        self._instants = [entry.at for entry in journal]
        self._taxonomy = taxonomy
        self._wording = wording
        self._link_days = link_days
        self._seen: tuple[ByCategory, int] | None = None
        self._by_category: ByCategory = {}

    def known_by(self, instant: datetime) -> ByCategory:
        """The events by category, in order of day, then id. A category in which nothing moved since the instant asked
        for before gives the very same tuple."""
        plain = self._machine.known_by(instant)
        made = bisect_right(self._instants, instant)
        held = self._journal[:made]
        if not standing(held):
            self._seen, self._by_category = None, plain
            return plain
        if self._seen is None or self._seen[0] is not plain or self._seen[1] != made:
            fresh: dict[str, list[Event]] = {each: [] for each in self._by_category}
            for event in self._joined(instant, held):
                fresh.setdefault(event.category, []).append(event)
            self._by_category = {each: self._kept(each, tuple(events)) for each, events in fresh.items()}
            self._seen = plain, made
        return self._by_category

    def _kept(self, category: str, events: tuple[Event, ...]) -> tuple[Event, ...]:
        before = self._by_category.get(category)
        return before if before == events else events

    def _joined(self, instant: datetime, journal: Sequence[Correction]) -> Sequence[Event]:
        lanes = {lane: self._lane(lane, instant, journal).events for lane in self._machine.lanes}
        if len(lanes) == 1:
            (events,) = lanes.values()
            return sorted(events, key=lambda event: (event.on, event.id))
        news, reference = lanes["news"], lanes["reference"]
        return join(news, reference, link(news, reference, self._taxonomy.categories, self._link_days))

    def _lane(self, lane: Lane, instant: datetime, journal: Sequence[Correction]) -> Overlay:
        """One lane as ``pipeline.timelines.corrected_lane`` gives it, out of memory."""
        days = self._machine
        events = days.lane(lane)
        present = {event.id for event in events}
        lost = {id_: anchors for id_, anchors in named(journal, lane).items() if id_ not in present and anchors}
        renamed = {
            id_: holder
            for id_, anchors in lost.items()
            if (holder := next((found for key in anchors if (found := days.holder(lane, key))), None)) is not None
        }
        wanted = regrouped(journal, lane) | set(renamed.values())
        evidence = {id_: known for id_ in sorted(wanted) if (known := days.evidence(lane, id_, instant))}
        return overlay(lane, events, evidence, journal, self._wording, self._taxonomy.categories.get, renamed)


def corrected(
    machine: Unfolding, journal: Sequence[Correction], taxonomy: Taxonomy, wording: Wording, link_days: int
) -> Days:
    """The machine's own days where nobody ever corrected anything, else with the corrections laid over."""
    return CorrectedDays(machine, journal, taxonomy, wording, link_days) if journal else machine
