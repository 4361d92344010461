"""What the tests of streams share: a workflow in both kinds, and a way to read it."""

import asyncio

from taskpoint import (
    entrypoint,
    get_stream_writer,
    task,
)

MODES = ["values", "updates", "custom", "tasks", "checkpoints", "debug"]


@task
def double(n):
    get_stream_writer()({"doubling": n})
    return n * 2


@task
def outer(n, *, by):
    return double(n).result() + by


@task
async def adouble(n):
    get_stream_writer()({"doubling": n})
    return n * 2


@task
async def aouter(n, *, by):
    return await adouble(n) + by


def body(n):
    get_stream_writer()("begun")
    return [outer(n, by=1).result()]


async def abody(n):
    get_stream_writer()("begun")
    return [await aouter(n, by=1)]


def workflow(kind, saver):
    """The workflow of most tests."""
    return entrypoint("main", body if kind == "sync" else abody, checkpointer=saver)


def read(kind, workflow, given, **options):
    """Read a stream to its end, in the way of its kind."""
    if kind == "sync":
        return list(workflow.stream(given, **options))

    async def collect():
        return [part async for part in workflow.astream(given, **options)]

    return asyncio.run(collect())
