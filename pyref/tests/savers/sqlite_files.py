"""What the tests of the SQLite saver share."""

from __future__ import annotations

from contextlib import contextmanager


@contextmanager
def inside(saver):
    """The saver's own connection."""
    with saver._database.lock:
        yield saver._database.use()


def limit_pages(saver, pages):
    with inside(saver) as connection:
        connection.execute(f"PRAGMA max_page_count = {pages}")
