"""Streams: what each mode shows, in which form, when, and what closing one does."""

import asyncio
import gc
import threading
from dataclasses import dataclass

import pytest

from taskpoint import (
    Command,
    InMemorySaver,
    Interrupt,
    RetryPolicy,
    UsageError,
    ValueEncodingError,
    entrypoint,
    get_stream_writer,
    interrupt,
    task,
)

MODES = ["values", "updates", "custom", "tasks", "checkpoints", "debug"]


@dataclass
class Point:
    x: int
    y: tuple[int, ...] = ()


@task
def double(n):
    get_stream_writer()({"doubling": n})
    return n * 2


@task
def outer(n, *, by):
    return double(n).result() + by


@task
async def adouble(n):
    get_stream_writer()({"doubling": n})
    return n * 2


@task
async def aouter(n, *, by):
    return await adouble(n) + by


def body(n):
    get_stream_writer()("begun")
    return [outer(n, by=1).result()]


async def abody(n):
    get_stream_writer()("begun")
    return [await aouter(n, by=1)]


@pytest.fixture(params=["sync", "async"])
def kind(request):
    return request.param


@pytest.fixture
def main(kind, saver):
    names = {"sync": body, "async": abody}
    return entrypoint("main", names[kind], checkpointer=saver)


def read(kind, workflow, given, **options):
    """Read a stream to its end, in the way of its kind."""
    if kind == "sync":
        return list(workflow.stream(given, **options))

    async def collect():
        return [part async for part in workflow.astream(given, **options)]

    return asyncio.run(collect())


def plain(parts):
    """Leave out what no two runs share, and the one letter that async names have more."""
    return [
        (mode, {**shown, "id": "*"} if isinstance(shown, dict) and "id" in shown else shown) for mode, shown in parts
    ]


def test_version_1_has_the_shapes_of_langgraph(kind, main):
    a = "" if kind == "sync" else "a"
    shown = plain(read(kind, main, 3, stream_mode=["values", "updates", "custom", "tasks"], thread_id="t"))
    call = {"id": "*", "triggers": ("__pregel_push",)}
    end = {"id": "*", "error": None, "interrupts": []}
    assert shown == [
        ("tasks", {"id": "*", "name": "main", "input": 3, "triggers": ("__start__",)}),
        ("custom", "begun"),
        ("tasks", {**call, "name": f"{a}outer", "input": ((3,), {"by": 1})}),
        ("tasks", {**call, "name": f"{a}double", "input": ((3,), {})}),
        ("custom", {"doubling": 3}),
        ("updates", {f"{a}double": 6}),
        ("tasks", {**end, "name": f"{a}double", "result": {"__return__": 6}}),
        ("updates", {f"{a}outer": 7}),
        ("tasks", {**end, "name": f"{a}outer", "result": {"__return__": 7}}),
        ("updates", {"main": [7]}),
        ("tasks", {**end, "name": "main", "result": {"__end__": [7]}}),
        ("values", [7]),
    ]


def test_one_mode_is_bare_and_a_list_of_one_is_not(kind, main):
    assert read(kind, main, 1, stream_mode="values", thread_id="t") == [[3]]
    assert read(kind, main, 1, stream_mode=["values"], thread_id="t") == [("values", [3])]
    assert read(kind, main, 1, stream_mode="values", subgraphs=True, thread_id="t") == [((), [3])]
    assert read(kind, main, 1, stream_mode=["values"], subgraphs=True, thread_id="t") == [((), "values", [3])]
    part = {"type": "values", "ns": (), "data": [3], "interrupts": ()}
    assert read(kind, main, 1, stream_mode="values", version="v2", thread_id="t") == [part]
    assert read(kind, main, 1, stream_mode=["values"], version="v2", subgraphs=True, thread_id="t") == [part]
    assert read(kind, main, 1, stream_mode=None, thread_id="t")[-1] == {"main": [3]}


@pytest.mark.parametrize(
    "options",
    [
        {"stream_mode": "messages"},
        {"stream_mode": []},
        {"stream_mode": ["updates", "Values"]},
        {"stream_mode": [1]},
        {"stream_mode": [["updates"]]},
        {"version": "v3"},
        {"version": 2},
    ],
)
def test_what_does_not_exist_is_refused_before_anything_begins(main, saver, options):
    for use in (main.stream, main.astream):
        with pytest.raises(UsageError) as caught:
            use(1, thread_id="t", **options)
        assert caught.value.code == "usage.option_invalid"
        assert caught.value.hint
    assert saver.head("t") is None


def test_checkpoints_are_shown_as_states(kind, main):
    read(kind, main, 1, thread_id="t")
    first, last = read(kind, main, 2, stream_mode="checkpoints", config={"metadata": {"who": "me"}}, thread_id="t")
    now, begun, before, _ = main.get_state_history(thread_id="t")
    assert (first["config"], first["parent_config"]) == (begun.config, before.config)
    assert (last["config"], last["parent_config"]) == (now.config, begun.config)
    assert (first["values"], last["values"]) == ([3], [5])
    assert (first["next"], last["next"]) == (["main"], [])
    assert first["metadata"] == {"who": "me", "source": "input", "step": 1, "parents": {}}
    assert last["metadata"] == {"who": "me", "source": "loop", "step": 2, "parents": {}}
    row = {"id": begun.config["configurable"]["checkpoint_id"], "name": "main", "interrupts": (), "state": None}
    assert (first["tasks"], last["tasks"]) == ([row], [])


def test_without_a_saver_there_are_no_checkpoints(kind):
    main = entrypoint("main", body if kind == "sync" else abody)
    modes = [mode for mode, _ in read(kind, main, 1, stream_mode=MODES)]
    assert "checkpoints" not in modes
    assert modes.count("values") == 1


def test_a_fork_shows_its_checkpoint(main, kind):
    read(kind, main, 1, thread_id="t")
    begun = list(main.get_state_history(thread_id="t"))[1]
    (made, _) = read(kind, main, None, stream_mode="checkpoints", config=begun.config)
    assert made["metadata"]["source"] == "fork"


def test_ids_are_those_of_the_state(saver):
    @task
    def ask():
        return interrupt("sure?")

    @entrypoint(checkpointer=saver)
    def main(n):
        return [double(n).result(), ask().result()]

    parts = read("sync", main, 1, stream_mode=["tasks", "updates"], thread_id="t")
    state = main.get_state(thread_id="t")
    ids = [shown["id"] for mode, shown in parts if mode == "tasks"]
    assert ids[:3] == [state.tasks[0].id, state.tasks[1].id, state.tasks[1].id]
    assert ids[3] == ids[4] == f"{ids[0]}:ask#0"
    assert parts[-3] == ("updates", {"__interrupt__": (Interrupt("sure?", "ask#0!0"),)})
    asked = [{"value": "sure?", "id": "ask#0!0"}]
    assert [shown["interrupts"] for _, shown in parts[-2:]] == [asked, asked]
    again = read("sync", main, Command(resume="yes"), stream_mode="tasks", thread_id="t")
    assert [shown["name"] for shown in again] == ["main", "ask", "ask", "main"], "nothing that is replayed"


def test_errors_are_those_that_the_code_sees(kind, saver):
    @task(raises=[LookupError])
    def bad():
        raise LookupError("nothing there")

    def run(n):
        try:
            bad().result()
        except LookupError as error:
            raise ValueError("no") from error

    main = entrypoint("main", run, checkpointer=saver)
    parts = []
    with pytest.raises(ValueError, match="no"):
        parts.extend(main.stream(1, stream_mode="tasks", thread_id="t"))
    stream = main.stream(2, stream_mode="tasks", thread_id="t")
    parts = [next(stream) for _ in range(4)]
    assert isinstance(parts[2]["error"], LookupError)
    assert isinstance(parts[3]["error"], ValueError)
    assert [part["result"] for part in parts[2:]] == [{}, {}]
    with pytest.raises(ValueError, match="no"):
        next(stream)


def test_typed_values_come_as_their_types_and_each_part_has_its_own():
    @task
    def make(n) -> Point:
        return Point(n, (n,))

    @entrypoint
    def main(n) -> Point:
        return make(n).result()

    parts = dict(enumerate(main.stream(1, stream_mode=["updates", "values", "tasks"])))
    made, ended, whole, end, value = (parts[place][1] for place in (2, 3, 4, 5, 6))
    seen = [made["make"], ended["result"]["__return__"], whole["main"], end["result"]["__end__"], value]
    assert seen == [Point(1, (1,))] * 5
    assert len({id(each) for each in seen}) == 5


def test_arguments_are_shown_as_they_were():
    @task
    def spoil(items, thing):
        items.append("more")
        return len(items)

    @entrypoint
    def main(n):
        return spoil([n], thing).result()

    thing = object()
    begun = list(main.stream(1, stream_mode="tasks"))[1]
    assert begun["input"] == (([1], thing), {})


def test_a_call_that_is_retried_begins_once(kind):
    tries = []

    @task(retry_policy=RetryPolicy(max_attempts=3, initial_interval=0, jitter=False))
    def flaky():
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError("again")
        return "done"

    def run(n):
        return flaky().result()

    async def arun(n):
        return await flaky()

    main = entrypoint("main", run if kind == "sync" else arun)
    names = [(part["name"], "result" in part) for part in read(kind, main, 1, stream_mode="tasks")]
    assert names == [("main", False), ("flaky", False), ("flaky", True), ("main", True)]
    assert len(tries) == 3


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

    @task
    def step(n):
        get_stream_writer()(n)
        ran.append(n)
        return n

    def run(n):
        return [step(each).result() for each in range(n)]

    async def arun(n):
        return [await step(each) for each in range(n)]

    main = entrypoint("main", run if kind == "sync" else arun, checkpointer=saver)
    if mode == "values":  # it shows nothing before the end
        modes, first = ["values", "updates"], lambda part: part[0] == "updates"
    else:
        modes, first = [mode], lambda part: True
    before = threading.active_count()
    if kind == "sync":
        _leave(main.stream(500, stream_mode=modes, thread_id="t"), how, first)
    else:
        asyncio.run(_aleave(main.astream(500, stream_mode=modes, thread_id="t"), how, first))
    stopped = len(ran)
    assert stopped < 500
    assert not any(thread.name == "taskpoint-stream" for thread in threading.enumerate())
    assert threading.active_count() <= before + 40  # the pool's own, which serve all runs
    assert saver.head("t").holder is None
    assert main.get_state(thread_id="t").next == ("main",)
    assert len(main.invoke(None, thread_id="t")) == 500
    assert sorted(ran) == list(range(500)) or kind == "async"


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


# Inside of called entrypoints


def test_what_happens_inside_has_its_namespace(kind, saver):
    @entrypoint
    def sub(n):
        get_stream_writer()("inside")
        return double(n).result()

    @entrypoint
    async def asub(n):
        get_stream_writer()("inside")
        return await adouble(n)

    def run(n):
        return [sub.invoke(n), outer(n, by=1).result()]

    async def arun(n):
        return [await asub.ainvoke(n), await aouter(n, by=1)]

    a = "" if kind == "sync" else "a"
    main = entrypoint("main", run if kind == "sync" else arun, checkpointer=saver)
    modes = ["updates", "custom"]
    ns = (f"{a}sub#0",)
    assert read(kind, main, 1, stream_mode=modes, subgraphs=True, thread_id="t") == [
        (ns, "custom", "inside"),
        (ns, "custom", {"doubling": 1}),
        (ns, "updates", {f"{a}double": 2}),
        ((), "updates", {f"{a}sub": 2}),
        ((), "custom", {"doubling": 1}),
        ((), "updates", {f"{a}double": 2}),
        ((), "updates", {f"{a}outer": 3}),
        ((), "updates", {"main": [2, 3]}),
    ]
    assert [part for part in read(kind, main, 1, thread_id="t") if f"{a}sub" in part] == [{f"{a}sub": 2}]


def test_an_entrypoint_streamed_inside_a_run_shows_its_value():
    @entrypoint
    def sub(n):
        return double(n).result()

    @entrypoint
    def main(n):
        return [list(sub.stream(n)), list(sub.stream(n, stream_mode=["values", "updates", "tasks"], subgraphs=True))]

    bare, named = main.invoke(2)
    assert bare == [{"sub": 4}]
    assert named == [[[], "updates", {"sub": 4}], [[], "values", 4]]


def test_streams_see_only_their_own_runs():
    saver = InMemorySaver()
    main = entrypoint("main", body, checkpointer=saver)
    streams = [main.stream(n, stream_mode="custom", thread_id=f"t{n}") for n in range(5)]
    assert [list(stream) for stream in streams] == [["begun", {"doubling": n}] for n in range(5)]
