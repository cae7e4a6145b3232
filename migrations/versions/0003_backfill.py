"""backfill: runs over dated archives, their slices, and the requests of each day

Revision: 0003, after: 0002

Forward only; expand first, contract in a later release. The previous release must still run on the result.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "backfill_runs",
        sa.Column("id", _id, nullable=False),
        sa.Column("archive", sa.String(length=100), nullable=False),
        sa.Column("lang", sa.String(length=20), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfill_runs")),
        sa.UniqueConstraint(
            "archive",
            "lang",
            "query",
            "since_on",
            "until_on",
            name=op.f("uq_backfill_runs_archive_lang_query_since_on_until_on"),
        ),
    )
    op.create_table(
        "backfill_slices",
        sa.Column("id", _id, nullable=False),
        sa.Column("run_id", _id, nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["backfill_runs.id"], name=op.f("fk_backfill_slices_run_id_backfill_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backfill_slices")),
        sa.UniqueConstraint("run_id", "since_at", "until_at", name=op.f("uq_backfill_slices_run_id_since_at_until_at")),
    )
    op.create_index(
        op.f("ix_backfill_slices_run_id_state_since_at"), "backfill_slices", ["run_id", "state", "since_at"]
    )
    op.create_table(
        "backfill_requests",
        sa.Column("archive", sa.String(length=100), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("archive", "day_on", name=op.f("pk_backfill_requests")),
    )
