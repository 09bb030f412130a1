"""Exporters: what sends data out, one folder each."""
