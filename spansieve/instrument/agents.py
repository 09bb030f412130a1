"""What an agent is asked, and what it decides."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span
from opentelemetry.util.types import AttributeValue

from .content import captures, present, text_of, traces_of
from .step import Step, silent
from .wrapping import F, wrapped


class AgentRun(Step):
    """A span `invoke_agent <name>` (GenAI conventions 1.41.1); also a decorator."""

    def __call__(self, function: F) -> F:
        """Decorate `function`: each call is a run of the agent."""
        return wrapped(function, lambda _args, _kwargs: AgentRun(self._name, self._attributes))


def agent(name: str, *, agent_id: str | None = None) -> AgentRun:
    """One run of an agent, from request to answer, for `with` and `async with`, or a decorator."""
    attributes: dict[str, AttributeValue | None] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": name,
        "gen_ai.agent.id": agent_id,
    }
    return AgentRun(f"invoke_agent {name}", attributes)


def decision(
    decision_type: str,
    options: Sequence[str] = (),
    selected: int | str | None = None,
    *,
    confidence: float | None = None,
    reasoning: str | None = None,
    capture_content: bool | None = None,
) -> None:
    """Say what the agent chose out of `options`: an `ai.decision` event on the current span, or on a span of its own
    where none is recording.

    `selected` is the option or its index, `confidence` is from 0 to 1. Of `reasoning` its hash and length are sent;
    options and reasoning themselves only with `capture_content`, or where the environment says so.
    """
    if silent():
        return
    with _recording_span(f"decision {decision_type}") as span:
        if not span.is_recording():
            return
        index = selected if isinstance(selected, int) else _index(options, selected)
        thought = None if reasoning is None else text_of(reasoning)
        about: dict[str, AttributeValue | None] = {
            "decisionType": decision_type,
            "optionCount": len(options),
            "selectedIndex": index,
            "confidence": confidence,
            **traces_of("reasoning", thought),
        }
        if captures(capture_content):
            about |= {"options": list(options), "reasoning": thought}
        span.add_event("ai.decision", present(about))


@contextmanager
def _recording_span(name: str) -> Iterator[Span]:
    """The current span if it records, else a span of its own."""
    current = trace.get_current_span()
    if current.is_recording():
        yield current
        return
    with Step(name, {}) as step:
        yield step.span


def _index(options: Sequence[str], selected: str | None) -> int | None:
    return options.index(selected) if selected in options else None
