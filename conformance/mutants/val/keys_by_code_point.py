"""Keys are sorted by code point instead of by UTF-16 unit."""

from mutating import replaces

BREAKS = ("VAL-005",)


@replaces("taskpoint.codec._json:_utf16")
def _utf16(original, member):
    return member[0].encode()
