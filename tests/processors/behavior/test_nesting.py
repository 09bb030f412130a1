"""behavior: which runs are on top, and which agents are below others, however deep and in whatever circles."""

from collections.abc import Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.behavior.nesting import Nesting
from spansieve.watching import AiSpan
from spansieve.watching.testing import ai_span

MANY = 3_000


def span(number: int, parent: int, name: str | None) -> AiSpan:
    """An agent's run; without a name, a tool."""
    own = {"tool": "search"} if name is None else {"kind": "agent", "operation": "invoke_agent", "agent": name}
    ids = {"span_id": b"%d" % number, "parent_span_id": b"%d" % parent if parent else b""}
    return ai_span(trace_id=b"t", start_ns=number, end_ns=number, **ids, **own)


def agents_of(spans: Sequence[AiSpan]) -> list[AiSpan]:
    return [one for one in spans if one.traits.kind == "agent"]


def above(spans: Sequence[AiSpan], at: AiSpan) -> Iterator[AiSpan]:
    """All above one, looked for the long way."""
    by_id, passed = {one.span_id: one for one in spans}, {at.span_id}
    while at.parent_span_id in by_id and at.parent_span_id not in passed:
        at = by_id[at.parent_span_id]
        passed.add(at.span_id)
        yield at


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["", "a", "b", None])), max_size=9))
def test_agents_are_below_others_as_all_that_is_above_them_says(made: list[tuple[int, str | None]]) -> None:
    spans = [span(number, *one) for number, one in enumerate(made, 1)]
    agents, nesting = agents_of(spans), Nesting(spans, lambda _trace, _span: None)
    ups = {one.span_id: agents_of([*above(spans, one)]) for one in agents}
    assert nesting.topmost(agents) == [one for one in agents if not ups[one.span_id]]
    assert nesting.has_sub_agents(agents) == any(
        not up.traits.agent or up.traits.agent != one.traits.agent for one in agents for up in ups[one.span_id]
    )


def test_each_stretch_is_climbed_once() -> None:
    asked: list[bytes] = []

    def plumbing(_: bytes, span_id: bytes) -> bytes:
        asked.append(span_id)
        number = int(span_id)
        return b"%d" % (number - 1) if number > MANY + 1 else b""

    agents = [span(number, 2 * MANY, "a") for number in range(1, MANY + 1)]
    Nesting(agents, plumbing).has_sub_agents(agents)
    assert len(asked) == MANY
