"""What has no encoding fails where it is written, also where nobody reads."""

from mutating import replaces

BREAKS = ("STM-018",)


@replaces("taskpoint.runtime.context:_writer_of")
def _writer_of(original, host):
    from taskpoint import codec

    write = original(host)

    def writing(value):
        codec.encode(value)
        write(value)

    return writing
