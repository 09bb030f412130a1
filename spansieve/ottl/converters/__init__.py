"""The converters: pure functions from values to a value. Importing this fills the table with them.

Source: pkg/ottl/ottlfuncs of the Go Collector (contrib), its README above all.
"""

from . import collections, hashes, items, texts, times, types

__all__ = ["collections", "hashes", "items", "texts", "times", "types"]
