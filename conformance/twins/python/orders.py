"""Tasks that call tasks, an error that is handled where it arrives, and a key."""

from taskpoint import entrypoint, task


class NoStock(Exception):
    pass


def workflow(effect, **options):
    @task
    def pay(n):
        return effect("pay", n)

    @task(raises=[NoStock])
    def ship(n):
        return effect("ship", n, raises=NoStock)

    @task
    def order(n):
        effect("open", n)
        paid = pay(n).result()
        try:
            shipped = ship(paid).result()
        except NoStock:
            shipped = pay(-n).result()
        effect("close", n)
        return [paid, shipped]

    @entrypoint(**options)
    def main():
        return [order(1).result(), order.with_options(key="second")(2).result()]

    return main
