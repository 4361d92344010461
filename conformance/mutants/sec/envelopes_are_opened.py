"""A map with the one member `__interrupt__` is taken for the library's own."""

from mutating import replaces

BREAKS = ("SEC-005",)


@replaces("taskpoint.runtime.values.forms:Form.write")
def write(original, self, value, name):
    def clean(each):
        if isinstance(each, dict):
            return None if each.keys() == {"__interrupt__"} else {key: clean(item) for key, item in each.items()}
        return [clean(item) for item in each] if isinstance(each, list) else each

    return original(self, clean(value), name)
