"""What happens in a run, as small events, and the bus that tells them to whoever listens (`STM-001` ff.).

An outcome is told when it may be seen: in journal order, after the write that makes it durable (`STM-002`). Listeners
are called one after the other while the run holds its lock: they take note and return. A stream puts each event on a
queue, and decodes it where it is read.
"""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from taskpoint._core.journal import TaskCompleted, TaskFailed, TaskOutcome
from taskpoint._core.machine import Call, Scope
from taskpoint.runtime.commands import Interrupt
from taskpoint.runtime.failures import deliver
from taskpoint.runtime.host import Job
from taskpoint.runtime.recorded import decode

if TYPE_CHECKING:
    from taskpoint.runtime.attempt import Attempt
    from taskpoint.runtime.run import Run

__all__ = (
    "Bus",
    "CallBegan",
    "CallEnded",
    "CallRetried",
    "CustomWritten",
    "Event",
    "Listener",
    "RunBegan",
    "RunEnded",
    "RunInfo",
)

T = TypeVar("T")

_LOGGER = logging.getLogger("taskpoint")


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Which attempt of which run something happens in.

    Attributes:
        entrypoint: The name of the entrypoint.
        thread_id: The thread, None where nothing is kept.
        checkpoint_id: The checkpoint whose journal is written, None where nothing is kept.
        run_id: The run; the same in all its attempts.
        attempt: The number of the attempt, from 1; more than 1 after a resume, a crash or a retry.
    """

    entrypoint: str
    thread_id: str | None
    checkpoint_id: str | None
    run_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Event:
    """What all events have.

    Attributes:
        run: Where it happened.
        at: When, in RFC 3339.
        ns: The path of the innermost entrypoint that was called inside the run and that this is a part of, as its
            segments; empty for the run's own entrypoint (`STM-006`).
    """

    run: RunInfo
    at: str
    ns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunBegan(Event):
    """An attempt of a run has begun, and that is recorded.

    Attributes:
        source: The attempt itself.
    """

    source: Attempt = field(repr=False, compare=False)
    _context: contextvars.Context = field(repr=False, compare=False)

    def inside(self, function: Callable[[], T]) -> T:
        """Call a function in the context that the workflow's code will run in, e.g. to set a variable for it."""
        return self._context.run(function)


@dataclass(frozen=True, slots=True)
class CallBegan(Event):
    """The function of a call is about to be executed; a replayed call is not.

    Attributes:
        path: The call.
        name: The name of the task.
        attempt: How often it is executed in this attempt of the run, with this one.
        args: The arguments themselves: look, and keep nothing.
        kwargs: The same, for those given by name.
        retries: Whether it may be executed again if it fails.
    """

    path: str
    name: str
    attempt: int
    args: Sequence[Any] = field(repr=False, compare=False)
    kwargs: Mapping[str, Any] = field(repr=False, compare=False)
    retries: bool
    _context: contextvars.Context | None = field(repr=False, compare=False)

    def inside(self, function: Callable[[], T]) -> T:
        """Call a function in the context that the task's code will run in, e.g. to set a variable for it."""
        return function() if self._context is None else self._context.run(function)


@dataclass(frozen=True, slots=True)
class CallRetried(Event):
    """An execution of a call has failed, and after a while it is executed again.

    Attributes:
        path: The call.
        name: The name of the task.
        attempt: Which execution it was, from 1.
        error: What it failed with.
        seconds: How long it waits.
    """

    path: str
    name: str
    attempt: int
    error: BaseException | None
    seconds: float


@dataclass(frozen=True, slots=True)
class CallEnded(Event):
    """A call has an outcome that may be seen; a replayed one is not told again (`STM-003`).

    Attributes:
        path: The call.
        name: The name of the task.
        outcome: How it ended.
        attempts: How often it was executed in this attempt of the run.
        cached: Whether its result comes from a cache.
    """

    path: str
    name: str
    outcome: Literal["completed", "failed", "cancelled"]
    attempts: int
    cached: bool
    _entry: TaskOutcome = field(repr=False, compare=False)
    _job: Job = field(repr=False, compare=False)

    def value(self) -> Any:
        """Return the result, made anew for each who asks; None where there is none."""
        entry = self._entry
        if not isinstance(entry, TaskCompleted):
            return None
        return self._job.task.form.read(entry.value, entry.version, f"the recorded result at {entry.path}")

    def error(self) -> Exception | None:
        """Return the error that the caller sees, made anew for each who asks; None where there is none."""
        entry = self._entry
        if not isinstance(entry, TaskFailed):
            return None
        return deliver(entry.error, self._job.task.find_exception, entry.path, self._job.original)


@dataclass(frozen=True, slots=True)
class CustomWritten(Event):
    """The workflow's code has written something for its streams (`get_stream_writer`).

    Attributes:
        path: The call that the code runs for; empty in the entrypoint's own.
    """

    path: str
    _text: str = field(repr=False, compare=False)

    def value(self) -> Any:
        """Return what was written, made anew for each who asks."""
        return decode(self._text, "what was written")


@dataclass(frozen=True, slots=True)
class RunEnded(Event):
    """An attempt of a run has ended, and that is recorded, unless another has overtaken it or its saver failed.

    Attributes:
        outcome: How it ended.
        error: What leaves the run, where something does.
        source: The attempt itself.
    """

    outcome: Literal["completed", "interrupted", "failed", "stopped"]
    error: BaseException | None
    source: Attempt = field(repr=False, compare=False)

    def value(self) -> Any:
        """Return the value of the run, made anew for each who asks; None where it has none."""
        texts = self.source.texts
        if texts is None:
            return None
        return self.source.entrypoint.forms.value.read(texts[0], self.source.entrypoint.version, "the value of the run")

    def interrupts(self) -> tuple[Interrupt, ...]:
        """Return the questions that the run waits to have answered, made anew for each who asks."""
        return tuple(Interrupt(decode(text, f"the interrupt {id}"), id) for id, text in self.source.asked)


Listener = Callable[[Event], object]


class Bus:
    """Tells the events of one use of an entrypoint, over all of its attempts.

    Args:
        listeners: Who is told. One that raises is told nothing more, and the run goes on (`STM-005`).
        wants_custom: Whether one of them has a use for what the code writes.
    """

    __slots__ = ("_info", "_listeners", "_nested", "wants_custom")

    def __init__(self, listeners: Sequence[Listener], *, wants_custom: bool) -> None:
        self._listeners = list(listeners)
        self._info = RunInfo("", None, None, "", 0)
        self._nested: set[str] = set()
        self.wants_custom = wants_custom

    def _tell(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception as error:  # whatever it was, the run has nothing to do with it
                self._listeners.remove(listener)
                name = type(error).__name__
                _LOGGER.warning("a listener failed with %s and hears nothing more of this run", name, exc_info=error)

    def _ns(self, scope: str) -> tuple[str, ...]:
        """Return the namespace of what happens in a scope."""
        if self._nested:
            segments = scope.split("/")
            for length in range(len(segments), 0, -1):
                if "/".join(segments[:length]) in self._nested:
                    return tuple(segments[:length])
        return ()

    def run_began(self, attempt: Attempt, context: contextvars.Context) -> None:
        """An attempt has begun (not locked: nothing of it runs yet)."""
        run = attempt.run
        writer = run.writer
        self._nested.clear()
        self._info = RunInfo(
            run.name,
            writer.thread_id if writer else None,
            writer.checkpoint_id if writer else None,
            run.id,
            max(1, run.machine.index.attempt),
        )
        self._tell(RunBegan(self._info, run.machine.now(), (), attempt, context))

    def run_ended(self, attempt: Attempt, error: BaseException | None, *, is_failure: bool) -> None:
        """An attempt has ended (not locked)."""
        run = attempt.run
        outcome: Literal["completed", "interrupted", "failed", "stopped"] = "completed"
        if attempt.asked:
            outcome = "interrupted"
        elif error is not None:
            outcome = "failed" if is_failure or isinstance(error, Exception) else "stopped"
        with run.lock:
            run.bus = None  # what still goes on somewhere has no part in it
            self._tell(RunEnded(self._info, run.machine.now(), (), outcome, error, attempt))

    def call_began(self, run: Run, call: Call, context: contextvars.Context | None) -> None:
        """The function of a call is about to be executed, in a context or right here (locked)."""
        job = cast("Job", call.job)
        if job.task.own_name is not None:  # DRH-005
            return
        if job.task.is_entrypoint:
            self._nested.add(call.path)
        policies = job.task.policies
        self._tell(
            CallBegan(
                self._info,
                run.machine.now(),
                self._ns(call.scope.path),
                call.path,
                call.name,
                call.attempts,
                job.args,
                job.kwargs,
                policies is not None and bool(policies.retry),
                context,
            )
        )

    def call_retried(self, run: Run, call: Call, seconds: float) -> None:
        """An execution of a call has failed and is to be followed by another (not locked)."""
        original = cast("Job", call.job).original
        with run.lock:
            ns = self._ns(call.scope.path)
            now = run.machine.now()
            self._tell(CallRetried(self._info, now, ns, call.path, call.name, call.attempts, original, seconds))

    def call_ended(self, call: Call) -> None:
        """An outcome may be seen (locked)."""
        entry, job = call.outcome, cast("Job", call.job)
        if entry is None or job.task.own_name is not None:
            return
        outcome: Literal["completed", "failed", "cancelled"] = "cancelled"
        if isinstance(entry, TaskCompleted):
            outcome = "completed"
        elif isinstance(entry, TaskFailed):
            outcome = "failed"
        ns, cached = self._ns(call.scope.path), entry.attempts == 0
        self._tell(
            CallEnded(self._info, entry.at, ns, call.path, call.name, outcome, entry.attempts, cached, entry, job)
        )

    def written(self, run: Run, scope: Scope, text: str) -> None:
        """The code of a scope writes something (not locked)."""
        with run.lock:
            if run.bus is self and not scope.is_over():
                now = run.machine.now()
                self._tell(CustomWritten(self._info, now, self._ns(scope.path), scope.path, text))
