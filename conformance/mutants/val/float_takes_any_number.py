"""`$float` takes everything that the language's parser takes."""

from mutating import replaces

BREAKS = ("VAL-052",)


@replaces("taskpoint.codec._scalars:normal_float")
def normal_float(original, text):
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity", "+Infinity": "Infinity"}.get(text) or original(
        {"NAN": "NaN", "INF": "Infinity"}.get(text.upper(), text)
    )
