"""Opening the database: pragmas, transactions, and trouble put into one sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from tracker.core.errors import BusyError, StoreError

BUSY_MS = 15_000
"""How long a writer waits for another before it gives up; a placing batch takes about a second."""

VARIABLES = 900
"""Bound parameters in one statement: SQLite's oldest limit is 999."""


class Tx:
    """One open transaction. Modules of this package take it; nobody outside looks inside."""

    def __init__(self, connection: sa.Connection) -> None:
        self.c = connection

    def insert_new(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows; those whose unique key is there already are left as they are."""
        if not rows:
            return
        if self.c.dialect.name == "sqlite":
            plain = _plain_insert(self.c.dialect, table, tuple(rows[0]))
            self.c.exec_driver_sql(plain.statement(), plain.values(rows))
        else:
            self.c.execute(_insert_new(self.c.dialect.name, table), rows)

    def insert_new_returning(
        self, table: sa.Table, rows: list[dict[str, Any]], columns: tuple[str, ...]
    ) -> list[tuple[Any, ...]]:
        """Insert rows as ``insert_new`` does; these columns of those that were really new, in no order."""
        if not rows:
            return []
        if self.c.dialect.name == "sqlite":
            plain = _plain_insert(self.c.dialect, table, tuple(rows[0]))
            found: list[tuple[Any, ...]] = []
            for part in chunks(plain.values(rows), VARIABLES // len(rows[0])):
                flat = tuple([value for row in part for value in row])
                found += map(tuple, self.c.exec_driver_sql(plain.statement(len(part), columns), flat))
            return found
        return [tuple(row) for row in self.c.execute(_insert_new(self.c.dialect.name, table, columns), rows)]

    def insert_one_new(self, table: sa.Table, row: dict[str, Any]) -> bool:
        """Insert one row; False when its unique key was there already."""
        # RETURNING tells on every database; the row count of an insert does not.
        statement = _insert(self.c.dialect.name, table).values(**row).on_conflict_do_nothing().returning(sa.literal(1))
        return self.c.execute(statement).first() is not None

    def upsert(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows, replacing the values of those whose primary key is there."""
        if rows:
            self.c.execute(_upsert(self.c.dialect.name, table, tuple(rows[0])), rows)


class _PlainInsert:
    """An insert that leaves known rows alone, in SQLite's own words: SQLAlchemy's way of binding row by row costs
    more than SQLite's own work, and a poll binds a thousand values."""

    def __init__(self, dialect: sa.Dialect, table: sa.Table, names: tuple[str, ...]) -> None:
        self._into = f"insert into {table.name} ({', '.join(names)}) values "  # noqa: S608 - names of our own tables
        self._row = f"({', '.join('?' * len(names))})"
        self._bound = [(name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names]

    def statement(self, rows: int = 1, returning: tuple[str, ...] = ()) -> str:
        """The statement for so many rows at once."""
        tail = f" returning {', '.join(returning)}" if returning else ""
        return f"{self._into}{', '.join([self._row] * rows)} on conflict do nothing{tail}"

    def values(self, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        """The rows' values as the database's driver wants them."""
        return [tuple([row[name] if bind is None else bind(row[name]) for name, bind in self._bound]) for row in rows]


@lru_cache(maxsize=64)
def _plain_insert(dialect: sa.Dialect, table: sa.Table, names: tuple[str, ...]) -> _PlainInsert:
    return _PlainInsert(dialect, table, names)


# Statements are values: building one anew for each feed cost more than running it.


@lru_cache(maxsize=64)
def _insert_new(dialect: str, table: sa.Table, returning: tuple[str, ...] = ()) -> Any:
    statement = _insert(dialect, table).on_conflict_do_nothing()
    return statement.returning(*(table.c[name] for name in returning)) if returning else statement


@lru_cache(maxsize=64)
def _upsert(dialect: str, table: sa.Table, names: tuple[str, ...]) -> Any:
    statement = _insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    values = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=values)


def _insert(dialect: str, table: sa.Table) -> Any:
    if dialect == "sqlite":
        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert  # its drivers' modules are no business of SQLite

    return insert(table)


class Store:
    """The database behind ``url``; raises StoreError when it cannot be opened."""

    def __init__(self, url: str) -> None:
        try:
            self.url: URL = make_url(url)
            if self.is_sqlite and self.url.database and self.url.database != ":memory:":
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = sa.create_engine(self.url)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as trouble:
            raise StoreError(f"TRACKER_DATABASE_URL cannot be used: {trouble}") from trouble
        except OSError as trouble:
            raise StoreError(
                f"the data folder cannot be made: {trouble}; set TRACKER_DATA to a writable one"
            ) from trouble
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The SQLite file, None for another database."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """A writing transaction: all of it is kept, or none."""
        with (
            _in_words(),
            self.engine.connect().execution_options(tracker_writes=True) as connection,
            connection.begin(),
        ):
            yield Tx(connection)

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """A consistent view for reading; never waits for a writer on SQLite (WAL)."""
        with _in_words(), self.engine.connect() as connection, connection.begin():
            yield Tx(connection)

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except OperationalError as trouble:
        text = str(trouble.orig)
        if "locked" in text or "busy" in text:
            raise BusyError(
                "the database is held by another process; wait for it to finish, or stop it, and run this again"
            ) from trouble
        raise StoreError(f"the database refused: {text}") from trouble
    except DBAPIError as trouble:
        if isinstance(trouble.orig, sqlite3.DatabaseError) and "not a database" in str(trouble.orig):
            raise StoreError(
                "the database file is no SQLite database; restore a backup: ./run db restore FILE"
            ) from trouble
        raise


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"pragma busy_timeout={BUSY_MS}")
    cursor.execute("pragma journal_mode=wal")
    cursor.execute("pragma synchronous=normal")
    cursor.execute("pragma foreign_keys=on")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer takes the lock at once: two that read first and upgrade later would deadlock.
    writes = connection.get_execution_options().get("tracker_writes", False)
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def chunks(values: list[Any], size: int = VARIABLES) -> Iterator[list[Any]]:
    """Slices short enough to be bound in one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
