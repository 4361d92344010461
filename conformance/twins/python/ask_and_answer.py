"""A question in the middle, in the named form."""

from taskpoint import entrypoint, interrupt, task


def workflow(effect, **options):
    price = task("price", lambda n: effect("price", n))
    pay = task("pay", lambda n: effect("pay", n))

    def main(x):
        amount = price(x).result()
        if not interrupt({"refund": amount}):
            return "refused"
        return pay(amount).result()

    return entrypoint("main", main, **options)
