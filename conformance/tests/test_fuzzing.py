"""Random programs: what is expected of them, and what is found with them."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import yaml
from click.testing import CliRunner

from taskpoint_conformance.cli import conformance
from taskpoint_conformance.fixtures import load
from taskpoint_conformance.programs import Node, Tree, fixture_of, grow, smaller

MUTANTS = Path(__file__).parents[1] / "mutants"


def size(body: tuple[Node, ...]) -> int:
    return sum(1 + node.count + size(node.inner) for node in body)


def test_every_program_is_a_fixture(tmp_path: Path) -> None:
    kinds: set[str] = set()
    for seed in range(150):
        tree = grow(random.Random(seed))
        path = tmp_path / f"FUZ-{seed}.yaml"
        path.write_text(yaml.safe_dump(fixture_of(tree, path.stem), sort_keys=False))
        load(path)
        kinds |= {node.kind for node in tree.body}
    assert kinds == {"call", "keyed", "fail", "loop", "fan", "ask", "sub", "either"} | {
        "entry",
        "flaky",
        "shaky",
        "tough",
        "keep",
        "recall",
    }


def test_what_fails_works_in_the_end_and_what_is_kept_is_found() -> None:
    tough = Node("tough", 0, count=1, inner=(Node("shaky", 1, count=1), Node("keep", 2, count=0)))
    body = (tough, Node("entry", 3, inner=(Node("recall", 4, count=0), Node("recall", 5, count=1))))
    document = fixture_of(Tree(body), "FUZ-x")
    assert document["steps"][0]["expect"]["value"] == [[1, 20, 0], [20, None]]
    assert document["final"]["effect_totals"] == {"tough0()": 2, "shaky1()": 2}
    assert [list(each) for each in document["effects"]["tough0"]] == [["raise"], ["return"]]
    assert (document["profile"], document["store"]) == ("composition", "sqlite")


def test_a_seed_gives_the_same_program() -> None:
    assert grow(random.Random("a")) == grow(random.Random("a")) != grow(random.Random("b"))


def test_what_a_program_gives_is_read_from_it() -> None:
    ask = Node("ask", 3)
    inner = (Node("fail", 1), ask, Node("call", 2, "gamma"))
    document = fixture_of(Tree((Node("sub", 0, inner=inner), Node("fan", 4, "beta", 2, (1, 0))), (0,)), "FUZ-x")
    first, second = document["steps"]
    assert first["expect"] == {"outcome": "interrupted", "interrupts": [{"id": "sub0#0!0", "value": 30}]}
    assert (second["resume"], second["program"], second["release"]) == (31, "changed", ["beta(41)", "beta(40)"])
    assert second["expect"]["value"] == [["no", 31, [20, 2]], [[40, 1], [41, 1]]]
    assert document["final"]["effect_totals"] == {
        "refuse(10)": 1,
        "gamma(20)": 1,
        "beta(40)": 1,
        "beta(41)": 1,
        "later(0)": 1,
    }


def test_a_smaller_program_is_smaller_and_there_is_an_end() -> None:
    tree = grow(random.Random(5))
    while (following := next(smaller(tree), None)) is not None:
        assert (size(following.body), len(following.later)) != (size(tree.body), len(tree.later))
        assert size(following.body) <= size(tree.body)
        tree = following
    assert tree == Tree(())


def test_a_wrong_port_is_found_and_the_program_made_small(tmp_path: Path) -> None:
    driver = f"{sys.executable} {MUTANTS / 'run.py'} one-execution-is-all"
    out = tmp_path / "found"
    arguments = [
        "fuzz",
        "--driver",
        driver,
        "--minutes",
        "0.001",
        "--sweep",
        "none",
        "--stop-after",
        "1",
        "--out",
        str(out),
    ]
    done = CliRunner().invoke(conformance, arguments)
    assert done.exit_code == 1, done.output
    found = [yaml.safe_load(path.read_text()) for path in out.glob("*.yaml")]
    assert found
    assert min(len(document["program"]["body"]) for document in found) <= 3
    assert "0 failed" not in done.output
