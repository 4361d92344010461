"""A checkpoint that the thread does not have is taken for the newest."""

from mutating import replaces

BREAKS = ("STA-006",)


@replaces("taskpoint.runtime.forks:named")
def named(original, saver, thread_id, checkpoint_id):
    return saver.load(thread_id, checkpoint_id) or saver.load(thread_id) or original(saver, thread_id, checkpoint_id)
