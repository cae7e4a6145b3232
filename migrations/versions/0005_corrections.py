"""corrections: a journal in one line that nobody can rewrite, and the keys of those who write it

Revision: 0005, after: 0004

Forward only; expand first, contract in a later release. The previous release must still run on the result.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("corrections") as table:
        table.add_column(sa.Column("follows", _id, nullable=True))
        table.create_unique_constraint(op.f("uq_corrections_follows"), ["follows"])
        table.create_unique_constraint(op.f("uq_corrections_withdraws"), ["withdraws"])
    op.create_table(
        "analyst_keys",
        sa.Column("id", _id, nullable=False),
        sa.Column("handle", sa.String(length=16), nullable=False),
        sa.Column("analyst", sa.String(length=200), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analyst_keys")),
        sa.UniqueConstraint("handle", name=op.f("uq_analyst_keys_handle")),
    )
    # A later migration that rebuilds the table (batch mode) drops its triggers and has to make them again.
    if op.get_bind().dialect.name == "sqlite":
        for what in ("update", "delete"):
            op.execute(
                f"create trigger corrections_refuse_{what} before {what} on corrections "
                "begin select raise(abort, 'corrections are only ever added to'); end"
            )
