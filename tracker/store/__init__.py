"""The store: tables of truth and the derived ones, on SQLAlchemy Core. The only home of SQL.

Nothing here commits by itself: a step of the pipeline opens ``Store.begin()`` and everything inside is one
transaction. SQLAlchemy's objects never leave this room; values of ``tracker.core`` do.
"""
