"""What the events of a run come to, for whoever shows how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from taskpoint.watching.events import (
    CallBegan,
    CallEnded,
    CallReplayed,
    CallRetried,
    Event,
    RunInfo,
)

__all__ = ("InFlight", "Tally", "clock")


@dataclass(slots=True)
class InFlight:
    """A call that is being executed, or waits to be executed again."""

    since: float
    attempt: int
    is_waiting: bool = False


@dataclass(slots=True)
class Tally:
    """How far an attempt of a run is.

    Example:
        >>> run = RunInfo("main", "t1", None, "r1", 2, "a2")
        >>> tally = Tally(run, since=0.0)
        >>> tally.take(CallReplayed(run, "2026-01-02T03:04:05Z", (), "a#0", "a", "task", "completed"), 0.5)
        >>> tally.take(CallBegan(run, "2026-01-02T03:04:05Z", (), "a#1", "a", "task", 1), 1.0)
        >>> tally.counts(), list(tally.calls)
        ('0 done, 1 replayed', ['a#1'])
    """

    run: RunInfo
    since: float
    done: int = 0
    replayed: int = 0
    failed: int = 0
    retried: int = 0
    cancelled: int = 0
    calls: dict[str, InFlight] = field(default_factory=dict[str, InFlight])

    def take(self, event: Event, now: float) -> None:
        """Take note of an event of this attempt."""
        match event:
            case CallBegan():
                known = self.calls.get(event.path) if event.attempt > 1 else None
                self.calls[event.path] = InFlight(known.since if known else now, event.attempt)
            case CallReplayed():
                self.replayed += 1
            case CallRetried():
                self.retried += 1
                inside = f"{event.path}/"  # what it called is to be called again
                self.calls = {path: call for path, call in self.calls.items() if not path.startswith(inside)}
                if event.path in self.calls:
                    self.calls[event.path].is_waiting = True
            case CallEnded():
                self.calls.pop(event.path, None)
                self.done += event.outcome == "completed"
                self.failed += event.outcome == "failed"
                self.cancelled += event.outcome == "cancelled"
            case _:
                pass

    def counts(self) -> str:
        """Say how many calls came to what; what did not happen is left out."""
        rest = ("replayed", "failed", "retried", "cancelled")
        more = [f"{number} {name}" for name in rest if (number := getattr(self, name))]
        return ", ".join([f"{self.done} done", *more])

    def title(self) -> str:
        """Say which attempt of which run it is."""
        run = self.run
        name = run.run_name or run.entrypoint
        place = name if run.thread_id is None else f"{name} ({run.thread_id})"
        return place if run.attempt == 1 else f"{place}, attempt {run.attempt}"


def clock(seconds: float) -> str:
    """Write seconds as hours, minutes and seconds.

    Example:
        >>> clock(3725.9), clock(5)
        ('1:02:05', '0:05')
    """
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
