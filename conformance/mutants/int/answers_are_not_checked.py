"""Any answer is taken, whatever the schema of its question says."""

from mutating import replaces

BREAKS = ("INT-031",)


@replaces("taskpoint.runtime.values.responses:check_answer")
def check_answer(original, schema, answer, id):
    return None
