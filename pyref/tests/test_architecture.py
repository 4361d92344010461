"""What may import what, how long things may be, and what the code may never do."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "pyref" / "taskpoint"
RUNNER = REPOSITORY / "conformance" / "runner" / "taskpoint_conformance"
DRIVERS = REPOSITORY / "conformance" / "drivers"


def sources(*folders: Path) -> list[Path]:
    found = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    return [file for file in found if not {"tests", ".venv"}.intersection(file.relative_to(REPOSITORY).parts)]


def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def name_of(file: Path) -> str:
    return str(file.relative_to(REPOSITORY))


def module_of(file: Path) -> str:
    root = PACKAGE.parent if file.is_relative_to(PACKAGE) else RUNNER.parent
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(file: Path) -> list[str]:
    """Return the full name of whatever a module imports, anywhere in it, `a.b` for `from a import b`."""
    names: list[str] = []
    for node in ast.walk(parse(file)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += from_names(node)
    return names


def from_names(node: ast.ImportFrom) -> list[str]:
    return [f"{'.' * node.level}{node.module}.{alias.name}" for alias in node.names]


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


ALL = sources(PACKAGE, RUNNER, DRIVERS, REPOSITORY / "docs")
every_source = pytest.mark.parametrize("file", ALL, ids=name_of)


@every_source
def test_imports_are_absolute(file: Path) -> None:
    """The tests below read full names."""
    assert [name for name in imports(file) if name.startswith(".")] == []


# What computes and does nothing else.
PURE = ("__future__", "collections", "dataclasses", "enum", "functools", "hashlib", "heapq", "itertools", "typing")


@pytest.mark.parametrize("file", sources(PACKAGE / "_core"), ids=name_of)
def test_the_core_imports_only_what_is_pure(file: Path) -> None:
    allowed = (*PURE, "taskpoint._core", "taskpoint.errors")
    assert [name for name in imports(file) if not within(name, *allowed)] == []


def test_the_core_is_there() -> None:
    assert sources(PACKAGE / "_core")


# layer: what of the library it may not import
FORBIDDEN = {
    "taskpoint.errors": ("taskpoint",),
    "taskpoint.codec": ("taskpoint.models", "taskpoint.savers", "taskpoint.runtime", "taskpoint._core.machine"),
    "taskpoint.models": ("taskpoint.savers", "taskpoint.runtime", "taskpoint._core.machine"),
    "taskpoint.savers": ("taskpoint.runtime", "taskpoint._core.machine", "taskpoint._core.matching"),
    "taskpoint.watching": ("taskpoint.runtime", "taskpoint._core", "taskpoint.savers"),
}
# what comes with an extra: the only module that may import it
EXTRAS = {
    "jsonschema": "taskpoint.runtime.values.responses",
    "opentelemetry": "taskpoint.watching.otel",
    "referencing": "taskpoint.runtime.values.responses",
    "rich": "taskpoint.watching.progress",
}


@pytest.mark.parametrize("file", sources(PACKAGE), ids=name_of)
def test_layers(file: Path) -> None:
    module = module_of(file)
    forbidden = [lower for layer, below in FORBIDDEN.items() if within(module, layer) for lower in below]
    if module != "taskpoint.cli":
        forbidden += ["taskpoint.cli", "taskpoint_conformance", "click", "yaml"]
    forbidden += [extra for extra, only in EXTRAS.items() if module != only]
    assert [name for name in imports(file) if within(name, *forbidden) and not within(name, module)] == []


def test_every_layer_is_there() -> None:
    modules = [module_of(file) for file in sources(PACKAGE)]
    assert [layer for layer in FORBIDDEN if not any(within(module, layer) for module in modules)] == []


RUNTIME = ("process", "values", "definitions", "writing", "state", "execution", "streams", "runs")
"""The folders of the runtime, from the bottom up; what users call lies above all of them."""


@pytest.mark.parametrize(
    "file", [file for folder in RUNTIME for file in sources(PACKAGE / "runtime" / folder)], ids=name_of
)
def test_the_folders_of_the_runtime_use_only_those_below(file: Path) -> None:
    """What only types need may come from anywhere."""
    below = RUNTIME[: RUNTIME.index(module_of(file).split(".")[2]) + 1]
    used = {name for node in parse(file).body if isinstance(node, ast.ImportFrom) for name in from_names(node)}
    allowed = [f"taskpoint.runtime.{folder}" for folder in below]
    assert sorted(name for name in used if within(name, "taskpoint.runtime") and not within(name, *allowed)) == []


def test_every_folder_of_the_runtime_has_its_place() -> None:
    runtime = PACKAGE / "runtime"
    assert {folder.parent.name for folder in runtime.glob("*/__init__.py")} == set(RUNTIME)
    listed = re.findall(r"^`(\w+)`$", ast.get_docstring(parse(runtime / "__init__.py")) or "", re.MULTILINE)
    assert tuple(listed) == RUNTIME


@pytest.mark.parametrize("file", sources(RUNNER), ids=name_of)
def test_the_judge_never_imports_the_judged(file: Path) -> None:
    assert [name for name in imports(file) if within(name, "taskpoint")] == []


@pytest.mark.parametrize("file", sources(DRIVERS / "python"), ids=name_of)
def test_the_driver_uses_only_the_public_interface(file: Path) -> None:
    """Nothing below `taskpoint` but what it shows; and nothing of the judge."""
    for node in ast.walk(parse(file)):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            assert node.module == "taskpoint" or not within(node.module, "taskpoint", "taskpoint_conformance")
            assert node.module != "taskpoint" or not any(alias.name.startswith("_") for alias in node.names)
        elif isinstance(node, ast.Import):
            assert not any(within(alias.name, "taskpoint_conformance") for alias in node.names)
            assert not any(alias.name.startswith("taskpoint.") for alias in node.names)


BLOCKED = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "taskpoint":
            raise ImportError(f"blocked: {name}")

sys.meta_path.insert(0, Blocker())
sys.argv = ["taskpoint_conformance", "list"]
import runpy
runpy.run_module("taskpoint_conformance", run_name="__main__", alter_sys=True)
"""


def test_the_judge_runs_where_the_judged_cannot_be_imported() -> None:
    done = subprocess.run([sys.executable, "-c", BLOCKED], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) > 100
    probe = BLOCKED.replace("import runpy\n", "import taskpoint\n")
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False, timeout=60)
    assert "blocked: taskpoint" in done.stderr


@every_source
def test_no_module_is_longer_than_500_lines(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 500


@every_source
def test_no_function_is_longer_than_60_lines(file: Path) -> None:
    long = {
        node.name: length
        for node in ast.walk(parse(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > 60
    }
    assert long == {}


BANNED_IMPORTS = ("dill", "cloudpickle", "importlib.import_module", "pickle", "runpy", "shelve")
BANNED_CALLS = {"eval", "exec", "compile", "__import__"}
BANNED_ATTRIBUTES = {("marshal", "loads"), ("marshal", "load"), ("importlib", "import_module")}


def bare_calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def attributes(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr


@every_source
def test_nothing_turns_data_into_code(file: Path) -> None:
    """`SEC-005`: no import, constructor or function found by a name in the data."""
    tree = parse(file)
    assert [name for name in imports(file) if within(name, *BANNED_IMPORTS)] == []
    assert [name for name in bare_calls(tree) if name in BANNED_CALLS] == []
    assert [pair for pair in attributes(tree) if pair in BANNED_ATTRIBUTES] == []


# Statements that are no names of constants where they are executed, and why they are constant all the same.
CONSTANT_STATEMENTS = {
    ("pyref/taskpoint/savers/_database.py", "self._synchronous"),  # one of three constants
    ("pyref/taskpoint/savers/_database.py", "statement"),  # from the package's own layout file
}


def constants(nodes: Iterable[ast.AST], outer: Iterable[str] = ()) -> set[str]:
    """Return the names that only ever stand for literals, for other such names, or for a choice between them."""
    bound: dict[str, list[ast.AST]] = {}
    for node in nodes:
        for name, value in bindings(node):
            bound.setdefault(name, []).append(value)
    names = set(outer) - bound.keys()
    while more := {name for name, values in bound.items() if all(literal(value, names) for value in values)} - names:
        names |= more
    return names


def functions(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the functions and methods of a module, but not the functions inside of these."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
        else:
            yield from functions(child)


def bindings(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names that a statement binds, each with what it binds them to."""
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
            yield from (
                (name.id, value) for name, value in zip(targets, values, strict=True) if isinstance(name, ast.Name)
            )
        case ast.Assign(targets=[ast.Tuple()] as targets, value=ast.IfExp(body=one, orelse=other)):
            yield from bindings(ast.Assign(targets, one))
            yield from bindings(ast.Assign(targets, other))
        case ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.For(target=ast.Name(id=name), iter=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.AST() as value):
            yield name, value
        case ast.arg(arg=name):
            yield name, node
        case _:
            pass


def literal(node: ast.AST, names: set[str]) -> bool:
    match node:
        case ast.Constant() | ast.Tuple(elts=[]):
            return True
        case ast.Name(id=name):
            return name in names
        case ast.JoinedStr(values=parts) | ast.Tuple(elts=parts):
            return all(literal(part, names) for part in parts)
        case ast.FormattedValue(value=value):
            return literal(value, names)
        case ast.IfExp(body=one, orelse=other):
            return literal(one, names) and literal(other, names)
        case _:
            return False


@pytest.mark.parametrize("file", [file for file in sources(PACKAGE) if "sqlite3" in imports(file)], ids=name_of)
def test_sql_is_constant(file: Path) -> None:
    """`SEC-004`: what a caller chooses is a parameter, never a part of a statement."""
    tree = parse(file)
    module = constants(tree.body)
    found = [
        ast.unparse(node.args[0])
        for function in functions(tree)
        for known in [constants(ast.walk(function), module)]
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"execute", "executemany", "executescript"}
        and not literal(node.args[0], known)
    ]
    assert [statement for statement in found if (name_of(file), statement) not in CONSTANT_STATEMENTS] == []


@pytest.mark.parametrize(
    ("source", "constant"),
    [
        ("A = 'x'\nB = f'{A} y'", {"A", "B"}),
        ("A = ('x', 'y')", {"A"}),
        ("A = 'x'\nB = A if a else 'y'\nfor c in (A, B): pass", {"A", "B", "c"}),
        ("def f(A):\n  pass\nA = 'x'", set()),
        ("A, b = ('x', c) if d else ('y', e)", {"A"}),
        ("A = 'x'\nA = a", set()),
        ("B = f'{a} y'", set()),
        ("B = 'x' + y", set()),
        ("B = 'x'.format(y)", set()),
    ],
)
def test_the_test_of_sql_knows_a_constant(source: str, constant: set[str]) -> None:
    assert constants(ast.walk(ast.parse(source))) == constant
