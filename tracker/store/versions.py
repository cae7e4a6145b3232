"""The schema's version: upgraded only by Alembic, never made at import."""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa

from tracker.core.errors import SchemaError, StoreError
from tracker.store.engine import Store

_REVISION = re.compile(r"^revision = \"(\w+)\"$", re.MULTILINE)
_AFTER = re.compile(r"^down_revision = \"(\w+)\"$", re.MULTILINE)


def _revisions(folder: Path) -> dict[str, str]:
    """Every revision of the migrations and the one it follows ("" for the first).

    Read from the files themselves: importing Alembic costs every verb half a second, and it is needed only
    when the schema has to change. A test holds this reading against Alembic's.
    """
    if not (folder / "env.py").is_file():
        raise StoreError(f"no migrations in {folder}; set TRACKER_HOME to a folder that has migrations/")
    found: dict[str, str] = {}
    for path in sorted((folder / "versions").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if revision := _REVISION.search(text):
            after = _AFTER.search(text)
            found[revision[1]] = after[1] if after else ""
    return found


def known_revisions(folder: Path) -> frozenset[str]:
    """Every revision that the migrations know."""
    return frozenset(_revisions(folder))


def head(folder: Path) -> str:
    """The newest revision the migrations lead to."""
    revisions = _revisions(folder)
    return next((each for each in revisions if each not in revisions.values()), "")


def current(store: Store) -> str:
    """The revision the database is at, empty for a database that has no schema yet."""
    with store.reading() as tx:
        if not sa.inspect(tx.c).has_table("alembic_version"):
            return ""
        return tx.c.scalar(sa.text("select version_num from alembic_version")) or ""


def upgrade(store: Store, folder: Path) -> tuple[str, str]:
    """Bring the schema to the head; returns (from, to). One transaction: it happens whole or not at all."""
    before = current(store)
    if before == head(folder):
        return before, before
    _refuse_foreign(store, folder, before)
    from alembic import command  # see _revisions
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
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
    if at and at not in _revisions(folder):
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
