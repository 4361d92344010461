"""What can watch, as the checkers see it."""

from __future__ import annotations

from taskpoint import entrypoint
from taskpoint.watching import Event, Failure, Logs, Progress, RunEnded, Spans, Watcher, watch


def alarm(event: Event) -> None:
    if isinstance(event, RunEnded) and event.failure is not None:
        failure: Failure = event.failure
        print(failure.type, failure.code, event.run.thread_id)


def ended(event: RunEnded) -> None: ...


def count(event: Event) -> int:
    return len(event.at)


@entrypoint(watch=alarm)
def main(n: int) -> int:
    return n


seen: list[Event] = []
several: list[Watcher] = [Logs(), Progress(), Spans(), alarm, count, seen.append]
with watch(*several):
    main.invoke(1, watch=several)
main.invoke(1, watch=[Logs(tracebacks=True), alarm])
main.with_options(watch=seen.append).invoke(1)


def refused() -> None:
    main.invoke(1, watch=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - cannot be called
    main.invoke(1, watch=ended)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - not of any event
