"""Decorators and await: two calls in a row."""

from taskpoint import entrypoint, task


def workflow(effect, **options):
    @task
    async def fetch(n):
        return await effect("fetch", n)

    @entrypoint(**options)
    async def main(x):
        first = await fetch(x)
        return [first, await fetch(first)]

    return main
