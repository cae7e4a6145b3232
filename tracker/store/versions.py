"""The schema's version: upgraded only by Alembic, never made at import."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from tracker.core.errors import SchemaError, StoreError
from tracker.store.engine import Store


def _config(folder: Path) -> Config:
    if not (folder / "env.py").is_file():
        raise StoreError(f"no migrations in {folder}; set TRACKER_HOME to a folder that has migrations/")
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def head(folder: Path) -> str:
    """The newest revision the migrations lead to."""
    return ScriptDirectory.from_config(_config(folder)).get_current_head() or ""


def current(store: Store) -> str:
    """The revision the database is at, empty for a database that has no schema yet."""
    with store.reading() as tx:
        return MigrationContext.configure(tx.c).get_current_revision() or ""


def upgrade(store: Store, folder: Path) -> tuple[str, str]:
    """Bring the schema to the head; returns (from, to). One transaction: it happens whole or not at all."""
    config = _config(folder)
    before = current(store)
    if before != head(folder):
        _refuse_foreign(store, folder, before)
        with store.begin() as tx:
            config.attributes["connection"] = tx.c
            try:
                command.upgrade(config, "head")
            except CommandError as trouble:
                raise SchemaError(f"the schema could not be upgraded: {trouble}") from trouble
    return before, current(store)


def require_head(store: Store, folder: Path) -> None:
    """Raise SchemaError unless the database is at the head."""
    at, wanted = current(store), head(folder)
    if at == wanted:
        return
    _refuse_foreign(store, folder, at)
    raise SchemaError(
        f"the database schema is old ({at or 'empty'}, this program needs {wanted}); run ./run db upgrade"
    )


def _refuse_foreign(store: Store, folder: Path, at: str) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config(folder)).walk_revisions()}
    if at and at not in known:
        raise SchemaError(
            f"the database schema ({at}) is newer than this program; update the program, or restore an older backup"
        )
    if not at:
        with store.reading() as tx:
            tables = sa.inspect(tx.c).get_table_names()
        if tables:
            raise SchemaError(
                "the database holds tables that are not this program's; point TRACKER_DATABASE_URL at another one"
            )
