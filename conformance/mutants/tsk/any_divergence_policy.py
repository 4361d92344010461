"""An unknown value of an option is taken for the default."""

from mutating import replaces

BREAKS = ("TSK-010",)


@replaces("taskpoint.runtime.definitions.options:_on_divergence")
def _on_divergence(original, given):
    return original(given if given in ("error", "replay", "warn") else "error")
