"""An error that is raised from the one that was caught."""

from taskpoint import entrypoint, task


class Declined(Exception):
    pass


class OrderRejected(Exception):
    pass


def workflow(effect, **options):
    @task(raises=[Declined])
    async def pay():
        return await effect("pay", raises=Declined)

    @task
    async def note():
        return await effect("note")

    @entrypoint(**options)
    async def main():
        try:
            return await pay()
        except Declined as error:
            await note()
            raise OrderRejected("payment failed") from error

    return main
