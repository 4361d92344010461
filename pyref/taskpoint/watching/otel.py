"""OpenTelemetry spans for attempts of runs, for calls and for their executions (`WCH-030` ff.)."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from taskpoint import codec
from taskpoint.watching.events import (
    CallBegan,
    CallEnded,
    CallReplayed,
    CallRetried,
    Event,
    Failure,
    RunBegan,
    RunEnded,
    fields_of,
    moment,
)

try:
    from opentelemetry import context as contexts
    from opentelemetry import trace
    from opentelemetry.trace import Link, Span, SpanContext, Status, StatusCode, TraceFlags, Tracer, TracerProvider
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("Spans needs OpenTelemetry: pip install 'taskpoint[otel]'", name=missing.name) from None

__all__ = ("Spans",)

_REMEMBERED: Final = 1024
"""The spans of so many attempts are known to this process, where their ids do not follow from the attempts'."""


@dataclass(slots=True)
class _Call:
    """The spans of a call that is going on."""

    at: str
    span: Span
    attempts: dict[int, Span] = field(default_factory=dict[int, Span])


@dataclass(slots=True)
class _Run:
    """The spans of an attempt of a run that is going on."""

    span: Span
    replayed: int = 0
    calls: dict[str, deque[_Call]] = field(default_factory=dict[str, deque[_Call]])


class Spans:
    """A watcher that makes OpenTelemetry spans; needs ``pip install 'taskpoint[otel]'``.

    Each attempt of a run has a span, ``run NAME``; below it each call that is executed, ``task NAME``, and below that
    each of its executions, ``attempt NAME``. A span that code makes inside a task lies below the execution that made
    it, in threads and on event loops. A replayed call has no span.

    An attempt begins a trace of its own, whose ids follow from the attempt's id: a run that goes on after a crash, in
    another process or a week later, links to the attempt before it without anything being kept for that. The caller's
    span and the run's link to each other.

    Args:
        tracer_provider: Where spans go; the global provider if left out.
        in_caller: Make the span of a run a child of its caller's, in one trace. Its link to the attempt before is then
            known in the same process only.
        exceptions: Record the exceptions of failures as events, with their texts and tracebacks. They may hold what
            the workflow works on, which is why nothing does so unasked: a span has an error's code or class.

    Example:
        >>> from opentelemetry.sdk.trace import TracerProvider  # doctest: +SKIP
        >>> from taskpoint.watching import Spans, watch
        >>> watching = watch(Spans(TracerProvider()))  # doctest: +SKIP
    """

    def __init__(
        self, tracer_provider: TracerProvider | None = None, *, in_caller: bool = False, exceptions: bool = False
    ) -> None:
        self._provider = tracer_provider
        self._in_caller = in_caller
        self._exceptions = exceptions
        self._lock = threading.Lock()
        self._runs: dict[str, _Run] = {}
        self._known: OrderedDict[str, SpanContext] = OrderedDict()

    # Beginnings, in the context of the code that is about to run

    def enter(self, event: RunBegan | CallBegan) -> None:
        """Begin the span of what begins, and let the code that is about to run see it."""
        span = self._run_began(event) if isinstance(event, RunBegan) else self._call_began(event)
        if span is not None:
            contexts.attach(trace.set_span_in_context(span))

    def _run_began(self, event: RunBegan) -> Span:
        tracer = (self._provider or trace.get_tracer_provider()).get_tracer("taskpoint")
        ids = None if self._in_caller else _ids_of(tracer)
        caller = trace.get_current_span()
        links = list(self._links(event, caller, is_derived=ids is not None))
        around = None if self._in_caller else trace.set_span_in_context(trace.INVALID_SPAN)
        given: dict[str, Any] = {"links": links, "attributes": _attributes(event), "start_time": _ns(event.at)}
        name = f"run {event.run.entrypoint}"
        if ids is None:
            span = tracer.start_span(name, around, **given)
        else:
            with ids.taking(*_derived(event.run.attempt_id)):
                span = tracer.start_span(name, around, **given)
        if not self._in_caller and caller.is_recording():
            caller.add_link(span.get_span_context(), {"taskpoint.link": "run"})
        with self._lock:
            self._runs[event.run.attempt_id] = _Run(span)
            self._known[event.run.attempt_id] = span.get_span_context()
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return span

    def _links(self, event: RunBegan, caller: Span, *, is_derived: bool) -> Iterator[Link]:
        previous = event.previous_attempt_id
        if previous is not None:
            known = self._known.get(previous)
            if known is None and is_derived:  # WCH-032
                known = SpanContext(*_derived(previous), is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
            if known is not None:
                yield Link(known, {"taskpoint.link": "previous attempt"})
        if not self._in_caller and caller.get_span_context().is_valid:
            yield Link(caller.get_span_context(), {"taskpoint.link": "caller"})

    def _call_began(self, event: CallBegan) -> Span | None:
        run = self._runs.get(event.run.attempt_id)
        if run is None:
            return None
        tracer = (self._provider or trace.get_tracer_provider()).get_tracer("taskpoint")
        at, attributes = _ns(event.at), _attributes(event)
        with self._lock:
            calls = run.calls.setdefault(event.path, deque())
            if event.attempt == 1 or not calls:
                of_call = {name: value for name, value in attributes.items() if name != "taskpoint.attempt"}
                span = tracer.start_span(f"{event.kind} {event.name}", attributes=of_call, start_time=at)
                calls.append(_Call(event.at, span))
            call = calls[-1]
            around = trace.set_span_in_context(call.span)
            attempt = tracer.start_span(f"attempt {event.name}", around, attributes=attributes, start_time=at)
            call.attempts[event.attempt] = attempt
        return attempt

    # Ends, in a thread that no run waits for

    def __call__(self, event: Event) -> None:
        """End the spans of what ends."""
        with self._lock:
            run = self._runs.get(event.run.attempt_id)
        if run is None:
            return
        match event:
            case CallReplayed():
                run.replayed += 1
            case CallRetried():
                self._retried(run, event)
            case CallEnded():
                self._call_ended(run, event)
            case RunEnded():
                with self._lock:
                    del self._runs[event.run.attempt_id]
                _leave(run, "", event.at)
                run.span.set_attribute("taskpoint.replayed", run.replayed)
                self._end(run.span, event, event.failure)
            case _:
                pass

    def _retried(self, run: _Run, event: CallRetried) -> None:
        with self._lock:
            _leave(run, f"{event.path}/", event.at)
            calls = run.calls.get(event.path)
            attempt = calls[0].attempts.pop(event.attempt, None) if calls else None
        if attempt is not None:
            self._end(attempt, event, event.failure, is_execution=True)

    def _call_ended(self, run: _Run, event: CallEnded) -> None:
        with self._lock:
            calls = run.calls.get(event.path)
            call = calls.popleft() if calls else None
            if not calls:
                run.calls.pop(event.path, None)
        if call is not None:  # one that was cached, or cancelled before it began, was not executed
            for span in call.attempts.values():
                self._end(span, event, event.failure, is_execution=True)
            self._end(call.span, event, event.failure)

    def _end(self, span: Span, event: Event, failure: Failure | None, *, is_execution: bool = False) -> None:
        at = _ns(event.at)
        of_call = ("taskpoint.attempts", "taskpoint.duration") if is_execution else ()
        span.set_attributes({name: value for name, value in _attributes(event).items() if name not in of_call})
        if failure is not None:
            if self._exceptions and failure.exception is not None:
                span.record_exception(failure.exception, timestamp=at)
            span.set_attribute("error.type", failure.type)
            span.set_status(Status(StatusCode.ERROR, failure.code or failure.type))  # WCH-033
        span.end(at)


def _leave(run: _Run, inside: str, at: str) -> None:
    """End the spans of calls inside a path that have no outcome and began before a moment."""
    for path in [path for path in run.calls if path.startswith(inside)]:
        calls = run.calls[path]
        while calls and calls[0].at <= at:
            call = calls.popleft()
            for span in (*call.attempts.values(), call.span):
                span.end(_ns(at))
        if not calls:
            del run.calls[path]


class _Ids:
    """Gives a span the ids that it is to have, and all others those of the generator that was there."""

    def __init__(self, other: Any) -> None:
        self._other = other
        self._given = threading.local()

    @contextmanager
    def taking(self, trace_id: int, span_id: int) -> Generator[None]:
        """Give these ids to the span that is made inside."""
        self._given.ids = trace_id, span_id
        try:
            yield
        finally:
            self._given.ids = None

    def generate_trace_id(self) -> int:
        ids: tuple[int, int] | None = getattr(self._given, "ids", None)
        made: int = self._other.generate_trace_id() if ids is None else ids[0]
        return made

    def generate_span_id(self) -> int:
        ids: tuple[int, int] | None = getattr(self._given, "ids", None)
        made: int = self._other.generate_span_id() if ids is None else ids[1]
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._other, name)


def _ids_of(tracer: Tracer) -> _Ids | None:
    """Return what gives ids to the spans of our own tracer; None where its makers have no such thing."""
    found: Any = getattr(tracer, "id_generator", None)
    if found is not None and not isinstance(found, _Ids):
        found = _Ids(found)
        setattr(tracer, "id_generator", found)  # noqa: B010 - the interface does not know it, the SDK's class does
    ids: _Ids | None = found
    return ids


def _derived(attempt_id: str) -> tuple[int, int]:
    """Return the ids of the trace and the span of an attempt (`WCH-031`)."""
    digest = codec.digest_arguments([attempt_id])
    return int(digest[:32], 16), int(digest[32:48], 16)


def _attributes(event: Event) -> Mapping[str, str | bool | int | float | Sequence[str]]:
    return {f"taskpoint.{name}": value for name, value in fields_of(event).items()}


def _ns(at: str) -> int:
    return round(moment(at).timestamp() * 1_000_000) * 1000
