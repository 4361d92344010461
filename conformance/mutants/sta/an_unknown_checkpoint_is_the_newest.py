"""A checkpoint that the thread does not have stands for the newest."""

from mutating import replaces

BREAKS = ("STA-006",)


@replaces("taskpoint.runtime.state.forks:named")
def named(original, saver, thread_id, checkpoint_id):
    loaded = saver.load(thread_id, checkpoint_id) or saver.load(thread_id)
    return loaded or original(saver, thread_id, checkpoint_id)
