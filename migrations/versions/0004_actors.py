"""actors: who acted on whom, and how it ended, beside the other fields of a mention

Revision: 0004, after: 0003

Forward only; expand first, contract in a later release. The previous release must still run on the result.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mentions") as table:
        table.add_column(sa.Column("actors", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("outcome", sa.String(length=30), nullable=False, server_default=""))
