"""A turn, as log records tell of it: what a user asked for, and what the agent did until something else was asked."""

from collections.abc import Mapping

from spansieve.watching import AiSpan

from .asked import Asked
from .roles import BITS, MODEL
from .told import Prompt, Request, Told, Whom
from .trace import Trace
from .turns import Turns


class Turn(Trace):
    """It is a request that failed if the last model call in it did. Nobody can look its ids up, so it has none."""

    __slots__ = ("_agents", "_key", "_last", "_prompt", "_turns")

    def __init__(self, key: bytes, turns: Turns, whom: Whom | None = None) -> None:
        """Nothing came; `key` is its own among `turns`, `whom` is who used it, as far as that is known."""
        super().__init__(whom)
        self._key = key
        self._turns = turns
        self._prompt: Prompt | None = None
        self._last: AiSpan | None = None
        self._agents: set[str] = set()

    def ask(self, prompt: AiSpan, asked: Asked | None) -> None:
        """The record of what was asked for has come, with its text, if that is known."""
        self._frame([prompt])
        self._prompt = Prompt(prompt.prompt_hash, "", prompt.prompt_simhash, asked)

    def told(self, after_ns: int | None, links: Mapping[bytes, bytes]) -> Told:
        """All of it, as of a trace."""
        told = super().told(after_ns, links)
        return told._replace(tools=[use._replace(trace_id=b"", span_id=b"") for use in told.tools])

    def _place(self, span: AiSpan, role: str, asked: Asked | None) -> None:
        super()._place(span, role, asked)
        if role == MODEL:
            self._agents.add(span.traits.agent)
            if self._last is None or span.end_ns >= self._last.end_ns:
                self._last = span

    def _told_requests(self, whom: Whom, after_ns: int | None) -> list[Request]:
        """Itself, unless it was told before. Where prompts of the conversation are known, only these are requests;
        else what calls a model after a pause is.
        """
        if self._prompt is None:
            if self._last is None or self._turns.are_known(self._key) or self.start_ns < (after_ns or 0):
                return []
        elif after_ns is not None:
            return []
        failed = self._last is not None and self._last.outcome != "success"
        return [Request(whom, b"", b"", self.start_ns, self.end_ns, failed, 1.0, self._prompt or Prompt())]

    def _used(self) -> int:
        return super()._used() | (BITS["sub_agents"] if len(self._agents) > 1 else 0)
