"""The names that AI telemetry uses: the table of every known dialect as data (`mapping.yaml`), and what reads it."""

from . import names
from .content import ContentKey, Globs, content_keys
from .mapping import raw_mapping

__all__ = ["ContentKey", "Globs", "content_keys", "names", "raw_mapping"]
