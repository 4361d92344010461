"""Today's code against a thread that older code wrote."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from taskpoint._core.branching import unfinished
from taskpoint._core.journal import Checkpoint, RunCompleted, RunFailed
from taskpoint.errors import UsageError
from taskpoint.interchange import import_thread
from taskpoint.runtime.definitions.config import read_config
from taskpoint.runtime.entrypoint import Entrypoint
from taskpoint.runtime.execution.run import NewCall
from taskpoint.runtime.runs import running
from taskpoint.runtime.runs.requests import Request
from taskpoint.runtime.values.commands import Interrupt, interrupts_in
from taskpoint.savers.memory import InMemorySaver

__all__ = ("Replayed", "replay")


@dataclass(frozen=True, slots=True)
class Replayed:
    """How far today's code gets with what a journal holds.

    Attributes:
        value: What the workflow returned; None where it did not get that far.
        is_complete: Whether it got to its end.
        new_call: The path of the first call that the journal has no outcome for, None where there is none.
        interrupts: What it asks and nobody has answered.
        orphans: Recorded calls that the code does not make any more; known only where it got to its end.
    """

    value: Any = None
    is_complete: bool = False
    new_call: str | None = None
    interrupts: tuple[Interrupt, ...] = ()
    orphans: tuple[str, ...] = ()


def _open_again(thread: object, checkpoint_id: str | None) -> tuple[InMemorySaver, Checkpoint]:
    """Return a saver in which a run of a thread is the newest and not completed, and its checkpoint."""
    saver = InMemorySaver()
    thread_id = import_thread(saver, thread)
    runs = [each for each in saver.history(thread_id) if each.input is not None]
    chosen = next((each for each in runs if checkpoint_id in {None, each.id}), None)
    if chosen is None:
        raise UsageError("the thread has no such run", code="usage.config_invalid", hint="name the checkpoint of a run")
    loaded = saver.load(thread_id, chosen.id)
    assert loaded is not None
    alone = InMemorySaver()
    for earlier in reversed(saver.history(thread_id, chosen.id)):
        alone.begin(earlier, earlier.parent_id)
    alone.begin(chosen, chosen.parent_id, unfinished(loaded.entries))
    return alone, chosen


def replay(
    workflow: Entrypoint[Any, Any], thread: object, *, checkpoint_id: str | None = None, context: object = None
) -> Replayed:
    """Run a workflow over what a thread recorded, without executing any task, and tell how far it gets.

    Export threads of production with `taskpoint.interchange.export_thread`, keep them beside the tests, and hold each
    change of the code against them.

    Args:
        workflow: Today's code.
        thread: The document of a thread, as `export_thread` returns it.
        checkpoint_id: Which run of the thread; the newest if left out.
        context: What the workflow takes as its context.

    Raises:
        ReplayDivergenceError: The code no longer fits the journal.
        FormatError: The document is no thread.
        UsageError: The thread has no such run, or the run is of another entrypoint.
        Exception: Whatever leaves the workflow.

    Example:
        >>> from taskpoint import InMemorySaver, entrypoint, task
        >>> from taskpoint.interchange import export_thread
        >>> from taskpoint.testing import replay
        >>> price = task("price", len)
        >>> saver = InMemorySaver()
        >>> old = entrypoint("order", lambda item: price(item).result(), checkpointer=saver)
        >>> old.invoke("tea", thread_id="t")
        3
        >>> new = entrypoint("order", lambda item: price(item).result() + price("tip").result())
        >>> replay(new, export_thread(saver, "t")).new_call
        'price#1'
    """
    alone, chosen = _open_again(thread, checkpoint_id)
    bound: Entrypoint[Any, Any] = Entrypoint(
        workflow.func, workflow.name, replace(workflow.options, checkpointer=alone, retry_policy=())
    )
    request = Request(None, read_config(None, chosen.thread_id), context=context, only_replays=True)
    try:
        result = running.invoke(bound, request)
    except NewCall as new:
        return Replayed(new_call=new.path)
    asked = interrupts_in(result)
    if asked:
        return Replayed(interrupts=tuple(asked))
    ended = alone.load(chosen.thread_id, chosen.id)
    assert ended is not None
    last = ended.entries[-1]
    orphans = last.orphans if isinstance(last, RunCompleted | RunFailed) else []
    return Replayed(result, is_complete=True, orphans=tuple(orphans))
