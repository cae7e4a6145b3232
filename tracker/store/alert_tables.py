"""The table of alerts: one row for each event and address that was told of it, with what became of the mail."""

from __future__ import annotations

import sqlalchemy as sa

from tracker.store.metadata import metadata
from tracker.store.types import Id, UtcInstant

alert_mails = sa.Table(
    "alert_mails",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("event_id", sa.String(40), nullable=False),
    sa.Column("address_hash", sa.String(64), nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("message_id", sa.String(250), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("claimed_at", UtcInstant, nullable=False),
    sa.Column("finished_at", UtcInstant),
    sa.Column("next_try_at", UtcInstant),
    sa.UniqueConstraint("event_id", "address_hash"),
    sa.Index(None, "state"),
)
