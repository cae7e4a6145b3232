"""Column types: one datetime type, days, and JSON that keeps what it was given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from tracker.core.days import DayWeights


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC. SQLite silently drops offsets, so a naive value is refused here."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy passes it
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone; the store keeps UTC only")
        return value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """On SQLite the text that SQLAlchemy itself would write, at a fifth of its price: a row has four instants."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy passes it
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@lru_cache(maxsize=256)  # a poll's rows share most of their instants
def _as_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is not UTC:
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone; the store keeps UTC only")
        value = value.astimezone(UTC)
    return value.isoformat(" ", "microseconds")[:_INSTANT_SIGNS]


_INSTANT_SIGNS = len("2026-08-14 06:20:00.000000")

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite counts rows by itself only in a plain INTEGER primary key."""


def pack_days(weights: DayWeights) -> list[list[Any]]:
    return [[day.isoformat(), weight] for day, weight in weights]


def unpack_days(packed: list[list[Any]] | None) -> DayWeights:
    return tuple((date.fromisoformat(day), float(weight)) for day, weight in packed or ())
