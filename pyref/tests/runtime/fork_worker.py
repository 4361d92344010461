"""Forks in the middle of tasks, and prints what its own runs and those of the children come to."""

import asyncio
import multiprocessing
import os
import sys

from taskpoint import ConcurrentRunError, SqliteSaver, entrypoint, gather, task

saver = SqliteSaver(sys.argv[1])
parent = os.getpid()


@task
def step(n: int) -> int:
    return 10 * n


@entrypoint(checkpointer=saver)
def other(n: int) -> int:
    return step(n).result()


def run_another(n: int) -> int:
    return other.invoke(n, thread_id=f"child {n}")


def in_child(n: int) -> int:
    context = multiprocessing.get_context("fork")
    with context.Pool(1) as pool:
        return pool.apply(run_another, (n,))


def comes_back(n: int) -> int:
    """Let the child return, fail or exit through the run, as one does that forgets `os._exit`."""
    child = os.fork()
    if child == 0:
        if n == 1:
            raise ValueError
        if n == 2:
            sys.exit(0)
        return -1
    os.waitpid(child, 0)
    return step(n).result()


pooled, back = task(in_child), task(comes_back)


@task
async def aback(n: int) -> int:
    child = os.fork()
    if child == 0:  # which cannot go on with the loop, as the parent does
        run_another(n)
        os._exit(0)
    os.waitpid(child, 0)  # noqa: ASYNC222 - it is brief
    return await step(n)


def one_after_the_other(n: int) -> list[int]:
    return [pooled(n).result(), *[back(i).result() for i in range(n)]]


def beside_each_other(n: int) -> list[int]:
    return gather(*pooled.map([n, *range(n)]))


async def on_a_loop(n: int) -> list[int]:
    return [await pooled(n), *await asyncio.gather(*[aback(i) for i in range(n)])]


main = entrypoint("main", globals()[sys.argv[2]], checkpointer=saver)
try:
    value: object = main.invoke(3, thread_id="t")
except ConcurrentRunError as error:
    value = error.code
if os.getpid() == parent:
    print(value)
else:
    os._exit(0)
