"""Two calls with calls of their own, waited for in an asyncio.TaskGroup."""

import asyncio

from taskpoint import entrypoint, task


async def outcome(future):
    return await future


def workflow(effect, **options):
    @task
    async def leaf(n):
        await effect("leaf", n)
        return n * 10

    async def pair(first, second):
        found = [await leaf(first), await leaf(second)]
        await effect("end", first)
        return found

    @task
    async def left():
        return await pair(1, 2)

    @task
    async def right():
        return await pair(3, 4)

    @entrypoint(**options)
    async def main(x):
        calls = [left(), right()]
        async with asyncio.TaskGroup() as group:
            both = [group.create_task(outcome(call)) for call in calls]
        return [each.result() for each in both]

    return main
