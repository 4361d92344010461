"""Savers: what keeps threads between runs."""

from taskpoint._core.journal import Checkpoint, Entry, Holder
from taskpoint.savers.base import CheckpointSaver, Head, Loaded
from taskpoint.savers.listing import ThreadSummary
from taskpoint.savers.memory import InMemorySaver
from taskpoint.savers.sqlite import SqliteSaver

__all__ = (
    "Checkpoint",
    "CheckpointSaver",
    "Entry",
    "Head",
    "Holder",
    "InMemorySaver",
    "Loaded",
    "SqliteSaver",
    "ThreadSummary",
)
