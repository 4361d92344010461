"""Deleting a thread that does not exist is an error."""

from mutating import replaces

from taskpoint.errors import SaverError

BREAKS = ("RUN-029",)


@replaces("taskpoint.savers.sqlite:SqliteSaver.delete")
def delete(original, self, thread_id):
    if self.head(thread_id) is None:
        raise SaverError("no such thread", committed=False)
    original(self, thread_id)
