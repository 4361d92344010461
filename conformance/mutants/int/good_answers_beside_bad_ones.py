"""Of a command with a bad id the other answers are taken."""

from mutating import replaces

from taskpoint import codec
from taskpoint.errors import UsageError

BREAKS = ("INT-021",)


@replaces("taskpoint.runtime.values.commands:answers_of")
def answers_of(original, command, index, *, is_open):
    try:
        return original(command, index, is_open=is_open)
    except UsageError:
        given = command.answers or command.resume if isinstance(command.answers or command.resume, dict) else {}
        good = {entry.id: codec.encode(given[entry.id]) for entry in index.pending() if entry.id in given}
        if not good:
            raise
        return good
