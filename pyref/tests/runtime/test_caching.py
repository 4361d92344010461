"""What comes from a cache, what never does, and what nobody takes for something else (row 28)."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest

from taskpoint import (
    BaseCache,
    CachePolicy,
    Command,
    InMemoryCache,
    InMemorySaver,
    RetryPolicy,
    SqliteCache,
    StoreError,
    UsageError,
    entrypoint,
    get_runtime,
    interrupt,
    task,
)


@dataclass
class Total:
    sum: int


ALL = [{"a": 1}, {"1": 1}, {1: 1}, [1], None, "None", float("nan"), 0, False, "", b"", {"b"}]


@pytest.fixture(params=["memory", "sqlite"])
def cache(request, tmp_path):
    with InMemoryCache() if request.param == "memory" else SqliteCache(tmp_path / "cache.db") as made:
        yield made


def counted(func=lambda n: n, *, name="work", policy=None, **options):
    """Return a task with a cache policy, and the inputs that it was executed with."""
    made = []

    def work(n):
        made.append(n)
        return func(n)

    return task(name, work, cache_policy=policy or CachePolicy(), **options), made


def runner(task_, cache, is_async=False, saver=None, **options):
    async def amain(inputs):
        return [await task_(n) for n in inputs]

    def main(inputs):
        return [task_(n).result() for n in inputs]

    return entrypoint("main", amain if is_async else main, cache=cache, checkpointer=saver, **options)


def entries(saver, thread="t"):
    return [
        (entry.kind, getattr(entry, "attempts", None))
        for checkpoint in reversed(list(saver.history(thread)))
        for entry in saver.load(thread, checkpoint.id).entries
    ]


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("coroutine", [False, True])
def test_an_equal_input_is_not_executed_again(cache, is_async, coroutine):
    work, made = counted(lambda n: [n])
    if coroutine:
        func = work.func

        async def awork(n):
            return func(n)

        work = task("work", awork, cache_policy=CachePolicy())
    saver = InMemorySaver()
    main = runner(work, cache, is_async, saver)
    assert main.invoke([1, 1, 2], thread_id="t") == [[1], [1], [2]]
    assert main.invoke([2, 1], thread_id="other") == [[2], [1]]
    assert made == [1, 2]
    assert [attempts for kind, attempts in entries(saver) if kind == "task.completed"] == [1, 0, 1]
    assert [attempts for kind, attempts in entries(saver, "other") if kind == "task.completed"] == [0, 0]


def test_a_hit_is_history_even_when_the_cache_has_forgotten(cache):
    work, made = counted()
    main = entrypoint("main", lambda n: [work(n).result(), interrupt("?")], cache=cache, checkpointer=InMemorySaver())
    main.invoke(1, thread_id="t")
    main.invoke(1, thread_id="u")
    cache.clear()
    assert main.invoke(Command(resume=5), thread_id="u") == [1, 5]
    assert made == [1]


@pytest.mark.parametrize(
    "value", [{"a": 1}, {"1": 1}, {1: 1}, [1], None, "None", float("nan"), 0, False, "", b"", {"b"}]
)
def test_inputs_that_differ_have_keys_that_differ(value):
    """Maps, NaN and null had one key elsewhere."""
    cache = InMemoryCache()
    work, made = counted(repr)
    main = entrypoint("main", lambda _: [work(each).result() for each in ALL], cache=cache)
    assert main.invoke(0) == [repr(each) for each in ALL]
    assert len(made) == len(ALL)
    assert entrypoint("again", lambda _: work(value).result(), cache=cache).invoke(0) == repr(value)
    assert len(made) == len(ALL)


def test_what_has_no_encoding_is_not_taken_for_anything_else(cache):
    class Client:
        def __init__(self, n):
            self.n = n

    made = []

    @task(cache_policy=CachePolicy())
    def ask(client):
        made.append(client.n)
        return client.n

    main = entrypoint("main", lambda n: ask(Client(n)).result(), cache=cache)
    assert [main.invoke(n) for n in (1, 2, 1)] == [1, 2, 1]
    assert made == [1, 2, 1]


def test_a_key_of_ones_own(cache):
    seen = []

    @task(cache_policy=CachePolicy(key_func=lambda client, *, url: url))
    def fetch(client, *, url):
        seen.append(url)
        return url

    main = entrypoint("main", lambda url: fetch(object(), url=url).result(), cache=cache)
    assert [main.invoke(url) for url in ("a", "b", "a")] == ["a", "b", "a"]
    assert seen == ["a", "b"]


def test_a_key_that_is_none_fails_the_call(cache):
    work, made = counted(policy=CachePolicy(key_func=lambda n: n))
    with pytest.raises(UsageError):
        runner(work, cache).invoke([1])
    assert made == []


@pytest.mark.parametrize("is_async", [False, True])
def test_errors_are_not_kept(cache, is_async):
    def fails(n):
        raise ConnectionError

    work, made = counted(fails, retry_policy=RetryPolicy(initial_interval=0, max_attempts=2))
    for _ in range(2):
        with pytest.raises(ConnectionError):
            runner(work, cache, is_async).invoke([1])
    assert len(made) == 4


def test_interrupts_are_not_kept(cache):
    work, made = counted(interrupt)
    main = runner(work, cache, saver=InMemorySaver())
    for thread in "ab":
        assert main.invoke([1], thread_id=thread)["__interrupt__"][0].value == 1
    assert main.invoke(Command(resume="x"), thread_id="a") == ["x"]
    assert main.invoke([1], thread_id="c") == ["x"]
    assert made == [1, 1, 1]


def test_only_the_last_execution_is_kept(cache):
    work, made = counted(lambda n: get_runtime().execution_info.attempt if len(made) > 1 else 1 / 0)
    work = work.with_options(retry_policy=RetryPolicy(initial_interval=0, retry_on=ZeroDivisionError))
    assert runner(work, cache).invoke([1]) == [2]
    assert runner(work, cache).invoke([1]) == [2]
    assert made == [1, 1]


def test_versions_and_names_keep_apart(cache):
    for options in ({}, {"version": "1"}, {"name": "other"}, {"version": "1", "name": "other"}):
        work, made = counted(**options)
        runner(work, cache).invoke([1])
        assert made == [1]


def test_clearing_one_task_leaves_the_others(cache):
    one, made_one = counted(name="one")
    two, made_two = counted(name="two")
    mains = [runner(one, cache), runner(two, cache)]
    for main in mains:
        main.invoke([1])
    one.clear_cache(cache)
    for main in mains:
        main.invoke([1])
    assert (made_one, made_two) == ([1, 1], [1])
    asyncio.run(two.aclear_cache(cache))
    mains[1].invoke([1])
    assert made_two == [1, 1]


def test_time_to_live():
    now = [1000.0]
    cache = InMemoryCache(clock=lambda: now[0])
    work, made = counted(policy=CachePolicy(ttl=timedelta(minutes=1)))
    main = runner(work, cache)
    main.invoke([1])
    now[0] += 59
    main.invoke([1])
    assert made == [1]
    now[0] += 2
    main.invoke([1])
    assert made == [1, 1]


def test_without_a_cache_a_policy_changes_nothing():
    work, made = counted()
    assert runner(work, None).invoke([1, 1]) == [1, 1]
    assert made == [1, 1]


class Broken(BaseCache):
    """Fails, or keeps something that is no value."""

    def __init__(self, text=None):
        self.text = text

    def get(self, key):
        if self.text is None:
            raise StoreError("gone")
        return self.text

    def set(self, key, text, ttl=None):
        raise StoreError("gone")

    def clear(self, namespaces=None):
        raise StoreError("gone")


@pytest.mark.parametrize("text", [None, "{", '{"$nobody": 1}', '"a text"'])
def test_a_cache_that_fails_or_lies_costs_time_only(text):
    @task(cache_policy=CachePolicy())
    def work(n: int) -> Total:
        return Total(n)

    saver = InMemorySaver()
    main = entrypoint("main", lambda n: work(n).result().sum, cache=Broken(text), checkpointer=saver)
    assert main.invoke(1, thread_id="t") == 1
    assert entries(saver)[1] == ("task.completed", 1)


class Unreachable(Broken):
    """Fails with an error of its own, as the client of a server does."""

    def get(self, key):
        raise ConnectionError("redis://user:secret@cache")

    def set(self, key, text, ttl=None):
        raise ConnectionError("redis://user:secret@cache")


@pytest.mark.parametrize("is_async", [False, True])
def test_a_cache_of_somebody_elses_may_fail_with_anything(is_async, caplog):
    for broken in (Unreachable(), Broken(b"[1,2]")):
        saver = InMemorySaver()
        work, made = counted()
        main = runner(work, broken, is_async, saver, cache_policy=CachePolicy())
        assert main.invoke([1, 2], thread_id="t") == [1, 2]
        assert made == [1, 2]
        assert saver.head("t").holder is None
    assert "ConnectionError" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("is_async", [False, True])
def test_a_key_function_that_fails_ends_the_run_and_holds_no_thread(cache, is_async):
    calls = []

    def key(n):
        calls.append(n)
        if len(calls) == 1:
            raise LookupError("secret")
        return "one"

    saver = InMemorySaver()
    work, made = counted()
    main = runner(work, cache, is_async, saver, cache_policy=CachePolicy(key_func=key))
    with pytest.raises(UsageError, match="LookupError") as raised:
        main.invoke([1], thread_id="t")
    assert "secret" not in str(raised.value)
    assert made == []
    assert saver.head("t").holder is None
    assert main.invoke(None, thread_id="t") == [1]


@pytest.mark.parametrize("given", [3, {"ttl": 1}, CachePolicy])
def test_what_is_no_policy_is_refused(given):
    for make in (task, entrypoint):
        with pytest.raises(UsageError):
            make("f", lambda n: n, cache_policy=given)


@pytest.mark.parametrize("numbers", [{"ttl": 0}, {"ttl": -1}, {"ttl": "1"}, {"ttl": float("inf")}, {"key_func": "id"}])
def test_what_a_policy_cannot_have(numbers):
    with pytest.raises(UsageError):
        CachePolicy(**numbers)


def test_a_cache_may_be_a_path(tmp_path):
    work, made = counted()
    for _ in range(2):
        runner(work, tmp_path / "cache.db").invoke([1])
    assert made == [1]
    with pytest.raises(UsageError):
        runner(work, 3)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_whole_run_comes_from_the_cache(cache, is_async):
    made = []

    def body(n: int, previous: Total | None) -> entrypoint.final[str, Total]:
        made.append(n)
        total = Total(n + (previous.sum if previous else 0))
        return entrypoint.final(value=str(total.sum), save=total)

    def main(n: int, *, previous: Total | None = None) -> entrypoint.final[str, Total]:
        return body(n, previous)

    async def amain(n: int, *, previous: Total | None = None) -> entrypoint.final[str, Total]:
        return body(n, previous)

    saver = InMemorySaver()
    workflow = entrypoint(
        "main", amain if is_async else main, cache=cache, cache_policy=CachePolicy(), checkpointer=saver
    )
    assert [workflow.invoke(2, thread_id="a"), workflow.invoke(2, thread_id="a")] == ["2", "4"]
    assert made == [2, 2]
    assert [workflow.invoke(2, thread_id="b"), workflow.invoke(2, thread_id="b")] == ["2", "4"]
    assert made == [2, 2]
    assert [kind for kind, _ in entries(saver, "b")] == ["run.started", "run.completed"] * 2
    workflow.clear_cache()
    assert workflow.invoke(2, thread_id="c") == "2"
    assert made == [2, 2, 2]


def test_a_failed_run_is_not_kept(cache):
    tries = []

    @entrypoint(cache=cache, cache_policy=CachePolicy())
    def main(n):
        tries.append(n)
        if len(tries) == 1:
            raise ConnectionError
        return n

    with pytest.raises(ConnectionError):
        main.invoke(1)
    assert main.invoke(1) == main.invoke(1) == 1
    assert tries == [1, 1]
