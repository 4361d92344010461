"""A run that failed is shown as if it were over."""

from dataclasses import replace

from mutating import replaces

from taskpoint._core.index import Index, Status

BREAKS = ("RUN-023",)


@replaces("taskpoint.runtime.state.snapshots:_of")
def _of(original, forms, saver, loaded, known):
    snapshot = original(forms, saver, loaded, known)
    return replace(snapshot, next=()) if Index(loaded.entries).status is Status.FAILED else snapshot
