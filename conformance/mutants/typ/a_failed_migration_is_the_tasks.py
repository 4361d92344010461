"""A migration that fails leaves the value as it was."""

from mutating import replaces

BREAKS = ("TYP-023",)


@replaces("taskpoint.runtime.values.forms:Form._migrated")
def _migrated(original, self, plain, version, what):
    try:
        return original(self, plain, version, what)
    except Exception:
        return plain
