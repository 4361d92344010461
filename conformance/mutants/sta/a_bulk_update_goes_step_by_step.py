"""A bulk update makes one update after the other, and stops at the first that is refused."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-013",)


@replaces("taskpoint.runtime.state.snapshots:bulk_update")
def bulk_update(original, entrypoint, saver, config, supersteps):
    made = None
    for step in supersteps or [()]:
        made = original(entrypoint, saver, config, [step])
        config = replace(config, checkpoint_id=made["configurable"]["checkpoint_id"])
    return made
