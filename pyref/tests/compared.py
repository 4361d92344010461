"""Libraries that the tests of the comparison put side by side."""

from dataclasses import replace

from pyref.benchmarks.compare.libraries import Library, taskpoint


def twin() -> Library:
    """Return Taskpoint under another version."""
    return replace(taskpoint(), versions={"twin": "1"})


def forgetful() -> Library:
    """Return one whose tasks return something else."""
    library = taskpoint()

    def task(*, name: str):
        return lambda func: library.task(name=name)(lambda n: {**func(n), "n": -1})

    return replace(library, task=task)


def absent() -> Library:
    """Return one that is not installed."""
    import no_such_library

    return no_such_library
