"""A workflow made of tasks, and how it is run."""

from __future__ import annotations

import asyncio
import contextvars
import functools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar, Unpack, cast

from taskpoint.errors import UsageError
from taskpoint.runtime import running, state, streams
from taskpoint.runtime.commands import Command
from taskpoint.runtime.config import RunConfig, read_config
from taskpoint.runtime.definitions import is_async
from taskpoint.runtime.injection import Parameters
from taskpoint.runtime.options import EntrypointOptions
from taskpoint.runtime.requests import RunOptions, read_request
from taskpoint.runtime.run import Run
from taskpoint.runtime.state import StateSnapshot
from taskpoint.savers.base import CheckpointSaver

__all__ = ("Entrypoint",)

I = TypeVar("I")  # noqa: E741 - input
R = TypeVar("R")

Config = Mapping[str, Any]
OnUpdate = Callable[[str, Any], None]
Watch = Callable[[Run], None]


class Entrypoint(Generic[I, R]):
    """A workflow that can be run; made by `entrypoint`.

    Attributes:
        name: What its runs are recorded under.
        checkpointer: The saver that keeps its threads, None where nothing is kept.
        version: Stored with each run.
        on_divergence: What to do when a call does not fit the journal: ``"error"``, ``"replay"`` or ``"warn"``.

    Example:
        >>> from taskpoint import InMemorySaver, entrypoint
        >>> @entrypoint(checkpointer=InMemorySaver())
        ... def add(n: int, *, previous: int | None = None) -> int:
        ...     return n + (previous or 0)
        >>> add.invoke(2, thread_id="t"), add.invoke(3, thread_id="t")
        (2, 5)
        >>> add.get_state(thread_id="t").values
        5
    """

    def __init__(self, func: Callable[..., Any], name: str, options: EntrypointOptions) -> None:
        functools.update_wrapper(cast("Callable[..., Any]", self), func)
        self.func = func
        self.name = name
        self.options = options
        self.checkpointer = options.checkpointer
        self.version = options.version
        self.on_divergence = options.on_divergence
        self.is_async = is_async(func)
        self.parameters = Parameters(func)

    def __repr__(self) -> str:
        return f"<entrypoint {self.name}>"

    @property
    def definition(self) -> dict[str, object]:
        """The normalised definition, the same whichever form made it (`TSK-001`)."""
        return {"kind": "entrypoint-definition", "name": self.name, **self.options.document()}

    # Running

    def invoke(self, input: I | Command | None, config: Config | None = None, **options: Unpack[RunOptions]) -> R | Any:
        """Run the workflow to its end or its next pause, and return its value.

        Args:
            input: The input of a new run; None continues the thread's unfinished run; `Command(resume=...)`
                continues an interrupted one with an answer.
            config: LangGraph's config dict, e.g. ``{"configurable": {"thread_id": "t1"}}``.
            **options: ``thread_id``, ``take_over`` and ``retry``, as in `RunOptions`.

        Returns:
            The workflow's value, or ``{"__interrupt__": [Interrupt, ...]}`` where it paused.

        Raises:
            UsageError: The request cannot be met; nothing was started.
            ConcurrentRunError: Somebody else works on the thread.
            ReplayDivergenceError: The code does not fit the journal.
            Exception: Whatever left the workflow.
        """
        return running.invoke(self, read_request(input, config, options))

    async def ainvoke(
        self, input: I | Command | None, config: Config | None = None, **options: Unpack[RunOptions]
    ) -> R | Any:
        """Do what `invoke` does, on the running event loop."""
        return await running.ainvoke(self, read_request(input, config, options))

    def stream(
        self,
        input: I | Command | None,
        config: Config | None = None,
        *,
        stream_mode: str = "updates",
        **options: Unpack[RunOptions],
    ) -> Iterator[dict[str, Any]]:
        """Run the workflow and yield what happens, when it happens (`RUN-018`).

        Yields:
            ``{task name: value}`` for each task that finishes (replayed ones are not announced again), and last
            ``{entrypoint name: value}`` or ``{"__interrupt__": (Interrupt, ...)}``.

        Closing the iterator early stops the run; what had finished is kept, and the run can be resumed.
        """
        streams.check_mode(stream_mode)
        request = read_request(input, config, options)

        def run(on_update: OnUpdate, watch: Watch) -> Any:
            return running.invoke(self, request, on_update, watch)

        return streams.stream(run, self.name)

    def astream(
        self,
        input: I | Command | None,
        config: Config | None = None,
        *,
        stream_mode: str = "updates",
        **options: Unpack[RunOptions],
    ) -> AsyncIterator[dict[str, Any]]:
        """Do what `stream` does, on the running event loop."""
        streams.check_mode(stream_mode)
        request = read_request(input, config, options)

        async def run(on_update: OnUpdate) -> Any:
            return await running.ainvoke(self, request, on_update)

        return streams.astream(run, self.name)

    def batch(
        self, inputs: Sequence[I], config: Config | Sequence[Config] | None = None, *, return_exceptions: bool = False
    ) -> list[Any]:
        """Run the workflow once for each input, several at a time, and return the values in order.

        Args:
            inputs: The inputs.
            config: One config for each input; with a checkpointer each needs a thread of its own.
            return_exceptions: Put a run's error in its place instead of raising the first.
        """
        configs = self._configs(inputs, config)

        def one(pair: tuple[I, Config | None]) -> Any:
            try:
                return self.invoke(*pair)
            except Exception as error:
                if return_exceptions:
                    return error
                raise

        limit = read_config(configs[0]).max_concurrency if configs else None
        with ThreadPoolExecutor(limit) as pool:
            runs = [
                pool.submit(contextvars.copy_context().run, one, pair) for pair in zip(inputs, configs, strict=True)
            ]
            return [future.result() for future in runs]

    async def abatch(
        self, inputs: Sequence[I], config: Config | Sequence[Config] | None = None, *, return_exceptions: bool = False
    ) -> list[Any]:
        """Do what `batch` does, on the running event loop."""
        configs = self._configs(inputs, config)
        limit = read_config(configs[0]).max_concurrency if configs else None
        gate = asyncio.Semaphore(limit or len(inputs) or 1)

        async def one(value: I, config: Config | None) -> Any:
            async with gate:
                return await self.ainvoke(value, config)

        runs = [one(value, config) for value, config in zip(inputs, configs, strict=True)]
        results = await asyncio.gather(*runs, return_exceptions=True)  # all of them end before the first error leaves
        errors = [result for result in results if isinstance(result, BaseException)]
        if errors and not return_exceptions:
            raise errors[0]
        return results

    @staticmethod
    def _configs(inputs: Sequence[I], config: Config | Sequence[Config] | None) -> list[Config | None]:
        if config is None or isinstance(config, Mapping):
            return [config] * len(inputs)
        if len(config) != len(inputs):
            raise UsageError(
                f"{len(inputs)} inputs came with {len(config)} configs",
                code="usage.config_invalid",
                hint="pass one config for each input",
            )
        return list(config)

    # State

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
