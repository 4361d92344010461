"""The path of a culprit counts the items of a list from 1."""

from mutating import replaces

BREAKS = ("VAL-061",)


@replaces("taskpoint.codec._model:Refusal.error")
def error(original, self):
    self.steps = [f"[{int(step[1:-1]) + 1}]" if step[1:-1].isdigit() else step for step in self.steps]
    return original(self)
