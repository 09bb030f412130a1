"""Receivers: what takes data in, one folder each."""
