"""Native twins: workflows written by hand in this language, each beside the same program in the IR."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import Any, Final

from ir.statements import Document, run_now
from program import Program

from taskpoint import Entrypoint

__all__ = ("Twin", "index")

_FOLDER: Final = Path(__file__).parents[2] / "twins" / "python"


@cache
def index() -> Document:
    """Return the twins by name, each with the fixture that it is a twin of, and its mode."""
    found: Document = json.loads((_FOLDER / "twins.json").read_text(encoding="utf-8"))
    return found


class Twin(Program):
    """One twin for one request; of a program it has what the runner's world needs."""

    def __init__(self, name: str, form: str, effect: Callable[..., Future[Document]], *, is_async: bool) -> None:
        super().__init__({}, form, effect, is_async=is_async)
        self.entered = True
        spec = importlib.util.spec_from_file_location(name, _FOLDER / f"{name.replace('-', '_')}.py")
        if spec is None or spec.loader is None:
            raise LookupError(name)
        self._module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self._module)

    def entrypoint(self, given: Document) -> Entrypoint[Any, Any]:
        """Return the twin's entrypoint, with what it is given."""
        made: Entrypoint[Any, Any] = self._module.workflow(self._do, **given)
        return made

    def _do(self, name: str, *args: Any, raises: type[Exception] | None = None) -> Any:
        """Do something in the runner's world; `raises` is the class of its errors."""
        if raises is not None:
            self.errors[raises.__name__] = raises
        doing = self.effect(name, list(args))
        return doing if self.is_async else run_now(doing)
