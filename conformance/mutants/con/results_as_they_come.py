"""Waiting for all gives the results in the order in which they came."""

from mutating import replaces

from taskpoint import as_completed

BREAKS = ("CON-008",)


@replaces("flow:AnyScope.do_gather")
async def gather(original, self, members):
    if self.program.is_async or members.get("return_errors"):
        await original(self, members)
        return
    self.keep(members, [future.result() for future in as_completed(self.handles(members["handles"]))])
