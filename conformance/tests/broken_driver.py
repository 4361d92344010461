"""The toy driver with one thing wrong: `broken_driver.py BEHAVIOUR`."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))
from toy_driver import PROFILES, Failed, Toy

EVERYTHING = [
    "core",
    "interrupts",
    "concurrency",
    "state",
    "streams",
    "values-extended",
    "sqlite",
    "forms",
    "durability",
    "stores",
]


class Broken(Toy):
    """Its methods are named after what they break: `hello_...` while greeting, `run_...` in a run."""

    def __init__(self, behaviour):
        super().__init__()
        self.behaviour = behaviour

    def hello(self, request):  # noqa: C901, PLR0911, PLR0912 - one case for each way to be wrong
        good = super().hello(request)
        match self.behaviour:
            case "hello-hangs":
                time.sleep(600)
            case "hello-garbage":
                print("Hello, world!", flush=True)
            case "hello-dies":
                sys.exit(3)
            case "hello-refuses":
                return {"outcome": "errored", "message": "I speak protocol 2.0"}
            case "hello-other-spec":
                return good | {"spec": ["2.0"]}
            case "hello-without-core":
                return good | {"profiles": ["interrupts"]}
            case "hello-unknown-profile":
                return good | {"profiles": ["core", "telepathy"]}
            case "hello-false-copies":
                return good | {"copies": True}
            case "hello-unknown-member":
                return good | {"motto": "trust me"}
            case "hello-other-id":
                return good | {"id": 99}
            case "hello-no-object":
                print("[]", flush=True)
            case "hello-endless-line":
                while True:
                    os.write(1, b"x" * 65536)
            case "claims-everything":
                return good | {"profiles": EVERYTHING, "forms": ["decorator", "named"], "modes": ["sync", "async"]}
            case "twin-right" | "twin-wrong":
                return good | {"twins": [{"name": "fetched", "fixture": "RPL-toy-sweep", "mode": "sync"}]}
            case "twin-of-nothing":
                return good | {"twins": [{"name": "fetched", "fixture": "RPL-nowhere", "mode": "sync"}]}
            case "claims-sqlite-without-its-saver":
                return good | {"profiles": [*PROFILES, "sqlite"]}
            case "hello-changes":
                return good | {"version": str(os.getpid())}
            case "forms-count-otherwise" | "forms-record-otherwise":
                return good | {"forms": ["decorator", "named"]}
            case "claims-too-much":
                return good | {"profiles": [*PROFILES, "concurrency"]}
        return good

    def run(self, request):  # noqa: C901, PLR0912 - one case for each way to be wrong
        self.form = request["form"]
        if "twin" in request["program"]:
            request["program"] = self.twin()
        match self.behaviour:
            case "run-hangs":
                time.sleep(600)
            case "run-dies":
                sys.exit(0)
            case "run-killed-by-itself":
                os.kill(os.getpid(), signal.SIGKILL)
            case "run-garbage":
                os.write(1, b"\xff\xfe not JSON\n")
            case "run-nan":
                os.write(1, b'{"id": %d, "outcome": "completed", "value": NaN}\n' % self.id)
            case "run-errored":
                print("the last words of the driver", file=sys.stderr, flush=True)
                return {"outcome": "errored", "message": "my own fault"}
            case "run-skips":
                return {"outcome": "skipped", "reason": "not today"}
            case "run-other-id":
                self.id += 1000
            case "run-unknown-member":
                return {"outcome": "completed", "value": [10, 20], "confidence": "high"}
            case "run-large-integer":
                return {"outcome": "completed", "value": 10**20}
            case "run-surrogate":
                return {"outcome": "completed", "value": "\ud83d"}
            case "run-unknown-outcome":
                return {"outcome": "done"}
            case "run-second-hello":
                return super().hello(request)
            case "forms-count-otherwise" if request["form"] == "named":
                request["program"]["body"].insert(0, {"effect": {"name": "fetch", "args": [5]}})
            case "run-unknown-call":
                self.call("saver.compact")
            case "run-same-cid":
                os.write(1, b'{"cid": 1, "id": %d, "op": "saver.head", "thread_id": "t1"}\n' % self.id)
            case "run-floods":
                while True:
                    self.write({"cid": next(self.cids), "id": self.id, "op": "emit", "mode": "updates", "data": None})
            case "claims-everything":
                return {"outcome": "completed", "value": None}
        return super().run(request)

    def twin(self):
        path = Path(__file__).parents[1] / "meta" / "must-pass" / "RPL-toy-sweep.yaml"
        program = yaml.safe_load(path.read_text())["program"]
        if self.behaviour == "twin-wrong":  # the same value and effects, by a call of another name
            program["tasks"]["get"] = program["tasks"]["fetch"]
            program["body"][0]["call"]["task"] = "get"
        return program

    def call(self, op, **members):
        match self.behaviour:
            case "run-forgets" if op == "saver.append" and members["closing"] is None:
                return {}
            case "forms-record-otherwise" if op == "saver.append" and self.form == "named":
                members["entries"] = [
                    entry | ({"attempts": 2} if "attempts" in entry else {}) for entry in members["entries"]
                ]
            case "run-bad-entry" if op == "saver.append":
                members["entries"] = [entry | {"mood": "good"} for entry in members["entries"]]
            case "run-large-entry" if op == "saver.append":
                members["entries"] = [
                    entry | ({"value": 10**20} if "value" in entry else {}) for entry in members["entries"]
                ]
            case "run-lone-completion" if op == "saver.append":
                members["closing"] = None
        return super().call(op, **members)

    def ask(self, op, **members):
        if self.behaviour == "run-does-not-wait" and op == "saver.append" and members["closing"] is None:
            self.write({"cid": next(self.cids), "id": self.id, "op": op, **members})
            return {"ok": {}}
        message = super().ask(op, **members)
        if self.behaviour == "run-swallows-failures" and "error" in message:
            return {"ok": {"loaded": None}}
        return message

    def read(self):
        message = super().read()
        if self.behaviour == "run-takes-any-reply" and "cid" in message:
            message["cid"] = self.last
        return message

    def write(self, message):
        self.last = message.get("cid")
        super().write(message)

    def is_written(self, members):
        match self.behaviour:
            case "run-trusts-blindly":
                return True
            case "run-gives-up":
                raise Failed("saver.failed")
            case "run-repeats-unacknowledged" if path := members["entries"][0].get("path"):
                self.execute(self.program["tasks"]["fetch"]["body"], {"n": 1}, path)
        return super().is_written(members)

    def new_attempt(self):
        return f"mine-{super().new_attempt()}" if self.behaviour == "handover-own-only" else super().new_attempt()

    def recorded(self, path):
        found = super().recorded(path)
        strange = found and self.behaviour == "handover-own-only" and not found["attempt_id"].startswith("mine-")
        return None if strange or self.behaviour == "run-ignores-journal" else found

    def serve(self):
        if self.behaviour != "stop-ignored":
            super().serve()
        sys.stdin.readline()
        self.id = 1
        self.write({"id": 1} | self.hello({}))
        while message := json.loads(sys.stdin.readline()):
            if message["op"] == "stop":
                time.sleep(600)
            self.id = message["id"]
            self.write({"id": self.id} | self.run(message))


if __name__ == "__main__":
    Broken(sys.argv[1]).serve()
