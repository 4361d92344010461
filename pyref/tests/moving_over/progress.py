"""A long job that tells how far it is, asks one question after the other, and is looked at in between."""

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import MemorySaver
from langgraph.config import get_stream_writer
from langgraph.func import entrypoint, task
from langgraph.runtime import Runtime
from langgraph.types import Command, StreamWriter, interrupt


@task
def fetch(page: int, config: RunnableConfig) -> dict:
    write = get_stream_writer()
    write({"page": page, "for": config["configurable"]["user"]})
    return {"page": page, "lines": [f"line {n}" for n in range(2)]}


@entrypoint(checkpointer=MemorySaver())
def job(pages: int, *, writer: StreamWriter, config: RunnableConfig, runtime: Runtime) -> dict:
    writer(f"{pages} pages")
    fetched = [fetch(page).result() for page in range(pages)]
    answers = [interrupt(f"is page {page} fine?") for page in range(pages)]
    runtime.stream_writer("done")
    return {"lines": sum(len(each["lines"]) for each in fetched), "answers": answers}


config = {"configurable": {"thread_id": "1", "user": "Ann"}, "recursion_limit": 50, "tags": ["job"]}
for part in job.stream(2, config, stream_mode="custom"):
    print(part)

for answer in ("yes", "no"):
    (asked,) = job.get_state(config).interrupts
    print(asked.value)
    for mode, part in job.stream(Command(resume={asked.id: answer}), config, stream_mode=["custom", "updates"]):
        print(mode, "asked" if "__interrupt__" in part else part)
print(job.get_state(config).next)
