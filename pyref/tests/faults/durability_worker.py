"""A run in a process of its own that kills itself at its n-th append, for `test_durability.py`."""

import os
import signal
import sys
from pathlib import Path

from taskpoint import SqliteSaver, entrypoint, get_idempotency_key, task

database, effects, durability, at, when, action = sys.argv[1:7]


class Killing(SqliteSaver):
    """Kills the process before or after its n-th append."""

    appends = 0

    def append(self, *args, **kwargs):
        type(self).appends += 1
        mine = type(self).appends == int(at)
        if mine and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        super().append(*args, **kwargs)
        if mine and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)


@task
def charge(n):
    with Path(effects).open("ab", buffering=0) as file:
        file.write(f"{n} {get_idempotency_key()}\n".encode())
    return n * 10


@entrypoint(checkpointer=Killing(database))
def main(n):
    one = [charge(i).result() for i in range(n)]
    return one + [call.result() for call in [charge(n + i) for i in range(n)]]


if __name__ == "__main__":
    print(main.invoke(int(action) if action.isdigit() else None, thread_id="t", durability=durability), flush=True)
