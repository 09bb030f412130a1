"""`batch`: how large the requests are that exporters send, and how long they may wait to grow."""

from .config import BatchConfig
from .processor import Batch

__all__ = ["Batch", "BatchConfig"]
