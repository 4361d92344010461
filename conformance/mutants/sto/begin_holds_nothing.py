"""The first attempt of a run does not stand in the file as its holder."""

from mutating import replaces

BREAKS = ("STO-012",)


@replaces("taskpoint.savers.sqlite:SqliteSaver.begin")
def begin(original, self, checkpoint, expected_head, entries=(), holder=None, *, take_over=False, leading=()):
    original(self, checkpoint, expected_head, entries, None, take_over=take_over, leading=leading)
