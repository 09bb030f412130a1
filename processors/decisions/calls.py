"""Model calls, as far as what they decide is not known yet."""

from typing import Final

from spansieve.watching import AiSpan

from .answers import CALLED, Answer
from .decided import Decided
from .roles import went_well

FALLBACK_WITHIN_NS: Final = 60_000_000_000


class Call:
    """A model call that decided something, or may turn out to have done so."""

    __slots__ = ("answer", "choice", "is_decided", "span", "start_ns", "tool", "until", "went_well")

    def __init__(self, span: AiSpan, answer: Answer, until: float, *, is_decided: bool) -> None:
        """`is_decided` where the span reports what it decided. It is remembered `until` then, in monotonic seconds."""
        self.span = span
        self.start_ns = span.start_ns
        self.went_well = went_well(span)
        self.answer = answer
        self.until = until
        self.is_decided = is_decided
        """Whether a decision of it was counted."""
        self.choice: Decided | None = None
        """The choice of a tool that was counted, and whose tool has not come."""
        self.tool: AiSpan | None = None
        """The run of the tool that it chose, once that has come."""

    @property
    def waits(self) -> bool:
        """Whether something may come that belongs to it."""
        return self.choice is not None or not self.is_decided

    @property
    def has_chosen(self) -> bool:
        """Whether it is known that it chose a tool."""
        return self.tool is not None or bool(self.answer.called)

    @property
    def chosen(self) -> str:
        """The tool that it chose: the first that it called, else the one that ran."""
        if self.answer.called:
            return self.answer.called[0]
        return self.tool.traits.tool if self.tool else ""

    @property
    def says_so(self) -> bool:
        """Whether it ended by calling tools, though not which."""
        return self.answer.called is None and self.span.traits.finish == CALLED and self.went_well

    @property
    def may_choose(self) -> bool:
        """Whether a tool that comes next may be its choice, though its answer is not known."""
        return self.answer.called is None and self.went_well and self.span.traits.finish in ("", CALLED)

    @property
    def may_be_taken_over(self) -> bool:
        """Of one that failed: whether another model may follow in its place."""
        return not (self.is_decided or self.answer.called)

    def is_before(self, other: "Call") -> bool:
        """Whether it was over when the other one began."""
        return self.span.end_ns <= other.start_ns

    def is_taken_over_by(self, other: "Call") -> bool:
        """Whether another model follows it soon enough."""
        first, second = self.span.traits.model, other.span.traits.model
        is_another = bool(first and second) and first != second
        return is_another and other.start_ns - self.span.end_ns <= FALLBACK_WITHIN_NS

    def precedes(self, tool: AiSpan, *, overlaps: bool) -> None:
        """A tool began after it, and before the next call of the same agent: the first one may be what was chosen.
        Unless the answer or its end tells, no tool is that began before it was over, but where it `overlaps`.
        """
        if not self.waits:
            return
        called = self.answer.called
        if called is None:
            is_chosen = self.says_so or (self.went_well and (overlaps or tool.start_ns >= self.span.end_ns))
        else:
            is_chosen = bool(called) and called[0] == tool.traits.tool
        if is_chosen:
            self.tool = tool
