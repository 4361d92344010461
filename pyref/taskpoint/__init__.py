"""Durable workflows as plain functions.

A `task` is a unit of work whose result is recorded, an `entrypoint` is a workflow made of tasks. Kill the process
anywhere and the workflow goes on where it was; pause it for a person and come back next week.
"""

from typing import TYPE_CHECKING

from taskpoint import durable
from taskpoint.codec import register_extension
from taskpoint.errors import (
    ConcurrentRunError,
    FormatError,
    ReplayDivergenceError,
    SaverError,
    StoreError,
    TaskError,
    TaskpointError,
    TaskTimeoutError,
    UsageError,
    ValueEncodingError,
)
from taskpoint.runtime.context import (
    ExecutionInfo,
    Runtime,
    StreamWriter,
    get_config,
    get_idempotency_key,
    get_previous_state,
    get_runtime,
    get_store,
    get_stream_writer,
    heartbeat,
    interrupt,
)
from taskpoint.runtime.definitions.caching import CachePolicy
from taskpoint.runtime.definitions.config import RunnableConfig
from taskpoint.runtime.definitions.policies import RetryPolicy, TimeoutPolicy, default_retry_on
from taskpoint.runtime.entrypoint import Entrypoint
from taskpoint.runtime.entrypoint_forms import entrypoint
from taskpoint.runtime.func import TaskFunction, TaskFuture, task
from taskpoint.runtime.process.signals import StopRun
from taskpoint.runtime.runs.requests import RunOptions
from taskpoint.runtime.runs.stopping import stop_on_signals, stop_runs
from taskpoint.runtime.select import Gathered, as_completed, gather
from taskpoint.runtime.state.snapshots import StateSnapshot, StateUpdate, TaskSnapshot
from taskpoint.runtime.streams.parts import GraphOutput, StreamMode
from taskpoint.runtime.values.commands import Command, EntrypointFinal, Interrupt
from taskpoint.runtime.values.forms import Recorded
from taskpoint.savers import CheckpointSaver, InMemorySaver, SqliteSaver, ThreadSummary

if TYPE_CHECKING:
    from taskpoint.caches import BaseCache, InMemoryCache, SqliteCache
    from taskpoint.stores import ANY_SEGMENT, BaseStore, InMemoryStore, Item, SearchItem, SqliteStore

__version__ = "0.1.0"

__all__ = (
    "ANY_SEGMENT",
    "BaseCache",
    "BaseStore",
    "CachePolicy",
    "CheckpointSaver",
    "Command",
    "ConcurrentRunError",
    "Entrypoint",
    "EntrypointFinal",
    "ExecutionInfo",
    "FormatError",
    "Gathered",
    "GraphOutput",
    "InMemoryCache",
    "InMemorySaver",
    "InMemoryStore",
    "Interrupt",
    "Item",
    "Recorded",
    "ReplayDivergenceError",
    "RetryPolicy",
    "RunOptions",
    "RunnableConfig",
    "Runtime",
    "SaverError",
    "SearchItem",
    "SqliteCache",
    "SqliteSaver",
    "SqliteStore",
    "StateSnapshot",
    "StateUpdate",
    "StopRun",
    "StoreError",
    "StreamMode",
    "StreamWriter",
    "TaskError",
    "TaskFunction",
    "TaskFuture",
    "TaskSnapshot",
    "TaskTimeoutError",
    "TaskpointError",
    "ThreadSummary",
    "TimeoutPolicy",
    "UsageError",
    "ValueEncodingError",
    "as_completed",
    "default_retry_on",
    "durable",
    "entrypoint",
    "gather",
    "get_config",
    "get_idempotency_key",
    "get_previous_state",
    "get_runtime",
    "get_store",
    "get_stream_writer",
    "heartbeat",
    "interrupt",
    "register_extension",
    "stop_on_signals",
    "stop_runs",
    "task",
)

if not TYPE_CHECKING:  # or the checkers would take any name for one of ours

    def __getattr__(name: str) -> object:
        """Import stores and caches when they are first asked for: most programs have none."""
        if name in ("BaseCache", "InMemoryCache", "SqliteCache"):
            from taskpoint import caches as module
        elif name in ("ANY_SEGMENT", "BaseStore", "InMemoryStore", "Item", "SearchItem", "SqliteStore"):
            from taskpoint import stores as module
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(module, name)
