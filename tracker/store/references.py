"""Reference tables as loaded: rows, versions, declared coverage, and which versions are current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.core.coverage import DeclaredCoverage
from tracker.core.references import ReferenceRow, ReferenceTable
from tracker.store.engine import Tx, chunks
from tracker.store.schema import (
    reference_coverage,
    reference_loads,
    reference_members,
    reference_rows,
    reference_versions,
)
from tracker.store.verdicts import keep_note, note


def current_versions(tx: Tx) -> dict[str, tuple[int, str, int]]:
    """Table name -> (version row, version hash, number of rows) of the latest load."""
    ids = tx.c.scalar(sa.select(reference_loads.c.version_ids).order_by(reference_loads.c.id.desc()).limit(1))
    if not ids:
        return {}
    rows = tx.c.execute(sa.select(reference_versions).where(reference_versions.c.id.in_(ids)))
    return {row.table_name: (row.id, row.version, row.row_count) for row in rows}


def load(tx: Tx, tables: Sequence[ReferenceTable], recorded_at: datetime) -> None:
    """Keep these tables as the current ones. Former versions and rows stay; nothing is overwritten."""
    version_ids = [_keep_version(tx, table, recorded_at) for table in tables]
    tx.c.execute(sa.insert(reference_loads).values(version_ids=version_ids, recorded_at=recorded_at))


_PLACED_AS = "reference lane placed as"


def placed_as(tx: Tx) -> str:
    """Under which taxonomy the lane was last placed; empty when it never was."""
    return note(tx, _PLACED_AS)


def keep_placed_as(tx: Tx, stamp: str) -> None:
    keep_note(tx, _PLACED_AS, stamp)


def _keep_version(tx: Tx, table: ReferenceTable, recorded_at: datetime) -> int:
    new = tx.insert_one_new(
        reference_versions,
        {
            "table_name": table.name,
            "version": table.version,
            "row_count": len(table.rows),
            "vintage": table.vintage,
            "recorded_at": recorded_at,
        },
    )
    version = int(
        tx.c.execute(
            sa.select(reference_versions.c.id).where(
                reference_versions.c.table_name == table.name, reference_versions.c.version == table.version
            )
        ).scalar_one()
    )
    if not new:
        return version
    tx.insert_new(reference_rows, [_row(row, table.default_lag_days, recorded_at) for row in table.rows])
    ids = _row_ids(tx, table)
    tx.insert_new(reference_members, [{"version_id": version, "row_id": id_} for id_ in ids])
    tx.insert_new(
        reference_coverage,
        [
            {
                "version_id": version,
                "k": k,
                "category": each.category,
                "subtypes": list(each.subtypes),
                "zone": each.zone,
                "first_on": each.first_on,
                "last_on": each.last_on,
                "p_miss": each.p_miss,
                "lag_days": each.lag_days,
                "p_miss_source": each.p_miss_source,
            }
            for k, each in enumerate(table.coverage)
        ],
    )
    return version


def _row(row: ReferenceRow, lag_days: int, recorded_at: datetime) -> dict[str, Any]:
    known_at, assumed = row.known_at(lag_days)
    body = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(row).items()}
    heading = ", ".join(part for part in (row.weapon, row.outcome) if part) or row.subtype or row.category
    return {
        "table_name": row.table,
        "row_key": row.row_key,
        "content_hash": row.content_hash,
        "body": {**body, "heading": heading},
        "known_at": known_at,
        "known_assumed": assumed,
        "recorded_at": recorded_at,
    }


def _row_ids(tx: Tx, table: ReferenceTable) -> list[int]:
    hashes = {row.content_hash for row in table.rows}
    found = tx.c.execute(
        sa.select(reference_rows.c.id, reference_rows.c.content_hash).where(reference_rows.c.table_name == table.name)
    )
    return [id_ for id_, content in found if content in hashes]


def current_rows(tx: Tx) -> list[tuple[int, ReferenceRow]]:
    """The rows of the current versions with their row ids, in order of table and key."""
    versions = [version for version, _, _ in current_versions(tx).values()]
    found: list[tuple[int, ReferenceRow]] = []
    for part in chunks(versions):
        rows = tx.c.execute(
            sa.select(reference_rows)
            .join(reference_members, reference_members.c.row_id == reference_rows.c.id)
            .where(reference_members.c.version_id.in_(part))
        )
        found += [(row.id, _of(row.body)) for row in rows]
    return sorted(found, key=lambda pair: (pair[1].table, pair[1].row_key))


def _of(body: dict[str, Any]) -> ReferenceRow:
    values = {name: value for name, value in body.items() if name != "heading"}
    for name in ("on", "last_on", "published_on"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return ReferenceRow(**values)


def declared(tx: Tx) -> tuple[DeclaredCoverage, ...]:
    """What the current tables declare of their completeness."""
    versions = {version: name for name, (version, _, _) in current_versions(tx).items()}
    if not versions:
        return ()
    rows = tx.c.execute(
        sa.select(reference_coverage)
        .where(reference_coverage.c.version_id.in_(list(versions)))
        .order_by(reference_coverage.c.version_id, reference_coverage.c.k)
    )
    found = [
        DeclaredCoverage(
            table=versions[row.version_id],
            category=row.category,
            subtypes=tuple(row.subtypes),
            zone=row.zone,
            first_on=row.first_on,
            last_on=row.last_on,
            p_miss=row.p_miss,
            lag_days=row.lag_days,
            p_miss_source=row.p_miss_source,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda each: (each.table, each.category, each.subtypes, each.first_on)))
