"""The facts of a trace."""

from spansieve.processors.tail_sampling.facts import TraceFacts
from spansieve.sampling import randomness_of

from .spans import add
from .traces import MS, TRACE_ID, Spec, spans_of


def test_spans_add_up() -> None:
    facts = TraceFacts(TRACE_ID, 5.0)
    spans = spans_of(Spec(start=5, end=20), Spec(start=1, end=2))
    for at, span in enumerate(spans):
        add(facts, span, 1 << at * 3)
    assert (facts.spans, facts.size_bytes) == (2, sum(len(span.encode()) for span in spans))
    assert (facts.start_ns, facts.end_ns, facts.duration_ms) == (10**18 + MS, 10**18 + 20 * MS, 19)
    assert [facts.matched(index) for index in range(5)] == [True, False, False, True, False]
    assert [span.encode() for span in facts.view()] == [span.encode() for span in spans]


def test_randomness_is_the_first_that_is_told_or_the_trace_ids() -> None:
    facts = TraceFacts(TRACE_ID, 0.0)
    assert (facts.randomness, facts.consistent) == (randomness_of(TRACE_ID), False)
    for state in ("a=b", "ot=x:1", "ot=th:8", "ot=rv:00000000000001;th:c", "ot=rv:00000000000002;th:4"):
        add(facts, spans_of(Spec(trace_state=state))[0])
    assert (facts.randomness, facts.consistent, facts.max_th) == (1, True, 0xC << 52)
