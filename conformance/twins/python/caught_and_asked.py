"""A declared error is caught as the class that it is, and a question is asked."""

from taskpoint import entrypoint, interrupt, task


class Declined(Exception):
    pass


def workflow(effect, **options):
    @task(raises=[Declined])
    def pay():
        return effect("pay", raises=Declined)

    @task
    def apologise():
        return effect("apologise")

    @entrypoint(**options)
    def main(x):
        try:
            return pay().result()
        except Declined as error:
            answer = interrupt(str(error))
        return [answer, apologise().result()]

    return main
