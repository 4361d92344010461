"""Streams: when parts come, what closing one early does, and what code writes to them."""

import asyncio
import gc
import itertools
import threading

import pytest
from journals import kinds
from streamed import MODES, aouter, double, outer, read, workflow
from waiting import until

from taskpoint import (
    UsageError,
    ValueEncodingError,
    entrypoint,
    gather,
    get_stream_writer,
    task,
)
from taskpoint.runtime.execution.host import current_host


@pytest.fixture
def main(kind, saver):
    return workflow(kind, saver)


# Live


def test_events_come_while_a_task_is_running(kind, main):
    held, seen = threading.Event(), []

    @task
    def slow():
        get_stream_writer()("half")
        assert held.wait(20)
        return "done"

    def run(n):
        return [outer(n, by=1).result(), slow().result()]

    async def arun(n):
        return [await aouter(n, by=1), await slow()]

    live = entrypoint("live", run if kind == "sync" else arun)

    def take(part):
        seen.append(part)
        if part == ("custom", "half"):
            held.set()  # the task goes on only because its event was read

    if kind == "sync":
        for part in live.stream(1, stream_mode=["updates", "custom"]):
            take(part)
    else:

        async def consume():
            async for part in live.astream(1, stream_mode=["updates", "custom"]):
                take(part)

        asyncio.run(consume())
    assert ("custom", "half") in seen
    assert seen[-2:] == [("updates", {"slow": "done"}), ("updates", {"live": [3, "done"]})]


def test_a_run_does_not_wait_for_its_reader(saver):
    ended = threading.Event()

    @entrypoint(checkpointer=saver)
    def main(n):
        result = [double(each).result() for each in range(n)]
        ended.set()
        return len(result)

    stream = main.stream(500, thread_id="t")
    assert next(stream) == {"double": 0}
    assert ended.wait(20), "the run goes on while nobody reads"
    assert len(list(stream)) == 500
    assert main.get_state(thread_id="t").next == ()


def test_events_of_parallel_tasks_come_in_the_order_of_the_journal(saver):
    @task
    async def wait(n):
        await asyncio.sleep(0)
        return n

    @entrypoint(checkpointer=saver)
    async def main(n):
        return sorted(await asyncio.gather(*[wait(each) for each in range(n)]))

    parts = read("async", main, 40, thread_id="t")
    entries = saver.load("t", main.get_state(thread_id="t").parent_config["configurable"]["checkpoint_id"]).entries
    journal = [int(entry.value) for entry in entries if entry.kind == "task.completed"]
    assert [part["wait"] for part in parts[:-1]] == journal


# Row 31: closing early, in every mode


@pytest.mark.parametrize("how", ["close", "drop", "raise"])
@pytest.mark.parametrize("mode", MODES)
def test_closing_early_stops_the_run_and_leaves_nothing(kind, saver, mode, how):
    ran = []
    last = []  # nothing until the first attempt has been stopped: until then it has no end that it could come to

    @task
    def step(n):
        get_stream_writer()(n)
        ran.append(n)
        return n

    def numbers():
        return itertools.takewhile(lambda n: not last or n <= last[0], itertools.count())

    def run(_):
        return [step(each).result() for each in numbers()]

    async def arun(_):
        return [await step(each) for each in numbers()]

    main = entrypoint("main", run if kind == "sync" else arun, checkpointer=saver)
    if mode == "values":  # it shows nothing before the end
        modes, first = ["values", "updates"], lambda part: part[0] == "updates"
    else:
        modes, first = [mode], lambda part: True
    before = threading.active_count()
    if kind == "sync":
        _leave(main.stream(1, stream_mode=modes, thread_id="t"), how, first)
    else:
        asyncio.run(_aleave(main.astream(1, stream_mode=modes, thread_id="t"), how, first))
    last.append(len(ran) + 5)
    assert not any(thread.name == "taskpoint-stream" for thread in threading.enumerate())
    assert threading.active_count() <= before + 40  # the pool's own, which serve all runs
    assert saver.head("t").holder is None
    assert main.get_state(thread_id="t").next == ("main",)
    assert main.invoke(None, thread_id="t") == list(range(last[0] + 1))
    assert sorted(ran) == list(range(last[0] + 1)) or kind == "async"


class Enough(Exception):
    """Who reads has seen enough."""


def _until(stream, first):
    for part in stream:
        if first(part):
            raise Enough


async def _auntil(stream, first):
    async for part in stream:
        if first(part):
            raise Enough


def _leave(stream, how, first):
    if how == "raise":
        with pytest.raises(Enough):
            _until(stream, first)
    else:
        assert first(next(stream))
    if how == "drop":
        del stream
        gc.collect()
    else:
        stream.close()


async def _aleave(stream, how, first):
    if how == "raise":
        with pytest.raises(Enough):
            await _auntil(stream, first)
    else:
        assert first(await anext(stream))
    if how == "drop":
        del stream
        gc.collect()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:  # the loop closes it in its own time
            await asyncio.wait(others)
    else:
        await stream.aclose()


def test_a_stream_that_is_never_read_begins_no_run(main, saver):
    stream = main.stream(1, thread_id="t")
    del stream
    gc.collect()
    assert saver.head("t") is None


# The writer


def test_writing_needs_a_run():
    with pytest.raises(UsageError) as caught:
        get_stream_writer()
    assert caught.value.code == "usage.outside_run"


def test_writing_does_nothing_where_nobody_reads(kind):
    written = []

    def run(n):
        get_stream_writer()(object())  # no value: and nobody looks
        written.append(n)
        return n

    async def arun(n):
        return run(n)

    main = entrypoint("main", run if kind == "sync" else arun)
    assert read(kind, main, 1) == [{"main": 1}]
    assert main.invoke(2) == 2
    assert written == [1, 2]


def test_what_is_no_value_is_refused_where_it_is_written(kind):
    @task
    def tell(n):
        with pytest.raises(ValueEncodingError) as caught:
            get_stream_writer()({"client": object()})
        assert caught.value.path == "$.client"
        get_stream_writer()("still here")
        return n

    def run(n):
        return tell(n).result()

    async def arun(n):
        return await tell(n)

    main = entrypoint("main", run if kind == "sync" else arun)
    assert read(kind, main, 1, stream_mode="custom") == ["still here"]


def test_what_was_written_does_not_change():
    @entrypoint
    def main(n):
        items = [n]
        write = get_stream_writer()
        write(items)
        items.append("more")
        write(items)
        return n

    assert list(main.stream(1, stream_mode="custom")) == [[1], [1, "more"]]


def test_a_writer_that_outlives_its_run_writes_nothing():
    kept = []

    @entrypoint
    def main(n):
        kept.append(get_stream_writer())
        return n

    assert list(main.stream(1, stream_mode="custom")) == []
    kept[0]("too late")


def test_the_garbage_collector_stops_the_run_of_a_stream_and_waits_for_nobody(saver):
    """It comes in a thread that the run waits for."""
    both_begun, abandoned = threading.Barrier(3), threading.Event()

    @task
    def work(n):
        both_begun.wait()
        assert abandoned.wait(30)
        if threading.current_thread().name != "taskpoint-stream":
            run = current_host("work").run
            gc.collect()
            until(lambda: run.ending is not None)
        return n

    @entrypoint(checkpointer=saver)
    def main(n):
        return gather(work(0), work(1))

    def abandon():
        kept = [main.stream(0, thread_id="t", stream_mode="tasks")]
        kept.append(kept)
        next(kept[0])
        both_begun.wait()

    gc.disable()
    try:
        abandon()
        abandoned.set()
        until(lambda: saver.head("t").holder is None)
    finally:
        gc.enable()
    assert kinds(saver, "t")[-1] == "run.stopped"
