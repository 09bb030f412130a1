"""What watches see of AI spans: each read once, told when it has settled."""

from .above import Above
from .sight import Listener
from .span import AiSpan, ByTraits, Fate, Ids, Outcome, Tokens, Traits
from .watch import Source, Watch

__all__ = ["Above", "AiSpan", "ByTraits", "Fate", "Ids", "Listener", "Outcome", "Source", "Tokens", "Traits", "Watch"]
