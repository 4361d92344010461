"""Programs made at random, and what they give: by reading them, not by running them."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

__all__ = ("Node", "Tree", "fixture_of", "grow", "smaller")

_LEAVES: Final = ("alpha", "beta", "gamma")
_REFUSAL: Final = "no"
_BUSY: Final = {"raise": {"type": "Busy", "message": "later"}}
_AGAIN: Final = [{"initial_interval": 0, "jitter": False, "max_attempts": 50, "retry_on": ["Busy"]}]
_NAMESPACE: Final = ["fuzz"]
_KEYS: Final = 2
_LEVELS: Final = (
    ("composition", frozenset({"entry"})),
    ("policies", frozenset({"flaky", "shaky", "tough"})),
    ("stores", frozenset({"keep", "recall"})),
    ("concurrency", frozenset({"fan"})),
    ("interrupts", frozenset({"ask"})),
)
"""The profiles by what belongs to them, the last one that a port is likely to claim first."""


@dataclass(frozen=True, slots=True)
class Node:
    """One statement of a program.

    `kind` is ``call``, ``keyed``, ``fail`` (a call that fails, caught), ``loop``, ``fan``, ``ask``, ``sub`` (a task
    with statements of its own), ``entry`` (the same as an entrypoint), ``either`` (an ``if`` whose branch is known),
    ``keep`` and ``recall`` (a task that puts into the store, or reads from it), and three that fail `count` times
    before they work: ``flaky`` (a task with a retry policy), ``tough`` (such a task with statements of its own before
    it fails) and ``shaky`` (a task without one, so that the policy around it, or the run's, makes another try).
    """

    kind: str
    number: int
    """Names its variable, and what it makes; no two nodes of a program have the same."""
    leaf: str = _LEAVES[0]
    count: int = 1
    order: tuple[int, ...] = ()
    """In which order the calls of a fan end."""
    inner: tuple[Node, ...] = ()


Body: TypeAlias = tuple[Node, ...]
_HAS_BODY: Final = frozenset({"sub", "tough", "entry", "either"})
_COUNTS: Final = frozenset({"loop", "fan", "flaky", "shaky", "tough"})


@dataclass(frozen=True, slots=True)
class Tree:
    """A program, and the calls that its next version makes besides."""

    body: Body
    later: tuple[int, ...] = ()
    """At which places of the body the changed program calls a task that the first did not know."""


def grow(chance: random.Random) -> Tree:
    """Make a program."""
    numbers = iter(range(10_000))
    body = _grow_body(chance, numbers, depth=0, size=chance.randint(1, 6))
    places = tuple(sorted(chance.sample(range(len(body) + 1), k=min(len(body), chance.randint(0, 2)))))
    return Tree(body, places)


def _grow_body(chance: random.Random, numbers: Iterator[int], depth: int, size: int) -> Body:
    kinds = ["call", "call", "keyed", "fail", "loop", "ask", "fan", "flaky", "shaky", "keep", "recall"]
    kinds += ["sub", "tough", "entry", "either"] * (depth < 3)
    return tuple(_grow_node(chance, numbers, depth, chance.choice(kinds)) for _ in range(size))


def _grow_node(chance: random.Random, numbers: Iterator[int], depth: int, kind: str) -> Node:
    number, leaf = next(numbers), chance.choice(_LEAVES)
    count = chance.randint(0, 3) if kind in {"loop", "fan"} else chance.randint(0, _KEYS - 1)
    order = tuple(chance.sample(range(count), count)) if kind == "fan" else ()
    inner = _grow_body(chance, numbers, depth + 1, chance.randint(0, 3)) if kind in _HAS_BODY else ()
    return Node(kind, number, leaf, count, order, inner)


def smaller(tree: Tree) -> Iterator[Tree]:
    """Yield programs with a little less in them, the largest steps first."""
    for body in _smaller_bodies(tree.body):
        yield Tree(body, tuple(place for place in tree.later if place <= len(body)))
    for place in range(len(tree.later)):
        yield replace(tree, later=tree.later[:place] + tree.later[place + 1 :])


def _smaller_bodies(body: Body) -> Iterator[Body]:
    for place in range(len(body)):
        yield body[:place] + body[place + 1 :]
    for place, node in enumerate(body):
        before, after = body[:place], body[place + 1 :]
        if node.inner:
            yield before + node.inner + after
            for inner in _smaller_bodies(node.inner):
                yield (*before, replace(node, inner=inner), *after)
        if node.kind in _COUNTS and node.count:
            order = tuple(each for each in node.order if each < node.count - 1)
            yield (*before, replace(node, count=node.count - 1, order=order), *after)


# --- what it gives ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    """What is known of a program once it was read from its beginning to its end."""

    effects: Counter[str] = field(default_factory=Counter[str])
    failing: dict[str, int] = field(default_factory=dict[str, int])
    """How often the effects fail that work in the end."""
    kept: dict[str, int] = field(default_factory=dict[str, int])
    """What stands in the store, by key."""
    questions: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    released: list[list[str]] = field(default_factory=lambda: [[]])
    """The effects whose order is chosen, for each step."""


def _values(body: Body, scope: str, reading: _Reading) -> list[Any]:
    counts: Counter[str] = Counter()
    return [_value(node, scope, counts, reading) for node in body]


def _leaf(node: Node, argument: int, counts: Counter[str], reading: _Reading) -> list[int]:
    counts[node.leaf] += 1
    reading.effects[f"{node.leaf}({argument})"] += 1
    return [argument, _LEAVES.index(node.leaf)]


def _path(node: Node, scope: str) -> str:
    own = f"{node.kind}{node.number}#0"
    return f"{scope}/{own}" if scope else own


def _tries(node: Node, reading: _Reading) -> int:
    name = f"{node.kind}{node.number}"
    reading.failing[name] = node.count
    reading.effects[f"{name}()"] += node.count + 1
    return node.number


def _value(node: Node, scope: str, counts: Counter[str], reading: _Reading) -> Any:
    first = node.number * 10
    match node.kind:
        case "call" | "keyed":
            return _leaf(node, first, counts, reading)
        case "loop":
            return [_leaf(node, first + each, counts, reading) for each in range(node.count)][-1:] or 0
        case "fan":
            values = [_leaf(node, first + each, counts, reading) for each in range(node.count)]
            reading.released[-1] += [f"{node.leaf}({first + each})" for each in node.order]
            return values
        case "fail":
            reading.effects[f"refuse({first})"] += 1
            return _REFUSAL
        case "ask":
            reading.questions.append((f"{scope}!{counts['!']}", first))
            reading.released.append([])
            counts["!"] += 1
            return first + 1
        case "sub" | "entry":
            return _values(node.inner, _path(node, scope), reading)
        case "tough":
            return [*_values(node.inner, _path(node, scope), reading), _tries(node, reading)]
        case "flaky" | "shaky":
            return _tries(node, reading)
        case "keep":
            reading.kept[_key(node)] = first
            return first
        case "recall":
            return reading.kept.get(_key(node))
        case _:
            for each in node.inner if node.count else ():
                _value(each, scope, counts, reading)
            return node.count


# --- what it looks like -------------------------------------------------------------------------------------------


def _key(node: Node) -> str:
    return f"k{node.count}"


def _variable(node: Node) -> str:
    return f"v{node.number}"


def _result(body: Body) -> dict[str, Any]:
    return {"return": {"$list": [{"$var": _variable(node)} for node in body]}}


@dataclass(slots=True)
class _Definitions:
    """The tasks and the further entrypoints of a program."""

    tasks: dict[str, Any]
    entrypoints: dict[str, Any] = field(default_factory=dict[str, Any])


def _store_task(node: Node) -> dict[str, Any]:
    place = {"namespace": {"$lit": _NAMESPACE}, "key": _key(node)}
    if node.kind == "keep":
        put = {"store": {"op": "put", **place, "value": {"$lit": {"n": node.number * 10}}}}
        return {"params": [], "body": [put, {"return": node.number * 10}]}
    found = {"$get": [{"$get": [{"$var": "r"}, "value"]}, "n"]}
    body = [
        {"store": {"op": "get", **place, "as": "r"}},
        {"if": {"cond": {"$op": ["==", {"$var": "r"}, None]}, "then": [{"return": None}]}},
        {"return": found},
    ]
    return {"params": [], "body": body}


def _trying_task(node: Node, made: _Definitions) -> dict[str, Any]:
    policy: dict[str, Any] = {} if node.kind == "shaky" else {"retry": _AGAIN}
    tried = {"effect": {"name": f"{node.kind}{node.number}", "as": "tried"}}
    values = [{"$var": _variable(each)} for each in node.inner]
    result: Any = {"$list": [*values, {"$var": "tried"}]} if node.kind == "tough" else {"$var": "tried"}
    # RPL-041: what failed before the last call is history, whatever comes after it
    calm = [{"call": {"task": "calm"}}] if node.inner else []
    body = [*_body(node.inner, made), *calm, tried, {"return": result}]
    return {"params": [], "raises": ["Busy"], **policy, "body": body}


def _statements(node: Node, made: _Definitions) -> list[dict[str, Any]]:
    first, name = node.number * 10, _variable(node)
    match node.kind:
        case "call":
            return [{"call": {"task": node.leaf, "args": [first], "as": name}}]
        case "keyed":
            return [{"call": {"task": node.leaf, "args": [first], "key": f"k{node.number}", "as": name}}]
        case "loop":
            arguments = {"$list": [first + each for each in range(node.count)]}
            last = {"call": {"task": node.leaf, "args": [{"$var": "n"}], "as": "r"}}
            body = [last, {"let": {name: {"$list": [{"$var": "r"}]}}}]
            return [{"let": {name: 0}}, {"for": {"each": "n", "in": arguments, "do": body}}]
        case "fan":
            handles = [f"{name}h{each}" for each in range(node.count)]
            starts = [
                {"start": {"task": node.leaf, "args": [first + each], "as": handle}}
                for each, handle in enumerate(handles)
            ]
            return [*starts, {"gather": {"handles": handles, "as": name}}]
        case "fail":
            call = {"call": {"task": "refuse", "args": [first], "as": name}}
            caught = {"let": {name: {"$get": [{"$var": "error"}, "message"]}}}
            return [{"try": {"body": [call], "catch": [{"type": "Refused", "as": "error", "body": [caught]}]}}]
        case "ask":
            return [{"interrupt": {"value": first, "as": name}}]
        case "entry":
            own = f"entry{node.number}"
            policy: dict[str, Any] = {"retry": _AGAIN} if "shaky" in _kinds(node.inner) else {}  # declares no errors
            made.entrypoints[own] = {"params": [], **policy, "body": [*_body(node.inner, made), _result(node.inner)]}
            return [{"invoke": {"entrypoint": own, "input": first, "as": name}}]
        case "either":
            then = _body(node.inner, made)
            return [{"let": {name: node.count}}, {"if": {"cond": {"$op": ["==", node.count, 1]}, "then": then}}]
        case "keep" | "recall":
            made.tasks[f"{node.kind}{node.number}"] = _store_task(node)
        case "sub":
            body = [*_body(node.inner, made), _result(node.inner)]
            made.tasks[f"sub{node.number}"] = {"params": [], "raises": ["Busy"], "body": body}
        case _:
            made.tasks[f"{node.kind}{node.number}"] = _trying_task(node, made)
    return [{"call": {"task": f"{node.kind}{node.number}", "as": name}}]


def _body(body: Body, made: _Definitions) -> list[dict[str, Any]]:
    return [statement for node in body for statement in _statements(node, made)]


def _kinds(body: Body) -> set[str]:
    return {kind for node in body for kind in ({node.kind} | _kinds(node.inner))}


def _program(tree: Tree, *, changed: bool) -> dict[str, Any]:
    leaves: dict[str, Any] = {
        leaf: {
            "params": ["n"],
            "body": [
                {"effect": {"name": leaf, "args": [{"$var": "n"}], "as": "r"}},
                {"return": {"$list": [{"$var": "n"}, {"$var": "r"}]}},
            ],
        }
        for leaf in (*_LEAVES, "later")
    }
    refuse = [{"effect": {"name": "refuse", "args": [{"$var": "n"}]}}]
    calm: dict[str, Any] = {"params": [], "body": []}
    made = _Definitions({**leaves, "calm": calm, "refuse": {"params": ["n"], "raises": ["Refused"], "body": refuse}})
    body: list[dict[str, Any]] = []
    for place in range(len(tree.body) + 1):
        if changed and place in tree.later:
            body.append({"call": {"task": "later", "args": [place]}})
        body += _body(tree.body[place : place + 1], made)
    return {
        "entrypoint": "main",
        "params": ["x"],
        "tasks": made.tasks,
        **({"entrypoints": made.entrypoints} if made.entrypoints else {}),
        **({"retry": _AGAIN} if "shaky" in _kinds(tree.body) else {}),
        "body": [*body, _result(tree.body)],
    }


def fixture_of(tree: Tree, identifier: str) -> dict[str, Any]:
    """Return the fixture of a program: run it, answer what it asks, and expect what reading it gives."""
    reading = _Reading()
    value = _values(tree.body, "", reading)
    if not reading.questions:  # nobody changes the code of a run that does not pause
        tree = Tree(tree.body)
    for place in tree.later:
        reading.effects[f"later({place})"] += 1
    found = _kinds(tree.body)
    steps: list[dict[str, Any]] = []
    for number in range(len(reading.questions) + 1):
        step: dict[str, Any] = {"op": "invoke", "thread": "t1", "input": 0}
        if number:
            step = {"op": "command", "thread": "t1", "resume": reading.questions[number - 1][1] + 1}
            if tree.later:
                step["program"] = "changed"
        if reading.released[number]:
            step["release"] = reading.released[number]
        step["expect"] = {"outcome": "completed", "value": value}
        if number < len(reading.questions):
            id, asked = reading.questions[number]
            step["expect"] = {"outcome": "interrupted", "interrupts": [{"id": id, "value": asked}]}
        steps.append(step)
    document = {
        "format": "1.0",
        "id": identifier,
        "title": "A program made at random",
        "why": "Say here what the port does wrong, once it is known.",
        "verifies": ["RPL-003"],
        "profile": next((name for name, kinds in _LEVELS if kinds & found), "core"),
        **({"store": "sqlite"} if found & {"keep", "recall"} else {}),
        "program": _program(tree, changed=False),
        **({"programs": {"changed": _program(tree, changed=True)}} if tree.later else {}),
        "effects": _scripts(reading),
        "steps": steps,
        "final": {"effect_totals": dict(reading.effects)},
    }
    return {name: member for name, member in document.items() if member != {}}


def _scripts(reading: _Reading) -> dict[str, Any]:
    scripts: dict[str, list[dict[str, Any]]] = {}
    for key, count in reading.effects.items():
        name = key.partition("(")[0]
        if name in reading.failing:
            number = int(re.sub("[^0-9]", "", name))
            scripts[name] = [_BUSY] * reading.failing[name] + [{"return": number}]
            continue
        returned: Sequence[str] = (*_LEAVES, "later")
        refused = {"raise": {"type": "Refused", "message": _REFUSAL}}
        item = refused if name == "refuse" else {"return": returned.index(name)}
        scripts.setdefault(name, []).extend([item] * count)
    return scripts
