"""What programs for LangGraph ask things for that do not have it here, and what to do instead."""

from __future__ import annotations

from typing import Final

from taskpoint._refusing import NO_SERDE

__all__ = ("OF_ENTRYPOINTS", "OF_EXECUTIONS", "OF_RUNTIMES", "OF_SAVERS", "OPTIONS_OF_RUNS")

_GRAPH: Final = "there is no graph: get_state() has the calls of a run, and watchers see them as they happen"
_EVENTS: Final = "stream() and astream() take a list of modes, and watchers see what happens in a run"
_SCHEMA: Final = "get_input_jsonschema(), get_output_jsonschema() and get_context_jsonschema() have JSON Schemas"
_RUNNABLE: Final = "an entrypoint is no Runnable: RunnableLambda(workflow.invoke) is one"
_STOPS: Final = "stop_runs() and stop_on_signals() stop runs, each of which can be resumed"
_CALL: Final = "path names the call, and idempotency_key is its own, however often it runs"
_STATES: Final = "get_state() and get_state_history() of the entrypoint show what a saver keeps"
_SHOWN: Final = "a batch gives values: invoke(stream_mode=...) and stream() show what happens in one run"
_PAUSE: Final = "call interrupt(...) in the code at the place where somebody has to look at it"

OF_ENTRYPOINTS: Final = {
    **dict.fromkeys(("get_graph", "aget_graph", "get_subgraphs", "aget_subgraphs", "nodes", "channels"), _GRAPH),
    **dict.fromkeys(("astream_events", "stream_events", "astream_log", "with_listeners"), _EVENTS),
    **dict.fromkeys(("get_input_schema", "get_output_schema", "config_schema", "get_config_jsonschema"), _SCHEMA),
    **dict.fromkeys(("input_schema", "output_schema", "InputType", "OutputType"), _SCHEMA),
    **dict.fromkeys(("pipe", "bind", "assign", "pick", "as_tool", "map", "with_types", "transform"), _RUNNABLE),
    **dict.fromkeys(("batch_as_completed", "abatch_as_completed"), "batch() and abatch() return all values in order"),
    "with_retry": "with_options(retry_policy=RetryPolicy(...)), or the option of the entrypoint",
    "with_fallbacks": "catch the error in the entrypoint, and call something else there",
    "step_timeout": "the option timeout= of a task, or of the entrypoint",
}
OF_EXECUTIONS: Final = {
    **dict.fromkeys(("task_id", "checkpoint_ns"), _CALL),
    "node_first_attempt_time": "durable.now() before the call is what its executions can be compared with",
}
OF_RUNTIMES: Final = dict.fromkeys(("control", "drain_requested", "drain_reason"), _STOPS)
OF_SAVERS: Final = {
    **dict.fromkeys(("get", "aget", "get_tuple", "aget_tuple", "list", "alist"), _STATES),
    "copy_thread": "fork(thread_id=..., to=...) of the entrypoint begins a new thread with what another one holds",
    "serde": NO_SERDE,
}
OPTIONS_OF_RUNS: Final = {
    **dict.fromkeys(("interrupt_before", "interrupt_after"), _PAUSE),
    **dict.fromkeys(("stream_mode", "subgraphs", "version"), _SHOWN),
    "control": "stop_runs() of taskpoint stops runs, and what had finished is kept",
    "debug": "pass watch=Logs() of taskpoint.watching, or read stream(stream_mode='debug')",
    "output_keys": "a workflow has one value: return what the caller wants to have",
    "print_mode": "print what stream(stream_mode=...) yields, or pass watch=Progress() of taskpoint.watching",
}
