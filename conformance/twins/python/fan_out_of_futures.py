"""Three futures that are begun together and waited for in order."""

from taskpoint import entrypoint, task


def workflow(effect, **options):
    def named(name):
        @task(name=name)
        def work():
            return effect(name)

        return work

    tasks = [named(name) for name in "abc"]

    @entrypoint(**options)
    def main(x):
        futures = [each() for each in tasks]
        return [future.result() for future in futures]

    return main
