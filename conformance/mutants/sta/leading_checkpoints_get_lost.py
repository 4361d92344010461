"""The saver in a file makes the last checkpoint of several only."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STO-018",)


@replaces("taskpoint.savers.sqlite:SqliteSaver.begin")
def begin(original, self, checkpoint, expected_head, entries=(), holder=None, *, take_over=False, leading=()):
    checkpoint = replace(checkpoint, seq=checkpoint.seq - len(leading))
    return original(self, checkpoint, expected_head, entries, holder, take_over=take_over)
