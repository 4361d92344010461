"""An update forgets the checkpoint that it was given for."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-011",)


@replaces("taskpoint.runtime.state.snapshots:bulk_update")
def bulk_update(original, entrypoint, saver, config, supersteps):
    return original(entrypoint, saver, replace(config, checkpoint_id=None), supersteps)
