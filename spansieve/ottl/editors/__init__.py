"""The editors: what changes telemetry. Importing this fills the table with them.

Source: pkg/ottl/ottlfuncs of the Go Collector (contrib), its README above all.
"""

from . import keys, replacing, setting, shortening

__all__ = ["keys", "replacing", "setting", "shortening"]
