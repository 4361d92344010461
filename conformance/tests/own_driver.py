"""The toy driver with a store of its own, `own_driver.py BEHAVIOUR`: a file for each thread in the runner's folder."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from toy_driver import PROFILES, Failed, Toy


class Own(Toy):
    def __init__(self, behaviour):
        super().__init__()
        self.behaviour = behaviour

    def hello(self, request):
        savers = ["runner", "own"] if self.behaviour == "claims-both" else ["own"]
        return super().hello(request) | {"savers": savers, "profiles": PROFILES}

    def run(self, request):
        if self.behaviour == "has-no-word":
            return {"outcome": "skipped", "reason": "the toy has no counterpart of programs"}
        self.folder = Path(request["saver"]["path"])
        if "answers" in request.get("command", {}):
            request["command"]["resume"] = request["command"]["answers"]["question-1"]
        answer = super().run(request)
        if answer["outcome"] == "interrupted":
            answer["interrupts"][0]["id"] = "question-1"
        return answer

    def call(self, op, **members):
        if op == "effect":
            members["idempotency_key"] = None
            done = super().call(op, **members)
            if "error" in done:
                raise Failed("task.failed", done["error"])
            return done
        file = self.folder / f"{self.thread}.json"
        if op == "saver.load":
            return {"loaded": json.loads(file.read_text()) if file.exists() else None}
        if op == "saver.begin":
            kept = {"checkpoint": members["checkpoint"], "entries": members["entries"], "holder": None}
        else:
            kept = json.loads(file.read_text())
            done = [entry for entry in members["entries"] if entry["kind"] == "task.completed"]
            if self.behaviour != "forgets" or not done:
                kept["entries"] += members["entries"]
            kept["checkpoint"] = members.get("closing") or kept["checkpoint"]
        file.write_text(json.dumps(kept))
        return {}


if __name__ == "__main__":
    Own(sys.argv[1]).serve()
