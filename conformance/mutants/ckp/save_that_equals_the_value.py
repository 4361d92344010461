"""What is saved is stored although it equals the value."""

from mutating import replaces

BREAKS = (
    "CKP-008",
    "CKP-009",
)


@replaces("taskpoint.runtime.writing.writer:Writer.append")
def append(original, self, seq, entries, closing=None, **options):
    if closing is not None and closing.saved is None:
        closing.saved = closing.value
    return original(self, seq, entries, closing, **options)
