"""Entrypoints keep the types of their input and result, whichever form makes them.

A line whose error is expected carries an ignore for each checker; an ignore without an error is an error itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Literal, assert_type

from taskpoint import (
    Command,
    Entrypoint,
    EntrypointFinal,
    InMemorySaver,
    Interrupt,
    RunnableConfig,
    Runtime,
    StateSnapshot,
    StateUpdate,
    TaskFuture,
    entrypoint,
    get_runtime,
    interrupt,
)


def plain(number: int) -> str:
    """Return its text."""
    return str(number)


async def coroutine(number: int) -> str:
    """Return its text."""
    return str(number)


def final(number: int, *, previous: str | None = None) -> EntrypointFinal[int, str]:
    """Return one value and save another."""
    return entrypoint.final(value=number, save=f"{previous}{number}")


async def final_later(number: int, *, previous: str | None = None) -> EntrypointFinal[int, str]:
    """Return one value and save another."""
    return entrypoint.final(value=number, save=f"{previous}{number}")


def needs_previous(number: int, *, previous: str | None) -> str:
    """Return both."""
    return f"{previous}{number}"


def no_input() -> list[int]:
    """Return nothing."""
    return []


def forms() -> None:
    """Each form gives the same type."""
    assert_type(entrypoint(plain), Entrypoint[int, str])
    assert_type(entrypoint()(plain), Entrypoint[int, str])
    assert_type(entrypoint(name="n", checkpointer=InMemorySaver())(plain), Entrypoint[int, str])
    assert_type(entrypoint("named", plain), Entrypoint[int, str])
    assert_type(entrypoint("named", plain, version="1", on_divergence="warn"), Entrypoint[int, str])
    assert_type(entrypoint({"name": "mapping"}, plain), Entrypoint[int, str])


def coroutines() -> None:
    """The result of an async function is what it returns, no coroutine."""
    assert_type(entrypoint(coroutine), Entrypoint[int, str])
    assert_type(entrypoint()(coroutine), Entrypoint[int, str])
    assert_type(entrypoint("named", coroutine), Entrypoint[int, str])


def finals() -> None:
    """What is saved is no part of the result."""
    assert_type(entrypoint(final), Entrypoint[int, int])
    assert_type(entrypoint()(final), Entrypoint[int, int])
    assert_type(entrypoint("named", final), Entrypoint[int, int])
    assert_type(entrypoint(final_later), Entrypoint[int, int])
    assert_type(entrypoint()(final_later), Entrypoint[int, int])
    assert_type(entrypoint("named", final_later), Entrypoint[int, int])
    assert_type(entrypoint.final(value=1, save="a").value, int)
    assert_type(entrypoint.final(value=1, save="a").save, str)


def other_parameters() -> None:
    """A function that takes more or less than an input keeps its result at least."""
    assert_type(entrypoint(needs_previous), Entrypoint[Any, str])
    assert_type(entrypoint("named", no_input), Entrypoint[Any, list[int]])


def definition_mistakes() -> None:
    """Options that do not exist, or of the wrong type, are errors."""
    entrypoint(nam="n")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    entrypoint(checkpointer=3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    entrypoint("n", plain, on_divergence="never")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    entrypoint("n", 3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    entrypoint.final(value=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def runs(main: Entrypoint[int, str], later: Entrypoint[int, str]) -> None:
    """An input, a command and None can be passed; what comes back may also be a pause."""
    assert_type(main.invoke(1), str | Any)
    assert_type(main.invoke(None, thread_id="t"), str | Any)
    assert_type(main.invoke(Command(resume="yes"), thread_id="t"), str | Any)
    assert_type(main.invoke(1, {"configurable": {"thread_id": "t"}}), str | Any)
    assert_type(await later.ainvoke(1, thread_id="t", retry="all"), str | Any)
    assert_type(main.stream(1), Iterator[Any])
    assert_type(main.batch([1, 2]), list[Any])
    async for event in later.astream(1):
        print(event)


async def run_mistakes(main: Entrypoint[int, str]) -> None:
    """An input of another type is an error, in each way to run."""
    main.invoke("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await main.ainvoke("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    main.stream("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    main.batch(["1"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    main.invoke(1, thread_id=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    main.invoke(1, thread="t")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    main(1)  # type: ignore[operator]  # pyright: ignore[reportCallIssue]


async def state(main: Entrypoint[int, str]) -> None:
    """Snapshots are typed, and so is what they hold."""
    assert_type(main.get_state(thread_id="t"), StateSnapshot)
    assert_type(await main.aget_state(thread_id="t"), StateSnapshot)
    assert_type(main.get_state_history(thread_id="t", limit=1), Iterator[StateSnapshot])
    assert_type(main.update_state(None, "value", thread_id="t"), dict[str, Any])
    assert_type(main.fork(thread_id="t", before="a#0"), dict[str, Any])
    assert_type(main.bulk_update_state(None, [[StateUpdate("v")]], thread_id="t"), dict[str, Any])
    assert_type(await main.afork(thread_id="t"), dict[str, Any])
    assert_type(main.get_state(thread_id="t").interrupts, tuple[Interrupt, ...])
    main.get_state(thread_id="t").value  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018 - the access is the error


def pauses() -> None:
    """Questions and answers can be any value; what surrounds them is typed."""
    assert_type(interrupt("sure?"), Any)
    assert_type(interrupt("sure?", response_schema=bool), bool)
    assert_type(interrupt("who?", response_schema=list[str]), list[str])
    assert_type(interrupt("which?", response_schema=StateUpdate), StateUpdate)
    assert_type(interrupt("sure?", response_schema={"type": "boolean"}), Any)
    assert_type(interrupt("sure?", response_schema=Literal["yes", "no"]), Any)
    interrupt("sure?", bool)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    assert_type(Interrupt("sure?", "!0").id, str)
    assert_type(Interrupt("sure?", "!0").response_schema, dict[str, Any] | None)
    Command(answers={"!0": "yes"})
    Command("yes", {"!0": 1}, 3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Command(answers={0: "yes"})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]


def accepts_either(sync: Callable[[int], str], later: Callable[[int], Awaitable[str]]) -> None:
    """A function that comes from elsewhere is typed by what it returns."""
    assert_type(entrypoint("sync", sync), Entrypoint[int, str])
    assert_type(entrypoint("later", later), Entrypoint[int, str])


def runtimes() -> None:
    """A context has the type that was asked for, and a config that was declared fits."""
    assert_type(get_runtime(int), Runtime[int])
    assert_type(get_runtime(), Runtime[Any])
    config: RunnableConfig = {"configurable": {"thread_id": "t"}}
    entrypoint(plain).invoke(1, config)
    RunnableConfig(recursion=1)  # type: ignore[typeddict-unknown-key]  # pyright: ignore[reportCallIssue]


async def in_batches() -> None:
    """Both batches take the same options: those of a run, not those of what is shown of one."""
    workflow = entrypoint("plain", plain)
    workflow.batch([1], durability="exit")
    await workflow.abatch([1], durability="exit")
    workflow.batch([1], stream_mode="updates")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await workflow.abatch([1], stream_mode="updates")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def of_no_value(number: int, call: TaskFuture[int]) -> None:
    """An entrypoint is no function, and a call is not its value."""
    entrypoint("plain", plain)(number)  # type: ignore[operator]  # pyright: ignore[reportCallIssue]
    print(call + 1)  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnknownArgumentType]
    print(call["x"])  # type: ignore[index]  # pyright: ignore[reportIndexIssue, reportUnknownArgumentType]
    print(*call)  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues, reportUnknownArgumentType]
