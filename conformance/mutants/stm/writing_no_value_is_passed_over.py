"""What has no encoding is written without a word, and shown to nobody."""

from contextlib import suppress

from mutating import replaces

BREAKS = ("STM-017",)


@replaces("taskpoint.runtime.context:_writer_of")
def _writer_of(original, host):
    from taskpoint import ValueEncodingError

    write = original(host)

    def writing(value):
        with suppress(ValueEncodingError):
            write(value)

    return writing
