"""The durability is written into the metadata of the run."""

from mutating import replaces

BREAKS = ("DUR-003",)


@replaces("taskpoint.runtime.runs.requests:read_request")
def read_request(original, input, config, options, *rest):
    if "durability" in options:
        config = {**(config or {}), "metadata": {"durability": options["durability"]}}
    return original(input, config, options, *rest)
