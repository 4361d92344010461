"""Print each benchmark's ratio to its floor, which is what counts."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


def pytest_terminal_summary(terminalreporter, config):
    session = getattr(config, "_benchmarksession", None)
    rows = [b for b in session.benchmarks if "ratio" in b.extra_info] if session else []
    if rows:
        terminalreporter.section("ratio to the floor of the same run")
    for bench in rows:
        info = bench.extra_info
        verdict = "" if info["ratio"] <= info["target"] else "  MISSED"
        terminalreporter.write_line(
            f"{bench.name:58} {info['us']:9.1f} us  floor {info['floor_us']:8.1f} us"
            f"  ratio {info['ratio']:5.2f}  target {info['target']}{verdict}"
        )
