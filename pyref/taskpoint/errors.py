"""Every error that Taskpoint raises, by blame.

::

    TaskpointError                 root, never raised itself
    |-- UsageError                 the caller used the library wrongly: usage.*, interrupt.*, run.nothing_to_resume,
    |                              run.other_input
    |-- ReplayDivergenceError      the workflow's code no longer fits its journal: replay.divergence
    |-- ConcurrentRunError         another run holds the thread, or overtook this one: run.concurrent
    |-- ValueEncodingError         a value has no encoding, or an encoding no value: value.*
    |-- FormatError                stored or imported data is malformed or too new: format.*
    |-- SaverError                 the saver failed: saver.*
    |-- StoreError                 a store or a cache failed: store.*
    |-- TaskTimeoutError           a task, or a run, took longer than its policy allows: task.timeout, run.timeout
    `-- TaskError                  a task failed with an error that has no class here: task.failed

Codes are normative (`spec/1.0/error-codes.json`); class names are Python's own.
Texts never hold a payload or a secret (`ERR-001`): they name places, types and ids.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

__all__ = (
    "CODES",
    "ConcurrentRunError",
    "FormatError",
    "ReplayDivergenceError",
    "SaverError",
    "StoreError",
    "TaskError",
    "TaskTimeoutError",
    "TaskpointError",
    "UsageError",
    "ValueEncodingError",
)


CODES = frozenset(
    {
        "body.failed",
        "format.invalid",
        "format.newer",
        "interrupt.already_answered",
        "interrupt.ambiguous",
        "interrupt.answer_invalid",
        "interrupt.none_pending",
        "interrupt.schema_invalid",
        "interrupt.schema_unsupported",
        "interrupt.unknown_id",
        "replay.divergence",
        "run.concurrent",
        "run.nothing_to_resume",
        "run.other_input",
        "run.timeout",
        "saver.closed",
        "saver.failed",
        "store.closed",
        "store.failed",
        "task.failed",
        "task.timeout",
        "usage.argument_mismatch",
        "usage.blocking_wait",
        "usage.config_invalid",
        "usage.event_loop",
        "usage.function_missing",
        "usage.generator",
        "usage.id_invalid",
        "usage.key_duplicate",
        "usage.key_invalid",
        "usage.name_duplicate",
        "usage.name_invalid",
        "usage.name_missing",
        "usage.no_checkpointer",
        "usage.no_store",
        "usage.no_value",
        "usage.not_callable",
        "usage.option_invalid",
        "usage.option_unknown",
        "usage.outside_run",
        "usage.thread_id_missing",
        "value.duplicate_key",
        "value.invalid_json",
        "value.lone_surrogate",
        "value.malformed_tag",
        "value.mismatch",
        "value.not_encodable",
        "value.out_of_range",
        "value.too_deep",
        "value.unknown_tag",
    }
)
"""All normative codes (`ERR-002`), as `spec/1.0/error-codes.json` lists them."""


LEFT_OVER: Final = "it is LangGraph's: import what has this name from taskpoint"
"""What to do about what a program that moved over still has from there; not public."""

_HINTS: Final = {
    r"usage\.no_checkpointer": "pass checkpointer=SqliteSaver(...) to the entrypoint",
    r"usage\.no_store": 'pass store=SqliteStore("memory.db") to it',
    r"usage\.no_value": "call .result() on it, await it in a coroutine, or gather() several, and use what that gives",
    r"value\.not_encodable .* a value of type langgraph\.": LEFT_OVER,
    r"value\.not_encodable the (value of an|answer to an) interrupt": (
        "use plain data, or register the class with register_extension()"
    ),
    r"value\.not_encodable what is written to the stream": (
        "write plain data, such as the model_dump() of a model, or register the class with register_extension()"
    ),
    r"value\.\w+ .* of type ([\w.]+\.)?(Sync|Loop)Future ": (
        "it is a call that nobody waited for: call .result() on it, await it in a coroutine, or gather() several"
    ),
    r"value\.not_encodable .* has no encoding": (
        "use plain data, annotate the function with the class where pydantic can rebuild it (dataclass, pydantic "
        "model, Enum, Path ...), or register it with register_extension()"
    ),
    r"value\.\w+ .* (is of a class that its annotation does not name|would come back as)": (
        "declare exactly what is returned there (no Any, no base class, no union in which its plain data fits another "
        "member), register the class with register_extension(), or return plain data"
    ),
    r"value\.not_encodable .*a datetime has no time zone": (
        "give it one, e.g. datetime.now(UTC) or value.replace(tzinfo=UTC)"
    ),
    r"value\.not_encodable .*a time has a fold": "use an aware datetime, or a time without a time zone",
    r"value\.not_encodable .*a UTC offset has seconds": "convert it with .astimezone(UTC)",
    r"value\.not_encodable .* only a type checker can read": (
        "import what the annotation names outside of `if TYPE_CHECKING`, or register the class"
    ),
    r"value\.not_encodable .* cannot be rebuilt by its annotation": (
        "register the class with register_extension(), or return plain data"
    ),
    r"value\.mismatch the input of": "pass what the annotation of the parameter says, or change the annotation",
    r"value\.mismatch the answer to": "ask for a type that it fits, or fork the run before the question and ask again",
    r"value\.mismatch": (
        "declare what is returned, and read what older code recorded with a version and a migrate function"
    ),
}
"""What to do next where code and message say it: also for an error that a journal gives back."""


def hint_of(code: str, message: str) -> str | None:
    """Return what to do next where code and message say it; not public."""
    if not code.startswith(("value.", "usage.no_")):
        return None
    return next((hint for said, hint in _HINTS.items() if re.match(said, f"{code} {message}")), None)


class TaskpointError(Exception):
    """Root of all errors of this library.

    Args:
        message: What happened and where, in one sentence, without any payload.
        code: The stable code of the error; the class's own `default_code` if left out.
        hint: What to do next, in one sentence.

    Attributes:
        code: Stable and language-neutral, e.g. ``"replay.divergence"``; ``taskpoint conformance explain CODE`` and
            the reference's page of errors say more.
        hint: What to do next, or None.

    Example:
        >>> from taskpoint import UsageError
        >>> error = UsageError("the thread id is empty", code="usage.id_invalid", hint="pass a non-empty string")
        >>> print(error)
        [usage.id_invalid] the thread id is empty
        Hint: pass a non-empty string
    """

    default_code: ClassVar[str] = "taskpoint.error"

    def __init__(self, message: str, *, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint or hint_of(self.code, message)

    def __str__(self) -> str:
        text = f"[{self.code}] {self.message}"
        return f"{text}\nHint: {self.hint}" if self.hint else text


class UsageError(TaskpointError):
    """The caller used the library wrongly; nothing was started or changed."""

    default_code = "usage.option_invalid"


class ReplayDivergenceError(TaskpointError):
    """The workflow made a call that does not fit what its journal recorded (`RPL-010`).

    Attributes:
        path: The path of the call.
        recorded: What the journal has at that path, in words.
        attempted: What the code attempted, in words.
    """

    default_code = "replay.divergence"

    def __init__(
        self, message: str, *, path: str = "", recorded: str = "", attempted: str = "", hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.recorded = recorded
        self.attempted = attempted


class ConcurrentRunError(TaskpointError):
    """Another run holds the thread or has overtaken this one; this one recorded nothing more.

    Attributes:
        holder: Who holds the thread (``attempt_id``, ``host``, ``pid``, ``lease_until``), when that is known.
    """

    default_code = "run.concurrent"

    def __init__(self, message: str, *, holder: dict[str, object] | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.holder = holder


class ValueEncodingError(TaskpointError):
    """A value has no encoding, or an encoded text has no value.

    Attributes:
        path: Where in the value, e.g. ``$.items[3].client``.
    """

    default_code = "value.not_encodable"

    def __init__(self, message: str, *, path: str = "$", code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, code=code, hint=hint)
        self.path = path


class FormatError(TaskpointError):
    """A stored row or an imported document is malformed, or of a newer format than this version reads."""

    default_code = "format.invalid"


class SaverError(TaskpointError):
    """The saver failed.

    Attributes:
        committed: True or False where it is known whether the write took effect, None where it is not.
    """

    default_code = "saver.failed"

    def __init__(
        self, message: str, *, committed: bool | None = None, code: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.committed = committed


class StoreError(TaskpointError):
    """A store or a cache failed.

    It is no `SaverError`: in a task it is a failure like any other, which is recorded (`MEM-041`).

    Attributes:
        committed: True or False where it is known whether the write took effect, None where it is not.
    """

    default_code = "store.failed"

    def __init__(
        self, message: str, *, committed: bool | None = None, code: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.committed = committed


class TaskError(TaskpointError):
    """A task failed with an error whose class cannot be rebuilt here, on the first run as on a replay (`ERR-005`).

    Attributes:
        type: The plain name of the original error.
        path: The path of the call that failed.
        data: What the error carried, decoded, or None.
        retryable: What the error said about trying again, None where it said nothing.
    """

    default_code = "task.failed"

    def __init__(
        self, message: str, *, type: str = "Error", path: str = "", data: object = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint or "declare the class with @task(raises=[...]) to catch it by its own type")
        self.type = type
        self.path = path
        self.data = data
        self.retryable: bool | None = None


class TaskTimeoutError(TaskpointError, TimeoutError):
    """A task, or a run (code ``run.timeout``), took longer than its `TimeoutPolicy` allows (`POL-020`).

    Example:
        >>> from taskpoint import TaskTimeoutError
        >>> isinstance(TaskTimeoutError("too slow"), TimeoutError)
        True
    """

    default_code = "task.timeout"
