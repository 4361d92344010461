"""Streams: what each mode shows, and in which form."""

from dataclasses import dataclass

import pytest
from streamed import MODES, abody, adouble, aouter, body, double, outer, read, workflow

from taskpoint import (
    Command,
    InMemorySaver,
    Interrupt,
    RetryPolicy,
    UsageError,
    entrypoint,
    get_stream_writer,
    interrupt,
    task,
)


@dataclass
class Point:
    x: int
    y: tuple[int, ...] = ()


@pytest.fixture
def main(kind, saver):
    return workflow(kind, saver)


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
    assert (first["next"], last["next"]) == (list(begun.next), list(now.next)) == (["main"], [])
    assert first["metadata"] == begun.metadata == {"who": "me", "source": "input", "step": 1, "parents": {}}
    assert last["metadata"] == now.metadata == {"who": "me", "source": "loop", "step": 2, "parents": {}}
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
