"""A balance looked back on: where each checkpoint came from, what was next, filters, and an older run once more."""

from langgraph.checkpoint.memory import MemorySaver
from langgraph.func import entrypoint, task
from langgraph.types import Command, StateSnapshot, interrupt


@task
def fee(amount: int) -> int:
    return amount // 10


@entrypoint(checkpointer=MemorySaver())
def pay_in(amount: int, *, previous: int | None = None) -> int:
    kept = amount - fee(amount).result()
    if amount >= 1000 and interrupt({"really": amount}) != "yes":
        return previous or 0
    return (previous or 0) + kept


def line(state: StateSnapshot) -> str:
    known = [state.metadata[name] for name in ("source", "step", "parents")]
    first = [(task.name, task.result, task.error) for task in state.tasks[:1]]
    return f"{known} by {state.metadata.get('by')}: {state.values}, next {state.next}, {first}"


config = {"configurable": {"thread_id": "ann"}}
pay_in.invoke(100, {**config, "metadata": {"by": "ann"}})
pay_in.invoke(200, config)
pay_in.update_state(config, 50)
pay_in.invoke(2000, {**config, "metadata": {"by": "bob", "source": "a letter"}})
print(line(pay_in.get_state(config)))
pay_in.invoke(Command(resume="yes"), {**config, "metadata": {"by": "bob"}})

for state in pay_in.get_state_history(config):
    print(line(state))

print([state.values for state in pay_in.get_state_history(config, filter={"source": "loop"})])
print([state.values for state in pay_in.get_state_history(config, filter={"source": "input"}, limit=2)])
print([state.metadata["source"] for state in pay_in.get_state_history(config, filter={"step": 3})])
print([state.metadata["step"] for state in pay_in.get_state_history(config, filter={"by": "bob", "source": "loop"})])
print([state.metadata for state in pay_in.get_state_history(config, filter={"source": "a letter"})])

(first,) = pay_in.get_state_history(config, filter={"step": -1})
if first.next:
    print(pay_in.invoke(None, first.config), [state.metadata["source"] for state in pay_in.get_state_history(config)])
print(pay_in.get_state(first.config).next, pay_in.get_state(config).next)
