"""An input is the same only as it was written down."""

from mutating import replaces

from taskpoint import codec

BREAKS = ("RUN-043",)


@replaces("taskpoint.runtime.runs.once:_is_input_of")
def _is_input_of(original, entrypoint, beginning, text):
    return codec.canonical_text(beginning.input) == codec.canonical_text(text)
