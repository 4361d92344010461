"""A driver of a few lines that keeps the protocol, with one thing wrong: `smoke_driver.py BEHAVIOUR`."""

import io
import json
import os
import sys
import time

BEHAVIOUR = sys.argv[1]
HELLO = {
    "outcome": "hello", "name": "smoke", "version": str(os.getpid()) if BEHAVIOUR == "another-hello" else "1",
    "language": "none", "spec": ["1.0"], "profiles": ["core"], "forms": ["named"], "modes": ["sync"],
    "savers": ["runner"],
}  # fmt: skip


OUTPUT = io.BytesIO() if BEHAVIOUR == "unflushed" else sys.stdout.buffer


def write(message):
    text = json.dumps(message, ensure_ascii=False) + "\n"
    OUTPUT.write(text.encode("ascii", "replace") if BEHAVIOUR == "ascii" else text.encode())
    OUTPUT.flush()


def lines():
    """Read as `for line in input` does, or with a bug."""
    while line := sys.stdin.buffer.readline():
        if BEHAVIOUR == "short-lines" and len(line) > 65536:
            time.sleep(600)
        yield line


def program(request):
    [statement, *_] = request["program"]["body"]
    if "telepathy" in statement and BEHAVIOUR != "accepts-unknown":
        return {"outcome": "errored", "message": "unknown statement"}
    if "effect" not in statement:
        return {"outcome": "completed", "value": 2 if BEHAVIOUR == "wrong-value" else 1}
    if BEHAVIOUR == "no-effect":
        return {"outcome": "completed", "value": 7}
    path = "main" if BEHAVIOUR == "wrong-path" else ""
    call = {"name": "ping", "args": [1], "path": path, "attempt": None, "idempotency_key": None}
    write({"cid": 1, "id": request["id"], "op": "effect", **call})
    reply = json.loads(sys.stdin.buffer.readline())
    return {"outcome": "completed", "value": reply["ok"]["value"] + (BEHAVIOUR == "changes-effect")}


def serve():
    for line in lines():
        request = json.loads(line)
        if "op" not in request and BEHAVIOUR != "chokes-on-a-reply":
            continue
        match request["op"]:
            case "hello":
                write({"id": request["id"], **HELLO})
            case "stop":
                time.sleep(600 if BEHAVIOUR == "never-stops" else 0)
                sys.exit(3 if BEHAVIOUR == "stops-with-3" else 0)
            case "encode":
                if BEHAVIOUR == "prints":
                    print("encoding ...", flush=True)
                text = json.dumps(request["expr"], ensure_ascii=False)
                write({"id": 1 if BEHAVIOUR == "wrong-id" else request["id"], "outcome": "encoded", "canonical": text})
                if BEHAVIOUR == "answers-twice":
                    write({"id": request["id"], "outcome": "encoded", "canonical": text})
            case "run":
                write({"id": request["id"], **program(request)})
    if BEHAVIOUR == "outlives-its-input":
        time.sleep(600)
    if BEHAVIOUR == "unflushed":
        sys.stdout.buffer.write(OUTPUT.getvalue())


serve()
