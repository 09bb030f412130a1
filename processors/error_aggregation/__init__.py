"""`error_aggregation`: errors become patterns, and patterns become alerts."""

from .config import ErrorAggregationConfig
from .processor import ErrorAggregation

__all__ = ["ErrorAggregation", "ErrorAggregationConfig"]
