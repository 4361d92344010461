"""Savers: what keeps threads between runs."""

from taskpoint.savers.base import CheckpointSaver, Head, Loaded
from taskpoint.savers.memory import InMemorySaver

__all__ = ("CheckpointSaver", "Head", "InMemorySaver", "Loaded")
