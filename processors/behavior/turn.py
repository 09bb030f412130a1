"""A turn, as log records tell of it: what a user asked for, and what the agent did until something else was asked."""

from operator import attrgetter
from typing import Final

from spansieve.watching import AiSpan

from .asked import Asked
from .nesting import Nesting
from .told import Prompt, Request, Whom
from .trace import Parts, Trace
from .turns import Turns

_END: Final = attrgetter("end_ns")


class Turn(Trace):
    """It is a request that failed if the last model call in it did. Nobody can look its ids up, so it has none."""

    __slots__ = ("_key", "_prompted", "_turns")

    def __init__(self, key: bytes, turns: Turns, whom: Whom | None = None) -> None:
        """Nothing came; `key` is its own among `turns`, `whom` is who used it, as far as that is known."""
        super().__init__(whom)
        self._key = key
        self._turns = turns
        self._prompted: Prompt | None = None

    def ask(self, prompt: AiSpan, asked: Asked | None) -> None:
        """The record of what was asked for has come, with its text, if that is known."""
        self._frame([prompt])
        self.size_bytes = asked.size_bytes if asked else 0
        self._prompted = Prompt(prompt.prompt_hash, "", prompt.prompt_simhash, asked)

    def _has_sub_agents(self, parts: Parts, nesting: Nesting | None) -> bool:
        return len({span.traits.agent for span in parts.calls}) > 1 or super()._has_sub_agents(parts, nesting)

    def _requests(
        self, whom: Whom, parts: Parts, nesting: Nesting | None, after_ns: int | None
    ) -> list[tuple[Request, Prompt]]:
        """Itself, unless it was told before. Where prompts of the conversation are known, only these are requests;
        else what calls a model after a pause is.
        """
        last = max(reversed(parts.calls), key=_END, default=None)
        if self._prompted is None:
            if last is None or self._turns.are_known(self._key) or self.start_ns < (after_ns or 0):
                return []
        elif after_ns is not None:
            return []
        failed = last is not None and last.outcome != "success"
        request = Request(whom, b"", b"", self.start_ns, self.end_ns, failed, 1.0)
        return [(request, self._prompted or Prompt())]
