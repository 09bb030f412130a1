"""What watches see of AI spans: each read once, told when it has settled."""

from .span import AiSpan, Outcome, Tokens, Traits
from .watch import Listener, Watch

__all__ = ["AiSpan", "Listener", "Outcome", "Tokens", "Traits", "Watch"]
