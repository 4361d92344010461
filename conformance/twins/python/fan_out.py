"""Three calls at once with asyncio.gather."""

import asyncio

from taskpoint import entrypoint, task


def workflow(effect, **options):
    @task
    async def a():
        return await effect("a")

    @task
    async def b():
        return await effect("b")

    @task
    async def c():
        return await effect("c")

    @entrypoint(**options)
    async def main(x):
        return await asyncio.gather(a(), b(), c())

    return main
