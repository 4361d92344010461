"""Retries in a process of its own: every execution is a line in a file, so that what a test counts survives a kill."""

import signal
import sys
import time
from pathlib import Path

from taskpoint import RetryPolicy, SqliteSaver, entrypoint, get_runtime, task

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs begin without it

database, effects, mode, wait = sys.argv[1], Path(sys.argv[2]), sys.argv[3], float(sys.argv[4])
POLICY = RetryPolicy(initial_interval=wait, max_interval=wait, jitter=False)


def effect(text):
    with effects.open("ab", buffering=0) as file:
        file.write(f"{text}\n".encode())


def count(text):
    return effects.read_text().splitlines().count(text)


@task
def pay():
    effect("pay")
    return "paid"


def work():
    paid = pay().result()
    effect("ship")
    if count("ship") < 3:
        raise ConnectionError("truck")
    return paid


@task(retry_policy=POLICY)
def ship():
    effect(f"attempt {get_runtime().execution_info.attempt}")
    return work()


def main(_):
    return work() if mode == "run" else ship().result()


async def amain(_):
    return await ship()


workflow = entrypoint(
    "main",
    amain if mode == "async" else main,
    checkpointer=SqliteSaver(database),
    retry_policy=POLICY if mode == "run" else None,
)
if __name__ == "__main__":
    try:
        print(workflow.invoke(None if "resume" in sys.argv else {}, thread_id="t"), flush=True)
    except KeyboardInterrupt:
        print("stopped", flush=True)
        time.sleep(0)
