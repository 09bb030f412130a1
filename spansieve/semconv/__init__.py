"""The names that AI telemetry uses: the table of every known dialect as data (`mapping.yaml`), and what reads it."""

from . import names
from .mapping import raw_mapping

__all__ = ["names", "raw_mapping"]
