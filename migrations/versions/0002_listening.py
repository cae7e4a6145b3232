"""listening: adapted waits, gaps, refused bodies, alarms

Revision: 0002, after: 0001

Forward only; expand first, contract in a later release. The previous release must still run on the result.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("fetches") as batch:
        batch.add_column(sa.Column("known_items", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("gap_first_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("gap_last_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("by_fallback", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_index(op.f("ix_fetches_finished_at"), ["finished_at"])
    with op.batch_alter_table("feed_states") as batch:
        batch.add_column(sa.Column("wait_s", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("update_s", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("newest_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("last_new_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("gap_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("own_due_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("moved_to", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("items") as batch:
        batch.add_column(sa.Column("alike", sa.String(length=64), nullable=False, server_default=""))
        batch.create_index(op.f("ix_items_alike"), ["alike"])
    op.create_table(
        "refused_bodies",
        sa.Column("id", _id, nullable=False),
        sa.Column("feed", sa.String(length=100), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_bodies")),
        sa.UniqueConstraint("feed", "body_hash", name=op.f("uq_refused_bodies_feed_body_hash")),
    )
    op.create_table(
        "alarms",
        sa.Column("id", _id, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("mail_state", sa.String(length=20), nullable=False),
        sa.Column("mail_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        sa.UniqueConstraint("kind", "raised_at", name=op.f("uq_alarms_kind_raised_at")),
    )
