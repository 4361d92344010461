"""Threads between two runs: snapshots, the last saved value, updates and forks."""
