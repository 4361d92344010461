"""Delivers one message until it is done, beside others who do the same: `once_worker.py FILE EFFECTS`."""

import sys
import time

from taskpoint import ConcurrentRunError, SqliteSaver, entrypoint, get_runtime, task

database, effects = sys.argv[1:]


@task
def charge(n: int) -> int:
    with open(effects, "a", encoding="utf-8") as file:  # noqa: PTH123 - one write, which is whole or not at all
        file.write(f"{n} {get_runtime().execution_info.idempotency_key}\n")
    time.sleep(0.005)
    return n * n


@entrypoint(checkpointer=SqliteSaver(database))
def pay(numbers: list[int]) -> int:
    return sum(charge(n).result() for n in numbers)


while True:
    try:
        print(pay.invoke(list(range(20)), thread_id="order-17", once=True))
        break
    except ConcurrentRunError:
        time.sleep(0.002)
