"""An answer is kept in memory by an attempt that writes at its end."""

from mutating import replaces

BREAKS = ("DUR-004",)


@replaces("taskpoint.runtime.runs.beginning:_resume")
def _resume(original, entrypoint, saver, request):
    if request.ahead:
        append = saver.append

        def without_answers(thread_id, checkpoint_id, seq, entries, *args, **options):
            kept = [each for each in entries if each.kind != "interrupt.answered"]
            append(thread_id, checkpoint_id, seq, kept, *args, **options)

        saver.append = without_answers
    return (yield from original(entrypoint, saver, request))
