"""The judge: runs fixtures against a driver and says whether the port behind it conforms.

It never imports a runtime. It reads data files only: fixtures, formats, the specification's schemas.
"""

__all__ = ("FORMAT", "PROTOCOL", "SPEC", "__version__")

__version__ = "0.1.0"
SPEC = "1.0"
"""The version of the specification that is judged."""
PROTOCOL = "1.0"
"""The version of the driver protocol and of the program IR that is spoken."""
FORMAT = "1.0"
"""The newest fixture format that is understood."""
