"""What a workload needs of a library. Both spell the rest alike, so that a workload is one text for both."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Library:
    """One of the two that are compared.

    Attributes:
        versions: What is installed, by the names of the distributions.
        task: The decorator.
        entrypoint: The decorator.
        memory: Makes a saver in memory.
        sqlite: Opens a saver on a file, for `invoke`, with synchronous=FULL.
        asqlite: The same for `ainvoke`.
    """

    versions: dict[str, str]
    task: Any
    entrypoint: Any
    memory: Callable[[], Any]
    sqlite: Callable[[Path], AbstractContextManager[Any]]
    asqlite: Callable[[Path], AbstractAsyncContextManager[Any]]


def _versions(*distributions: str) -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in distributions}


def taskpoint() -> Library:
    """Import Taskpoint."""
    from taskpoint import InMemorySaver, SqliteSaver, entrypoint, task

    return Library(_versions("taskpoint"), task, entrypoint, InMemorySaver, SqliteSaver, SqliteSaver)


def langgraph() -> Library:
    """Import LangGraph, with the savers that its documentation names for this."""
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.func import entrypoint, task

    @contextmanager
    def sqlite(path: Path) -> Any:
        import sqlite3

        with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
            saver = SqliteSaver(connection)
            saver.setup()  # sets journal_mode = WAL
            connection.execute("PRAGMA synchronous = FULL")
            yield saver

    @asynccontextmanager
    async def asqlite(path: Path) -> Any:
        import aiosqlite
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

        async with aiosqlite.connect(path) as connection:
            saver = AsyncSqliteSaver(connection)
            await saver.setup()
            await connection.execute("PRAGMA synchronous = FULL")
            yield saver

    versions = _versions("langgraph", "langgraph-checkpoint", "langgraph-checkpoint-sqlite")
    return Library(versions, task, entrypoint, InMemorySaver, sqlite, asqlite)
