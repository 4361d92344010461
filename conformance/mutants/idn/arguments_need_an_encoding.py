"""A call with an argument that has no encoding fails."""

from mutating import replaces

from taskpoint import codec

BREAKS = ("IDN-044",)


@replaces("taskpoint.codec:_canonical_or_opaque")
def _canonical_or_opaque(original, part):
    return codec.canonical(part)
