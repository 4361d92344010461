"""The file gives a history from the first checkpoint on."""

from mutating import replaces

BREAKS = ("STO-020",)


@replaces("taskpoint.savers.sqlite:SqliteSaver.history")
def history(original, self, thread_id, before=None, limit=None):
    return original(self, thread_id, before, limit)[::-1]
