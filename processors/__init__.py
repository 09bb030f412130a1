"""Processors: what changes, watches or drops data on its way, one folder each."""
