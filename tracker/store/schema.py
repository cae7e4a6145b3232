"""Every table. Truth first, then what ``rebuild`` can derive again.

Keys are those of DESIGN section 14. The tables of backfills stand in a file of their own. The migrations build the
same schema; a test compares the two.
"""

from __future__ import annotations

import sqlalchemy as sa

from tracker.store import alert_tables as alert_tables
from tracker.store import archive_tables as archive_tables  # their tables belong to the same metadata
from tracker.store import listening as listening
from tracker.store.metadata import metadata as metadata
from tracker.store.types import Id, UtcInstant

# --- truth -----------------------------------------------------------------------------------------

items = sa.Table(
    "items",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("origin_kind", sa.String(10), nullable=False),
    sa.Column("origin", sa.String(200), nullable=False),
    sa.Column("item_key", sa.String(64), nullable=False),
    sa.Column("alike", sa.String(64), nullable=False, server_default=""),
    sa.UniqueConstraint("origin_kind", "origin", "item_key"),
    sa.Index(None, "alike"),
)

revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("seq", Id, primary_key=True),
    sa.Column("item_id", Id, sa.ForeignKey("items.id"), nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("carrier", sa.String(200), nullable=False),
    sa.Column("publisher", sa.String(200), nullable=False),
    sa.Column("publisher_kind", sa.String(20), nullable=False),
    sa.Column("publisher_zone", sa.String(50), nullable=False),
    sa.Column("lang", sa.String(20), nullable=False),
    sa.Column("published_first_at", UtcInstant),
    sa.Column("published_last_at", UtcInstant),
    sa.Column("precision", sa.String(10), nullable=False),
    sa.Column("published_raw", sa.String(200), nullable=False),
    sa.Column("known_at", UtcInstant, nullable=False),
    sa.Column("recorded_at", UtcInstant, nullable=False),
    sa.Column("revises", sa.Boolean, nullable=False),
    sa.UniqueConstraint("item_id", "content_hash"),
    sa.Index(None, "known_at"),
    sa.Index(None, "revises", "seq"),
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("row_hash", sa.String(64), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("excerpt", sa.Text, nullable=False),
    sa.Column("recorded_at", UtcInstant, nullable=False),
    sa.UniqueConstraint("file", "line", "row_hash"),
)

observers = sa.Table(
    "observers",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("version", sa.String(100), nullable=False),
    sa.UniqueConstraint("kind", "name", "version"),
)

reference_rows = sa.Table(
    "reference_rows",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("table_name", sa.String(100), nullable=False),
    sa.Column("row_key", sa.String(200), nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("known_at", UtcInstant, nullable=False),
    sa.Column("known_assumed", sa.Boolean, nullable=False),
    sa.Column("recorded_at", UtcInstant, nullable=False),
    sa.UniqueConstraint("table_name", "row_key", "content_hash"),
)

reference_versions = sa.Table(
    "reference_versions",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("table_name", sa.String(100), nullable=False),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("row_count", sa.Integer, nullable=False),
    sa.Column("vintage", sa.Text, nullable=False),
    sa.Column("recorded_at", UtcInstant, nullable=False),
    sa.UniqueConstraint("table_name", "version"),
)

reference_members = sa.Table(
    "reference_members",
    metadata,
    sa.Column("version_id", Id, sa.ForeignKey("reference_versions.id"), primary_key=True),
    sa.Column("row_id", Id, sa.ForeignKey("reference_rows.id"), primary_key=True),
)

reference_coverage = sa.Table(
    "reference_coverage",
    metadata,
    sa.Column("version_id", Id, sa.ForeignKey("reference_versions.id"), primary_key=True),
    sa.Column("k", sa.Integer, primary_key=True),
    sa.Column("category", sa.String(50), nullable=False),
    sa.Column("subtypes", sa.JSON, nullable=False),
    sa.Column("zone", sa.String(50), nullable=False),
    sa.Column("first_on", sa.Date, nullable=False),
    sa.Column("last_on", sa.Date, nullable=False),
    sa.Column("p_miss", sa.Float, nullable=False),
    sa.Column("lag_days", sa.Integer, nullable=False),
    sa.Column("p_miss_source", sa.Text, nullable=False),
)

reference_loads = sa.Table(
    "reference_loads",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("version_ids", sa.JSON, nullable=False),
    sa.Column("recorded_at", UtcInstant, nullable=False),
)

observations = sa.Table(
    "observations",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("revision_seq", Id, sa.ForeignKey("revisions.seq")),
    sa.Column("reference_row_id", Id, sa.ForeignKey("reference_rows.id")),
    sa.Column("observer_id", Id, sa.ForeignKey("observers.id"), nullable=False),
    sa.Column("concerns", sa.Boolean, nullable=False),
    sa.Column("mention_count", sa.Integer, nullable=False),
    sa.Column("p", sa.JSON, nullable=False),
    sa.Column("p_mode", sa.JSON, nullable=False),
    sa.Column("recorded_at", UtcInstant, nullable=False),
    sa.UniqueConstraint("revision_seq", "observer_id"),
    sa.UniqueConstraint("reference_row_id", "observer_id"),
    sa.CheckConstraint("(revision_seq is null) <> (reference_row_id is null)", name="one_subject"),
    sa.Index(None, "observer_id", "mention_count"),
)

mentions = sa.Table(
    "mentions",
    metadata,
    sa.Column("observation_id", Id, sa.ForeignKey("observations.id"), primary_key=True),
    sa.Column("k", sa.Integer, primary_key=True),
    sa.Column("category", sa.String(50), nullable=False),
    sa.Column("subtype", sa.String(50), nullable=False),
    sa.Column("mode", sa.String(20), nullable=False),
    sa.Column("p", sa.Float, nullable=False),
    sa.Column("p_mode", sa.JSON, nullable=False),
    sa.Column("days", sa.JSON, nullable=False),
    sa.Column("zone", sa.String(50), nullable=False),
    sa.Column("places", sa.JSON, nullable=False),
    sa.Column("count", sa.Integer),
    sa.Column("unit", sa.String(30), nullable=False),
    sa.Column("weapon", sa.String(100), nullable=False),
    sa.Column("words", sa.JSON, nullable=False),
    sa.Column("actors", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("outcome", sa.String(30), nullable=False, server_default=""),
)

corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("seq", Id, primary_key=True),
    sa.Column("event_id", sa.String(40), nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("version_seen", sa.String(64), nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("withdraws", Id, sa.ForeignKey("corrections.seq")),
    sa.Column("recorded_at", UtcInstant, nullable=False),
    # The entry this one was decided after (0: none). Unique: of two that were decided on the same record one is kept.
    sa.Column("follows", Id),
    sa.UniqueConstraint("follows"),
    sa.UniqueConstraint("withdraws"),
)

analyst_keys = sa.Table(
    "analyst_keys",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    sa.Column("analyst", sa.String(200), nullable=False),
    sa.Column("key_hash", sa.String(64), nullable=False),
    sa.Column("added_at", UtcInstant, nullable=False),
    sa.Column("revoked_at", UtcInstant),
)

config_snapshots = sa.Table(
    "config_snapshots",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("recorded_at", UtcInstant, nullable=False),
)

issues = sa.Table(
    "issues",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("digest", sa.String(100), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("cutoff_at", UtcInstant, nullable=False),
    sa.Column("recorded_at", UtcInstant, nullable=False),
    sa.UniqueConstraint("digest", "day"),
)

subscribers = sa.Table(
    "subscribers",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("address_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("address", sa.String(320)),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("added_at", UtcInstant, nullable=False),
    sa.Column("confirmed_at", UtcInstant),
    sa.Column("removed_at", UtcInstant),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("issue_id", Id, sa.ForeignKey("issues.id"), nullable=False),
    sa.Column("subscriber_id", Id, sa.ForeignKey("subscribers.id"), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("message_id", sa.String(200), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("claimed_at", UtcInstant, nullable=False),
    sa.Column("finished_at", UtcInstant),
    sa.Column("next_try_at", UtcInstant),
    sa.UniqueConstraint("issue_id", "subscriber_id"),
)

# --- derived: rebuild makes every row again ---------------------------------------------------------

readings = sa.Table(
    "readings",
    metadata,
    sa.Column("item_id", Id, sa.ForeignKey("items.id"), primary_key=True),
    sa.Column("revision_seq", Id, sa.ForeignKey("revisions.seq"), nullable=False),
    sa.Column("observation_id", Id, sa.ForeignKey("observations.id"), nullable=False),
)

placed = sa.Table(
    "placed",
    metadata,
    sa.Column("observation_id", Id, sa.ForeignKey("observations.id"), primary_key=True),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("lane", sa.String(10), nullable=False),
    sa.Column("category", sa.String(50), nullable=False),
    sa.Column("subtype", sa.String(50), nullable=False),
    sa.Column("on_day", sa.Date, nullable=False),
    sa.Column("first_on", sa.Date, nullable=False),
    sa.Column("last_on", sa.Date, nullable=False),
    sa.Column("zone", sa.String(50), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("p_occurred", sa.Float, nullable=False),
    sa.Column("count", sa.Integer),
    sa.Column("unit", sa.String(30), nullable=False),
    sa.Column("place", sa.String(100), nullable=False),
    sa.Column("wires", sa.Integer, nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("known_at", UtcInstant, nullable=False),
    sa.Column("listed_p", sa.Float, nullable=False, server_default="0.5"),
    sa.Column("primaries", sa.JSON, nullable=False, server_default="[]"),
    sa.Index(None, "lane", "category", "on_day"),
    sa.Index(None, "on_day", "id"),
)

evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("observation_id", Id, primary_key=True),
    sa.Column("k", sa.Integer, primary_key=True),
    sa.Column("lane", sa.String(10), nullable=False),
    sa.Column("event_id", sa.String(40)),
    sa.Column("key", sa.String(100), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("subtype", sa.String(50), nullable=False),
    sa.Column("wire", sa.Integer, nullable=False),
    sa.Column("p", sa.Float, nullable=False),
    sa.Column("dates", sa.Boolean, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("superseded_at", UtcInstant),
    sa.ForeignKeyConstraint(["observation_id", "k"], ["mentions.observation_id", "mentions.k"]),
    sa.Index(None, "event_id"),
)

event_forwards = sa.Table(
    "event_forwards",
    metadata,
    sa.Column("old_id", sa.String(40), primary_key=True),
    sa.Column("new_id", sa.String(40), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("reference_id", sa.String(40), primary_key=True),
    sa.Column("news_id", sa.String(40), nullable=False, unique=True),
    sa.Column("differences", sa.JSON, nullable=False),
)

coverage_days = sa.Table(
    "coverage_days",
    metadata,
    sa.Column("on_day", sa.Date, primary_key=True),
    sa.Column("publishers", sa.Integer, nullable=False),
    sa.Column("known_at", UtcInstant, nullable=False),
)

verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("forecast", sa.String(100), nullable=False),
    sa.Column("reading", sa.String(50), nullable=False),
    sa.Column("window", sa.String(50), nullable=False),
    sa.Column("view", sa.String(10), nullable=False),
    sa.Column("inputs_hash", sa.String(64), nullable=False),
    sa.Column("verdict", sa.String(20), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("config_hash", sa.String(64), nullable=False),
    sa.Column("recorded_at", UtcInstant, nullable=False),
    sa.UniqueConstraint("forecast", "reading", "window", "view", "inputs_hash"),
)

scoreboard = sa.Table(
    "scoreboard",
    metadata,
    sa.Column("view", sa.String(10), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("verdict_id", Id, sa.ForeignKey("verdicts.id"), nullable=False),
)

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.String(50), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
