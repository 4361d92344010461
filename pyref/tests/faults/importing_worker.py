"""A process that kills itself around its n-th checkpoint of an import, for `test_importing.py`."""

import itertools
import json
import os
import signal
import sys
from pathlib import Path

from taskpoint import SqliteSaver
from taskpoint.interchange import import_thread

database, document, at, when = sys.argv[1:5]
begin = SqliteSaver.begin
begun = itertools.count(1)


def killing(self, *arguments, **options):
    is_it = next(begun) == int(at)
    if is_it and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    begin(self, *arguments, **options)
    if is_it and when == "after":
        os.kill(os.getpid(), signal.SIGKILL)


SqliteSaver.begin = killing
with SqliteSaver(database) as saver:
    import_thread(saver, json.loads(Path(document).read_text()))
