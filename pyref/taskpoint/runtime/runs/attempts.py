"""The policies of an entrypoint: further attempts over the same journal, and the time that one has."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from taskpoint import codec
from taskpoint._core.calls import Scope
from taskpoint._core.execution import Execution
from taskpoint.errors import ValueEncodingError
from taskpoint.runtime.definitions.caching import CachedResult, namespace_of
from taskpoint.runtime.execution.host import End
from taskpoint.runtime.execution.timeouts import Deadline, watched
from taskpoint.runtime.process.signals import Halted, Signal
from taskpoint.runtime.process.threads import POOL
from taskpoint.runtime.values.commands import EntrypointFinal
from taskpoint.runtime.values.forms import UNTYPED

if TYPE_CHECKING:
    from taskpoint.runtime.definitions.policies import TimeoutPolicy
    from taskpoint.runtime.execution.run import Run
    from taskpoint.runtime.runs.attempt import Attempt
    from taskpoint.runtime.runs.requests import Request

__all__ = ("Attempts", "CachedRun", "limited_in_thread", "limited_on_loop")


class Attempts:
    """Decides after each attempt of one use of an entrypoint whether there is another (`POL-030`)."""

    def __init__(self) -> None:
        self._made = 0

    def retry_after(self, attempt: Attempt, error: Exception) -> float | None:
        """Return after how many seconds to go on; None where the run has failed for good."""
        self._made += 1
        policies = attempt.entrypoint.policies
        if policies is None or not attempt.failed:
            return None
        return policies.retry_after(error, self._made, attempt.run.sources.random)

    @staticmethod
    def further(request: Request, attempt: Attempt) -> Request:
        """Return what asks for the next attempt, as ``invoke(None)`` would (`POL-031`)."""
        config = replace(request.config, checkpoint_id=None)
        follows = attempt.checkpoint.id
        return replace(
            request,
            input=None,
            config=config,
            take_over=False,
            once=False,
            retry=None,
            after=attempt,
            follows=follows,
        )

    @staticmethod
    def pause_in_thread(run: Run, seconds: float) -> None:
        """Let the time between two attempts pass; who stops the run stops that, too."""
        stop = threading.Event()
        with run.lock:
            run.pauses[stop] = None
            run.end_pauses()  # where somebody has stopped it already
        run.sources.sleep(seconds, stop)
        _check(run)

    @staticmethod
    async def pause_on_loop(run: Run, seconds: float) -> None:
        """Let the time between two attempts pass, as a thread does."""
        sleeper = asyncio.ensure_future(run.sources.asleep(seconds))
        with run.lock:
            run.pauses[_Canceller(sleeper)] = None
            run.end_pauses()
        try:
            await asyncio.wait([sleeper])
        finally:
            sleeper.cancel()
        _check(run)


class _Canceller:
    """Ends a pause on an event loop, from any thread."""

    def __init__(self, sleeper: asyncio.Future[None]) -> None:
        self._sleeper = sleeper

    def set(self) -> None:
        self._sleeper.get_loop().call_soon_threadsafe(self._sleeper.cancel)


def _check(run: Run) -> None:
    with run.lock:
        run.pauses.clear()
        ending = run.ending
    if isinstance(ending, Halted):
        raise ending.error


def _deadline(run: Run, scope: Scope, policy: TimeoutPolicy) -> Deadline:
    scope.execution = Execution(
        clock=watched(policy, run.sources.monotonic),
        auto=policy.refresh_on == "auto",
    )
    return Deadline(policy, scope.execution, run.sources.monotonic)


def _give_up(run: Run, deadline: Deadline) -> None:
    """End the attempt whose time is up, unless it waits for an answer (`POL-033`)."""
    with run.lock:
        if not run.machine.raised:
            run.halt(deadline.error(f"the entrypoint {run.name!r}", "run.timeout"))


@contextmanager
def limited_in_thread(run: Run, scope: Scope, policy: TimeoutPolicy) -> Generator[None]:
    """Watch, from another thread, how long the attempt inside takes."""
    deadline, finished, gone = _deadline(run, scope, policy), threading.Event(), threading.Event()

    def watch() -> None:
        while not finished.is_set() and (left := deadline.left()) > 0:
            run.sources.sleep(left, finished)
        if not finished.is_set():
            _give_up(run, deadline)
        gone.set()

    POOL.submit(watch)
    try:
        yield
    finally:
        finished.set()
        gone.wait()


@asynccontextmanager
async def limited_on_loop(run: Run, scope: Scope, policy: TimeoutPolicy) -> AsyncGenerator[None]:
    """Watch, from a task beside it, how long the attempt inside takes."""
    deadline = _deadline(run, scope, policy)

    async def watch() -> None:
        while (left := deadline.left()) > 0:
            await run.sources.asleep(left)
        _give_up(run, deadline)

    watcher = asyncio.ensure_future(watch())
    try:
        yield
    finally:
        watcher.cancel()


class CachedRun:
    """The place of a run's value in a cache: looked up before its first attempt, filled when it has completed."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        options = attempt.entrypoint.options
        self._policy = options.cache_policy if attempt.run.machine.index.length <= 1 else None
        self._cache = options.cache
        self._place: CachedResult | None = None

    def get(self) -> End | None:
        """Return the end of a run whose value is kept already (`POL-046`), or that cannot look for it."""
        try:
            return self._kept()
        except (Exception, Signal) as error:  # noqa: BLE001 - it ends the attempt, which has begun
            return End(error=error)

    def _kept(self) -> End | None:
        attempt, policy, cache = self._attempt, self._policy, self._cache
        if policy is None or cache is None:
            return None
        run, entrypoint = attempt.run, attempt.entrypoint
        previous, _ = entrypoint.forms.saved.write(run.previous(None), run.name)
        plain = (codec.decode(attempt.checkpoint.input or "null"), codec.decode(previous))
        arguments = plain if policy.key_func is None else (attempt.input,)
        key = policy.key(arguments, {}, codec.digest_arguments(plain))
        if key is None:
            return None
        namespace = namespace_of("entrypoints", entrypoint.name, entrypoint.version)
        self._place = CachedResult(cache, (namespace, key), policy, UNTYPED)
        text = self._place.get()
        kept = None if text is None else codec.decode(text)
        if not isinstance(kept, list) or len(cast("list[object]", kept)) not in (1, 2):
            return None
        parts = [codec.encode(part) for part in cast("list[object]", kept)]
        forms = entrypoint.forms
        try:  # what was kept before the annotations were changed
            value = forms.value.read(parts[0], entrypoint.version, "a cached value")
            if len(parts) == 1:
                return End(value=value)
            return End(value=EntrypointFinal(value, forms.saved.read(parts[1], entrypoint.version, "a cached value")))
        except ValueEncodingError:
            return None

    def set(self) -> None:
        """Keep the value of the run, and what it saved where that is something else."""
        texts = self._attempt.texts
        if self._place is not None and texts is not None:
            self._place.set(codec.encode([codec.decode(text) for text in texts if text is not None]))
