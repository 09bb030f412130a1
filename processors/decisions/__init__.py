"""`decisions`: what agents decided, out of how much, how sure they were, and how it turned out."""

from .config import DecisionsConfig
from .processor import Decisions

__all__ = ["Decisions", "DecisionsConfig"]
