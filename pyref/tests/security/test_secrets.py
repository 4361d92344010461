"""What the caller passes in stays where it belongs: in no error of the library, in no log record, in no store."""

import asyncio
import logging
import traceback

import pytest

from taskpoint import (
    Command,
    InMemorySaver,
    SqliteSaver,
    TaskpointError,
    entrypoint,
    get_config,
    interrupt,
    task,
)

CANARY = "canary-7f3a"


class Secret:
    """Nothing that can be stored; its text is a secret."""

    def __repr__(self):
        return CANARY


def _run(body, value=1, **options):
    saver = InMemorySaver()
    entrypoint("main", body, checkpointer=saver, **options).invoke(value, thread_id="t")
    return saver


def unencodable_result():
    fetch = task("fetch", lambda: {"a": [CANARY, Secret()]})
    _run(lambda n: fetch().result())


def surrogate_result():
    fetch = task("fetch", lambda: CANARY + "\ud800")
    _run(lambda n: fetch().result())


def unencodable_input():
    _run(lambda n: n, {"password": CANARY, "x": Secret()})


def unencodable_value():
    _run(lambda n: [CANARY, Secret()])


def unencodable_question():
    _run(lambda n: interrupt([CANARY, Secret()]))


def unencodable_answer():
    saver = _run(lambda n: interrupt("?"))
    entrypoint("main", lambda n: interrupt("?"), checkpointer=saver).invoke(
        Command(resume=[CANARY, Secret()]), thread_id="t"
    )


def unencodable_metadata():
    entrypoint("main", lambda n: n, checkpointer=InMemorySaver()).invoke(
        1, {"configurable": {"thread_id": "t"}, "metadata": {"m": [CANARY, Secret()]}}
    )


def _changed(first, second, options=None):
    saver = _run(first)
    entrypoint("main", second, checkpointer=saver, **(options or {})).invoke(Command(resume=CANARY), thread_id="t")


def divergence():
    fetch = task("fetch", lambda n: n)
    _changed(
        lambda n: [fetch(CANARY + "1").result(), interrupt("?")], lambda n: [fetch(CANARY).result(), interrupt("?")]
    )


def changed_question():
    _changed(lambda n: interrupt(CANARY + "1"), lambda n: interrupt(CANARY))


def key_twice():
    fetch = task("fetch", lambda n: n)

    def main(n):
        fetch.with_options(key="k")(CANARY).result()
        return fetch.with_options(key="k")(CANARY).result()

    _run(main)


def argument_mismatch():
    fetch = task("fetch", lambda n: n)
    _run(lambda n: fetch(n, CANARY, more=CANARY).result())


def bad_key():
    task("fetch", lambda n: n).with_options(key=[CANARY])


def bad_thread_id():
    entrypoint("main", lambda n: n, checkpointer=InMemorySaver()).invoke(1, thread_id=CANARY + "\n")


def bad_config():
    entrypoint("main", lambda n: n).invoke(1, {"max_concurrency": CANARY})


def nothing_to_resume():
    entrypoint("main", lambda n: n, checkpointer=InMemorySaver()).invoke(Command(resume=CANARY), thread_id="t")


def no_saver():
    entrypoint("main", lambda n: interrupt(CANARY)).invoke(1)


def blocking_wait():
    @task
    async def fetch(n):
        return n

    async def main(n):
        return fetch(CANARY).result()

    _run(main)


def below_a_loop():
    async def main(n):
        return n

    async def outer():
        entrypoint("main", main).invoke(CANARY)

    asyncio.run(outer())


def outside_of_a_run():
    task("fetch", lambda n: n)(CANARY)


MISTAKES = [
    unencodable_result, surrogate_result, unencodable_input, unencodable_value, unencodable_question,
    unencodable_answer, unencodable_metadata, divergence, changed_question, key_twice, argument_mismatch, bad_key,
    bad_thread_id, bad_config, nothing_to_resume, no_saver, blocking_wait, below_a_loop, outside_of_a_run,
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_no_error_of_the_library_shows_a_payload(mistake, caplog):
    with caplog.at_level(logging.DEBUG, "taskpoint"), pytest.raises(TaskpointError) as caught:
        mistake()
    error = caught.value
    shown = [str(error), repr(error), str(error.hint), str(error.args), str(vars(error)), caplog.text]
    chain = [error]
    while chain[-1] is not None:
        chain.append(chain[-1].__cause__ or (None if chain[-1].__suppress_context__ else chain[-1].__context__))
    shown += ["".join(traceback.format_exception_only(link)) for link in chain[:-1]]
    assert [text for text in shown if CANARY in text] == []
    assert error.hint or error.code.startswith("value.")


@pytest.mark.parametrize("on_divergence", ["replay", "warn"])
def test_no_log_record_shows_a_payload(on_divergence, caplog):
    fetch = task("fetch", lambda n: n)
    with caplog.at_level(logging.DEBUG, "taskpoint"):
        _changed(
            lambda n: [fetch(CANARY + "1").result(), fetch(CANARY).result(), interrupt("?")],
            lambda n: [fetch(CANARY + "2").result(), interrupt("?")],
            {"on_divergence": on_divergence},
        )
    assert caplog.records
    assert CANARY not in caplog.text + str([vars(record) for record in caplog.records])


def test_the_repr_of_what_users_hold_shows_no_payload():
    shown = []
    fetch = task("fetch", lambda n: n)

    def main(n):
        future = fetch(CANARY)
        shown.append(repr(future))
        future.result()
        shown.append(repr(future))
        return repr(get_config()) and CANARY

    made = entrypoint("main", main, checkpointer=InMemorySaver())
    made.invoke(CANARY, thread_id="t")
    shown += [repr(made), repr(fetch), repr(made.checkpointer)]
    assert [text for text in shown if CANARY in text] == []


@pytest.mark.parametrize("form", ["sync", "async"])
def test_nothing_of_configurable_reaches_the_store_however_the_run_ends(form, tmp_path):
    step = task("step", lambda n: n)

    def main(n):
        assert get_config()["configurable"]["token"] == CANARY
        step(n).result()
        if n == "fail":
            raise ValueError("no")
        return interrupt("?") if n == "ask" else n

    async def amain(n):
        await step(n)
        assert get_config()["configurable"]["token"] == CANARY
        if n == "fail":
            raise ValueError("no")
        return interrupt("?") if n == "ask" else n

    saver = SqliteSaver(tmp_path / "t.db")
    made = entrypoint("main", amain if form == "async" else main, checkpointer=saver)
    secret = {"token": CANARY, "nested": {"deep": [CANARY]}, "connection": Secret()}
    config = {"configurable": {"thread_id": "t", **secret}, "metadata": {"who": "me"}, "tags": ["a"], "run_name": "r"}
    assert made.invoke("done", config) == "done"
    with pytest.raises(ValueError, match="no"):
        made.invoke("fail", config)
    assert "__interrupt__" in made.invoke("ask", config)
    made.invoke(Command(resume=1), config)
    state = made.get_state(config)
    made.update_state(config, "set")
    assert CANARY not in repr([state, *made.get_state_history(config)])
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"step" in stored
    assert CANARY.encode() not in stored
    saver.close()
    assert CANARY.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
