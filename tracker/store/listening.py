"""The tables of listening: what was asked and answered, what is remembered of each feed, what could not be read,
and when the program was deaf. All of it is truth; nothing here is derived again."""

from __future__ import annotations

import sqlalchemy as sa

from tracker.store.metadata import metadata
from tracker.store.types import Id, UtcInstant

fetches = sa.Table(
    "fetches",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("feed", sa.String(100), nullable=False),
    sa.Column("slot_at", UtcInstant, nullable=False),
    sa.Column("started_at", UtcInstant, nullable=False),
    sa.Column("finished_at", UtcInstant, nullable=False),
    sa.Column("outcome", sa.String(30), nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("body_hash", sa.String(64), nullable=False),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("new_items", sa.Integer, nullable=False),
    sa.Column("known_items", sa.Integer, nullable=False, server_default="0"),
    sa.Column("gap_first_at", UtcInstant),
    sa.Column("gap_last_at", UtcInstant),
    sa.Column("by_fallback", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("feed", "slot_at"),
    sa.Index(None, "finished_at"),
)

feed_states = sa.Table(
    "feed_states",
    metadata,
    sa.Column("feed", sa.String(100), primary_key=True),
    sa.Column("next_due_at", UtcInstant, nullable=False),
    sa.Column("etag", sa.Text, nullable=False),
    sa.Column("last_modified", sa.Text, nullable=False),
    sa.Column("body_hash", sa.String(64), nullable=False),
    sa.Column("failures", sa.Float, nullable=False),
    sa.Column("last_outcome", sa.String(30), nullable=False),
    sa.Column("last_success_at", UtcInstant),
    sa.Column("last_attempt_at", UtcInstant),
    sa.Column("first_success_at", UtcInstant),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("wait_s", sa.Integer),
    sa.Column("update_s", sa.Integer),
    sa.Column("newest_at", UtcInstant),
    sa.Column("last_new_at", UtcInstant),
    sa.Column("gap_at", UtcInstant),
    sa.Column("own_due_at", UtcInstant),
    sa.Column("moved_to", sa.Text, nullable=False, server_default=""),
)

refused_bodies = sa.Table(
    "refused_bodies",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("feed", sa.String(100), nullable=False),
    sa.Column("body_hash", sa.String(64), nullable=False),
    sa.Column("head", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("recorded_at", UtcInstant, nullable=False),
    sa.UniqueConstraint("feed", "body_hash"),
)

alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("raised_at", UtcInstant, nullable=False),
    sa.Column("cleared_at", UtcInstant),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("mail_state", sa.String(20), nullable=False),
    sa.Column("mail_at", UtcInstant),
    sa.UniqueConstraint("kind", "raised_at"),
)
