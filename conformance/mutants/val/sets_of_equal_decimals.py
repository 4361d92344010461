"""Members of a set that the host holds to be equal are merged."""

from mutating import replaces

from taskpoint.codec._walk import _hashable, _value

BREAKS = ("VAL-078",)


@replaces("taskpoint.codec._walk:_tag_value")
def _tag_value(original, tag, content):
    value = original(tag, content)
    return (
        {_hashable(_value(item)) for item in content}
        if value is None and tag == "$set" and "$decimal" in str(content)
        else value
    )
