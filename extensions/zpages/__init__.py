"""`zpages`: a status page for people and the same as JSON, about the collector that serves it."""

from .config import ZpagesConfig
from .extension import Zpages

__all__ = ["Zpages", "ZpagesConfig"]
