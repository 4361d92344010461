"""`python -m taskpoint_conformance`: the suite without the runtime."""

from taskpoint_conformance.cli import conformance

if __name__ == "__main__":
    conformance(prog_name="taskpoint-conformance")
