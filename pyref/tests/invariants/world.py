"""The world outside of the workflows: what it saw, and how a run is carried to its end whatever happens."""

import asyncio
import inspect
import threading

from crashing import Crashing

from taskpoint import Command, SaverError, TaskError, entrypoint, task
from taskpoint._core.index import Index, Status
from taskpoint._core.paths import scope_of
from taskpoint.codec import decode
from taskpoint.runtime.execution.host import current_host
from taskpoint.savers.holders import retire

FORMS = ("sync", "async", "mixed", "inverted")
"""Sync throughout; async throughout; async with sync leaves; a sync entrypoint with async tasks."""


def play(gen):
    """Run a body that yields what it waits for: a future, or a list of them of which all are waited for."""
    return _finished(gen) if not inspect.isgenerator(gen) else _play(gen)


def _finished(value):
    return value


def _all(results):
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


def _play(gen):
    value = error = None
    while True:
        try:
            step = gen.throw(error) if error else gen.send(value)
        except StopIteration as stop:
            return stop.value
        value = error = None
        try:
            if isinstance(step, list):
                value = _all([future.exception() or future.result() for future in step])
            else:
                value = step.result()
        except BaseException as caught:  # noqa: BLE001 - the body is the judge of it
            error = caught


async def aplay(gen):
    """Do what `play` does, with await."""
    if not inspect.isgenerator(gen):
        return gen
    value = error = None
    while True:
        try:
            step = gen.throw(error) if error else gen.send(value)
        except StopIteration as stop:
            return stop.value
        value = error = None
        try:
            if isinstance(step, list):
                value = _all(await asyncio.gather(*step, return_exceptions=True))
            else:
                value = await step
        except BaseException as caught:  # noqa: BLE001 - the body is the judge of it
            error = caught


class World:
    """Counts what ran, makes the tasks of a workflow in one of the forms, and watches the rules while they run."""

    def __init__(self, form, plan=None, durability="sync"):
        self.form = form
        self.durability = durability
        self.saver = Crashing(plan)
        self.ran = []
        self.violations = []
        self.crashes = 0
        self.errors = []
        self.state = {}
        self.lock = threading.Lock()

    def effect(self, *what):
        """Say that the function of a call runs, and judge whether it may (I2, RPL-005)."""
        host = current_host("effect")
        path = host.scope.path
        with self.lock:
            self.ran.append((host.run.machine.attempt_id, path, what))
            index = Index(self.saver.peek()[-1].entries)
            outer = path
            while outer:
                if index.outcome(outer):
                    self.violations.append(f"{path} runs although {outer} is recorded")
                outer = scope_of(outer)

    def leaf(self, name, func, **options):
        """Make a task that calls nobody."""
        return self._task(name, func, is_async=self.form in {"async", "inverted"}, **options)

    def branch(self, name, gen, **options):
        """Make a task that calls others."""
        return self._task(name, gen, is_async=self.form != "sync", **options)

    def _task(self, name, gen, *, is_async, **options):
        def run(*args):
            self.effect(name, *args)
            return play(gen(*args))

        async def arun(*args):
            self.effect(name, *args)
            return await aplay(gen(*args))

        return task(name, arun if is_async else run, **options)

    def main(self, gen, **options):
        """Make the entrypoint."""

        def run(value, *, previous=None):
            return play(gen(value, previous))

        async def arun(value, *, previous=None):
            return await aplay(gen(value, previous))

        is_async = self.form in {"async", "mixed"}
        return entrypoint("main", arun if is_async else run, checkpointer=self.saver, **options)

    def carry(self, make, inputs=(1,), config=None):
        """Run the workflow on each input to its end, with a fresh entrypoint for each attempt; return the values."""
        values = []
        for number, value in enumerate(inputs):
            for _ in range(60):
                checkpoints = [loaded.checkpoint.source for loaded in self.saver.peek()]
                if checkpoints.count("loop") > number:
                    break
                request = value if checkpoints.count("input") <= number else self._continue()
                self._attempt(make(self), request, {"configurable": {"thread_id": "t"}, **(config or {})})
            else:
                raise AssertionError("the run does not come to its end")
            values.append(decode(self.saver.peek()[-1].checkpoint.value))
        return values

    def _attempt(self, main, request, config):
        try:
            main.invoke(request, config, durability=self.durability)
        except SaverError as error:
            self.crashes += 1
            self.errors.append(error)
            self._bury()
        except (LookupError, TaskError) as error:  # what the corpus lets leave on purpose
            self.errors.append(error)

    def _bury(self):
        """Let a new process begin: what the one before held, it holds no more (RUN-011)."""
        self.saver.dead = False
        for loaded in self.saver.peek():
            if loaded.holder:
                retire(loaded.holder.attempt_id)

    def _continue(self):
        index = Index(self.saver.peek()[-1].entries)
        pending = index.pending()
        if pending and index.status is Status.INTERRUPTED:
            return Command(answers={entry.id: f"answer to {entry.value}" for entry in pending})
        return None
