"""Orders that must get through: retries, a cache, side-by-side calls, a failure that is continued, SQLite, history."""

import time

from langgraph.cache.memory import InMemoryCache
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.func import entrypoint, task
from langgraph.types import CachePolicy, Command, RetryPolicy, TimeoutPolicy, interrupt

attempts = {"reserve": 0, "price": 0, "ship": 0}


@task(retry_policy=RetryPolicy(initial_interval=0.01, jitter=False, retry_on=ConnectionError))
def reserve(item: str) -> str:
    attempts["reserve"] += 1
    if attempts["reserve"] == 1:
        raise ConnectionError("try again")
    return f"{item} reserved"


@task(cache_policy=CachePolicy(ttl=120))
def price(item: str) -> int:
    attempts["price"] += 1
    time.sleep(0.01)
    return len(item) * 10


@task(name="send_parcel", retry_policy=[RetryPolicy(max_attempts=1)])
def ship(items: list[str]) -> dict:
    attempts["ship"] += 1
    if attempts["ship"] == 1:
        raise ValueError("no courier")
    return {"sent": items}


with SqliteSaver.from_conn_string("orders.db") as checkpointer:

    @entrypoint(checkpointer=checkpointer, cache=InMemoryCache())
    def order(inputs: dict) -> dict:
        reserved = [reserve(item) for item in inputs["items"]]
        prices = [price(item) for item in inputs["items"]]
        total = sum(future.result() for future in prices)
        notes = [future.result() for future in reserved]
        answer = interrupt({"pay": total})
        if answer != "yes":
            return {"cancelled": notes}
        return {"total": total, "notes": notes, **ship(inputs["items"]).result()}

    config = {"configurable": {"thread_id": "order-1"}}
    result = order.invoke({"items": ["tea", "bread"]}, config)
    print([pending.value for pending in result["__interrupt__"]], attempts)

    try:
        order.invoke(Command(resume="yes"), config)
    except ValueError as error:
        print("failed:", error)
    print("unfinished:", order.get_state(config).next)
    print(order.invoke(None, config))

    again = {"configurable": {"thread_id": "order-2"}}
    pending = order.invoke({"items": ["tea", "bread"]}, again)["__interrupt__"][0]
    print(order.invoke(Command(resume={pending.id: "no"}), again, durability="sync"))
    print(attempts)

    history = list(order.get_state_history(config))
    print(history[0].values["total"], history[0].next, len(history) > 1)
    order.update_state(config, {"total": 0})
    print(order.get_state(config).values)
