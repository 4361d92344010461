"""A workflow made of tasks, and how it is run."""

from __future__ import annotations

import copy
import functools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, Unpack, cast

from taskpoint._elsewhere import OF_ENTRYPOINTS
from taskpoint._refusing import missing_in
from taskpoint.errors import UsageError
from taskpoint.runtime import composition
from taskpoint.runtime.definitions.caching import namespace_of
from taskpoint.runtime.definitions.config import merged, read_config
from taskpoint.runtime.definitions.described import schema_of, schema_of_input, schema_of_value
from taskpoint.runtime.definitions.normalising import Uncallable, check_name
from taskpoint.runtime.definitions.options import EntrypointKeywords, EntrypointOptions
from taskpoint.runtime.execution.host import running_host
from taskpoint.runtime.injection import Parameters
from taskpoint.runtime.runs import batches, running
from taskpoint.runtime.runs.requests import Request, RunOptions, read_request
from taskpoint.runtime.state.stateful import Stateful
from taskpoint.runtime.streams import streaming as streams
from taskpoint.runtime.streams.events import bus_for
from taskpoint.runtime.streams.parts import (
    StreamMode,
    StreamOptions,
    parts_of_value,
    read_result_options,
    read_stream_options,
    result_of,
)
from taskpoint.runtime.values.commands import Command
from taskpoint.runtime.values.failures import Resolver, resolver
from taskpoint.runtime.values.forms import Forms, forms_of
from taskpoint.runtime.values.functions import base_function, is_async

if TYPE_CHECKING:
    from taskpoint.caches.base import BaseCache
    from taskpoint.runtime.runs.attempt import Attempt
    from taskpoint.stores.base import BaseStore

__all__ = ("Entrypoint",)

I = TypeVar("I")  # noqa: E741 - input
R = TypeVar("R")

Config = Mapping[str, Any]


@missing_in(**OF_ENTRYPOINTS)
class Entrypoint(Uncallable, Stateful, Generic[I, R]):
    """A workflow that can be run; made by `entrypoint`.

    Attributes:
        name: What its runs are recorded under.
        checkpointer: The saver that keeps its threads, None where nothing is kept.
        version: Stored with each run.
        on_divergence: What to do when a call does not fit the journal: ``"error"``, ``"replay"`` or ``"warn"``.
        config: What `with_config` gave, under the config of each use.

    Called inside a run, `invoke` and its sisters are a call in the caller's scope, like one of a task: recorded at
    ``name#0``, with its finished tasks at ``name#0/task#0``, which never run again (`CMP-001`). With a checkpointer
    and a thread id of its own it is a run of its own.

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
        self.policies = options.policies
        self.is_async = is_async(func)
        self.parameters = Parameters(func)
        self.body = self.parameters.injecting(func)
        self.identity = getattr(base_function(func), "__code__", func)
        self.config = {}
        self._forms: Forms | None = None

    def __repr__(self) -> str:
        return f"<entrypoint {self.name}>"

    @property
    def definition(self) -> dict[str, object]:
        """The normalised definition, the same whichever form made it (`TSK-001`)."""
        return {"kind": "entrypoint-definition", "name": self.name, **self.options.document()}

    @property
    def forms(self) -> Forms:
        """How inputs, values and what is saved are written and read, by the function's annotations (`TYP-001`)."""
        forms = self._forms
        if forms is None:  # not when it is defined: the annotations may name what is defined below it
            forms = self._forms = forms_of(self.func, self.options.version, self.options.migrate)
        return forms

    @property
    def store(self) -> BaseStore | None:
        """The long-term memory of its runs, None where they have none."""
        return self.options.store

    @property
    def cache(self) -> BaseCache | None:
        """Where results are kept for other runs, None where they are not."""
        return self.options.cache

    @functools.cached_property
    def find_exception(self) -> Resolver:
        """What finds an exception class by its name, where a failure of a call is read (`ERR-004`)."""
        return resolver(self.func, ())

    def _request(
        self, input: object, config: Config | None, options: RunOptions, shown: StreamOptions | None = None
    ) -> Request:
        bound = self._bound(config, options.get("thread_id"))
        request = read_request(input, bound, options, self.options.context_schema)
        request.reads_saved = shown is not None and shown.shows("checkpoints", "debug")
        return request

    def _run(self, request: Request, watch: Callable[[Attempt], None] | None = None) -> Any:
        """Run the workflow for its value, or call it where the caller is a run; `watch` is shown the attempt."""
        host = composition.caller_of(self, request)
        if host is not None:
            return composition.call(self, host, request)
        return running.invoke(self, request, bus_for(self.options.watch, request.watch), watch)

    async def _arun(self, request: Request) -> Any:
        """Do what `_run` does, on the running event loop."""
        host = composition.caller_of(self, request)
        if host is not None:
            return await composition.acall(self, host, request)
        return await running.ainvoke(self, request, bus_for(self.options.watch, request.watch))

    # Variants

    def with_config(self, config: Config | None = None, **members: Any) -> Entrypoint[I, R]:
        """Return the same workflow with a config that is under that of each use.

        Args:
            config: A config; what a use gives is added to it, and replaces what has the same name.
            **members: Members of the config by name, such as ``tags=["nightly"]``.

        Raises:
            UsageError: The config has an unknown member, or one of the wrong type (code ``usage.config_invalid``).

        Example:
            >>> from taskpoint import InMemorySaver, entrypoint
            >>> @entrypoint(checkpointer=InMemorySaver())
            ... def count(n: int, *, previous: int | None = None) -> int:
            ...     return n + (previous or 0)
            >>> mine = count.with_config({"configurable": {"thread_id": "mine"}})
            >>> mine.invoke(2), mine.invoke(3)
            (2, 5)
        """
        made = copy.copy(self)
        made.config = merged(self.config, merged(config or {}, members))
        read_config(made.config)
        return made

    def with_options(self, *, name: str | None = None, **options: Unpack[EntrypointKeywords]) -> Entrypoint[I, R]:
        """Return the same workflow with other options.

        Args:
            name: What its runs, or its calls inside a run, are recorded under.
            **options: Those of `entrypoint`, in place of its own.

        Raises:
            UsageError: An option is unknown or invalid.

        Example:
            >>> from taskpoint import InMemorySaver, entrypoint
            >>> @entrypoint
            ... def double(n: int) -> int:
            ...     return 2 * n
            >>> kept = double.with_options(name="kept-double", checkpointer=InMemorySaver())
            >>> kept.invoke(2, thread_id="t"), kept.name, double.name
            (4, 'kept-double', 'double')
        """
        chosen = self.name if name is None else check_name("entrypoint", name)
        made: Entrypoint[I, R] = Entrypoint(self.func, chosen, self.options.changed(options))
        made.config = self.config
        return made

    def get_input_jsonschema(self) -> dict[str, Any]:
        """Return the JSON Schema of what its annotation says that it takes.

        Example:
            >>> from taskpoint import entrypoint
            >>> @entrypoint
            ... def total(prices: list[int]) -> int:
            ...     return sum(prices)
            >>> total.get_input_jsonschema()
            {'title': 'totalInput', 'items': {'type': 'integer'}, 'type': 'array'}
        """
        return schema_of_input(self.func, self.name)

    def get_output_jsonschema(self) -> dict[str, Any]:
        """Return the JSON Schema of what its annotation says that it returns."""
        return schema_of_value(self.func, self.name)

    def get_context_jsonschema(self) -> dict[str, Any] | None:
        """Return the JSON Schema of its `context_schema`, None where it has none."""
        schema = self.options.context_schema
        return None if schema is None else schema_of(schema, f"{self.name}Context")

    def clear_cache(self) -> None:
        """Forget what the entrypoint's cache keeps of its runs, in this version of it (`POL-045`)."""
        if self.options.cache is not None:
            self.options.cache.clear([namespace_of("entrypoints", self.name, self.version)])

    async def aclear_cache(self) -> None:
        """Do as `clear_cache` does, beside the event loop."""
        if self.options.cache is not None:
            await self.options.cache.aclear([namespace_of("entrypoints", self.name, self.version)])

    # Running

    def invoke(
        self,
        input: I | Command | None,
        config: Config | None = None,
        *,
        stream_mode: StreamMode | Sequence[StreamMode] | None = "values",
        version: Literal["v1", "v2"] = "v1",
        **options: Unpack[RunOptions],
    ) -> R | Any:
        """Run the workflow to its end or its next pause, and return its value.

        Args:
            input: The input of a new run; None continues the thread's unfinished run; `Command(resume=...)`
                continues an interrupted one with an answer.
            config: LangGraph's config dict, e.g. ``{"configurable": {"thread_id": "t1"}}``.
            stream_mode: ``"values"`` for the value. Another mode, or a list of them, for a list of what `stream` would
                have yielded.
            version: ``"v2"`` gives the value and the questions as a `GraphOutput`, and the parts of a list as objects.
            **options: ``thread_id``, ``once``, ``take_over`` and the like, as in `RunOptions`.

        Returns:
            The workflow's value, or ``{"__interrupt__": [Interrupt, ...]}`` where it paused.

        Raises:
            UsageError: The request cannot be met; nothing was started.
            ConcurrentRunError: Somebody else works on the thread.
            ReplayDivergenceError: The code does not fit the journal.
            Exception: Whatever left the workflow.

        Example:
            >>> from taskpoint import entrypoint, task
            >>> double = task("double", lambda n: 2 * n)
            >>> main = entrypoint("main", lambda n: double(n).result() + 1)
            >>> main.invoke(3)
            7
            >>> main.invoke(3, stream_mode="updates")
            [{'double': 6}, {'main': 7}]
        """
        shown = read_result_options(stream_mode, version)
        request = self._request(input, config, options, shown)
        if shown is None:
            return self._run(request)
        host = composition.caller_of(self, request)
        if host is not None:
            return result_of(shown, parts_of_value(shown, self.name, composition.call(self, host, request)))
        collected = streams.Collected(shown, self.options.watch, request.watch)
        running.invoke(self, request, collected.bus)
        return collected.result()

    async def ainvoke(
        self,
        input: I | Command | None,
        config: Config | None = None,
        *,
        stream_mode: StreamMode | Sequence[StreamMode] | None = "values",
        version: Literal["v1", "v2"] = "v1",
        **options: Unpack[RunOptions],
    ) -> R | Any:
        """Do what `invoke` does, on the running event loop."""
        shown = read_result_options(stream_mode, version)
        request = self._request(input, config, options, shown)
        if shown is None:
            return await self._arun(request)
        host = composition.caller_of(self, request)
        if host is not None:
            return result_of(shown, parts_of_value(shown, self.name, await composition.acall(self, host, request)))
        collected = streams.Collected(shown, self.options.watch, request.watch)
        await running.ainvoke(self, request, collected.bus)
        return collected.result()

    def stream(
        self,
        input: I | Command | None,
        config: Config | None = None,
        *,
        stream_mode: StreamMode | Sequence[StreamMode] | None = "updates",
        subgraphs: bool = False,
        version: Literal["v1", "v2"] = "v1",
        **options: Unpack[RunOptions],
    ) -> Iterator[Any]:
        """Run the workflow and yield what happens, when it happens; what is replayed is not shown again (`STM-001`).

        Args:
            input: As for `invoke`.
            config: As for `invoke`.
            stream_mode: One mode, or a list of them. ``"updates"``: ``{task name: value}`` for each task that
                finishes, and last ``{entrypoint name: value}`` or ``{"__interrupt__": (Interrupt, ...)}``.
                ``"values"``: the value of the run. ``"custom"``: what the code gives to `get_stream_writer`.
                ``"tasks"``: the beginning and the end of each call, and of the run. ``"checkpoints"``: the
                checkpoints that the run makes. ``"debug"``: the last two, with time and step.
            subgraphs: Show what happens inside entrypoints that are called by this one, too, each part with the
                path of the call.
            version: ``"v1"`` yields what is shown; ``(mode, shown)`` for a list of modes, with `subgraphs`
                ``(path, shown)`` or ``(path, mode, shown)``. ``"v2"`` yields ``{"type": mode, "ns": path, "data":
                shown}``.
            **options: As for `invoke`.

        Closing the iterator early stops the run; what had finished is kept, and the run can be resumed. The run
        does not wait for who reads: what is not read yet is kept in memory.

        Raises:
            UsageError: A mode or the version does not exist, or the request cannot be met.

        Example:
            >>> from taskpoint import entrypoint, task
            >>> @task
            ... def double(n: int) -> int:
            ...     return 2 * n
            >>> @entrypoint
            ... def main(n: int) -> int:
            ...     return double(n).result() + 1
            >>> list(main.stream(3))
            [{'double': 6}, {'main': 7}]
            >>> list(main.stream(3, stream_mode="values", version="v2"))
            [{'type': 'values', 'ns': (), 'data': 7, 'interrupts': ()}]
        """
        shown = read_stream_options(stream_mode, version, subgraphs=subgraphs)
        request = self._request(input, config, options, shown)
        host = composition.caller_of(self, request)
        if host is not None:
            return composition.stream(self, host, request, shown)
        watchers = (self.options.watch, request.watch)
        return streams.stream(lambda bus, brake: running.invoke(self, request, bus, brake), shown, *watchers)

    def astream(
        self,
        input: I | Command | None,
        config: Config | None = None,
        *,
        stream_mode: StreamMode | Sequence[StreamMode] | None = "updates",
        subgraphs: bool = False,
        version: Literal["v1", "v2"] = "v1",
        **options: Unpack[RunOptions],
    ) -> AsyncIterator[Any]:
        """Do what `stream` does, on the running event loop."""
        shown = read_stream_options(stream_mode, version, subgraphs=subgraphs)
        request = self._request(input, config, options, shown)
        host = composition.caller_of(self, request)
        if host is not None:
            return composition.astream(self, host, request, shown)
        watchers = (self.options.watch, request.watch)
        return streams.astream(lambda bus: running.ainvoke(self, request, bus), shown, *watchers)

    def batch(
        self,
        inputs: Sequence[I],
        config: Config | Sequence[Config] | None = None,
        *,
        return_exceptions: bool = False,
        **options: Unpack[RunOptions],
    ) -> list[Any]:
        """Run the workflow once for each input, several at a time, and return the values in order.

        Whoever stops one of the runs, or interrupts the caller, stops them all.

        Args:
            inputs: The inputs.
            config: One config for each input; with a checkpointer each needs a thread of its own.
            return_exceptions: Put a run's error in its place instead of raising the first.
            **options: As for `invoke`, for each of the runs.
        """
        configs = self._configs(inputs, config)
        if running_host() is not None:
            requests = [self._request(value, each, options) for value, each in zip(inputs, configs, strict=True)]
            hosts = [composition.caller_of(self, request) for request in requests]
            if hosts and hosts[0] is not None and None not in hosts:
                return composition.call_all(self, hosts[0], requests, return_exceptions=return_exceptions)

        def begun(value: I, each: Config | None) -> Callable[[Callable[[Attempt], None]], Any]:
            return lambda watch: self._run(self._request(value, each, options), watch)

        runs = [begun(value, each) for value, each in zip(inputs, configs, strict=True)]
        return batches.in_threads(runs, _limit(configs), return_exceptions=return_exceptions)

    async def abatch(
        self,
        inputs: Sequence[I],
        config: Config | Sequence[Config] | None = None,
        *,
        return_exceptions: bool = False,
        **options: Unpack[RunOptions],
    ) -> list[Any]:
        """Do what `batch` does, on the running event loop."""
        configs = self._configs(inputs, config)

        async def begun(value: I, each: Config | None) -> Any:
            return await self._arun(self._request(value, each, options))

        runs = [functools.partial(begun, value, each) for value, each in zip(inputs, configs, strict=True)]
        return await batches.on_loop(runs, _limit(configs), return_exceptions=return_exceptions)

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


def _limit(configs: Sequence[Config | None]) -> int | None:
    """Return how many runs of a batch go on at once."""
    return read_config(configs[0]).max_concurrency if configs else None
