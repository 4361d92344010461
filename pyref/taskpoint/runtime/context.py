"""What the code of an entrypoint or a task can ask its run for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taskpoint.errors import UsageError
from taskpoint.runtime.host import current_host
from taskpoint.runtime.recorded import decode

if TYPE_CHECKING:
    from taskpoint.stores.base import BaseStore

__all__ = (
    "CallInfo",
    "get_call",
    "get_config",
    "get_idempotency_key",
    "get_previous_state",
    "get_store",
    "heartbeat",
    "interrupt",
)


def interrupt(value: Any) -> Any:
    """Pause the run to ask `value` of somebody, and return the answer once the run is resumed with it.

    The first time the run ends as interrupted; `Command(resume=answer)` continues it, and this call then returns
    the answer (`INT-001`). The signal is a `BaseException`: ``except Exception`` does not catch it.

    Args:
        value: The question; any value that can be stored.

    Raises:
        UsageError: Outside of a run, or in an entrypoint without a checkpointer.

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
    return current_host("interrupt()").interrupt(value)


def get_config() -> dict[str, Any]:
    """Return the config that the run was invoked with.

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``).
    """
    return current_host("get_config()").run.config.raw


def get_previous_state() -> Any:
    """Return what the thread's last completed run saved, None where there is none (`RUN-006`).

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``).
    """
    run = current_host("get_previous_state()").run
    text = run.load_previous()
    return None if text is None else decode(text, "the previous value")


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
    store = current_host("get_store()").run.store
    if store is None:
        raise UsageError(
            "the entrypoint has no store", code="usage.no_store", hint='pass store=SqliteStore("memory.db") to it'
        )
    return store


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
    execution = current_host("heartbeat()").scope.execution
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


@dataclass(frozen=True, slots=True)
class CallInfo:
    """What a task can know of the call it runs for.

    Attributes:
        path: Names the call in its run, e.g. ``"fetch#0/parse#1"``.
        attempt: How often the call was begun in this attempt of the run, from 1: more than 1 under a `RetryPolicy`.
        idempotency_key: As `get_idempotency_key` returns it.
    """

    path: str
    attempt: int
    idempotency_key: str


def get_call() -> CallInfo | None:
    """Return the call that this task runs for, None in the entrypoint's own code.

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``).

    Example:
        >>> from taskpoint import entrypoint, get_call, task
        >>> @task
        ... def where() -> str:
        ...     call = get_call()
        ...     return call.path if call else ""
        >>> @entrypoint
        ... def main(n: int) -> list[str]:
        ...     return [where().result() for _ in range(n)]
        >>> main.invoke(2)
        ['where#0', 'where#1']
    """
    host = current_host("get_call()")
    path = host.scope.path
    return CallInfo(path, host.scope.attempt, host.run.idempotency_key(path)) if path else None
