"""The smaller things: no checkpointer, SQLite in memory, caches, classes, nesting, batches, time travel, keywords."""

import asyncio
import operator
import sqlite3
from functools import partial, reduce
from typing import TypedDict

from langgraph.cache.memory import InMemoryCache
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.func import entrypoint, task
from langgraph.types import CachePolicy, Command, Interrupt, RetryPolicy, StateSnapshot, interrupt


class Numbers(TypedDict):
    x: int
    y: int


@task(cache_policy=CachePolicy(key_func=lambda numbers: f"{numbers['x']}+{numbers['y']}", ttl=60))
def add(numbers: Numbers) -> int:
    return numbers["x"] + numbers["y"]


@entrypoint(cache=InMemoryCache())
def plus(numbers: Numbers) -> dict[str, int]:
    return {"first": add(numbers).result(), "second": add(numbers).result()}


print(plus.invoke({"x": 1, "y": 2}))
for chunk in plus.stream({"x": 2, "y": 2}, stream_mode="updates"):
    print(chunk)


class Shop:
    def __init__(self, currency: str) -> None:
        self.currency = currency

    def price(self, amount: int) -> str:
        return f"{amount} {self.currency}"


tag = task(Shop("EUR").price, name="price")
multiply = task(partial(operator.mul, 3), name="multiply")


@entrypoint()
def inner(n: int) -> int:
    return multiply(n).result()


@task
def call_inner(n: int) -> int:
    return inner.invoke(n)


@entrypoint(checkpointer=InMemorySaver())
def outer(amounts: list[int], *, previous: list[str] | None = None) -> list[str]:
    """Price what costs three times as much."""
    tripled = [call_inner(n) for n in amounts]
    tags = [tag(future.result()).result() for future in tripled]
    return (previous or []) + tags


config = {"configurable": {"thread_id": "a"}}
print(outer.invoke([1, 2], config=config), outer.invoke(input=[3], config=config))
print(outer.batch([[1], [2]], [{"configurable": {"thread_id": name}} for name in "bc"]))

snapshot = outer.get_state(config=config)
assert isinstance(snapshot, StateSnapshot)
history = list(outer.get_state_history(config=config, limit=10))
print(len(history) > 1, history[0].values, snapshot.next, snapshot.tasks, history[0].config == snapshot.config)
outer.update_state(config=config, values=["nothing"])
print(outer.invoke([4], config=config))


attempts = []


@task(
    retry_policy=RetryPolicy(initial_interval=0.01, max_attempts=2, retry_on=lambda error: isinstance(error, KeyError))
)
async def shaky(n: int) -> int:
    attempts.append(n)
    if len(attempts) == 1:
        raise KeyError(n)
    return n


@entrypoint(checkpointer=InMemorySaver())
async def guess(n: int) -> str:
    first = await shaky(n)
    while True:
        answer = interrupt({"guess": "a number", "than": first})
        if answer == n:
            return "right"


async def play() -> None:
    thread = {"configurable": {"thread_id": "g"}}
    result = await guess.ainvoke(7, thread)
    (asked,) = result["__interrupt__"]
    print(isinstance(asked, Interrupt), asked.value, attempts)
    for answer in (1, 7):
        async for part in guess.astream(Command(resume=answer), thread, stream_mode="updates"):
            print("asked again" if "__interrupt__" in part else part)


asyncio.run(play())


def add_up(n: int, *, previous: int | None = None) -> int:
    return n + (previous or 0)


with SqliteSaver.from_conn_string(":memory:") as in_memory:
    in_file = SqliteSaver(sqlite3.connect("numbers.db", check_same_thread=False))
    in_file.setup()
    for saver in (in_memory, in_file):
        count = entrypoint(saver)(add_up)
        print([count.invoke(n, {"configurable": {"thread_id": "n"}}) for n in (1, 2, 3)])

try:
    outer.invoke([1])
except Exception:
    print("a thread id is needed")
