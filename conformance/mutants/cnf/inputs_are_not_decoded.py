"""The driver hands an input on as it stands in the message."""

from mutating import replaces

BREAKS = ("CNF-006",)


@replaces("runs:_input")
def _input(original, run):
    given = run.message.get("input")
    return given if isinstance(given, dict) and given else original(run)
