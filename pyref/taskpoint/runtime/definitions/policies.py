"""What a task or an entrypoint is allowed: how often it may be tried, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, TypeAlias, cast

from taskpoint._core.retry import wait_seconds
from taskpoint._numbers import is_number, seconds_in
from taskpoint._refusing import refusing_in
from taskpoint.errors import StoreError, TaskError, TaskpointError, TaskTimeoutError, UsageError
from taskpoint.runtime.definitions.caching import CachePolicy

__all__ = (
    "Policies",
    "RetryOn",
    "RetryPolicy",
    "TimeoutPolicy",
    "default_retry_on",
    "read_retry",
    "read_timeout",
)

RetryOn: TypeAlias = type[Exception] | Sequence[type[Exception]] | Callable[[Exception], bool]

_PERMANENT: Final = (
    ValueError,
    TypeError,
    ArithmeticError,
    ImportError,
    LookupError,
    NameError,
    SyntaxError,
    RuntimeError,
    ReferenceError,
    StopIteration,
    StopAsyncIteration,
    OSError,
)
"""What trying again does not mend: mistakes in a program, and what the machine refuses."""
_PASSING: Final = (ConnectionError, TimeoutError)
"""Children of the above that trying again may mend."""
_SERVER_ERRORS: Final = range(500, 600)
_Refresh = Literal["auto", "heartbeat"]


def default_retry_on(error: Exception) -> bool:
    """Tell whether trying again may help, where a policy does not say (`POL-003`).

    Errors that say so themselves in `retryable` decide; then those of programming mistakes are out, and those that
    carry an HTTP response are tried again where the server was at fault.

    Example:
        >>> from taskpoint import default_retry_on
        >>> default_retry_on(ConnectionError()), default_retry_on(KeyError("name"))
        (True, False)
    """
    said = getattr(error, "retryable", None)
    if isinstance(said, bool):
        return said
    if isinstance(error, _PASSING):
        return True
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(status, int):
        return status in _SERVER_ERRORS
    return not isinstance(error, _PERMANENT)


@refusing_in()
@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and when a failed task, or a failed run, is executed again.

    Attributes:
        initial_interval: Seconds to wait after the first failure.
        backoff_factor: What each wait is multiplied with to give the next.
        max_interval: The longest wait, in seconds, without the jitter.
        max_attempts: How many executions there are at most, the first one included.
        jitter: Whether to add a random part: up to the wait itself, and up to one second.
        retry_on: The exception types that are tried again, or a function that tells of an exception whether it is.

    Errors of the library itself are never tried again, except `TaskTimeoutError` and `StoreError` (`POL-004`).

    Example:
        >>> from taskpoint import RetryPolicy, entrypoint, task
        >>> left = ["busy", "busy"]
        >>> @task(retry_policy=RetryPolicy(initial_interval=0.001, retry_on=ConnectionError))
        ... def fetch() -> str:
        ...     if left:
        ...         raise ConnectionError(left.pop())
        ...     return "done"
        >>> @entrypoint
        ... def main(_: None) -> str:
        ...     return fetch().result()
        >>> main.invoke({})
        'done'
    """

    initial_interval: float = 0.5
    backoff_factor: float = 2.0
    max_interval: float = 128.0
    max_attempts: int = 3
    jitter: bool = True
    retry_on: RetryOn = default_retry_on

    def __post_init__(self) -> None:
        _check_number("initial_interval", self.initial_interval, 0)
        _check_number("backoff_factor", self.backoff_factor, 1)
        _check_number("max_interval", self.max_interval, 0)
        if type(self.max_attempts) is not int or self.max_attempts < 1:
            raise _refuse("max_attempts is not a whole number from 1 on", "it counts the first execution too")
        if type(self.jitter) is not bool:
            raise _refuse("jitter is neither True nor False", "write jitter=False for waits of exact length")
        if self._classes() is None and not callable(self.retry_on):
            raise _refuse("retry_on is neither exception types nor a function", "write retry_on=ConnectionError")

    def _classes(self) -> tuple[type[Exception], ...] | None:
        given: object = self.retry_on
        listed = tuple(cast("Sequence[object]", given)) if isinstance(given, Sequence) else (given,)
        classes = tuple(cls for cls in listed if isinstance(cls, type) and issubclass(cls, Exception))
        return classes if classes and len(classes) == len(listed) else None

    def covers(self, error: Exception) -> bool:
        """Tell whether an error is tried again under this policy."""
        classes = self._classes()
        if classes is not None:
            return isinstance(error, classes)
        return bool(cast("Callable[[Exception], bool]", self.retry_on)(error))

    def wait(self, failed: int, random: Callable[[], float]) -> float:
        """Return the seconds to wait after the `failed`-th execution."""
        return wait_seconds(
            failed,
            initial_interval=self.initial_interval,
            backoff_factor=self.backoff_factor,
            max_interval=self.max_interval,
            jitter=self.jitter,
            random=random() if self.jitter else 0.0,
        )

    def document(self) -> dict[str, object]:
        """Return the policy as definitions have it."""
        classes = self._classes()
        named: object = "default" if self.retry_on is default_retry_on else "custom"
        return {
            "initial_interval": self.initial_interval,
            "backoff_factor": self.backoff_factor,
            "max_interval": self.max_interval,
            "max_attempts": self.max_attempts,
            "jitter": self.jitter,
            "retry_on": named if classes is None else [cls.__name__ for cls in classes],
        }


@refusing_in()
@dataclass(frozen=True, slots=True)
class TimeoutPolicy:
    """How long one execution may take; the failure is a `TaskTimeoutError`.

    Attributes:
        run_timeout: The seconds, or the `timedelta`, that it may take in all.
        idle_timeout: The seconds, or the `timedelta`, that it may take without progress.
        refresh_on: What counts as progress: ``"auto"`` is each call of a task, each outcome, each write to a stream
            and `heartbeat`; ``"heartbeat"`` is that alone.
    """

    run_timeout: float | timedelta | None = None
    idle_timeout: float | timedelta | None = None
    refresh_on: _Refresh = "auto"

    def __post_init__(self) -> None:
        if self.refresh_on not in ("auto", "heartbeat"):
            raise _refuse("refresh_on is unknown", "use one of auto, heartbeat")
        if self.run_timeout is None and self.idle_timeout is None:
            raise _refuse("a timeout policy without a timeout", "give run_timeout= or idle_timeout=")
        for name, given in (("run_timeout", self.run_timeout), ("idle_timeout", self.idle_timeout)):
            if given is not None:
                _check_number(name, seconds_in(given), 0, above=True)

    @property
    def run_seconds(self) -> float | None:
        """The whole time, in seconds."""
        return _seconds(self.run_timeout)

    @property
    def idle_seconds(self) -> float | None:
        """The time without progress, in seconds."""
        return _seconds(self.idle_timeout)

    def document(self) -> dict[str, object]:
        """Return the policy as definitions have it."""
        return {"run_timeout": self.run_seconds, "idle_timeout": self.idle_seconds, "refresh_on": self.refresh_on}


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies of one task or entrypoint, where it has some."""

    retry: tuple[RetryPolicy, ...] = ()
    timeout: TimeoutPolicy | None = None
    cache: CachePolicy | None = None

    def retry_after(self, error: BaseException | None, executions: int, random: Callable[[], float]) -> float | None:
        """Return after how many seconds to execute again; None where the error stands (`POL-002`)."""
        if not isinstance(error, Exception) or not _may_be_mended(error):
            return None
        policy = next((policy for policy in self.retry if policy.covers(error)), None)
        return None if policy is None or executions >= policy.max_attempts else policy.wait(executions, random)


def _may_be_mended(error: Exception) -> bool:
    """Tell whether an error may go away at all: those of the library do not (`POL-004`)."""
    return not isinstance(error, TaskpointError) or isinstance(error, TaskError | TaskTimeoutError | StoreError)


def _seconds(given: float | timedelta | None) -> float | None:
    return given.total_seconds() if isinstance(given, timedelta) else given


def _check_number(name: str, given: Any, least: float, *, above: bool = False) -> None:
    if not is_number(given, least) or (above and given == least):
        raise _refuse(
            f"{name} is not a number {'above' if above else 'of at least'} {least}",
            f"{name} is a factor" if name == "backoff_factor" else f"{name} counts seconds",
        )


def _refuse(text: str, hint: str) -> UsageError:
    return UsageError(text, hint=hint)


def read_retry(given: object) -> tuple[RetryPolicy, ...]:
    """Read `retry_policy=`: one policy, or several of which the first that covers an error counts (`POL-002`).

    Raises:
        UsageError: It is something else.
    """
    if given is None:
        return ()
    listed = tuple(cast("Iterable[object]", given)) if isinstance(given, list | tuple) else (given,)
    policies = tuple(each for each in listed if isinstance(each, RetryPolicy))
    if len(policies) != len(listed):
        raise _refuse("retry_policy= is no RetryPolicy and no list of them", "write retry_policy=RetryPolicy()")
    return policies


def read_timeout(given: object) -> TimeoutPolicy | None:
    """Read `timeout=`: a policy, or the time for the whole of an execution.

    Raises:
        UsageError: It is something else, or not above zero.
    """
    if given is None or isinstance(given, TimeoutPolicy):
        return given
    if isinstance(given, int | float | timedelta) and not isinstance(given, bool):
        return TimeoutPolicy(run_timeout=given)
    raise _refuse("timeout= is no number, timedelta or TimeoutPolicy", "write timeout=30 for thirty seconds")
