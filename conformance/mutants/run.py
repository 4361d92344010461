"""Starts the driver of the reference with one mutant applied: `python conformance/mutants/run.py NAME`.

The driver knows nothing of it, and is started as ever.
`python conformance/mutants/run.py --check` looks whether every function that a mutant replaces is still there.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DRIVER = HERE.parent / "drivers" / "python"


def load_all() -> None:
    """Import the reference and its driver whole, so that every name that a function is known by is there."""
    import taskpoint

    for module in pkgutil.walk_packages(taskpoint.__path__, "taskpoint."):
        if module.name not in {"taskpoint.cli", "taskpoint.__main__"}:
            importlib.import_module(module.name)
    for file in DRIVER.glob("[!_]*.py"):
        importlib.import_module(file.stem)


def apply(file: Path) -> None:
    """Apply one mutant to this process."""
    import mutating

    before = len(mutating.APPLIED)
    spec = importlib.util.spec_from_file_location(f"mutant_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    if len(mutating.APPLIED) != before + 1:
        raise mutating.GoneError(f"{file.name} has to replace exactly one function")


def check() -> int:
    """Look whether every mutant can be applied; tell which ones can't."""
    import mutating

    load_all()
    broken = 0
    for file in sorted(HERE.glob("*/*.py")):
        try:
            apply(file)  # one on top of the other: nothing of it is run
        except mutating.GoneError as error:
            print(f"{file.stem.replace('_', '-')}: {error}")  # noqa: T201 - a command
            broken += 1
    return 1 if broken else 0


def main(name: str) -> None:
    """Start the driver with the mutant of this name."""
    sys.path[:1] = [str(DRIVER), str(HERE)]  # the driver's own folder first, as when it is started itself
    if name == "--check":
        sys.exit(check())
    found = list(HERE.glob(f"*/{name.replace('-', '_')}.py"))
    if len(found) != 1:
        sys.exit(f"there is no mutant {name}" if not found else f"the mutant {name} is there twice")
    load_all()
    apply(found[0])
    del sys.argv[1]  # the rest is the driver's
    runpy.run_path(str(DRIVER / "__main__.py"), run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
