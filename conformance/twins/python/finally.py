"""A finally that calls a task while an error is on its way."""

from taskpoint import entrypoint, task


class Declined(Exception):
    pass


def workflow(effect, **options):
    @task(raises=[Declined])
    def pay():
        return effect("pay", raises=Declined)

    @task
    def unlock():
        return effect("unlock")

    @entrypoint(**options)
    def main():
        try:
            return pay().result()
        finally:
            unlock().result()

    return main
