"""Ratios, taken side by side: absolute figures move from machine to machine and from minute to minute."""

from __future__ import annotations

import statistics
import time


def in_turns(benchmark, work, floor, per, target, rounds=15):
    """Time `work` and `floor` in turns, and note the ratio of their medians beside its target.

    A missed target is printed, not raised: what a noisy machine measures is read by a person.
    """
    samples = {work: [], floor: []}
    for _ in range(rounds):
        for each, taken in samples.items():
            start = time.perf_counter()
            each()
            taken.append((time.perf_counter() - start) / per)
    ours, theirs = (statistics.median(taken) for taken in samples.values())
    benchmark.extra_info |= {
        "us": round(ours * 1e6, 2),
        "floor_us": round(theirs * 1e6, 2),
        "ratio": round(ours / theirs, 2),
        "target": target,
    }
    benchmark.pedantic(work, rounds=1)
