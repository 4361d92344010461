"""A fork into another thread takes what was saved for something that today's code has saved."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-038",)


@replaces("taskpoint.runtime.state.forks:begin_surely")
def begin_surely(original, saver, checkpoint, expected_head, entries=(), leading=(), **options):
    renamed = [replace(each, entrypoint_version=checkpoint.entrypoint_version) for each in leading]
    return original(saver, checkpoint, expected_head, entries, leading=renamed, **options)
