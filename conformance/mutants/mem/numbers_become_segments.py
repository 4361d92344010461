"""What is no text is made one, in a namespace."""

from mutating import replaces

BREAKS = ("MEM-003",)


@replaces("taskpoint.stores._rules:check_namespace")
def check_namespace(original, namespace, *, empty=False):
    if isinstance(namespace, list | tuple):
        namespace = [str(each) if isinstance(each, int) else each for each in namespace]
    return original(namespace, empty=empty)
