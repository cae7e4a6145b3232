"""The store: one way to the schema, one datetime type, keys that hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from tracker.core.days import Published
from tracker.core.errors import StoreError
from tracker.core.items import Entry, content_hash
from tracker.core.publishers import UNKNOWN
from tracker.store import items
from tracker.store.engine import Store
from tracker.store.items import NewRevision, Saved
from tracker.store.listening import fetches
from tracker.store.placements import unplaced
from tracker.store.schema import meta, metadata, revisions
from tracker.store.versions import current, head, upgrade

NOW = datetime(2026, 8, 15, tzinfo=UTC)
MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    upgrade(made, MIGRATIONS)
    yield made
    made.close()


def test_the_migrations_lead_to_the_tables_of_the_program(store: Store) -> None:
    with store.reading() as tx:
        found = compare_metadata(MigrationContext.configure(tx.c, opts={"compare_type": True}), metadata)
    assert found == []


def test_head_is_read_as_alembic_reads_it(store: Store) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert head(MIGRATIONS) == ScriptDirectory.from_config(config).get_current_head() == current(store)


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    assert upgrade(store, MIGRATIONS) == (current(store), current(store))


def test_every_table_can_be_made_on_postgresql() -> None:
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))


def fetch_row(at: datetime) -> dict[str, object]:
    return {
        "feed": "f", "slot_at": at, "started_at": at, "finished_at": at, "outcome": "ok", "status": 200, "detail": "",
        "size": 0, "body_hash": "", "entries": 0, "new_items": 0,
    }  # fmt: skip


def test_instants_come_back_in_utc_and_naive_ones_are_refused(store: Store) -> None:
    seoul = datetime(2020, 3, 2, 12, 37, tzinfo=timezone(timedelta(hours=9)))
    with store.begin() as tx:
        tx.insert_new(fetches, [fetch_row(seoul)])
    with store.reading() as tx:
        back = tx.c.scalar(sa.select(fetches.c.slot_at))
    assert back == seoul
    assert back.tzinfo is UTC
    with pytest.raises((sa.exc.StatementError, ValueError), match="has no zone"), store.begin() as tx:
        tx.insert_new(fetches, [fetch_row(datetime(2020, 3, 2))])  # noqa: DTZ001 - a naive value is the point


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=9))])
def test_an_instant_is_kept_as_the_text_that_sqlalchemy_would_write(store: Store, zone: timezone) -> None:
    with store.begin() as tx:
        tx.insert_new(fetches, [fetch_row(datetime(2020, 3, 2, 12, 37, tzinfo=zone))])
        written = tx.c.exec_driver_sql("select slot_at, typeof(slot_at) from fetches").one()
    plain = datetime(2020, 3, 2, 12, 37, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    render = sa.DateTime().dialect_impl(sqlite.dialect()).bind_processor(sqlite.dialect())
    assert render is not None
    assert tuple(written) == (render(plain), "text")


def revision(origin: str, key: str, text: str) -> NewRevision:
    entry = Entry(key, "", text, "", Published.unknown())
    return NewRevision("feed", origin, key, content_hash(entry), entry, UNKNOWN, "en", NOW)


def test_batches_saved_together_come_to_what_they_come_to_alone(store: Store, tmp_path: Path) -> None:
    """New, known, changed and changed back; the same key in two feeds; a key twice in one batch."""
    rounds = [
        [[revision("a", "1", "x"), revision("a", "2", "y"), revision("a", "2", "y")], [revision("b", "1", "x")], []],
        [[revision("a", "1", "X!"), revision("a", "3", "z")], [revision("b", "1", "x")]],
        [[revision("a", "1", "x")], [revision("c", "1", "x"), revision("c", "1", "later")]],
    ]
    alone = Store(f"sqlite:///{tmp_path / 'alone.sqlite3'}")
    upgrade(alone, MIGRATIONS)
    for batches in rounds:
        with store.begin() as tx:
            together = items.save_each(tx, [(batch, NOW) for batch in batches])
        one_by_one = []
        for batch in batches:
            with alone.begin() as tx:
                one_by_one.append(items.save(tx, batch, NOW))
        assert together == one_by_one
    assert together == [Saved(0, 1, 0), Saved(1, 1, 0)]
    kept = sa.select(revisions.c.title, revisions.c.content_hash, revisions.c.revises).order_by(revisions.c.seq)
    with store.reading() as ours, alone.reading() as theirs:
        assert ours.c.execute(kept).all() == theirs.c.execute(kept).all()
    alone.close()


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    row = {"key": "a", "value": "1"}
    with pytest.raises(KeyError), store.begin() as tx:
        _ = tx.upsert(meta, [row]), row["no such key"]
    with store.begin() as tx:
        tx.upsert(meta, [{"key": "b", "value": "1"}])
        tx.upsert(meta, [{"key": "b", "value": "2"}])
        assert tx.insert_one_new(meta, {"key": "b", "value": "3"}) is False
    with store.reading() as tx:
        assert tx.c.execute(sa.select(meta.c.key, meta.c.value)).all() == [("b", "2")]


def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    with store.begin() as writing:
        writing.upsert(meta, [{"key": "a", "value": "1"}])
        with store.reading() as tx:
            assert tx.c.scalar(sa.select(sa.func.count()).select_from(meta)) == 0


@pytest.mark.parametrize("url", ["nonsense", "nosuchdb://x", "sqlite:////proc/no/such/place/a.sqlite3"])
def test_an_unusable_database_is_told_in_words(url: str) -> None:
    with pytest.raises(StoreError, match=r"TRACKER_DATABASE_URL|TRACKER_DATA"):
        Store(url)


def test_the_next_texts_to_place_are_found_by_walking_the_index_of_texts(store: Store) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    with store.reading() as tx:
        sa.event.listen(
            tx.c, "before_cursor_execute", lambda _c, _cursor, text, values, *_: asked.append((text, values))
        )
        assert unplaced(tx, 1, 100) == []
    behind = next(each for each in asked if "placed" in each[0] and "revision_seq >" in each[0])
    with store.reading() as tx:
        steps = [row[3] for row in tx.c.exec_driver_sql(f"EXPLAIN QUERY PLAN {behind[0]}", behind[1])]
    assert any("SEARCH observations" in step and "(revision_seq>?)" in step for step in steps), steps
