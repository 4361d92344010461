"""A run that is over is refused, as a resume of it would be."""

from mutating import replaces

BREAKS = ("RUN-044",)


@replaces("taskpoint.runtime.runs.once:completed")
def completed(original, entrypoint, saver, begun):
    return None
