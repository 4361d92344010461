"""A workflow in a process of its own, whose spans are lines of a file: for the tests that kill it."""

import json
import os
import sys
import time
from pathlib import Path

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

from taskpoint import SqliteSaver, entrypoint, task
from taskpoint.watching import Spans, watch

database, output, mode = sys.argv[1:4]


class Lines(SpanExporter):
    def export(self, spans):
        lines = [json.dumps(json.loads(span.to_json())) + "\n" for span in spans]
        with Path(output).open("ab", buffering=0) as file:
            file.write("".join(lines).encode())
        return SpanExportResult.SUCCESS


provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(Lines()))


@task
def charge(n):
    if mode == "hang" and n == 2:
        while Path(output).read_text().count('"task charge"') < 2:  # what has finished is in the file
            time.sleep(0.01)
        print("hanging", flush=True)
        time.sleep(600)
    return n


@entrypoint(checkpointer=SqliteSaver(database))
def main(n):
    return [charge(i).result() for i in range(n)]


with watch(Spans(provider)):
    main.invoke(4 if mode == "hang" else None, thread_id="t")
os._exit(0)
