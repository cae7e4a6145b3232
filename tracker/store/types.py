"""Column types: one datetime type, days, and JSON that keeps what it was given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from tracker.core.days import DayWeights


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC. SQLite silently drops offsets, so a naive value is refused here."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone; the store keeps UTC only")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy passes it
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite counts rows by itself only in a plain INTEGER primary key."""


def pack_days(weights: DayWeights) -> list[list[Any]]:
    return [[day.isoformat(), weight] for day, weight in weights]


def unpack_days(packed: list[list[Any]] | None) -> DayWeights:
    return tuple((date.fromisoformat(day), float(weight)) for day, weight in packed or ())
