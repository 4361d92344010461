"""An answer is checked against the schema that the code has by now."""

from mutating import replaces

from taskpoint import codec
from taskpoint.runtime.values import responses

BREAKS = ("INT-036",)


@replaces("taskpoint.runtime.execution.host:Host.interrupt")
def interrupt(original, self, value, schema=None):
    answer = original(self, value, schema)
    if schema is not None:
        responses.check_answer(responses.wanted_of(schema).text, codec.encode(answer), "!0")
    return answer
