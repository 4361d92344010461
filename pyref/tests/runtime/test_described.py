"""JSON Schemas of what an entrypoint takes, returns and is given, as its annotations say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

import pytest
from pydantic import BaseModel

from taskpoint import EntrypointFinal, entrypoint


class Order(BaseModel):
    item: str


class Row(TypedDict):
    n: int


@dataclass
class User:
    name: str = "ann"


class Opaque:
    pass


def schemas(takes: Any = None, returns: Any = None, **options: Any) -> tuple[Any, Any, Any]:
    def main(n):
        return n

    main.__annotations__ = {name: hint for name, hint in (("n", takes), ("return", returns)) if hint is not None}
    made = entrypoint("main", main, **options)
    return made.get_input_jsonschema(), made.get_output_jsonschema(), made.get_context_jsonschema()


OF_INTEGERS = {"type": "array", "items": {"type": "integer"}}
OF_ROW = {"type": "object", "properties": {"n": {"title": "N", "type": "integer"}}, "required": ["n"], "title": "Row"}


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (list[int], OF_INTEGERS),
        ("list[int]", OF_INTEGERS),
        ("int", {"type": "integer"}),
        (Row, OF_ROW),
        (Any, {}),
        (None, {}),
        (Opaque, {}),
        ("Unknown", {}),
    ],
    ids=str,
)
def test_annotations_are_described(hint, schema):
    takes, returns, context = schemas(hint, hint)
    assert takes == {"title": "mainInput", **schema}
    assert returns == {"title": "mainOutput", **schema}
    assert context is None


def test_a_class_keeps_its_own_title():
    assert schemas(Order)[0]["title"] == "Order"
    assert schemas(context_schema=User)[2] == {
        "title": "User",
        "type": "object",
        "properties": {"name": {"title": "Name", "type": "string", "default": "ann"}},
    }


def test_what_is_saved_is_no_part_of_what_is_returned():
    assert schemas(returns=EntrypointFinal[str, int])[1] == {"title": "mainOutput", "type": "string"}
    assert schemas(returns=EntrypointFinal)[1] == {"title": "mainOutput"}


def test_names_of_the_function_that_defines_it_are_found():
    class Local(BaseModel):
        n: int

    @entrypoint
    def main(order: Local) -> Local:
        return Local(n=order.n)

    assert main.get_input_jsonschema()["properties"] == {"n": {"title": "N", "type": "integer"}}
    assert main.get_output_jsonschema()["title"] == "Local"
