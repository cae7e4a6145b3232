"""Reference tables into their lane: kept as truth, observed, and placed among themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.core.days import DateSpan, DayWeights
from tracker.core.errors import RefusedError
from tracker.core.observations import Mention, Observation, Observer
from tracker.core.placing import Policy
from tracker.core.references import ReferenceRow, ReferenceTable
from tracker.core.taxonomy import Taxonomy
from tracker.pipeline.place import place_reference
from tracker.store import observations, placements, references
from tracker.store.engine import Store

READ_AS = "1"
"""Version of the way a row is turned into a mention; a change of the way is another observer."""

SHRINK_SHARE = 0.1
"""A table that lost more than a tenth of its rows is refused: facts do not vanish by themselves (DESIGN section 7)."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    tables: int
    rows: int
    events: int
    changed: bool


def shrunken(current: Mapping[str, tuple[int, str, int]], tables: Sequence[ReferenceTable]) -> list[str]:
    """A sentence for every table that lost more than a tenth of its rows against the one loaded."""
    given = {table.name: len(table.rows) for table in tables}
    found = []
    for name, (_, _, rows) in sorted(current.items()):
        left = given.get(name, 0)
        if left < rows * (1 - SHRINK_SHARE):
            found.append(f"reference table {name} has {left} rows, the one loaded has {rows}")
    return found


def refuse_shrunken(store: Store, tables: Sequence[ReferenceTable], accept: bool = False) -> None:
    """Raise RefusedError when a table lost more than a tenth of its rows, unless that is accepted."""
    with store.reading() as tx:
        lost = shrunken(references.current_versions(tx), tables)
    if lost and not accept:
        raise RefusedError(
            "; ".join(lost) + ". Restore the file, or say that it is meant: ./run up --once --accept-shrink"
        )


def load_references(
    store: Store,
    tables: Sequence[ReferenceTable],
    taxonomy: Taxonomy,
    policy: Policy,
    now: Callable[[], datetime],
    accept_shrink: bool = False,
    anew: bool = False,
) -> LoadReport:
    """Load tables that differ from the loaded ones and place the lane; ``anew`` places it in any case.

    Raises RefusedError, changing nothing, when a table shrank suddenly and that is not accepted.
    """
    rows = sum(len(table.rows) for table in tables)
    stamp = f"{taxonomy.version} {READ_AS}"
    refuse_shrunken(store, tables, accept_shrink)
    with store.begin() as tx:
        current = references.current_versions(tx)
        same = {name: version for name, (_, version, _) in current.items()} == {t.name: t.version for t in tables}
        if same and not anew and references.placed_as(tx) == stamp:
            return LoadReport(len(tables), rows, 0, False)
        if not same:
            references.load(tx, tables, now())
        kept = references.current_rows(tx)
        for table in tables:
            observer = observations.observer_id(tx, Observer("reference", table.name, READ_AS))
            mine = [(id_, _observed(row, policy)) for id_, row in kept if row.table == table.name]
            observations.save(tx, observer, mine, now(), of_reference=True)
        placements.forget_lane(tx, "reference")
        ids = [id_ for id_, _ in kept]
        made = place_reference(tx, placements.unplaced_rows(tx, ids), placements.table_of(tx, ids), taxonomy)
        references.keep_placed_as(tx, stamp)
    return LoadReport(len(tables), rows, made, True)


def _observed(row: ReferenceRow, policy: Policy) -> Observation:
    days = tuple(DateSpan(row.on, row.last_on))
    weights: DayWeights = tuple((day, 1.0 if day == row.on else 0.3) for day in days)
    total = sum(weight for _, weight in weights)
    mention = Mention(
        category=row.category,
        subtype=row.subtype,
        mode="occurred" if row.occurred else "denied",
        p=policy.certainty.get(row.certainty, 0.5),
        p_mode=(),
        days=tuple((day, round(weight / total, 6)) for day, weight in weights),
        zone=row.zone,
        places=(row.place,) if row.place else (),
        count=row.count,
        unit=row.unit,
        weapon=row.weapon,
    )
    return Observation(True, (mention,))
