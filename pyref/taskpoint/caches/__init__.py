"""Caches: what may be forgotten, kept to be found again sooner."""

from taskpoint.caches.base import BaseCache, FullKey
from taskpoint.caches.memory import InMemoryCache
from taskpoint.caches.sqlite import SqliteCache

__all__ = ("BaseCache", "FullKey", "InMemoryCache", "SqliteCache")
