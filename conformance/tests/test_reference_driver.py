"""The reference's driver has no share in what it shows: with a library that does nothing, nothing passes."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
DRIVER = REPOSITORY / "conformance" / "drivers" / "python"
FIXTURES = REPOSITORY / "conformance" / "fixtures"

# It has the names of the library, answers everything at once, and keeps nothing.
STUB = """
from types import SimpleNamespace

__version__ = "0"


class TaskpointError(Exception):
    code = message = "stub"


class ConcurrentRunError(TaskpointError): pass
class SaverError(TaskpointError): pass
class TaskError(TaskpointError): pass
class UsageError(TaskpointError): pass
class ValueEncodingError(TaskpointError): pass


class Thing:
    definition = {}
    name = ""

    def __init__(self, *args, **options): pass
    def close(self): pass
    def delete(self, thread_id): pass


class BaseStore(Thing): pass
class CheckpointSaver(Thing): pass
class Command(Thing): pass
class InMemoryStore(Thing): pass
class Interrupt(Thing): pass
class Item(Thing): pass
class SqliteSaver(Thing): pass
class SqliteStore(Thing): pass
class StateSnapshot(Thing): pass
class TaskSnapshot(Thing): pass
class TaskFunction:
    def __class_getitem__(cls, of): return cls


def snapshot():
    return SimpleNamespace(
        values=None, next=(), config={"configurable": {}}, parent_config=None,
        source=None, metadata={}, interrupts=(), tasks=(),
    )


class Entrypoint(Thing):
    def __class_getitem__(cls, of): return cls
    def invoke(self, *args, **options): return None
    async def ainvoke(self, *args, **options): return None
    def stream(self, *args, **options):
        event = {"main": None}
        yield {"type": "updates", "ns": (), "data": event} if options.get("version") == "v2" else event
    async def astream(self, *args, **options):
        for each in self.stream(*args, **options): yield each
    def get_state(self, *args, **options): return snapshot()
    async def aget_state(self, *args, **options): return snapshot()
    def get_state_history(self, *args, **options): return iter([])
    async def aget_state_history(self, *args, **options):
        for each in (): yield each
    def update_state(self, *args, **options): return {"configurable": {"checkpoint_id": "c"}}
    async def aupdate_state(self, *args, **options): return self.update_state()
    bulk_update_state = fork = update_state
    abulk_update_state = afork = aupdate_state


def task(*args, **options):
    return Thing() if len(args) == 2 else Thing


def entrypoint(*args, **options):
    return Entrypoint() if len(args) == 2 else Entrypoint


def as_completed(futures): return []
def get_runtime(): return SimpleNamespace(execution_info=SimpleNamespace(path="", attempt=None, idempotency_key=None))
def get_idempotency_key(): return None
def get_previous_state(): return None
def get_store(): return BaseStore()
def interrupt(value): return None


codec = SimpleNamespace(
    to_tree=lambda value: value if isinstance(value, dict) and not value else None,
    from_tree=lambda tree: None,
    encode=lambda value: "null",
    decode=lambda text: None,
    canonical=lambda value: b"null",
    digest_arguments=lambda *arguments: "0" * 64,
)
models = SimpleNamespace()
savers = SimpleNamespace()


def __getattr__(name):  # whatever else the driver imports
    if name.startswith("_"):
        raise AttributeError(name)
    return type(name, (Thing,), {}) if name[0].isupper() else lambda *args, **options: None
"""


def chosen() -> list[str]:
    """Return all fixtures, but those of the protocol itself, which a driver passes alone."""
    return sorted(file.stem for file in FIXTURES.rglob("*.yaml") if file.parent.name != "protocol")


@pytest.mark.timeout(120)
def test_nothing_passes_with_a_library_that_does_nothing(tmp_path: Path) -> None:
    package = tmp_path / "stub" / "taskpoint"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(STUB)
    paths = [str(package.parent), str(REPOSITORY / "conformance" / "runner")]
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "taskpoint_conformance", "run", "--sweep", "none", "--report", str(report)]
    wanted = chosen()
    done = subprocess.run(
        [*command, *(part for each in wanted for part in ("--fixture", each))],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {1, 2}, done.stdout + done.stderr  # 2: it claims profiles of which nothing passes
    document = json.loads(report.read_text())
    assert document["driver"]["hello"]["version"] == "0"
    verdicts = {each["id"]: each["verdict"] for each in document["results"]}
    assert sorted(verdicts) == wanted
    assert {name: verdict for name, verdict in verdicts.items() if verdict != "failed"} == {}
    codes = {variant.get("code") for each in document["results"] for variant in each["variants"]}
    assert "driver.errored" not in codes  # they fail by what they see, not because the driver broke


# What a driver that helped its library would have to have.
LOGIC = {"hashlib", "heapq", "sqlite3", "time", "uuid", "pickle", "orjson"}


@pytest.mark.parametrize("file", sorted(DRIVER.rglob("*.py")), ids=lambda file: str(file.relative_to(DRIVER)))
def test_the_driver_holds_no_logic_of_the_runtime(file: Path) -> None:
    tree = ast.parse(file.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            assert parts[0] not in LOGIC
            assert parts[0] != "taskpoint" or (len(parts) <= 2 and not parts[-1].startswith("_"))
            assert parts[:2] not in (["taskpoint", "runtime"], ["taskpoint", "_core"])


def imported(file: Path) -> set[str]:
    """Return the names of the top-level packages and modules that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).partition(".")[0])
    return found


@pytest.mark.parametrize("file", sorted(DRIVER.rglob("*.py")), ids=lambda file: str(file.relative_to(DRIVER)))
def test_the_core_knows_no_profile_and_what_is_shared_knows_no_library(file: Path) -> None:
    folder = file.parent.name
    if folder in {"ir", "pipe"}:
        assert imported(file) <= {*sys.stdlib_module_names, "ir", "pipe"}
    elif folder != "profiles" and file.name != "__main__.py":
        assert "profiles" not in imported(file)


def test_the_readme_says_which_module_serves_which_profile() -> None:
    readme = (DRIVER / "README.md").read_text()
    mentioned = {cell for cell in readme.split("`") if cell.endswith(".py")}
    there = {file.relative_to(DRIVER).as_posix() for file in DRIVER.rglob("*.py")}
    assert mentioned == there - {"ir/__init__.py", "pipe/__init__.py"}


def test_there_is_a_driver() -> None:
    assert (DRIVER / "__main__.py").is_file()
    assert len(chosen()) > 100
