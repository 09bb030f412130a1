"""What watches see of AI spans: each read once, told when it has settled."""

from .above import Above
from .recorded import is_prompt
from .sight import Listener
from .source import CountFrom
from .span import AiSpan, ByTraits, Fate, Ids, Outcome, Tokens, Traits
from .watch import Watch

__all__ = [
    "Above",
    "AiSpan",
    "ByTraits",
    "CountFrom",
    "Fate",
    "Ids",
    "Listener",
    "Outcome",
    "Tokens",
    "Traits",
    "Watch",
    "is_prompt",
]
