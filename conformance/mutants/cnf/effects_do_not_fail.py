"""The driver gives null for an effect that fails with data."""

from mutating import replaces

BREAKS = ("CNF-009",)


@replaces("ir.statements:Program.effect")
async def effect(original, self, name, args):
    try:
        return await original(self, name, args)
    except Exception as error:
        if getattr(error, "data", None) is None:
            raise
        return None
