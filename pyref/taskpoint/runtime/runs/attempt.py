"""One attempt of a run, and how it ends: what is written when the workflow's own code is over."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from taskpoint._core.journal import (
    Checkpoint,
    Entry,
    InterruptRaised,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStopped,
)
from taskpoint.errors import ConcurrentRunError, ReplayDivergenceError, SaverError, TaskpointError, ValueEncodingError
from taskpoint.runtime.execution.host import End, Host
from taskpoint.runtime.execution.run import Run
from taskpoint.runtime.process.signals import Halted, Signal, Suspended
from taskpoint.runtime.values.commands import EntrypointFinal, Interrupt, question_of
from taskpoint.runtime.values.failures import describe
from taskpoint.runtime.writing.heartbeat import HEART
from taskpoint.runtime.writing.writer import make_each
from taskpoint.savers.holders import retire

if TYPE_CHECKING:
    from taskpoint.runtime.entrypoint import Entrypoint
    from taskpoint.runtime.runs.attempts import Attempts
    from taskpoint.runtime.writing.writer import Steps

__all__ = ("Attempt",)

_LOGGER = logging.getLogger("taskpoint")


@dataclass(slots=True)
class Attempt:
    """One attempt of a run, from its first append to its last."""

    entrypoint: Entrypoint[Any, Any]
    run: Run
    checkpoint: Checkpoint
    input: object
    recorded: bool = False
    """Whether the end of the attempt is in the journal."""
    texts: tuple[str, str | None] | None = None
    """The encoded value of the run, and what it saved where that is something else, once it has completed."""
    failed: bool = False
    """Whether it ended with an error that is recorded, so that another attempt can follow."""
    makes: bool = True
    """Whether it began with a checkpoint of its own."""
    asked: Sequence[InterruptRaised] = ()
    """The interrupts that are pending at its end."""
    closing: Checkpoint | None = None
    """The checkpoint that it ended with."""
    closed: bool = False
    attempts: Attempts | None = None
    """Decides whether another one follows."""
    delay: float | None = None
    """After how many seconds another one follows by itself; None where none does."""

    @property
    def arguments(self) -> tuple[object, ...]:
        """What the workflow's function is called with, before what it asks for by name."""
        return (self.input,) if self.entrypoint.parameters.takes_input else ()

    def close(self, end: End, host: Host) -> Steps[End]:
        """Record how the attempt ended, and return what its caller gets; interrupts are in `asked`."""
        if not self._may_close():
            assert isinstance(self.run.ending, Halted)
            return End(error=self.run.ending.error)
        failure: BaseException | None = None
        try:
            ended = yield from self._end(end, host)
        except BaseException as error:
            failure = error
            raise
        else:
            failure = ended.error
            return ended
        finally:
            self._leave(failure, is_failure=end.is_failure)

    def _may_close(self) -> bool:
        """Tell whether nobody else ends the attempt: there may be one who does not want to wait (`STP-004`)."""
        with self.run.lock:
            closed, self.closed = self.closed, True
        HEART.discard(self.run)
        return not closed

    def let_go(self, error: BaseException) -> bool:
        """Give the thread back at once, without those who still run: somebody did not want to wait (`STP-004`).

        Returns whether there was something to give back: False where the attempt is ending or has ended.
        """
        if not self._may_close():
            return False
        run = self.run
        if isinstance(error, GeneratorExit):  # its event loop is gone, and this may be anywhere: nothing is written
            retire(run.machine.attempt_id)
            return True
        try:
            run.halt_now(error)
            make_each(self._write(RunStopped(*self._stamp())))
        except TaskpointError as failure:
            _LOGGER.warning("the thread of %r could not be given back: %s", run.name, failure.code)
        finally:
            self._leave(error, is_failure=False)
        return True

    def _leave(self, error: BaseException | None, *, is_failure: bool) -> None:
        if not self.recorded:  # it could not say that it is over: it holds nothing all the same
            retire(self.run.machine.attempt_id)
        try:
            if self.attempts is not None and isinstance(error, Exception):
                self.delay = self.attempts.retry_after(self, error)
        finally:
            if self.run.bus is not None:
                self.run.bus.run_ended(self, error, is_failure=is_failure)

    def questions(self) -> tuple[Interrupt, ...]:
        """Return the interrupts that are pending at its end, made anew for each who asks."""
        return tuple(question_of(entry) for entry in self.asked)

    def _end(self, end: End, host: Host) -> Steps[End]:
        run = self.run
        error, ended_by = end.error, run.ending
        if isinstance(error, Halted) or isinstance(ended_by, Halted):
            ending = error if isinstance(error, Halted) else ended_by
            assert isinstance(ending, Halted)
            halted = yield from self._halted(ending.error, ended_by)
            return End(error=halted.with_traceback(ending.__traceback__))
        if run.machine.raised or isinstance(error, Suspended):
            yield from self._interrupted(error, host)
            return End()
        if error is None:
            try:
                return End((yield from self._completed(end.value)))
            except ValueEncodingError as refused:
                error = refused
        if isinstance(error, Exception) or end.is_failure:
            self._fails(ended_by)
            last = RunFailed(*self._stamp(), host.describe(error, None), host.rerun(error), run.machine.orphans())
            yield from self._write(last)
        else:
            yield from self._write(RunStopped(*self._stamp()))
        return End(error=error)

    def _stamp(self) -> tuple[int, str, str]:
        return -1, self.run.machine.now(), self.run.machine.attempt_id

    def _write(self, last: Entry, closing: Checkpoint | None = None) -> Steps[None]:
        run = self.run
        seq, entries, _ = run.take_last(last)
        if run.writer is not None:
            try:
                yield run.writer.append(seq, entries, closing)
            except (Exception, GeneratorExit):
                raise
            except BaseException:  # Ctrl-C in the middle of it (STP-003)
                run.writer.complete(seq, entries, closing)
                self.recorded = True
                raise
        elif run.unsaved is not None:
            run.unsaved.extend(entries)
        self.recorded = True

    def _fails(self, ended_by: Signal | None) -> None:
        """Let another attempt follow; a stop that comes from here on ends that, or the pause before it (`POL-032`)."""
        self.failed = True
        with self.run.lock:
            if self.run.ending is ended_by:
                self.run.ending = None

    def _halted(self, error: BaseException, ended_by: Signal | None) -> Steps[BaseException]:
        """Record why the attempt was given up, where there is something to record; return what leaves the run."""
        if isinstance(error, ConcurrentRunError):
            return error  # RUN-015: the loser records nothing more
        if isinstance(error, SaverError):
            return error  # STO: nothing more is appended; the attempt is over for this process
        if isinstance(error, ReplayDivergenceError):
            path = None if "!" in error.path else error.path
            yield from self._write(RunFailed(*self._stamp(), describe(error, path), []))
        elif isinstance(error, TaskpointError):
            self._fails(ended_by)
            yield from self._write(RunFailed(*self._stamp(), describe(error, None), []))
        else:
            yield from self._write(RunStopped(*self._stamp()))
        return error

    def _interrupted(self, error: BaseException | None, host: Host) -> Steps[None]:
        machine = self.run.machine
        document = None
        if error is not None and not isinstance(error, Signal) and isinstance(error, Exception):
            document = host.describe(error, None)
        raised = sorted(machine.raised, key=lambda entry: entry.seq if entry.seq >= 0 else machine.next_seq)
        each = {entry.id: entry for entry in raised}  # INT-006: in the order raised
        yield from self._write(RunInterrupted(*self._stamp(), list(each), document))
        self.asked = list(each.values())

    def _completed(self, value: object) -> Steps[object]:
        run = self.run
        forms = self.entrypoint.forms
        saved: str | None = None
        if isinstance(value, EntrypointFinal):
            final = cast("EntrypointFinal[object, object]", value)
            saved, _ = forms.saved.write(final.save, run.name)
            value = final.value
        text, shown = forms.value.write(value, run.name)
        self.texts = text, saved
        orphans = run.machine.orphans()
        if orphans:
            _LOGGER.warning("recorded calls that the code of %r did not make: %s", run.name, ", ".join(orphans))
        if run.writer is not None:
            mine = self.checkpoint
            closing = Checkpoint(
                mine.thread_id,
                mine.seq + 1,
                run.sources.new_id(),
                mine.id,
                "loop",
                run.machine.now(),
                mine.run_id,
                mine.entrypoint_name,
                self.entrypoint.version,  # CKP-006: that of the code which wrote the value
                value=text,
                saved=None if saved == text else saved,
                metadata=run.config.metadata,
            )
            yield from self._write(RunCompleted(*self._stamp(), closing.id, orphans), closing)
            self.closing = closing
        return shown
