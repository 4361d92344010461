"""Real processes on one SQLite file: killed, raced and fenced off."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from taskpoint import ConcurrentRunError, SqliteSaver, entrypoint, task

WORKER = Path(__file__).with_name("worker.py")
FORK_WORKER = Path(__file__).with_name("fork_worker.py")


def start(folder, *args, **options):
    command = [sys.executable, str(WORKER), str(folder / "t.db"), str(folder / "effects"), *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def charges(folder):
    """How often each charge was made, and under how many keys."""
    path = folder / "effects"
    lines = path.read_text().splitlines() if path.exists() else []
    made = [line.split()[1:] for line in lines if line.startswith("charge")]
    return Counter(n for n, _ in made), {n: {key for m, key in made if m == n} for n, _ in made}


def recorded(folder, thread_id="t"):
    """How many results are recorded."""
    with SqliteSaver(folder / "t.db") as saver:
        loaded = saver.load(thread_id)
        return len([e for e in loaded.entries if e.kind == "task.completed"]) if loaded else 0


def stop_between_commits(process, folder):
    """Stop a process where it does not hold the file's lock."""
    connection = sqlite3.connect(folder / "t.db", isolation_level=None, timeout=0)
    while True:
        os.kill(process.pid, signal.SIGSTOP)
        try:
            connection.execute("BEGIN IMMEDIATE")
            break
        except sqlite3.OperationalError:
            os.kill(process.pid, signal.SIGCONT)
            time.sleep(0.001)
    connection.close()


def value(folder):
    """What the thread's last completed run returned, None while there is none."""
    with SqliteSaver(folder / "t.db") as saver:
        return entrypoint("main", lambda n: n, checkpointer=saver).get_state(thread_id="t").values


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_run_goes_on_where_it_was(tmp_path, seed):
    choice = random.Random(seed)
    process = start(tmp_path, "invoke", 12)
    kills = 0
    while value(tmp_path) is None:
        process.stdout.readline()
        time.sleep(choice.uniform(0, 0.02))
        process.kill()
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
        assert sum(charges(tmp_path)[0].values()) >= recorded(tmp_path), "a recorded result has its effect"
        process = start(tmp_path, "resume")
    process.communicate()
    assert kills > 0
    assert value(tmp_path) == [n * 10 for n in range(12)]
    counts, keys = charges(tmp_path)
    assert all(len(one) == 1 for one in keys.values()), "the same key however often a call runs"
    assert sum(counts.values()) <= 12 + kills, "only the task in flight at a kill may run again"
    connection = sqlite3.connect(tmp_path / "t.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_recorded_result_never_runs_again(tmp_path):
    process = start(tmp_path, "invoke", 50)
    while recorded(tmp_path) < 10:
        time.sleep(0.001)
    process.kill()
    process.communicate()
    kept = recorded(tmp_path)
    output = start(tmp_path, "resume").communicate(timeout=60)
    assert output[0].splitlines()[-1] == str([n * 10 for n in range(50)]), output
    counts, _ = charges(tmp_path)
    assert all(counts[str(n)] == 1 for n in range(kept))
    assert sum(counts.values()) in {50, 51}


def test_a_live_holder_keeps_others_out_and_take_over_fences_it_off(tmp_path):
    first = start(tmp_path, "invoke", 2000)
    while recorded(tmp_path) < 3:
        time.sleep(0.001)
    refused = start(tmp_path, "resume").communicate(timeout=60)
    assert "[run.concurrent]" in refused[1]
    assert str(first.pid) in refused[1], "the error names the holder"
    stop_between_commits(first, tmp_path)
    still_refused = start(tmp_path, "resume").communicate(timeout=60)
    assert "[run.concurrent]" in still_refused[1]
    second = start(tmp_path, "resume", "take_over")
    before = recorded(tmp_path)
    while recorded(tmp_path) < before + 3:
        assert second.poll() is None, second.communicate()
        time.sleep(0.001)
    os.kill(first.pid, signal.SIGCONT)
    overtaken = first.communicate(timeout=60)
    assert "[run.concurrent]" in overtaken[1]
    second.kill()
    second.communicate()
    counts, _ = charges(tmp_path)
    assert len([n for n, count in counts.items() if count > 1]) <= 2, "the stale one finished at most what it had begun"


def test_thousands_of_races_have_one_winner_each(tmp_path):
    """Two processes resume the same thread at the same moment: one goes on, the other has no effect."""

    @task
    def charge(n):
        raise KeyboardInterrupt

    threads = [f"t{n}" for n in range(2000)]
    with SqliteSaver(tmp_path / "t.db", synchronous="OFF") as saver:
        main = entrypoint("main", lambda n: charge(n).result(), checkpointer=saver)
        for thread_id in threads:
            with pytest.raises(KeyboardInterrupt):
                main.invoke(1, thread_id=thread_id)
    racers = [start(tmp_path, "race", stdin=subprocess.PIPE) for _ in range(2)]
    verdicts = Counter()
    for thread_id in threads:
        for racer in racers:
            racer.stdin.write(f"{thread_id}\n")
            racer.stdin.flush()
        said = []
        for racer in racers:
            line = racer.stdout.readline().strip()
            while line == "running":
                line = racer.stdout.readline().strip()
            said.append(line)
        assert said.count("done") == 1, (thread_id, said)
        verdicts.update(said)
    for racer in racers:
        racer.stdin.close()
        assert racer.wait(30) == 0
        racer.stdout.close()
        racer.stderr.close()
    assert set(verdicts) <= {"done", "lost", "run.nothing_to_resume"}
    assert verdicts["lost"] > 0, "the races were races"
    assert sum(charges(tmp_path)[0].values()) == len(threads), "no effect of a loser"


def test_a_run_in_another_thread_of_the_process_holds_too(tmp_path):
    with SqliteSaver(tmp_path / "t.db") as saver:

        @task
        def again():
            with ThreadPoolExecutor() as pool, pytest.raises(ConcurrentRunError):
                pool.submit(main.invoke, None, thread_id="t").result()
            return "held"

        @entrypoint(checkpointer=saver)
        def main(n):
            return again().result()

        assert main.invoke(1, thread_id="t") == "held"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
@pytest.mark.parametrize("way", ["one_after_the_other", "beside_each_other", "on_a_loop"])
def test_a_forked_child_has_no_part_in_the_run(tmp_path, way):
    command = [sys.executable, str(FORK_WORKER), str(tmp_path / "t.db"), way]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert printed.stdout == "[30, 0, 10, 20]\n", printed.stderr
    with SqliteSaver(tmp_path / "t.db") as saver:
        assert [checkpoint.source for checkpoint in saver.history("t")] == ["loop", "input"]
        assert saver.head("child 3").checkpoint.value == "30"
