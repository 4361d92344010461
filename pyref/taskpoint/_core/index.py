"""What a journal says, in the form in which replay asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum

from taskpoint._core.journal import (
    Entry,
    InterruptAnswered,
    InterruptRaised,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunResumed,
    RunStarted,
    RunStopped,
    TaskCancelled,
    TaskFailed,
    TaskOutcome,
)
from taskpoint._core.paths import scope_of, scope_of_interrupt

__all__ = ("Index", "Status")


class Status(Enum):
    """How the last attempt of a run stands."""

    RUNNING = "running"
    """In progress, or killed: the journal alone can't tell."""
    COMPLETED = "completed"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    STOPPED = "stopped"


class Index:
    """The outcomes, interrupts and answers of one journal, by scope and in journal order."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.outcomes: dict[str, dict[str, TaskOutcome]] = {}
        self.void: dict[str, dict[str, TaskOutcome]] = {}
        """Outcomes whose calls are to run again: they keep their place until the new one (`RPL-043`)."""
        self._cancelled: list[TaskCancelled] = []
        """All cancellations: few, where there are any, so that nobody looks for them among the outcomes."""
        self.interrupts: dict[str, dict[str, InterruptRaised]] = {}
        self.scopes: set[str] = set()
        """Where anything is recorded."""
        self.answers: dict[str, str] = {}
        self.attempt = 0
        self.attempt_id = ""
        self.previous_attempt_id: str | None = None
        """The attempt before the last one, None where there was none."""
        self.status = Status.RUNNING
        self.length = 0
        self.last_error: RunFailed | RunInterrupted | None = None
        self.closing_id: str | None = None
        """The checkpoint with the value of a completed run."""
        self._reported: list[str] = []
        for entry in entries:
            self._read(entry)
            self.length += 1

    def _read(self, entry: Entry) -> None:
        match entry:
            case TaskOutcome():
                scope = scope_of(entry.path)
                self.scopes.add(scope)
                self.outcomes.setdefault(scope, {})[entry.path] = entry
                self.void.get(scope, {}).pop(entry.path, None)
                if isinstance(entry, TaskCancelled):
                    self._cancelled.append(entry)
            case InterruptRaised():
                scope = scope_of_interrupt(entry.id)
                self.scopes.add(scope)
                self.interrupts.setdefault(scope, {})[entry.id] = entry
            case InterruptAnswered():
                self.answers[entry.id] = entry.value
            case RunStarted():
                self._take(entry)
            case RunResumed():
                self._take(entry)
                self.status = Status.RUNNING
                self.last_error = None
                self.make_void(entry.rerun)
            case RunInterrupted():
                self.status = Status.INTERRUPTED
                self.last_error = entry
                self._reported = entry.interrupts
            case RunFailed():
                self.status = Status.FAILED
                self.last_error = entry
            case RunStopped():
                self.status = Status.STOPPED
            case RunCompleted():
                self.status = Status.COMPLETED
                self.closing_id = entry.checkpoint_id
            case _:
                pass

    def _take(self, entry: RunStarted | RunResumed) -> None:
        """An attempt begins."""
        self.attempt = entry.attempt
        self.previous_attempt_id, self.attempt_id = self.attempt_id or None, entry.attempt_id

    def learn(self, outcomes: Iterable[TaskOutcome]) -> None:
        """Take outcomes that were recorded since: the newest of a path holds (`POL-006`)."""
        for outcome in outcomes:
            self._read(outcome)

    def make_void(self, paths: Iterable[str]) -> None:
        """Let the failures at these paths, and what was cancelled behind them, run again in place (`RPL-043`)."""
        since: dict[str, int] = {}
        for path in paths:
            failed = self.outcome(path)
            if failed is not None:
                self._make_void(failed)
                scope = scope_of(path)
                since[scope] = min(failed.seq, since.get(scope, failed.seq))
        for cancelled in self._cancelled_since(since) if since else ():
            self._make_void(cancelled)

    def _make_void(self, outcome: TaskOutcome) -> None:
        scope = scope_of(outcome.path)
        del self.outcomes[scope][outcome.path]
        self.void.setdefault(scope, {})[outcome.path] = outcome

    def _cancelled_since(self, since: Mapping[str, int]) -> list[TaskOutcome]:
        """Return what was cancelled in these scopes, or deeper, behind these places of the journal (`RPL-047`)."""
        return [
            each
            for each in self._cancelled
            if self.outcome(each.path) is each
            and any(since.get(scope, each.seq) < each.seq for scope in _scopes_around(scope_of(each.path)))
        ]

    def outcome(self, path: str) -> TaskOutcome | None:
        """Return the valid outcome recorded at a path."""
        return self.outcomes.get(scope_of(path), {}).get(path)

    def knows_inside(self, path: str) -> bool:
        """Tell whether something is recorded inside of a call."""
        inside = f"{path}/"
        return any(scope == path or scope.startswith(inside) for scope in self.scopes)

    def raised(self, id: str) -> InterruptRaised | None:
        """Return the interrupt recorded under an id."""
        return self.interrupts.get(scope_of_interrupt(id), {}).get(id)

    def pending(self) -> list[InterruptRaised]:
        """Return the interrupts that wait for an answer, in the order raised (`INT-006`, `INT-029`)."""
        if self.status is Status.COMPLETED:
            return []
        if self.status is Status.INTERRUPTED:
            candidates = [entry for id in self._reported if (entry := self.raised(id))]
        else:
            flat = [entry for scope in self.interrupts.values() for entry in scope.values()]
            candidates = sorted((entry for entry in flat if not self._is_settled(entry)), key=lambda entry: entry.seq)
        return [entry for entry in candidates if entry.id not in self.answers]

    def _is_settled(self, asked: InterruptRaised) -> bool:
        """Tell whether a call around the interrupt has ended since: then nobody asks any more."""
        around = (self.outcome(scope) for scope in _scopes_around(scope_of_interrupt(asked.id)))
        # an earlier one is of an execution before (POL-006)
        return any(outcome is not None and outcome.seq > asked.seq for outcome in around)

    def failures(self) -> list[str]:
        """Return the paths of all valid recorded failures, in journal order."""
        found = [entry for scope in self.outcomes.values() for entry in scope.values() if isinstance(entry, TaskFailed)]
        return [entry.path for entry in sorted(found, key=lambda entry: entry.seq)]

    def closure(self, paths: Sequence[str]) -> list[str]:
        """Return the failures that have to run again for `paths` to run again (`RPL-042`)."""
        result: dict[str, None] = {}
        stack = list(reversed(paths))
        while stack:
            path = stack.pop()
            entry = self.outcome(path)
            if path not in result and isinstance(entry, TaskFailed):
                result[path] = None
                stack.extend(reversed(entry.rerun))
        return list(result)

    def rerun(self) -> list[str]:
        """Return what the failed run said is to run again (`RPL-041`)."""
        last = self.last_error
        return self.closure(last.rerun) if isinstance(last, RunFailed) else []


def _scopes_around(scope: str) -> Iterator[str]:
    """Yield a scope, and those that it lies in."""
    yield scope
    while scope:
        scope = scope_of(scope)
        yield scope
