"""A schema is about the values of the host language, and not about their documents."""

import json

from mutating import replaces

from taskpoint import codec

BREAKS = ("INT-031",)


@replaces("taskpoint.runtime.values.responses:check_answer")
def check_answer(original, schema, answer, id):
    original(schema, json.dumps(codec.decode(answer)), id)
