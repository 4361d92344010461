"""What happens in a run, as small events, and the bus that tells them to whoever listens (`STM-001` ff.).

An outcome is told when it may be seen: in journal order, after the write that makes it durable (`STM-002`). The reader
of a stream is called while the run holds its lock: it puts each event on a queue, and decodes it where it is read.
Watchers hear of it in threads of their own (`telling`), and only the public half of it (`taskpoint.watching.events`).
"""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from taskpoint._core.calls import Call, Outcome, Scope
from taskpoint._core.journal import TaskCompleted, TaskFailed, TaskOutcome
from taskpoint.runtime.execution.host import Job
from taskpoint.runtime.streams.telling import Telling, public, tellings, until_told, until_told_on_loop
from taskpoint.runtime.values.commands import Interrupt
from taskpoint.runtime.values.failures import deliver, failure_in, failure_of
from taskpoint.runtime.values.recorded import decode
from taskpoint.watching import events as told
from taskpoint.watching.base import EVERYWHERE, Watcher
from taskpoint.watching.events import CallReplayed, CallRetried, Event, RunInfo, moment

if TYPE_CHECKING:
    from taskpoint.runtime.execution.run import Run
    from taskpoint.runtime.runs.attempt import Attempt
    from taskpoint.runtime.runs.once import CompletedRun

__all__ = (
    "Bus",
    "CallBegan",
    "CallEnded",
    "CustomWritten",
    "Event",
    "Listener",
    "RunBegan",
    "RunEnded",
    "RunFound",
    "bus_for",
)

_LOGGER = logging.getLogger("taskpoint")


@dataclass(frozen=True, slots=True)
class RunBegan(told.RunBegan):
    """What watchers are told, and the attempt itself."""

    source: Attempt = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class CallBegan(told.CallBegan):
    """What watchers are told, and what only streams show.

    Attributes:
        args: The arguments themselves: look, and keep nothing.
        kwargs: The same, for those given by name.
    """

    args: Sequence[Any] = field(repr=False, compare=False)
    kwargs: Mapping[str, Any] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class CallEnded(told.CallEnded):
    """What watchers are told, and what only streams show."""

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
        return deliver(entry.error, self._job.find_exception, entry.path, self._job.original)


@dataclass(frozen=True, slots=True)
class CustomWritten(Event):
    """The workflow's code has written something for its streams (`get_stream_writer`); no watcher is told.

    Attributes:
        path: The call that the code runs for; empty in the entrypoint's own.
    """

    path: str
    _text: str = field(repr=False, compare=False)

    def value(self) -> Any:
        """Return what was written, made anew for each who asks."""
        return decode(self._text, "what was written")


@dataclass(frozen=True, slots=True)
class RunEnded(told.RunEnded):
    """What watchers are told, and what only streams show.

    Attributes:
        error: What leaves the run, where something does.
        source: The attempt itself.
    """

    error: BaseException | None = field(repr=False, compare=False)
    source: Attempt = field(repr=False, compare=False)

    def value(self) -> Any:
        """Return the value of the run, made anew for each who asks; None where it has none."""
        texts = self.source.texts
        if texts is None:
            return None
        return self.source.entrypoint.forms.value.read(texts[0], self.source.entrypoint.version, "the value of the run")

    def asked(self) -> tuple[Interrupt, ...]:
        """Return the questions that the run waits to have answered, made anew for each who asks."""
        return self.source.questions()


@dataclass(frozen=True, slots=True)
class RunFound(Event):
    """A run that was to begin once is over already; no watcher is told.

    Attributes:
        source: What was found.
    """

    source: CompletedRun = field(repr=False, compare=False)

    def value(self) -> Any:
        """Return the value of the run, made anew for each who asks."""
        return self.source.value()


Listener = Callable[[Event], object]

_NOBODY: Final = RunInfo("", None, None, "", 0, "")


class Bus:
    """Tells the events of one use of an entrypoint, over all of its attempts.

    Args:
        reader: Who is told at once, None where nobody is. One that raises is told nothing more (`STM-005`).
        watchers: What tells those who watch.
        wants_custom: Whether the reader has a use for what the code writes.
    """

    __slots__ = ("_context", "_info", "_nested", "_reader", "_since", "_watchers", "wants_custom")

    def __init__(self, reader: Listener | None, watchers: Sequence[Telling], *, wants_custom: bool) -> None:
        self._reader = reader
        self._watchers = watchers
        self._info = _NOBODY
        self._since = ""
        self._context = contextvars.Context()
        self._nested: set[str] = set()
        self.wants_custom = wants_custom

    def _tell(self, event: Event, context: contextvars.Context | None = None) -> None:
        if self._reader is not None:
            try:
                self._reader(event)
            except Exception as error:  # whatever it was, the run has nothing to do with it
                self._reader = None
                name = type(error).__name__
                _LOGGER.warning("a listener failed with %s and hears nothing more of this run", name, exc_info=error)
        if self._watchers and context is not None and (shown := public(event)) is not None:
            for telling in self._watchers:
                telling.post(shown, context)

    def _begin(self, event: RunBegan | CallBegan, context: contextvars.Context | None) -> None:
        """Tell that code is about to run in a context, or right here; let watchers prepare that (`WCH-011`)."""
        shown = public(event) if self._watchers else None
        if shown is not None:
            for telling in self._watchers:
                telling.enter(shown, _here if context is None else context.run)
        self._tell(event, contextvars.copy_context() if context is None else context)

    def until_told(self) -> None:
        """Wait for the watchers, but not for long."""
        if self._watchers:
            until_told(self._watchers)

    async def until_told_on_loop(self) -> None:
        """Do as `until_told` does, on the running event loop."""
        if self._watchers:
            await until_told_on_loop(self._watchers)

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
        writer, machine, config = run.writer, run.machine, run.config.raw
        self._nested.clear()
        self._context = context
        self._since = machine.now()
        self._info = RunInfo(
            run.name,
            writer.thread_id if writer else None,
            writer.checkpoint_id if writer else None,
            run.id,
            max(1, machine.index.attempt),
            machine.attempt_id,
            config.get("run_name"),
            tuple(config.get("tags") or ()),
        )
        self._begin(RunBegan(self._info, self._since, (), machine.index.previous_attempt_id, attempt), context)

    def run_found(self, run: CompletedRun) -> None:
        """A run that was to begin once is over already."""
        begun, at = run.beginning, run.closing.created_at
        self._tell(
            RunFound(RunInfo(begun.entrypoint_name, begun.thread_id, begun.id, begun.run_id, 0, ""), at, (), run)
        )

    def run_ended(self, attempt: Attempt, error: BaseException | None, *, is_failure: bool) -> None:
        """An attempt has ended (not locked)."""
        run = attempt.run
        outcome: Literal["completed", "interrupted", "failed", "stopped"] = "completed"
        if attempt.asked:
            outcome = "interrupted"
        elif error is not None:
            outcome = "failed" if is_failure or isinstance(error, Exception) else "stopped"
        failure = failure_of(error) if error is not None and outcome == "failed" else None
        with run.lock:
            run.bus = None  # what still goes on somewhere has no part in it
            now = run.machine.now()
            asked, duration = len(attempt.asked), _seconds(self._since, now)
            event = RunEnded(self._info, now, (), outcome, failure, asked, duration, attempt.delay, error, attempt)
            self._tell(event, self._context)

    def call_began(self, run: Run, call: Call, context: contextvars.Context | None) -> None:
        """The function of a call is about to be executed, in a context or right here (locked)."""
        job = cast("Job", call.job)
        if job.task.own_name is not None:  # DRH-005
            return
        if job.task.is_entrypoint:
            self._nested.add(call.path)
        now, ns = run.machine.now(), self._ns(call.scope.path)
        self._begin(
            CallBegan(self._info, now, ns, call.path, call.name, _kind(job), call.attempts, job.args, job.kwargs),
            context,
        )

    def call_replayed(self, run: Run, call: Call) -> None:
        """A call was made whose outcome is recorded (locked)."""
        entry, job = call.outcome, cast("Job", call.job)
        if not self._watchers or entry is None or job.task.own_name is not None:
            return
        now, ns = run.machine.now(), self._ns(call.scope.path)
        self._tell(CallReplayed(self._info, now, ns, call.path, call.name, _kind(job), _outcome(entry)), job.context)

    def call_retried(self, run: Run, call: Call, outcome: Outcome, delay: float) -> None:
        """An execution of a call has failed, and after a while it is executed again (not locked)."""
        job = cast("Job", call.job)
        assert outcome.error is not None
        failure = failure_in(outcome.error, job.original)
        with run.lock:
            now, ns = run.machine.now(), self._ns(call.scope.path)
            self._tell(
                CallRetried(self._info, now, ns, call.path, call.name, _kind(job), call.attempts, failure, delay),
                job.context,
            )

    def call_ended(self, call: Call) -> None:
        """An outcome may be seen (locked)."""
        entry, job = call.outcome, cast("Job", call.job)
        if entry is None or job.task.own_name is not None:
            return
        self._tell(
            CallEnded(
                self._info,
                entry.at,
                self._ns(call.scope.path),
                call.path,
                call.name,
                _kind(job),
                _outcome(entry),
                entry.attempts,
                entry.attempts == 0 and isinstance(entry, TaskCompleted),
                failure_in(entry.error, job.original) if isinstance(entry, TaskFailed) else None,
                _seconds(entry.started_at, entry.at),
                entry,
                job,
            ),
            job.context,
        )

    def written(self, run: Run, scope: Scope, text: str) -> None:
        """The code of a scope writes something (not locked)."""
        with run.lock:
            if run.bus is self and not scope.is_over():
                now = run.machine.now()
                self._tell(CustomWritten(self._info, now, self._ns(scope.path), scope.path, text))


def _here(function: Callable[[], object]) -> object:
    return function()


def _kind(job: Job) -> Literal["task", "entrypoint"]:
    return "entrypoint" if job.task.is_entrypoint else "task"


def _outcome(entry: TaskOutcome) -> Literal["completed", "failed", "cancelled"]:
    if isinstance(entry, TaskCompleted):
        return "completed"
    return "failed" if isinstance(entry, TaskFailed) else "cancelled"


def _seconds(since: str, until: str) -> float:
    """Return the time between two moments; a clock that was set back makes no negative one."""
    return max(0.0, (moment(until) - moment(since)).total_seconds())


def bus_for(*watchers: Sequence[Watcher], reader: Listener | None = None, reads_custom: bool = False) -> Bus | None:
    """Return what tells the events of a run that begins here; None where nobody listens."""
    if reader is None and not EVERYWHERE and not any(watchers):
        return None
    watching = tellings(*watchers)
    return Bus(reader, watching, wants_custom=reads_custom) if watching or reader is not None else None
