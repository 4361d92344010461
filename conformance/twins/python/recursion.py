"""A task that calls itself."""

from taskpoint import entrypoint, task


def workflow(effect, **options):
    @task
    async def walk(n):
        found = [await effect("walk", n)]
        return found + await walk(n - 1) if n > 1 else found

    @entrypoint(**options)
    async def main(depth):
        return await walk(depth)

    return main
