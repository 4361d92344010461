"""A reference in a schema is looked at when it is followed."""

from mutating import replaces

BREAKS = ("INT-032",)


@replaces("taskpoint.runtime.values.responses:_check_closed")
def _check_closed(original, resolver, resource, seen):
    if "$schema" in resource.contents:
        original(resolver, resource, seen)
