"""What a workflow shows of its threads, and how they are changed from outside."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from taskpoint._refusing import refusing
from taskpoint.errors import UsageError
from taskpoint.runtime.definitions.config import RunConfig, merged, read_config, with_thread
from taskpoint.runtime.state import forks
from taskpoint.runtime.state import snapshots as state
from taskpoint.runtime.state.snapshots import StateSnapshot, StateUpdate
from taskpoint.runtime.values.forms import Forms
from taskpoint.savers.base import CheckpointSaver

__all__ = ("Stateful",)

Config = Mapping[str, Any]

_ONE_STATE = "what is called inside a run has no state of its own: its calls are in the run's tasks"


class Stateful(ABC):
    """The half of an entrypoint that looks at threads and runs nothing."""

    name: str
    version: str | None
    checkpointer: CheckpointSaver | None
    config: Mapping[str, Any]

    def _bound(self, config: Config | None, thread_id: object) -> Config | None:
        """Return the config of one use: what `with_config` gave, under what the caller gives (`CMP-020`)."""
        return merged(self.config, with_thread(config, thread_id)) if self.config else config

    @property
    @abstractmethod
    def forms(self) -> Forms:
        """How values are written and read."""

    @refusing(subgraphs=_ONE_STATE)
    def get_state(self, config: Config | None = None, *, thread_id: str | None = None) -> StateSnapshot:
        """Return how a thread stands, or stood at the `checkpoint_id` of the config (`RUN-023`).

        Raises:
            UsageError: There is no checkpointer or no thread id.
        """
        return state.snapshot(self.forms, self._saver(), self._thread(config, thread_id))

    def get_state_history(
        self,
        config: Config | None = None,
        *,
        filter: Mapping[str, Any] | None = None,
        before: Config | None = None,
        limit: int | None = None,
        thread_id: str | None = None,
    ) -> Iterator[StateSnapshot]:
        """Yield the snapshots of a thread, newest first (`RUN-025`).

        Args:
            config: Names the thread; one that names a checkpoint too yields this one alone.
            filter: Only snapshots whose metadata has these members, with equal values: `{"source": "update"}`, say.
            before: The config of a snapshot: only those before it.
            limit: At most so many.
            thread_id: The thread, a shortcut for the config.
        """
        listing = state.read_listing(filter, before, limit)
        return state.history(self.forms, self._saver(), self._thread(config, thread_id), listing)

    def update_state(
        self, config: Config | None, values: object, as_node: str | None = None, *, thread_id: str | None = None
    ) -> dict[str, Any]:
        """Set what the next run sees as `previous`; an unfinished run is abandoned (`RUN-026`).

        Args:
            config: Names the thread, and the checkpoint that the update follows where that is not the newest.
            values: The value.
            as_node: The entrypoint's own name, or nothing.
            thread_id: The thread, a shortcut for the config.

        Returns:
            The config of the new checkpoint.
        """
        return state.update(self, self._saver(), self._thread(config, thread_id), values, as_node)

    def bulk_update_state(
        self,
        config: Config | None,
        supersteps: Sequence[Sequence[StateUpdate]],
        *,
        thread_id: str | None = None,
    ) -> dict[str, Any]:
        """Make several updates one after the other, all or none (`STA-012`).

        Args:
            config: Names the thread, and the checkpoint that the first update follows where that is not the newest.
            supersteps: Lists of one `StateUpdate` each; each becomes a checkpoint.
            thread_id: The thread, a shortcut for the config.

        Returns:
            The config of the last checkpoint.

        Example:
            >>> from taskpoint import InMemorySaver, StateUpdate, entrypoint
            >>> @entrypoint(checkpointer=InMemorySaver())
            ... def main(n: int, *, previous: int = 0) -> int:
            ...     return previous + n
            >>> config = main.bulk_update_state(None, [[StateUpdate(1)], [StateUpdate(5)]], thread_id="t")
            >>> [state.values for state in main.get_state_history(thread_id="t")]
            [5, 1]
            >>> main.invoke(2, thread_id="t")
            7
        """
        return state.bulk_update(self, self._saver(), self._thread(config, thread_id), supersteps)

    def fork(
        self,
        config: Config | None = None,
        *,
        before: str | None = None,
        to: str | None = None,
        thread_id: str | None = None,
    ) -> dict[str, Any]:
        """Begin a branch of a run that keeps what was recorded before a call, and runs again from there (`STA-030`).

        The branch becomes the head of its thread, and the next ``invoke(None, ...)`` goes on with it. What the run
        had recorded stays as it is: `get_state_history` shows it, and it can be forked again.

        Args:
            config: Names the thread, and a checkpoint of the run where it is not the newest run.
            before: The path of a call, or the id of an interrupt: what was recorded before it is kept, the call runs
                again or the interrupt is asked again. Without it the whole journal is kept.
            to: The id of a new thread that the branch begins, instead of becoming the head of its own.
            thread_id: The thread, a shortcut for the config.

        Returns:
            The config of the new checkpoint.

        Raises:
            UsageError: There is no such run, or nothing is recorded at `before`.
            ConcurrentRunError: Somebody works on the thread.

        Example:
            >>> from taskpoint import InMemorySaver, entrypoint, task
            >>> prices = iter([10, 12])
            >>> @task
            ... def price(item: str) -> int:
            ...     return next(prices)
            >>> @entrypoint(checkpointer=InMemorySaver())
            ... def order(item: str) -> int:
            ...     return price(item).result()
            >>> order.invoke("tea", thread_id="t")
            10
            >>> config = order.fork(thread_id="t", before="price#0")
            >>> order.invoke(None, config)
            12
        """
        return state.config_of(forks.fork(self.name, self._saver(), self._thread(config, thread_id), before, to))

    @refusing(subgraphs=_ONE_STATE)
    async def aget_state(self, config: Config | None = None, *, thread_id: str | None = None) -> StateSnapshot:
        """Do what `get_state` does, without blocking the event loop."""
        return await asyncio.to_thread(self.get_state, config, thread_id=thread_id)

    async def aget_state_history(
        self,
        config: Config | None = None,
        *,
        filter: Mapping[str, Any] | None = None,
        before: Config | None = None,
        limit: int | None = None,
        thread_id: str | None = None,
    ) -> AsyncIterator[StateSnapshot]:
        """Do what `get_state_history` does, without blocking the event loop."""
        snapshots = self.get_state_history(config, filter=filter, before=before, limit=limit, thread_id=thread_id)
        while (snapshot := await asyncio.to_thread(next, snapshots, None)) is not None:
            yield snapshot

    async def aupdate_state(
        self, config: Config | None, values: object, as_node: str | None = None, *, thread_id: str | None = None
    ) -> dict[str, Any]:
        """Do what `update_state` does, without blocking the event loop."""
        return await asyncio.to_thread(self.update_state, config, values, as_node, thread_id=thread_id)

    async def abulk_update_state(
        self,
        config: Config | None,
        supersteps: Sequence[Sequence[StateUpdate]],
        *,
        thread_id: str | None = None,
    ) -> dict[str, Any]:
        """Do what `bulk_update_state` does, without blocking the event loop."""
        return await asyncio.to_thread(self.bulk_update_state, config, supersteps, thread_id=thread_id)

    async def afork(
        self,
        config: Config | None = None,
        *,
        before: str | None = None,
        to: str | None = None,
        thread_id: str | None = None,
    ) -> dict[str, Any]:
        """Do what `fork` does, without blocking the event loop."""
        return await asyncio.to_thread(self.fork, config, before=before, to=to, thread_id=thread_id)

    def _saver(self) -> CheckpointSaver:
        if self.checkpointer is None:
            raise UsageError("without a checkpointer there is no state", code="usage.no_checkpointer")
        return self.checkpointer

    def _thread(self, config: Config | None, thread_id: str | None) -> RunConfig:
        read = read_config(self._bound(config, thread_id), thread_id)
        if read.thread_id is None:
            raise UsageError("the state of which thread?", code="usage.thread_id_missing", hint='pass thread_id="..."')
        return read
