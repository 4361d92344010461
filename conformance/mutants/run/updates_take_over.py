"""An update fences a live holder off."""

from mutating import replaces

BREAKS = ("RUN-028",)


@replaces("taskpoint.runtime.state.snapshots:update")
def update(original, entrypoint, saver, config, values, as_node=None):
    begin = saver.begin
    saver.begin = lambda *args, **options: begin(*args, **{**options, "take_over": True})
    return original(entrypoint, saver, config, values, as_node)
