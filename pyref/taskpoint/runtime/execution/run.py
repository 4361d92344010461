"""One attempt of one run, as all its hosts share it: the calls that it makes, their outcomes, and how it ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from taskpoint import codec
from taskpoint._core.calls import MADE, RUNNING, SUSPENDED, Call, Outcome, Scope
from taskpoint._core.machine import DuplicateKey, Machine, Remembered, Verdict
from taskpoint._core.matching import Divergence
from taskpoint.errors import SaverError, UsageError, ValueEncodingError
from taskpoint.runtime.execution.crew import Crew
from taskpoint.runtime.execution.host import Callee, End, Host, Job
from taskpoint.runtime.execution.policed import run_in_thread
from taskpoint.runtime.process.locks import take_back
from taskpoint.runtime.process.signals import Halted, Signal, Suspended
from taskpoint.runtime.process.threads import NUDGER
from taskpoint.runtime.values.failures import Resolver, describe, divergence_error, nothing_found

if TYPE_CHECKING:
    from taskpoint.caches.base import BaseCache
    from taskpoint.runtime.definitions.config import RunConfig
    from taskpoint.runtime.process.sources import Sources
    from taskpoint.runtime.process.waiters import Pause
    from taskpoint.runtime.state.previous import Previous
    from taskpoint.runtime.streams.events import Bus
    from taskpoint.runtime.writing.writer import Writer
    from taskpoint.stores.base import BaseStore

__all__ = ("NO_INPUT", "NewCall", "Run")

_LOGGER = logging.getLogger("taskpoint")
NO_INPUT = codec.digest_arguments([])


class NewCall(BaseException):
    """The first call that the journal has no outcome for, in an attempt that only replays."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Run(Crew):
    """The state that the hosts of an attempt share. What ends with ``(locked)`` is called with `lock` held."""

    def __init__(self, machine: Machine, writer: Writer | None, config: RunConfig, name: str, sources: Sources) -> None:
        super().__init__(machine, writer, config.max_concurrency)
        self.config = config
        self.name = name
        self.sources = sources
        self.pauses: dict[Pause, Call | None] = {}
        """Who lets time pass before a call, or without one the whole run, is tried again."""
        self.unsaved_id = machine.attempt_id
        """What stands for the checkpoint where nothing is kept; the same in all attempts."""
        self.given_up = False
        """Whether an execution has taken too long: what goes on inside is to be ended."""
        self.names: dict[str, object] = {}
        self.bus: Bus | None = None
        """Tells what happens, where somebody listens."""
        self.store: BaseStore | None = None
        self.cache: BaseCache | None = None
        self.find_exception: Resolver = nothing_found
        """What finds an exception class that the entrypoint's function can name (`ERR-004`)."""
        self.id = ""
        self.context: object = None
        self.only_replays = False
        self.hurry: BaseException | None = None
        """What came while the attempt was ending, from somebody who does not want to wait (`STP-004`)."""
        self.saved: Previous | None = None
        """What the last run saved, where something is kept."""

    def previous(self, absent: object) -> Any:
        """Return what the last run saved, or `absent` where there is nothing."""
        if self.saved is None:
            return absent
        try:
            return self.saved.value(absent)
        except SaverError as error:  # no error of the workflow: nothing of it is recorded (ERR-033)
            self.halt_now(error)
            raise Halted(error) from None

    # Calls

    def make(self, scope: Scope, task: Callee, digest: str | None, key: str | None) -> Call:
        """Make a call in a scope (locked)."""
        self.check(scope)
        if scope.execution is not None:
            scope.execution.touch()
        own = task.own_name
        if own is None:
            known = self.names.setdefault(task.name, task.identity)
            if known is not task.identity and known != task.identity:  # to compare code takes long
                raise UsageError(
                    f"two different functions run under the task name {task.name!r}",
                    code="usage.name_duplicate",
                    hint="give one of them another name with @task(name=...)",
                )
        try:
            call = self.machine.call(scope, task.name, digest, key, own)
        except DuplicateKey as duplicate:
            raise UsageError(
                f"the key of {duplicate} was used before in the same scope",
                code="usage.key_duplicate",
                hint="make the keys of one task's calls distinct",
            ) from None
        except Divergence as divergence:
            raise self._diverge(divergence, scope) from None
        if call.diverged is not None:
            self._warn_of(call.diverged)
        if self.only_replays and call.state is MADE:
            self.machine.drop(call)
            self._refuse_new(call.path, scope)
        return call

    def remember(self, scope: Scope, name: str, make: Callable[[], str]) -> Remembered:
        """Find or record a value of the library's own (locked)."""
        self.check(scope)
        if scope.execution is not None:
            scope.execution.touch()
        try:
            remembered = self.machine.remember(scope, name, NO_INPUT, make)
        except Divergence as divergence:
            raise self._diverge(divergence, scope) from None
        if remembered.diverged is not None:
            self._warn_of(remembered.diverged)
        if self.only_replays and remembered.is_new:
            self._refuse_new(remembered.path, scope)
        return remembered

    def interrupt(self, scope: Scope, text: str, digest: str | None, schema: str | None = None) -> Verdict:
        """Ask or answer an interrupt in a scope (locked)."""
        try:
            verdict = self.machine.interrupt(scope, text, digest, schema)
        except Divergence as divergence:
            raise self._diverge(divergence, scope) from None
        if verdict.diverged is not None:
            self._warn_of(verdict.diverged)
        return verdict

    def _warn_of(self, divergence: Divergence) -> None:
        """Say what was replayed in spite of it, unless the entrypoint wants no word (`RPL-023`)."""
        if self.machine.on_divergence == "warn":
            _LOGGER.warning("%s", divergence_error(divergence))

    def _refuse_new(self, path: str, scope: Scope) -> None:
        """End an attempt that is to replay only (locked)."""
        self.halt(NewCall(path))
        self.check(scope)

    def _diverge(self, divergence: Divergence, scope: Scope) -> Signal:
        """End the attempt: nothing runs after a divergence (`RPL-020`) (locked)."""
        scope.suspended = True
        self.halt(divergence_error(divergence))
        assert self.ending is not None
        return self.ending

    def idempotency_key(self, path: str) -> str:
        """Return what names a call over all attempts: thread, checkpoint and path (`RPL-033`)."""
        writer = self.writer
        thread_id, checkpoint_id = (writer.thread_id, writer.checkpoint_id) if writer else ("", self.unsaved_id)
        return codec.digest_arguments([thread_id, checkpoint_id, path])

    # Ending

    def check(self, scope: Scope) -> None:
        """Raise if the attempt is ending: a scope that was told so has no outcome any more (`RPL-025`) (locked)."""
        ending = self.ending
        if ending is not None:
            scope.suspended = True
            raise Halted(ending.error) if isinstance(ending, Halted) else Suspended()
        if scope.execution is not None and scope.execution.is_over:  # POL-023
            scope.suspended = True
            raise Suspended

    def halt(self, error: BaseException) -> None:
        """End the attempt with an error, once; nothing new starts from here on (locked)."""
        if not isinstance(self.ending, Halted):
            self.ending = Halted(error)
            self.wake_all()

    def halt_now(self, error: BaseException) -> None:
        """End the attempt from outside (not locked)."""
        with self.lock:
            self.halt(error)

    def halt_or_hurry(self, error: BaseException) -> None:
        """End the attempt from outside; who does so again does not wait for calls in flight (`STP-004`)."""
        with self.lock:
            if isinstance(self.ending, Halted):
                self.hurry = error
            else:
                self.halt(error)

    def is_quiescent(self) -> bool:
        """Tell whether nothing can happen any more without an answer from outside (locked)."""
        if self.busy or self.queue or self.machine.outbox or self.committing:
            return False
        return not any(host.scope.deliverable() for host in self.parked)

    def settle(self) -> None:
        """End a suspended attempt in which nothing can happen any more (`INT-013`) (locked)."""
        if self.ending is None and self.machine.raised and self.is_quiescent():
            self.ending = Suspended()
            self.wake_all()

    def wake_all(self) -> None:
        """Let every host look again (locked)."""
        for host in self.parked:
            host.wake()
        for loop in self.loops:
            loop.wake()
        self.end_pauses()

    def end_pauses(self) -> None:
        """Wake the threads that wait to execute a call again which will not be executed any more (locked)."""
        for stop, call in self.pauses.items():
            if self.ending is not None or (call and (call.state is not RUNNING or call.scope.is_over())):
                stop.set()

    # Outcomes

    def run_here(self, call: Call) -> None:
        """Run a call in this thread and take its outcome (locked; the lock is released meanwhile)."""
        job: Job = call.job
        if call.state is MADE:
            call.state = RUNNING
        call.started_at = self.machine.now()
        if self.bus is not None and job.task.policies is None:
            self.bus.call_began(self, call, job.context)
        outcome: Outcome | None = None
        failure: BaseException | None = None
        self.running += 1
        try:  # the release is inside: Ctrl-C comes between any two lines
            self.lock.release()
            if job.task.policies is not None:
                outcome = run_in_thread(self, call, job)
            else:
                end, host = job.task.execute(self, call, job)
                outcome = self.outcome(call, host, end)
        except BaseException as error:  # noqa: BLE001 - whatever it was, the run ends with it
            failure = error
        finally:
            try:
                take_back(self.lock)
            except BaseException as error:  # noqa: BLE001 - Ctrl-C meanwhile, or before that was begun
                take_back(self.lock)
                failure = failure or error
            self.running -= 1
        if failure is not None:
            self.halt(failure)
        self.finish(call, outcome)
        self.note_idle()

    def outcome(self, call: Call, host: Host | None, end: End) -> Outcome | None:
        """Turn the end of a task's code into its outcome; None where it has none in this attempt.

        There is no host where the code has returned and never asked for its run.
        """
        error = end.error
        job: Job = call.job
        if isinstance(error, Signal) or isinstance(self.ending, Suspended):
            return None
        if host is not None and host.scope.suspended:
            return None
        if call.execution is not None and call.execution.is_over:
            return None
        if error is None:
            try:
                form = job.task.form
                text, job.decoded = form.write(end.value, call.name)
                return Outcome(text, version=form.version)
            except ValueEncodingError as refused:  # VAL: fails at the call that produced it
                error = refused
        if not isinstance(error, Exception) and not end.is_failure:
            if job.cancelled:
                return Outcome()
            with self.lock:
                self.halt(error)
            return None
        job.original = error
        if host is None:
            return Outcome(error=describe(error, call.path))
        return Outcome(error=host.describe(error, call.path), rerun=host.rerun(error))

    def finish(self, call: Call, outcome: Outcome | None) -> None:
        """Take the outcome of a call that ran (locked)."""
        if call.state is not RUNNING:  # cancelled meanwhile: a late result is dropped
            return
        if call.scope.execution is not None and call.scope.is_over():  # POL-023
            self.machine.drop(call)
            return
        job: Job = call.job
        if outcome is None:
            call.state = SUSPENDED
        else:
            self.record(call, outcome)
            if self.bus is None:
                job.let_go()
        self.finished += 1
        if not self.queue or job.host.needs(call):
            if not job.host.wake():
                self.wake_committer()
        else:  # one commit for what finishes together
            NUDGER.watch(self)

    def record(self, call: Call, outcome: Outcome) -> None:
        """Take an outcome; where it may be seen before it is durable, it is (`DUR-006`) (locked)."""
        self.machine.finish(call, outcome)
        if self.machine.ahead and call.outcome is not None and call.outcome.seq >= 0:
            self.show([call])
            self.write_behind()

    def show(self, calls: Sequence[Call]) -> None:
        """Let outcomes that are deliverable now be delivered (locked)."""
        for host in dict.fromkeys([call.job.host for call in calls]):
            host.wake()
        if self.bus is not None:
            for call in calls:
                self.bus.call_ended(call)

    def wake_committer(self) -> None:
        """See to it that somebody commits what waits, if somebody is there to do it (locked)."""
        if self.machine.outbox and not self.committing:
            for host in self.parked:
                host.wake()
                return
            for loop in self.loops:
                loop.wake()
                return
