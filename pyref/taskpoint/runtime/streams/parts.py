"""What a stream shows of each event, mode by mode, in LangGraph's shapes (`STM-010` ff.)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args

from taskpoint import codec
from taskpoint._core.journal import Checkpoint
from taskpoint.errors import UsageError, ValueEncodingError
from taskpoint.runtime.state.snapshots import config_of, metadata_of, step_of
from taskpoint.runtime.streams.events import CallBegan, CallEnded, CustomWritten, Event, RunBegan, RunEnded, RunFound
from taskpoint.runtime.values.commands import Interrupt, question_of
from taskpoint.runtime.values.recorded import decode

if TYPE_CHECKING:
    from taskpoint.runtime.runs.attempt import Attempt

__all__ = (
    "GraphOutput",
    "Parts",
    "StreamMode",
    "StreamOptions",
    "read_result_options",
    "read_stream_options",
    "result_of",
)

StreamMode = Literal["values", "updates", "custom", "tasks", "checkpoints", "debug"]
"""What a stream shows."""

_BEGIN: Final = ("__start__",)
_CALL: Final = ("__pregel_push",)
"""What LangGraph says has triggered a run's own code, and a call."""
MODES: Final[tuple[str, ...]] = get_args(StreamMode)
_VERSIONS: Final = ("v1", "v2")
_INTERRUPT: Final = "__interrupt__"
_Namespace = tuple[str, ...]
_Shown = Iterator[tuple[_Namespace, str, Callable[[], Any]]]
"""Namespaces, modes, and what makes the payloads of those that are asked for."""


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """Which modes a stream shows, and in which form."""

    modes: frozenset[str]
    several: bool
    """Whether a list of modes was asked for, so that each part names its own."""
    subgraphs: bool
    is_v2: bool

    def shows(self, *modes: str) -> bool:
        """Tell whether one of these modes is asked for."""
        return not self.modes.isdisjoint(modes)


def read_stream_options(mode: object, version: object, *, subgraphs: bool) -> StreamOptions:
    """Read what a stream is asked to show.

    Raises:
        UsageError: A mode or the version does not exist (`STM-011`).
    """
    several = isinstance(mode, list | tuple)
    modes: tuple[object, ...] = ("updates",) if mode is None else (mode,)
    if several:
        modes = tuple(cast("Sequence[object]", mode))
    if not modes or any(each not in MODES for each in modes):
        raise UsageError("the stream mode is unknown", hint=f"use one of {', '.join(MODES)}, or a list of them")
    if version not in _VERSIONS:
        raise UsageError("the version of the stream is unknown", hint=f"use one of {', '.join(_VERSIONS)}")
    names = frozenset(cast("tuple[str, ...]", modes))
    return StreamOptions(names, several, bool(subgraphs), version == "v2")


@dataclass(frozen=True, slots=True)
class GraphOutput:
    """What ``invoke(..., version="v2")`` returns: the value of a run beside what it asks, as in LangGraph.

    Attributes:
        value: What the workflow returned; ``{}`` where the run waits for answers.
        interrupts: The questions that it waits to have answered; empty where it has ended.

    Example:
        >>> from taskpoint import entrypoint
        >>> double = entrypoint("double", lambda n: 2 * n)
        >>> double.invoke(2, version="v2")
        GraphOutput(value=4, interrupts=())
    """

    value: Any
    interrupts: tuple[Interrupt, ...] = ()


def read_result_options(mode: object, version: object) -> StreamOptions | None:
    """Read in which form the result of a run is asked for; None where it is the plain value.

    Raises:
        UsageError: A mode or the version does not exist (`STM-011`).
    """
    if version == "v1" and (mode is None or mode == "values"):
        return None
    return read_stream_options("values" if mode is None else mode, version, subgraphs=False)


def result_of(options: StreamOptions, parts: Iterable[Any]) -> Any:
    """Return the result of a run whose stream shows these parts."""
    listed = list(parts)
    if options.several or not options.shows("values"):
        return listed
    (part,) = listed  # of v2: the first version of it is the plain value
    return GraphOutput(part["data"], part["interrupts"])


class _Live:
    """An argument that is no value: it is shown as it is."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


def _frozen(value: object) -> str | _Live:
    try:
        return codec.encode(value)
    except ValueEncodingError:
        return _Live(value)


def _thawed(frozen: str | _Live) -> Any:
    return frozen.value if isinstance(frozen, _Live) else codec.decode(frozen)


_Input = tuple[list["str | _Live"], dict[str, "str | _Live"]]


class Parts:
    """Makes of each event the parts that one stream shows of it."""

    def __init__(self, options: StreamOptions) -> None:
        self._options = options
        self._open: dict[str, CallBegan] = {}
        """The calls that have begun and have no outcome yet."""
        self._id = ""
        self._step = 0

    def note(self, event: Event) -> tuple[Event, _Input | None]:
        """Take an event while the run waits: arguments are kept as they are now (`STM-008`)."""
        if isinstance(event, CallBegan) and event.attempt == 1 and self._options.shows("tasks", "debug"):
            args = [_frozen(each) for each in event.args]
            return event, (args, {name: _frozen(each) for name, each in event.kwargs.items()})
        return event, None

    def of(self, event: Event, input: _Input | None) -> Iterator[Any]:
        """Yield the parts of an event."""
        options = self._options
        for ns, mode, payload in self._shown(event, input):
            if mode in options.modes and (not ns or options.subgraphs):  # STM-006
                asked = event.asked() if isinstance(event, RunEnded) and mode == "values" else ()
                yield _part(options, ns, mode, payload(), asked)

    def _shown(self, event: Event, input: _Input | None) -> _Shown:
        match event:
            case RunBegan():
                yield from self._run_began(event)
            case CallBegan() if input is not None:
                yield from self._call_began(event, input)
            case CallEnded():
                yield from self._call_ended(event)
            case CustomWritten():
                yield event.ns, "custom", event.value
            case RunEnded():
                yield from self._run_ended(event)
            case RunFound():
                yield (), "updates", lambda: {event.run.entrypoint: event.value()}
                yield (), "values", event.value
            case _:
                pass

    # Events

    def _run_began(self, event: RunBegan) -> _Shown:
        source = event.source
        self._open.clear()
        self._id = event.run.checkpoint_id or source.run.unsaved_id
        self._step = source.checkpoint.seq
        if source.makes and source.run.writer is not None:
            yield from self._made(event, source.checkpoint)
        yield from self._task(event, "", event.run.entrypoint, lambda: {"input": _input(source), "triggers": _BEGIN})

    def _call_began(self, event: CallBegan, input: _Input) -> _Shown:
        self._open[event.path] = event
        yield from self._task(event, event.path, event.name, lambda: {"input": _given(input), "triggers": _CALL})

    def _call_ended(self, event: CallEnded) -> _Shown:
        completed = event.outcome == "completed"
        self._open.pop(event.path, None)
        if completed:
            cached = {"__metadata__": {"cached": True}} if event.cached else {}
            yield event.ns, "updates", lambda: {event.name: event.value(), **cached}

        def ended() -> dict[str, Any]:
            told = {"cancelled": True} if event.outcome == "cancelled" else {"cached": True} if event.cached else {}
            result = {"__return__": event.value()} if completed else {}
            return _ended(event.error(), result) | (told if self._options.is_v2 else {})

        yield from self._task(event, event.path, event.name, ended)

    def _run_ended(self, event: RunEnded) -> _Shown:
        name = event.run.entrypoint
        if event.outcome == "interrupted":
            yield (), "updates", lambda: {_INTERRUPT: event.asked()}
            for call in self._open.values():
                if _asked_in(event, call):
                    at_call = replace(event, ns=call.ns)
                    yield from self._task(at_call, call.path, call.name, partial(_suspended, event, call))
            yield from self._task(event, "", name, lambda: _ended(questions=event.asked()))
            yield (), "values", lambda: {_INTERRUPT: event.asked()}
        elif event.outcome == "completed":
            yield (), "updates", lambda: {name: event.value()}
            yield from self._task(event, "", name, lambda: _ended(result={"__end__": event.value()}))
            yield (), "values", event.value
            if event.source.closing is not None:
                yield from self._made(event, event.source.closing)
        elif event.outcome == "failed":
            yield from self._task(event, "", name, lambda: _ended(event.error))

    # Payloads

    def _task(self, event: Event, path: str, name: str, members: Callable[[], dict[str, Any]]) -> _Shown:
        """Show the beginning or the end of a call, or of the entrypoint itself."""

        def payload() -> dict[str, Any]:
            place = {"path": path} if self._options.is_v2 else {}
            return {"id": f"{self._id}:{path}" if path else self._id, "name": name, **place, **members()}

        yield from _twice(event, "tasks", self._step, payload)

    def _made(self, event: RunBegan | RunEnded, checkpoint: Checkpoint) -> _Shown:
        """Show a checkpoint as `get_state` shows it at this moment."""
        source, name = event.source, checkpoint.entrypoint_name

        def payload() -> dict[str, Any]:
            parent = checkpoint.parent_id
            began = isinstance(event, RunBegan)
            pending = source.run.machine.index.pending() if began else ()
            interrupts = tuple(_question(question_of(each)) for each in pending)
            row: dict[str, Any] = {"id": checkpoint.id, "name": name, "interrupts": interrupts}
            if not self._options.is_v2:
                row["state"] = None
            return {
                "config": config_of(checkpoint),
                "parent_config": None if parent is None else config_of(replace(checkpoint, id=parent)),
                "values": _value_before(event) if isinstance(event, RunBegan) else event.value(),
                "metadata": metadata_of(checkpoint),
                "next": [name] if began else [],
                "tasks": [row] if began else [],
            }

        yield from _twice(event, "checkpoints", step_of(checkpoint), payload)


def _twice(event: Event, mode: str, step: int, payload: Callable[[], dict[str, Any]]) -> _Shown:
    """Show a payload in its own mode, and wrapped in `debug`."""

    def wrapped() -> dict[str, Any]:
        inner = payload()
        kind = "checkpoint" if mode == "checkpoints" else "task_result" if "result" in inner else "task"
        return {"step": step, "timestamp": event.at, "type": kind, "payload": inner}

    yield event.ns, mode, payload
    yield event.ns, "debug", wrapped


def _input(source: Attempt) -> Any:
    checkpoint = source.checkpoint
    form = source.entrypoint.forms.input
    return form.read(checkpoint.input or "null", checkpoint.entrypoint_version, "the run's input")


def _given(input: _Input) -> tuple[tuple[Any, ...], dict[str, Any]]:
    args, kwargs = input
    return tuple(_thawed(each) for each in args), {name: _thawed(each) for name, each in kwargs.items()}


def _ended(
    error: BaseException | None = None, result: dict[str, Any] | None = None, questions: Sequence[Interrupt] = ()
) -> dict[str, Any]:
    return {"error": error, "result": result or {}, "interrupts": [_question(each) for each in questions]}


def _question(each: Interrupt) -> dict[str, Any]:
    """Return a question as the parts that are documents have it."""
    schema = {} if each.response_schema is None else {"response_schema": each.response_schema}
    return {"value": each.value, "id": each.id, **schema}


def _asked_in(event: RunEnded, call: CallBegan) -> list[Interrupt]:
    """Return what something inside a call asks, so that the call has no outcome."""
    inside = (f"{call.path}!", f"{call.path}/")
    return [each for each in event.asked() if each.id.startswith(inside)]


def _suspended(event: RunEnded, call: CallBegan) -> dict[str, Any]:
    return _ended(questions=_asked_in(event, call))


def _value_before(event: RunBegan) -> Any:
    """Return the value that the thread's newest completed run left."""
    saved = event.source.run.saved
    before = None if saved is None else saved.source()
    return None if before is None or before.value is None else decode(before.value, "the value of the last run")


def _part(
    options: StreamOptions, ns: _Namespace, mode: str, payload: Any, interrupts: tuple[Interrupt, ...] = ()
) -> Any:
    """Return what a stream yields; a part of `values` has its interrupts beside it, as in LangGraph (`STM-013`)."""
    if options.is_v2 and mode == "values":
        return {"type": mode, "ns": ns, "data": {} if interrupts else payload, "interrupts": interrupts}
    if options.is_v2:
        return {"type": mode, "ns": ns, "data": payload}
    if options.several:
        return (ns, mode, payload) if options.subgraphs else (mode, payload)
    return (ns, payload) if options.subgraphs else payload


def parts_of_value(options: StreamOptions, name: str, value: Any) -> Iterator[Any]:
    """Yield what a stream shows of an entrypoint that is called inside a run: its value, and nothing else."""
    if options.shows("updates"):
        yield _part(options, (), "updates", {name: value})
    if options.shows("values"):
        yield _part(options, (), "values", value)
