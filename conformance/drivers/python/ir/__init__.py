"""The programs of fixtures, without any library: drivers of several share it."""
