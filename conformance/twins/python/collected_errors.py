"""asyncio.gather with return_exceptions."""

import asyncio

from taskpoint import entrypoint, task


class Broken(Exception):
    pass


def workflow(effect, **options):
    @task(raises=[Broken])
    async def a():
        return await effect("a", raises=Broken)

    @task
    async def b():
        return await effect("b")

    @task(raises=[Broken])
    async def c():
        return await effect("c", raises=Broken)

    @entrypoint(**options)
    async def main(x):
        first, second, third = await asyncio.gather(a(), b(), c(), return_exceptions=True)
        return [type(first).__name__, second, str(third)]

    return main
