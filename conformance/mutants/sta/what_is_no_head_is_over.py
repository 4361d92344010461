"""A run that is not the newest is shown as if it had ended."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("STA-037",)


@replaces("taskpoint.runtime.state.snapshots:_of")
def of(original, forms, saver, loaded, known):
    state = original(forms, saver, loaded, known)
    return state if loaded.is_head else replace(state, next=(), tasks=(), interrupts=())
