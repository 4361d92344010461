"""Is it the driver or the port? The protocol, one step at a time, without a fixture and without asking what is right.

A driver whose port is not written yet passes: to answer `errored` is to speak the protocol.
"""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from taskpoint_conformance.errors import Broken, HarnessError
from taskpoint_conformance.process import Driver, Event, started
from taskpoint_conformance.schemas import answer_problem, call_problem

__all__ = ("Check", "Smoke")

Document = dict[str, Any]
_TEXT: Final = 'é 😀 \u2028 \\ " \n'
_LONG: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One step, and how it went."""

    name: str
    verdict: str
    """`ok`, `wrong` or `todo`: the protocol is kept, and the driver says that something is not written yet."""
    text: str = ""


class _Wrong(Exception):
    """A step went wrong; the text says what to do about it."""


class _Todo(Exception):
    """The driver answered `errored`."""


@dataclass(slots=True)
class Smoke:
    """The steps, against one driver; `checks` yields them as they are done.

    Args:
        command: Starts the driver.
        timeout: Seconds that an answer may take.
    """

    command: Sequence[str]
    timeout: float = 10
    stderr: str = ""
    """The last of what the driver wrote to its standard error before the last step."""
    _driver: Driver | None = field(default=None, init=False)
    _hello: Document | None = field(default=None, init=False)
    _cid: int = field(default=1, init=False)

    def checks(self) -> Iterator[Check]:
        """Yield each step's outcome; the steps after a wrong one that they need are left out."""
        steps: list[tuple[str, Callable[[], str]]] = [
            ("starts, and answers hello", self._greets),
            ("one request, one answer, flushed", self._answers),
            ("two requests at once", self._overlaps),
            ("text is UTF-8", self._text),
            ("a long line", self._long),
            ("a run without effects", self._plain_run),
            ("a run with an effect", self._effect),
            ("a reply that nobody waits for is dropped", self._stray),
            ("an unknown statement is refused", self._unknown),
            ("stops when it is asked to", self._stops),
            ("stops when its input ends", self._input_ends),
            ("starts again after a kill", self._restarts),
        ]
        try:
            for place, (name, step) in enumerate(steps):
                check = self._check(name, step)
                if self._driver is not None:
                    self.stderr = self._driver.stderr
                yield check
                if check.verdict == "wrong":
                    if place == 0:
                        return
                    self._renew()
        finally:
            if self._driver is not None:
                self._driver.discard()

    def _check(self, name: str, step: Callable[[], str]) -> Check:
        try:
            return Check(name, "ok", step())
        except _Todo as todo:
            return Check(name, "todo", str(todo))
        except (_Wrong, HarnessError, Broken) as wrong:
            return Check(name, "wrong", str(wrong))

    # --- the process

    def _start(self) -> Driver:
        return Driver(started(self.command), queue.Queue(maxsize=1000))

    def _renew(self) -> None:
        """Take another process after a step that went wrong, so that the next one is judged alone."""
        if self._driver is not None:
            self._driver.discard()
        self._driver = self._start()
        self._driver.greet(3 * self.timeout)

    @property
    def _live(self) -> Driver:
        if self._driver is None or not self._driver.alive:
            self._renew()
        assert self._driver is not None
        return self._driver

    def _greets(self) -> str:
        self._driver = self._start()
        try:
            self._hello = self._driver.greet(3 * self.timeout)
        except Broken as error:
            if error.code == "driver.timeout":
                raise _Wrong(self._why_no_hello(self._driver)) from None
            raise _Wrong(_hint(error)) from None
        claims = "; ".join(f"{name} {', '.join(self._hello[name])}" for name in ("profiles", "forms", "modes"))
        return f"{self._hello['name']} {self._hello['version']}; claims {claims}"

    def _why_no_hello(self, driver: Driver) -> str:
        """A driver that answers when its input ends has a buffer between itself and the pipe."""
        driver.end_input()
        try:
            answered = driver.inbox.get(timeout=self.timeout).message is not None
        except queue.Empty:
            answered = False
        if answered:
            return "it answers only when its input ends: flush the output after every line, and read line by line"
        return (
            f"no answer to hello within {3 * self.timeout:g} s: does it read its standard input line by line, "
            "and does the command not wait for something else?"
        )

    # --- messages

    def _ask(self, operation: str, reply: Callable[[Document], Document] | None = None, **members: Any) -> Document:
        """Send a request and return its answer."""
        driver = self._live
        return self._answer(driver, driver.request(operation, **members), reply)

    def _answer(self, driver: Driver, identifier: int, reply: Callable[[Document], Document] | None = None) -> Document:
        end = time.monotonic() + self.timeout
        while True:
            message = self._next(driver, end)
            if "op" not in message:
                if message.get("id") != identifier:
                    raise _Wrong(f"the answer to request {identifier} has the id {message.get('id')!r}")
                return self._checked(message)
            self._on_call(driver, identifier, message, reply)

    def _on_call(
        self, driver: Driver, identifier: int, message: Document, reply: Callable[[Document], Document] | None
    ) -> None:
        if problem := call_problem(message):
            raise _Wrong(f"a call is not of the protocol: {message.get('op')}: {problem}")
        if message["id"] != identifier:
            raise _Wrong(f"a call names request {message['id']}, which is not open")
        if reply is None:
            raise _Wrong(f"it calls {message['op']}, and this request gives no reason to")
        self._cid = message["cid"]
        driver.send({"cid": message["cid"], "ok": reply(message)})

    def _next(self, driver: Driver, end: float) -> Document:
        try:
            event: Event = driver.inbox.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            raise _Wrong(
                f"nothing came for {self.timeout:g} s: is the line flushed, and is a thread blocked that has to read?"
            ) from None
        if event.message is None:
            raise _Wrong(_hint(driver.ended(event)))
        return event.message

    def _checked(self, message: Document) -> Document:
        if problem := answer_problem(message):
            raise _Wrong(f"the answer is not of the protocol: {message.get('outcome')}: {problem}")
        if message["outcome"] == "errored":
            raise _Todo(f"it answers: {message['message']}")
        return message

    # --- the steps

    def _answers(self) -> str:
        try:
            self._ask("encode", expr=None)
        except _Todo as todo:
            self._silent()
            raise _Todo(str(todo)) from None
        self._silent()
        return ""

    def _silent(self) -> None:
        """After its answer nothing more may come."""
        try:
            event = self._live.inbox.get(timeout=min(0.3, self.timeout))
        except queue.Empty:
            return
        if event.message is None:
            raise _Wrong(_hint(self._live.ended(event)))
        raise _Wrong(f"a second message came after the answer: {str(event.message)[:120]}")

    def _overlaps(self) -> str:
        driver = self._live
        wanted = {driver.request("encode", expr=1), driver.request("encode", expr=2)}
        end = time.monotonic() + self.timeout
        todo = None
        while wanted:
            message = self._next(driver, end)
            if message.get("id") not in wanted:
                raise _Wrong(f"an answer has the id {message.get('id')!r}, and no request with it is open")
            wanted.remove(message["id"])
            try:
                self._checked(message)
            except _Todo as raised:
                todo = raised
        if todo:
            raise todo
        return ""

    def _text(self) -> str:
        answer = self._ask("encode", expr=_TEXT)
        if answer["outcome"] == "encoded" and _parsed(answer["canonical"]) != _TEXT:
            raise _Wrong(
                f"{_TEXT!r} came back as {answer['canonical']!r}: read and write the pipe as UTF-8, whatever the locale"
            )
        return ""

    def _long(self) -> str:
        self._ask("encode", expr="x" * _LONG)
        return f"{_LONG:,} characters"

    def _run(self, body: list[Document], reply: Callable[[Document], Document] | None = None) -> Document:
        hello = self._hello or {}
        return self._ask(
            "run",
            reply,
            program={"entrypoint": "main", "params": ["x"], "body": body},
            form=hello["forms"][0],
            mode=hello["modes"][0],
            saver={"kind": "none"},
            thread=None,
            action="invoke",
            input=0,
        )

    def _plain_run(self) -> str:
        answer = self._run([{"return": 1}])
        if answer != {"id": answer["id"], "outcome": "completed", "value": 1}:
            raise _Wrong(f"the program `return 1` ended with {_bare(answer)}: look at the interpreter")
        return ""

    def _effect(self) -> str:
        seen: list[Document] = []

        def reply(call: Document) -> Document:
            seen.append(call)
            return {"value": 7}

        body: list[Document] = [{"effect": {"name": "ping", "args": [1], "as": "r"}}, {"return": {"$var": "r"}}]
        answer = self._run(body, reply)
        calls = [{name: each[name] for name in each if name not in {"cid", "id"}} for each in seen]
        wanted = {"op": "effect", "name": "ping", "args": [1], "path": "", "attempt": None, "idempotency_key": None}
        if calls != [wanted]:
            raise _Wrong(f"one call was due, {wanted}, and these came: {calls}")
        if answer != {"id": answer["id"], "outcome": "completed", "value": 7}:
            raise _Wrong(f"the effect's value was 7, and the program that returns it ended with {_bare(answer)}")
        return ""

    def _stray(self) -> str:
        """A reply that comes twice is one; a driver without calls yet gets one to none."""
        driver = self._live
        driver.send({"cid": self._cid, "ok": {"value": 7}})
        try:
            self._ask("encode", expr=1)
        except _Todo:
            pass  # it lives, which is what is wanted
        except (_Wrong, Broken) as error:
            raise _Wrong(f"it does not survive a second reply with one cid: drop it (CNF-012); {error}") from None
        return ""

    def _unknown(self) -> str:
        try:
            answer = self._run([{"telepathy": {}}])
        except _Todo:
            return ""  # this time it is what is wanted
        raise _Wrong(f"a program with the statement `telepathy` ended with {_bare(answer)}: answer `errored` (CNF-021)")

    def _stops(self) -> str:
        driver = self._live
        status = driver.stop(self.timeout)
        if status is None:
            raise _Wrong("it did not exit: leave with 0 on `stop`, whatever its threads still do (CNF-011)")
        if status != 0:
            raise _Wrong(f"it exited with {status}, not 0 (CNF-011)")
        return ""

    def _input_ends(self) -> str:
        self._renew()
        driver = self._live
        driver.end_input()
        end = time.monotonic() + self.timeout
        while driver.alive and time.monotonic() < end:
            time.sleep(0.01)
        if driver.alive:
            raise _Wrong("its input ended, and it did not exit: it would outlive a runner that crashed (CNF-011)")
        status = driver.ended(Event(driver)).message
        if "exit status 0" not in status:
            raise _Wrong(f"its input ended, and {status.removeprefix('the driver ended ')}, not with 0 (CNF-011)")
        return ""

    def _restarts(self) -> str:
        self._renew()
        self._live.kill()
        again = self._start()
        self._driver = again
        try:
            hello = again.greet(3 * self.timeout)
        except Broken as error:
            raise _Wrong(_hint(error)) from None
        if hello != self._hello:
            raise _Wrong("another process of it says another hello")
        return ""


def _parsed(text: str) -> Any:
    """Return the value of a JSON text; whether it is the canonical text is for fixtures to say."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _bare(answer: Document) -> Document:
    return {name: each for name, each in answer.items() if name != "id"}


def _hint(error: Broken) -> str:
    if "no JSON" in error.message or "no object" in error.message:
        return f"{error.message}: standard output is for messages only, log to the standard error (CNF-002)"
    return error.message
