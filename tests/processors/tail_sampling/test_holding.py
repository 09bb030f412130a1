"""What holds traces: until they are decided, after they were dropped, and on their way out."""

from hypothesis import given
from hypothesis import strategies as st

from spansieve.pdata import Span, TraceBatch
from spansieve.processors.tail_sampling.aside import Aside
from spansieve.processors.tail_sampling.buffer import Buffer
from spansieve.processors.tail_sampling.decisions import Decision, Decisions
from spansieve.processors.tail_sampling.emission import MAX_SPANS, Emission, Outgoing
from spansieve.processors.tail_sampling.facts import TraceFacts

from .spans import add, batch, trace, trace_id

KEPT, DROPPED = Decision(kept=True, policy="p"), Decision(kept=False)


def held(buffer: Buffer, one: TraceFacts, now: float = 0.0, *, root: bool = False) -> TraceFacts:
    one.has_root = root
    return buffer.put(one, now)


def due(buffer: Buffer, now: float) -> list[tuple[bytes, str]]:
    found: list[tuple[bytes, str]] = []
    for one, cause in buffer.due(now):
        buffer.take(one)
        found.append((one.trace_id, cause))
    return found


def test_a_trace_is_due_when_it_has_waited() -> None:
    buffer = Buffer(30.0, 0.0)
    held(buffer, trace("a", 0.0))
    held(buffer, trace("b", 1.0))
    assert due(buffer, 29.9) == []
    assert due(buffer, 30.0) == [(trace_id("a"), "wait")]
    assert due(buffer, 31.0) == [(trace_id("b"), "wait")]
    assert (len(buffer), buffer.spans, buffer.size_bytes) == (0, 0, 0)


def test_a_root_makes_it_due_sooner_but_never_later() -> None:
    buffer = Buffer(30.0, 2.0)
    held(buffer, trace("a", 0.0), 1.0, root=True)
    held(buffer, trace("b", 0.0), 29.0, root=True)
    assert due(buffer, 3.0) == [(trace_id("a"), "root")]
    assert due(buffer, 30.0) == [(trace_id("b"), "wait")]
    assert due(buffer, 31.0) == []


def test_a_trace_knows_its_whole_duration_and_the_randomness_that_it_was_given() -> None:
    one = TraceFacts(trace_id("t"), 0.0)
    spans = batch(
        {"start_ms": 250, "ms": 100},
        {"start_ms": 0, "ms": 100, "state": "a=b,ot=rv:00000000000001;th:8"},
        {"start_ms": 50, "state": "ot=rv:00000000000002;th:c"},
    )
    shells = spans.shells()
    for span in spans:
        add(one, span, shell=shells[id(span.scope)])
    assert (one.end_ns - one.start_ns) // 1_000_000 == 350
    assert (one.randomness, one.max_th, one.consistent) == (1, 0xC << 52, True)
    assert [span.encode() for span in one.view()] == [span.encode() for span in spans]


def test_the_last_decisions_are_remembered_whatever_they_were() -> None:
    decisions = Decisions(2, 0, 0)
    for label, decision in (("a", KEPT), ("x", DROPPED), ("b", KEPT)):
        decisions.put(trace_id(label), decision, 10.0)
        assert decisions.of(trace_id(label)) == decision
    assert [decisions.of(trace_id(label)) for label in "axb"] == [None, DROPPED, KEPT]
    assert decisions.age(trace_id("b"), 15.5) == 5.5


def test_caches_remember_longer_what_is_asked_for() -> None:
    decisions = Decisions(1, 2, 1)
    for label in "ab":
        decisions.put(trace_id(label), KEPT, 10.0)
    assert decisions.of(trace_id("a")) == KEPT
    assert decisions.put(trace_id("c"), KEPT, 10.0) == [trace_id("b")]
    assert decisions.put(trace_id("x"), DROPPED, 10.0) == []
    assert [decisions.of(trace_id(label)) for label in "abcx"] == [KEPT, None, KEPT, DROPPED]
    decisions.tell(trace_id("a"), KEPT)
    assert decisions.of(trace_id("a")) == KEPT._replace(told=True)


def test_what_is_forgotten_is_told_once_nobody_remembers_it() -> None:
    decisions = Decisions(1, 1, 0)
    assert decisions.put(trace_id("a"), KEPT, 1.0) == []
    assert decisions.put(trace_id("x"), DROPPED, 1.0) == []
    assert decisions.put(trace_id("b"), KEPT, 1.0) == [trace_id("x"), trace_id("a")]


def test_a_later_decision_takes_the_place_of_the_first() -> None:
    decisions = Decisions(2, 0, 0)
    decisions.put(trace_id("a"), DROPPED, 1.0)
    decisions.put(trace_id("a"), KEPT, 2.0)
    assert decisions.of(trace_id("a")) == KEPT
    decisions.tell(trace_id("a"), KEPT)
    assert decisions.of(trace_id("a")) == KEPT._replace(told=True)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 4), st.floats(0, 20)), max_size=12))
def test_what_is_aside_stays_within_its_window_and_its_bytes(rows: list[tuple[str, int, float]]) -> None:
    most = 3 * trace(spans=4).size_bytes
    aside = Aside(10.0, most)
    now = 0.0
    for label, spans, later in rows:
        now += later
        aside.expire(now)
        aside.put(trace(label, spans=spans), now)
        assert aside.size_bytes <= most
        assert len(aside) > 0
    aside.expire(now + 10.0)
    assert (len(aside), aside.size_bytes) == (0, 0)


def test_nothing_is_kept_aside_without_room() -> None:
    aside = Aside(10.0, 0)
    aside.put(trace(), 0.0)
    assert aside.take(trace_id("t")) is None


def test_traces_leave_together_each_finished_by_itself() -> None:
    left: list[TraceBatch] = []

    def emit(batch: TraceBatch) -> bool:
        left.append(batch)
        return True

    emission = Emission(emit)

    def finish(spans: list[Span]) -> None:
        spans[0].attributes["n"] = len(spans)

    for label in "ab":
        emission.put(Outgoing(trace(label, spans=2), finish))
    assert emission.spans == 4
    assert emission.flush()
    (batch,) = left
    assert [span.attributes.get("n") for span in TraceBatch.parse(batch.encode())] == [2, None, 2, None]
    assert emission.spans == 0


def test_what_finds_no_room_waits_and_leaves_once() -> None:
    left: list[TraceBatch] = []
    room = [False, False, True, True]

    def emit(batch: TraceBatch) -> bool:
        taken = room.pop(0)
        left.extend([batch] * taken)
        return taken

    emission = Emission(emit)
    emission.put(Outgoing(trace("a", spans=MAX_SPANS), lambda spans: None))
    emission.put(Outgoing(trace("b"), lambda spans: None))
    assert not emission.flush()
    assert not emission.flush()
    assert emission.spans == MAX_SPANS + 1
    assert emission.flush()
    assert [len(batch) for batch in left] == [MAX_SPANS, 1]
