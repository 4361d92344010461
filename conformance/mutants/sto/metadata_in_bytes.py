"""Encoded values are stored as bytes."""

from mutating import replaces

BREAKS = ("STO-033",)


@replaces("taskpoint.savers.rows:checkpoint_to_row")
def checkpoint_to_row(original, checkpoint):
    row = original(checkpoint)
    return (*row[:-1], row[-1].encode())
