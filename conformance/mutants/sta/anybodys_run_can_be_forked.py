"""A run can be forked by an entrypoint of another name."""

from mutating import replaces

BREAKS = ("STA-036",)


@replaces("taskpoint.runtime.state.forks:fork")
def fork(original, name, saver, config, before, to=None):
    head = saver.head(config.thread_id)
    return original(head.checkpoint.entrypoint_name if head else name, saver, config, before, to)
