"""A call for each item, in a comprehension."""

from taskpoint import entrypoint, task


def workflow(effect, **options):
    @task
    def fetch(n):
        return effect("fetch", n)

    @entrypoint(**options)
    def main(numbers):
        return [fetch(n).result() for n in numbers]

    return main
