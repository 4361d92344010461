"""A bare raise."""

from taskpoint import entrypoint, task


class Declined(Exception):
    pass


def workflow(effect, **options):
    @task(raises=[Declined])
    def pay(n):
        return effect("pay", n, raises=Declined)

    @task
    def note():
        return effect("note")

    @entrypoint(**options)
    def main():
        try:
            return pay(1).result()
        except Declined:
            note().result()
            raise

    return main
