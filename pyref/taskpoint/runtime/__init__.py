"""The runtime: tasks and entrypoints as plain functions over the machine of `_core`."""
