"""The context is kept with the run, to spare the caller passing it again."""

from dataclasses import replace

from mutating import replaces

from taskpoint import codec

BREAKS = ("CTX-006",)


@replaces("taskpoint.runtime.runs.requests:read_request")
def read_request(original, input, config, options, context_schema=None):
    request = original(input, config, options, context_schema)
    metadata = codec.encode({"context": options.get("context")})
    return replace(request, config=replace(request.config, metadata=metadata))
