"""A driver with a runtime of its own in a few lines: calls, effects, interrupts and a journal, one thing at a time.

It tests the runner without the reference. It knows the statements call, effect, interrupt, let, return and raise, and
makes no effort to be a runtime: it exists so that the runner's verdicts can be seen on something that is right.
"""

import hashlib
import itertools
import json
import os
import sys
import uuid

PROFILES = ["core", "interrupts"]
NOW = "2026-01-01T00:00:00Z"


class Suspended(Exception):
    pass


class Failed(Exception):
    def __init__(self, code, error=None):
        super().__init__(code)
        self.code, self.error = code, error or {"type": code, "message": code}


class Toy:
    def __init__(self, profiles=PROFILES):
        self.profiles, self.cids, self.waiting = profiles, itertools.count(1), []

    # --- the pipe

    def read(self):
        line = sys.stdin.readline()
        if not line:
            sys.exit(0)
        return json.loads(line)

    def write(self, message):
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()

    def ask(self, op, **members):
        cid = next(self.cids)
        self.write({"cid": cid, "id": self.id, "op": op, **members})
        while (message := self.read()).get("cid") != cid:
            if "cid" not in message:  # and a second reply is dropped
                self.waiting.append(message)
        return message

    def call(self, op, **members):
        message = self.ask(op, **members)
        unknown = "error" in message and message["error"].get("committed", "?") is None
        if unknown and op in ("saver.begin", "saver.append") and not self.is_written(members):
            message = self.ask(op, **members)
        elif unknown and op in ("saver.begin", "saver.append"):
            return {}
        if "error" in message and message["error"].get("committed") is not True:
            raise Failed(message["error"]["code"])
        return message.get("ok", {})

    def is_written(self, members):
        where = members["checkpoint_id"] if "checkpoint_id" in members else members["checkpoint"]["id"]
        loaded = self.call("saver.load", thread_id=self.thread, checkpoint_id=where)["loaded"]
        return loaded is not None and len(loaded["entries"]) > members["entries"][0]["seq"]

    def serve(self):
        while True:
            request = self.waiting.pop(0) if self.waiting else self.read()
            if "cid" in request:
                continue
            if request["op"] == "stop":
                sys.exit(0)
            self.id = request["id"]
            self.write({"id": self.id, **getattr(self, request["op"])(request)})

    # --- requests

    def hello(self, _):
        who = {"name": "toy", "version": "1", "language": "toy", "spec": ["1.0"]}
        can = {"profiles": self.profiles, "forms": ["decorator"], "modes": ["sync"], "savers": ["runner"]}
        return {"outcome": "hello", **who, **can}

    def define(self, request):
        if request["name"] is None and request["function"] == "lambda":
            return {"outcome": "rejected", "code": "usage.name_missing"}
        return {
            "outcome": "defined",
            "definition": {"kind": "task-definition", "name": request["name"] or "work", "raises": []},
        }

    def encode(self, request):
        if isinstance(request["expr"], dict) and "$host" in request["expr"]:
            return {"outcome": "skipped", "reason": "no such value here"}
        return {"outcome": "encoded", "canonical": json.dumps(request["expr"])}

    def run(self, request):
        self.program, self.thread = request["program"], request["thread"]
        try:
            return self.go(request, self.call("saver.load", thread_id=self.thread, checkpoint_id=None)["loaded"])
        except Failed as failed:
            return {"outcome": "failed", "code": failed.code, "error": failed.error}

    def go(self, request, loaded):
        self.attempt_id = self.new_attempt()
        self.holder = {
            "attempt_id": self.attempt_id,
            "host": "here",
            "pid": os.getpid(),
            "lease_until": "2100-01-01T00:00:00Z",
        }
        take_over = request.get("options", {}).get("take_over", False)
        if loaded and loaded["holder"] and not take_over:
            return {"outcome": "rejected", "code": "run.concurrent"}
        finished = not loaded or loaded["checkpoint"]["source"] == "loop"
        if request["action"] == "invoke":
            head = loaded["checkpoint"] if loaded else None
            self.checkpoint = self.header(
                "input", head["seq"] + 1 if head else 0, head and head["id"], str(uuid.uuid4())
            )
            self.checkpoint |= {"input": request.get("input"), "previous_id": None}
            self.journal = [self.entry("run.started", 0, attempt=1)]
            what = {
                "expected_head": head and head["id"],
                "entries": self.journal,
                "holder": self.holder,
                "take_over": take_over,
            }
            self.call("saver.begin", checkpoint=self.checkpoint, **what)
        elif finished:
            return {"outcome": "rejected", "code": "run.nothing_to_resume"}
        else:
            self.checkpoint, self.journal = loaded["checkpoint"], loaded["entries"]
            attempt = 2 + sum(each["kind"] == "run.resumed" for each in self.journal)
            entries = [("run.resumed", {"attempt": attempt, "rerun": []})]
            if request["action"] == "command":
                entries.append(("interrupt.answered", {"id": "!0", "value": request["command"]["resume"]}))
            self.append(*entries, take_over=take_over)
        return self.body()

    def new_attempt(self):
        return str(uuid.uuid4())

    def body(self):
        self.counts = {}
        scope = dict.fromkeys(self.program["params"], self.checkpoint["input"])
        try:
            value = self.execute(self.program["body"], scope, "")
        except Suspended:
            pending = [each for each in self.journal if each["kind"] == "interrupt.raised"]
            self.append(("run.interrupted", {"interrupts": [each["id"] for each in pending]}))
            return {
                "outcome": "interrupted",
                "interrupts": [{"id": each["id"], "value": each["value"]} for each in pending],
            }
        closing = self.header("loop", self.checkpoint["seq"] + 1, self.checkpoint["id"], self.checkpoint["run_id"]) | {
            "value": value
        }
        self.append(("run.completed", {"checkpoint_id": closing["id"]}), closing=closing)
        return {"outcome": "completed", "value": value}

    # --- the interpreter

    def execute(self, statements, scope, path):
        for statement in statements:
            [(kind, what)] = statement.items()
            if kind == "return":
                return self.value(what, scope)
            if kind == "let":
                scope |= {name: self.value(each, scope) for name, each in what.items()}
                continue
            arguments = [self.value(each, scope) for each in what.get("args", [])] if isinstance(what, dict) else []
            if kind == "effect":
                who = {"path": path, "attempt": 1 if path else None, "idempotency_key": path or None}
                result = self.call("effect", name=what["name"], args=arguments, **who).get("value")
            elif kind == "call":
                result = self.task(what["task"], arguments, path)
            else:
                result = self.interrupt(self.value(what["value"], scope))
            if "as" in what:
                scope[what["as"]] = result
        return None

    def task(self, name, arguments, scope):
        count = self.counts[scope, name] = self.counts.get((scope, name), -1) + 1
        path = f"{scope}/{name}#{count}".lstrip("/")
        if entry := self.recorded(path):
            return entry["value"]
        task = self.program["tasks"][name]
        value = self.execute(task["body"], dict(zip(task["params"], arguments, strict=True)), path)
        digest = hashlib.sha256(json.dumps(arguments, separators=(",", ":")).encode()).hexdigest()
        about = {"name": name, "input_digest": digest, "alone": True, "attempts": 1, "started_at": NOW}
        self.append(("task.completed", {"path": path, **about, "value": value}))
        return value

    def recorded(self, path):
        return next((entry for entry in self.journal if entry.get("path") == path), None)

    def interrupt(self, value):
        for entry in self.journal:
            if entry["kind"] == "interrupt.answered":
                return entry["value"]
        if not any(entry["kind"] == "interrupt.raised" for entry in self.journal):
            self.append(("interrupt.raised", {"id": "!0", "value": value, "input_digest": None, "alone": True}))
        raise Suspended

    def value(self, expression, scope):
        if not isinstance(expression, dict):
            return expression
        [(kind, what)] = expression.items()
        if kind == "$var":
            return scope[what]
        return [self.value(each, scope) for each in what] if kind == "$list" else what

    # --- documents

    def header(self, source, seq, parent, run_id):
        entrypoint = {"name": self.program["entrypoint"], "version": None}
        place = {"thread_id": self.thread, "seq": seq, "id": str(uuid.uuid4()), "parent_id": parent, "run_id": run_id}
        return {
            "kind": "checkpoint",
            "format": "1.0",
            "source": source,
            "created_at": NOW,
            "entrypoint": entrypoint,
            "metadata": {},
        } | place

    def entry(self, kind, seq, **members):
        return {"kind": kind, "seq": seq, "at": NOW, "attempt_id": self.attempt_id, **members}

    def append(self, *entries, closing=None, take_over=False):
        new = [self.entry(kind, len(self.journal) + place, **members) for place, (kind, members) in enumerate(entries)]
        where = {"thread_id": self.thread, "checkpoint_id": self.checkpoint["id"], "expected_seq": len(self.journal)}
        holder = self.holder if entries[0][0] == "run.resumed" else None
        self.call("saver.append", **where, entries=new, closing=closing, holder=holder, take_over=take_over)
        self.journal = self.journal + new


if __name__ == "__main__":
    Toy().serve()
