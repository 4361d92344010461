"""Decorators and futures: two calls in a row."""

from taskpoint import entrypoint, task


def workflow(effect, **options):
    @task
    def fetch(n):
        return effect("fetch", n)

    @entrypoint(**options)
    def main(x):
        a = fetch(x).result()
        b = fetch(a).result()
        return [a, b]

    return main
