"""The parts of a stream that are documents have the ids and the values of questions only."""

from mutating import replaces

BREAKS = ("INT-030",)


@replaces("taskpoint.runtime.streams.parts:_question")
def _question(original, each):
    return {"value": each.value, "id": each.id}
