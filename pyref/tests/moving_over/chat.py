"""A conversation: what was said before, long-term memory, a context, and coroutines."""

import asyncio
from dataclasses import dataclass
from typing import Any, Optional

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_config, get_store
from langgraph.func import entrypoint, task
from langgraph.runtime import Runtime, get_runtime
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore


@dataclass
class Context:
    user_id: str


@task
async def recall(user_id: str) -> list[str]:
    items = await get_store().asearch(("memories", user_id), limit=5)
    return sorted(item.value["data"] for item in items)


@task
async def call_model(messages: list[dict], known: list[str]) -> dict:
    await asyncio.sleep(0)
    answer = f"{len(messages)} messages, {len(known)} memories"
    return {"role": "assistant", "content": answer}


@task
async def remember(data: str) -> str:
    user_id = get_runtime(Context).context.user_id
    await get_store().aput(("memories", user_id), data, {"data": data})
    return get_config()["configurable"]["thread_id"]


@entrypoint(checkpointer=InMemorySaver(), store=InMemoryStore(), context_schema=Context)
async def chat(
    message: dict,
    *,
    previous: Any = None,
    store: BaseStore,
    config: RunnableConfig,
    runtime: Runtime[Context],
) -> entrypoint.final[dict, list]:
    messages = (previous or []) + [message]
    assert config["metadata"]["source"] == "test"
    known = await recall(runtime.context.user_id)
    reply, thread = await asyncio.gather(call_model(messages, known), remember(message["content"]))
    messages = messages + [reply]
    kept = await store.aget(("memories", runtime.context.user_id), message["content"])
    return entrypoint.final(value={"reply": reply["content"], "kept": kept.value}, save=messages)


@entrypoint(checkpointer=InMemorySaver())
def counter(n: int, *, previous: Optional[int] = None) -> entrypoint.final[int, int]:
    previous = previous or 0
    return entrypoint.final(value=previous, save=2 * n)


async def main():
    config = {"configurable": {"thread_id": "1"}, "metadata": {"source": "test"}}
    print(await chat.ainvoke({"role": "user", "content": "hi, I am Ann"}, config, context=Context("ann")))
    question = {"role": "user", "content": "what is my name?"}
    modes = ["updates", "values"]
    shown = [part async for part in chat.astream(question, config, stream_mode=modes, context=Context(user_id="ann"))]
    print(sorted(name for mode, item in shown if mode == "updates" for name in item), shown[-1])
    other = {"configurable": {"thread_id": "2"}, "metadata": {"source": "test"}}
    print(await chat.ainvoke({"role": "user", "content": "hi"}, other, context=Context("bob")))
    others = [{"configurable": {"thread_id": "3"}, "metadata": {"source": "test"}}]
    print(await chat.abatch([{"role": "user", "content": "yes"}], others, context=Context("carl")))
    state = await chat.aget_state(config)
    print(state.values, state.next)


asyncio.run(main())
print(counter.invoke(3, {"configurable": {"thread_id": "c"}}), counter.invoke(1, {"configurable": {"thread_id": "c"}}))
