"""`resource`: sets, removes, hashes, takes apart and converts resource attributes."""

from .config import ResourceConfig
from .processor import Resource

__all__ = ["Resource", "ResourceConfig"]
