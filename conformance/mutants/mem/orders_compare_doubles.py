"""What is to be put in an order is made a double first, texts too."""

from mutating import replaces

BREAKS = ("MEM-023",)


@replaces("taskpoint.stores._filters:_rank")
def rank(original, value):
    try:
        return ("number", float(value)) if type(value) in {int, str} else original(value)
    except (ValueError, OverflowError):
        return original(value)
