"""What `invoke` returns in another form: the parts of a stream, or the value beside its questions."""

import asyncio
import datetime as dt
import re

import pytest
from streamed import MODES, read, workflow

from taskpoint import Command, GraphOutput, InMemorySaver, UsageError, entrypoint, interrupt


def invoke(kind, workflow, given, **options):
    """Invoke a workflow in the way of its kind."""
    if kind == "sync":
        return workflow.invoke(given, **options)
    return asyncio.run(workflow.ainvoke(given, **options))


def same(value):
    """Leave out what no two runs share: moments and ids of checkpoints."""
    if isinstance(value, dict):
        return {name: same(each) for name, each in value.items() if name not in ("timestamp", "created_at")}
    if isinstance(value, list | tuple):
        return type(value)(map(same, value))
    if isinstance(value, str):
        return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "*", value)
    return "now" if isinstance(value, dt.datetime) else value


def asking(kind, saver):
    if kind == "sync":
        return entrypoint("asking", lambda n: {"answer": interrupt(n)}, checkpointer=saver)

    async def ask(n):
        return {"answer": interrupt(n)}

    return entrypoint("asking", ask, checkpointer=saver)


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("mode", [*(mode for mode in MODES if mode != "values"), ["values"], MODES])
def test_another_mode_gives_what_the_stream_would_have_yielded(kind, mode, version):
    options = {"stream_mode": mode, "version": version, "thread_id": "t"}
    given = invoke(kind, workflow(kind, InMemorySaver()), 3, **options)
    shown = read(kind, workflow(kind, InMemorySaver()), 3, **options)
    assert given
    assert repr(same(given)) == repr(same(shown))


def test_values_are_the_value(kind, saver):
    main = workflow(kind, saver)
    assert invoke(kind, main, 3, stream_mode="values", thread_id="t") == [7]
    assert invoke(kind, main, 3, stream_mode=None, thread_id="t") == [7]
    assert invoke(kind, main, 3, version="v2", thread_id="t") == GraphOutput(value=[7])


def test_version_2_has_the_questions_beside_the_value(kind, saver):
    main = asking(kind, saver)
    paused = invoke(kind, main, "name?", version="v2", thread_id="t")
    assert paused.value == {}
    assert [asked.value for asked in paused.interrupts] == ["name?"]
    ended = invoke(kind, main, Command(resume="Ann"), version="v2", thread_id="t")
    assert ended == GraphOutput({"answer": "Ann"}, ())


def test_a_list_ends_with_the_questions(kind, saver):
    (shown,) = invoke(kind, asking(kind, saver), "name?", stream_mode="updates", thread_id="t")
    assert [asked.value for asked in shown["__interrupt__"]] == ["name?"]


def test_a_run_that_fails_raises(kind, saver):
    main = workflow(kind, saver)
    with pytest.raises(TypeError):
        invoke(kind, main, {}, stream_mode="updates", thread_id="t")


def test_inside_of_a_run_it_is_the_value_of_the_call(kind):
    inner = workflow(kind, None)
    if kind == "sync":
        outer = entrypoint(
            "outer", lambda n: [inner.invoke(n, stream_mode=m) for m in ("updates", ["values"], "tasks")]
        )
    else:

        async def body(n):
            return [await inner.ainvoke(n, stream_mode=m) for m in ("updates", ["values"], "tasks")]

        outer = entrypoint("outer", body)
    assert invoke(kind, outer, 3) == [[{"main": [7]}], [["values", [7]]], []]


@pytest.mark.parametrize("options", [{"stream_mode": "messages"}, {"stream_mode": []}, {"version": "v3"}])
def test_what_does_not_exist_is_refused_before_anything_starts(kind, options):
    saver = InMemorySaver()
    with pytest.raises(UsageError) as refused:
        invoke(kind, workflow(kind, saver), 1, thread_id="t", **options)
    assert refused.value.code == "usage.option_invalid"
    assert saver.load("t", None) is None
