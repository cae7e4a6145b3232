"""Backfill runs over dated archives, their slices, and how often an archive was asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from tracker.core.backfill import Slice, SliceState
from tracker.store.archive_tables import backfill_requests, backfill_runs, backfill_slices
from tracker.store.engine import Tx

ANSWERED: tuple[SliceState, ...] = ("done", "thin", "split")
LEFT: tuple[SliceState, ...] = ("open", "failed")


@dataclass(frozen=True, slots=True)
class RunKey:
    """What makes two backfills the same one."""

    archive: str
    lang: str
    query: str
    since_on: date
    until_on: date

    def row(self) -> dict[str, object]:
        return {
            "archive": self.archive,
            "lang": self.lang,
            "query": self.query,
            "since_on": self.since_on,
            "until_on": self.until_on,
        }


@dataclass(frozen=True, slots=True)
class Tally:
    """A run so far: slices by state (those that were split are no leaves and not counted), seconds of the span
    that are answered, and the reasons of what is thin or failed, the oldest first."""

    done: int
    thin: int
    failed: int
    open: int
    covered_s: float
    reasons: tuple[str, ...]

    @property
    def slices(self) -> int:
        return self.done + self.thin + self.failed + self.open


@dataclass(frozen=True, slots=True)
class Leave:
    """Whether one more request may go out: at once (``wait_s`` 0), after ``wait_s`` seconds, or, where ``spent``,
    not before the next UTC day."""

    wait_s: float = 0.0
    spent: bool = False


def open_run(tx: Tx, key: RunKey, slices: Iterable[Slice], now: datetime) -> int:
    """The id of the run of that key; a new one gets its slices, an old one goes on where it stands.

    Slices given up by an earlier start are open again, and no slice remembers how often it failed then.
    """
    fresh = tx.insert_one_new(backfill_runs, {**key.row(), "started_at": now, "finished_at": None})
    found = tx.c.scalar(sa.select(backfill_runs.c.id).filter_by(**key.row()))
    if found is None:
        raise LookupError(f"the run {key} was not kept")
    run = int(found)
    if fresh:
        _add(tx, run, slices)
    tx.c.execute(
        sa.update(backfill_slices)
        .where(backfill_slices.c.run_id == run, backfill_slices.c.state.in_(LEFT))
        .values(state="open", attempts=0)
    )
    return run


def _add(tx: Tx, run: int, slices: Iterable[Slice]) -> None:
    rows = [
        {
            "run_id": run,
            "since_at": each.since_at,
            "until_at": each.until_at,
            "state": each.state,
            "records": 0,
            "added": 0,
            "attempts": 0,
            "next_try_at": None,
            "detail": "",
            "finished_at": None,
        }
        for each in slices
    ]
    tx.insert_new(backfill_slices, rows)


def next_open(tx: Tx, run: int) -> Slice | None:
    """The earliest slice that is still to be asked for; None when there is none."""
    table = backfill_slices.c
    row = tx.c.execute(
        sa.select(table.since_at, table.until_at, table.attempts, table.next_try_at)
        .where(table.run_id == run, table.state == "open")
        .order_by(table.since_at)
        .limit(1)
    ).first()
    return None if row is None else Slice(row[0], row[1], "open", row[2], row[3])


def answered(tx: Tx, run: int) -> bool:
    """Whether the archive has answered this run's query at least once."""
    table = backfill_slices.c
    wanted = sa.select(table.id).where(table.run_id == run, table.state.in_(ANSWERED)).limit(1)
    return tx.c.scalar(wanted) is not None


def close_slice(
    tx: Tx,
    run: int,
    slice_: Slice,
    state: SliceState,
    now: datetime,
    *,
    records: int = 0,
    added: int = 0,
    detail: str = "",
    halves: Iterable[Slice] = (),
) -> bool:
    """The slice's end as ``state``, with its halves where it was split; False when another process was first."""
    table = backfill_slices
    changed = tx.c.execute(
        sa.update(table)
        .where(*_is(run, slice_), table.c.state == "open")
        .values(state=state, records=records, added=added, detail=detail, next_try_at=None, finished_at=now)
        .returning(table.c.id)
    ).first()
    if changed is None:
        return False
    _add(tx, run, halves)
    return True


def put_off(tx: Tx, run: int, slice_: Slice, until: datetime, detail: str) -> None:
    """Note a try that failed, and from when on the slice may be asked for again."""
    tx.c.execute(
        sa.update(backfill_slices)
        .where(*_is(run, slice_), backfill_slices.c.state == "open")
        .values(attempts=backfill_slices.c.attempts + 1, next_try_at=until, detail=detail)
    )


def _is(run: int, slice_: Slice) -> tuple[sa.ColumnElement[bool], ...]:
    table = backfill_slices.c
    return table.run_id == run, table.since_at == slice_.since_at, table.until_at == slice_.until_at


def take_leave(tx: Tx, archive: str, now: datetime, spacing_s: float, most: int) -> Leave:
    """Count one request on the UTC day of ``now``, if spacing and budget allow it now.

    Counted before it goes out, so that a process that is killed or a second one beside it cannot ask sooner.
    """
    table = backfill_requests
    day = now.date()
    last = tx.c.scalar(sa.select(sa.func.max(table.c.last_at)).where(table.c.archive == archive))
    if last is not None:
        ready = last + timedelta(seconds=spacing_s)
        # A last request in the future is a clock set back, and no reason to wait for long.
        if now < ready and last <= now:
            return Leave(wait_s=(ready - now).total_seconds())
    asked = tx.c.scalar(sa.select(table.c.requests).where(table.c.archive == archive, table.c.day_on == day)) or 0
    if asked >= most:
        return Leave(spent=True)
    tx.upsert(table, [{"archive": archive, "day_on": day, "requests": asked + 1, "last_at": now}])
    return Leave()


def finish_run(tx: Tx, run: int, now: datetime) -> bool:
    """Mark the run complete when no slice is open or failed; whether it is."""
    table = backfill_slices.c
    left = tx.c.scalar(sa.select(table.id).where(table.run_id == run, table.state.in_(LEFT)).limit(1))
    if left is not None:
        return False
    tx.c.execute(
        sa.update(backfill_runs)
        .where(backfill_runs.c.id == run, backfill_runs.c.finished_at.is_(None))
        .values(finished_at=now)
    )
    return True


REASONS_TOLD = 5


def tally(tx: Tx, run: int) -> Tally:
    """How the run stands."""
    table = backfill_slices.c
    rows = tx.c.execute(
        sa.select(table.state, table.since_at, table.until_at, table.detail)
        .where(table.run_id == run, table.state != "split")
        .order_by(table.since_at)
    ).all()
    count = dict.fromkeys(("done", "thin", "failed", "open"), 0)
    covered_s = 0.0
    for state, since_at, until_at, _ in rows:
        count[state] += 1
        covered_s += (until_at - since_at).total_seconds() if state in ANSWERED else 0.0
    reasons = [detail for state, _, _, detail in rows if state in ("thin", "failed") and detail]
    return Tally(count["done"], count["thin"], count["failed"], count["open"], covered_s, tuple(reasons[:REASONS_TOLD]))
