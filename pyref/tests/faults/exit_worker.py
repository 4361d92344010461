"""Runs on an event loop of another thread, while the main thread ends; prints what becomes of the run."""

import asyncio
import sys
import threading

from taskpoint import CachePolicy, InMemoryCache, SqliteSaver, entrypoint, task


class InThreads(SqliteSaver):
    """Has its writes made in threads, as on a slow disk."""

    commits_on_loop = False


@task
def wait(n: int) -> int:
    threading.main_thread().join()
    return n


@task(cache_policy=CachePolicy())
async def step(n: int) -> int:
    return n


@entrypoint(checkpointer=InThreads(sys.argv[1]), cache=InMemoryCache())
async def main(n: int) -> list[int]:
    first = await wait(n)
    return [first, *await asyncio.gather(*step.map(range(n)))]


def run() -> None:
    print(asyncio.run(main.ainvoke(3, thread_id="t")))


threading.Thread(target=run).start()
