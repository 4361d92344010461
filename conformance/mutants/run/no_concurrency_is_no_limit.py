"""A limit of zero is taken for no limit."""

from mutating import replaces

BREAKS = ("RUN-037",)


@replaces("taskpoint.runtime.definitions.config:read_config")
def read_config(original, config, thread_id=None):
    if config and config.get("max_concurrency") == 0:
        config = {**config, "max_concurrency": None}
    return original(config, thread_id)
