"""A schema of another version of JSON Schema is read as if it were of this one."""

from mutating import replaces

BREAKS = ("INT-032",)


@replaces("taskpoint.runtime.values.responses:_check_closed")
def _check_closed(original, resolver, resource, seen):
    if "draft-07" not in str(resource.contents):
        original(resolver, resource, seen)
