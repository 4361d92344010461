"""Processes that die, without dying: a saver that lets nothing more through, and a run that begins again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeVar

from typing_extensions import override

from taskpoint._core.journal import Checkpoint, Entry, Holder
from taskpoint.errors import UsageError
from taskpoint.runtime.entrypoint import Entrypoint
from taskpoint.runtime.values.commands import Command, Interrupt, interrupts_in
from taskpoint.savers.base import CheckpointSaver, Head, Loaded
from taskpoint.savers.listing import ThreadSummary
from taskpoint.savers.memory import InMemorySaver

__all__ = ("Crash", "CrashingSaver", "survive_crashes")

T = TypeVar("T")


class Crash(BaseException):
    """The process is gone, as far as the run can see; no `except Exception` catches it."""


class CrashingSaver(CheckpointSaver):
    """Passes every operation on to another saver, until the process "dies" at one of them.

    Args:
        saver: The saver that keeps the threads.
        at: The number of the operation at which the process dies, from 1; None for never.
        when: Before the operation took effect, or after.

    Attributes:
        operations: How many operations there were.

    Example:
        >>> from taskpoint import InMemorySaver, entrypoint
        >>> from taskpoint.testing import Crash, CrashingSaver
        >>> saver = CrashingSaver(InMemorySaver(), at=3, when="before")
        >>> main = entrypoint("main", lambda n: n + 1, checkpointer=saver)
        >>> try:
        ...     main.invoke(1, thread_id="t")
        ... except Crash:
        ...     saver.restart()
        >>> main.invoke(None, thread_id="t")
        2
    """

    def __init__(
        self, saver: CheckpointSaver, at: int | None = None, when: Literal["before", "after"] = "before"
    ) -> None:
        self.saver = saver
        self.at = at
        self.when = when
        self.operations = 0
        self._is_dead = False

    def restart(self) -> None:
        """Let a new process begin; this one dies no more."""
        self._is_dead = False
        self.at = None

    def _do(self, operation: Callable[[], T]) -> T:
        if self._is_dead:
            raise Crash
        self.operations += 1
        dies = self.operations == self.at
        if dies and self.when == "before":
            self._is_dead = True
            raise Crash
        result = operation()
        if dies:
            self._is_dead = True
            raise Crash
        return result

    @override
    def head(self, thread_id: str) -> Head | None:
        return self._do(lambda: self.saver.head(thread_id))

    @override
    def load(self, thread_id: str, checkpoint_id: str | None = None) -> Loaded | None:
        return self._do(lambda: self.saver.load(thread_id, checkpoint_id))

    @override
    def begin(
        self,
        checkpoint: Checkpoint,
        expected_head: str | None,
        entries: Sequence[Entry] = (),
        holder: Holder | None = None,
        *,
        take_over: bool = False,
        leading: Sequence[Checkpoint] = (),
    ) -> None:
        self._do(
            lambda: self.saver.begin(checkpoint, expected_head, entries, holder, take_over=take_over, leading=leading)
        )

    @override
    def append(
        self,
        thread_id: str,
        checkpoint_id: str,
        expected_seq: int,
        entries: Sequence[Entry],
        closing: Checkpoint | None = None,
        holder: Holder | None = None,
        *,
        take_over: bool = False,
    ) -> None:
        self._do(
            lambda: self.saver.append(
                thread_id, checkpoint_id, expected_seq, entries, closing, holder, take_over=take_over
            )
        )

    @override
    def history(self, thread_id: str, before: str | None = None, limit: int | None = None) -> list[Checkpoint]:
        return self._do(lambda: self.saver.history(thread_id, before, limit))

    @override
    def threads(
        self, *, unfinished: bool = False, after: str | None = None, limit: int | None = None
    ) -> list[ThreadSummary]:
        return self._do(lambda: self.saver.threads(unfinished=unfinished, after=after, limit=limit))

    @override
    def delete(self, thread_id: str) -> None:
        self._do(lambda: self.saver.delete(thread_id))

    @override
    def close(self) -> None:
        self.saver.close()


def _no_answer(interrupt: Interrupt) -> object:
    raise UsageError(f"the workflow asks at {interrupt.id}", hint="pass answer=..., a function of the Interrupt")


def _carry(workflow: Entrypoint[Any, Any], input: object, answer: Callable[[Interrupt], object]) -> Any:
    """Take a run to its end, however often its process dies, and answer what it asks."""
    saver = workflow.checkpointer
    assert isinstance(saver, CrashingSaver)
    with saver:
        next_input: object = input
        while True:
            try:
                result = workflow.invoke(next_input, thread_id="t")
            except Crash:
                saver.restart()
                state = workflow.get_state(thread_id="t")
                if state.created_at is not None and not state.next:
                    return state.values
                questions: Sequence[Interrupt] = state.interrupts
                next_input = input if state.created_at is None else None
            else:
                questions = interrupts_in(result)
                if not questions:
                    return result
            if questions:
                next_input = Command(answers={each.id: answer(each) for each in questions})


def survive_crashes(
    workflow: Entrypoint[Any, T],
    input: object,
    *,
    answer: Callable[[Interrupt], object] = _no_answer,
    saver: Callable[[], CheckpointSaver] = InMemorySaver,
) -> T:
    """Run a workflow once undisturbed and then with its process dying at each operation of its saver; compare the ends.

    Args:
        workflow: The workflow; it runs with a saver of the test's own each time.
        input: Its input.
        answer: Returns the answer to an interrupt.
        saver: Makes an empty saver.

    Returns:
        The value of the undisturbed run.

    Raises:
        AssertionError: A run that died and was continued came to another value; the text says where it died.

    Example:
        >>> from taskpoint import entrypoint, interrupt, task
        >>> from taskpoint.testing import survive_crashes
        >>> @task
        ... def price(item: str) -> int:
        ...     return len(item)
        >>> @entrypoint
        ... def order(item: str) -> str:
        ...     total = price(item).result()
        ...     return f"{item}: {total}" if interrupt(f"pay {total}?") else "cancelled"
        >>> survive_crashes(order, "tea", answer=lambda interrupt: True)
        'tea: 3'
    """

    def bound(at: int | None, when: Literal["before", "after"]) -> Entrypoint[Any, T]:
        crashing = CrashingSaver(saver(), at, when)
        return Entrypoint(workflow.func, workflow.name, replace(workflow.options, checkpointer=crashing))

    undisturbed = bound(None, "before")
    expected: T = _carry(undisturbed, input, answer)
    assert isinstance(undisturbed.checkpointer, CrashingSaver)
    for at in range(1, undisturbed.checkpointer.operations + 1):
        for when in ("before", "after"):
            value = _carry(bound(at, when), input, answer)
            if value != expected:
                raise AssertionError(
                    f"killed {when} operation {at} of its saver, the workflow {workflow.name!r} came to another value: "
                    f"{value!r} instead of {expected!r}"
                )
    return expected
