"""`debug`: what passes, readable at a glance in a terminal."""

from .config import DebugConfig
from .exporter import Debug

__all__ = ["Debug", "DebugConfig"]
