"""The examples in the docstrings run, and what is public has a docstring."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import taskpoint
import taskpoint_conformance


def modules(package: ModuleType) -> Iterator[str]:
    yield package.__name__
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("__main__") and "._data" not in module.name:
            yield module.name


@pytest.mark.parametrize("name", [*modules(taskpoint), *modules(taskpoint_conformance)])
def test_examples_run(name: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path_factory.mktemp("examples")
    monkeypatch.chdir(folder)
    result = doctest.testmod(
        importlib.import_module(name), extraglobs={"tmp_path": folder}, optionflags=doctest.ELLIPSIS
    )
    assert result.failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [
        test for name in modules(taskpoint) for test in finder.find(importlib.import_module(name)) if test.examples
    ]
    assert len(found) > 5


def test_what_is_public_is_explained() -> None:
    silent: list[str] = []
    for name in taskpoint.__all__:
        public = getattr(taskpoint, name)
        if (inspect.isclass(public) or inspect.isroutine(public)) and not inspect.getdoc(public):
            silent.append(name)
        if inspect.isclass(public) and public.__module__.startswith("taskpoint"):
            members = [member for member in vars(public).items() if not member[0].startswith("_")]
            silent += [f"{name}.{key}" for key, value in members if callable(value) and not inspect.getdoc(value)]
    assert silent == []
