"""The tables of backfills: runs over dated archives, their slices, and the requests of each day."""

from __future__ import annotations

import sqlalchemy as sa

from tracker.store.metadata import metadata
from tracker.store.types import Id, UtcInstant

backfill_runs = sa.Table(
    "backfill_runs",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("archive", sa.String(100), nullable=False),
    sa.Column("lang", sa.String(20), nullable=False),
    sa.Column("query", sa.String(500), nullable=False),
    sa.Column("since_on", sa.Date, nullable=False),
    sa.Column("until_on", sa.Date, nullable=False),
    sa.Column("started_at", UtcInstant, nullable=False),
    sa.Column("finished_at", UtcInstant),
    sa.UniqueConstraint("archive", "lang", "query", "since_on", "until_on"),
)

backfill_slices = sa.Table(
    "backfill_slices",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("run_id", Id, sa.ForeignKey("backfill_runs.id"), nullable=False),
    sa.Column("since_at", UtcInstant, nullable=False),
    sa.Column("until_at", UtcInstant, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("added", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_try_at", UtcInstant),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("finished_at", UtcInstant),
    sa.UniqueConstraint("run_id", "since_at", "until_at"),
    sa.Index(None, "run_id", "state", "since_at"),
)

backfill_requests = sa.Table(
    "backfill_requests",
    metadata,
    sa.Column("archive", sa.String(100), primary_key=True),
    sa.Column("day_on", sa.Date, primary_key=True),
    sa.Column("requests", sa.Integer, nullable=False),
    sa.Column("last_at", UtcInstant, nullable=False),
)
