"""Spans: their tree, their links across resumes, and what they never say."""

import asyncio
import contextlib
import json
import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytest.importorskip("opentelemetry.sdk", reason="opentelemetry-sdk comes with the extra [test]")

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import NoOpTracerProvider, StatusCode

from taskpoint import (
    Command,
    InMemorySaver,
    RetryPolicy,
    SqliteSaver,
    StopRun,
    UsageError,
    durable,
    entrypoint,
    gather,
    interrupt,
    stop_runs,
    task,
)
from taskpoint.watching import Spans, otel

CANARY = "canary-9e77"
WORKER = Path(__file__).with_name("span_worker.py")
SPEC = Path(__file__).parents[3] / "spec" / "1.0" / "23-watching.md"


class Traced:
    """A provider of spans, and what came of them."""

    def __init__(self):
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = self.provider.get_tracer("user")

    @property
    def spans(self):
        return sorted(self.exporter.get_finished_spans(), key=lambda span: (span.start_time, span.name))

    def named(self, name):
        return [span for span in self.spans if span.name == name]

    def tree(self):
        """Say who is below whom."""
        names = {span.context.span_id: span.name for span in self.spans}
        return sorted((span.name, names[span.parent.span_id] if span.parent else None) for span in self.spans)


@pytest.fixture
def traced():
    return Traced()


def flaky_workflow(traced, form):
    left = []

    def work(n):
        with traced.tracer.start_as_current_span("inside"):
            left.append(n)
        if len(left) == 1:
            raise ConnectionError(CANARY)
        return n

    @task
    def leaf(n):
        with traced.tracer.start_as_current_span("leaf's own"):
            return n

    @task
    async def aleaf(n):
        with traced.tracer.start_as_current_span("leaf's own"):
            await asyncio.sleep(0)
            return n

    soon = RetryPolicy(initial_interval=0.001)

    @task(retry_policy=soon)
    def flaky(n):
        return leaf.with_options(name="leaf")(work(n)).result()

    @task(retry_policy=soon)
    async def aflaky(n):
        await asyncio.sleep(0)
        return await aleaf.with_options(name="leaf")(work(n))

    def body(n):
        with traced.tracer.start_as_current_span("body"):
            return flaky(n).result()

    async def abody(n):
        with traced.tracer.start_as_current_span("body"):
            return await aflaky.with_options(name="flaky")(n)

    return entrypoint("main", body if form == "sync" else abody)


@pytest.mark.parametrize("form", ["sync", "async"])
def test_each_attempt_call_and_execution_has_a_span(traced, form):
    """`WCH-030`: and the user's own lie where they belong."""
    assert flaky_workflow(traced, form).invoke(7, watch=Spans(traced.provider)) == 7
    assert traced.tree() == sorted(
        [
            ("run main", None),
            ("body", "run main"),
            ("task flaky", "body"),
            ("attempt flaky", "task flaky"),
            ("inside", "attempt flaky"),
            ("attempt flaky", "task flaky"),
            ("inside", "attempt flaky"),
            ("task leaf", "attempt flaky"),
            ("attempt leaf", "task leaf"),
            ("leaf's own", "attempt leaf"),
        ]
    )
    first, second = traced.named("attempt flaky")
    assert (first.status.status_code, first.status.description) == (StatusCode.ERROR, "ConnectionError")
    assert (second.status.status_code, second.attributes["taskpoint.outcome"]) == (StatusCode.UNSET, "completed")
    assert [span.attributes["taskpoint.attempt"] for span in (first, second)] == [1, 2]
    [call] = traced.named("task flaky")
    assert call.attributes["taskpoint.attempts"] == 2
    assert call.start_time <= first.start_time < first.end_time <= second.start_time < second.end_time <= call.end_time
    assert all(span.start_time <= span.end_time for span in traced.spans)


def test_calls_side_by_side_have_their_own_spans(traced):
    @task
    def side(n):
        with traced.tracer.start_as_current_span(f"own {n}"):
            return n

    flow = entrypoint("flow", lambda n: gather(*[side(i) for i in range(n)]))
    flow.invoke(20, watch=Spans(traced.provider))
    by_id = {span.context.span_id: span for span in traced.spans}
    for n in range(20):
        [own] = traced.named(f"own {n}")
        assert by_id[own.parent.span_id].attributes["taskpoint.path"] == f"side#{n}"


def test_a_nested_entrypoint_and_what_is_the_librarys_own(traced):
    inner = entrypoint("inner", lambda n: n)
    entrypoint("outside", lambda n: (durable.now(), inner.invoke(n))[1]).invoke(1, watch=Spans(traced.provider))
    assert traced.tree() == [
        ("attempt inner", "entrypoint inner"),
        ("entrypoint inner", "run outside"),
        ("run outside", None),
    ]


def asking(traced):
    @task
    def ask(n):
        return interrupt(CANARY)

    @task
    def before(n):
        return n

    return entrypoint("flow", lambda n: before(n).result() + ask(n).result(), checkpointer=InMemorySaver())


def test_a_resumed_run_links_to_the_attempt_before(traced):
    """`WCH-032`: in this process by another watcher that knows nothing of the first."""
    flow = asking(traced)
    flow.invoke(1, thread_id="t", watch=Spans(traced.provider))
    flow.invoke(Command(resume=2), thread_id="t", watch=Spans(traced.provider))
    first, second = traced.named("run flow")
    [link] = second.links
    assert (link.context.trace_id, link.context.span_id) == (first.context.trace_id, first.context.span_id)
    assert dict(link.attributes) == {"taskpoint.link": "previous attempt"}
    assert first.context.trace_id != second.context.trace_id
    assert (first.attributes["taskpoint.outcome"], first.attributes["taskpoint.interrupts"]) == ("interrupted", 1)
    assert (second.attributes["taskpoint.replayed"], len(traced.named("task before"))) == (1, 1)
    asked, answered = traced.named("task ask")
    assert "taskpoint.outcome" not in asked.attributes  # WCH-030: it has none yet
    assert answered.attributes["taskpoint.outcome"] == "completed"


def test_the_ids_are_those_of_the_specification():
    """`WCH-031`: the example in the chapter."""
    trace_id, span_id = otel._derived("a1")
    assert f"`{trace_id:032x}` and the span `{span_id:016x}`" in SPEC.read_text(encoding="utf-8")


def test_a_killed_run_is_linked_from_another_process(tmp_path):
    """`WCH-032`: its span was never sent, and what it finished is in the trace that the link leads to."""
    output = tmp_path / "spans"
    output.touch()
    command = [sys.executable, str(WORKER), str(tmp_path / "t.db"), str(output)]
    with subprocess.Popen([*command, "hang"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "hanging\n"
        process.kill()
    before = [json.loads(line) for line in output.read_text().splitlines()]
    assert {span["name"] for span in before} == {"task charge", "attempt charge"}
    subprocess.run([*command, "resume"], check=True, timeout=60)
    spans = [json.loads(line) for line in output.read_text().splitlines()]
    [run] = [span for span in spans if span["name"] == "run main"]
    [link] = run["links"]
    lost = {span["parent_id"] for span in before if span["name"] == "task charge"}
    assert {link["context"]["trace_id"]} == {span["context"]["trace_id"] for span in before}
    assert {link["context"]["span_id"]} == lost
    assert run["attributes"]["taskpoint.replayed"] == 2
    with SqliteSaver(tmp_path / "t.db") as saver:
        [_, first] = saver.history("t")
        ids = [each.attempt_id for each in saver.load("t", first.id).entries if each.kind.startswith("run.")]
    assert [f"0x{otel._derived(id)[0]:032x}" for id in dict.fromkeys(ids)] == [
        link["context"]["trace_id"],
        run["context"]["trace_id"],
    ]


def test_the_caller_and_the_run_link_to_each_other(traced):
    with traced.tracer.start_as_current_span("request") as request:
        entrypoint("flow", lambda n: n).invoke(1, watch=Spans(traced.provider))
    [run] = traced.named("run flow")
    assert run.parent is None
    assert [(link.context, dict(link.attributes)) for link in run.links] == [
        (request.get_span_context(), {"taskpoint.link": "caller"})
    ]
    assert [link.context for link in request.links] == [run.context]


def test_a_run_can_be_a_part_of_its_callers_trace(traced):
    flow, watcher = asking(traced), Spans(traced.provider, in_caller=True)
    with traced.tracer.start_as_current_span("request") as request:
        flow.invoke(1, thread_id="t", watch=watcher)
    flow.invoke(Command(resume=1), thread_id="t", watch=watcher)
    first, second = traced.named("run flow")
    assert first.parent == request.get_span_context()
    assert first.links == ()
    assert [link.context for link in second.links] == [first.context]  # this process knows it
    flow.invoke(1, thread_id="u", watch=watcher)
    flow.invoke(Command(resume=1), thread_id="u", watch=Spans(traced.provider, in_caller=True))
    assert traced.named("run flow")[-1].links == ()  # another would not


def test_other_spans_keep_ids_of_their_own(traced):
    watcher = Spans(traced.provider)
    flow = entrypoint("flow", lambda n: n)
    for _ in range(3):
        flow.invoke(1, watch=watcher)
    with traced.provider.get_tracer("taskpoint").start_as_current_span("of the user"):
        pass
    assert len({span.context.span_id for span in traced.spans}) == 4
    assert len({span.context.trace_id for span in traced.spans}) == 4


def test_what_fails_has_its_code_or_class_and_no_text(traced):
    """`WCH-033`, `WCH-010`."""

    @task
    def failing(n):
        raise ValueError(n)

    def body(n):
        with contextlib.suppress(ValueError):
            failing(n).result()
        return object()

    with pytest.raises(Exception, match="no encoding"):
        entrypoint("flow", body).invoke(CANARY, watch=Spans(traced.provider))
    [call], [run] = traced.named("task failing"), traced.named("run flow")
    assert (call.status.status_code, call.status.description) == (StatusCode.ERROR, "ValueError")
    assert call.attributes["error.type"] == "ValueError"
    assert (run.status.description, run.attributes["taskpoint.error_code"]) == ("value.not_encodable",) * 2
    assert CANARY not in "".join(span.to_json() for span in traced.spans)


def test_a_user_can_ask_for_exceptions(traced):
    @task
    def failing(n):
        raise ValueError(n)

    with pytest.raises(ValueError, match=CANARY):
        entrypoint("flow", lambda n: failing(n).result()).invoke(CANARY, watch=Spans(traced.provider, exceptions=True))
    for name in ("run flow", "task failing", "attempt failing"):
        [event] = traced.named(name)[0].events
        assert event.attributes["exception.message"] == CANARY


def test_spans_of_what_was_stopped_end_with_the_attempt(traced):
    @task
    def stop(n):
        stop_runs()
        return inner(n).result()

    @task
    def inner(n):
        return n

    watcher = Spans(traced.provider)
    with pytest.raises(StopRun):
        entrypoint("flow", lambda n: stop(n).result()).invoke(1, watch=watcher)
    [call], [run] = traced.named("task stop"), traced.named("run flow")
    assert "taskpoint.outcome" not in call.attributes
    assert run.attributes["taskpoint.outcome"] == "stopped"
    assert run.status.status_code is StatusCode.UNSET
    assert watcher._runs == {}


def test_a_task_that_took_too_long_has_its_code_and_its_calls_end(traced):
    go = threading.Event()

    @task
    def forever(n):
        return go.wait(30)

    @task(timeout=0.05, retry_policy=RetryPolicy(max_attempts=2, initial_interval=0.001, retry_on=lambda error: True))
    def limited(n):
        return forever(n).result()

    watcher = Spans(traced.provider)
    threading.Timer(0.5, go.set).start()
    with pytest.raises(Exception, match="longer"):
        entrypoint("flow", lambda n: limited(n).result()).invoke(1, watch=watcher)
    assert [span.status.description for span in traced.named("attempt limited")] == ["task.timeout"] * 2
    assert len(traced.named("task forever")) == 2
    assert watcher._runs == {}


@pytest.mark.parametrize("provider", [NoOpTracerProvider(), TracerProvider(sampler=ALWAYS_OFF)])
def test_where_nothing_is_sampled_nothing_is_different(provider, caplog):
    flow = asking(None)
    with caplog.at_level(logging.WARNING):
        flow.invoke(1, thread_id="t", watch=Spans(provider))
        assert flow.invoke(Command(resume=2), thread_id="t", watch=Spans(provider)) == 3
    assert caplog.records == []


def test_without_a_provider_it_is_the_global_one(caplog):
    flow = entrypoint("flow", lambda n: trace.get_current_span().get_span_context().is_valid)
    assert flow.invoke(1, watch=Spans()) is False  # nobody has set one in this process
    assert caplog.records == []


def test_log_records_of_a_call_carry_its_span(traced):
    found = {}

    def note(event):
        found[getattr(event, "path", type(event).__name__)] = trace.get_current_span().get_span_context().trace_id

    @task
    def one(n):
        return n

    entrypoint("flow", lambda n: one(n).result()).invoke(1, watch=[Spans(traced.provider), note])
    [run] = traced.named("run flow")
    assert set(found) == {"RunBegan", "one#0", "RunEnded"}
    assert set(found.values()) == {run.context.trace_id}


def test_without_the_extra_the_error_says_what_to_do():
    code = "import sys; sys.modules['opentelemetry'] = None; from taskpoint.watching import Logs, Spans"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert "pip install 'taskpoint[otel]'" in done.stderr.splitlines()[-1]


def test_misuse_is_refused_as_everywhere():
    with pytest.raises(UsageError):
        entrypoint("flow", lambda n: n).invoke(1, watch=Spans)
