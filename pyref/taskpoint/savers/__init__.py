"""Savers: what keeps threads between runs."""

from taskpoint.savers.base import CheckpointSaver, Head, Loaded
from taskpoint.savers.memory import InMemorySaver
from taskpoint.savers.sqlite import SqliteSaver

__all__ = ("CheckpointSaver", "Head", "InMemorySaver", "Loaded", "SqliteSaver")
