"""`filter`: drops what matches a condition: spans, span events, log records, metrics, data points."""

from .config import FilterConfig
from .processor import Filter

__all__ = ["Filter", "FilterConfig"]
