"""The workloads: one text for both libraries, since a program moves over by its imports.

A workload is a function of a `Bench`. It warms the library up, calls `bench.timed()` around what counts, and checks
what came back: a library that returns something else is not measured, it is wrong.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pyref.benchmarks.compare.libraries import Library

Saver = Literal["memory", "sqlite"]


class Stopped(Exception):
    """Ends a run whose results are replayed afterwards."""


@dataclass
class Bench:
    """One measurement: a library, a size, a folder for its file; and what came out."""

    library: Library
    size: int
    saver: Saver
    folder: Path
    seconds: float = 0.0
    executions: list[int] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "threads.db"

    @contextmanager
    def timed(self) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - start

    @contextmanager
    def open(self) -> Iterator[Any]:
        if self.saver == "memory":
            yield self.library.memory()
        else:
            with self.library.sqlite(self.file) as saver:
                yield saver

    def work(self) -> Any:
        """Return the task that all but one of the workloads call."""
        return self.library.task(name="work")(self._work)

    def _work(self, n: int) -> dict[str, Any]:
        self.executions.append(n)
        return result(n)

    def awork(self) -> Any:
        """Return the same task as a coroutine."""

        async def work(n: int) -> dict[str, Any]:
            self.executions.append(n)
            return result(n)

        return self.library.task(name="work")(work)


def result(n: int) -> dict[str, Any]:
    """Return what a task returns: 52 bytes of JSON, more or less."""
    return {"n": n, "text": "abcdefghijklmnopqrst", "list": [1, 2]}


def on(thread: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": thread}}


def check(*, holds: bool) -> None:
    if not holds:
        raise AssertionError("the workload came out wrong")


WARM_UP = 10


def once(bench: Bench, body: Callable[[int], int]) -> None:
    """Time one run of `size` tasks."""
    with bench.open() as saver:
        main = bench.library.entrypoint(checkpointer=saver)(body)
        check(holds=main.invoke(WARM_UP, on("warm"), durability="sync") == WARM_UP)
        with bench.timed():
            check(holds=main.invoke(bench.size, on("t"), durability="sync") == bench.size)
    check(holds=len(bench.executions) == WARM_UP + bench.size)


def aonce(bench: Bench, body: Callable[[int], Any]) -> None:
    """Time one run of `size` tasks on an event loop."""

    async def run(saver: Any) -> None:
        main = bench.library.entrypoint(checkpointer=saver)(body)
        check(holds=await main.ainvoke(WARM_UP, on("warm"), durability="sync") == WARM_UP)
        with bench.timed():
            check(holds=await main.ainvoke(bench.size, on("t"), durability="sync") == bench.size)

    async def measure() -> None:
        if bench.saver == "memory":
            await run(bench.library.memory())
        else:
            async with bench.library.asqlite(bench.file) as saver:
                await run(saver)

    asyncio.run(measure())
    check(holds=len(bench.executions) == WARM_UP + bench.size)


def sequential(bench: Bench) -> None:
    work = bench.work()

    def main(n: int) -> int:
        return sum(1 for i in range(n) if work(i).result()["n"] == i)

    once(bench, main)


def asequential(bench: Bench) -> None:
    work = bench.awork()

    async def main(n: int) -> int:
        return len([i for i in range(n) if (await work(i))["n"] == i])

    aonce(bench, main)


def fan_out(bench: Bench) -> None:
    work = bench.work()

    def main(n: int) -> int:
        return sum(1 for future in [work(i) for i in range(n)] if future.result())

    once(bench, main)


def afan_out(bench: Bench) -> None:
    work = bench.awork()

    async def main(n: int) -> int:
        return len(await asyncio.gather(*[work(i) for i in range(n)]))

    aonce(bench, main)


def _replayed(bench: Bench, *, stop: bool) -> Callable[[int], int]:
    work = bench.work()

    def main(n: int) -> int:
        done = sum(1 for i in range(n) if work(i).result()["n"] == i)
        if stop:
            raise Stopped
        return done

    return main


def record(bench: Bench) -> None:
    """Leave runs behind whose tasks are done: what `replay` and `start` find, in another process."""
    with bench.open() as saver:
        main = bench.library.entrypoint(checkpointer=saver)(_replayed(bench, stop=True))
        for thread, size in (("warm", WARM_UP), ("t", bench.size)):
            try:
                main.invoke(size, on(thread), durability="sync")
            except Stopped:
                continue
            raise AssertionError("the run was to end with an error")


def replay(bench: Bench) -> None:
    with bench.open() as saver:
        main = bench.library.entrypoint(checkpointer=saver)(_replayed(bench, stop=False))
        check(holds=main.invoke(None, on("warm"), durability="sync") == WARM_UP)
        with bench.timed():
            check(holds=main.invoke(None, on("t"), durability="sync") == bench.size)
    check(holds=not bench.executions)


def start(bench: Bench) -> None:
    with bench.open() as saver:
        main = bench.library.entrypoint(checkpointer=saver)(_replayed(bench, stop=False))
        check(holds=main.invoke(None, on("warm"), durability="sync") == WARM_UP)


def short_threads(bench: Bench) -> None:
    work = bench.work()

    def body(n: int) -> int:
        return work(n).result()["n"]

    with bench.open() as saver:
        main = bench.library.entrypoint(checkpointer=saver)(body)
        main.invoke(-1, on("warm"), durability="sync")
        with bench.timed():
            for n in range(bench.size):
                check(holds=main.invoke(n, on(f"t{n}"), durability="sync") == n)


def large_results(bench: Bench) -> None:
    large = [{"n": n, "text": "x" * 80} for n in range(1000)]

    def load(n: int) -> list[dict[str, Any]]:
        bench.executions.append(n)
        return large

    work = bench.library.task(name="load")(load)

    def main(n: int) -> int:
        return sum(1 for i in range(n) if len(work(i).result()) == len(large))

    once(bench, main)


def growing_previous(bench: Bench) -> None:
    final = bench.library.entrypoint.final

    def body(n: int, *, previous: list[str] | None = None) -> Any:
        return final(value=n, save=[*(previous or []), "x" * 1000])

    with bench.open() as saver:
        main = bench.library.entrypoint(checkpointer=saver)(body)
        main.invoke(0, on("warm"), durability="sync")
        with bench.timed():
            for n in range(bench.size):
                check(holds=main.invoke(n, on("t"), durability="sync") == n)


@dataclass(frozen=True)
class Workload:
    """A workload, where it stores, and how much of it there is.

    Attributes:
        name: What the options and the JSON call it.
        title: What the table calls it.
        measure: Does it.
        saver: Where it stores.
        size: How many tasks, threads or runs there are; what is measured is the time for one.
        prepare: What a process of its own does before.
        starting: Whether the time is that of the whole process from the import on, in milliseconds.
    """

    name: str
    title: str
    measure: Callable[[Bench], None]
    saver: Saver = "memory"
    size: int = 1
    prepare: Callable[[Bench], None] | None = None
    starting: bool = False


def _both(name: str, title: str, measure: Callable[[Bench], None], size: int) -> list[Workload]:
    return [
        Workload(f"{name}-memory", title, measure, "memory", size),
        Workload(f"{name}-sqlite", title, measure, "sqlite", size),
    ]


WORKLOADS = {
    each.name: each
    for each in [
        *_both("W1", "one task after another", sequential, 1000),
        *_both("W1-async", "one task after another, async", asequential, 1000),
        *_both("W2", "a fan-out of 1,000", fan_out, 1000),
        *_both("W2-async", "a fan-out of 1,000, async", afan_out, 1000),
        Workload("W3-sqlite", "replay of 1,000 results, new process", replay, "sqlite", 1000, record),
        *_both("W4", "one task on each of 200 threads", short_threads, 200),
        Workload("W5-sqlite", "100 results of 100 KB", large_results, "sqlite", 100),
        *_both("W6", "200 runs, `previous` grows by 1 KB", growing_previous, 200),
        Workload("import", "import", lambda _: None, starting=True),
        Workload("start-sqlite", "import, and resume a run of 10 results", start, "sqlite", 1, record, starting=True),
    ]
}
