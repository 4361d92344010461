"""A key may be empty, and of any length."""

from mutating import replaces

BREAKS = ("IDN-012",)


@replaces("taskpoint.runtime.definitions.options:_key")
def _key(original, given):
    return original("empty" if given == "" else given[:255] if isinstance(given, str) else given)
