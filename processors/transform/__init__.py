"""`transform`: changes telemetry by statements in OTTL."""

from .config import TransformConfig
from .processor import Transform

__all__ = ["Transform", "TransformConfig"]
