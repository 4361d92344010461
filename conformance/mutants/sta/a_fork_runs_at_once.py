"""A fork goes on by itself."""

from mutating import replaces

BREAKS = ("STA-032",)


@replaces("taskpoint.runtime.state.stateful:Stateful.fork")
def fork(original, self, config=None, **options):
    made = original(self, config, **options)
    self.invoke(None, made)
    return made
