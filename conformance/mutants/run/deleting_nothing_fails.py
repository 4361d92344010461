"""Deleting a thread that does not exist is an error."""

from mutating import replaces

from taskpoint import SaverError

BREAKS = ("RUN-029",)


@replaces("runner_saver:RunnerSaver.delete")
def delete(original, self, thread_id):
    if self.head(thread_id) is None:
        raise SaverError("no such thread", committed=False)
    original(self, thread_id)
