"""The process of a driver and its lines, without any library: drivers of several share it."""
