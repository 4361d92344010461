"""What the tests of faults read of a thread."""

from taskpoint._core.index import Index


def entries(saver, kind="", thread_id="t"):
    """All entries of a thread, oldest first."""
    found = [entry for cp in reversed(saver.history(thread_id)) for entry in saver.load(thread_id, cp.id).entries]
    return [entry for entry in found if entry.kind.startswith(kind)]


def kinds(saver, thread_id="t"):
    return [entry.kind for entry in entries(saver, "", thread_id)]


def outcomes(saver, thread_id="t"):
    """The kind of the outcome of each path."""
    index = Index(saver.load(thread_id).entries)
    return {path: entry.kind for scope in index.outcomes.values() for path, entry in scope.items()}
