"""The event loop of a driver's process; it knows no library."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

__all__ = ("EventLoop",)


class EventLoop:
    """The one event loop on which all async runs of this process live together."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="event-loop", daemon=True).start()

    def run(self, function: Callable[[], Awaitable[Any]]) -> Any:
        """Await what the function returns, and return or raise what it comes to, cancellation included."""

        async def guarded() -> tuple[Any, BaseException | None]:
            try:
                return await function(), None
            except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
                return None, error

        value, error = asyncio.run_coroutine_threadsafe(guarded(), self._loop).result()
        if error is not None:
            raise error
        return value
