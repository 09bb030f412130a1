"""Which turn of a conversation a log record belongs to, by what was asked when."""

from bisect import insort
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from spansieve.watching import AiSpan

MAX_CONVERSATIONS: Final = 10_000
"""Conversations of which prompts are known; the one without a new prompt for the longest time is forgotten."""
MAX_PROMPTS: Final = 8
"""Of each, the last ones: what comes late, or again, belongs to one of these."""
_TRACE: Final = 16
Prompted = tuple[int, str]
"""When, in nanoseconds since the Unix epoch, and what the sender calls it."""


class Turns:
    """A turn begins with a prompt, and with the next one of its conversation another does. Records that name their
    prompt belong to it, whenever they are.
    """

    def __init__(self, forgotten: Callable[[], None]) -> None:
        """Nothing was asked; `forgotten` is told of each conversation that had to go."""
        self._forgotten = forgotten
        self._asked: OrderedDict[bytes, list[Prompted]] = OrderedDict()
        """By conversation, in order."""

    def ask(self, prompt: AiSpan) -> bytes:
        """Something was asked: the key of the turn that begins."""
        conversation, asked = prompt.trace_id, (prompt.start_ns, prompt.prompt_id)
        known = self._asked.setdefault(conversation, [])
        self._asked.move_to_end(conversation)
        if asked not in known:
            insort(known, asked)
            del known[:-MAX_PROMPTS]
        if len(self._asked) > MAX_CONVERSATIONS:
            self._asked.popitem(last=False)
            self._forgotten()
        return _key(conversation, asked)

    def of(self, span: AiSpan) -> bytes:
        """The key of the turn of an operation."""
        known, name = self._asked.get(span.trace_id, []), span.prompt_id
        own = [one for one in known if one[1] == name] if name else known
        before = [one for one in own if one[0] <= span.start_ns]
        if before or (name and own):
            return _key(span.trace_id, before[-1] if before else own[0])
        return _key(span.trace_id, (0, name))

    def are_known(self, key: bytes) -> bool:
        """Whether prompts of the conversation of a turn are."""
        return key[:_TRACE] in self._asked

    def past(self, key: bytes) -> list[bytes]:
        """The turns of the same conversation after which another began."""
        conversation = key[:_TRACE]
        return [_key(conversation, one) for one in [(0, ""), *self._asked.get(conversation, [])[:-1]]]


def _key(conversation: bytes, asked: Prompted) -> bytes:
    return conversation.ljust(_TRACE) + asked[0].to_bytes(8, "big") + asked[1].encode(errors="replace")
