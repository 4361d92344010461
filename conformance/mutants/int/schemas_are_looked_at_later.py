"""A schema is looked at when an answer comes."""

from mutating import replaces

from taskpoint.runtime.values import responses

BREAKS = ("INT-032",)


@replaces("taskpoint.runtime.values.responses:wanted_of")
def wanted_of(original, schema):
    return responses.Wanted(responses._written(schema))
