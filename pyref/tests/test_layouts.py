"""The layouts of SQLite files that stand in the chapters are those that the library creates."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

import taskpoint

SPEC = Path(__file__).resolve().parents[2] / "spec" / "1.0"
LIBRARY = Path(taskpoint.__file__).parent


def _blocks(chapter: str) -> list[str]:
    return re.findall(r"```sql\n(.*?)```", (SPEC / chapter).read_text("utf-8"), re.DOTALL)


def _made(script: str) -> list[object]:
    with sqlite3.connect(":memory:") as file:
        file.executescript(script)
        found: list[object] = file.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
        ).fetchall()
        return [*found, *(file.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version"))]


@pytest.mark.parametrize(
    ("chapter", "place", "script"),
    [
        ("11-storage.md", 0, "savers/sqlite_1.sql"),
        ("18-stores.md", 0, "stores/store_1.sql"),
        ("18-stores.md", 1, "caches/cache_1.sql"),
    ],
)
def test_the_chapter_and_the_library_make_the_same(chapter: str, place: int, script: str) -> None:
    assert _made(_blocks(chapter)[place]) == _made((LIBRARY / script).read_text("utf-8"))
