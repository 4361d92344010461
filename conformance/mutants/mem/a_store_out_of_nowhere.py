"""An entrypoint without a store is given one of its own."""

from mutating import replaces

from taskpoint import InMemoryStore

BREAKS = ("MEM-042",)


@replaces("taskpoint.runtime.runs.beginning:begin")
def begin(original, entrypoint, request):
    attempt = yield from original(entrypoint, request)
    attempt.run.store = attempt.run.store or InMemoryStore()
    return attempt
