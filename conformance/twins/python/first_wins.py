"""The first of two with as_completed."""

from taskpoint import as_completed, entrypoint, task


def workflow(effect, **options):
    @task
    def slow():
        return effect("slow")

    @task
    def fast():
        return effect("fast")

    @task
    def use(r):
        return effect("use", r)

    @entrypoint(**options)
    def main(x):
        futures = [slow(), fast()]
        first = next(iter(as_completed(futures)))
        return [futures.index(first), use(first.result()).result()]

    return main
