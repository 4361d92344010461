"""Members of `$error` that nobody knows are dropped."""

from mutating import replaces

BREAKS = ("VAL-058",)


@replaces("taskpoint.codec._walk:_normal_error")
def _normal_error(original, content, room):
    known = {"type", "message", "data", "path", "retryable"}
    return original({key: content[key] for key in content if key in known} if type(content) is dict else content, room)
