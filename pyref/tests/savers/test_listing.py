"""Every saver lists its threads, and says how each stands."""

from __future__ import annotations

import subprocess
import sys

import pytest

from taskpoint import Command, InMemorySaver, SqliteSaver, entrypoint, interrupt, task
from taskpoint.errors import SaverError, UsageError
from taskpoint.savers import CheckpointSaver
from taskpoint.savers.listing import ThreadSummary
from taskpoint.testing import CrashingSaver


def statuses(saver, **options):
    return {each.thread_id: each.status for each in saver.threads(**options)}


@pytest.fixture
def workflow(saver):
    def body(what: str) -> str:
        if what == "fail":
            raise ValueError(what)
        return interrupt(what) if what == "ask" else what

    def run(what: object, thread_id: str) -> object:
        return entrypoint("main", body, checkpointer=saver).invoke(what, thread_id=thread_id)

    return run


def test_each_end_of_an_attempt_has_its_status(saver, workflow):
    workflow("done", "a")
    workflow("ask", "b")
    with pytest.raises(ValueError, match="fail"):
        workflow("fail", "c")
    assert statuses(saver) == {"a": "idle", "b": "interrupted", "c": "failed"}
    assert statuses(saver, unfinished=True) == {"b": "interrupted", "c": "failed"}
    workflow(Command(resume="yes"), "b")
    assert statuses(saver, unfinished=True) == {"c": "failed"}


def test_a_run_is_running_while_its_holder_lives_and_open_when_nobody_holds_it(saver, docs):
    for name, holder in (("dead", docs.holder("a", seconds=-1)), ("live", docs.holder("b")), ("nobody", None)):
        saver.begin(docs.checkpoint(name), None, [docs.started()], holder)
    assert statuses(saver) == {"dead": "open", "live": "running", "nobody": "open"}


def test_a_run_that_was_stopped_says_so(saver, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.started(), docs.stopped(1)])
    assert saver.threads() == [ThreadSummary("t", "main", "stopped", docs.T)]


def test_what_is_no_run_is_idle(saver, docs):
    saver.begin(docs.checkpoint("t", source="update"), None)
    assert saver.threads() == [ThreadSummary("t", "main", "idle", docs.T)]
    assert saver.threads(unfinished=True) == []


def test_a_fork_waits_for_whoever_goes_on(saver, workflow):
    workflow("done", "t")
    main = entrypoint("main", lambda what: what, checkpointer=saver)
    main.fork(thread_id="t")
    assert statuses(saver) == {"t": "open"}
    assert main.invoke(None, thread_id="t") == "done"
    assert statuses(saver) == {"t": "idle"}


def test_threads_come_by_their_ids_and_page_by_page(saver, docs):
    for name in ("b", "é", "a", "\U0001f600", "B", "ﬀ"):
        saver.begin(docs.checkpoint(name), None)
    every = [each.thread_id for each in saver.threads()]
    assert every == ["B", "a", "b", "é", "ﬀ", "\U0001f600"]  # code point by code point
    pages, after = [], None
    while page := [each.thread_id for each in saver.threads(after=after, limit=4)]:
        pages.append(page)
        after = page[-1]
    assert pages == [every[:4], every[4:]]
    assert saver.threads(after="nobody", limit=0) == []
    saver.delete("a")
    assert [each.thread_id for each in saver.threads()] == [*every[:1], *every[2:]]


def test_what_is_no_page_is_refused(saver):
    for options in ({"limit": -1}, {"after": ""}, {"after": 7}):
        with pytest.raises(UsageError):
            saver.threads(**options)
    saver.close()
    with pytest.raises(SaverError) as refused:
        saver.threads()
    assert refused.value.code == "saver.closed"


def test_a_saver_that_does_not_list_says_so():
    class Own(InMemorySaver):
        threads = CheckpointSaver.threads

    with pytest.raises(UsageError, match="Own does not list its threads"):
        Own().threads()


def test_a_crashing_saver_lists_what_is_behind_it(docs):
    saver = CrashingSaver(InMemorySaver())
    saver.begin(docs.checkpoint("t"), None)
    assert statuses(saver) == {"t": "open"}


def test_a_broken_row_does_not_hide_the_other_threads(in_file, raw, docs):
    in_file.begin(docs.checkpoint("a"), None, [docs.started()], docs.holder())
    in_file.begin(docs.checkpoint("b"), None, [docs.started()], docs.holder())
    raw.execute("UPDATE threads SET holder_lease_until = 'soon' WHERE thread_id = 'a'")
    assert statuses(in_file) == {"a": "open", "b": "running"}


SERVICE = """
import sys
from taskpoint import SqliteSaver, entrypoint, task

def wait(n):
    print("working", flush=True)
    return sys.stdin.readline()

job = entrypoint("job", lambda n: task("wait", wait)(n).result(), checkpointer=SqliteSaver("threads.db"))
job.invoke(1, thread_id="job-1")
"""


def test_another_process_sees_who_works_and_goes_on_with_what_a_killed_one_left(tmp_path):
    command = [sys.executable, "-c", SERVICE]
    with (
        subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
        SqliteSaver(tmp_path / "threads.db") as saver,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        assert statuses(saver) == {"job-1": "running"}
        process.kill()
        process.wait()
        assert statuses(saver) == {"job-1": "open"}
        job = entrypoint("job", lambda n: task("wait", lambda n: "done")(n).result(), checkpointer=saver)
        left = [each.thread_id for each in saver.threads(unfinished=True) if each.status == "open"]
        assert [job.invoke(None, thread_id=each) for each in left] == ["done"]
        assert saver.threads(unfinished=True) == []
