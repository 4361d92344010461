"""A host executes one scope: the common half of the thread's and the event loop's."""

from __future__ import annotations

import contextvars
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Protocol, TypeVar

from taskpoint import codec
from taskpoint._core.calls import Call, Scope
from taskpoint._core.journal import ErrorDocument, TaskCancelled, TaskCompleted, TaskFailed
from taskpoint.errors import FormatError, UsageError, ValueEncodingError
from taskpoint.runtime.process.signals import Suspended
from taskpoint.runtime.values.failures import Resolver, deliver, describe, links
from taskpoint.runtime.values.forms import Form
from taskpoint.runtime.values.recorded import decode, encode, said_of
from taskpoint.runtime.values.recording import read_back
from taskpoint.runtime.values.responses import wanted_of

if TYPE_CHECKING:
    from taskpoint.runtime.definitions.policies import Policies
    from taskpoint.runtime.execution.policed import Policed
    from taskpoint.runtime.execution.run import Run

__all__ = ("Callee", "End", "Host", "Job", "Place", "current_host", "leave", "run_in", "running_host")

_CURRENT: contextvars.ContextVar[Host | Place[Any] | None] = contextvars.ContextVar("taskpoint_host", default=None)


class Callee(Protocol):
    """A task as its hosts see it."""

    @property
    def name(self) -> str: ...
    @property
    def own_name(self) -> str | None:
        """Its name in paths where it is the library's own, which takes no place under a limit."""
        ...

    @property
    def body(self) -> Callable[..., Any]: ...
    @property
    def form(self) -> Form: ...
    @property
    def is_async(self) -> bool: ...
    @property
    def is_entrypoint(self) -> bool: ...
    @property
    def identity(self) -> object: ...
    @property
    def policies(self) -> Policies | None: ...
    @property
    def find_exception(self) -> Resolver: ...
    def digest(self, args: tuple[Any, ...], kwargs: Mapping[str, object], skip: int) -> str: ...
    def runs_in_thread(self) -> bool: ...
    def execute(self, run: Run, call: Call, job: Job) -> tuple[End, Host | None]: ...


NOT_DECODED: Final = object()
_NOWHERE: Final = contextvars.Context()
_NOTHING: Final[dict[str, Any]] = {}


@dataclass(slots=True)
class Job:
    """What it takes to run a call."""

    task: Callee
    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    context: contextvars.Context
    host: Host
    original: BaseException | None = None
    """The exception that the function raised in this process, if it did."""
    cancelled: bool = False
    exception: BaseException | None = field(default=None)
    """What the caller sees, once it was made."""
    policed: Policed | None = None
    """What its policies have to know between its executions, where it has some and runs on an event loop."""
    depth: int = 0
    decoded: object = NOT_DECODED
    """The value as a replay would see it, where it was made in this process."""

    def find_exception(self, name: str) -> type[Exception] | None:
        """Find an exception class by its name, where the task or the entrypoint can name it (`ERR-004`)."""
        return self.task.find_exception(name) or self.host.run.find_exception(name)

    def let_go(self) -> None:
        """Forget what it took to run the call: whoever keeps a future keeps its outcome only."""
        self.args, self.kwargs, self.context = (), _NOTHING, _NOWHERE


@dataclass(slots=True)
class End:
    """How the code of a scope ended, after all that it started has ended."""

    value: object = None
    error: BaseException | None = None
    is_failure: bool = False
    """A `BaseException` that fails the scope like any error: a cancellation that nobody asked this scope for."""


def current_host(kind: str, name: str | None = None) -> Host:
    """Return the host of the scope that runs here; `kind` and `name` say in an error what was called.

    Raises:
        UsageError: This is plain code, not an entrypoint or a task (code ``usage.outside_run``).
    """
    host = running_host()
    if host is None:
        what = f"{kind}{'' if name is None else f' {name!r}'}"
        if _CURRENT.get() is not None:
            raise UsageError(
                f"{what} was called by what a task or an entrypoint has left behind when it ended",
                code="usage.outside_run",
                hint="let it wait for what it starts before it returns",
            )
        raise UsageError(
            f"{what} was called outside of a run",
            code="usage.outside_run",
            hint="call it inside an @entrypoint or a @task, in its own thread",
        )
    return host


def running_host() -> Host | None:
    """Return the host of the scope that runs here, None in plain code, as what outlives its scope is (`RUN-040`)."""
    current = _CURRENT.get()
    host = current.open() if isinstance(current, Place) else current
    return None if host is None or host.is_over else host


def run_in(context: contextvars.Context) -> Run | None:
    """Return the run that code in a context belongs to, None for plain code; also of what outlives its scope."""
    current = context.get(_CURRENT)
    return None if current is None else current.run


def leave() -> None:
    """Let the code that runs from here on, in this context, be plain code."""
    _CURRENT.set(None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=leave)  # the run is the parent's


def elsewhere(name: str) -> UsageError:
    """Make the error for a call from another thread than the one that the scope's code runs in."""
    return UsageError(
        f"the task {name!r} was called or waited for outside of the thread that its scope runs in",
        code="usage.outside_run",
        hint="call tasks, and wait for them, in the function that is the entrypoint or the task",
    )


H = TypeVar("H", bound="Host")


class Place(Generic[H]):
    """Where the code of a call runs: it has a scope, and a host, from when it first asks for its run. Most never do.

    What the code has begun beside itself may ask as well, from other threads too. Where that comes after the code has
    ended, and nobody asked before, it is plain code: nothing may begin in a scope that nobody ends any more.
    """

    __slots__ = ("_make", "_unasked", "host", "run", "thread")

    def __init__(self, call: Call, make: Callable[[Place[H], Call], H], run: Run) -> None:
        self._unasked = call
        """Who takes it away decides whether the code has asked or has ended: `del` is one step for all threads."""
        self._make = make
        self.run = run
        self.host: H | None = None
        self.thread = threading.get_ident()
        _CURRENT.set(self)

    def open(self) -> H | None:
        """Return the host, made if it is not there yet; None where the code has ended, and never asked (not locked)."""
        if self.host is None:
            with self.run.lock:
                self.make_host()
        return self.host

    def make_host(self) -> None:
        """Make the host if it is not there yet, and the code has not ended (locked)."""
        try:
            call = self._unasked
            del self._unasked
        except AttributeError:  # somebody has asked before, or the code has ended
            return
        self.host = self._make(self, call)

    def leave(self) -> H | None:
        """Return the host, None where nobody has asked, nor will: the code is over (not locked)."""
        try:
            del self._unasked
        except AttributeError:
            with self.run.lock:  # where somebody asks right now, the host is there after that
                return self.host
        return None


class Host(ABC):
    """Executes one scope of a run."""

    __slots__ = ("depth", "drained_from", "errors", "has_slot", "is_over", "is_task", "run", "scope")

    on_loop: ClassVar[bool]

    def __init__(self, run: Run, scope: Scope, *, is_task: bool, depth: int = 0) -> None:
        self.run = run
        self.scope = scope
        self.is_task = is_task
        self.has_slot = is_task
        """Whether it has a place under the limit, as only the code of a task needs (`CON-018`)."""
        self.depth = depth
        """How many scopes deep on this thread's stack."""
        self.errors: dict[int, tuple[BaseException, Call]] = {}
        """Failures that the scope's code was shown, by the identity of the exception (`RPL-041`)."""
        self.drained_from: int | None = None
        """How many failures had been delivered when the scope's code ended."""
        self.is_over = False
        """Whether the code has ended, and all that it started."""

    @abstractmethod
    def call(self, task: Callee, args: tuple[Any, ...], kwargs: dict[str, Any], key: str | None, skip: int) -> Any:
        """Make a call of a task in this scope and return its future."""

    def needs(self, call: Call) -> bool:  # noqa: ARG002 - a thread that waits for one call needs no other
        """Tell whether the scope's code waits for this very outcome (locked)."""
        return True

    @abstractmethod
    def wake(self) -> bool:
        """Something may be delivered, or the attempt is ending; tell whether it commits what waits (locked)."""

    def take_slot(self) -> None:
        """Take the place under the limit that the code needs to go on, if it has none (locked)."""
        if self.is_task and not self.has_slot:
            self.has_slot = True
            self.run.take_slot(on_loop=self.on_loop)

    def may_see(self) -> bool:
        """Tell whether the code of a task may see an outcome; it has the place that it needs then (locked)."""
        if not self.has_slot and not self.run.may_start():
            return False
        self.take_slot()
        return True

    def is_starved(self) -> bool:
        """Tell whether only the limit keeps the next outcome away (locked)."""
        return self.is_task and not self.has_slot and self.scope.deliverable() is not None

    def enter(self) -> None:
        """Let the code that runs from here on, in this context, belong to this scope."""
        _CURRENT.set(self)

    def interrupt(self, value: object, schema: object = None) -> object:
        """Return the answer to an interrupt, as the type that is given for a schema has it, or suspend the scope."""
        text = encode(value, "the value of an interrupt")
        wanted = None if schema is None else wanted_of(schema)  # INT-032: before anything counts as asked
        run = self.run
        if run.writer is None:
            raise UsageError("an interrupt needs a checkpointer to wait in", code="usage.no_checkpointer")
        with run.lock:
            run.check(self.scope)
            self.check_interruptible()
            digest = codec.digest_arguments([value], None)  # INT-035: the schema has no part in it
            verdict = run.interrupt(self.scope, text, digest, wanted.text if wanted else None)
        if verdict.answer is None:
            raise Suspended
        answer = decode(verdict.answer, f"the answer to {verdict.id}")
        if wanted is None or wanted.shape is None:
            return answer
        try:
            return read_back(wanted.shape, answer)
        except ValueEncodingError as error:
            refused = said_of(f"the answer to {verdict.id}", error)
        with run.lock:  # TYP-003: no code of the workflow is to go on without it
            run.halt(refused)
            run.check(self.scope)
        raise refused

    @abstractmethod
    def is_here(self) -> bool:
        """Tell whether this is the thread, or the event loop, that the scope's code runs in."""

    def remember(self, name: str, make: Callable[[], object]) -> Any:
        """Return a value of the library's own: the recorded one, or one that is durable from here on (`DRH-001`)."""
        if not self.is_here():
            raise elsewhere(name)
        run = self.run
        with run.lock:
            remembered = run.remember(self.scope, name, lambda: codec.encode(make()))
            if remembered.value is None:
                if self.scope.suspended:
                    raise Suspended
                raise FormatError(f"the record at {remembered.path} is no value")
            if not run.machine.is_settled:
                run.write_out()
                run.check(self.scope)
        return decode(remembered.value, f"the record at {remembered.path}")

    def check_interruptible(self) -> None:
        """Raise again where the code that swallowed the signal asks once more (`INT-010`)."""
        if self.scope.suspended:
            raise Suspended

    def result_of(self, call: Call) -> Any:
        """Return the value of a delivered call, or raise its error."""
        outcome = call.outcome
        call.observed = True
        if isinstance(outcome, TaskCompleted):
            job: Job = call.job
            if job.decoded is NOT_DECODED:
                job.decoded = self.read(outcome, job)
            return job.decoded
        raise self.exception_of(call)

    def read(self, outcome: TaskCompleted, job: Job) -> Any:
        """Return a recorded result as its task reads it."""
        return job.task.form.read(outcome.value, outcome.version, f"the recorded result at {outcome.path}")

    def exception_of(self, call: Call) -> BaseException:
        """Return the exception of a delivered call that failed or was cancelled; the same one each time."""
        job: Job = call.job
        call.observed = True
        if job.exception is None:
            outcome = call.outcome
            if isinstance(outcome, TaskCancelled):
                job.exception = self.cancelled_error()
            elif isinstance(outcome, TaskFailed):
                try:
                    job.exception = deliver(outcome.error, job.find_exception, call.path, job.original)
                except (ValueEncodingError, FormatError) as error:
                    raise FormatError(f"the recorded error at {call.path} cannot be read: {error.code}") from None
                self.errors[id(job.exception)] = (job.exception, call)
        assert job.exception is not None
        return job.exception

    @abstractmethod
    def cancelled_error(self) -> BaseException:
        """Return what a waiter sees of a cancelled call."""

    def unobserved_failure(self) -> BaseException | None:
        """Return the first failure that nobody looked at (`ERR-025`)."""
        for _, call in self.scope.failures:
            if not call.observed:
                return self.exception_of(call)
        return None

    def describe(self, error: BaseException, path: str | None) -> ErrorDocument:
        """Write the error that left this scope; one that a call delivered keeps the path where it began (`ERR-013`)."""
        shown = self.errors.get(id(error))
        if shown is not None and isinstance(shown[1].outcome, TaskFailed):
            path = shown[1].outcome.error.path or shown[1].path
        return describe(error, path)

    def rerun(self, error: BaseException) -> list[str]:
        """Return the calls of this scope that have to run again because of the error that left it (`RPL-041`)."""
        failures = self.scope.failures
        seen = len(failures) if self.drained_from is None else self.drained_from
        chosen = [self.errors[id(exc)][1] for exc in links(error) if id(exc) in self.errors]
        if not chosen:
            chosen = [call for calls, call in failures[:seen] if calls == self.scope.calls]
        chosen += [call for place, (_, call) in enumerate(failures) if place >= seen or not call.observed]
        order = {call.path: call.outcome.seq for call in chosen if call.outcome is not None}
        return sorted(order, key=order.__getitem__)
