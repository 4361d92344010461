"""The parent of a new run is what it takes its previous value from."""

from mutating import replaces

BREAKS = ("CKP-005",)


@replaces("taskpoint.runtime.writing.writer:Writer.begin")
def begin(original, self, checkpoint, expected_head, entries, **options):
    if checkpoint.source == "input":
        checkpoint.parent_id = checkpoint.previous_id
    return original(self, checkpoint, expected_head, entries, **options)
