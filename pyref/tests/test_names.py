"""The table of names in `spec/1.0/names.md` has whatever the library shows, with its true defaults."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

import taskpoint
from taskpoint import (
    BaseStore,
    CachePolicy,
    Command,
    Entrypoint,
    ExecutionInfo,
    Interrupt,
    RetryPolicy,
    RunnableConfig,
    RunOptions,
    Runtime,
    StateSnapshot,
    TaskFuture,
    TaskSnapshot,
    TimeoutPolicy,
    interchange,
    testing,
    watching,
)
from taskpoint.runtime.definitions.options import (
    CallKeywords,
    EntrypointKeywords,
    TaskKeywords,
    TaskOptions,
    read_entrypoint_options,
)

PAGE = (Path(__file__).parents[2] / "spec" / "1.0" / "names.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^##+ (.+)\n((?:(?!##).*\n)*)", PAGE, re.MULTILINE))
WORD = re.compile(r"\w+")
CODE = re.compile(r"`([^`]+)`")


def words(text: str) -> set[str]:
    """Return every word that stands in code."""
    return {word for code in CODE.findall(text) for word in WORD.findall(code)}


def rows(section: str) -> dict[str, list[str]]:
    """Return the rows of a section's table by the first name in them."""
    lines = re.findall(r"^\| `(\w+)`(.*) \|$", SECTIONS[section], re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split(" | ")] for name, rest in lines}


def test_each_public_name_has_a_place() -> None:
    assert set(taskpoint.__all__) - words(PAGE) == set()


@pytest.mark.parametrize("module", [interchange, testing, watching])
def test_each_public_name_of_a_module_has_a_place(module: ModuleType) -> None:
    assert set(module.__all__) - words(PAGE) == set()


def test_what_a_call_shows_has_a_place() -> None:
    assert members_of(TaskFuture) - words(PAGE) == set()


def test_each_public_verb_has_a_place() -> None:
    verbs = {name for name in dir(Entrypoint) if callable(getattr(Entrypoint, name)) and name[0] != "_"}
    assert {"ainvoke", "fork", "get_state"} <= verbs
    assert verbs - {"find_exception"} - words(PAGE) == set()


def members_of(cls: type) -> set[str]:
    """Return what a class shows: its methods and properties, or the fields of its instances."""
    fields = {field.name for field in dataclasses.fields(cls)} if dataclasses.is_dataclass(cls) else set()
    return fields | {name for name in vars(cls) if not name.startswith("_")}


@pytest.mark.parametrize("cls", [Runtime, ExecutionInfo, StateSnapshot, TaskSnapshot, Interrupt, Command, BaseStore])
def test_what_a_program_reads_has_a_place(cls: type) -> None:
    own = {"abatch", "batch", "ttl_config"} if cls is BaseStore else set()  # what a store implements
    twins = {f"a{name}" for name in members_of(cls)}
    assert members_of(cls) - twins - own - words(PAGE) == set()


def test_each_durable_helper_has_a_place() -> None:
    assert {f"durable.{name}" for name in taskpoint.durable.__all__} <= set(CODE.findall(PAGE))


@pytest.mark.parametrize(
    ("section", "type", "more"),
    [
        ("Options of a task", TaskKeywords, {"name"}),
        ("Options of one call: `task.with_options(...)`", CallKeywords, set()),
        ("Options of an entrypoint", EntrypointKeywords, {"name"}),
        ("Options of a run", RunOptions, set()),
        ("Members of the config: `RunnableConfig`", RunnableConfig, set()),
    ],
)
def test_each_option_has_its_row_and_no_other(section: str, type: type, more: set[str]) -> None:
    assert set(rows(section)) == set(type.__annotations__) | more


@pytest.mark.parametrize("policy", [RetryPolicy, TimeoutPolicy, CachePolicy])
def test_the_defaults_of_policies_are_those_of_the_code(policy: type) -> None:
    found = rows(f"`{policy.__name__}`")
    fields = {
        field.name: getattr(field.default, "__name__", repr(field.default)) for field in dataclasses.fields(policy)
    }
    assert {name: CODE.match(cells[1])[1] for name, cells in found.items()} == fields


def test_options_without_a_default_have_none_in_the_code() -> None:
    for section, options in (
        ("Options of a task", TaskOptions()),
        ("Options of an entrypoint", read_entrypoint_options({})),
    ):
        for name, cells in rows(section).items():
            if name == "name":
                continue
            value = getattr(options, name)
            assert cells[1] == ("none" if value in (None, ()) else f'`"{value}"`'), name


def test_the_options_of_streams_are_those_of_the_code() -> None:
    parameters = inspect.signature(Entrypoint.stream).parameters.values()
    own = {each.name: f"`{each.default!r}`" for each in parameters if each.kind is each.KEYWORD_ONLY}
    assert {name: cells[1] for name, cells in rows("Options of a stream").items()} == own
