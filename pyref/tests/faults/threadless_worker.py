"""Runs workflows where the system has no thread to give any more, and prints what becomes of them."""

import asyncio
import sys
import threading
from datetime import timedelta

from taskpoint import CachePolicy, InMemoryCache, SqliteSaver, entrypoint, gather, task

FAR_TOO_MUCH = 1 << 46


class InThreads(SqliteSaver):
    """Has its writes made in threads, as on a slow disk."""

    commits_on_loop = False


def double(n: int) -> int:
    return 2 * n


async def adouble(n: int) -> int:
    return 2 * n


step, astep = task("double", double), task("double", adouble, cache_policy=CachePolicy())


def one_after_the_other(n: int) -> list[int]:
    return [step(i).result() for i in range(n)]


def beside_each_other(n: int) -> list[int]:
    return gather(*step.map(range(n)))


def left_alone(n: int) -> int:
    step.map(range(n))
    return n


async def on_a_loop(n: int) -> list[int]:
    return await asyncio.gather(*astep.map(range(n)))


async def in_threads(n: int) -> list[int]:
    return await asyncio.gather(*step.map(range(n)))


def limited(n: int) -> list[int]:
    return one_after_the_other(n)


way, path, durability, moment = sys.argv[1:]
main = entrypoint(
    "main",
    globals()[way],
    checkpointer=InThreads(path),
    cache=InMemoryCache(),
    timeout=timedelta(days=1) if way == "limited" else None,
)
if moment == "later":  # those that all runs share are there already
    entrypoint("first", lambda n: step(n).result(), checkpointer=main.checkpointer).invoke(0, thread_id="first")
threading.stack_size(FAR_TOO_MUCH)
try:
    print(main.invoke(3, thread_id="t", durability=durability))
except RuntimeError as error:
    print(error)
threading.stack_size(0)
print(main.checkpointer.head("t").holder)
thread = main.get_state(thread_id="t")
print(main.invoke(None if thread.next else 3, thread_id="t", durability=durability))
