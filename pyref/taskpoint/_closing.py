"""What savers, stores and caches have in common: they are open until they are closed."""

from __future__ import annotations

from types import TracebackType
from typing import Self

__all__ = ("Closing",)


class Closing:
    """Closes itself at the end of a ``with`` or an ``async with``."""

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
