"""What every store does, whatever it keeps its items in.

To test a store of your own, copy this file and give the fixtures `make`, `store` and `clock` in a `conftest.py`.
"""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from taskpoint import StoreError, UsageError, ValueEncodingError
from taskpoint.stores import ANY_SEGMENT, GetOp, ListNamespacesOp, MatchCondition, PutOp, SearchOp


def keys(items):
    return [item.key for item in items]


# --- put, get, delete ---------------------------------------------------------------------------------------------


def test_what_is_put_is_read(store, clock):
    store.put(("users", "7"), "tea", {"likes": "tea", "cups": [1, 2]})
    item = store.get(("users", "7"), "tea")
    assert (item.namespace, item.key, item.value) == (("users", "7"), "tea", {"likes": "tea", "cups": [1, 2]})
    assert item.created_at == item.updated_at == datetime.fromtimestamp(clock.now, UTC)
    assert store.get(("users",), "tea") is None
    assert store.get(("users", "7"), "coffee") is None


def test_an_item_as_plain_data(store):
    store.put(["a"], "k", {"v": 1})
    shown = store.search(("a",))[0].dict()
    assert shown["namespace"] == ["a"]
    assert shown["created_at"] == store.get(("a",), "k").created_at.isoformat()


def test_putting_again_replaces_and_keeps_when_it_was_created(store, clock):
    store.put(("a",), "k", {"v": 1, "old": True})
    clock.now += 60
    store.put(("a",), "k", {"v": 2})
    item = store.get(("a",), "k")
    assert item.value == {"v": 2}
    assert item.updated_at - item.created_at == timedelta(seconds=60)


def test_deleting(store, clock):
    store.put(("a",), "k", {"v": 1})
    store.put(("a",), "other", {"v": 1})
    store.delete(("a",), "k")
    store.delete(("a",), "k")
    assert store.get(("a",), "k") is None
    assert keys(store.search(("a",))) == ["other"]
    clock.now += 5
    store.put(("a",), "k", {"v": 2})
    item = store.get(("a",), "k")
    assert item.created_at == item.updated_at


def test_every_reader_gets_its_own_value(store):
    value = {"list": [1]}
    store.put(("a",), "k", value)
    value["list"].append(2)
    store.get(("a",), "k").value["list"].append(3)
    store.search(("a",))[0].value["list"].append(4)
    assert store.get(("a",), "k").value == {"list": [1]}


def test_the_first_read_is_like_every_other(store):
    value = {"t": (1, 2), "when": datetime(2026, 1, 1, tzinfo=UTC), "d": Decimal("1.0"), "$x": {3}, "n": 2**70}
    store.put(("a",), "k", value)
    expected = {"t": [1, 2], "when": value["when"], "d": Decimal("1.0"), "$x": {3}, "n": 2**70}
    assert store.get(("a",), "k").value == expected
    assert store.search(("a",))[0].value == expected


def test_what_cannot_be_encoded_is_refused_where_it_is(store):
    store.put(("a",), "k", {"v": 1})
    with pytest.raises(ValueEncodingError) as caught:
        store.put(("a",), "k", {"items": [{}, {"client": object()}]})
    assert caught.value.path == "$.items[1].client"
    assert "put plain data" in str(caught.value)
    assert store.get(("a",), "k").value == {"v": 1}


@pytest.mark.parametrize("value", [None, 1, "text", [1], {1: "a"}, {"ok": 1, b"no": 2}])
def test_a_value_is_a_dict_with_string_keys(store, value):
    with pytest.raises(UsageError) as caught:
        store.put(("a",), "k", value)
    assert caught.value.code == "usage.option_invalid"
    assert store.search(()) == []


# --- namespaces ---------------------------------------------------------------------------------------------------

TRICKY = [
    ("a", "b.c"),
    ("a.b", "c"),
    ("a", "b", "c"),
    ("a.b.c",),
    ("a",),
    ("a%",),
    ("a_",),
    ("*",),
    ('a"',),
    ('a","b',),
    ("a\\",),
    ('["a"]',),
    ("ab",),
    ("A",),
    ("ä",),
    ("a\u0308",),
    ("\U0001f600", "\uffff"),
    ("__proto__",),
    ("'; DROP TABLE store_items; --",),
]


def test_namespaces_never_leak_into_one_another(store):
    for number, namespace in enumerate(TRICKY):
        store.put(namespace, "k", {"n": number})
    for number, namespace in enumerate(TRICKY):
        assert store.get(namespace, "k").value == {"n": number}
        below = [each for each in TRICKY if each[: len(namespace)] == namespace]
        assert sorted(item.namespace for item in store.search(namespace)) == sorted(below)
        assert sorted(store.list_namespaces(prefix=namespace)) == sorted(below)
        ending = [each for each in TRICKY if each[len(each) - len(namespace) :] == namespace]
        assert sorted(store.list_namespaces(suffix=namespace)) == sorted(ending)
    assert len(store.search((), limit=100)) == len(TRICKY)
    for namespace in TRICKY:
        store.delete(namespace, "k")
        assert store.search(namespace) == [] or all(item.namespace != namespace for item in store.search(namespace))


def test_keys_are_texts_and_nothing_else(store):
    hostile = ["*", "%", "a' OR '1'='1", "k", "K", "../k", '"', "\\", "a b", "\ufeff", "__proto__", "x" * 255]
    for key in hostile:
        store.put(("n",), key, {"key": key})
    assert [store.get(("n",), key).value["key"] for key in hostile] == hostile
    store.delete(("n",), "%")
    assert len(store.search(("n",), limit=99)) == len(hostile) - 1


@pytest.mark.parametrize(
    "namespace", [(), "a", ("a", ""), ("a", 1), ("a", None), ("a\n",), ("\ud800",), ("a" * 256,), None, {"a"}]
)
def test_what_is_no_namespace_is_refused(store, namespace):
    for use in (
        lambda: store.put(namespace, "k", {}),
        lambda: store.get(namespace, "k"),
        lambda: store.delete(namespace, "k"),
    ):
        with pytest.raises(UsageError) as caught:
            use()
        assert caught.value.code == "usage.id_invalid"
    if namespace != ():
        for use in (lambda: store.search(namespace), lambda: store.list_namespaces(prefix=namespace or "")):
            with pytest.raises(UsageError):
                use()


@pytest.mark.parametrize("key", ["", 1, None, b"k", "\0", "\ud800", "x" * 256])
def test_what_is_no_key_is_refused(store, key):
    for use in (lambda: store.put(("a",), key, {}), lambda: store.get(("a",), key), lambda: store.delete(("a",), key)):
        with pytest.raises(UsageError) as caught:
            use()
        assert caught.value.code == "usage.id_invalid"


def test_listing_namespaces(store):
    for namespace in [("b",), ("a", "x", "docs"), ("a", "y", "docs"), ("a", "x"), ("a", "x", "notes"), ("*", "docs")]:
        for key in "12":
            store.put(namespace, key, {})
    assert store.list_namespaces() == [
        ("*", "docs"),
        ("a", "x"),
        ("a", "x", "docs"),
        ("a", "x", "notes"),
        ("a", "y", "docs"),
        ("b",),
    ]
    assert store.list_namespaces(max_depth=2) == [("*", "docs"), ("a", "x"), ("a", "y"), ("b",)]
    assert store.list_namespaces(prefix=("a",), suffix=("docs",)) == [("a", "x", "docs"), ("a", "y", "docs")]
    assert store.list_namespaces(prefix=("a",), suffix=("docs",), max_depth=1) == [("a",)]
    assert store.list_namespaces(prefix=("*",)) == [("*", "docs")]
    assert store.list_namespaces(prefix=("a", ANY_SEGMENT, "docs")) == [("a", "x", "docs"), ("a", "y", "docs")]
    assert store.list_namespaces(limit=2, offset=1) == [("a", "x"), ("a", "x", "docs")]
    assert store.list_namespaces(prefix=("a", "x", "docs", "more")) == []
    store.delete(("b",), "1")
    store.delete(("b",), "2")
    assert ("b",) not in store.list_namespaces()


# --- search -------------------------------------------------------------------------------------------------------


def test_a_search_shows_what_was_put_last_first(store):
    for key in "abc":
        store.put(("n",), key, {})
    store.put(("n", "below"), "d", {})
    store.put(("n",), "a", {"again": True})
    store.put(("other",), "x", {})
    assert keys(store.search(("n",))) == ["a", "d", "c", "b"]
    assert keys(store.search(("n",), limit=2, offset=1)) == ["d", "c"]
    assert keys(store.search(("n",), limit=0)) == []
    assert keys(store.search(("n",), offset=9)) == []
    assert keys(store.search(())) == ["x", "a", "d", "c", "b"]


def test_a_search_shows_ten_unless_told(store):
    for number in range(12):
        store.put(("n",), str(number), {})
    assert keys(store.search(("n",))) == [str(number) for number in range(11, 1, -1)]


def test_limit_and_offset_count_what_fits(store):
    for number in range(10):
        store.put(("n",), str(number), {"even": number % 2 == 0})
    assert keys(store.search(("n",), filter={"even": True}, limit=2, offset=1)) == ["6", "4"]


@pytest.mark.parametrize("options", [{"limit": -1}, {"limit": True}, {"limit": 1.0}, {"offset": -1}, {"offset": None}])
def test_what_is_no_count_is_refused(store, options):
    for use in (lambda: store.search((), **options), lambda: store.list_namespaces(**options)):
        with pytest.raises(UsageError):
            use()


def test_max_depth_is_at_least_one(store):
    with pytest.raises(UsageError):
        store.list_namespaces(max_depth=0)


def test_a_search_by_meaning_is_refused(store):
    with pytest.raises(UsageError, match="not offered"):
        store.search(("n",), query="what does she like?")
    with pytest.raises(UsageError, match="not offered"):
        store.put(("n",), "k", {}, index=["text"])
    store.put(("n",), "k", {}, index=False)


# --- filters ------------------------------------------------------------------------------------------------------

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
FILTERS = [
    ({}, True),
    ({"s": "open"}, True),
    ({"s": "Open"}, False),
    ({"s": "open", "n": 5}, True),
    ({"s": "open", "n": 6}, False),
    ({"n": 5.0}, True),
    ({"n": {"$eq": 5}}, True),
    ({"n": {"$ne": 5}}, False),
    ({"n": {"$gt": 4, "$lte": 5}}, True),
    ({"n": {"$gt": 5}}, False),
    ({"n": {"$gte": 5}}, True),
    ({"n": {"$lt": 5.5}}, True),
    ({"n": {"$lt": "9"}}, False),
    ({"s": {"$gt": 1}}, False),
    ({"s": {"$gt": "o", "$lt": "p"}}, True),
    ({"b": 1}, False),
    ({"b": True}, True),
    ({"b": {"$gte": 0}}, False),
    ({"absent": None}, True),
    ({"nothing": None}, True),
    ({"absent": {"$ne": 1}}, True),
    ({"absent": {"$lt": 1}}, False),
    ({"deep": {"in": {"n": 1}}}, True),
    ({"deep": {"in": {"n": {"$gt": 1}}}}, False),
    ({"deep": {"in": {}}}, True),
    ({"deep": {"in": {"other": None}}}, True),
    ({"deep": {"$eq": {"in": {"n": 1}}}}, False),
    ({"deep": {"$eq": {"in": {"n": 1, "m": 2}}}}, True),
    ({"s": {"in": 1}}, False),
    ({"l": [1, {"a": 2}]}, True),
    ({"l": (1, {"a": 2.0})}, True),
    ({"l": [1]}, False),
    ({"$eq": 7}, True),
    ({"at": {"$lt": AT + timedelta(microseconds=1)}}, True),
    ({"at": {"$gte": AT.astimezone()}}, True),
    ({"at": {"$gt": AT}}, False),
    ({"big": {"$gt": 2**64}}, True),
    ({"nan": {"$gt": 0}}, False),
    ({"nan": float("nan")}, True),
    ({"s": "' OR 1=1 --"}, False),
    ({"s') OR 1=1 --": "x"}, False),
    ({"s": {"$eq": "%"}}, False),
]


@pytest.mark.parametrize(("filter", "fits"), FILTERS, ids=repr)
def test_filters(store, filter, fits):
    value = {
        "s": "open", "n": 5, "b": True, "nothing": None, "deep": {"in": {"n": 1, "m": 2}}, "l": [1, {"a": 2}],
        "$eq": 7, "at": AT, "big": 2**64 + 1, "nan": float("nan"),
    }  # fmt: skip
    store.put(("n",), "k", value)
    assert keys(store.search(("n",), filter=filter)) == (["k"] if fits else [])


@pytest.mark.parametrize(
    "filter",
    [
        [],
        "s",
        {1: 2},
        {"n": {"$like": "%"}},
        {"n": {"$in": [1]}},
        {"n": {"$gt": None}},
        {"n": {"$gt": [1]}},
        {"n": {"$gt": True}},
        {"n": {"$lt": float("nan")}},
        {"n": {"$gt": 1, "other": 2}},
        {"n": {"m": {"$regex": "."}}},
    ],
    ids=repr,
)
def test_what_is_no_filter_is_refused(store, filter):
    with pytest.raises(UsageError) as caught:
        store.search(("n",), filter=filter)
    assert caught.value.code == "usage.option_invalid"


def test_a_filter_that_is_no_value_is_refused(store):
    with pytest.raises(ValueEncodingError) as caught:
        store.search(("n",), filter={"n": {"$eq": object()}})
    assert caught.value.path == '$.n["$eq"]' or caught.value.path.startswith("$.n")


# --- time to live -------------------------------------------------------------------------------------------------


def test_an_item_expires_after_its_minutes(store, clock):
    store.put(("n",), "k", {"v": 1}, ttl=1.5)
    store.put(("n",), "stays", {})
    clock.now += 89.9
    assert store.get(("n",), "k", refresh_ttl=False) is not None
    clock.now += 0.1
    assert store.get(("n",), "k") is None
    assert keys(store.search(("n",))) == ["stays"]
    store.delete(("n",), "stays")
    assert store.list_namespaces() == []


def test_reading_renews(store, clock):
    for key in ("got", "found", "looked", "left"):
        store.put(("n",), key, {"key": key}, ttl=1)
    clock.now += 59
    assert store.get(("n",), "got")
    assert store.search(("n",), filter={"key": "found"})
    assert store.search(("n",), filter={"key": "looked"}, refresh_ttl=False)
    clock.now += 59
    assert keys(store.search(("n",))) == ["found", "got"]
    item = store.get(("n",), "got")
    assert item.created_at == item.updated_at


def test_putting_again_sets_the_time_to_live_anew(store, clock):
    store.put(("n",), "k", {}, ttl=1)
    store.put(("n",), "k", {})
    clock.now += 61
    assert store.get(("n",), "k")
    created = store.get(("n",), "k").created_at
    store.put(("n",), "k", {}, ttl=1)
    clock.now += 61
    store.put(("n",), "k", {})
    assert store.get(("n",), "k").created_at > created


def test_the_default_time_to_live(make, kind, clock):
    store = make(kind, ttl={"default_ttl": 1, "refresh_on_read": False})
    store.put(("n",), "default", {})
    store.put(("n",), "long", {}, ttl=2)
    store.put(("n",), "ever", {}, ttl=None)
    clock.now += 59
    assert store.get(("n",), "default")
    assert store.get(("n",), "long", refresh_ttl=True)
    clock.now += 2
    assert keys(store.search(("n",))) == ["ever", "long"]
    clock.now += 120
    assert keys(store.search(("n",))) == ["ever"]


@pytest.mark.parametrize("ttl", [0, -1, "1", True, float("nan"), float("inf")])
def test_what_is_no_time_to_live_is_refused(store, make, kind, ttl):
    with pytest.raises(UsageError):
        store.put(("n",), "k", {}, ttl=ttl)
    with pytest.raises(UsageError):
        make(kind, ttl={"default_ttl": ttl})


def test_an_unknown_member_of_ttl_is_refused(make, kind):
    with pytest.raises(UsageError, match="sweep_interval_minutes") as caught:
        make(kind, ttl={"sweep_interval_minutes": 5})
    assert caught.value.code == "usage.option_unknown"


# --- batches, threads, the event loop -----------------------------------------------------------------------------


def test_a_batch_does_its_operations_in_order(store):
    store.put(("n",), "k", {"v": 1})
    results = store.batch(
        [
            GetOp(("n",), "k"),
            PutOp(("n",), "k", {"v": 2}),
            GetOp(("n",), "k"),
            PutOp(("n",), "k", None),
            SearchOp(("n",)),
            PutOp(("m",), "j", {}),
            ListNamespacesOp([MatchCondition("prefix", ("m",))]),
        ]
    )
    assert [results[0].value, results[2].value, *results[3:]] == [{"v": 1}, {"v": 2}, None, [], None, [("m",)]]


def test_a_batch_with_a_stranger_does_nothing(store):
    with pytest.raises(UsageError):
        store.batch([PutOp(("n",), "k", {}), "delete everything"])
    assert store.search(()) == []


def test_the_operations_in_async_form(store):
    async def work():
        await store.aput(("n",), "k", {"v": 1}, ttl=5)
        item = await store.aget(("n",), "k")
        found = await store.asearch(("n",), filter={"v": 1})
        spaces = await store.alist_namespaces(prefix=("n",))
        await store.adelete(("n",), "k")
        return item.value, keys(found), spaces, await store.aget(("n",), "k")

    assert asyncio.run(work()) == ({"v": 1}, ["k"], [("n",)], None)


def test_threads_share_a_store(store):
    def work(name):
        for number in range(50):
            store.put(("n", name), str(number), {"n": number})
            assert store.get(("n", name), str(number)).value == {"n": number}

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(store.search(("n", name), limit=99)) for name in "abcd"] == [50] * 4


def test_a_closed_store_is_refused(store):
    store.close()
    store.close()
    for use in (lambda: store.get(("n",), "k"), lambda: store.put(("n",), "k", {}), lambda: store.search(())):
        with pytest.raises(StoreError) as caught:
            use()
        assert caught.value.code == "store.closed"
        assert "saver" not in str(caught.value)
