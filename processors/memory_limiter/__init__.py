"""Refuses data while the process has more memory than it was told to have."""

from .config import MemoryLimiterConfig
from .processor import MemoryLimiter

__all__ = ["MemoryLimiter", "MemoryLimiterConfig"]
