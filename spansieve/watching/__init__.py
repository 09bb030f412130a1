"""What watches see of AI spans: each read once, told when it has settled."""

from .span import AiSpan, Outcome, Tokens, Traits

__all__ = ["AiSpan", "Outcome", "Tokens", "Traits"]
