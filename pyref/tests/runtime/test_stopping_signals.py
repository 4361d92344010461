"""Runs that are stopped by signals: real ones in real processes, at any moment, and `stop_on_signals`."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from waiting import is_ending, until

from taskpoint import (
    InMemorySaver,
    SqliteSaver,
    StopRun,
    UsageError,
    entrypoint,
    stop_on_signals,
)

PROGRAM = textwrap.dedent("""
    import asyncio, os, sys, time
    from taskpoint import SqliteSaver, StopRun, entrypoint, gather, stop_on_signals, task

    def note(n):
        with open("ran.txt", "a") as file:
            print(n, file=file)

    @task
    def step(n):
        note(n)
        time.sleep(0.002)
        return n

    @task
    async def astep(n):
        note(n)
        await asyncio.sleep(0.002)
        return n

    saver = SqliteSaver("threads.db")

    @entrypoint(name="main", checkpointer=saver)
    def main(n):
        return sum(step(i).result() for i in range(n)) + sum(gather(*step.map(range(n, 2 * n))))

    @entrypoint(name="main", checkpointer=saver)
    async def amain(n):
        return sum([await astep(i) for i in range(n)]) + sum(await gather(*astep.map(range(n, 2 * n))))

    how, mode, value = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None

    def run():
        if mode == "sync":
            return main.invoke(value, thread_id="t")
        return asyncio.run(amain.ainvoke(value, thread_id="t"))

    if how == "SIGTERM":
        with stop_on_signals():
            print("ready", flush=True)
            print(run(), flush=True)
    else:
        print("ready", flush=True)
        print(run(), flush=True)
    """)
STEPS = 60


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT"])
def test_signals_at_any_moment(tmp_path, mode, how):
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, "program.py", how, mode]
    chance = random.Random(f"{mode} {how}")
    signals, value = 0, str(STEPS)
    for _ in range(12):
        process = subprocess.Popen(
            [*command, value] if value else command,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, 0.12))
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(getattr(signal, how))
        out, err = process.communicate(timeout=60)
        with SqliteSaver(tmp_path / "threads.db") as saver:
            loaded = saver.load("t")
            if process.returncode == 0 or out:
                assert out.strip() == str(sum(range(2 * STEPS)))
                break
            signals += 1
            # pydantic swallows a Ctrl-C while it matches a pattern, and makes its own error of one in an import
            if "Exception ignored in" not in err and "pydantic_core._pydantic_core.SchemaError" not in err:
                assert process.returncode == (143 if how == "SIGTERM" else -2), err
            if loaded is None:
                continue
            value = ""
            if how == "SIGTERM":
                assert loaded.entries[-1].kind == "run.stopped", err
                assert loaded.holder is None
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode == 0:
        assert done.stdout.split()[-1] == str(sum(range(2 * STEPS)))
    else:
        assert "nothing_to_resume" in done.stderr
    ran = (tmp_path / "ran.txt").read_text().split()
    assert {int(each) for each in ran} == set(range(2 * STEPS))
    if how == "SIGTERM":  # what was in flight was finished and recorded
        assert len(ran) == 2 * STEPS
    assert signals > 0


def test_handlers_are_restored_and_get_the_signal():
    seen = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
    try:
        mine = signal.getsignal(signal.SIGUSR1)

        @entrypoint
        def main(n):
            signal.raise_signal(signal.SIGUSR1)
            until(is_ending)
            return n

        with pytest.raises(StopRun), stop_on_signals(signal.SIGUSR1):  # noqa: PT012 - what happens inside counts
            assert signal.getsignal(signal.SIGUSR1) is not mine
            with pytest.raises(StopRun):
                main.invoke(1)
            assert seen == []
            main.invoke(2)  # nothing new begins
        assert seen == [signal.SIGUSR1]
        assert signal.getsignal(signal.SIGUSR1) is mine
        with stop_on_signals(signal.SIGUSR1):
            pass
        assert entrypoint("plain", lambda n: n).invoke(1) == 1
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_second_signal_is_not_held_back():
    before = signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    try:

        @entrypoint(checkpointer=InMemorySaver())
        def main(n):
            signal.raise_signal(signal.SIGUSR1)
            signal.raise_signal(signal.SIGUSR1)
            raise AssertionError

        with pytest.raises(SystemExit) as ended, stop_on_signals(signal.SIGUSR1):
            main.invoke(1, thread_id="t")
        assert ended.value.code == 128 + signal.SIGUSR1
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_handlers_belong_to_the_main_thread():
    refused = []

    def enter():
        try:
            with stop_on_signals():
                pass
        except UsageError as error:
            refused.append(error.hint)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert refused == ["call it where the program begins"]
