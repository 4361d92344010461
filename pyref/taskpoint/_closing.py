"""What savers, stores and caches have in common: they are open until they are closed."""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from types import TracebackType
from typing import Any, Self

__all__ = ("Closing",)


class _Nothing:
    """What can be awaited, and is over."""

    def __await__(self) -> Generator[Any, None, None]:
        yield from ()


class Closing:
    """Closes itself at the end of a ``with`` or an ``async with``."""

    def setup(self) -> Awaitable[None]:
        """Do nothing, with or without ``await``: programs from LangGraph call it, and what is open is ready here."""
        return _Nothing()

    def close(self) -> None:
        """Release what is held; calling it twice is no error."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()
