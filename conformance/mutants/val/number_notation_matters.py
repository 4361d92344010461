"""A number with a capital E is refused."""

from mutating import replaces

from taskpoint.codec._model import Refusal

BREAKS = ("VAL-004",)


@replaces("taskpoint.codec:decode")
def decode(original, text):
    if isinstance(text, str):
        return original(text)
    if b"E" in text and b'"' not in text:
        raise Refusal("value.invalid_json", "an exponent").error()
    return original(text)
