"""One measurement in a process of its own, so that nothing is warm but what the workload warms.

It is told what to do as a JSON document in its only argument, and prints what it found as another.
"""

import json
import sys
import time


def main() -> None:
    asked = json.loads(sys.argv[1])
    module, _, function = asked["library"].partition(":")
    start = time.perf_counter()
    library = getattr(__import__(module, fromlist=[function]), function)()
    imported = time.perf_counter() - start
    print(json.dumps(measure(asked, library, imported) | {"modules": len(sys.modules), "versions": library.versions}))


def measure(asked, library, imported):
    import resource
    from pathlib import Path

    from pyref.benchmarks.compare.workloads import WORKLOADS, Bench

    workload = WORKLOADS[asked["workload"]]
    bench = Bench(library, asked["size"], workload.saver, Path(asked["folder"]))
    start = time.perf_counter()
    (workload.prepare if asked["phase"] == "prepare" else workload.measure)(bench)
    whole = imported + time.perf_counter() - start
    found = {
        "seconds": whole if workload.starting else bench.seconds / bench.size,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    if workload.saver == "sqlite":
        found["disk"] = sum(file.stat().st_size for file in bench.folder.glob("threads.db*")) / bench.size
        found["commit"] = durable_commit(bench.folder / f"floor-{asked['phase']}.db")
    return found


def durable_commit(file):
    """Return what one bare row costs at this moment, committed with synchronous=FULL."""
    import sqlite3
    import statistics

    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE rows (n INTEGER PRIMARY KEY, value TEXT)")
    taken = []
    for n in range(50):
        start = time.perf_counter()
        connection.execute("INSERT INTO rows VALUES (?, ?)", (n, "x" * 52))
        taken.append(time.perf_counter() - start)
    connection.close()
    return statistics.median(taken)


if __name__ == "__main__":
    main()
