"""A thread id is a pattern when threads are deleted."""

from mutating import replaces

BREAKS = ("STO-021",)


@replaces("taskpoint.savers.sqlite:SqliteSaver.delete")
def delete(original, self, thread_id):
    like = "SELECT thread_id FROM threads WHERE thread_id LIKE ?"
    for (each,) in self._database.read(lambda connection: connection.execute(like, (thread_id,)).fetchall()):
        original(self, each)
    original(self, thread_id)
