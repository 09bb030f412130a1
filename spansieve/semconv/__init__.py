"""The names that AI telemetry uses: the table of every known dialect as data (`mapping.yaml`), and what reads it."""

from .mapping import raw_mapping

__all__ = ["raw_mapping"]
