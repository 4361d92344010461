"""One run on one event loop: outcomes are taken, committed and delivered when the loop has settled."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from taskpoint._core.calls import MADE, RUNNING, Call, Outcome
from taskpoint.errors import ReplayDivergenceError
from taskpoint.runtime.execution.host import Job, Place
from taskpoint.runtime.execution.settling import settler_of
from taskpoint.runtime.execution.sharing import sharing_of
from taskpoint.runtime.process.signals import Halted, StopRun
from taskpoint.runtime.process.staying import beside

if TYPE_CHECKING:
    from taskpoint.runtime.execution.loop_host import LoopHost
    from taskpoint.runtime.execution.run import Run
    from taskpoint.runtime.writing.writer import Writer

__all__ = ("RunLoop",)


class RunLoop:
    """One run on one event loop: what its scopes there share."""

    def __init__(self, run: Run, loop: asyncio.AbstractEventLoop) -> None:
        self.run = run
        self.loop = loop
        self.hosts: dict[LoopHost, None] = {}
        self.leaves: dict[Place[LoopHost], None] = {}
        """Where calls run whose code has not asked for its run."""
        self.awake: dict[LoopHost, None] = {}
        self.finished: list[tuple[Call, Outcome | None]] = []
        self.waiting: deque[tuple[Call, LoopHost]] = deque()
        """Async calls that the limit holds back, and who made them."""
        self.running: dict[Call, asyncio.Task[None]] = {}
        self.pauses: dict[asyncio.Future[None], Call] = {}
        """Calls that wait to be executed again."""
        self.counted = False
        self.closed = False
        self._asked = False
        """Whether `settled` is to come: asking once is enough."""
        self._pending: asyncio.Future[None] | None = None
        """The commit that a thread makes for this loop."""
        self._settler = settler_of(loop)
        self._sharing = sharing_of(loop)
        self._unwound = False
        self._starved = False
        with run.lock:
            run.loops.append(self)
            self.activate()

    def activate(self) -> None:
        """Count this loop as one that can go on by itself, and look at it when it has settled (locked)."""
        if not self._asked and self._ask():
            self._settler.request(self.settled, self.run)

    def look(self, _: object = None) -> None:
        """Look at it when it has settled; from its own thread (not locked)."""
        with self.run.lock:
            self.activate()

    def wake(self) -> None:
        """Look again, soon; from any thread (locked)."""
        if self._asked and self.loop.is_closed():
            raise RuntimeError("the event loop is closed")  # as `call_soon_threadsafe` says where nobody has asked
        if self._asked or not self._ask():
            return
        if asyncio._get_running_loop() is self.loop:  # noqa: SLF001 - the documented one raises where there is none
            self._settler.request(self.settled, self.run)
        else:
            self.loop.call_soon_threadsafe(self._settler.request, self.settled, self.run)

    def _ask(self) -> bool:
        """Count this loop, which nobody has asked for a look at yet; tell whether to have one (locked)."""
        if self.closed:
            return False
        self._asked = True
        if not self.counted:
            self.counted = True
            self.run.busy += 1
        return True

    @property
    def has_waiting(self) -> bool:
        """Whether the limit holds a call back here."""
        return bool(self.waiting)

    async def finish(self) -> None:
        """Wait until nothing of the run is left on this loop."""
        while self.running or self._pending is not None:
            await asyncio.wait([*self.running.values(), *([] if self._pending is None else [self._pending])])
            await asyncio.sleep(0)

    def close(self) -> None:
        """Leave the run."""
        with self.run.lock:
            for call, outcome in self.finished:  # what still finished after the attempt was given up
                self.run.finish(call, outcome)
            self.closed = True
            self._asked = False  # nobody will look any more, and who wakes it is not to hear of that
            self.run.loops.remove(self)
            self.run.busy -= self.counted
            self.counted = False
            self.run.resuming -= self._starved
            self.run.settle()

    # What happens when the loop has settled

    def settled(self) -> None:
        """Take outcomes, commit, deliver what can be delivered now, and see whether the attempt is over."""
        run = self.run
        with run.lock:
            self._asked = False
            if self not in run.loops:
                return
            for call, outcome in self.finished:
                run.finish(call, outcome)
            self.finished.clear()
            if run.given_up:
                self._give_up()
            if isinstance(run.ending, Halted):
                if (self.running or run.running) and run.can_keep_up():
                    self._commit()
                self._unwind()
                return
            if run.machine.outbox and not run.committing:
                self._commit()
            idle = self._settler.is_quiet(run)
            delivered = [(host, call) for host in list(self.awake) for call in host.deliveries(idle=idle)]
            self._note_starved()
            for host, _ in delivered:
                if host.scope.deliverable() is None:
                    self.awake.pop(host, None)
        for host, call in delivered:
            host.deliver(call)
        with run.lock:
            if delivered or self.finished:
                self.activate()
            elif self.counted and not self._asked:
                self._rest()

    def _rest(self) -> None:
        """Nothing was delivered: the loop is idle if all its scopes wait for outcomes (locked)."""
        run = self.run
        released = [host.release_held() for host in self.hosts]
        if any(released):
            return
        for host in self.hosts:
            host.follow_suspension()
            host.give_slot_back()
        self.start_waiting()
        if not self._asked and not self.pauses and not self.leaves and all(host.is_waiting() for host in self.hosts):
            self.counted = False
            run.busy -= 1
            run.settle()
        if run.ending is not None:
            self._unwind()

    def _note_starved(self) -> None:
        """Let hosts that only wait for a place under the limit come before new calls (locked)."""
        if self.run.limit is None:
            return
        starved = not self.run.may_start() and any(host.is_starved() for host in self.awake)
        self.run.resuming += starved - self._starved
        self._starved = starved

    def _unwind(self) -> None:
        """Cancel what the ending attempt leaves on this loop (locked)."""
        if self._unwound:
            return
        for sleeper in self.pauses:
            self.loop.call_soon(sleeper.cancel)
        ending = self.run.ending
        error = ending.error if isinstance(ending, Halted) else None
        self._unwound = error is not None
        self._open_leaves()
        for host in self.hosts:
            if host.task is None or (host.is_task and _may_end(host, error)):
                continue
            host.let_all_go()
            if error is None:
                host.cut_off()
            else:
                self.loop.call_soon(host.task.cancel)

    def _give_up(self) -> None:
        """Cancel what goes on inside executions that have taken too long (locked)."""
        self._open_leaves()
        for host in self.hosts:
            if host.scope.is_over() and not host.given_up and host.task is not None:
                host.given_up = True
                host.let_all_go()
                self.loop.call_soon(host.task.cancel)
        for sleeper, call in self.pauses.items():
            if call.scope.is_over():
                self.loop.call_soon(sleeper.cancel)

    def _open_leaves(self) -> None:
        """Let all that runs be a host, that it can be looked at and cancelled (locked)."""
        for place in list(self.leaves):
            place.make_host()

    def _commit(self) -> None:
        """Commit on the loop where the saver is quick, with other runs if there are any; else in a thread (locked)."""
        writer = self.run.writer
        if writer is not None and not writer.saver.commits_on_loop:
            self._commit_in_thread()
        elif writer is not None and self._sharing.has_company:
            self._commit_with_others(writer)
        else:
            self.run.commit()

    def _commit_in_thread(self) -> None:
        run = self.run
        batch = run.take_batch()
        pending = beside(run.commit_here, batch)

        def done(_: asyncio.Future[None]) -> None:
            self._pending = None
            self.look()

        self._pending = pending
        pending.add_done_callback(done)

    def _commit_with_others(self, writer: Writer) -> None:
        batch = self.run.take_batch()
        write = writer.append(batch[0], batch[1])

        def then(error: Exception | None) -> None:
            self.run.committed_elsewhere(batch, write, error)
            self.look()

        self._sharing.add(writer.saver, write, then)

    # Calls

    def start(self, call: Call, host: LoopHost) -> None:
        """Run an async call as a task of this loop, now or when the limit allows (locked)."""
        run = self.run
        job: Job = call.job
        if job.task.own_name is None and (not run.may_start() or run.resuming):
            self.waiting.append((call, host))
            return
        run.take_slot(on_loop=True)
        call.state = RUNNING
        call.started_at = call.started_at or run.machine.now()
        if run.bus is not None and job.task.policies is None:
            run.bus.call_began(run, call, job.context)
        self.running[call] = asyncio.Task(  # never eager, whatever the loop's factory: the lock is held
            host.run_call(call, job), loop=self.loop, context=job.context
        )

    def start_again(self, call: Call, host: LoopHost) -> None:
        """Run a call once more, which has a task of this loop but no place under the limit (locked)."""
        del self.running[call]
        call.state = MADE
        self.start(call, host)
        self.activate()

    def leave(self, *, slot: bool) -> None:
        """A call waits to be executed again: its place is free meanwhile (`POL-008`)."""
        run = self.run
        with run.lock:
            run.free_slot(held=slot, on_loop=True)
            self.start_waiting()
            self.activate()

    async def has_committed(self) -> bool:
        """Tell whether all that has finished may be seen; else wait for the next commit."""
        run = self.run
        with run.lock:
            if run.ending is not None or run.machine.is_settled:
                return True
            committed: asyncio.Future[None] = self.loop.create_future()
            run.after_commit.append(lambda: self.loop.call_soon_threadsafe(_wake, committed))
            self.activate()
        await committed
        return False

    def cancel(self, call: Call, runner: asyncio.Task[None]) -> None:
        """Cancel the task of a call (not locked); one that has not begun will never run a line, not even its last."""
        runner.add_done_callback(lambda _: self.ended(call, Outcome()))
        runner.cancel()

    def ended(self, call: Call, outcome: Outcome | None, *, slot: bool = True) -> None:
        """Take the end of an async call; `slot` tells whether it had a place under the limit."""
        run = self.run
        with run.lock:
            if self.running.pop(call, None) is None:
                return
            self.finished.append((call, outcome))
            run.free_slot(held=slot, on_loop=True)
            if self.waiting:
                self.start_waiting()
            self.activate()

    def start_waiting(self) -> None:
        """Start what the limit held back (locked)."""
        while self.waiting and self.run.may_start() and not self.run.resuming:
            call, host = self.waiting.popleft()
            if call.state is MADE and self.run.ending is None and not call.scope.is_over():
                self.start(call, host)


def _may_end(host: LoopHost, error: BaseException | None) -> bool:
    """Tell whether a call in flight is awaited, as it could end by itself, when the attempt ends with this error."""
    if isinstance(error, StopRun):  # STP-002
        return not host.scope.open and host.may_go_on
    return isinstance(error, ReplayDivergenceError) and not host.scope.calls


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
