"""A store against a dict: whatever is done to both, both show the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from taskpoint import InMemoryStore, SqliteStore

SEGMENTS = st.sampled_from(["a", "b", "a.b", "%", 'a"', '","', "ä", "\U0001f600", "\ue000"])
NAMESPACES = st.lists(SEGMENTS, min_size=1, max_size=3).map(tuple)
KEYS = st.sampled_from(["k", "K", "*", "'"])
VALUES = st.dictionaries(st.sampled_from(["n", "m", "$x"]), st.integers(0, 3) | st.text(max_size=3), max_size=3)


class StoreMachine(RuleBasedStateMachine):
    """Both stores and a dict whose order is that of the puts."""

    @initialize()
    def begin(self):
        self.now = 1_800_000_000.0
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "memory.db"
        self.stores = [
            InMemoryStore(clock=lambda: self.now),
            SqliteStore(path, synchronous="OFF", clock=lambda: self.now),
        ]
        self.model = {}

    @rule(namespace=NAMESPACES, key=KEYS, value=VALUES, ttl=st.none() | st.integers(1, 3))
    def put(self, namespace, key, value, ttl):
        for store in self.stores:
            store.put(namespace, key, value, ttl=ttl)
        self.model.pop((namespace, key), None)
        self.model[namespace, key] = [value, ttl, None if ttl is None else self.now + 60 * ttl]

    @rule(namespace=NAMESPACES, key=KEYS)
    def delete(self, namespace, key):
        for store in self.stores:
            store.delete(namespace, key)
        self.model.pop((namespace, key), None)

    @rule(minutes=st.integers(1, 2))
    def wait(self, minutes):
        self.now += 60 * minutes
        self.model = {place: kept for place, kept in self.model.items() if kept[2] is None or kept[2] > self.now}

    @rule(namespace=NAMESPACES, key=KEYS, refresh=st.booleans())
    def get(self, namespace, key, refresh):
        kept = self.model.get((namespace, key))
        for store in self.stores:
            item = store.get(namespace, key, refresh_ttl=refresh)
            assert (item and item.value) == (kept and kept[0])
        if kept and refresh:
            self.renew(kept)

    @rule(
        prefix=st.lists(SEGMENTS, max_size=2).map(tuple),
        n=st.none() | st.integers(0, 3),
        limit=st.integers(0, 4),
        offset=st.integers(0, 2),
        refresh=st.booleans(),
    )
    def search(self, prefix, n, limit, offset, refresh):
        fitting = [
            (place, kept)
            for place, kept in reversed(self.model.items())
            if place[0][: len(prefix)] == prefix and (n is None or kept[0].get("n") == n)
        ][offset : offset + limit]
        for store in self.stores:
            found = store.search(
                prefix, filter=None if n is None else {"n": n}, limit=limit, offset=offset, refresh_ttl=refresh
            )
            assert [((item.namespace, item.key), item.value) for item in found] == [
                (place, kept[0]) for place, kept in fitting
            ]
        for _, kept in fitting if refresh else ():
            self.renew(kept)

    def renew(self, kept):
        if kept[1] is not None:
            kept[2] = self.now + 60 * kept[1]

    @invariant()
    def namespaces(self):
        for store in getattr(self, "stores", ()):
            assert store.list_namespaces(limit=1000) == sorted({namespace for namespace, _ in self.model})

    def teardown(self):
        for store in getattr(self, "stores", ()):
            store.close()
        if hasattr(self, "folder"):
            self.folder.cleanup()


TestStores = StoreMachine.TestCase
TestStores.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
