"""A saved null is stored as if nothing were saved."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STO-004",)


@replaces("taskpoint.savers.rows:checkpoint_to_row")
def checkpoint_to_row(original, checkpoint):
    return original(replace(checkpoint, saved=None) if checkpoint.saved == "null" else checkpoint)
