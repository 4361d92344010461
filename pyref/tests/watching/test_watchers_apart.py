"""Who watches has no part in the run: one that fails, waits or does as it likes changes nothing."""

import logging
import os
import threading
import time

import pytest
from watched import SOON, STORY, double, main, outer, said

from taskpoint import (
    InMemorySaver,
    SqliteSaver,
    StopRun,
    UsageError,
    entrypoint,
    get_stream_writer,
    stop_runs,
    task,
)
from taskpoint.runtime.streams import telling
from taskpoint.watching import Event, watch


def test_one_that_fails_hears_no_more_of_this_run(caplog):
    """`WCH-008`."""
    heard, seen = [], []

    def failing(event):
        heard.append(event)
        raise RuntimeError("no")

    with watch(failing, seen.append):
        assert main.invoke(1) == 2
        assert main.invoke(1) == 2
    assert said(heard) == ["RunBegan main"] * 2
    assert said(seen) == 2 * STORY
    assert [record.name for record in caplog.records] == ["taskpoint"] * 2


def test_one_that_ends_its_thread_ends_nothing_else():
    def leaving(event):
        raise SystemExit

    assert main.invoke(1, watch=leaving) == 2


def test_one_whose_preparation_fails_changes_nothing(caplog):
    class Failing:
        def enter(self, event):
            raise RuntimeError("no")

        def __call__(self, event):
            raise AssertionError

    assert main.invoke(1, watch=Failing()) == 2
    assert len(caplog.records) == 1


def test_one_that_is_slow_changes_neither_the_journal_nor_what_is_done(monkeypatch, caplog):
    """`WCH-008`, `WCH-009`: it does not even answer, and the task has little time."""
    monkeypatch.setattr(telling, "_PATIENCE", 0.05)
    go, heard = threading.Event(), []

    @task(timeout=5)
    def quick(n):
        return n

    def stuck(event):
        go.wait()
        heard.append(event)

    def run(**options):
        saver = InMemorySaver()
        flow = entrypoint("flow", lambda n: [quick(i).result() for i in range(n)], checkpointer=saver)
        flow.invoke(20, thread_id="t", **options)
        assert flow.invoke(5, thread_id="t", **options) == [0, 1, 2, 3, 4]
        return [entry.kind for each in saver.history("t") for entry in saver.load("t", each.id).entries]

    try:
        assert run(watch=stuck) == run()
        assert heard == []
        assert [record.message for record in caplog.records] == [
            "a watcher is slow: the run is over, and it has not heard all of it yet"
        ]  # once: it is not waited for again before it has caught up
    finally:
        go.set()


def test_one_that_is_hopelessly_behind_is_given_up(monkeypatch, caplog):
    monkeypatch.setattr(telling, "_PATIENCE", 0.05)
    monkeypatch.setattr(telling, "_MOST", 10)
    go, heard = threading.Event(), []

    def stuck(event):
        go.wait()
        heard.append(event)

    flow = entrypoint("flow", lambda n: [double(i).result() for i in range(n)])
    try:
        flow.invoke(50, watch=stuck)
        assert caplog.records[0].message.endswith("hears nothing more of this run")
    finally:
        go.set()


def test_one_may_do_what_it_likes_with_runs():
    """It runs a workflow, which is told to nobody, and looks at the thread, and stops the run."""
    saver, seen = InMemorySaver(), []

    @entrypoint(checkpointer=saver)
    def long(n):
        return [outer(i).result() for i in range(n)]

    def curious(event: Event):
        seen.append((type(event).__name__, main.invoke(1), long.get_state(thread_id="t").next))
        if getattr(event, "path", "") == "outer#3":
            stop_runs("t")

    go_slowly = threading.Event()

    @task
    def wait():
        return go_slowly.wait(0.001)

    @entrypoint(checkpointer=saver)
    def endless(n):
        while True:
            outer(n).result()
            wait().result()

    with watch(curious), pytest.raises(StopRun):
        endless.invoke(1, thread_id="t")
    assert {(value, following) for _, value, following in seen[:-1]} == {(2, ("endless",))}


def test_it_sees_the_context_of_the_code_and_is_no_part_of_it():
    import contextvars

    request = contextvars.ContextVar("request")
    seen = []

    def look(event):
        seen.append((request.get(None), threading.current_thread().name))
        with pytest.raises(UsageError):
            double(1)  # WCH: it stands outside of the run

    request.set("r-17")
    main.invoke(1, watch=look)
    assert {value for value, _ in seen} == {"r-17"}
    assert len(seen) == len(STORY)


@pytest.mark.parametrize("form", ["sync", "async"])
def test_one_can_prepare_the_context_of_the_code(form):
    """`WCH-011`: of the attempt, and of each execution."""
    import contextvars

    place = contextvars.ContextVar("place")
    found, left = [], []

    class Preparing:
        def enter(self, event):
            place.set(f"{getattr(event, 'path', 'run')} {getattr(event, 'attempt', '')}".strip())

        def __call__(self, event):
            pass

    def note():
        found.append(place.get())
        left.append(1)
        if len(left) == 2:
            raise ConnectionError

    @task(retry_policy=SOON)
    def flaky():
        note()

    @task(retry_policy=SOON)
    async def aflaky():
        note()

    def body(n):
        note()
        flaky().result()
        found.append(place.get())

    async def abody(n):
        note()
        await aflaky()
        found.append(place.get())

    entrypoint("run", body if form == "sync" else abody).invoke(1, watch=Preparing())
    name = "flaky#0" if form == "sync" else "aflaky#0"
    assert found == ["run", f"{name} 1", f"{name} 2", "run"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_is_watched_too():
    seen = []
    with watch(seen.append):
        main.invoke(1)
        child = os.fork()
        if child == 0:
            seen.clear()
            main.invoke(1)
            os._exit(0 if said(seen) == STORY else 1)
        assert os.waitpid(child, 0)[1] == 0


def test_a_journal_is_the_same_whoever_watches(tmp_path):
    def journal(name, **options):
        with SqliteSaver(tmp_path / f"{name}.db") as saver:
            flow = entrypoint("flow", lambda n: [outer(i).result() for i in range(n)], checkpointer=saver)
            flow.invoke(3, thread_id="t", **options)
            [_, first] = saver.history("t")
            entries = saver.load("t", first.id).entries
            return [(each.kind, getattr(each, "path", None), getattr(each, "value", None)) for each in entries]

    assert journal("watched", watch=lambda event: time.sleep(0.001)) == journal("alone")


def test_a_value_that_has_no_encoding_may_be_written_where_only_watchers_listen():
    """`STM-018`: whoever watches changes nothing."""
    seen = []
    entrypoint("flow", lambda n: get_stream_writer()(object())).invoke(1, watch=seen.append)
    assert seen[-1].outcome == "completed"


def test_nobody_hears_a_library_logger_unasked(caplog):
    with caplog.at_level(logging.DEBUG):
        main.invoke(1)
    assert caplog.records == []
