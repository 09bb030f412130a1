"""`behavior`: what users do with an agent: where they ask again, change the subject, come back, and what they use."""

from .config import BehaviorConfig
from .processor import Behavior

__all__ = ["Behavior", "BehaviorConfig"]
