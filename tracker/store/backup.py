"""Copies of a running database, and back again."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection
from pathlib import Path

from tracker.core.errors import RefusedError, StoreError
from tracker.store.engine import Store

MAGIC = b"SQLite format 3\x00"


def backup(store: Store, target: Path) -> int:
    """Copy the database into ``target`` while others read and write it; returns bytes written.

    The copy is a consistent state of one instant. An existing file is not overwritten.
    """
    source = _file(store)
    if target.exists():
        raise RefusedError(f"{target} exists; name another file, nothing is overwritten")
    if not source.exists():
        raise StoreError("there is no database yet; nothing to back up")
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with sqlite3.connect(source) as live, sqlite3.connect(part) as copy:
            live.backup(copy, pages=2000)
            copy.execute("pragma journal_mode=delete")
        copy.close()
        live.close()
        _verify(part)
        os.replace(part, target)
    except (OSError, sqlite3.Error) as trouble:
        part.unlink(missing_ok=True)
        raise StoreError(f"the backup could not be written: {trouble}") from trouble
    return target.stat().st_size


def restore(store: Store, source: Path, schemas: Collection[str]) -> Path | None:
    """Put a backup in the database's place; returns where the former database was kept (None when there was none).

    Refused while another process has the database open for writing, and for a file whose schema is none of
    ``schemas``, the revisions this program knows.
    """
    target = _file(store)
    if not source.is_file():
        raise RefusedError(f"{source} is no file; name a backup made by ./run db backup")
    with source.open("rb") as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            raise RefusedError(f"{source} is no backup made by ./run db backup")
    _verify(source)
    if _schema_of(source) not in schemas:
        raise RefusedError(
            f"{source} is a database, but no backup of this program's (or of a newer one); nothing was changed"
        )
    store.close()
    kept = None
    if target.exists():
        _exclusive(target)
        kept = _free_name(target)
        os.replace(target, kept)
        for tail in ("-wal", "-shm"):
            Path(f"{target}{tail}").unlink(missing_ok=True)
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    with sqlite3.connect(source) as saved, sqlite3.connect(part) as copy:
        saved.backup(copy)
    copy.close()
    saved.close()
    os.replace(part, target)
    return kept


def _file(store: Store) -> Path:
    if store.file is None:
        raise RefusedError("this works on SQLite; for PostgreSQL use pg_dump and pg_restore")
    return store.file


def _verify(path: Path) -> None:
    try:
        connection = sqlite3.connect(path)
        try:
            verdict = connection.execute("pragma quick_check(1)").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.Error as trouble:
        raise StoreError(f"{path} is damaged: {trouble}") from trouble
    if verdict != "ok":
        raise StoreError(f"{path} is damaged: {verdict}")


def _schema_of(path: Path) -> str:
    """The schema revision a database file states, "" where it states none."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        row = connection.execute("select version_num from alembic_version").fetchone()
    except sqlite3.DatabaseError:
        return ""
    finally:
        connection.close()
    return str(row[0]) if row else ""


def _exclusive(path: Path) -> None:
    """Fold the write-ahead log into the file and make sure that nobody else has it open."""
    connection = sqlite3.connect(path, timeout=1, isolation_level=None)
    try:
        connection.execute("pragma locking_mode=exclusive")
        connection.execute("begin exclusive")
        connection.execute("commit")
        busy = connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
        if busy:
            raise RefusedError("another process uses the database; stop it first (./run is probably running)")
    except sqlite3.OperationalError as trouble:
        raise RefusedError("another process uses the database; stop it first (./run is probably running)") from trouble
    except sqlite3.DatabaseError:
        return  # what is damaged cannot be in use; it is kept beside the restored one all the same
    finally:
        connection.close()


def _free_name(path: Path) -> Path:
    for number in range(1, 1000):
        name = path.with_name(f"{path.name}.before-restore-{number}")
        if not name.exists():
            return name
    raise RefusedError(f"there are a thousand former databases beside {path}; remove some")
