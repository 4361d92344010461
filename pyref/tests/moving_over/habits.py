"""What programs do beside the beaten track: names, methods and members that they count on."""

import configparser
import json

from langchain_core.runnables import RunnableConfig
from langgraph.cache.memory import InMemoryCache
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore
from langgraph.types import CachePolicy, Command, RetryPolicy, StreamWriter, interrupt

executed = []


@task(retry_policy=[RetryPolicy(max_attempts=3, initial_interval=0.01, retry_on=configparser.Error)])
def read(text: str, *, runtime: Runtime) -> dict:
    executed.append("read")
    if runtime.execution_info.node_attempt < 2:
        raise configparser.NoSectionError(text)
    return json.loads(text)


@task(cache_policy=CachePolicy(key_func=lambda words, *rest, **options: words[0].encode()))
def shout(words, mark="!", *more, times=1, config: RunnableConfig, writer: StreamWriter, **options) -> str:
    executed.append("shout")
    writer([config["metadata"].get("who"), config["tags"], config["configurable"]["thread_id"]])
    return " ".join(words).upper() + mark * times + "".join(more) + "".join(sorted(options))


@task
def ask(question: str) -> str:
    answer = interrupt(question)
    while not answer.isalpha():
        answer = interrupt(f"{answer} is no word")
    return answer


saver = InMemorySaver()


@entrypoint(checkpointer=saver, store=InMemoryStore(), cache=InMemoryCache())
def habits(inputs: dict, *, previous: int | None = None, store: BaseStore) -> entrypoint.final[dict, int]:
    try:
        read("{").result()
    except json.JSONDecodeError as error:
        place = error.pos
    call = read('{"a": 1}')
    seen = [call.result(), call.done(), call.running(), call.cancelled(), call.exception()]
    loud = shout(inputs["words"], "?", "*", times=2, end=".").result()
    word = ask("which word?").result()
    store.put(("words",), word, {"loud": loud})
    found = sorted(item.key for item in store.search(("words",), filter={"loud": loud}))
    return entrypoint.final(
        value={"place": place, "seen": seen, "loud": loud, "found": found}, save=(previous or 0) + 1
    )


config = {"configurable": {"thread_id": "1"}, "metadata": {"who": "ann"}, "tags": ["late"], "recursion_limit": 5}
for mode, part in habits.stream({"words": ["hi", "ho"]}, config, stream_mode=["custom", "values"]):
    print(mode, part if mode == "custom" else part["__interrupt__"][0].value)
state = habits.get_state(config)
print(state.next, state.tasks[0].name, state.tasks[0].state, [asked.value for asked in state.interrupts])
print(habits.invoke(Command(resume="4"), config)["__interrupt__"][0].value)
print(habits.invoke(Command(resume="four"), config))
print(sorted(set(executed)), habits.get_state(config).metadata["who"])
habits.invoke({"words": ["hi", "hu"]}, config)
print(executed.count("shout"), habits.store is not None)
shout.clear_cache(habits.cache)
print(habits.invoke(Command(resume="five"), config)["found"])
habits.update_state(config, 7)
print([snapshot.values for snapshot in habits.get_state_history(config, filter={"source": "update"})])
saver.delete_thread("1")
print(list(habits.get_state_history(config)), habits.batch([], config))
