"""A new input on a thread with an unfinished run replays what that run had recorded."""

from mutating import replaces

from taskpoint._core.index import Index

BREAKS = ("RPL-006",)


@replaces("taskpoint.runtime.runs.beginning:_start")
def _start(original, entrypoint, saver, request):
    head = saver.load(request.config.thread_id)
    attempt = yield from original(entrypoint, saver, request)
    if head is not None and head.checkpoint.input is not None and head.entries[-1].kind != "run.completed":
        machine = attempt.run.machine
        fresh = type(machine)(
            Index(head.entries), attempt_id=machine.attempt_id, now=machine.now, on_divergence=machine.on_divergence
        )
        fresh.next_seq = machine.next_seq
        attempt.run.machine = fresh
    return attempt
