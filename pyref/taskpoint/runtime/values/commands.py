"""What goes in and out around a pause: `Command`, `Interrupt`, and `entrypoint.final`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeGuard, TypeVar, cast

from taskpoint._core.index import Index
from taskpoint._core.journal import InterruptRaised
from taskpoint._refusing import refusing_in
from taskpoint.errors import UsageError
from taskpoint.runtime.values.recorded import decode, encode
from taskpoint.runtime.values.responses import check_answer, shown_schema

__all__ = ("Command", "EntrypointFinal", "Interrupt", "answers_of", "interrupts_in", "question_of")

R = TypeVar("R")
S = TypeVar("S")


class _Missing:
    pass


_MISSING: Any = _Missing()
_ANSWER: Final = "the answer to an interrupt"
_NO_NODES: Final = "there are no nodes to go to: call functions, and change what is saved with update_state()"


@refusing_in(goto=_NO_NODES, update=_NO_NODES, graph=_NO_NODES)
@dataclass(frozen=True, slots=True)
class Command:
    """Continue an interrupted run with answers (`INT-015`, `INT-018`).

    Args:
        resume: The answer to the one pending interrupt, or a dict from interrupt ids to answers.
            None is an answer too. A dict whose keys are not interrupt ids is an answer like any other value.
        answers: Answers by interrupt id, whatever the ids look like; instead of `resume`.

    Raises:
        UsageError: Neither is given, or both are.

    Example:
        >>> from taskpoint import Command
        >>> Command(resume="yes").resume
        'yes'
    """

    resume: Any = _MISSING
    answers: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if (self.resume is _MISSING) == (self.answers is None):
            raise UsageError("a Command carries nothing, or two things", hint="write Command(resume=...)")


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A question that a run waits to have answered.

    Attributes:
        value: What the workflow passed to `interrupt()`.
        id: What `Command(resume={id: answer})` addresses; stable over resumes.
        response_schema: The JSON Schema that the answer has to fit, None where any answer will do (`INT-030`).
    """

    value: Any
    id: str
    response_schema: dict[str, Any] | None = field(default=None, hash=False)


@refusing_in()
@dataclass(frozen=True, slots=True)
class EntrypointFinal(Generic[R, S]):
    """Return one value and save another as the next run's `previous`; written ``entrypoint.final(value=, save=)``."""

    value: R
    save: S


def question_of(entry: InterruptRaised) -> Interrupt:
    """Return a recorded question, made anew for each who looks at it."""
    value = decode(entry.value, f"the interrupt {entry.id}")
    return Interrupt(value, entry.id, shown_schema(entry.response_schema))


def interrupts_in(result: object) -> Sequence[Interrupt]:
    """Return what a run that paused asks; nothing where it returned a value."""
    shown = cast("dict[object, Any]", result) if isinstance(result, dict) else {}
    return cast("Sequence[Interrupt]", shown.get("__interrupt__", ()))


def answers_of(command: Command, index: Index, *, is_open: bool) -> dict[str, str]:
    """Return the encoded answers of a command by interrupt id (`INT-015`, `INT-018`).

    Raises:
        UsageError: There is nothing to answer, the command is ambiguous, it names an interrupt that is unknown or
            was answered before, or an answer does not fit what its question says of it. Nothing was changed.
    """
    pending = index.pending() if is_open else []
    answers = _addressed(command, [entry.id for entry in pending], index)
    for entry in pending:
        if entry.id in answers and entry.response_schema is not None:
            check_answer(entry.response_schema, answers[entry.id], entry.id)
    return answers


def _addressed(command: Command, pending: Sequence[str], index: Index) -> dict[str, str]:
    resume = command.resume
    addressed = command.answers
    if addressed is None and _is_by_id(resume):
        addressed = resume
    if addressed is not None:
        for id in addressed:
            if id not in pending:
                answered = id in index.answers
                raise UsageError(
                    f"the interrupt {id!r} {'was answered before' if answered else 'is not pending'}",
                    code="interrupt.already_answered" if answered else "interrupt.unknown_id",
                    hint="get_state() lists the pending interrupts",
                )
        return {id: encode(addressed[id], _ANSWER) for id in pending if id in addressed}  # INT-023: in the order raised
    if not pending:
        raise UsageError(
            "no interrupt is pending on this thread",
            code="interrupt.none_pending",
            hint="continue an unfinished run with None: an answer that it got is kept; begin a run with an input",
        )
    if len(pending) > 1:
        raise UsageError(
            f"{len(pending)} interrupts are pending, so a single answer is ambiguous",
            code="interrupt.ambiguous",
            hint="answer by id: Command(resume={id: answer, ...}); get_state() lists the ids",
        )
    return {pending[0]: encode(resume, _ANSWER)}


def _is_by_id(resume: object) -> TypeGuard[Mapping[str, Any]]:
    """Tell whether an answer is a dict of answers by interrupt id."""
    if not isinstance(resume, dict) or not resume:
        return False
    return all(_looks_like_id(key) for key in cast("dict[object, object]", resume))


def _looks_like_id(key: object) -> bool:
    """Tell whether a dict's key ends like an interrupt id."""
    if not isinstance(key, str):
        return False
    mark, number = key.rpartition("!")[1:]
    return mark == "!" and number.isdigit() and number.isascii()
