"""Who waits for the end of a run, and wants to know what happened in it."""

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.types import Command, GraphOutput, interrupt


@task
def draft(topic: str) -> str:
    return f"About {topic}"


@entrypoint(checkpointer=InMemorySaver())
def essay(topic: str) -> dict:
    text = draft(topic).result()
    return {"text": text, "review": interrupt({"read": text})}


def asked(part: dict) -> object:
    return [each.value for each in part["__interrupt__"]] if "__interrupt__" in part else part


config = {"configurable": {"thread_id": "1"}}
print([asked(part) for part in essay.invoke("cats", config, stream_mode="updates")])
print(essay.invoke(Command(resume="fine"), config, stream_mode=["updates", "custom"]))

config = {"configurable": {"thread_id": "2"}}
paused = essay.invoke("dogs", config, version="v2")
print(isinstance(paused, GraphOutput), paused.value, [each.value for each in paused.interrupts])
ended = essay.invoke(Command(resume="good"), config, version="v2")
print(ended.value, ended.interrupts)
