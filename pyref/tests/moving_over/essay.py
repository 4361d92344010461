"""An essay that a person reviews: tasks, an interrupt, its answer, and the stream of both runs."""

import uuid

from langgraph.checkpoint.memory import MemorySaver
from langgraph.func import entrypoint, task
from langgraph.types import Command, interrupt

written = []


@task
def write_essay(topic: str) -> str:
    """Write an essay about the given topic."""
    written.append(topic)
    return f"An essay about topic: {topic}"


@task
def check_spelling(essay: str, *, language: str = "en") -> dict:
    """Count what a spelling checker would look at."""
    return {"words": len(essay.split()), "language": language}


@entrypoint(checkpointer=MemorySaver())
def workflow(topic: str) -> dict:
    """Write an essay and ask for a review."""
    essay = write_essay(topic).result()
    checked = check_spelling(essay, language="en-GB").result()
    is_approved = interrupt({"essay": essay, "action": "Please approve or reject the essay"})
    return {"essay": essay, "is_approved": is_approved, "words": checked["words"]}


config = {"configurable": {"thread_id": str(uuid.uuid4())}}

for item in workflow.stream("cat", config):
    if "__interrupt__" in item:
        (asked,) = item["__interrupt__"]
        print("asked:", asked.value["action"], isinstance(asked.id, str))
    else:
        print(item)

state = workflow.get_state(config)
print("next:", state.next, [pending.value["essay"] for pending in state.interrupts])

for item in workflow.stream(Command(resume=True), config):
    print(item)
print("written:", written)

state = workflow.get_state(config)
print(
    "state:",
    state.values["is_approved"],
    state.next,
    state.config["configurable"]["thread_id"] == config["configurable"]["thread_id"],
)
