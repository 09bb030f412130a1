"""`ai_semantics`: every agent's spans in one language, whatever made them."""

from .config import AiSemanticsConfig
from .processor import AiSemantics

__all__ = ["AiSemantics", "AiSemanticsConfig"]
