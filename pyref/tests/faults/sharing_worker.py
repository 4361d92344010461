"""Runs on one event loop in a process that kills itself at its n-th shared commit, for `test_sharing_killed.py`."""

import asyncio
import os
import signal
import sys

from taskpoint import SqliteSaver, entrypoint, get_idempotency_key, task

database, effects, at, when, count = sys.argv[1:6]


class Killing(SqliteSaver):
    """Kills the process before or after its n-th shared commit."""

    commits_on_loop = True
    commits = 0

    def together(self, writes):
        type(self).commits += 1
        mine = type(self).commits == int(at)
        if mine and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        errors = super().together(writes)
        if mine and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return errors


saver = Killing(database)
record = os.open(effects, os.O_WRONLY | os.O_APPEND | os.O_CREAT)


@task
async def charge(n):
    os.write(record, f"{n} {get_idempotency_key()}\n".encode())
    return n * 10


@entrypoint(checkpointer=saver)
async def main(n):
    return [await charge(n), await charge(n + 1)]


async def use(n):
    head = saver.head(f"t{n}")
    if head is None or head.checkpoint.source == "input":
        value = await main.ainvoke(n if head is None else None, thread_id=f"t{n}")
        os.write(1, f"{n} {value}\n".encode())


async def all_of_them():
    await asyncio.gather(*[use(n) for n in range(0, 2 * int(count), 2)])


if __name__ == "__main__":
    asyncio.run(all_of_them())
