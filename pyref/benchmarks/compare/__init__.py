"""The same workloads under Taskpoint and LangGraph, side by side: `python -m pyref.benchmarks.compare`."""
