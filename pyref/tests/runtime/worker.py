"""A workflow in a process of its own, for the tests that kill and race real processes.

Every effect is a line appended to a file: what a test counts survives any kill.
"""

import os
import sys
import time
from pathlib import Path

from taskpoint import ConcurrentRunError, SqliteSaver, UsageError, entrypoint, get_idempotency_key, task

database, effects, mode = sys.argv[1:4]


def effect(text):
    with Path(effects).open("ab", buffering=0) as file:
        file.write(f"{text}\n".encode())


@task
def charge(n):
    effect(f"begin {n} {get_idempotency_key()}")
    time.sleep(0.002)
    effect(f"charge {n} {get_idempotency_key()}")
    return n * 10


saver = SqliteSaver(database)


@entrypoint(checkpointer=saver)
def main(n):
    print("running", flush=True)
    return [charge(i).result() for i in range(n)]


def race():
    """Resume each thread that is named on stdin, and say how it went."""
    for line in sys.stdin:
        thread_id = line.strip()
        try:
            main.invoke(None, thread_id=thread_id)
            print("done", flush=True)
        except ConcurrentRunError:
            print("lost", flush=True)
        except UsageError as error:
            print(error.code, flush=True)


if mode == "race":
    race()
elif mode == "invoke":
    print(main.invoke(int(sys.argv[4]), thread_id="t"), flush=True)
elif mode == "resume":
    print(main.invoke(None, thread_id="t", take_over="take_over" in sys.argv), flush=True)
else:
    os._exit(9)
