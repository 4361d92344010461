"""A workflow on a terminal, that stays in its third task until a file is there."""

import sys
import time
from pathlib import Path

from taskpoint import InMemorySaver, RetryPolicy, entrypoint, task
from taskpoint.watching import Progress, watch

go, mode = Path(sys.argv[1]), sys.argv[2]
left = []


@task(retry_policy=RetryPolicy(initial_interval=0.001))
def quick(n):
    left.append(n)
    if len(left) == 1:
        raise ConnectionError("canary-0d1c")
    return n


@task
def hold():
    while not go.exists():
        time.sleep(0.005)
    if mode == "fail":
        raise ValueError("canary-0d1c")


@entrypoint(checkpointer=InMemorySaver())
def main(n):
    print("printed by the workflow", flush=True)
    quick(0).result()
    quick(1).result()
    hold().result()
    return n


with watch(Progress()):
    try:
        main.invoke(1, thread_id="[red]t-1")
    except ValueError:
        print("caught", flush=True)
print("the end", flush=True)
