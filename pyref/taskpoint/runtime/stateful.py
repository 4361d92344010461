"""What a workflow shows of its threads, and how they are changed from outside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from taskpoint.errors import UsageError
from taskpoint.runtime import state
from taskpoint.runtime.config import RunConfig, read_config
from taskpoint.runtime.state import StateSnapshot
from taskpoint.savers.base import CheckpointSaver

__all__ = ("Stateful",)

Config = Mapping[str, Any]


class Stateful:
    """The half of an entrypoint that looks at threads and runs nothing."""

    name: str
    version: str | None
    checkpointer: CheckpointSaver | None

    def get_state(self, config: Config | None = None, *, thread_id: str | None = None) -> StateSnapshot:
        """Return how a thread stands, or stood at the `checkpoint_id` of the config (`RUN-021`).

        Raises:
            UsageError: There is no checkpointer or no thread id.
        """
        return state.snapshot(self._saver(), self._thread(config, thread_id))

    def get_state_history(
        self, config: Config | None = None, *, thread_id: str | None = None, limit: int | None = None
    ) -> Iterator[StateSnapshot]:
        """Yield the snapshots of a thread, newest first."""
        return state.history(self._saver(), self._thread(config, thread_id), limit)

    def update_state(self, config: Config | None, values: object, *, thread_id: str | None = None) -> dict[str, Any]:
        """Set what the next run sees as `previous`; an unfinished run is abandoned (`RUN-023`).

        Returns:
            The config of the new checkpoint.
        """
        return state.update(self, self._saver(), self._thread(config, thread_id), values)

    async def aget_state(self, config: Config | None = None, *, thread_id: str | None = None) -> StateSnapshot:
        """Do what `get_state` does, without blocking the event loop."""
        return await asyncio.to_thread(self.get_state, config, thread_id=thread_id)

    async def aget_state_history(
        self, config: Config | None = None, *, thread_id: str | None = None, limit: int | None = None
    ) -> AsyncIterator[StateSnapshot]:
        """Do what `get_state_history` does, without blocking the event loop."""
        snapshots = self.get_state_history(config, thread_id=thread_id, limit=limit)
        while (snapshot := await asyncio.to_thread(next, snapshots, None)) is not None:
            yield snapshot

    async def aupdate_state(
        self, config: Config | None, values: object, *, thread_id: str | None = None
    ) -> dict[str, Any]:
        """Do what `update_state` does, without blocking the event loop."""
        return await asyncio.to_thread(self.update_state, config, values, thread_id=thread_id)

    def _saver(self) -> CheckpointSaver:
        if self.checkpointer is None:
            raise UsageError(
                "without a checkpointer there is no state",
                code="usage.no_checkpointer",
                hint="pass checkpointer=SqliteSaver(...) to the entrypoint",
            )
        return self.checkpointer

    @staticmethod
    def _thread(config: Config | None, thread_id: str | None) -> RunConfig:
        read = read_config(config, thread_id)
        if read.thread_id is None:
            raise UsageError("the state of which thread?", code="usage.thread_id_missing", hint='pass thread_id="..."')
        return read
