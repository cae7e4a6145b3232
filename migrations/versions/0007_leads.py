"""leads: from which p each event is listed, and the primary sources it rests on

Revision: 0007, after: 0006

Forward only; expand first, contract in a later release. The previous release must still run on the result.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("events") as table:
        table.add_column(sa.Column("listed_p", sa.Float(), nullable=False, server_default="0.5"))
        table.add_column(sa.Column("primaries", sa.JSON(), nullable=False, server_default="[]"))
