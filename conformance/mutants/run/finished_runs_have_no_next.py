"""The beginning of a run that has completed since is shown as if nothing had been to do."""

from dataclasses import replace

from mutating import replaces

from taskpoint._core.index import Index, Status

BREAKS = ("RUN-041",)


@replaces("taskpoint.runtime.state.snapshots:_of")
def _of(original, forms, saver, loaded, known):
    snapshot = original(forms, saver, loaded, known)
    is_over = Index(loaded.entries).status is Status.COMPLETED
    return replace(snapshot, next=(), tasks=()) if is_over else snapshot
