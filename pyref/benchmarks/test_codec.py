"""What encoding costs, beside the floor of the same run: orjson, which checks nothing.

Run with ``pytest pyref/benchmarks/test_codec.py``; compare the lines of one group.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from taskpoint import codec

SMALL = {"id": 12345, "name": "Ada Lovelace", "ok": True}
PAYLOADS: dict[str, Any] = {
    "52 bytes": SMALL,
    "100 KB of records": [{**SMALL, "score": n * 1.1, "tags": ["a", "b"], "none": None} for n in range(1000)],
    "100 KB of text": "It took 2.5 seconds, and cost $5.\n" * 3000,
    "tags": {"raw": b"0123456789", "many": {1, 2, 3}, "$ref": 2**64},
}
WAYS: dict[str, Callable[[Any], Callable[[], object]]] = {
    "floor: orjson.dumps": lambda value: partial(orjson.dumps, value),
    "encode": lambda value: partial(codec.encode, value),
    "floor: orjson.loads": lambda value: partial(orjson.loads, orjson.dumps(value)),
    "decode": lambda value: partial(codec.decode, codec.encode(value)),
    "encode_and_decode": lambda value: partial(codec.encode_and_decode, value),
    "digest_arguments": lambda value: partial(codec.digest_arguments, [value]),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_codec(benchmark: BenchmarkFixture, payload: str, way: str) -> None:
    if payload == "tags" and way.startswith("floor"):
        pytest.skip("orjson has no tags")
    benchmark.group = payload
    benchmark(WAYS[way](PAYLOADS[payload]))
