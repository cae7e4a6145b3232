"""Taking analysts' answers: each line is checked before anything is written, and nothing of a bad file is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from tracker.core.errors import RefusedError
from tracker.core.observations import MODES, Mention, Mode, Observation, Observer
from tracker.core.taxonomy import Taxonomy
from tracker.store import observations
from tracker.store.analysts import text_of
from tracker.store.engine import Store


def keep_answers(
    store: Store,
    rows: Sequence[Mapping[str, object]],
    author: str,
    taxonomy: Taxonomy,
    now: Callable[[], datetime],
) -> int:
    """Keep an analyst's answers (``seq``, ``tags``, ``mode``); returns how many were new.

    Raises RefusedError with the first line that cannot be used. An analyst's first answer to a text stays.
    """
    if not author.strip():
        raise RefusedError("an answer needs a name; give --by NAME")
    with store.begin() as tx:
        subjects = []
        for number, row in enumerate(rows, 1):
            seq = row.get("seq")
            if not isinstance(seq, int) or text_of(tx, seq) is None:
                raise RefusedError(f"line {number}: there is no item {seq!r}; take seq from ./run review --json")
            subjects.append((seq, _observation(row, number, taxonomy)))
        writer = observations.observer_id(tx, Observer("analyst", author.strip(), "1"))
        before = observations.read_count(tx, writer)
        observations.save(tx, writer, subjects, now())
        return observations.read_count(tx, writer) - before


def _observation(row: Mapping[str, object], number: int, taxonomy: Taxonomy) -> Observation:
    tags = row.get("tags")
    mode: Mode | None = next((each for each in MODES if each == row.get("mode")), None)
    known = [name for name, kind in taxonomy.categories.items() if kind.guide]
    if not isinstance(tags, list) or any(tag not in known for tag in tags):
        raise RefusedError(f"line {number}: tags must be a list of {', '.join(known)}")
    if tags and mode is None:
        raise RefusedError(f"line {number}: mode must be one of {', '.join(MODES)}")
    if not tags or mode is None:
        return Observation(True, (), dict.fromkeys(known, 0.0))
    p_mode: tuple[tuple[Mode, float], ...] = tuple((each, float(each == mode)) for each in MODES)
    said = tuple(Mention(tag, "", mode, 1.0, p_mode, (), taxonomy.zone_of(tag, "")) for tag in sorted(set(tags)))
    return Observation(True, said, {name: float(name in tags) for name in known}, dict(p_mode))
