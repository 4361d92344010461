"""Who watches: what they are told, and in which order."""

import asyncio
import dataclasses
import pickle

import pytest
from watched import SOON, STORY, amain, double, main, said

from taskpoint import (
    CachePolicy,
    Command,
    InMemoryCache,
    InMemorySaver,
    StopRun,
    TaskpointError,
    UsageError,
    durable,
    entrypoint,
    get_stream_writer,
    interrupt,
    stop_runs,
    task,
)
from taskpoint.watching import CallEnded, CallReplayed, CallRetried, RunBegan, RunEnded, watch

CANARY = "canary-41c2"


def test_a_run_of_the_process_of_an_entrypoint_and_a_single_one_is_watched():
    everywhere, here, once = [], [], []
    mine = main.with_options(watch=here.append)
    with watch(everywhere.append):
        mine.invoke(1, watch=[once.append])
        main.invoke(1)
    mine.invoke(1)
    assert said(once) == STORY
    assert said(everywhere) == said(here) == 2 * STORY


@pytest.mark.parametrize("how", ["invoke", "stream", "ainvoke", "astream", "batch"])
def test_however_a_run_is_begun_it_is_watched(how):
    async def astream():
        return [part async for part in main.astream(1)]

    ways = {
        "invoke": lambda: main.invoke(1),
        "stream": lambda: list(main.stream(1)),
        "ainvoke": lambda: asyncio.run(main.ainvoke(1)),
        "astream": lambda: asyncio.run(astream()),
        "batch": lambda: main.batch([1]),
    }
    seen = []
    with watch(seen.append):
        ways[how]()
    assert said(seen) == STORY


def test_an_async_run_is_watched():
    seen = []
    asyncio.run(amain.ainvoke(1, watch=seen.append))
    assert said(seen) == ["RunBegan amain", "CallBegan adouble#0", "CallEnded adouble#0", "RunEnded amain"]


def test_one_that_watches_twice_is_told_once():
    seen = []
    watcher = seen.append
    with watch(watcher, watcher):
        main.invoke(1, watch=watcher)
    assert said(seen) == STORY


def test_watching_stops():
    seen = []
    watching = watch(seen.append)
    watching.stop()
    watching.stop()
    main.invoke(1)
    assert seen == []


@pytest.mark.parametrize("what", [3, [len, "x"], InMemorySaver])
def test_what_cannot_be_called_does_not_watch(what):
    for attempt in (
        lambda: watch(*what) if isinstance(what, list) else watch(what),
        lambda: main.invoke(1, watch=what),
        lambda: main.with_options(watch=what),
    ):
        with pytest.raises(UsageError) as caught:
            attempt()
        assert caught.value.code == "usage.option_invalid"
        assert "Logs()" in caught.value.hint


def test_a_resumed_run_tells_replays_as_replays():
    """`WCH-001`, `WCH-002`."""
    saver, seen = InMemorySaver(), []

    @entrypoint(checkpointer=saver, watch=seen.append)
    def ask(n):
        first = double(n).result()
        durable.now()  # the library's own: WCH-004
        return first + interrupt("more?") + double(3).result()

    ask.invoke(1, thread_id="t")
    ask.invoke(Command(resume=10), thread_id="t")
    assert said(seen) == [
        *("RunBegan ask", "CallBegan double#0", "CallEnded double#0", "RunEnded ask"),
        *("RunBegan ask", "CallReplayed double#0", "CallBegan double#1", "CallEnded double#1", "RunEnded ask"),
    ]
    began, again = [each for each in seen if isinstance(each, RunBegan)]
    first, last = [each for each in seen if isinstance(each, RunEnded)]
    assert (began.run.attempt, again.run.attempt) == (1, 2)
    assert (began.previous_attempt_id, again.previous_attempt_id) == (None, began.run.attempt_id)
    assert (began.is_resumed, again.is_resumed) == (False, True)
    assert (first.outcome, first.interrupts, last.outcome, last.interrupts) == ("interrupted", 1, "completed", 0)
    assert began.run.run_id == again.run.run_id


@pytest.mark.parametrize("form", ["sync", "async"])
def test_retries_caches_and_failures_are_told(form):
    seen, left = [], []

    @task(retry_policy=SOON)
    def flaky(n):
        left.append(n)
        if len(left) < 3:
            raise ConnectionError(CANARY)
        return n

    @task(cache_policy=CachePolicy())
    def cached(n):
        return n

    @task
    def failing():
        raise ValueError(CANARY)

    def body(n):
        flaky(n).result()
        cached(7).result()
        cached(7).result()
        failing().result()

    async def abody(n):
        await flaky(n)
        await cached(7)
        await cached(7)
        await failing()

    run = entrypoint("run", body if form == "sync" else abody, cache=InMemoryCache())
    with pytest.raises(ValueError, match=CANARY):
        run.invoke(1, watch=seen.append)
    retried = [each for each in seen if isinstance(each, CallRetried)]
    assert [(each.attempt, each.failure.type, each.delay) for each in retried] == [
        (1, "ConnectionError", 0.001),
        (2, "ConnectionError", 0.002),
    ]
    ended = {each.path: each for each in seen if isinstance(each, CallEnded)}
    assert ended["flaky#0"].attempts == 3
    assert ended["flaky#0"].duration >= 0.003
    assert (ended["cached#0"].cached, ended["cached#1"].cached) == (False, True)
    assert (ended["failing#0"].outcome, ended["failing#0"].failure.type) == ("failed", "ValueError")
    assert seen[-1].failure.type == "ValueError"
    assert str(ended["failing#0"].failure.exception) == CANARY


def test_attempts_of_a_policy_are_attempts_also_where_nothing_is_kept():
    seen, left = [], []

    @entrypoint(retry_policy=SOON)
    def flaky(n):
        left.append(n)
        if len(left) < 3:
            raise ConnectionError
        return n

    flaky.invoke(1, watch=seen.append)
    began = [each for each in seen if isinstance(each, RunBegan)]
    assert [each.run.attempt for each in began] == [1, 2, 3]
    assert [each.previous_attempt_id for each in began] == [None, *(each.run.attempt_id for each in began[:2])]


def test_codes_and_stops_are_told():
    seen = []
    bad = entrypoint("bad", lambda n: stop_runs())
    with pytest.raises(StopRun):
        entrypoint("stopped", lambda n: (stop_runs(), double(1).result())).invoke(1, watch=seen.append)
    assert (seen[-1].outcome, seen[-1].failure) == ("stopped", None)
    with pytest.raises(TaskpointError):
        entrypoint("bad", lambda n: bad.invoke(None)).invoke(1, watch=seen.append)
    assert (seen[-1].outcome, seen[-1].failure.code) == ("failed", "run.nothing_to_resume")


def test_nothing_that_is_told_has_a_payload():
    """`WCH-010`."""
    seen = []

    @task
    def failing(secret):
        get_stream_writer()(secret)
        raise ValueError(secret, {"x": secret})

    @entrypoint(checkpointer=InMemorySaver())
    def leaky(secret):
        with pytest.raises(ValueError, match=secret):
            failing(secret).result()
        double(secret).result()
        return interrupt(secret) + secret

    leaky.invoke(CANARY, {"metadata": {"x": CANARY}, "configurable": {"y": CANARY}}, thread_id="t", watch=seen.append)
    leaky.invoke(Command(resume=CANARY), thread_id="t", watch=seen.append)
    assert len(seen) > 8
    for event in seen:
        assert CANARY not in repr(event)
        assert CANARY not in repr(dataclasses.asdict(event))
        assert CANARY.encode() not in pickle.dumps(event)
        assert type(event).__module__ == "taskpoint.watching.events"


def test_events_are_values():
    seen = []
    main.invoke(1, {"run_name": "nightly", "tags": ["a", "b"]}, watch=seen.append)
    assert pickle.loads(pickle.dumps(seen)) == seen
    assert {(each.run.run_name, each.run.tags) for each in seen} == {("nightly", ("a", "b"))}
    with pytest.raises(dataclasses.FrozenInstanceError):
        seen[0].at = ""


# A watcher has no part in the run


def test_many_runs_at_once_are_told_each_in_order():
    """`WCH-003`: one thing at a time."""
    seen, at_once, most = [], [], []

    def watcher(event):
        at_once.append(1)
        most.append(len(at_once))
        seen.append(event)
        at_once.pop()

    flow = entrypoint("flow", lambda n: [double(i).result() for i in range(n)])
    with watch(watcher):
        flow.batch([20] * 8)
    assert max(most) == 1
    by_run = {}
    for each in seen:
        by_run.setdefault(each.run.run_id, []).append(each)
    assert len(by_run) == 8
    calls = [f"{what} double#{i}" for i in range(20) for what in ("CallBegan", "CallEnded")]
    assert [said(events) for events in by_run.values()] == 8 * [["RunBegan flow", *calls, "RunEnded flow"]]


def test_a_nested_entrypoint_is_a_call_of_the_run_that_is_watched():
    seen, of_inner = [], []
    inner = entrypoint("inner", lambda n: double(n).result(), watch=of_inner.append)
    outside = entrypoint("outside", inner.invoke)
    outside.invoke(1, watch=seen.append)
    assert said(seen)[1:-1] == [
        *("CallBegan inner#0", "CallBegan inner#0/double#0"),
        *("CallEnded inner#0/double#0", "CallEnded inner#0"),
    ]
    assert [each.kind for each in seen[1:-1]] == ["entrypoint", "task", "task", "entrypoint"]
    assert [each.ns for each in seen[1:-1]] == [(), ("inner#0",), ("inner#0",), ()]
    assert of_inner == []
    with pytest.raises(UsageError):
        entrypoint("refused", lambda n: inner.invoke(n, watch=seen.append)).invoke(1)


def test_a_replay_of_everything_tells_no_new_work():
    seen, left = [], []

    @entrypoint(checkpointer=InMemorySaver())
    def flow(n):
        found = [double(i).result() for i in range(n)]
        left.append(1)
        if len(left) == 1:
            raise RuntimeError
        return found

    with pytest.raises(RuntimeError):
        flow.invoke(3, thread_id="t")
    flow.invoke(None, thread_id="t", watch=seen.append)
    assert [type(each) for each in seen] == [RunBegan, *[CallReplayed] * 3, RunEnded]
    assert {each.outcome for each in seen[1:]} == {"completed"}
