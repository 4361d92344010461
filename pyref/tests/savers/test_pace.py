"""Where async runs commit on SQLite: on their event loop while that is quick, else in threads that share commits."""

import asyncio
import sqlite3
import threading
import time

from waiting import until

from taskpoint import SqliteSaver, entrypoint, task


def held(path):
    """Hold the file, as another process that writes does."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_after_slow_writes_the_loop_is_left_alone_until_they_are_quick_again(tmp_path):
    with SqliteSaver(tmp_path / "threads.db", synchronous="OFF") as saver:
        main = entrypoint("main", lambda n: n, checkpointer=saver)
        assert saver.commits_on_loop
        threads = 0
        while saver.commits_on_loop:
            other = held(saver.path)
            writer = threading.Thread(target=main.invoke, args=(0,), kwargs={"thread_id": f"slow-{threads}"})
            writer.start()
            until(saver._database.lock.locked)
            time.sleep(0.02)
            other.close()
            writer.join()
            threads += 1
        while not saver.commits_on_loop:
            main.invoke(0, thread_id=f"quick-{threads}")
            threads += 1


def test_async_runs_of_one_loop_share_commits_where_threads_make_them(tmp_path):
    class Slow(SqliteSaver):
        commits_on_loop = False

    with Slow(tmp_path / "threads.db", synchronous="OFF") as saver:
        shared, begun = [], []
        together = saver._group._together
        saver._group._together = lambda writes: shared.append(len(writes)) or together(writes)

        async def several():
            all_began, gate = asyncio.Event(), asyncio.Event()

            @task
            async def double(n):
                begun.append(n)
                if len(begun) == 8:
                    all_began.set()
                await gate.wait()
                return 2 * n

            @entrypoint(checkpointer=saver)
            async def main(n):
                return await double(n)

            runs = asyncio.gather(*[main.ainvoke(n, thread_id=f"t{n}") for n in range(8)])
            await all_began.wait()
            other = held(saver.path)
            gate.set()
            await asyncio.to_thread(until, lambda: len(saver._group._queue) >= 3)
            other.close()
            return await runs

        assert asyncio.run(several()) == [2 * n for n in range(8)]
        assert max(shared) >= 3
