"""Every option that takes a number, with numbers of all kinds: each works, or is refused at once with a hint."""

import asyncio
import contextlib
import itertools
import signal
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial

import pytest

from taskpoint import (
    CachePolicy,
    InMemoryCache,
    InMemorySaver,
    InMemoryStore,
    RetryPolicy,
    SqliteCache,
    SqliteSaver,
    SqliteStore,
    TaskTimeoutError,
    TimeoutPolicy,
    UsageError,
    durable,
    entrypoint,
    stop_on_signals,
    task,
)
from taskpoint.testing import simulated

INF = float("inf")
NUMBERS = [
    *(10**400, -(10**400), 10**300, INF, -INF, float("nan"), 1.7e308, 5e-324, 1e-9, 0, -0.0, -1, 1, 1.5, True),
    *(2**31, 2**32, 2**53, 2**63, 2**64, 1e9, 1e18),
    *(timedelta.max, timedelta.min, timedelta(0), timedelta(1)),
    *(Decimal("NaN"), Decimal(3), Fraction(1, 3), "1", b"1", [1], {}, object()),
]
"""Numbers that are too much for a double, a time, a row or a timer, and what is no number at all."""


@task
def one():
    return 1


@entrypoint
def main(_):
    return one().result()


@entrypoint
async def amain(_):
    return await one()


def run(body):
    return entrypoint("main", body).invoke(0)


def arun(body):
    return asyncio.run(entrypoint("main", body).ainvoke(0))


def sleep(duration):
    async def on_loop(_):
        await durable.sleep(duration)

    with simulated():
        run(lambda _: durable.sleep(duration).result())
        arun(on_loop)


def sleep_and_cancel(duration):
    """Where the time is real."""

    async def body(_):
        pause = durable.sleep(duration)
        await asyncio.sleep(0)
        pause.cancel()
        await asyncio.gather(pause, return_exceptions=True)

    arun(body)


def retry(**numbers):
    for is_async in (False, True):
        left = [1, 1]

        @task(retry_policy=RetryPolicy(jitter=False, **numbers))
        def flaky(left=left):
            if left:
                left.pop()
                raise ConnectionError
            return 1

        async def body(_, flaky=flaky):
            return await flaky()

        with simulated():
            try:
                assert (arun(body) if is_async else run(lambda _, flaky=flaky: flaky().result())) == 1
            except ConnectionError:
                assert numbers["max_attempts"] < 3


def timeout(given):
    @task(timeout=given)
    async def on_loop():
        await asyncio.sleep(0)

    @task(timeout=given)
    def in_thread():
        pass

    async def body(_):
        await on_loop()

    for use in (
        lambda: arun(body),
        lambda: run(lambda _: in_thread().result()),
        lambda: entrypoint("main", lambda _: 1, timeout=given).invoke(0),
    ):
        with contextlib.suppress(TaskTimeoutError):
            use()


def cached(cache, ttl):
    @task(cache_policy=CachePolicy(ttl=ttl))
    def kept():
        return 1

    entrypoint("main", lambda _: kept().result(), cache=cache).invoke(0)


def waited_for(wait):
    with contextlib.suppress(TimeoutError):
        run(wait)


def history(limit):
    workflow = main.with_options(checkpointer=InMemorySaver())
    workflow.invoke(0, thread_id="t")
    list(workflow.get_state_history(thread_id="t", limit=limit))


def put_and_read(store, **options):
    store.put(("a",), "k", {"a": 1}, **options)
    store.get(("a",), "k")
    store.search(("a",))


def advance(seconds):
    with simulated() as simulation:
        simulation.advance(seconds)
        assert simulation.now.tzinfo


def handled(number):
    with stop_on_signals(number):
        pass


@pytest.fixture
def path(tmp_path):
    names = itertools.count()
    return lambda: tmp_path / f"{next(names)}.db"


def options(path):
    """What is done with a number, by the name of the option."""
    stores, savers = (InMemoryStore(), SqliteStore(path())), (InMemorySaver(), SqliteSaver(path()))
    caches = (InMemoryCache(), SqliteCache(path()))
    pages = [("search", ("limit", "offset")), ("list_namespaces", ("limit", "offset", "max_depth"))]
    yield from [
        ("durable.sleep", sleep),
        ("durable.sleep, cancelled", sleep_and_cancel),
        *(
            (f"RetryPolicy.{name}", lambda number, name=name: retry(**{name: number}))
            for name in ("initial_interval", "backoff_factor", "max_interval", "max_attempts")
        ),
        ("RetryPolicy, both", lambda number: retry(initial_interval=number, max_interval=number)),
        ("timeout", timeout),
        ("TimeoutPolicy.run_timeout", lambda number: timeout(TimeoutPolicy(run_timeout=number))),
        ("TimeoutPolicy.idle_timeout", lambda number: timeout(TimeoutPolicy(idle_timeout=number))),
        ("result", lambda number: waited_for(lambda _: one().result(timeout=number))),
        ("exception", lambda number: waited_for(lambda _: one().exception(timeout=number))),
        ("max_concurrency", lambda number: main.invoke(0, {"max_concurrency": number})),
        ("max_concurrency of batch", lambda number: main.batch([0, 1], {"max_concurrency": number})),
        ("max_concurrency of abatch", lambda number: asyncio.run(amain.abatch([0], {"max_concurrency": number}))),
        ("get_state_history", history),
        ("advance", advance),
        ("stop_on_signals", handled),
    ]
    for cls in (SqliteSaver, SqliteStore, SqliteCache):
        yield f"{cls.__name__}.busy_timeout", lambda number, cls=cls: cls(path(), busy_timeout=number).close()
    for cache in caches:
        name = type(cache).__name__
        yield f"CachePolicy.ttl in {name}", lambda number, cache=cache: cached(cache, number)
        yield f"{name}.set", lambda number, cache=cache: cache.set((("a",), "k"), "1", ttl=number)
    for saver in savers:
        yield f"{type(saver).__name__}.history", lambda number, saver=saver: saver.history("t", limit=number)
        yield f"{type(saver).__name__}.threads", lambda number, saver=saver: saver.threads(limit=number)
    for store in stores:
        name = type(store).__name__
        yield f"{name}.put", lambda number, store=store: put_and_read(store, ttl=number)
        for verb, members in pages:
            for member in members:
                page = partial(getattr(store, verb), *([("a",)] if verb == "search" else []))
                yield f"{name}.{verb}.{member}", lambda number, page=page, member=member: page(**{member: number})
    yield "default_ttl", lambda number: put_and_read(InMemoryStore(ttl={"default_ttl": number}))
    yield "default_ttl in a file", lambda number: put_and_read(SqliteStore(path(), ttl={"default_ttl": number}))


def test_a_number_works_or_is_refused(path):
    """No OverflowError, ValueError or TypeError comes through, no run hangs, and each refusal says what to pass."""
    wrong = []
    for name, use in options(path):
        refused = 0
        for number in NUMBERS:
            try:
                use(number)
            except UsageError as error:
                refused += 1
                if error.code not in ("usage.option_invalid", "usage.config_invalid") or not error.hint:
                    wrong.append((name, number, error))
            except Exception as error:  # noqa: BLE001 - which is what must not come
                wrong.append((name, number, error))
        if not 5 < refused < len(NUMBERS):
            wrong.append((name, refused, "so many were refused"))
    assert not wrong


def test_a_signal_that_cannot_be_handled_leaves_the_others_as_they_were():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(UsageError, match="signal"), stop_on_signals(signal.SIGTERM, signal.SIGKILL):
        pass
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_simulated_clock_goes_past_the_last_date():
    with simulated() as simulation:
        simulation.advance(1e18)
        assert run(lambda _: (durable.sleep(1e11).result(), durable.now().year)[1]) == simulation.now.year == 9999


def test_a_long_sleep_under_a_simulated_clock_is_one_step():
    """In steps of minutes, as on a clock that can be set, it would take as long as it looks."""
    with simulated() as simulation:
        begun = simulation.now
        run(lambda _: durable.sleep(timedelta(days=365 * 3000)).result())
        assert simulation.now - begun == timedelta(days=365 * 3000)
