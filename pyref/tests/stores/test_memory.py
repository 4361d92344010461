"""What is special about what is kept in memory: it must not pile up."""

from __future__ import annotations

from taskpoint import InMemoryCache, InMemoryStore


def test_what_has_expired_does_not_pile_up_in_a_store(clock):
    store = InMemoryStore(clock=clock)
    for number in range(100):
        store.put(("n", str(number)), "k", {}, ttl=1)
        store.put(("n", str(number)), "k", {}, ttl=2)
        store.get(("n", str(number)), "k")
    clock.now += 121
    store.put(("m",), "k", {})
    assert list(store._shelf._spaces) == [("m",)]
    assert not store._shelf._expiry._queue
    assert not store._shelf._expiry._known


def test_what_is_read_again_and_again_is_watched_once(clock):
    store = InMemoryStore(clock=clock)
    store.put(("n",), "k", {}, ttl=1)
    for _ in range(100):
        clock.now += 30
        assert store.get(("n",), "k")
        store.put(("n",), "other", {})
    assert len(store._shelf._expiry._queue) == 1
    clock.now += 61
    store.put(("n",), "other", {})
    assert store._shelf.find(("n",), "k") is None


def test_what_has_expired_does_not_pile_up_in_a_cache(clock):
    cache = InMemoryCache(clock=clock)
    for number in range(100):
        cache.set((("n",), str(number)), "1", ttl=1)
        cache.set((("n",), str(number)), "1", ttl=2)
    cache.set((("n",), "ever"), "1", ttl=1)
    cache.set((("n",), "ever"), "1")
    clock.now += 3
    cache.set((("n",), "new"), "1")
    assert sorted(key for _, key in cache._entries) == ["ever", "new"]
    assert not cache._expiry._queue
