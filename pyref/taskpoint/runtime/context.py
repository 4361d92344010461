"""What the code of an entrypoint or a task can ask its run for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from taskpoint._elsewhere import OF_EXECUTIONS, OF_RUNTIMES
from taskpoint._refusing import missing_in, refusing
from taskpoint.errors import UsageError
from taskpoint.runtime.execution.host import Host, current_host
from taskpoint.runtime.execution.surroundings import surroundings_of
from taskpoint.runtime.values.recorded import encode

if TYPE_CHECKING:
    from taskpoint.stores.base import BaseStore

__all__ = (
    "ExecutionInfo",
    "Runtime",
    "StreamWriter",
    "get_config",
    "get_idempotency_key",
    "get_previous_state",
    "get_runtime",
    "get_store",
    "get_stream_writer",
    "heartbeat",
    "interrupt",
)

C = TypeVar("C")
T = TypeVar("T")

StreamWriter = Callable[[Any], None]
"""What `get_stream_writer` returns."""


@overload
def interrupt(value: Any, *, response_schema: type[T]) -> T: ...
@overload
def interrupt(value: Any, *, response_schema: Any = None) -> Any: ...
@refusing()
def interrupt(value: Any, *, response_schema: Any = None) -> Any:
    """Pause the run to ask `value` of somebody, and return the answer once the run is resumed with it.

    The first time the run ends as interrupted; `Command(resume=answer)` continues it, and this call then returns
    the answer (`INT-001`). The signal is a `BaseException`: ``except Exception`` does not catch it.

    Args:
        value: The question; any value that can be stored.
        response_schema: What the answer must look like: a JSON Schema 2020-12, or a type that pydantic knows, such as
            a model, a dataclass, an `Enum` or ``list[int]``, whose instance is returned then. A command whose answer
            does not fit is refused, and the question stays open (`INT-031`). Needs
            ``pip install 'taskpoint[answers]'``.

    Raises:
        UsageError: Outside of a run, in an entrypoint without a checkpointer, or with a schema that is none.

    Example:
        >>> from taskpoint import Command, InMemorySaver, entrypoint, interrupt
        >>> @entrypoint(checkpointer=InMemorySaver())
        ... def main(n: int) -> str:
        ...     return f"{n}: {interrupt('sure?')}"
        >>> main.invoke(1, thread_id="t")["__interrupt__"][0].value
        'sure?'
        >>> main.invoke(Command(resume="yes"), thread_id="t")
        '1: yes'
    """
    return current_host("interrupt()").interrupt(value, response_schema)


def get_config() -> dict[str, Any]:
    """Return the config that the run was invoked with; `configurable`, `metadata` and `tags` are always there.

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``).
    """
    return surroundings_of(current_host("get_config()")).config.shown()


def get_previous_state() -> Any:
    """Return what the thread's last completed run saved, None where there is none (`RUN-018`).

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``).
    """
    return surroundings_of(current_host("get_previous_state()")).previous(None)


def get_store() -> BaseStore:
    """Return the long-term memory of the entrypoint that runs (`MEM-042`).

    Use it in tasks: what the body of an entrypoint does to a store, it does again whenever it runs again (`MEM-040`).

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``), or the entrypoint has no store (``usage.no_store``).

    Example:
        >>> from taskpoint import InMemoryStore, entrypoint, get_store, task
        >>> @task
        ... def remember(user: str, likes: str) -> None:
        ...     get_store().put(("users", user), "likes", {"what": likes})
        >>> store = InMemoryStore()
        >>> @entrypoint(store=store)
        ... def main(user: str) -> None:
        ...     remember(user, "tea").result()
        >>> main.invoke("ann")
        >>> store.get(("users", "ann"), "likes").value
        {'what': 'tea'}
    """
    store = surroundings_of(current_host("get_store()")).store
    if store is None:
        raise UsageError("the entrypoint has no store", code="usage.no_store")
    return store


def get_stream_writer() -> StreamWriter:
    """Return what writes a value of your own to whoever streams the run with ``stream_mode="custom"`` (`STM-016`).

    The value is shown at once, and stored nowhere. Where nobody streams, writing does nothing. A call that is
    replayed does not run and so writes nothing; the body of the entrypoint runs, and writes, again in each attempt.

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``). What is returned raises `ValueEncodingError` where
            it is given what is no value.

    Example:
        >>> from taskpoint import entrypoint, get_stream_writer, task
        >>> @task
        ... def load(n: int) -> int:
        ...     write = get_stream_writer()
        ...     for part in range(n):
        ...         write({"loaded": part + 1})
        ...     return n
        >>> @entrypoint
        ... def main(n: int) -> int:
        ...     return load(n).result()
        >>> list(main.stream(2, stream_mode="custom"))
        [{'loaded': 1}, {'loaded': 2}]
    """
    return _writer_of(current_host("get_stream_writer()"))


def _writer_of(host: Host) -> StreamWriter:
    def write(value: Any) -> None:
        bus = host.run.bus
        if bus is not None and bus.wants_custom:
            bus.written(host.run, host.scope, encode(value, "what is written to the stream"))

    return write


def heartbeat() -> None:
    """Tell that the task, or the entrypoint, that runs here makes progress (`POL-025`).

    It keeps the `idle_timeout` of its `TimeoutPolicy` away, and that of the calls around it; without one it does
    nothing.

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``).

    Example:
        >>> from taskpoint import TimeoutPolicy, entrypoint, heartbeat, task
        >>> @task(timeout=TimeoutPolicy(idle_timeout=5))
        ... def crawl(pages: int) -> int:
        ...     for _ in range(pages):
        ...         heartbeat()
        ...     return pages
        >>> @entrypoint
        ... def main(pages: int) -> int:
        ...     return crawl(pages).result()
        >>> main.invoke(3)
        3
    """
    _beat(current_host("heartbeat()"))


def _beat(host: Host) -> None:
    execution = host.scope.execution
    if execution is not None:
        execution.touch(beat=True)


def get_idempotency_key() -> str:
    """Return the key of the current call, the same however often it is run again (`RPL-033`).

    Pass it to services that take one: a task in flight when its process dies runs again.

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``).
    """
    host = current_host("get_idempotency_key()")
    return host.run.idempotency_key(host.scope.path)


@missing_in(**OF_EXECUTIONS)
@dataclass(frozen=True, slots=True)
class ExecutionInfo:
    """Where the code runs (`CTX-010`).

    Attributes:
        thread_id: The thread, None in a run that is not kept.
        checkpoint_id: The checkpoint whose journal the run writes, None in a run that is not kept.
        run_id: The run; the same in all its attempts.
        run_attempt: Which attempt of the run this is, from 1.
        path: The call that a task runs for, e.g. ``"fetch#0/parse#1"``; empty in the entrypoint's own code.
        attempt: How often that call was begun in this attempt of the run, from 1: more than 1 under a `RetryPolicy`.
        idempotency_key: As `get_idempotency_key` returns it.
        is_replaying: True until the code has been shown all that its journal holds for it, or makes a new call.
    """

    thread_id: str | None
    checkpoint_id: str | None
    run_id: str
    run_attempt: int
    path: str
    attempt: int
    idempotency_key: str
    is_replaying: bool

    @property
    def node_attempt(self) -> int:
        """`attempt`, by the name that programs from LangGraph read."""
        return self.attempt


@missing_in(**OF_RUNTIMES)
class Runtime(Generic[C]):
    """What a run gives to its code: `get_runtime()`, or a parameter called ``runtime``."""

    __slots__ = ("_around", "_host")

    def __init__(self, host: Host) -> None:
        self._host = host
        self._around = surroundings_of(host)

    @property
    def context(self) -> C:
        """What the caller passed as ``context=``; None where nothing was. It is never stored (`CTX-006`)."""
        return cast("C", self._around.context)

    @property
    def config(self) -> dict[str, Any]:
        """As `get_config` returns it."""
        return self._around.config.shown()

    @property
    def stream_writer(self) -> StreamWriter:
        """As `get_stream_writer` returns it."""
        return _writer_of(self._host)

    @property
    def store(self) -> BaseStore | None:
        """As `get_store` returns it; None where the entrypoint has none."""
        return self._around.store

    @property
    def previous(self) -> Any:
        """As `get_previous_state` returns it."""
        return self._around.previous(None)

    def heartbeat(self) -> None:
        """As the function `heartbeat` does."""
        _beat(self._host)

    @property
    def execution_info(self) -> ExecutionInfo:
        """Where the code runs, now."""
        host = self._host
        run, scope = host.run, host.scope
        writer = run.writer
        return ExecutionInfo(
            thread_id=writer.thread_id if writer else None,
            checkpoint_id=writer.checkpoint_id if writer else None,
            run_id=run.id,
            run_attempt=max(1, run.machine.index.attempt),
            path=scope.path,
            attempt=scope.attempt,
            idempotency_key=run.idempotency_key(scope.path),
            is_replaying=scope.is_replaying(),
        )


@overload
def get_runtime(context_schema: type[C]) -> Runtime[C]: ...
@overload
def get_runtime(context_schema: None = None) -> Runtime[Any]: ...
def get_runtime(context_schema: Any = None) -> Runtime[Any]:  # noqa: ARG001 - for who reads, and for the checkers
    """Return what the run gives to the code that runs here.

    Args:
        context_schema: The type of its `context`, for type checkers; the entrypoint's option is what counts.

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``).

    Example:
        >>> from taskpoint import entrypoint, get_runtime, task
        >>> @task
        ... def where() -> str:
        ...     return get_runtime().execution_info.path
        >>> @entrypoint
        ... def main(n: int) -> list[str]:
        ...     return [where().result() for _ in range(n)]
        >>> main.invoke(2)
        ['where#0', 'where#1']
    """
    return Runtime(current_host("get_runtime()"))
