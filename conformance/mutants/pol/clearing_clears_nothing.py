"""Clearing the cache of a task looks for another version of it."""

from mutating import replaces

BREAKS = ("POL-045",)


@replaces("taskpoint.runtime.func:TaskFunction.clear_cache")
def clear_cache(original, self, cache):
    cache.clear([("tasks", self.name)])
