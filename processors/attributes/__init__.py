"""`attributes`: sets, removes, hashes, takes apart and converts attributes of spans, log records and data points."""

from .config import AttributesConfig
from .processor import Attributes

__all__ = ["Attributes", "AttributesConfig"]
