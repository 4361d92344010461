"""One answer for several interrupts goes to the first of them."""

from mutating import replaces

from taskpoint import codec
from taskpoint.errors import UsageError

BREAKS = ("INT-017",)


@replaces("taskpoint.runtime.values.commands:answers_of")
def answers_of(original, command, index, *, is_open):
    try:
        return original(command, index, is_open=is_open)
    except UsageError as error:
        if error.code == "interrupt.ambiguous":
            return {index.pending()[0].id: codec.encode(command.resume)}
        raise
